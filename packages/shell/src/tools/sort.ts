// sort: reads everything into binary strings, one a line, orders them (plain byte order through the engine's own string sort, anything
// else by precomputed keys) and writes them out. A stable merge sort underneath gives GNU's results for -s, -u and -m.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, type Reader, Writer } from "../stdio.ts";
import { closeInput, define, eachInput, Failure, type Invocation, openInput } from "./define.ts";
import { quoteIfNeeded, quotePlain } from "./quote.ts";
import {
  compareLongNumbers,
  compareText,
  compareVersions,
  type Key,
  keyOf,
  type Order,
  parseKey,
  parseOrder,
  prepare,
} from "./sort-keys.ts";
import { commonLength, type Digits, numberDigits, sortedOrder, textDigits } from "./sort-radix.ts";

export const sort = define(
  {
    name: "sort",
    usage: "[OPTION]... [FILE]...",
    failure: 2,
    help: `Write sorted concatenation of all FILE(s) to standard output, in byte order.
With no FILE, or when FILE is -, read standard input.

  -b, --ignore-leading-blanks  ignore leading blanks
  -d, --dictionary-order       consider only blanks and alphanumeric characters
  -f, --ignore-case            fold lower case to upper case characters
  -g, --general-numeric-sort   compare according to general numerical value
  -i, --ignore-nonprinting     consider only printable characters
  -M, --month-sort             compare (unknown) < 'JAN' < ... < 'DEC'
  -h, --human-numeric-sort     compare human readable numbers (e.g., 2K 1G)
  -n, --numeric-sort           compare according to string numerical value
  -R, --random-sort            shuffle, but group identical keys
  -r, --reverse                reverse the result of comparisons
  -V, --version-sort           natural sort of (version) numbers within text
      --sort=WORD              sort according to WORD: general-numeric, human-numeric, month, numeric, random, version
  -c, --check[=WHEN]           check for sorted input; do not sort
  -C                           like -c, but do not report first bad line
  -k, --key=KEYDEF             sort via a key: F[.C][OPTS][,F[.C][OPTS]]
  -m, --merge                  merge already sorted files; do not sort
  -o, --output=FILE            write result to FILE instead of standard output
  -s, --stable                 stabilize sort by disabling last-resort comparison
  -S, --buffer-size=SIZE       (ignored)
  -t, --field-separator=SEP    use SEP instead of non-blank to blank transition
  -T, --temporary-directory=DIR  (ignored)
      --parallel=N             (ignored)
  -u, --unique                 output only the first of an equal run; with -c, check for strict ordering
  -z, --zero-terminated        line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    for (const option of options.list)
      if (option.key === "c" && /^(quiet|silent)$/.test(option.value ?? "")) option.key = "C";
    const end = options.has("z") ? 0 : 10;
    const plan = readPlan(invocation);
    const inputs = operands.length > 0 ? operands : ["-"];
    if (options.has("c") || options.has("C")) return check(invocation, inputs, plan, end);

    const lines: string[] = [];
    /** Where each input's lines begin, for -m. */
    const starts: number[] = [];
    for (const name of inputs) {
      const reader = openInput(invocation, name, (shown) => `cannot read: ${quoteIfNeeded(shown)}`);
      if (!reader) return 2;
      closeInput(invocation, reader);
    }
    await eachInput(
      invocation,
      inputs,
      async (reader) => {
        starts.push(lines.length);
        for (const line of await readLines(reader, end)) lines.push(line);
      },
      { read: (name) => `read failed: ${quoteIfNeeded(name)}` },
    );
    if (invocation.status > 0) return;
    await invocation.yield();
    const sorted = options.has("m") ? mergeLines(lines, starts, plan) : sortLines(lines, plan);
    await invocation.yield();

    const output = options.value("o");
    let writer = invocation.stdout;
    if (output !== undefined) {
      const fd = sys.open(AT_FDCWD, encode(output), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) throw new Failure(`open failed: ${quoteIfNeeded(output)}: ${strerror(fd)}`);
      writer = new Writer(sys, fd);
    }
    const delimiter = String.fromCharCode(end);
    for (let at = 0; at < sorted.length; at += 1000) {
      await writer.write(binaryToBytes(sorted.slice(at, at + 1000).join(delimiter) + delimiter));
    }
    await writer.flush();
    if (output !== undefined) sys.close(writer.fd);
  },
);

interface Plan {
  keys: Key[];
  /** No key and no ordering option: plain byte order. */
  plain: boolean;
  reverse: boolean;
  stable: boolean;
  unique: boolean;
  separator: number;
}

function readPlan({ options }: Invocation): Plan {
  const words: Record<string, string> = {
    "general-numeric": "g",
    "human-numeric": "h",
    month: "M",
    numeric: "n",
    random: "R",
    version: "V",
  };
  let letters = options.list
    .filter(({ key }) => /^[dfghiMnRrV]$/.test(key))
    .map(({ key }) => key)
    .join("");
  const word = options.value("sort");
  if (word !== undefined) letters += words[word] ?? "";
  letters = [...new Set(letters)].join("");
  const global = { ...parseOrder(letters), blanks: options.has("b") };
  const keys = options.values("k").map((text) => parseKey(text, global));
  const ordered = global.numeric !== null || global.dictionary || global.fold || global.printable || global.blanks;
  if (keys.length === 0 && ordered) {
    keys.push({
      ...global,
      startField: 1,
      startCharacter: 1,
      endField: 0,
      endCharacter: 0,
      skipStartBlanks: global.blanks,
      skipEndBlanks: false,
    });
  }
  const separator = options.value("t");
  if (separator === "") throw new Failure("empty tab");
  if (separator !== undefined && separator !== "\\0" && encode(separator).length > 1) {
    throw new Failure(`multi-character tab ${quotePlain(separator)}`);
  }
  return {
    keys,
    plain: keys.length === 0,
    reverse: global.reverse,
    stable: options.has("s"),
    unique: options.has("u"),
    separator: separator === undefined ? -1 : separator === "\\0" ? 0 : encode(separator)[0],
  };
}

async function readLines(reader: Reader, end: number): Promise<string[]> {
  const text = bytesToBinary(await reader.readAll());
  const lines = text.split(String.fromCharCode(end));
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function sortLines(lines: string[], plan: Plan): string[] {
  const compare = fullComparison(lines, plan);
  const order = sortedOrder(lines.length, firstDigits(lines, plan), compare);
  const kept = Array.from(
    plan.unique ? order.filter((line, i) => i === 0 || compare(order[i - 1], line) !== 0) : order,
  );
  return kept.map((i) => lines[i]);
}

/** Digits that order the lines by what is compared first; null where they are not worth it. */
function firstDigits(lines: string[], plan: Plan): Digits | null {
  if (lines.length < 64) return null;
  if (plan.plain) return textDigits(lines, plan.reverse);
  const [key] = plan.keys;
  if (key.numeric === "V" || key.numeric === "R") return null;
  const prepared = lines.map((line) => prepare(keyOf(line, key, plan.separator), key));
  return key.numeric
    ? numberDigits(Float64Array.from(prepared as number[]), key.reverse)
    : textDigits(prepared as string[], key.reverse);
}

/** Merges the inputs' lines, taken to be sorted, two by two. */
function mergeLines(lines: string[], starts: number[], plan: Plan): string[] {
  const compare = fullComparison(lines, plan);
  const merged = starts.reduce<number[]>((left, start, i) => {
    const end = starts[i + 1] ?? lines.length;
    const out: number[] = [];
    let at = 0;
    for (let right = start; right < end; right++) {
      while (at < left.length && compare(left[at], right) <= 0) out.push(left[at++]);
      out.push(right);
    }
    for (; at < left.length; at++) out.push(left[at]);
    return out;
  }, []);
  const kept = plan.unique ? merged.filter((line, i) => i === 0 || compare(merged[i - 1], line) !== 0) : merged;
  return kept.map((i) => lines[i]);
}

/** Keys first, then the whole line, unless -s or -u say otherwise. */
function fullComparison(lines: string[], plan: Plan): (a: number, b: number) => number {
  const sign = plan.reverse ? -1 : 1;
  if (plan.plain) {
    const compare = textComparison(lines);
    return plan.reverse ? (a, b) => compare(b, a) : compare;
  }
  const whole = (a: number, b: number) => sign * compareText(lines[a], lines[b]);
  const compareKeys = keyComparison(lines, plan);
  return plan.stable || plan.unique ? compareKeys : (a, b) => compareKeys(a, b) || whole(a, b);
}

/** Compares lines by number, over columns of prepared keys. */
function keyComparison(lines: string[], plan: Plan): (a: number, b: number) => number {
  const columns = plan.keys.map((key) => {
    const compare = orderComparison(key);
    const texts = lines.map((line) => keyOf(line, key, plan.separator));
    const prepared = texts.map((text) => prepare(text, key));
    const long = key.numeric === "n" && texts.some((text) => /\d[\d.]{15}/.test(text));
    if (key.numeric && key.numeric !== "V") {
      const numbers = Float64Array.from(prepared as number[]);
      const sign = key.reverse ? -1 : 1;
      return (a: number, b: number) => {
        const difference = numbers[a] - numbers[b];
        if (difference < 0) return -sign;
        if (difference > 0) return sign;
        return long ? sign * compareLongNumbers(texts[a], texts[b]) : 0;
      };
    }
    if (key.numeric === null) {
      const compareTexts = textComparison(prepared as string[]);
      return key.reverse ? (a: number, b: number) => compareTexts(b, a) : compareTexts;
    }
    return (a: number, b: number) => compare(prepared[a] as string, prepared[b] as string);
  });
  if (columns.length === 1) return columns[0];
  return (a, b) => {
    for (const compare of columns) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

/**
 * Byte order of texts by their numbers. The six bytes behind what all have in common, as one double, settle most comparisons
 * (2 to 3 times as fast as comparing the strings).
 */
function textComparison(texts: string[]): (a: number, b: number) => number {
  const common = commonLength(texts);
  const heads = Float64Array.from(texts, (text) => {
    let head = 0;
    for (let i = common; i < common + 6; i++) head = head * 256 + (i < text.length ? text.charCodeAt(i) : 0);
    return head;
  });
  return (a, b) => {
    const difference = heads[a] - heads[b];
    if (difference !== 0) return difference;
    const [left, right] = [texts[a], texts[b]];
    return left === right ? 0 : left < right ? -1 : 1;
  };
}

function orderComparison(order: Order): (a: string, b: string) => number {
  const compare = order.numeric === "V" ? compareVersions : compareText;
  return order.reverse ? (a, b) => compare(b, a) : compare;
}

async function check(invocation: Invocation, inputs: string[], plan: Plan, end: number): Promise<number> {
  if (inputs.length > 1) throw new Failure(`extra operand ${quotePlain(inputs[1])} not allowed with -c`);
  const [name] = inputs;
  const reader = openInput(invocation, name, (shown) => `cannot read: ${quoteIfNeeded(shown)}`);
  if (!reader) return 2;
  const lines = await readLines(reader, end);
  closeInput(invocation, reader);
  const compare = fullComparison(lines, plan);
  for (let i = 1; i < lines.length; i++) {
    const result = compare(i - 1, i);
    if (result < 0 || (result === 0 && !plan.unique)) continue;
    if (invocation.options.last("c", "C") === "c") {
      // The line is bytes: it goes out as such.
      await invocation.stderr.writeBinary(`sort: ${bytesToBinary(encode(name))}:${i + 1}: disorder: ${lines[i]}\n`);
    }
    return 1;
  }
  return 0;
}
