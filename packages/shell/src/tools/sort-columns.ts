// What lines are compared by: for each key a column of where it lies in every line, or of its numbers. Filled once for the lines at
// hand, when first asked for. Pure.

import { bytesToBinary } from "../stdio.ts";
import type { LineStore } from "./line-store.ts";
import { type Key, keyBegin, keyEnd } from "./sort-keys.ts";
import { numberOf } from "./sort-values.ts";

export interface Column {
  begin: Uint32Array;
  end: Uint32Array;
  /** For the orders that are one of numbers. */
  numbers: Float64Array | null;
  /** Some numbers are longer than a double is exact. */
  long: boolean;
}

/** Digits that a double holds, whatever they are. */
const EXACT_DIGITS = 15;

/** @param key null for the whole line */
export function columnOf(lines: LineStore, key: Key | null, separator: number): Column {
  const { bytes, starts, count } = lines;
  const end = new Uint32Array(count);
  if (!key) {
    for (let i = 0; i < count; i++) end[i] = starts[i + 1] - 1;
    return { begin: starts, end, numbers: null, long: false };
  }
  const begin = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const from = starts[i];
    const to = starts[i + 1] - 1;
    const first = keyBegin(bytes, from, to, key, separator);
    begin[i] = first;
    end[i] = key.endField === 0 ? to : Math.max(first, keyEnd(bytes, from, to, key, separator));
  }
  const column: Column = { begin, end, numbers: null, long: false };
  if (key.numeric === "n") readNumbers(bytes, column);
  else if (key.numeric !== null && key.numeric !== "V") {
    const kind = key.numeric;
    // No minus zero, which is equal to zero but has other bits.
    column.numbers = Float64Array.from(begin, (from, i) => numberOf(textAt(bytes, from, end[i]), kind) + 0);
  }
  return column;
}

export const textAt = (bytes: Uint8Array, begin: number, end: number): string =>
  bytesToBinary(bytes.subarray(begin, end));

/** -n: blanks, a minus, digits, a fraction; 0 when there is none. Digits beyond what a double holds are cut off, not rounded. */
function readNumbers(bytes: Uint8Array, column: Column): void {
  const { begin, end } = column;
  const numbers = new Float64Array(begin.length);
  for (let i = 0; i < begin.length; i++) {
    const last = end[i];
    let at = begin[i];
    let byte = at < last ? bytes[at] : 0;
    while (byte === 32 || byte === 9 || byte === 10) byte = ++at < last ? bytes[at] : 0;
    const minus = byte === 45;
    if (minus) byte = ++at < last ? bytes[at] : 0;
    while (byte === 48) byte = ++at < last ? bytes[at] : 0;
    const first = at;
    let value = 0;
    while (byte >= 48 && byte <= 57 && at - first < EXACT_DIGITS) {
      value = value * 10 + byte - 48;
      byte = ++at < last ? bytes[at] : 0;
    }
    if (byte === 46 || (byte >= 48 && byte <= 57)) {
      value = longNumber(bytes, first, last, column);
    }
    numbers[i] = minus && value !== 0 ? -value : value;
  }
  column.numbers = numbers;
}

/** A number with a fraction or with many digits. Zeros at the end of a fraction say nothing. */
function longNumber(bytes: Uint8Array, at: number, end: number, column: Column): number {
  let value = 0;
  let digits = 0;
  let exponent = 0;
  let zeros = 0;
  let fraction = false;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === 46 && !fraction) {
      fraction = true;
      continue;
    }
    if (byte < 48 || byte > 57) break;
    if (fraction && byte === 48) {
      zeros++;
      continue;
    }
    for (; zeros >= 0; zeros--) {
      if (digits < EXACT_DIGITS) {
        value = value * 10 + (zeros > 0 ? 0 : byte - 48);
        if (value > 0) digits++;
        if (fraction) exponent--;
      } else {
        column.long = true;
        if (!fraction) exponent++;
      }
    }
    zeros = 0;
  }
  const size = exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
  if (size === Number.POSITIVE_INFINITY || (size === 0 && value > 0)) column.long = true;
  return size;
}
