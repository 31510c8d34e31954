// printf and sprintf of awk, over binary strings. Pure.

import { formatFloat } from "../builtins/float.ts";
import { TEXT_MAX } from "../builtins/printf.ts";
import { codePointAt, utf8Bytes } from "../regex/characters.ts";
import { AwkError, NumericString, toNumber, toText, type Value } from "./values.ts";

/** A number by OFMT or CONVFMT. */
export function formatNumber(value: number, format: string): string {
  if (Number.isNaN(value)) return "-nan";
  if (!Number.isFinite(value)) return value > 0 ? "+inf" : "-inf";
  if (format === "%.6g") {
    // The usual one: the engine's digits are the same unless they end in an exact half.
    const text = value.toPrecision(6);
    if (!text.includes("e")) return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }
  return format === "%d" ? String(Math.trunc(value)) : sprintf(format, [value], format);
}

const DIRECTIVE = /%(?:(\d+)\$)?([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|ll|[hlLqjzt])?([^])?/y;

interface Piece {
  /** Where in the format it ends. */
  end: number;
  plain: string;
  position: number;
  flags: string;
  width: string | undefined;
  precision: string | undefined;
  conversion: string;
}

const parsed = new Map<string, Piece[]>();

function pieces(format: string): Piece[] {
  let list = parsed.get(format);
  if (list) return list;
  list = [];
  for (let at = 0; at < format.length; ) {
    let percent = format.indexOf("%", at);
    if (percent < 0) percent = format.length;
    const piece: Piece = {
      end: 0,
      plain: format.slice(at, percent),
      position: 0,
      flags: "",
      width: undefined,
      precision: undefined,
      conversion: "",
    };
    at = percent;
    if (percent < format.length) {
      DIRECTIVE.lastIndex = percent;
      const match = DIRECTIVE.exec(format)!;
      at = DIRECTIVE.lastIndex;
      piece.conversion = match[5] ?? "";
      if (!/[diouxXcsaAeEfFgG%]/.test(piece.conversion) || piece.conversion === "") {
        piece.plain += match[0];
        piece.conversion = "";
      } else {
        [, , piece.flags, piece.width, piece.precision] = match;
        piece.position = Number(match[1] ?? 0);
      }
    }
    piece.end = at;
    list.push(piece);
  }
  if (parsed.size > 500) parsed.clear();
  parsed.set(format, list);
  return list;
}

export function sprintf(format: string, args: Value[], conversionFormat: string): string {
  let out = "";
  let next = 0;
  for (const { plain, end, position, flags, width, precision, conversion } of pieces(format)) {
    out += plain;
    if (conversion === "") continue;
    if (conversion === "%") {
      out += "%";
      continue;
    }
    let left = flags.includes("-");
    let columns = width === "*" ? Math.trunc(toNumber(args[next++])) : Number(width ?? 0);
    if (columns < 0) {
      left = true;
      columns = -columns;
    }
    let digits =
      precision === undefined ? -1 : precision === "*" ? Math.trunc(toNumber(args[next++])) : Number(precision);
    if (digits < 0 || Number.isNaN(digits)) digits = -1;
    if (columns > TEXT_MAX || (digits > TEXT_MAX && conversion !== "s" && conversion !== "c"))
      throw new AwkError(`format_tree: cannot allocate ${Math.max(columns, digits)} bytes of memory`);
    if (position === 0 && next >= args.length) {
      const at = end - 1;
      throw new AwkError(
        `not enough arguments to satisfy format string\n\t\`${format}'\n\t${" ".repeat(at)}^ ran out for this one`,
      );
    }
    const value = position > 0 ? args[position - 1] : args[next++];
    out += convert(value, conversion, { flags, left, columns, digits }, conversionFormat);
  }
  return out;
}

interface Shape {
  flags: string;
  left: boolean;
  columns: number;
  digits: number;
}

function convert(value: Value, conversion: string, shape: Shape, format: string): string {
  const { flags, digits } = shape;
  switch (conversion) {
    case "c": {
      const character =
        typeof value === "number" || value === undefined || value instanceof NumericString
          ? fromCode(toNumber(value))
          : firstOf(toText(value, format));
      return pad(character, shape);
    }
    case "s": {
      const text = toText(value, format);
      return pad(digits < 0 ? text : firstCharacters(text, digits), shape);
    }
  }
  const number = toNumber(value);
  if (!Number.isFinite(number)) {
    const text = Number.isNaN(number) ? "-nan" : number < 0 ? "-inf" : "+inf";
    return pad(text, shape);
  }
  let negative = number < 0 || (number === 0 && 1 / number < 0);
  let text: string;
  if ("diouxX".includes(conversion)) {
    const whole = Math.trunc(Math.abs(number));
    if ((conversion !== "d" && conversion !== "i" && number < 0) || whole >= 2 ** 64) {
      // What no integer can hold is printed as a number with a fraction is.
      text =
        "diu".includes(conversion) || whole >= 2 ** 64
          ? BigInt(whole).toString()
          : formatFloat(whole, "g", digits, false);
    } else {
      const base = conversion === "o" ? 8 : conversion === "x" || conversion === "X" ? 16 : 10;
      text = whole < 2 ** 53 ? whole.toString(base) : BigInt(whole).toString(base);
    }
    if (whole === 0) negative = false;
    if (digits >= 0) text = digits === 0 && whole === 0 ? "" : text.padStart(digits, "0");
    if (flags.includes("'")) text = text.replace(/\B(?=(\d{3})+$)/g, "");
    if (flags.includes("#") && whole !== 0)
      text = conversion === "o" ? `0${text}` : "xX".includes(conversion) ? `0x${text}` : text;
    if (conversion === "X") text = text.toUpperCase();
    return padNumber(negative, text, shape, digits < 0);
  }
  const size = Math.abs(number);
  const lower = conversion.toLowerCase();
  const precision = digits < 0 ? 6 : digits;
  // Exact halves are rounded to even by C and away from zero here: these take the long way.
  if (lower === "f" && size < 1e15 && precision <= 15 && (size * 10 ** precision) % 1 !== 0.5 && !flags.includes("#")) {
    text = size.toFixed(precision);
  } else text = formatFloat(size, lower, digits, flags.includes("#"));
  if (lower !== conversion) text = text.toUpperCase();
  return padNumber(negative, text, shape, true);
}

function pad(text: string, { left, columns }: Shape): string {
  const missing = columns - countCharacters(text);
  if (missing <= 0) return text;
  return left ? text + " ".repeat(missing) : " ".repeat(missing) + text;
}

function padNumber(negative: boolean, text: string, shape: Shape, zeros: boolean): string {
  const { flags, left, columns } = shape;
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  if (zeros && flags.includes("0") && !left && sign.length + text.length < columns) {
    const prefix = /^0[xX]/.exec(text)?.[0] ?? "";
    return sign + prefix + text.slice(prefix.length).padStart(columns - sign.length - prefix.length, "0");
  }
  return pad(sign + text, shape);
}

const fromCode = (code: number): string => {
  const whole = Math.trunc(code);
  if (whole < 128 || whole > 0x10ffff || Number.isNaN(whole)) return String.fromCharCode(whole & 255);
  return String.fromCharCode(...utf8Bytes(whole));
};

const firstOf = (text: string): string => (text === "" ? "\0" : text.slice(0, codePointAt(text, 0)[1]));

export const isWide = (text: string): boolean => /[\x80-\xff]/.test(text);

/** Characters, where a byte that is part of none counts as one. */
export function countCharacters(text: string, bytes = false): number {
  if (bytes || !isWide(text)) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; count++) at += codePointAt(text, at)[1];
  return count;
}

/** The offset of the character with that number (from 0), or the text's length. */
export function offsetOf(text: string, characters: number): number {
  let at = 0;
  for (let count = 0; count < characters && at < text.length; count++) at += codePointAt(text, at)[1];
  return at;
}

function firstCharacters(text: string, count: number): string {
  return isWide(text) ? text.slice(0, offsetOf(text, count)) : text.slice(0, count);
}
