// Sort keys: the part of a line a key names, and the orders that lines or keys can be compared by. Lines are binary strings.

import { Failure } from "./define.ts";
import { quotePlain } from "./quote.ts";

/** How two keys compare: letters of sort's ordering options, and whether the order is reversed. */
export interface Order {
  numeric: "n" | "g" | "h" | "M" | "V" | "R" | null;
  dictionary: boolean;
  fold: boolean;
  printable: boolean;
  reverse: boolean;
}

export interface Key extends Order {
  startField: number;
  startCharacter: number;
  /** 0: to the end of the line. endCharacter 0: to the end of the field. */
  endField: number;
  endCharacter: number;
  skipStartBlanks: boolean;
  skipEndBlanks: boolean;
}

/** Reads `F[.C][OPTS][,F[.C][OPTS]]`; null ordering letters inherit the global ones. */
export function parseKey(text: string, global: Order & { blanks: boolean }): Key {
  const match = /^(\d*)(?:\.(\d*))?([a-zA-Z]*)(?:,(\d*)(?:\.(\d*))?([a-zA-Z]*))?(.*)$/s.exec(text)!;
  const [, startField, startCharacter, startLetters, endField, endCharacter, endLetters, rest] = match;
  const invalid = (why: string, what: string) =>
    new Failure(`${why}: invalid field specification ${quotePlain(what)}`, 2);
  const badCount = (at: string) =>
    new Failure(`invalid number at field start: invalid count at start of ${quotePlain(at)}`, 2);
  if (startField === "") throw badCount(text);
  if (Number(startField) === 0) throw invalid("field number is zero", text);
  if (startCharacter !== undefined && Number(startCharacter) === 0) {
    if (startCharacter === "")
      throw new Failure(`invalid number after '.': invalid count at start of ${quotePlain(startLetters + rest)}`, 2);
    throw invalid("character offset is zero", text);
  }
  if (endField === "")
    throw new Failure(`invalid number after ',': invalid count at start of ${quotePlain(endLetters + rest)}`, 2);
  if (endField !== undefined && Number(endField) === 0) throw invalid("field number is zero", text);
  const letters = startLetters + (endLetters ?? "");
  if (rest !== "" || /[^bdfghiMnRrV]/.test(letters)) throw invalid("stray character in field spec", text);
  const inherits = letters === "";
  return {
    ...(inherits ? global : parseOrder(letters)),
    startField: Number(startField),
    startCharacter: Number(startCharacter ?? 1),
    endField: Number(endField ?? 0),
    endCharacter: Number(endCharacter ?? 0),
    skipStartBlanks: inherits ? global.blanks : startLetters.includes("b"),
    skipEndBlanks: inherits ? global.blanks : (endLetters ?? "").includes("b"),
  };
}

export function parseOrder(letters: string): Order {
  const kinds = (["n", "g", "h", "M", "V", "R"] as const).filter((letter) => letters.includes(letter));
  if (kinds.length > 1) throw new Failure(`options '-${kinds.slice(0, 2).sort().join("")}' are incompatible`, 2);
  return {
    numeric: kinds[0] ?? null,
    dictionary: letters.includes("d"),
    fold: letters.includes("f"),
    printable: letters.includes("i"),
    reverse: letters.includes("r"),
  };
}

const isBlank = (code: number) => code === 32 || code === 9 || code === 10;

/** Where a key begins and ends in a line. Without a separator a field begins at the blanks before it. */
export function keyOf(line: string, key: Key, separator: number): string {
  const begin = fieldStart(line, key.startField - 1, key.startCharacter - 1, key.skipStartBlanks, separator);
  if (key.endField === 0) return begin === 0 ? line : line.slice(begin);
  const end =
    key.endCharacter === 0
      ? fieldEnd(line, key.endField, separator)
      : fieldStart(line, key.endField - 1, key.endCharacter, key.skipEndBlanks, separator);
  return end <= begin ? "" : line.slice(begin, end);
}

function fieldStart(line: string, fields: number, characters: number, skipBlanks: boolean, separator: number): number {
  let at = 0;
  for (; fields > 0 && at < line.length; fields--) {
    at = fieldEnd(line, 1, separator, at);
    if (separator >= 0 && at < line.length) at++;
  }
  if (skipBlanks) while (at < line.length && isBlank(line.charCodeAt(at))) at++;
  return Math.min(line.length, at + characters);
}

function fieldEnd(line: string, fields: number, separator: number, at = 0): number {
  for (; fields > 0 && at < line.length; fields--) {
    if (separator >= 0) {
      const next = line.indexOf(String.fromCharCode(separator), at);
      at = next < 0 ? line.length : next;
      if (fields > 1 && at < line.length) at++;
    } else {
      while (at < line.length && isBlank(line.charCodeAt(at))) at++;
      while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    }
  }
  return at;
}

/** What a key is compared by: computed once a line. */
export function prepare(text: string, order: Order): string | number {
  switch (order.numeric) {
    case "n":
      return leadingNumber(text);
    case "g":
      return general(text);
    case "h":
      return humanNumber(text);
    case "M":
      return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase());
    case "R":
      return scramble(text);
    case "V":
      return text;
  }
  let out = text;
  if (order.dictionary) out = out.replace(/[^A-Za-z0-9 \t]/g, "");
  else if (order.printable) out = out.replace(/[^ -~]/g, "");
  if (order.fold) out = out.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  return out;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** -n: blanks, a minus, digits, a fraction; 0 when there is none. Long ones lose digits here: compareLongNumbers settles those. */
function leadingNumber(text: string): number {
  let at = 0;
  while (isBlank(text.charCodeAt(at))) at++;
  const minus = text.charCodeAt(at) === 45;
  if (minus) at++;
  let value = 0;
  let code = text.charCodeAt(at);
  for (; code >= 48 && code <= 57; code = text.charCodeAt(++at)) value = value * 10 + code - 48;
  if (code === 46) {
    const begin = at++;
    for (code = text.charCodeAt(at); code >= 48 && code <= 57; ) code = text.charCodeAt(++at);
    if (at > begin + 1) value = Number(`${value}${text.slice(begin, at)}`);
  }
  return minus ? -value : value;
}

/** Exact order of numbers too long for a double, given that their doubles are equal. */
export function compareLongNumbers(a: string, b: string): number {
  const parse = (text: string) => /^[ \t\n]*(-?)0*(\d*)(?:\.(\d*?)0*(?!\d))?/.exec(text)!;
  const [, signA, wholeA, fractionA = ""] = parse(a);
  const [, signB, wholeB, fractionB = ""] = parse(b);
  if (signA !== signB) return 0;
  const size = wholeA.length - wholeB.length || compareText(wholeA, wholeB) || compareText(fractionA, fractionB);
  return signA === "-" ? -size : size;
}

/** -g: as strtod reads; no number sorts first, then NaN, then -inf. */
function general(text: string): number {
  const match = /^[ \t\n]*([-+]?(?:inf(?:inity)?|nan|0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?))/i.exec(text);
  if (!match) return Number.NEGATIVE_INFINITY;
  const word = match[1].toLowerCase();
  if (word.includes("nan")) return -Number.MAX_VALUE;
  if (word.includes("inf")) return word.startsWith("-") ? -1.7e308 : Number.POSITIVE_INFINITY;
  return Number(word);
}

/** -h: the suffix decides before the number does. */
function humanNumber(text: string): number {
  const match = /^[ \t\n]*(-?)(\d*\.?\d*)([kKMGTPEZY]?)/.exec(text)!;
  const value = Number(match[2] === "." ? 0 : match[2]);
  if (!value) return 0;
  const size = 1e21 ** " KMGTPEZY".indexOf(match[3].toUpperCase() || " ") * value;
  return match[1] ? -size : size;
}

/** -R: equal keys together, in an order that no one asked to be repeatable. */
function scramble(text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) + text.length / 1e9;
}
const seed = (Math.random() * 2 ** 32) | 0;

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** -V: digits compare as numbers, letters before other characters, ~ before everything. A suffix such as .tar.gz counts last. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  for (const special of ["", ".", ".."]) {
    if (a === special) return -1;
    if (b === special) return 1;
  }
  if ((a[0] === ".") !== (b[0] === ".")) return a[0] === "." ? -1 : 1;
  const stem = (text: string) => text.replace(/(?:\.[A-Za-z~][A-Za-z0-9~]*)*$/, "");
  const [stemA, stemB] = [stem(a), stem(b)];
  return (stemA === stemB ? 0 : compareParts(stemA, stemB)) || compareParts(a, b) || compareText(a, b);
}

function compareParts(a: string, b: string): number {
  const isDigit = (code: number) => code >= 48 && code <= 57;
  const weight = (code: number) => {
    if (Number.isNaN(code) || isDigit(code)) return 0;
    if (code === 126) return -1;
    return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? code : code + 256;
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a.charCodeAt(i)) - weight(b.charCodeAt(j));
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a[i] === "0") i++;
    while (b[j] === "0") j++;
    let difference = 0;
    while (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      difference ||= a.charCodeAt(i++) - b.charCodeAt(j++);
    }
    if (isDigit(a.charCodeAt(i))) return 1;
    if (isDigit(b.charCodeAt(j))) return -1;
    if (difference !== 0) return difference;
  }
  return 0;
}
