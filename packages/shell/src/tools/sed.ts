// sed: the machine that runs a parsed script over lines. Pattern and hold space are binary strings; lines come a block at a time
// and output is collected a block at a time, so that the usual line costs no await.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { bytesToBinary, Reader, ReadError, Writer, binaryToBytes } from "../stdio.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { SedInput } from "./sed-input.ts";
import { type Address, type Command, parseScript, type Substitution } from "./sed-parse.ts";
import type { Regex } from "./regex.ts";
import { binaryText } from "./grep.ts";

const HELP = `Filter and transform text: run SCRIPT on each line of the input files, or of standard input.

  -n, --quiet, --silent       suppress automatic printing of pattern space
  -e, --expression=SCRIPT     add the script to the commands to be executed
  -f, --file=FILE             add the contents of FILE to the commands to be executed
  -E, -r, --regexp-extended   use extended regular expressions in the script
  -i[SUFFIX], --in-place[=SUFFIX]  edit files in place (makes backup if SUFFIX supplied)
  -l, --line-length=N         specify the desired line-wrap length for the \`l' command
      --posix                 (ignored)
  -b, --binary                (ignored)
  -s, --separate              consider files as separate rather than as a single continuous stream
  -u, --unbuffered            flush the output after every block of input
  -z, --null-data             separate lines by NUL characters

If no -e or -f is given, the first operand is the script.`;

export const sed = define(
  { name: "sed", usage: "[OPTION]... {SCRIPT} [FILE]...", help: HELP, hint: "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\nTry 'sed --help' for more information." },
  async (invocation) => {
    const { options, operands } = invocation;
    const pieces: string[] = [];
    for (const { key, value } of options.list) {
      if (key === "e") pieces.push(binaryText(value!));
      else if (key === "f") pieces.push(await readScript(invocation, value!));
    }
    if (pieces.length === 0) {
      const script = operands.shift();
      if (script === undefined) throw new UsageError("no script specified");
      pieces.push(binaryText(script));
    }
    const { commands, quiet } = parseScript(pieces.join("\n"), options.has("E"));
    const machine = new Machine(invocation, commands, quiet || options.has("n"));
    return machine.run();
  },
);

async function readScript({ sys, stdin }: Invocation, name: string): Promise<string> {
  if (name === "-") return bytesToBinary(await stdin.readAll()).replace(/\n$/, "");
  const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`couldn't open file ${name}: ${strerror(fd)}`);
  const text = bytesToBinary(await new Reader(sys, fd).readAll());
  sys.close(fd);
  return text.replace(/\n$/, "");
}

class Machine {
  #invocation: Invocation;
  #commands: Command[];
  #quiet: boolean;
  #end: string;
  #input: SedInput;
  #pattern = "";
  #hold = "";
  #out = "";
  #missingEnd = false;
  #jumps = 0;
  /** Output for the end of the cycle: text of a, files of r. */
  #appended: string[] = [];
  #substituted = false;
  #lastRegex: Regex | null = null;
  #files = new Map<string, Writer>();
  #lineLength: number;
  /** D asks for a new cycle without reading. */
  #keepPattern = false;

  constructor(invocation: Invocation, commands: Command[], quiet: boolean) {
    const { options, operands } = invocation;
    this.#invocation = invocation;
    this.#commands = commands;
    this.#quiet = quiet;
    this.#end = options.has("z") ? "\0" : "\n";
    this.#lineLength = Number(options.value("l") ?? 70);
    const inPlace = options.has("i");
    this.#input = new SedInput(invocation, operands, this.#end, inPlace || options.has("s"), inPlace ? (options.value("i") ?? "") : null);
  }

  async run(): Promise<number> {
    for (const command of this.#commands) {
      if (command.name === "w" || command.name === "W") this.#openOutput(command.text);
      if (command.substitution?.file) this.#openOutput(command.substitution.file);
    }
    const input = this.#input;
    let status = 0;
    for (;;) {
      if (!this.#keepPattern) {
        // next() is synchronous while the block lasts.
        const line = input.next() ?? (await this.#nextBlock());
        if (line === null) break;
        this.#pattern = line;
      }
      this.#keepPattern = false;
      const waiting = this.#cycle();
      const result = typeof waiting === "number" ? waiting : await waiting;
      if (result >= 0) {
        status = result;
        break;
      }
    }
    await this.#flush();
    await input.finish();
    for (const [name, file] of this.#files) {
      await file.flush();
      if (!name.startsWith("/dev/std")) this.#invocation.sys.close(file.fd);
    }
    return status || this.#invocation.status;
  }

  async #nextBlock(): Promise<string | null> {
    await this.#flush();
    const { output } = this.#input;
    const line = await this.#input.nextBlock();
    if (this.#input.output !== output) this.#missingEnd = false;
    return line;
  }

  async #flush(): Promise<void> {
    if (this.#out !== "") {
      const out = this.#out;
      this.#out = "";
      await this.#input.output.writeBinary(out);
    }
    if (this.#invocation.options.has("u")) await this.#input.output.flush();
  }

  /** The line's end as it was read: a last line without one stays so. */
  #put(text: string): void {
    this.#add(this.#input.lacksEnd ? text : text + this.#end);
    this.#missingEnd = this.#input.lacksEnd;
  }

  /** Output behind a line that was put without its end supplies it first. */
  #add(text: string): void {
    if (this.#missingEnd) this.#out += this.#end;
    this.#missingEnd = false;
    this.#out += text;
  }

  /** Runs the script on the pattern space; -1 to go on, else the exit status. Goes asynchronous only for commands that read. */
  #cycle(): number | Promise<number> {
    return this.#execute(0);
  }

  #execute(start: number): number | Promise<number> {
    const commands = this.#commands;
    for (let at = start; at < commands.length; at++) {
      const command = commands[at];
      if (command.from !== null || command.negated) {
        if (this.#selects(command) === command.negated) {
          if (command.name === "{") at = command.target - 1;
          continue;
        }
      }
      switch (command.name) {
        case "s":
          if (this.#substitute(command.substitution!)) this.#substituted = true;
          break;
        case "d":
          return this.#endCycle(false);
        case "p":
          this.#put(this.#pattern);
          break;
        case "D": {
          const newline = this.#pattern.indexOf(this.#end);
          if (newline < 0) return this.#endCycle(false);
          this.#pattern = this.#pattern.slice(newline + 1);
          this.#keepPattern = true;
          return this.#endCycle(false);
        }
        case "n":
        case "N":
        case "r":
        case "R":
        case "w":
        case "W":
          return this.#slow(command, at);
        case "q":
        case "Q":
          return this.#quit(command);
        case "c":
          if (command.to === null || command.negated || command.until === -1) this.#add(command.text);
          return this.#endCycle(false);
        case "b":
        case "t":
        case "T": {
          const taken = command.name === "b" || this.#substituted === (command.name === "t");
          if (command.name !== "b") this.#substituted = false;
          if (!taken) break;
          // A loop that never ends must still let others run, and be killed.
          if (++this.#jumps % 4096 === 0) return this.#invocation.yield().then(() => this.#execute(command.target));
          at = command.target - 1;
          break;
        }
        default:
          this.#simple(command);
      }
    }
    return this.#endCycle(!this.#quiet);
  }

  #simple(command: Command): void {
    switch (command.name) {
      case "P": {
        const newline = this.#pattern.indexOf(this.#end);
        this.#add((newline < 0 ? this.#pattern : this.#pattern.slice(0, newline)) + this.#end);
        break;
      }
      case "h":
        this.#hold = this.#pattern;
        break;
      case "H":
        this.#hold += this.#end + this.#pattern;
        break;
      case "g":
        this.#pattern = this.#hold;
        break;
      case "G":
        this.#pattern += this.#end + this.#hold;
        break;
      case "x":
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        break;
      case "z":
        this.#pattern = "";
        break;
      case "=":
        this.#add(`${this.#input.line}\n`);
        break;
      case "F":
        this.#add(`${binaryText(this.#input.name)}\n`);
        break;
      case "i":
        this.#add(command.text);
        break;
      case "a":
        this.#appended.push(command.text);
        break;
      case "l":
        this.#add(visible(this.#pattern, command.number >= 0 ? command.number : this.#lineLength));
        break;
      case "y":
        this.#pattern = transliterate(this.#pattern, command.table!);
        break;
    }
  }

  /** Commands that read or write files; then the rest of the cycle. */
  async #slow(command: Command, at: number): Promise<number> {
    const input = this.#input;
    switch (command.name) {
      case "n":
      case "N": {
        if (await input.isLast()) {
          // GNU prints the pattern space when there is no next line.
          return this.#endCycle(!this.#quiet);
        }
        if (command.name === "n" && !this.#quiet) this.#put(this.#pattern);
        this.#flushAppended();
        const line = input.next() ?? (await this.#nextBlock()) ?? "";
        this.#pattern = command.name === "n" ? line : `${this.#pattern}${this.#end}${line}`;
        break;
      }
      case "r":
        this.#appended.push(await this.#readFile(command.text));
        break;
      case "R": {
        const line = await input.lineOf(command.text);
        if (line !== null) this.#appended.push(`${line}\n`);
        break;
      }
      case "w":
        await this.#writeTo(command.text, this.#pattern);
        break;
      case "W":
        await this.#writeTo(command.text, this.#pattern.split(this.#end, 1)[0]);
    }
    return this.#execute(at + 1);
  }

  #endCycle(print: boolean): number {
    if (print) this.#put(this.#pattern);
    if (this.#appended.length > 0) this.#flushAppended();
    if (!this.#keepPattern) this.#substituted = false;
    return -1;
  }

  #flushAppended(): void {
    for (const text of this.#appended) if (text !== "") this.#add(text);
    this.#appended = [];
  }

  #quit(command: Command): number {
    if (command.name === "q") this.#endCycle(!this.#quiet);
    this.#input.stop();
    return command.number;
  }

  #matches(address: Address): boolean {
    const input = this.#input;
    switch (address.kind) {
      case "line":
        return input.line === address.line;
      case "step":
        return address.step <= 0 ? input.line === address.first : input.line >= address.first && (input.line - address.first) % address.step === 0;
      case "last":
        return input.isLastNow();
      case "regex": {
        const regex = this.#regex(address.regex);
        return regex.literal !== null ? this.#pattern.includes(regex.literal) : regex.for(this.#pattern).test(this.#pattern);
      }
    }
    return false;
  }

  #regex(regex: Regex | null): Regex {
    if (regex) this.#lastRegex = regex;
    if (!this.#lastRegex) throw new Failure("no previous regular expression");
    return this.#lastRegex;
  }

  #selects(command: Command): boolean {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return this.#matches(from);
    const { line } = this.#input;
    if (command.until === -1) {
      // 0,/re/: active before the first line, so that the end may match on line 1.
      if (from.kind === "zero" && line === 1 && to.kind === "regex") {
        if (!this.#matches(to)) command.until = Number.POSITIVE_INFINITY;
        return true;
      }
      if (from.kind === "zero" || !this.#matches(from)) return false;
      if (to.kind === "line") command.until = to.line > line ? to.line : -1;
      else if (to.kind === "plus") command.until = to.count > 0 ? line + to.count : -1;
      else if (to.kind === "multiple") command.until = to.of > 0 && line % to.of !== 0 ? line + to.of - (line % to.of) : -1;
      else if (to.kind === "last") command.until = this.#input.isLastNow() ? -1 : Number.POSITIVE_INFINITY;
      else command.until = Number.POSITIVE_INFINITY;
      return true;
    }
    if (command.until !== Number.POSITIVE_INFINITY) {
      // An end line that was skipped over (by n or N) ends the range without this line.
      if (line > command.until) {
        command.until = -1;
        return to.kind === "line" ? this.#matches(from) && to.line >= line : false;
      }
      if (line === command.until) command.until = -1;
    } else if (this.#matches(to)) command.until = -1;
    return true;
  }

  #substitute(command: Substitution): boolean {
    const subject = this.#pattern;
    const compiled = this.#regex(command.regex);
    if (compiled.literal !== null && !subject.includes(compiled.literal)) return false;
    const regex = compiled.for(subject);
    const { replacement, nth, global } = command;
    const plain = replacement.length === 0 ? "" : replacement.length === 1 && typeof replacement[0] === "string" ? replacement[0] : null;
    let out = "";
    let at = 0;
    let count = 0;
    let changed = false;
    let before = -1;
    for (let match = regex.exec(subject); match; match = regex.exec(subject)) {
      const text = match[0];
      const end = match.index + text.length;
      // An empty match right behind the last match does not count.
      if (text === "" && match.index === before) {
        regex.lastIndex++;
        if (regex.lastIndex > subject.length) break;
        continue;
      }
      before = end;
      if (++count >= nth) {
        out += subject.slice(at, match.index) + (plain ?? expand(replacement, match));
        at = end;
        changed = true;
        if (!global) break;
      }
      if (text === "") regex.lastIndex++;
      if (regex.lastIndex > subject.length) break;
    }
    if (!changed) return false;
    this.#pattern = out + subject.slice(at);
    if (command.print) this.#put(this.#pattern);
    if (command.file !== null) void this.#writeTo(command.file, this.#pattern);
    return true;
  }

  #openOutput(name: string): void {
    if (this.#files.has(name)) return;
    const { sys, stderr } = this.#invocation;
    if (name === "/dev/stderr") this.#files.set(name, stderr);
    if (name.startsWith("/dev/std")) return;
    const path = binaryToBytes(name);
    const fd = sys.open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    if (fd < 0) throw new Failure(`couldn't open file ${name}: ${strerror(fd)}`, 4);
    this.#files.set(name, new Writer(sys, fd));
  }

  async #writeTo(name: string, text: string): Promise<void> {
    if (name === "/dev/stdout") this.#add(text + this.#end);
    else {
      const file = this.#files.get(name)!;
      await file.writeBinary(text + this.#end);
      // A later r, or another program, sees the line.
      await file.flush();
    }
  }

  async #readFile(name: string): Promise<string> {
    const { sys, stdin } = this.#invocation;
    if (name === "/dev/stdin") return bytesToBinary(await stdin.readAll());
    const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return "";
    try {
      return bytesToBinary(await new Reader(sys, fd).readAll());
    } catch (error) {
      if (error instanceof ReadError) return "";
      throw error;
    } finally {
      sys.close(fd);
    }
  }
}

function expand(replacement: Substitution["replacement"], match: RegExpExecArray): string {
  let out = "";
  let mode: "U" | "L" | "E" = "E";
  let next: "u" | "l" | null = null;
  for (const part of replacement) {
    if (typeof part === "object" && "change" in part) {
      if (part.change === "u" || part.change === "l") next = part.change;
      else {
        mode = part.change;
        next = null;
      }
      continue;
    }
    let text = typeof part === "string" ? part : (match[part.group] ?? "");
    if (mode !== "E") text = changeCase(text, mode);
    if (next !== null && text !== "") {
      text = changeCase(text[0], next === "u" ? "U" : "L") + text.slice(1);
      next = null;
    }
    out += text;
  }
  return out;
}

/** ASCII only: the text is bytes. */
function changeCase(text: string, to: "U" | "L"): string {
  return to === "U" ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function transliterate(text: string, table: Record<string, string>): string {
  const characters = /[\x80-\xff]/.test(text) ? (text.match(/[\xc2-\xf4][\x80-\xbf]+|[^]/g) ?? []) : text.split("");
  return characters.map((character) => table[character] ?? character).join("");
}

/** What `l` prints: escapes for what can't be seen, folded lines, $ at the end. */
function visible(text: string, width: number): string {
  const named: Record<string, string> = { "\\": "\\\\", "\x07": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v" };
  let out = "";
  let column = 0;
  for (const character of text) {
    const shown = named[character] ?? (character < " " || character > "~" ? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}` : character);
    if (width > 1 && column + shown.length > width - 1) {
      out += "\\\n";
      column = 0;
    }
    out += shown;
    column += shown.length;
  }
  return `${out}$\n`;
}
