// Bracket expressions: [^a-z[:digit:]é]. Parsed into code point ranges, then written as source for texts of bytes or of UTF-8.

export interface Bracket {
  negated: boolean;
  ranges: [number, number][];
}

export class CharacterClassError extends Error {}

const CLASSES: Record<string, [number, number][]> = {
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: [[48, 57]],
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

/** Parses behind the "[" at `at`; text is a binary string. */
export function parseBracket(
  text: string,
  at: number,
  fail: (message: string) => Error,
): { bracket: Bracket; at: number } {
  const unmatched = () => fail("Unmatched [, [^, [:, [., or [=");
  const bracket: Bracket = { negated: false, ranges: [] };
  if (text[at] === "^") {
    bracket.negated = true;
    at++;
  }
  /** One character, or a class (which has ranges of its own), at the cursor. */
  const element = (): number | [number, number][] => {
    const mark = text[at] === "[" ? text[at + 1] : "";
    if (mark === ":" || mark === "." || mark === "=") {
      const end = text.indexOf(`${mark}]`, at + 2);
      if (end < 0) throw unmatched();
      const name = text.slice(at + 2, end);
      at = end + 2;
      if (mark === ":") {
        if (!Object.hasOwn(CLASSES, name)) throw fail("Invalid character class name");
        return CLASSES[name];
      }
      const [code, length] = codePoint(name, 0);
      if (name === "" || length !== name.length) throw fail("Invalid collation character");
      return code;
    }
    const [code, length] = codePoint(text, at);
    at += length;
    return code;
  };
  for (let first = true; ; first = false) {
    if (at >= text.length) throw unmatched();
    if (text[at] === "]" && !first) return { bracket, at: at + 1 };
    const from = element();
    if (typeof from !== "number") {
      bracket.ranges.push(...from);
      continue;
    }
    let to = from;
    if (text[at] === "-" && at + 1 < text.length && text[at + 1] !== "]") {
      at++;
      const end = element();
      if (typeof end !== "number" || end < from) throw fail("Invalid range end");
      to = end;
    }
    bracket.ranges.push([from, to]);
  }
}

/** The code point at a place of a binary string, and how many bytes it takes; a stray byte stands for itself. */
function codePoint(text: string, at: number): [number, number] {
  const first = text.charCodeAt(at);
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length === 1 || at + length > text.length) return [first, 1];
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = text.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return [first, 1];
    code = (code << 6) | (next & 0x3f);
  }
  return [code, length];
}

const byte = (code: number) => `\\x${code.toString(16).padStart(2, "0")}`;
const byteRange = (low: number, high: number) => (low === high ? byte(low) : `${byte(low)}-${byte(high)}`);

/** `noNewline`: the bracket does not match a newline. `bothCases`: ASCII letters match in either case. */
export function bracketSource(bracket: Bracket, utf8: boolean, noNewline: boolean, bothCases: boolean): string {
  const { negated } = bracket;
  let ranges = bothCases && utf8 ? withBothCases(bracket.ranges) : bracket.ranges;
  if (noNewline && !negated) ranges = ranges.flatMap(withoutNewline);
  const ascii = ranges.filter(([low]) => low < 128).map(([low, high]) => byteRange(low, Math.min(high, 127)));
  if (negated && noNewline) ascii.push("\\n");
  if (!utf8) return `[${negated ? "^" : ""}${ascii.join("")}]`;
  const wide = ranges
    .filter(([, high]) => high >= 128)
    .flatMap(([low, high]) => utf8Sequences(Math.max(low, 128), high));
  if (!negated)
    return wide.length === 0
      ? `[${ascii.join("")}]`
      : `(?:${[...(ascii.length ? [`[${ascii.join("")}]`] : []), ...wide].join("|")})`;
  const anyWide = "[\\xc2-\\xdf][\\x80-\\xbf]|[\\xe0-\\xef][\\x80-\\xbf]{2}|[\\xf0-\\xf4][\\x80-\\xbf]{3}";
  const except = wide.length > 0 ? `(?!${wide.join("|")})` : "";
  return `(?:[^${ascii.join("")}\\x80-\\xff]|${except}(?:${anyWide}))`;
}

function withoutNewline([low, high]: [number, number]): [number, number][] {
  if (low > 10 || high < 10) return [[low, high]];
  return (
    [
      [low, 9],
      [11, high],
    ] as [number, number][]
  ).filter(([from, to]) => from <= to);
}

function withBothCases(ranges: [number, number][]): [number, number][] {
  const extra: [number, number][] = [];
  for (const [low, high] of ranges) {
    for (const [from, to, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ]) {
      const begin = Math.max(low, from);
      const end = Math.min(high, to);
      if (begin <= end) extra.push([begin + shift, end + shift]);
    }
  }
  return [...ranges, ...extra];
}

/** A range of code points as alternatives of byte ranges: split until only the last bytes vary freely. */
function utf8Sequences(low: number, high: number): string[] {
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
  const bytes = (code: number) =>
    Array.from({ length }, (_, i) => {
      const bits = (code >> (6 * (length - 1 - i))) & 0x3f;
      return i > 0 ? 0x80 | bits : ((0xff00 >> length) & 0xff) | (code >> (6 * (length - 1)));
    });
  const [from, to] = [bytes(low), bytes(high)];
  return [from.map((first, i) => `[${byteRange(first, to[i])}]`).join("")];
}
