// awk's values: numbers, strings (binary ones), and input that looks like a number, which is both. `undefined` is a variable never set.

import { formatNumber } from "./format.ts";

/** Input that looks like a number: compares as one, prints as it was. */
export class NumericString {
  text: string;
  number: number;
  constructor(text: string, number: number) {
    this.text = text;
    this.number = number;
  }
}

export type Value = number | string | NumericString | undefined;
export type AwkArray = Map<string, Value | AwkArray>;

/** A fatal mistake at run time: the message, without "awk: ". */
export class AwkError extends Error {}

/** A file of the command line that can't be read. */
export class AwkFileError extends AwkError {}

const NUMBER = /^[ \t\n\r\f\v]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;
const WHOLE = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n\r\f\v]*$/;
const NAMED: Record<string, number> = {
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "+nan": Number.NaN,
  "-nan": Number.NaN,
};

/** The number at the start of a text, 0 when there is none. */
export function textToNumber(text: string): number {
  const { length } = text;
  // Nearly all are short and plain digits.
  if (length < 16) {
    let value = 0;
    let i = 0;
    for (; i < length; i++) {
      const digit = text.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === length) return value;
  }
  const match = NUMBER.exec(text);
  if (match) return Number(match[1]);
  return NAMED[text.trim().toLowerCase()] ?? 0;
}

/** What is read from outside: a text, and a number too if it looks like one. */
export function input(text: string): Value {
  const first = text.charCodeAt(0);
  // A digit, a sign, a point or a blank begins every number.
  if (!((first >= 48 && first <= 57) || first <= 46)) return text;
  if (WHOLE.test(text)) return new NumericString(text, textToNumber(text));
  return Object.hasOwn(NAMED, text.toLowerCase()) ? new NumericString(text, NAMED[text.toLowerCase()]) : text;
}

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return textToNumber(value);
  return value === undefined ? 0 : value.number;
}

/** @param format CONVFMT, or OFMT for print */
export function toText(value: Value, format: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberToText(value, format);
  return value === undefined ? "" : value.text;
}

export function numberToText(value: number, format: string): string {
  if (Number.isInteger(value)) {
    if (value < 1e15 && value > -1e15) return String(value);
    return BigInt(value).toString();
  }
  return formatNumber(value, format);
}

export function toBoolean(value: Value): boolean {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  return value !== undefined && value.number !== 0;
}

/** Below 0, 0 or above 0; numbers by size if both are numbers, texts by their bytes otherwise. */
export function compare(left: Value, right: Value, format: string): number {
  if (typeof left !== "string" && typeof right !== "string") {
    const [a, b] = [toNumber(left), toNumber(right)];
    if (a === b) return 0;
    // What is not a number is behind all others.
    return a < b || (Number.isNaN(b) && !Number.isNaN(a)) ? -1 : Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
  }
  const [a, b] = [toText(left, format), toText(right, format)];
  return a === b ? 0 : a < b ? -1 : 1;
}
