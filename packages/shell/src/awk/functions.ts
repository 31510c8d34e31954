// awk's own functions, as closures over their arguments. Those that wait (system, close, fflush) are instructions.

import { binaryToText, textToBinary } from "../stdio.ts";
import { formatTime } from "../strftime.ts";
import type { Expressions } from "./expressions.ts";
import { countCharacters, isWide, offsetOf, sprintf } from "./format.ts";
import type { Machine } from "./machine.ts";
import { splitText } from "./record.ts";
import { sortedKeys, sortedValues } from "./sorting.ts";
import { gensub, substituteIn } from "./substitution.ts";
import type { ArrayName, Expression, Lvalue } from "./tree.ts";
import { AwkError, input, NumericString, textToNumber, type Value } from "./values.ts";

interface Made {
  number?: () => number;
  text?: () => string;
}

const isName = (node: Expression | undefined): node is ArrayName & Expression =>
  node !== undefined && (node.kind === "global" || node.kind === "local");

const MATHS: Record<string, (x: number) => number> = {
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  int: Math.trunc,
};

const BITS: Record<string, (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  lshift: (a, b) => a << b,
  rshift: (a, b) => a >> b,
};

/** Least and most arguments. */
const COUNTS: Record<string, [number, number]> = {
  length: [0, 1],
  substr: [2, 3],
  index: [2, 2],
  split: [2, 4],
  sub: [2, 3],
  gsub: [2, 3],
  gensub: [3, 4],
  match: [2, 3],
  sprintf: [1, 1000],
  atan2: [2, 2],
  rand: [0, 0],
  srand: [0, 1],
  systime: [0, 0],
  strftime: [0, 3],
  mktime: [1, 2],
  asort: [1, 3],
  asorti: [1, 3],
  and: [2, 100],
  or: [2, 100],
  xor: [2, 100],
  lshift: [2, 2],
  rshift: [2, 2],
  patsplit: [2, 4],
};

export function builtinFunction(make: Expressions, name: string, args: Expression[]): Made {
  const { machine } = make;
  const [least, most] = COUNTS[name] ?? [1, 1];
  if (args.length < least || args.length > most)
    throw new AwkError(`${args.length} is invalid as number of arguments for ${name}`);
  if (MATHS[name]) {
    const operate = MATHS[name];
    const of = make.number(args[0]);
    return { number: () => operate(of()) };
  }
  if (BITS[name]) {
    const operate = BITS[name];
    const numbers = args.map((one) => make.number(one));
    return {
      number: () => Number(BigInt.asUintN(64, numbers.map((one) => BigInt(Math.trunc(one()))).reduce(operate))),
    };
  }
  switch (name) {
    case "length":
      return { number: length(make, args[0]) };
    case "substr":
      return { text: substr(make, args) };
    case "index": {
      const [text, part] = [make.text(args[0]), make.text(args[1])];
      return {
        number: () => {
          const whole = text();
          const at = whole.indexOf(part());
          return at < 0 ? 0 : countCharacters(whole.slice(0, at), make.machine.bytes) + 1;
        },
      };
    }
    case "split":
    case "patsplit":
      return { number: split(make, name, args) };
    case "sub":
    case "gsub": {
      const target: Expression = args[2] ?? { kind: "field", of: { kind: "number", value: 0 } };
      return { number: substituteIn(make, name === "gsub", args[0], args[1], target as Lvalue) };
    }
    case "gensub":
      return { text: gensub(make, args) };
    case "match":
      return { number: match(make, args) };
    case "sprintf": {
      const format = make.text(args[0]);
      const values = args.slice(1).map((one) => make.value(one));
      return {
        text: () => {
          const text = format();
          return sprintf(
            text,
            values.map((value) => value()),
            machine.convfmt,
          );
        },
      };
    }
    case "atan2": {
      const [y, x] = [make.number(args[0]), make.number(args[1])];
      return { number: () => Math.atan2(y(), x()) };
    }
    case "rand":
      return { number: () => random(machine) };
    case "srand": {
      const seed = args[0] ? make.number(args[0]) : () => Math.floor(Date.now() / 1000);
      return {
        number: () => {
          const next = seed();
          const before = machine.seed;
          machine.seed = next;
          machine.random = (machine.seed * 2654435761) | 0;
          return before;
        },
      };
    }
    case "tolower":
    case "toupper": {
      const text = make.text(args[0]);
      const change = (one: string) => (name === "tolower" ? one.toLowerCase() : one.toUpperCase());
      return {
        text: () => {
          const found = text();
          if (make.machine.bytes) return found.replace(/[A-Za-z]+/g, change);
          return isWide(found) ? textToBinary(change(binaryToText(found))) : change(found);
        },
      };
    }
    case "systime":
      return { number: () => Math.floor(Date.now() / 1000) };
    case "strftime": {
      const format = args[0] ? make.text(args[0]) : () => "%a %b %e %H:%M:%S %Z %Y";
      const when = args[1] ? make.number(args[1]) : () => Math.floor(Date.now() / 1000);
      return { text: () => textToBinary(formatTime(binaryToText(format()), Math.trunc(when()))) };
    }
    case "mktime": {
      const text = make.text(args[0]);
      return {
        number: () => {
          const parts = text().trim().split(/\s+/).map(Number);
          if (parts.length < 6 || parts.some(Number.isNaN)) return -1;
          const [year, month, day, hour, minute, second] = parts;
          const date = new Date(2000, month - 1, day, hour, minute, second);
          date.setFullYear(year + date.getFullYear() - 2000);
          return Math.floor(date.getTime() / 1000);
        },
      };
    }
    case "asort":
    case "asorti": {
      if (!isName(args[0])) throw new AwkError(`${name}: first argument is not an array`);
      const from = make.array(args[0]);
      const to = isName(args[1]) ? make.array(args[1]) : from;
      const how = args[2] ? make.text(args[2]) : () => "";
      return {
        number: () => {
          const source = from();
          const sorted: Value[] =
            name === "asort"
              ? sortedValues(source, how(), machine.convfmt)
              : sortedKeys(source, how() || "@ind_str_asc", machine.convfmt);
          const target = to();
          target.clear();
          for (const [i, value] of sorted.entries()) target.set(String(i + 1), value);
          return sorted.length;
        },
      };
    }
    case "compl": {
      const of = make.number(args[0]);
      return { number: () => Number(BigInt.asUintN(53, ~BigInt(Math.trunc(of())))) };
    }
    case "strtonum": {
      const value = make.value(args[0]);
      return {
        number: () => {
          const found = value();
          if (typeof found === "number") return found;
          const text = machine.text(found).trim();
          if (/^[-+]?0[xX][0-9a-fA-F]/.test(text)) return Number.parseInt(text, 16);
          return /^[-+]?0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : textToNumber(text);
        },
      };
    }
    case "isarray":
    case "typeof": {
      const [node] = args;
      const cell = isName(node)
        ? () => (node.kind === "global" ? machine.globals[node.slot] : machine.stack[machine.base + node.slot])
        : make.value(node);
      const type = () => {
        if (node.kind === "regex") return "number";
        const found = cell();
        if (found instanceof Map) return "array";
        if (found instanceof NumericString) return "strnum";
        if (found === undefined) return node.kind === "field" || node.kind === "element" ? "unassigned" : "untyped";
        return typeof found === "number" ? "number" : typeof found === "string" ? "string" : "untyped";
      };
      return name === "typeof" ? { text: type } : { number: () => (type() === "array" ? 1 : 0) };
    }
  }
  throw new AwkError(`function \`${name}' not defined`);
}

function length(make: Expressions, node: Expression | undefined): () => number {
  const { machine } = make;
  if (!node) return () => countCharacters(machine.record.text, machine.bytes);
  const bare = node.kind === "group" ? node.of : node;
  if (isName(bare)) {
    const value = make.value(bare);
    return () => {
      const cell = bare.kind === "global" ? machine.globals[bare.slot] : machine.stack[machine.base + bare.slot];
      return cell instanceof Map ? cell.size : countCharacters(machine.text(value()), machine.bytes);
    };
  }
  const text = make.text(node);
  return () => countCharacters(text(), machine.bytes);
}

/** Fractions are cut off, and what lies before the text is not counted, as gawk has it. */
function substr(make: Expressions, args: Expression[]): () => string {
  const [text, from] = [make.text(args[0]), make.number(args[1])];
  const count = args[2] ? make.number(args[2]) : () => Number.POSITIVE_INFINITY;
  return () => {
    const whole = text();
    const begin = Math.max(Math.trunc(from()), 1) - 1;
    const end = begin + Math.trunc(count());
    if (!(end > begin)) return "";
    if (make.machine.bytes || !isWide(whole)) return whole.slice(begin, end);
    const start = offsetOf(whole, begin);
    return whole.slice(start, end > whole.length ? undefined : start + offsetOf(whole.slice(start), end - begin));
  };
}

function split(make: Expressions, name: string, args: Expression[]): () => number {
  const { machine } = make;
  const [subject, target, by, between] = args;
  if (!isName(target)) throw new AwkError(`${name}: second argument is not an array`);
  const text = make.text(subject);
  const array = make.array(target);
  const separators = isName(between) ? make.array(between) : null;
  const regex = by && (by.kind === "regex" || name === "patsplit") ? make.regex(by) : null;
  const separator = by ? make.text(by) : () => machine.fs;
  return () => {
    const whole = text();
    const splitting =
      name === "patsplit"
        ? ({ kind: "pattern", regex: regex?.() ?? machine.regex(machine.fpat) } as const)
        : regex
          ? by.kind === "regex" && by.source === ""
            ? ({ kind: "character", separator: "" } as const)
            : ({ kind: "regex", regex: regex(), newlines: false } as const)
          : machine.splittingBy(separator());
    const found: string[] = [];
    const parts = splitText(whole, splitting, separators ? found : undefined);
    const into = array();
    into.clear();
    for (let i = 0; i < parts.length; i++) into.set(String(i + 1), input(parts[i]));
    if (separators) {
      const map = separators();
      map.clear();
      for (const [i, one] of found.entries()) map.set(String(name === "patsplit" ? i : i + 1), one);
    }
    return parts.length;
  };
}

function match(make: Expressions, args: Expression[]): () => number {
  const { machine } = make;
  const text = make.text(args[0]);
  const regex = make.regex(args[1]);
  const target = isName(args[2]) ? make.array(args[2]) : null;
  return () => {
    const whole = text();
    const found = regex();
    const array = target?.();
    array?.clear();
    if (!found.find(whole, 0)) {
      machine.rstart = 0;
      machine.rlength = -1;
      return 0;
    }
    const characters = (offset: number) => countCharacters(whole.slice(0, offset), machine.bytes);
    const [start, end] = found.spans;
    machine.rstart = characters(start) + 1;
    machine.rlength = characters(end) - characters(start);
    if (array) {
      const spans = found.capture(whole);
      for (let i = 0; 2 * i < spans.length; i++) {
        const [from, to] = [spans[2 * i], spans[2 * i + 1]];
        if (from < 0) continue;
        array.set(String(i), input(whole.slice(from, to)));
        array.set(`${i}${machine.subsep}start`, characters(from) + 1);
        array.set(`${i}${machine.subsep}length`, characters(to) - characters(from));
      }
    }
    return machine.rstart;
  };
}

/** The same row of numbers in every run, as awk has it without srand. */
function random(machine: Machine): number {
  machine.random = (machine.random + 0x6d2b79f5) | 0;
  let t = Math.imul(machine.random ^ (machine.random >>> 15), 1 | machine.random);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
