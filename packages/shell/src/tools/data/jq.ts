// jq: its command line, its inputs and its output.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { Reader } from "../../stdio.ts";
import { defineRaw, Failure, type Invocation, printHelp, printVersion } from "../define.ts";
import { Evaluator, Halt, type Scope } from "./jq-eval.ts";
import { type Node, parseProgram, SyntaxFault } from "./jq-parse.ts";
import { JqError, type JsonObject, JsonReader, parseJson, type Style, toJson, type Value } from "./jq-value.ts";

const DESCRIPTION = {
  name: "jq",
  usage:
    "[OPTIONS...] FILTER [FILES...]\n[OPTIONS...] -f FILE [FILES...]\n[OPTIONS...] --args FILTER [STRINGS...]\n[OPTIONS...] --jsonargs FILTER [JSON_VALUES...]",
  failure: 2,
  help: `Process JSON inputs, applying the given filter to each and writing its results as JSON.

  -n, --null-input          use null as the single input value
  -R, --raw-input           read each line as a string instead of JSON
  -s, --slurp               read all inputs into an array and use it as the single input value
  -c, --compact-output      compact instead of pretty-printed output
  -r, --raw-output          output strings without escapes and quotes
      --raw-output0         implies -r and output NUL after each output
  -j, --join-output         implies -r and output without newline after each output
  -a, --ascii-output        output strings by only ASCII characters using escape sequences
  -S, --sort-keys           sort keys of each object on output
  -C, --color-output        colorize JSON output
  -M, --monochrome-output   disable colored output
      --tab                 use tabs for indentation
      --indent n            use n spaces for indentation (max 7 spaces)
      --unbuffered          flush output stream after each output
      --stream              parse the input value in streaming fashion
      --seq                 (output is preceded by ASCII RS)
  -f, --from-file           load filter from a file
  -L directory              (ignored)
  -e, --exit-status         set exit status code based on the output
      --arg name value      set $name to the string value
      --argjson name value  set $name to the JSON value
      --slurpfile name file  set $name to an array of JSON values read from the file
      --rawfile name file   set $name to string contents of file
      --args                consume remaining arguments as positional string values
      --jsonargs            consume remaining arguments as positional JSON values`,
};

interface Settings {
  flags: Set<string>;
  program: string | null;
  files: string[];
  named: JsonObject;
  positional: Value[];
  indent: number;
}

const SHORT: Record<string, string> = {
  n: "null-input",
  R: "raw-input",
  s: "slurp",
  c: "compact-output",
  r: "raw-output",
  j: "join-output",
  a: "ascii-output",
  S: "sort-keys",
  C: "color-output",
  M: "monochrome-output",
  f: "from-file",
  e: "exit-status",
  h: "help",
  V: "version",
};

export const jq = defineRaw(DESCRIPTION, async (invocation) => {
  const settings = await parseCommandLine(invocation);
  if (settings.flags.has("help")) return printHelp(invocation, DESCRIPTION);
  if (settings.flags.has("version")) return printVersion(invocation);
  if (settings.program === null) {
    void invocation.stderr.write(
      `Usage:\tjq ${DESCRIPTION.usage.split("\n")[0]}\nTry 'jq --help' for more information.\n`,
    );
    return 2;
  }
  let program: Node;
  try {
    program = parseProgram(settings.program);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    void invocation.stderr.write(
      `jq: error: ${error.message} at <top-level>, line 1:\n${settings.program}\njq: 1 compile error\n`,
    );
    return 3;
  }
  return execute(invocation, settings, program);
});

async function readFile(invocation: Invocation, name: string): Promise<string> {
  const { sys } = invocation;
  const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`error: Could not open ${name}: ${strerror(fd)}`);
  const text = new TextDecoder().decode(await new Reader(sys, fd).readAll());
  sys.close(fd);
  return text;
}

async function parseCommandLine(invocation: Invocation): Promise<Settings> {
  const settings: Settings = {
    flags: new Set(),
    program: null,
    files: [],
    named: new Map(),
    positional: [],
    indent: 2,
  };
  const { flags, named } = settings;
  const words = invocation.argv.slice(1);
  const operands: { text: string; kind: "file" | "args" | "jsonargs" }[] = [];
  let kind: "file" | "args" | "jsonargs" = "file";
  let ended = false;
  const fail = (text: string) =>
    new Failure(
      `${text}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
    );
  const value = (option: string, count: number): string[] => {
    const given = words.splice(0, count);
    if (given.length < count)
      throw fail(
        `${option} takes ${count === 2 ? "two parameters" : "one parameter"} (e.g. ${option} ${count === 2 ? "name value" : "value"})`,
      );
    return given;
  };
  const json = (option: string, text: string): Value => {
    try {
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      throw fail(`Invalid JSON text passed to --${option}`);
    }
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (ended || !word.startsWith("-") || word === "-") {
      if (settings.program === null && !flags.has("from-file")) settings.program = word;
      else operands.push({ text: word, kind });
      continue;
    }
    if (word === "--") {
      ended = true;
      continue;
    }
    if (!word.startsWith("--")) {
      for (const letter of word.slice(1)) {
        if (letter === "L") {
          if (word.length === 2) words.shift();
          break;
        }
        if (!SHORT[letter]) throw fail(`Unknown option: ${word}`);
        flags.add(SHORT[letter]);
      }
      continue;
    }
    const name = word.slice(2);
    if (name === "arg") {
      const [key, text] = value(word, 2);
      if (!named.has(key)) named.set(key, text);
    } else if (name === "argjson") {
      const [key, text] = value(word, 2);
      if (!named.has(key)) named.set(key, json("argjson", text));
    } else if (name === "slurpfile" || name === "rawfile" || name === "argfile") {
      const [key, file] = value(word, 2);
      const text = await readFile(invocation, file).catch((error) => {
        if (error instanceof Failure)
          throw new Failure(`Bad JSON in --${name} ${key} ${file}: ${error.message.replace(/^error: /, "")}`);
        throw error;
      });
      const values = name === "rawfile" ? [] : readAll(text, file, key, name);
      named.set(key, name === "rawfile" ? text : name === "argfile" && values.length === 1 ? values[0] : values);
    } else if (name === "args" || name === "jsonargs") kind = name;
    else if (name === "tab") settings.indent = -1;
    else if (name === "indent") {
      const count = Number(value(word, 1)[0]);
      if (!(count >= 0)) throw fail("Cannot indent less than zero");
      if (count > 7) throw fail("Cannot indent more than 7 characters");
      settings.indent = count;
    } else if ([...Object.values(SHORT), "raw-output0", "unbuffered", "stream", "stream-errors", "seq"].includes(name))
      flags.add(name);
    else if (name === "nul-output") flags.add("raw-output0");
    else throw fail(`Unknown option: ${word}`);
  }
  if (flags.has("from-file")) {
    const file = operands.shift()?.text ?? settings.program;
    if (file === null) throw fail("--from-file needs a file");
    if (settings.program !== null && settings.program !== file) operands.unshift({ text: file, kind: "file" });
    settings.program = await readFile(invocation, settings.program ?? file);
  }
  for (const { text, kind: what } of operands) {
    if (what === "file") settings.files.push(text);
    else settings.positional.push(what === "args" ? text : json("jsonargs", text));
  }
  return settings;
}

function readAll(text: string, file: string, key: string, option: string): Value[] {
  try {
    return [...new JsonReader().push(text, true)];
  } catch (error) {
    if (error instanceof JqError) throw new Failure(`Bad JSON in --${option} ${key} ${file}: ${error.message}`);
    throw error;
  }
}

async function execute(invocation: Invocation, settings: Settings, program: Node): Promise<number> {
  const { stdout, stderr, env } = invocation;
  const { flags } = settings;
  const source = new Source(invocation, settings);
  const world = {
    env: new Map([...env]) as JsonObject,
    named: settings.named,
    positional: settings.positional,
    inputs: source.take(),
    message: (text: string) => void stderr.write(text),
    inputName: null as Value,
    line: () => source.line,
  };
  let scope: Scope | null = null;
  for (const [name, value] of settings.named) scope = { parent: scope, name: `$${name}`, value };
  scope = {
    parent: scope,
    name: "$ARGS",
    value: new Map<string, Value>([
      ["positional", settings.positional],
      ["named", settings.named],
    ]),
  };
  const style: Style = {
    indent: flags.has("compact-output") ? "" : settings.indent < 0 ? "\t" : " ".repeat(settings.indent),
    sort: flags.has("sort-keys"),
    ascii: flags.has("ascii-output"),
    color: flags.has("color-output") && !flags.has("monochrome-output"),
  };
  const raw = flags.has("raw-output") || flags.has("join-output") || flags.has("raw-output0");
  const end = flags.has("raw-output0") ? "\0" : flags.has("join-output") ? "" : "\n";
  const evaluator = new Evaluator(world);
  let status = 0;
  let last: Value | undefined;
  let paused = performance.now();
  const useInput = mentions(program, ["input", "inputs"]);
  // `input` can't wait in the middle of an evaluation: whoever asks for it has all of the input read first.
  if (useInput) await source.fill(Number.POSITIVE_INFINITY);
  for (let first = true; ; first = false) {
    let input: Value = null;
    if (flags.has("null-input")) {
      if (!first) break;
    } else {
      if (!useInput) await source.fill(1);
      let next: IteratorResult<Value, void>;
      try {
        next = world.inputs.next();
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        void stderr.write(`jq: parse error: ${error.message}\n`);
        status = 2;
        break;
      }
      if (next.done) break;
      input = next.value;
    }
    world.inputName = source.current;
    try {
      for (const value of evaluator.results(program, scope, input)) {
        last = value;
        const text =
          raw && typeof value === "string"
            ? style.ascii
              ? toJson(value, style).slice(1, -1)
              : value
            : toJson(value, style);
        const pending = stdout.write(`${flags.has("seq") ? "\x1e" : ""}${text}${end}`);
        if (pending) await pending;
        if (flags.has("unbuffered")) await stdout.flush();
        if (performance.now() - paused > 10) {
          await invocation.yield();
          paused = performance.now();
        }
      }
    } catch (error) {
      if (error instanceof Halt) {
        if (error.value !== undefined) {
          await stdout.flush();
          await stderr.write(typeof error.value === "string" ? error.value : `${toJson(error.value)}\n`);
        }
        return error.status;
      }
      if (error instanceof RangeError) {
        void stderr.write("jq: error: stack overflow\n");
        return 5;
      }
      if (!(error instanceof JqError)) {
        if (error instanceof Error && error.message === "break") {
          void stderr.write("jq: error (at <unknown>): break\n");
          status = 5;
          continue;
        }
        throw error;
      }
      await stdout.flush();
      status = 5;
      void stderr.write(errorText(error.value, source));
      if (/^\S+\/\d+ is not defined$/.test(error.message) || /^\$\w+ is not defined$/.test(error.message)) {
        void stderr.write(`jq: 1 compile error\n`);
        return 3;
      }
    }
  }
  source.close();
  if (invocation.status !== 0) return invocation.status;
  if (status !== 0) return status;
  if (flags.has("exit-status")) return last === undefined ? 4 : last === null || last === false ? 1 : 0;
  return 0;
}

function errorText(value: Value, source: Source): string {
  const where = `(at ${source.line === 0 ? "<unknown>" : `${source.name}:${source.line}`})`;
  if (typeof value === "string") return `jq: error ${where}: ${value}\n`;
  return `jq: error ${where} (not a string): ${toJson(value)}\n`;
}

function mentions(node: unknown, names: string[]): boolean {
  if (Array.isArray(node)) return node.some((one) => mentions(one, names));
  if (typeof node !== "object" || node === null) return false;
  const { kind, name } = node as { kind?: string; name?: string };
  if (kind === "call" && names.includes(name!)) return true;
  return Object.values(node).some((one) => mentions(one, names));
}

/** The inputs: the files' values, or lines, one after the other, or all at once. */
class Source {
  name = "<stdin>";
  current: Value = null;
  line = 0;
  #invocation: Invocation;
  #settings: Settings;
  #names: string[];
  #reader: Reader | null = null;
  #json = new JsonReader();
  #decoder = new TextDecoder();
  #queue: Value[] = [];
  #ended = false;
  #failure: JqError | null = null;
  #text = "";
  #slurped: Value[] = [];

  constructor(invocation: Invocation, settings: Settings) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#names = settings.files.length > 0 ? [...settings.files] : ["-"];
  }

  /** Waits until `count` inputs are there, or all. */
  async fill(count: number): Promise<void> {
    while (this.#queue.length < count && !this.#ended) await this.#more();
  }

  *take(): Generator<Value, void, void> {
    for (;;) {
      if (this.#queue.length > 0) {
        yield this.#queue.shift()!;
        continue;
      }
      if (this.#failure) {
        const failure = this.#failure;
        this.#failure = null;
        throw failure;
      }
      return;
    }
  }

  close(): void {
    if (this.#reader && this.#reader !== this.#invocation.stdin) this.#invocation.sys.close(this.#reader.fd);
  }

  async #more(): Promise<void> {
    const { sys, stdin } = this.#invocation;
    if (!this.#reader) {
      const name = this.#names.shift();
      if (name === undefined) {
        this.#finish();
        return;
      }
      if (name === "-") this.#reader = stdin;
      else {
        const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) {
          this.#invocation.warn(`error: Could not open ${name}: ${strerror(fd)}`);
          return;
        }
        this.#reader = new Reader(sys, fd, () => this.#invocation.yield());
        this.name = name;
        this.current = name;
      }
    }
    const chunk = await this.#reader.read();
    const text = chunk ? this.#decoder.decode(chunk.slice(), { stream: true }) : this.#decoder.decode();
    if (!chunk) {
      this.close();
      this.#reader = null;
    }
    this.#add(text, !chunk && this.#names.length === 0);
  }

  #add(text: string, last: boolean): void {
    const { flags } = this.#settings;
    if (flags.has("raw-input")) {
      this.#text += text;
      if (flags.has("slurp")) return;
      const lines = this.#text.split("\n");
      this.#text = lines.pop()!;
      this.#queue.push(...lines);
      return;
    }
    try {
      for (const value of this.#json.push(text, last)) {
        if (flags.has("slurp") && !flags.has("stream")) this.#slurped.push(value);
        else if (flags.has("stream")) for (const event of events(value, [])) this.#queue.push(event);
        else this.#queue.push(value);
      }
      this.line = this.#json.line - 1;
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      this.#failure = error;
      this.#ended = true;
    }
  }

  #finish(): void {
    const { flags } = this.#settings;
    this.#ended = true;
    if (flags.has("raw-input")) {
      if (flags.has("slurp") || this.#text !== "") this.#queue.push(this.#text);
    } else if (flags.has("slurp") && !this.#failure)
      this.#queue.push(flags.has("stream") ? this.#queue.splice(0) : this.#slurped);
  }
}

/** --stream: leaves with their paths, and the ends of what holds them. */
function* events(value: Value, path: Value[]): Generator<Value> {
  const inner: [Value, Value][] = Array.isArray(value)
    ? value.map((one, i) => [i, one])
    : value instanceof Map
      ? [...value]
      : [];
  if (inner.length === 0) {
    yield [path, value];
    return;
  }
  for (const [key, one] of inner) yield* events(one, [...path, key]);
  yield [[...path, inner[inner.length - 1][0]]];
}
