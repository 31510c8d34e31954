// The orders of sort that are neither plain bytes nor plain digits: -g, -h, -M and -R as numbers, -V and digits beyond a double as
// comparisons. Texts are binary strings. Pure.

import type { Order } from "./sort-keys.ts";

/** What a key of one of the kinds that make a number is compared by. */
export function numberOf(text: string, kind: Order["numeric"]): number {
  switch (kind) {
    case "g":
      return general(text);
    case "h":
      return humanNumber(text);
    case "M":
      return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase());
    default:
      return scramble(text);
  }
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

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

function compareText(a: string, b: string): number {
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
  return (stemA === stemB ? 0 : compareParts(stemA, stemB)) || compareParts(a, b);
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
    for (; isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j)); i++, j++) {
      difference ||= a.charCodeAt(i) - b.charCodeAt(j);
    }
    if (isDigit(a.charCodeAt(i))) return 1;
    if (isDigit(b.charCodeAt(j))) return -1;
    if (difference !== 0) return difference;
  }
  return 0;
}
