// xargs: words or records of standard input become arguments of a program.

import { AT_FDCWD, decode, encode, O_CLOEXEC, O_RDONLY, type System, strerror } from "@vibengine/system";
import { binaryToText, bytesToBinary, Reader, textToBinary } from "../stdio.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { checkProgram } from "./programs.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

export const xargs = define(
  {
    name: "xargs",
    usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
    help: `Run COMMAND with arguments INITIAL-ARGS and more arguments read from standard input.

  -0, --null                   items are separated by a null, not whitespace
  -a, --arg-file=FILE          read arguments from FILE, not standard input
  -d, --delimiter=CHARACTER    items in input stream are separated by CHARACTER
  -e[END], --eof[=END]         like -E END; without END there is no such string
  -E END                       set logical EOF string; if END occurs as a line of input, the rest is ignored
  -I R                         same as --replace=R
  -i[R], --replace[=R]         replace R (default {}) in INITIAL-ARGS with names read from standard input
  -L, --max-lines=MAX-LINES    use at most MAX-LINES non-blank input lines per command line
  -n, --max-args=MAX-ARGS      use at most MAX-ARGS arguments per command line
  -o, --open-tty               (ignored)
  -P, --max-procs=MAX-PROCS    run at most MAX-PROCS processes at a time; 0 for as many as possible
  -p, --interactive            (ignored)
      --process-slot-var=VAR   (ignored)
  -r, --no-run-if-empty        if there are no arguments, do not run COMMAND
  -s, --max-chars=MAX-CHARS    limit length of command line to MAX-CHARS
      --show-limits            (ignored)
  -t, --verbose                print commands before executing them
  -x, --exit                   exit if the size (see -s) is exceeded`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const number = (key: string, least: number) => {
      const text = options.value(key);
      if (text === undefined) return undefined;
      if (!/^-?\d+$/.test(text)) throw new UsageError(`invalid number "${text}" for -${key} option`);
      if (Number(text) < least) throw new UsageError(`value ${text} for -${key} option should be >= ${least}`);
      return Number(text);
    };
    const limiting = options.last("L", "n", "I", "i");
    const replace = limiting === "I" ? options.value("I") : limiting === "i" ? (options.value("i") ?? "{}") : undefined;
    const mostArguments =
      number("n", 1) && limiting !== "L" && replace === undefined ? number("n", 1)! : Number.POSITIVE_INFINITY;
    const mostLines = replace !== undefined ? 1 : limiting === "L" ? number("L", 1)! : Number.POSITIVE_INFINITY;
    const mostBytes = number("s", 1) ?? 131072;
    const mostRunning = (number("P", 0) ?? 1) || 256;
    const command = operands.length > 0 ? operands : ["echo"];

    const reader = takeInput(invocation, options.value("a"));
    const separator = options.has("0") ? "\0" : options.has("d") ? delimiterOf(options.value("d")!) : null;
    const items =
      separator === null ? words(reader, replace !== undefined, options.value("E")) : records(reader, separator);

    if (command.reduce((sum, word) => sum + encode(word).length + 1, 0) > mostBytes) {
      throw new Failure("cannot fit single argument within argument list size limit");
    }
    let batch: string[] = [];
    let lines = 0;
    let bytes = 0;
    let ran = false;
    const base = command.reduce((sum, word) => sum + encode(word).length + 1, 0);
    const run = async (): Promise<void> => {
      ran = true;
      const [item] = batch;
      const argv =
        replace === undefined
          ? [...command, ...batch]
          : [command[0], ...command.slice(1).map((word) => word.replaceAll(replace, () => item))];
      batch = [];
      lines = bytes = 0;
      if (options.has("t")) await invocation.stderr.write(`${argv.map(quoteIfNeeded).join(" ")}\n`);
      const missing = checkProgram(invocation, argv[0]);
      if (missing !== 0) throw new Stop(missing);
      if (mostRunning > 1) {
        const done = invocation.run(argv).then((status) => {
          running.delete(done);
          finished(argv[0], status);
        });
        running.add(done);
        if (running.size >= mostRunning) await Promise.race(running);
        if (stop) throw stop;
        return;
      }
      finished(argv[0], await invocation.run(argv));
      if (stop) throw stop;
    };
    const running = new Set<Promise<void>>();
    let stop: Stop | null = null;
    const finished = (name: string, status: number): void => {
      if (status === 255) {
        invocation.warn(`${name}: exited with status 255; aborting`, 124);
        stop = new Stop(124);
        return;
      }
      if (status > 128 && status <= 192) {
        invocation.warn(`${name}: terminated by signal ${status - 128}`, 125);
        stop = new Stop(125);
        return;
      }
      if (status !== 0) invocation.status = 123;
    };
    try {
      for await (const { text, endsLine } of items) {
        const size = encode(text).length + 1;
        if (batch.length > 0 && base + bytes + size > mostBytes) await run();
        if (base + size > mostBytes) {
          invocation.warn("argument line too long");
          throw new Stop(1);
        }
        batch.push(text);
        bytes += size;
        if (endsLine) lines++;
        if (batch.length >= mostArguments || lines >= mostLines) await run();
      }
      if (batch.length > 0 || (!ran && !options.has("r") && replace === undefined)) await run();
      while (running.size > 0) await Promise.race(running);
      if (stop) throw stop;
    } catch (error) {
      await Promise.all(running);
      if (!(error instanceof Stop)) throw error;
      return error.status;
    } finally {
      sys.close(reader.fd);
    }
  },
);

class Stop extends Error {
  status: number;
  constructor(status: number) {
    super();
    this.status = status;
  }
}

/** A reader of its own for the items; the commands get /dev/null as stdin, so that they can't eat them (with -a they keep stdin). */
function takeInput({ sys, yield: pause }: Invocation, file: string | undefined): Reader {
  if (file !== undefined) {
    const fd = sys.open(AT_FDCWD, encode(file), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) throw new Failure(`Cannot open input file ${quote(file)}: ${strerror(fd)}`);
    return new Reader(sys, fd, pause);
  }
  const fd = sys.dup(0, 10);
  sys.setCloexec(fd, true);
  replaceStdin(sys);
  return new Reader(sys, fd, pause);
}

function replaceStdin(sys: System): void {
  const empty = sys.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0);
  if (empty <= 0) return;
  sys.dup2(empty, 0);
  sys.close(empty);
}

interface Item {
  text: string;
  endsLine: boolean;
}

/** A single byte, as a binary string. */
function delimiterOf(text: string): string {
  const named: Record<string, string> = {
    n: "\n",
    t: "\t",
    "0": "\0",
    r: "\r",
    a: "\x07",
    b: "\b",
    f: "\f",
    v: "\v",
    "\\": "\\",
  };
  if (text.length === 2 && text[0] === "\\" && text[1] in named) return named[text[1]];
  const code = /^\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))$/.exec(text);
  if (code) return String.fromCharCode(Number.parseInt(code[1] ?? code[2], code[1] ? 16 : 8) & 255);
  const bytes = textToBinary(text);
  if (bytes.length !== 1)
    throw new Failure(
      `Invalid input delimiter specification ${text}: the delimiter must be either a single character or an escape sequence starting with \\.`,
    );
  return bytes;
}

async function* records(reader: Reader, separator: string): AsyncGenerator<Item> {
  const code = separator.charCodeAt(0);
  for (let block = await reader.lines(code); block; block = await reader.lines(code)) {
    const texts = bytesToBinary(block).split(separator);
    if (texts[texts.length - 1] === "") texts.pop();
    for (const text of texts) yield { text: binaryToText(text), endsLine: true };
  }
}

/** Words between blanks and newlines, with quotes and backslashes; whole lines for -I. */
async function* words(reader: Reader, wholeLines: boolean, stopWord: string | undefined): AsyncGenerator<Item> {
  let carried = "";
  for (let block = await reader.lines(); block; block = await reader.lines()) {
    for (const line of decode(block).split(/(?<=\n)/)) {
      const text = carried + line;
      // A backslash before the newline, or -L's trailing blank, goes on in the next line.
      if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) {
        carried = text;
        continue;
      }
      carried = "";
      const found = splitLine(text.replace(/\n$/, ""), wholeLines);
      for (let i = 0; i < found.length; i++) {
        if (found[i] === stopWord && stopWord !== undefined) return;
        yield { text: found[i], endsLine: i === found.length - 1 && !/[ \t]\n?$/.test(text) };
      }
    }
  }
  for (const text of carried === "" ? [] : splitLine(carried, wholeLines)) yield { text, endsLine: true };
}

function splitLine(line: string, whole: boolean): string[] {
  const found: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if ((character === " " || character === "\t") && !(whole && word !== null)) {
      if (word !== null) found.push(word);
      word = null;
    } else if (character === "'" || character === '"') {
      const end = line.indexOf(character, i + 1);
      if (end < 0) {
        throw new Failure(
          `unmatched ${character === "'" ? "single" : "double"} quote; by default quotes are special to xargs unless you use the -0 option`,
        );
      }
      word = (word ?? "") + line.slice(i + 1, end);
      i = end;
    } else {
      if (character === "\\" && i + 1 < line.length) i++;
      word = (word ?? "") + line[i];
    }
  }
  if (word !== null) found.push(word);
  return found;
}
