// Sorting by digits: puts line numbers in the order of 64-bit keys, kept as two columns of 32 bits, in a few passes. Stable. Pure.

import type { Digits } from "./sort-digits.ts";

/** From how many lines on a digit has 16 bits: below, counting 65536 places would take longer than more passes with 8. */
const MANY = 16384;

const places = new Uint32Array(65537);

/** @param spare as long as `order` */
export function sortByDigits(order: Uint32Array, spare: Uint32Array, { high, low }: Digits): void {
  const bits = order.length < MANY ? 8 : 16;
  let from = order;
  let to = spare;
  for (const column of [low, high]) {
    const differing = differences(order, column);
    for (let shift = 0; shift < 32; shift += bits) {
      const mask = 2 ** bits - 1;
      if (((differing >>> shift) & mask) === 0) continue;
      distribute(from, to, column, shift, mask);
      [from, to] = [to, from];
    }
  }
  if (from !== order) order.set(from);
}

/** The bits in which not all are the same. */
function differences(order: Uint32Array, column: Uint32Array): number {
  const first = column[order[0]];
  let differing = 0;
  for (let i = 1; i < order.length; i++) differing |= column[order[i]] ^ first;
  return differing;
}

function distribute(from: Uint32Array, to: Uint32Array, column: Uint32Array, shift: number, mask: number): void {
  const { length } = from;
  places.fill(0, 0, mask + 2);
  for (let i = 0; i < length; i++) places[((column[from[i]] >>> shift) & mask) + 1]++;
  for (let digit = 1; digit <= mask; digit++) places[digit] += places[digit - 1];
  for (let i = 0; i < length; i++) {
    const line = from[i];
    to[places[(column[line] >>> shift) & mask]++] = line;
  }
}
