// From a pattern's text to its elements: characters, ? and *, bracket expressions, groups.

import { fromCodes, toCodes } from "./codes.ts";

export type Element =
  | { kind: "char"; code: number }
  | { kind: "any" }
  | { kind: "star" }
  | { kind: "set"; negated: boolean; ranges: number[]; classes: ((code: number) => boolean)[] }
  | { kind: "group"; operator: string; choices: Pattern[] };

export interface Pattern {
  elements: Element[];
  extended: boolean;
  /** The text it matches, if it can match only that. */
  literal: string | null;
}

/** Nested groups deeper than this are taken as text. */
const DEPTH_MAX = 50;

/** @param depth of groups around this pattern */
export function compile(source: string, extended: boolean, depth: number): Pattern {
  const elements: Element[] = [];
  let hasGroup = false;
  let literal: string | null = "";
  const codes = toCodes(source);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (extended && depth < DEPTH_MAX && codes[at + 1] === 40 && "?*+@!".includes(String.fromCodePoint(code))) {
      const group = readGroup(codes, at + 2);
      if (group) {
        const choices = group.choices.map((choice) => compile(choice, true, depth + 1));
        elements.push({ kind: "group", operator: String.fromCharCode(code), choices });
        hasGroup = true;
        literal = null;
        at = group.end;
        continue;
      }
    }
    if (code === 42) {
      if (elements[elements.length - 1]?.kind !== "star") elements.push({ kind: "star" });
      literal = null;
    } else if (code === 63) {
      elements.push({ kind: "any" });
      literal = null;
    } else if (code === 91) {
      const set = readSet(codes, at + 1);
      if (set) {
        elements.push(set.element);
        at = set.end;
        literal = null;
      } else {
        elements.push({ kind: "char", code });
        if (literal !== null) literal += "[";
      }
    } else {
      const taken = code === 92 && at + 1 < codes.length ? codes[++at] : code;
      elements.push({ kind: "char", code: taken });
      if (literal !== null) literal += String.fromCodePoint(taken);
    }
  }
  return { elements, extended: hasGroup, literal };
}

/** The alternatives of a group whose `(` lies before `at`; null if it is not closed. */
function readGroup(codes: number[], at: number): { choices: string[]; end: number } | null {
  const choices: string[] = [];
  let depth = 0;
  let start = at;
  for (; at < codes.length; at++) {
    const code = codes[at];
    if (code === 92) at++;
    else if (code === 40) depth++;
    else if (code === 41 && depth-- === 0) {
      choices.push(fromCodes(codes, start, at));
      return { choices, end: at };
    } else if (code === 124 && depth === 0) {
      choices.push(fromCodes(codes, start, at));
      start = at + 1;
    }
  }
  return null;
}

/** A bracket expression behind its `[`; null if it is not closed (then `[` stands for itself). */
function readSet(codes: number[], at: number): { element: Element; end: number } | null {
  const ranges: number[] = [];
  const classes: ((code: number) => boolean)[] = [];
  const negated = codes[at] === 33 || codes[at] === 94;
  if (negated) at++;
  for (let first = true; ; first = false) {
    if (at >= codes.length) return null;
    if (codes[at] === 93 && !first) return { element: { kind: "set", negated, ranges, classes }, end: at };
    if (codes[at] === 91 && codes[at + 1] === 58) {
      const end = namedEnd(codes, at);
      if (end > 0) {
        classes.push(CLASSES[fromCodes(codes, at + 2, end)] ?? (() => false));
        at = end + 2;
        continue;
      }
    }
    const low = readElement(codes, at);
    at = low.end;
    let high = low;
    if (codes[at] === 45 && at + 1 < codes.length && codes[at + 1] !== 93) {
      high = readElement(codes, at + 1);
      at = high.end;
    }
    // A name of more than one character stands for none.
    if (low.code >= 0 && high.code >= 0) ranges.push(low.code, high.code);
  }
}

/** Where `:]`, `.]` or `=]` closes what `[:` or its like opened at `at`; 0 if nothing does. */
function namedEnd(codes: number[], at: number): number {
  let end = at + 2;
  while (end < codes.length && !(codes[end] === codes[at + 1] && codes[end + 1] === 93)) end++;
  return end < codes.length ? end : 0;
}

/** A character of a bracket expression, quoted or as `[.x.]` or `[=x=]`; -1 for a name that is no character. */
function readElement(codes: number[], at: number): { code: number; end: number } {
  if (codes[at] === 91 && (codes[at + 1] === 46 || codes[at + 1] === 61)) {
    const end = namedEnd(codes, at);
    if (end > 0) return { code: end === at + 3 ? codes[at + 2] : -1, end: end + 2 };
  }
  if (codes[at] === 92 && at + 1 < codes.length) at++;
  return { code: codes[at], end: at + 1 };
}

const isUpper = (code: number) => code >= 65 && code <= 90;
const isLower = (code: number) => code >= 97 && code <= 122;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) =>
  isUpper(code) || isLower(code) || (code > 127 && /\p{L}/u.test(String.fromCodePoint(code)));
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);

export const CLASSES: Record<string, (code: number) => boolean> = {
  alpha: isLetter,
  digit: isDigit,
  alnum: (code) => isLetter(code) || isDigit(code),
  upper: (code) => isUpper(code) || (code > 127 && /\p{Lu}/u.test(String.fromCodePoint(code))),
  lower: (code) => isLower(code) || (code > 127 && /\p{Ll}/u.test(String.fromCodePoint(code))),
  space: isSpace,
  blank: (code) => code === 32 || code === 9,
  punct: (code) => code > 32 && code < 127 && !isLetter(code) && !isDigit(code),
  print: (code) => code >= 32 && code !== 127,
  graph: (code) => code > 32 && code !== 127,
  cntrl: (code) => code < 32 || code === 127,
  xdigit: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  word: (code) => isLetter(code) || isDigit(code) || code === 95,
  ascii: (code) => code < 128,
};
