// env, xargs, timeout and sleep: tools that start other programs, or wait.

import { AT_FDCWD, decode, encode, O_CLOEXEC, O_RDONLY, type System, strerror } from "@vibengine/system";
import { Reader } from "../stdio.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { parseDuration } from "./numbers.ts";
import { checkProgram, runProgram } from "./programs.ts";
import { quote, quoteIfNeeded, quotePlain } from "./quote.ts";

export const env = define(
  {
    name: "env",
    usage: "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]",
    failure: 125,
    help: `Set each NAME to VALUE in the environment and run COMMAND. With no COMMAND, print the resulting environment.

  -i, --ignore-environment  start with an empty environment
  -0, --null                end each output line with NUL, not newline
  -u, --unset=NAME          remove variable from the environment
  -C, --chdir=DIR           change working directory to DIR
  -S, --split-string=S      process and split S into separate arguments; used to pass multiple arguments on shebang lines
  -v, --debug               (ignored)

A mere - implies -i.`,
    inOrder: true,
    rewrite: splitStrings,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const variables = invocation.env;
    let words = operands;
    const bare = words[0] === "-";
    if (bare) words = words.slice(1);
    if (options.has("i") || bare) variables.clear();
    for (const name of options.values("u")) {
      if (name === "" || name.includes("=")) throw new Failure(`cannot unset ${quotePlain(name)}: Invalid argument`);
      variables.delete(name);
    }
    let at = 0;
    for (; at < words.length && words[at].includes("="); at++) {
      const equals = words[at].indexOf("=");
      variables.set(words[at].slice(0, equals), words[at].slice(equals + 1));
    }
    const command = words.slice(at);
    const directory = options.value("C");
    if (command.length === 0) {
      if (directory !== undefined) throw new UsageError("must specify command with --chdir (-C)");
      const end = options.has("0") ? "\0" : "\n";
      for (const [name, value] of variables) await stdout.write(`${name}=${value}${end}`);
      return 0;
    }
    if (options.has("0")) throw new UsageError("cannot specify --null (-0) with command");
    if (directory !== undefined) {
      const result = sys.chdir(encode(directory));
      if (result < 0) throw new Failure(`cannot change directory to ${quote(directory)}: ${strerror(result)}`);
    }
    return runProgram(invocation, command, "");
  },
);

/** -S 'perl -w' becomes words. */
function splitStrings(words: string[]): string[] {
  const [first, ...rest] = words;
  const match = /^(?:-S|--split-string=)(.+)$/s.exec(first ?? "");
  if (match) return [...split(match[1]), ...rest];
  if (first === "-S" || first === "--split-string") return [...split(rest[0] ?? ""), ...rest.slice(1)];
  return words;
}

function split(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+))/gs)) {
    words.push(match[2] ?? (match[1] ?? match[3]).replace(/\\(.)/gs, (_, c) => ({ n: "\n", t: "\t", _: " " })[c as string] ?? c));
  }
  return words;
}

export const sleep = define(
  { name: "sleep", usage: "NUMBER[SUFFIX]...", help: "Pause for the sum of NUMBERs. SUFFIX may be s for seconds (the default), m, h or d.\n" },
  async ({ operands, sys }) => {
    if (operands.length === 0) throw new UsageError("missing operand");
    let seconds = 0;
    for (const operand of operands) {
      const duration = parseDuration(operand);
      if (duration === null) throw new UsageError(`invalid time interval ${quotePlain(operand)}`);
      seconds += duration;
    }
    // A deadline too far for a timer is waited for in pieces.
    for (const end = performance.now() + seconds * 1000; ; ) {
      const left = end - performance.now();
      if (left <= 0) return;
      await sys.sleep(Math.min(left, 1e9));
    }
  },
);

export const SIGNALS: Record<string, number> = {
  EXIT: 0, HUP: 1, INT: 2, QUIT: 3, ILL: 4, TRAP: 5, ABRT: 6, BUS: 7, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15,
  STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25, VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
};

export const timeout = define(
  {
    name: "timeout",
    usage: "[OPTION] DURATION COMMAND [ARG]...",
    failure: 125,
    help: `Start COMMAND, and kill it if still running after DURATION (a number with an optional suffix s, m, h or d; 0 for no limit).

      --preserve-status     exit with the same status as COMMAND, even when the command times out
      --foreground          (ignored)
  -k, --kill-after=DURATION  also send a KILL signal if COMMAND is still running this long after the initial signal
  -s, --signal=SIGNAL       specify the signal to be sent on timeout, as a name like 'HUP' or a number
  -v, --verbose             diagnose to stderr any signal sent upon timeout

If the command times out, exit with status 124, or 137 when it was killed with KILL.`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (operands.length < 2) throw new UsageError("");
    const duration = (text: string) => {
      const seconds = parseDuration(text);
      if (seconds === null) throw new UsageError(`invalid time interval ${quotePlain(text)}`);
      return seconds;
    };
    const limit = duration(operands[0]);
    const killAfter = options.has("k") ? duration(options.value("k")!) : 0;
    const named = (options.value("s") ?? "TERM").toUpperCase().replace(/^SIG/, "");
    const signal = /^\d+$/.test(named) ? Number(named) : SIGNALS[named];
    if (signal === undefined || signal > 31) throw new UsageError(`${quotePlain(options.value("s")!)}: invalid signal`);
    const command = operands.slice(1);
    const missing = checkProgram(invocation, command[0], "failed to run command ");
    if (missing !== 0) return missing;
    await stdout.flush();
    const child = sys.fork();
    if (typeof child === "number") throw new Failure(`fork system call failed: ${strerror(child)}`);
    const { pid } = child;
    let ended = false;
    const done = invocation.run(command, child).then((status) => {
      ended = true;
      return status;
    });
    const late = async (seconds: number, sent: number) => {
      if (seconds === 0 || seconds === Number.POSITIVE_INFINITY) return done.then(() => false);
      // The timer is the worker's own, so that the command's end can race it; it is dropped when the command ends first.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const passed = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(true), Math.min(seconds * 1000, 2 ** 31 - 1));
      });
      const over = await Promise.race([passed, done.then(() => false)]);
      clearTimeout(timer);
      if (!over || ended) return false;
      if (options.has("v")) invocation.warn(`sending signal ${Object.keys(SIGNALS).find((name) => SIGNALS[name] === sent)} to command ${quote(command[0])}`, 0);
      sys.kill(pid, sent);
      return true;
    };
    const timedOut = await late(limit, signal);
    if (timedOut && killAfter > 0) await late(killAfter, SIGNALS.KILL);
    const status = await done;
    if (!timedOut || options.has("preserve-status")) return status;
    return status === 137 ? 137 : 124;
  },
);

export const xargs = define(
  {
    name: "xargs",
    usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
    help: `Run COMMAND with arguments INITIAL-ARGS and more arguments read from standard input.

  -0, --null                   items are separated by a null, not whitespace
  -a, --arg-file=FILE          read arguments from FILE, not standard input
  -d, --delimiter=CHARACTER    items in input stream are separated by CHARACTER
  -E END                       set logical EOF string; if END occurs as a line of input, the rest is ignored
  -I R                         same as --replace=R
  -i[R], --replace[=R]         replace R (default {}) in INITIAL-ARGS with names read from standard input
  -L, --max-lines=MAX-LINES    use at most MAX-LINES non-blank input lines per command line
  -n, --max-args=MAX-ARGS      use at most MAX-ARGS arguments per command line
  -o, --open-tty               (ignored)
  -P, --max-procs=MAX-PROCS    run at most MAX-PROCS processes at a time (here they run one after the other)
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
    const mostArguments = number("n", 1) && limiting !== "L" && replace === undefined ? number("n", 1)! : Number.POSITIVE_INFINITY;
    const mostLines = replace !== undefined ? 1 : limiting === "L" ? number("L", 1)! : Number.POSITIVE_INFINITY;
    const mostBytes = number("s", 1) ?? 131072;
    number("P", 0);
    const command = operands.length > 0 ? operands : ["echo"];

    const reader = takeInput(invocation, options.value("a"));
    const separator = options.has("0") ? "\0" : options.has("d") ? delimiterOf(options.value("d")!) : null;
    const items = separator === null ? words(reader, replace !== undefined, options.value("E")) : records(reader, separator);

    let batch: string[] = [];
    let lines = 0;
    let bytes = 0;
    let ran = false;
    const base = command.reduce((sum, word) => sum + encode(word).length + 1, 0);
    const run = async (): Promise<void> => {
      ran = true;
      const argv = replace === undefined ? [...command, ...batch] : [command[0], ...command.slice(1).map((word) => word.replaceAll(replace, batch[0]))];
      batch = [];
      lines = bytes = 0;
      if (options.has("t")) await invocation.stderr.write(`${argv.map(quoteIfNeeded).join(" ")}\n`);
      const missing = checkProgram(invocation, argv[0]);
      if (missing !== 0) throw new Stop(missing);
      const status = await invocation.run(argv);
      if (status === 255) {
        invocation.warn(`${argv[0]}: exited with status 255; aborting`, 124);
        throw new Stop(124);
      }
      if (status > 128) {
        invocation.warn(`${argv[0]}: terminated by signal ${status - 128}`, 125);
        throw new Stop(125);
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
    } catch (error) {
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

function delimiterOf(text: string): string {
  const named: Record<string, string> = { n: "\n", t: "\t", "0": "\0", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\" };
  if (text.length === 2 && text[0] === "\\" && text[1] in named) return named[text[1]];
  const code = /^\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))$/.exec(text);
  if (code) return String.fromCharCode(Number.parseInt(code[1] ?? code[2], code[1] ? 16 : 8));
  if (text.length !== 1) throw new Failure(`Invalid input delimiter specification ${text}: the delimiter must be either a single character or an escape sequence starting with \\.`);
  return text;
}

async function* records(reader: Reader, separator: string): AsyncGenerator<Item> {
  const code = separator.charCodeAt(0);
  for (let block = await reader.lines(code); block; block = await reader.lines(code)) {
    const texts = decode(block).split(separator);
    if (texts[texts.length - 1] === "") texts.pop();
    for (const text of texts) yield { text, endsLine: true };
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
