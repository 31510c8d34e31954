// Sorting by digits: the first six bytes of texts, or the bits of numbers, as columns of 16-bit digits that a few passes put in order.
// Only lines that these leave equal are compared. Stable. Pure.

/** Columns of digits, the most significant first. */
export type Digits = Uint16Array[];

const TEXT_DIGITS = 3;

/** How many first characters all texts have in common. */
export function commonLength(texts: string[]): number {
  if (texts.length === 0) return 0;
  const [first] = texts;
  let common = first.length;
  for (const text of texts) {
    if (text.length < common) common = text.length;
    let i = 0;
    while (i < common && text.charCodeAt(i) === first.charCodeAt(i)) i++;
    common = i;
    if (common === 0) break;
  }
  return common;
}

export function textDigits(texts: string[], reverse: boolean): Digits {
  const common = commonLength(texts);
  const digits = Array.from({ length: TEXT_DIGITS }, () => new Uint16Array(texts.length));
  const flip = reverse ? 0xffff : 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    const { length } = text;
    for (let digit = 0, at = common; digit < TEXT_DIGITS; digit++, at += 2) {
      const high = at < length ? text.charCodeAt(at) : 0;
      const low = at + 1 < length ? text.charCodeAt(at + 1) : 0;
      digits[digit][i] = ((high << 8) | low) ^ flip;
    }
  }
  return digits;
}

export function numberDigits(numbers: Float64Array, reverse: boolean): Digits {
  const digits = Array.from({ length: 4 }, () => new Uint16Array(numbers.length));
  // No minus zero: it is equal to zero.
  const bits = new Uint32Array(numbers.map((number) => number + 0).buffer);
  const flip = reverse ? 0xffff : 0;
  for (let i = 0; i < numbers.length; i++) {
    // The bits of numbers are in order but for the sign: negative ones the other way round.
    const negative = bits[2 * i + 1] >>> 31 === 1;
    const low = negative ? ~bits[2 * i] : bits[2 * i];
    const high = negative ? ~bits[2 * i + 1] : bits[2 * i + 1] ^ 0x80000000;
    digits[0][i] = (high >>> 16) ^ flip;
    digits[1][i] = (high & 0xffff) ^ flip;
    digits[2][i] = (low >>> 16) ^ flip;
    digits[3][i] = (low & 0xffff) ^ flip;
  }
  return digits;
}

/** The numbers 0 to count - 1 in order: by the digits, and where those are equal, by `compare`. */
export function sortedOrder(
  count: number,
  digits: Digits | null,
  compare: (a: number, b: number) => number,
): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  if (!digits) return order.sort(compare);
  let other = new Uint32Array(count);
  const places = new Uint32Array(65537);
  for (const column of [...digits].reverse()) {
    places.fill(0);
    for (let i = 0; i < count; i++) places[column[i] + 1]++;
    // A column that says nothing is skipped.
    if (count > 0 && places[column[0] + 1] === count) continue;
    for (let digit = 1; digit <= 65536; digit++) places[digit] += places[digit - 1];
    for (let i = 0; i < count; i++) other[places[column[order[i]]]++] = order[i];
    [order, other] = [other, order];
  }
  const same = (a: number, b: number) => digits.every((column) => column[a] === column[b]);
  for (let begin = 0; begin < count; ) {
    let end = begin + 1;
    while (end < count && same(order[begin], order[end])) end++;
    if (end - begin > 1) order.subarray(begin, end).sort(compare);
    begin = end;
  }
  return order;
}
