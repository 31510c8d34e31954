// Characters beyond ASCII: sets of code points as sequences of UTF-8 bytes, both cases of a letter, and the named classes. Pure.

import { alt, bytes, cat, type Node, type Ranges } from "./node.ts";

const LAST = 0x10ffff;

/** The named classes: their ASCII part, and what else of Unicode belongs to them. */
const CLASSES: Record<string, [ascii: Ranges, wide?: string]> = {
  alnum: [
    [
      [48, 57],
      [65, 90],
      [97, 122],
    ],
    "\\p{L}\\p{N}\\p{M}",
  ],
  alpha: [
    [
      [65, 90],
      [97, 122],
    ],
    "\\p{L}\\p{M}",
  ],
  blank: [
    [
      [9, 9],
      [32, 32],
    ],
  ],
  cntrl: [
    [
      [0, 31],
      [127, 127],
    ],
    "\\p{Cc}",
  ],
  digit: [[[48, 57]]],
  graph: [[[33, 126]], "^\\p{C}\\p{Z}"],
  lower: [[[97, 122]], "\\p{Ll}"],
  print: [[[32, 126]], "^\\p{C}"],
  punct: [
    [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
    "\\p{P}\\p{S}",
  ],
  space: [
    [
      [9, 13],
      [32, 32],
    ],
    "\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000",
  ],
  upper: [[[65, 90]], "\\p{Lu}"],
  word: [
    [
      [48, 57],
      [65, 90],
      [95, 95],
      [97, 122],
    ],
    "\\p{L}\\p{N}\\p{M}",
  ],
  xdigit: [
    [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  ],
};

/** A set of characters as a pattern names it. `wide` is for the texts where it matters: Unicode classes are many ranges. */
export interface CharacterSet {
  ranges: Ranges;
  classes: string[];
  negated: boolean;
}

export const isClass = (name: string): boolean => Object.hasOwn(CLASSES, name) && name !== "word";

/** @param without a byte that the set never holds (a newline where lines are searched), or -1 */
export function setNode(given: CharacterSet, fold: boolean, without: number, isBytewise = false): Node {
  const end = isBytewise ? 256 : 128;
  const { negated } = given;
  const classes = fold ? given.classes.map((name) => (/^(upp|low)er$/.test(name) ? "alpha" : name)) : given.classes;
  const ascii = [...given.ranges, ...classes.flatMap((name) => CLASSES[name][0])].filter(([low]) => low < end);
  const set = new Uint8Array(256);
  for (const [low, high] of ascii) set.fill(1, low, Math.min(high + 1, end));
  if (fold) {
    for (let upper = 65; upper <= 90; upper++) set[upper] = set[upper + 32] = set[upper] | set[upper + 32];
  }
  if (negated) for (let byte = 0; byte < end; byte++) set[byte] ^= 1;
  if (without >= 0) set[without] = 0;
  const isAscii = !negated && !classes.some((name) => CLASSES[name][1]) && !given.ranges.some(([, high]) => high > 127);
  if (isBytewise || isAscii) return { kind: "set", set };
  let made: Node | undefined;
  const wide = () => {
    if (made) return made;
    let ranges = [...given.ranges, ...classes.flatMap(wideRanges)].filter(([, high]) => high > 127);
    if (fold) ranges.push(...ranges.flatMap(([low, high]) => (high - low < 2000 ? otherCases(low, high) : [])));
    ranges = negated ? complement(ranges) : ranges.map(([low, high]) => [Math.max(low, 128), high]);
    made = sequences(ranges.flatMap(([low, high]) => utf8Sequences(low, high)));
    return made;
  };
  return { kind: "set", set, wide };
}

function otherCases(low: number, high: number): Ranges {
  const found: Ranges = [];
  for (let code = Math.max(low, 128); code <= high; code++) {
    for (const other of casesOf(code)) found.push([other, other]);
  }
  return found;
}

/** The code points a letter may also be written as. */
export function casesOf(code: number): number[] {
  const text = String.fromCodePoint(code);
  return [text, text.toLowerCase(), text.toUpperCase()]
    .filter((one, i, all) => all.indexOf(one) === i && [...one].length === 1)
    .map((one) => one.codePointAt(0)!);
}

const known = new Map<string, Ranges>();

function wideRanges(name: string): Ranges {
  const source = CLASSES[name][1];
  if (!source) return [];
  let ranges = known.get(name);
  if (!ranges) {
    ranges = [];
    const member = new RegExp(`[${source}]`, "u");
    let from = -1;
    // Letters end below U+32400; what is unassigned above is in no class.
    for (let code = 128; code <= 0x32400; code++) {
      const inside = code < 0x32400 && member.test(String.fromCodePoint(code));
      if (inside && from < 0) from = code;
      if (!inside && from >= 0) {
        ranges.push([from, code - 1]);
        from = -1;
      }
    }
    known.set(name, ranges);
  }
  return ranges;
}

function complement(ranges: Ranges): Ranges {
  const out: Ranges = [];
  let from = 128;
  for (const [low, high] of ranges.sort((a, b) => a[0] - b[0])) {
    if (low > from) out.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= LAST) out.push([from, LAST]);
  return out;
}

/** A range of code points as sequences of byte ranges: split until only the last bytes vary freely. */
function utf8Sequences(low: number, high: number): Ranges[] {
  if (low > high) return [];
  for (const limit of [0x7f, 0x7ff, 0xffff]) {
    if (low <= limit && high > limit) return [...utf8Sequences(low, limit), ...utf8Sequences(limit + 1, high)];
  }
  const length = low < 0x800 ? 2 : low < 0x10000 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const mask = (1 << (6 * i)) - 1;
    if ((low & ~mask) === (high & ~mask)) continue;
    if ((low & mask) !== 0) return [...utf8Sequences(low, low | mask), ...utf8Sequences((low | mask) + 1, high)];
    if ((high & mask) !== mask)
      return [...utf8Sequences(low, (high & ~mask) - 1), ...utf8Sequences(high & ~mask, high)];
  }
  const from = utf8Bytes(low);
  const to = utf8Bytes(high);
  return [from.map((first, i) => [first, to[i]])];
}

/** A code point as UTF-8. */
export function utf8Bytes(code: number): number[] {
  if (code < 128) return [code];
  const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  return Array.from({ length }, (_, i) => {
    const bits = (code >> (6 * (length - 1 - i))) & 0x3f;
    return i > 0 ? 0x80 | bits : ((0xff00 >> length) & 0xff) | (code >> (6 * (length - 1)));
  });
}

/** Sequences as a tree by their first bytes. */
function sequences(list: Ranges[]): Node {
  const last = list.filter((one) => one.length === 1).map(([range]) => range);
  const heads = new Map<string, Ranges[]>();
  for (const one of list) {
    if (one.length === 1) continue;
    const key = one[0].join();
    const rest = heads.get(key);
    if (rest) rest.push(one.slice(1));
    else heads.set(key, [one.slice(1)]);
  }
  const branches = [...heads].map(([key, rests]) =>
    cat(bytes([key.split(",").map(Number) as [number, number]]), sequences(rests)),
  );
  if (last.length > 0 || branches.length === 0) branches.push(bytes(last));
  return alt(branches);
}

/** The code point at a place of a binary string, and how many bytes it takes; a stray byte stands for itself. */
export function codePointAt(text: string, at: number): [code: number, length: number] {
  const first = text.charCodeAt(at);
  const length = first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length === 1 || at + length > text.length) return [first, 1];
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return [first, 1];
    code = (code << 6) | (next & 0x3f);
  }
  return [code, length];
}
