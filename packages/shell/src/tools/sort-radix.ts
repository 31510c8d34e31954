// Sorting by digits: puts line numbers in the order of their keys in a few passes. Stable. Pure.

import type { Digits } from "./sort-digits.ts";

/** From how many lines on a digit has 16 bits: below, counting 65536 places would take longer than more passes with 8. */
const MANY = 16384;

const places = new Uint32Array(65537);

/** @param spare as long as `order` */
export function sortByDigits(order: Uint32Array, spare: Uint32Array, digits: Digits): void {
  const bits = order.length < MANY ? 8 : 16;
  const mask = 2 ** bits - 1;
  let from = order;
  let to = spare;
  for (let i = 3; i >= 0; i--) {
    const differing = differences(order, digits[i]);
    for (let shift = 0; shift < 16; shift += bits) {
      if (((differing >> shift) & mask) === 0) continue;
      distribute(from, to, digits[i], shift, mask);
      const other = from;
      from = to;
      to = other;
    }
  }
  if (from !== order) order.set(from);
}

/** The bits in which not all are the same. */
function differences(order: Uint32Array, column: Uint16Array): number {
  const first = column[order[0]];
  let differing = 0;
  for (let i = 1; i < order.length; i++) differing |= column[order[i]] ^ first;
  return differing;
}

function distribute(from: Uint32Array, to: Uint32Array, column: Uint16Array, shift: number, mask: number): void {
  const { length } = from;
  places.fill(0, 0, mask + 2);
  for (let i = 0; i < length; i++) places[((column[from[i]] >> shift) & mask) + 1]++;
  for (let digit = 1; digit <= mask; digit++) places[digit] += places[digit - 1];
  for (let i = 0; i < length; i++) {
    const line = from[i];
    to[places[(column[line] >> shift) & mask]++] = line;
  }
}
