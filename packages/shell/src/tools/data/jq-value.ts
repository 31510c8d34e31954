// jq's values: JSON with its objects as Maps, so that keys keep their order. Writing and comparing. Pure.

import { compareNames } from "../files.ts";

export type Value = null | boolean | number | string | Value[] | JsonObject;
export type JsonObject = Map<string, Value>;

/** What `error` throws, and what built-in functions fail with: any value. */
export class JqError extends Error {
  value: Value;
  constructor(value: Value) {
    super(typeof value === "string" ? value : toJson(value));
    this.value = value;
  }
}

export const typeOf = (value: Value): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : value instanceof Map
        ? "object"
        : (typeof value as "boolean" | "number" | "string");

/** The value in an error message, cut when it is long. */
export function shown(value: Value): string {
  const text = toJson(value);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= 29) return text;
  let cut = 26;
  while (cut > 0 && (bytes[cut] & 0xc0) === 0x80) cut--;
  return `${new TextDecoder().decode(bytes.subarray(0, cut))}...`;
}

export const described = (value: Value) => `${typeOf(value)} (${shown(value)})`;

const RANK: Record<string, number> = { null: 0, false: 1, true: 2, number: 3, string: 4, array: 5, object: 6 };
const rank = (value: Value) => RANK[typeof value === "boolean" ? String(value) : typeOf(value)];

export function compare(a: Value, b: Value): number {
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  // A nan is smaller than every number, itself included.
  if (typeof a === "number") return a < (b as number) || Number.isNaN(a) ? -1 : a === b ? 0 : 1;
  if (typeof a === "string") return compareNames(a, b as string);
  if (Array.isArray(a)) {
    const other = b as Value[];
    for (let i = 0; i < a.length && i < other.length; i++) {
      const result = compare(a[i], other[i]);
      if (result !== 0) return result;
    }
    return a.length - other.length;
  }
  if (a instanceof Map) {
    const other = b as JsonObject;
    const [keys, otherKeys] = [sortedKeys(a), sortedKeys(other)];
    const byKeys = compare(keys, otherKeys);
    if (byKeys !== 0) return byKeys;
    for (const key of keys) {
      const result = compare(a.get(key)!, other.get(key)!);
      if (result !== 0) return result;
    }
  }
  return 0;
}

export const sortedKeys = (object: JsonObject): string[] => [...object.keys()].sort(compareNames);

export interface Style {
  /** Blanks for each level, "\t", or "" for everything on one line. */
  indent: string;
  sort: boolean;
  ascii: boolean;
  color: boolean;
}

const PLAIN: Style = { indent: "", sort: false, ascii: false, color: false };

export const numberText = (value: number): string => {
  if (Number.isNaN(value)) return "null";
  if (value === Number.POSITIVE_INFINITY) return "1.7976931348623157e+308";
  if (value === Number.NEGATIVE_INFINITY) return "-1.7976931348623157e+308";
  if (Object.is(value, -0)) return "-0";
  const [digits, exponent] = value.toExponential().split("e");
  const count = digits.replace(/[-.]/g, "").length;
  const point = Number(exponent) + 1;
  // jq's rule for when a number is written with an exponent.
  if (point <= -4 || point > count + 15) return `${digits}e${exponent}`.replace(/e([-+])(\d)$/, "e$10$2");
  return Math.abs(value) >= 1e21 ? BigInt(value).toString() : String(value);
};

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\b": "\\b",
  "\f": "\\f",
};

export function stringText(value: string, ascii = false): string {
  const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = /["\\\x00-\x1f\x7f]/.test(value)
    ? value.replace(/["\\\x00-\x1f\x7f]/g, (character) => ESCAPES[character] ?? unicode(character))
    : value;
  return `"${ascii ? text.replace(/[\u0080-\uffff]/g, unicode) : text}"`;
}

const COLORS: Record<string, string> = {
  null: "1;30",
  false: "0;39",
  true: "0;39",
  number: "0;39",
  string: "0;32",
  array: "1;39",
  object: "1;39",
  key: "34;1",
};

export const MOST_DEPTH = 10_000;

export function toJson(value: Value, style: Style = PLAIN, depth = 0): string {
  if (depth > MOST_DEPTH) return '"<skipped: too deep>"';
  const { indent, sort, ascii, color } = style;
  const paint = (kind: string, text: string) => (color ? `\x1b[${COLORS[kind]}m${text}\x1b[0m` : text);
  if (value === null || typeof value === "boolean") return paint(String(value), String(value));
  if (typeof value === "number") return paint("number", numberText(value));
  if (typeof value === "string") return paint("string", stringText(value, ascii));
  const line = indent === "" ? "" : `\n${indent.repeat(depth + 1)}`;
  const last = indent === "" ? "" : `\n${indent.repeat(depth)}`;
  if (color) return colored(value, style, depth, line, last);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    let text = "[";
    for (let i = 0; i < value.length; i++) text += `${i > 0 ? "," : ""}${line}${toJson(value[i], style, depth + 1)}`;
    return `${text}${last}]`;
  }
  if (value.size === 0) return "{}";
  let text = "";
  const gap = indent === "" ? ":" : ": ";
  for (const key of sort ? sortedKeys(value) : value.keys())
    text += `${text === "" ? "{" : ","}${line}${stringText(key, ascii)}${gap}${toJson(value.get(key)!, style, depth + 1)}`;
  return `${text}${last}}`;
}

function colored(value: Value[] | JsonObject, style: Style, depth: number, line: string, last: string): string {
  const kind = Array.isArray(value) ? "array" : "object";
  const on = `\x1b[${COLORS[kind]}m`;
  const off = "\x1b[0m";
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts: string[] = [];
  if (Array.isArray(value)) for (const one of value) parts.push(toJson(one, style, depth + 1));
  else
    for (const key of style.sort ? sortedKeys(value) : value.keys())
      parts.push(
        `${off}\x1b[${COLORS.key}m${stringText(key, style.ascii)}${off}${on}:${style.indent === "" ? "" : " "}${off}${toJson(value.get(key)!, style, depth + 1)}`,
      );
  if (parts.length === 0) return `${on}${open}${close}${off}`;
  return `${on}${open}${parts.map((part) => `${line}${part}`).join(`${on},`)}${on}${last}${on}${close}${off}`;
}
