// What sort-radix.ts sorts by: eight bytes of a text, or the bits of a number. Pure.

import type { Column } from "./sort-columns.ts";

/**
 * The keys of lines, by line number: 64 bits as four columns of 16, the most significant first. (32 bits in one piece are slower as
 * long as the engine takes them for doubles.)
 */
export type Digits = readonly [Uint16Array, Uint16Array, Uint16Array, Uint16Array];

export const newDigits = (count: number): Digits => [
  new Uint16Array(count),
  new Uint16Array(count),
  new Uint16Array(count),
  new Uint16Array(count),
];

/** How many bytes behind `depth` all have in common. */
export function commonLength(bytes: Uint8Array, { begin, end }: Column, order: Uint32Array, depth: number): number {
  const first = begin[order[0]] + depth;
  let common = Math.max(0, end[order[0]] - first);
  for (let i = 1; i < order.length && common > 0; i++) {
    const at = begin[order[i]] + depth;
    const most = Math.max(0, Math.min(common, end[order[i]] - at));
    common = 0;
    while (common < most && bytes[at + common] === bytes[first + common]) common++;
  }
  return common;
}

/** Eight bytes from `depth` on; zeros behind the end. */
export function textDigits(
  bytes: Uint8Array,
  { begin, end }: Column,
  order: Uint32Array,
  digits: Digits,
  depth: number,
  fold: Uint8Array,
  flip: number,
): void {
  for (let column = 0; column < 4; column++) {
    const digit = digits[column];
    const offset = depth + 2 * column;
    for (let i = 0; i < order.length; i++) {
      const line = order[i];
      const at = begin[line] + offset;
      const last = end[line] - 1;
      const high = at <= last ? fold[bytes[at]] << 8 : 0;
      digit[line] = (at < last ? high | fold[bytes[at + 1]] : high) ^ flip;
    }
  }
}

/** The first eight bytes that count. */
export function countingDigits(
  bytes: Uint8Array,
  { begin, end }: Column,
  order: Uint32Array,
  digits: Digits,
  fold: Uint8Array,
  ignored: Uint8Array,
  flip: number,
): void {
  for (let i = 0; i < order.length; i++) {
    const line = order[i];
    const last = end[line];
    let at = begin[line];
    const next = () => {
      while (at < last && ignored[bytes[at]] === 1) at++;
      return at < last ? fold[bytes[at++]] : 0;
    };
    for (let column = 0; column < 4; column++) {
      const high = next() << 8;
      digits[column][line] = (high | next()) ^ flip;
    }
  }
}

/** The bits of numbers, which are in order but for the sign: negative ones the other way round. */
export function numberDigits(numbers: Float64Array, order: Uint32Array, digits: Digits, flip: number): void {
  // Least significant first, as all engines' machines have it.
  const bits = new Uint16Array(numbers.buffer);
  for (let column = 0; column < 4; column++) {
    const digit = digits[column];
    for (let i = 0; i < order.length; i++) {
      const line = order[i];
      const sign = bits[4 * line + 3] & 0x8000;
      const own = bits[4 * line + 3 - column];
      digit[line] = (sign === 0 ? (column === 0 ? own ^ 0x8000 : own) : ~own) ^ flip;
    }
  }
}
