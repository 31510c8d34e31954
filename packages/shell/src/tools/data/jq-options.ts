// jq's command line, which is read in an order of its own: some options take two words, some all that follow.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { Reader } from "../../stdio.ts";
import { Failure, type Invocation } from "../define.ts";
import { JsonReader, parseJson } from "./jq-json.ts";
import { JqError, type JsonObject, type Value } from "./jq-value.ts";

export const DESCRIPTION = {
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

export interface Settings {
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

async function readFile(invocation: Invocation, name: string): Promise<string> {
  const { sys } = invocation;
  const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new Failure(`error: Could not open ${name}: ${strerror(fd)}`);
  const text = new TextDecoder().decode(await new Reader(sys, fd).readAll());
  sys.close(fd);
  return text;
}

export async function parseCommandLine(invocation: Invocation): Promise<Settings> {
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
