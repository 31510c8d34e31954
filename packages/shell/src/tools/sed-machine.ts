// The machine that runs a parsed sed script over lines. Pattern and hold space are binary strings; lines come a block at a time
// and output is collected a block at a time, so that the usual line costs no await.

import { textToBinary } from "../stdio.ts";
import { Failure, type Invocation } from "./define.ts";
import type { Regex } from "./regex.ts";
import { SedFiles } from "./sed-files.ts";
import { SedInput } from "./sed-input.ts";
import type { Address, Command, Substitution } from "./sed-script.ts";
import { substitute, transliterate, visible } from "./sed-text.ts";

export class Machine {
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
  #files: SedFiles;
  /** The last write of s///w, which does not wait for it. */
  #written: Promise<void> | null = null;
  #lineLength: number;
  /** D asks for a new cycle without reading. */
  #keepPattern = false;

  constructor(invocation: Invocation, commands: Command[], quiet: boolean) {
    const { options, operands } = invocation;
    this.#invocation = invocation;
    this.#commands = commands;
    this.#files = new SedFiles(invocation);
    this.#quiet = quiet;
    this.#end = options.has("z") ? "\0" : "\n";
    this.#lineLength = Number(options.value("l") ?? 70);
    const inPlace = options.has("i");
    this.#input = new SedInput(
      invocation,
      operands,
      this.#end,
      inPlace || options.has("s"),
      inPlace ? (options.value("i") ?? "") : null,
    );
  }

  async run(): Promise<number> {
    for (const command of this.#commands) {
      if (command.name === "w" || command.name === "W") this.#files.open(command.text);
      if (command.substitution?.file) this.#files.open(command.substitution.file);
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
      const waiting = this.#execute(0);
      const result = typeof waiting === "number" ? waiting : await waiting;
      if (result >= 0) {
        status = result;
        break;
      }
    }
    await this.#flush();
    await input.finish();
    await this.#files.close();
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
    await this.#written;
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

  /** Runs the script on the pattern space from a command on; -1 to go on, else the exit status. A promise only for commands that read or write. */
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
          if (++this.#jumps % 4096 === 0) return this.#rest(command.target);
          at = command.target - 1;
          break;
        }
        default:
          this.#simple(command);
      }
    }
    return this.#endCycle(!this.#quiet);
  }

  async #rest(target: number): Promise<number> {
    await this.#flush();
    await this.#invocation.yield();
    return this.#execute(target);
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
        this.#add(`${textToBinary(this.#input.name)}\n`);
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
      case "r": {
        const text = await this.#files.read(command.text);
        if (text !== "") this.#appended.push(text);
        break;
      }
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

  async #writeTo(name: string, line: string): Promise<void> {
    if (name === "/dev/stdout") this.#add(line + this.#end);
    else await this.#files.write(name, line, this.#end, this.#input.lacksEnd);
  }

  #endCycle(print: boolean): number {
    if (print) this.#put(this.#pattern);
    if (this.#appended.length > 0) this.#flushAppended();
    if (!this.#keepPattern) this.#substituted = false;
    return -1;
  }

  #flushAppended(): void {
    for (const text of this.#appended) this.#add(text);
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
        return address.step <= 0
          ? input.line === address.first
          : input.line >= address.first && (input.line - address.first) % address.step === 0;
      case "last":
        return input.isLastNow();
      case "regex": {
        const regex = this.#regex(address.regex);
        return regex.test(this.#pattern);
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
      if (from.kind === "zero") return false;
      if (from.kind === "line") {
        // A start that was passed over (deleted, or skipped by N) still begins the range, once.
        if (line < from.line || (command.closedAt > 0 && line >= command.closedAt)) return false;
        command.closedAt = line + 1;
        if (line > from.line && to.kind === "line" && line > to.line) return false;
      } else if (!this.#matches(from)) return false;
      if (to.kind === "line") command.until = to.line > line ? to.line : -1;
      else if (to.kind === "plus") command.until = to.count > 0 ? line + to.count : -1;
      else if (to.kind === "multiple")
        command.until = to.of > 0 && line % to.of !== 0 ? line + to.of - (line % to.of) : -1;
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
    const changed = substitute(this.#pattern, this.#regex(command.regex), command);
    if (changed === null) return false;
    this.#pattern = changed;
    if (command.print) this.#put(changed);
    if (command.file === "/dev/stdout") this.#add(changed + this.#end);
    else if (command.file !== null)
      this.#written = this.#files.write(command.file, changed, this.#end, this.#input.lacksEnd);
    return true;
  }
}
