// What sort-radix.ts sorts by: eight bytes of a text, or the bits of a number. Pure.

import type { Column } from "./sort-columns.ts";

/** The keys of lines, by line number: unsigned, `high` before `low`. */
export interface Digits {
  high: Uint32Array;
  low: Uint32Array;
}

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
  { high, low }: Digits,
  depth: number,
  fold: Uint8Array,
  flip: number,
): void {
  for (let i = 0; i < order.length; i++) {
    const line = order[i];
    const at = begin[line] + depth;
    const left = end[line] - at;
    let [first, second] = [0, 0];
    if (left >= 8) {
      first = (fold[bytes[at]] << 24) | (fold[bytes[at + 1]] << 16) | (fold[bytes[at + 2]] << 8) | fold[bytes[at + 3]];
      second =
        (fold[bytes[at + 4]] << 24) | (fold[bytes[at + 5]] << 16) | (fold[bytes[at + 6]] << 8) | fold[bytes[at + 7]];
    } else {
      for (let k = 0; k < left; k++) {
        if (k < 4) first |= fold[bytes[at + k]] << (24 - 8 * k);
        else second |= fold[bytes[at + k]] << (56 - 8 * k);
      }
    }
    high[line] = first ^ flip;
    low[line] = second ^ flip;
  }
}

/** The first eight bytes that count. */
export function countingDigits(
  bytes: Uint8Array,
  { begin, end }: Column,
  order: Uint32Array,
  { high, low }: Digits,
  fold: Uint8Array,
  ignored: Uint8Array,
  flip: number,
): void {
  for (const line of order) {
    const pair = [0, 0];
    for (let at = begin[line], k = 0; at < end[line] && k < 8; at++) {
      const byte = bytes[at];
      if (ignored[byte] === 1) continue;
      pair[k >> 2] |= fold[byte] << (24 - 8 * (k & 3));
      k++;
    }
    high[line] = pair[0] ^ flip;
    low[line] = pair[1] ^ flip;
  }
}

/** The bits of numbers, which are in order but for the sign: negative ones the other way round. */
export function numberDigits(numbers: Float64Array, order: Uint32Array, { high, low }: Digits, flip: number): void {
  const one = new Float64Array(1);
  const bits = new Uint32Array(one.buffer);
  for (let i = 0; i < order.length; i++) {
    const line = order[i];
    one[0] = numbers[line] + 0; // no minus zero: it is equal to zero
    const negative = bits[1] >>> 31 === 1;
    high[line] = (negative ? ~bits[1] : bits[1] ^ 0x80000000) ^ flip;
    low[line] = (negative ? ~bits[0] : bits[0]) ^ flip;
  }
}
