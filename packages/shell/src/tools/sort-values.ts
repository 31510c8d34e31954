// The orders of sort that are neither plain bytes nor digits that a double holds: -g, -h, -M and -R as numbers, -V and longer digits
// as comparisons. Texts are binary strings. Pure.

import type { Order } from "./sort-keys.ts";

/** What a key is compared by, in turn. */
interface Numbers {
  first: number;
  second?: number;
  /** Doubles don't tell it from others that are near. */
  long?: boolean;
}

export function numbersOf(text: string, kind: Order["numeric"]): Numbers {
  switch (kind) {
    case "g":
      return general(text);
    case "h":
      return { first: unit(text) };
    case "M":
      return {
        first: MONTHS.indexOf(
          text
            .replace(/^[ \t\n]+/, "")
            .slice(0, 3)
            .toUpperCase(),
        ),
      };
    default:
      return { first: scramble(text) };
  }
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

const NUMBER = /^[ \t\n]*(-?)0*(\d*)(?:\.(\d*?)0*(?!\d))?/;

/** -n, rounded to a double. */
export function longNumber(text: string): number {
  const [, sign, whole, fraction = ""] = NUMBER.exec(text)!;
  return Number(`${sign}${whole || "0"}.${fraction}`) + 0;
}

/** Exact order of two keys of -n, -h or -g whose doubles are equal. */
export function compareExactly(a: string, b: string, kind: Order["numeric"]): number {
  if (kind === "g") return compareExtended(extended(a), extended(b));
  const [, signA, wholeA, fractionA = ""] = NUMBER.exec(a)!;
  const [, signB, wholeB, fractionB = ""] = NUMBER.exec(b)!;
  const isZero = (digits: string) => digits === "";
  const negative = (sign: string, digits: string) => sign === "-" && !isZero(digits);
  const [minusA, minusB] = [negative(signA, wholeA + fractionA), negative(signB, wholeB + fractionB)];
  if (minusA !== minusB) return minusA ? -1 : 1;
  const size = wholeA.length - wholeB.length || compareText(wholeA, wholeB) || compareText(fractionA, fractionB);
  return minusA ? -size : size;
}

const GENERAL =
  /^[ \t\n\v\f\r]*([-+]?)(?:(inf|nan)|0x(?=\.?[0-9a-f])([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([-+]?\d+))?|(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([-+]?\d+))?)/i;

/** -g: as strtod reads; first what is no number, then NaN. */
function general(text: string): Numbers {
  const match = GENERAL.exec(text);
  if (!match) return { first: 0, second: 0 };
  const [, sign, word, hexWhole, hexFraction, , whole = "", fraction = "", exponent = "0"] = match;
  const size = sign === "-" ? -1 : 1;
  if (word) return /nan/i.test(word) ? { first: 1, second: 0 } : { first: 2, second: size * Number.POSITIVE_INFINITY };
  if (hexWhole !== undefined || hexFraction !== undefined) {
    return { first: 2, second: toDouble(extended(text)), long: true };
  }
  // Up to here a double is rounded right and tells all apart; beyond, it is rounded from what is compared after it.
  const long = whole.length + fraction.length > 15 || Math.abs(Number(exponent) - fraction.length) > 22;
  const value = long ? toDouble(extended(text)) : size * Number(`${whole || "0"}.${fraction}e${exponent}`);
  return { first: 2, second: value, long };
}

/** A number as GNU's sort has it: mantissa * 2 ** exponent, of 64 bits unless it is 0 or very small. */
interface Extended {
  mantissa: bigint;
  exponent: number;
}

const MOST_DIGITS = 60;
const INFINITE: Extended = { mantissa: 1n << 64n, exponent: 16384 };
const ZERO: Extended = { mantissa: 0n, exponent: 0 };
const bitsOf = (value: bigint) => value.toString(2).length;

function extended(text: string): Extended {
  const match = GENERAL.exec(text);
  if (!match || /nan/i.test(match[0])) return ZERO;
  const [, sign, word, hexWhole = "", hexFraction = "", hexExponent = "0", whole = "", fraction = "", tens = "0"] =
    match;
  const isHex = hexWhole !== "" || hexFraction !== "";
  const negative = (value: Extended) => (sign === "-" ? { ...value, mantissa: -value.mantissa } : value);
  if (word) return negative(INFINITE);
  const all = isHex ? hexWhole + hexFraction : whole + fraction;
  const digits = all.replace(/^0+/, "");
  if (digits === "") return ZERO;
  // Of more digits only matters whether there are any.
  const kept = digits.slice(0, MOST_DIGITS) + (/[1-9a-f]/i.test(digits.slice(MOST_DIGITS)) ? "1" : "0");
  const cut = digits.length - kept.length;
  const power = isHex ? Number(hexExponent) + 4 * (cut - hexFraction.length) : Number(tens) + cut - fraction.length;
  if (power > 20_000) return negative(INFINITE);
  if (power < -20_000) return ZERO;
  let top = BigInt(isHex ? `0x${kept}` : kept);
  let bottom = 1n;
  if (power > 0) top *= isHex ? 1n << BigInt(power) : 10n ** BigInt(power);
  else bottom = isHex ? 1n << BigInt(-power) : 10n ** BigInt(-power);
  // So that the quotient has 64 bits or one more; fewer where numbers are too small for that.
  const exponent = Math.max(-16446, bitsOf(top) - bitsOf(bottom) - 65);
  if (exponent > 0) bottom <<= BigInt(exponent);
  else top <<= BigInt(-exponent);
  return negative(rounded(top / bottom, top % bottom > 0n, exponent));
}

/** To 64 bits, to the nearest, to the even one of two; the quotient's last bits are dropped. */
function rounded(quotient: bigint, rest: boolean, exponent: number): Extended {
  const drop = BigInt(Math.max(1, bitsOf(quotient) - 64));
  const half = 1n << (drop - 1n);
  const low = quotient & ((1n << drop) - 1n);
  let mantissa = quotient >> drop;
  exponent += Number(drop);
  if (low > half || (low === half && (rest || (mantissa & 1n) === 1n))) mantissa++;
  if (bitsOf(mantissa) > 64) {
    mantissa >>= 1n;
    exponent++;
  }
  return bitsOf(mantissa) + exponent > 16384 ? INFINITE : { mantissa, exponent };
}

function compareExtended(a: Extended, b: Extended): number {
  const least = Math.min(a.exponent, b.exponent);
  const difference = (a.mantissa << BigInt(a.exponent - least)) - (b.mantissa << BigInt(b.exponent - least));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const toDouble = ({ mantissa, exponent }: Extended): number => {
  const half = Math.trunc(exponent / 2);
  return Number(mantissa) * 2 ** half * 2 ** (exponent - half);
};

/** -h: the suffix decides before the number does. */
function unit(text: string): number {
  const [, sign, digits, letter] = /^[ \t\n]*(-?)(\d*\.?\d*)([kKMGTPEZY]?)/.exec(text)!;
  if (!/[1-9]/.test(digits)) return 0;
  const size = "KMGTPEZY".indexOf(letter.toUpperCase() || " ") + 1;
  return sign ? -size : size;
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
