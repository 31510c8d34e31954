// The regular expressions of the tools: POSIX ones (../regex), and grep -P, which is the engine's own RegExp. Patterns are given as
// text, subjects are binary strings.

import { Regex as PosixRegex, type RegexRules as PosixRules, RegexError } from "../regex/regex.ts";
import { binaryToText, textToBinary } from "../stdio.ts";
import { perlSource } from "./perl-pattern.ts";

export { CharacterClassError, RegexError } from "../regex/regex.ts";

export interface RegexRules extends Omit<PosixRules, "syntax"> {
  syntax: PosixRules["syntax"] | "perl";
}

/** What the tools use of a compiled expression; see PosixRegex. */
export type Regex = Pick<
  PosixRegex,
  "groups" | "references" | "warnings" | "literal" | "spans" | "firstEnd" | "test" | "find" | "capture"
>;

/** Throws RegexError. */
export function compileRegex(patterns: string | string[], rules: RegexRules): Regex {
  const list = typeof patterns === "string" ? [patterns] : patterns;
  const { syntax } = rules;
  if (syntax === "perl") return new PerlRegex(list, rules);
  return new PosixRegex(
    list.map((pattern) => textToBinary(pattern)),
    { ...rules, syntax },
  );
}

/** Emacs's patterns are basic ones where + and ? are operators without a backslash. */
export const emacsPattern = (pattern: string): string =>
  pattern.replace(/\\?[+?]/g, (text) => (text.length === 1 ? `\\${text}` : text[1]));

class PerlRegex implements Regex {
  readonly groups: number;
  readonly warnings: string[] = [];
  readonly literal = null;
  readonly references = false;
  readonly spans: number[] = [-1, -1];
  #expression: RegExp;
  #match: RegExpExecArray | null = null;
  /** The last text with characters beyond ASCII, decoded, and where each of its code units begins in the bytes. */
  #text = "";
  #decoded = "";
  #offsets = new Uint32Array(0);

  constructor(patterns: string[], rules: RegexRules) {
    const sources = patterns.map((pattern) => perlSource(pattern));
    let source = sources.map((one) => `(?:${one.source})`).join("|");
    if (rules.whole === "line") source = `^(?:${source})$`;
    else if (rules.whole === "word") source = `(?<!\\w)(?:${source})(?!\\w)`;
    const fold = rules.ignoreCase || sources.some((one) => one.flags.includes("i"));
    const flags = `gd${rules.lines ? "m" : ""}${fold ? "i" : ""}${sources.some((one) => one.flags.includes("s")) ? "s" : ""}`;
    this.#expression = build(source, flags);
    this.groups = new RegExp(`${source}|`, flags).exec("")!.length - 1;
  }

  firstEnd(text: string, from = 0): number {
    return this.find(text, from) ? this.spans[1] : -1;
  }

  test(text: string): boolean {
    return this.find(text, 0);
  }

  find(text: string, from: number): boolean {
    const expression = this.#expression;
    const wide = /[\x80-\xff]/.test(text);
    if (wide && this.#text !== text) this.#load(text);
    expression.lastIndex = wide ? this.#unit(from) : from;
    this.#match = expression.exec(wide ? this.#decoded : text);
    if (!this.#match) return false;
    const place = (unit: number) => (wide ? this.#offsets[unit] : unit);
    for (const [i, span] of (this.#match.indices ?? []).entries()) {
      this.spans[2 * i] = span ? place(span[0]) : -1;
      this.spans[2 * i + 1] = span ? place(span[1]) : -1;
    }
    return true;
  }

  capture(): number[] {
    return this.spans;
  }

  #load(text: string): void {
    this.#text = text;
    this.#decoded = binaryToText(text);
    this.#offsets = new Uint32Array(this.#decoded.length + 1);
    let at = 0;
    for (let i = 0; i < this.#decoded.length; i++) {
      this.#offsets[i] = at;
      const code = this.#decoded.charCodeAt(i);
      // A byte that is no text, and either half of a pair (two bytes each of four), besides the usual lengths.
      const surrogate = code >= 0xd800 && code < 0xe000;
      at +=
        code < 0x80 || (code >= 0xdc80 && code <= 0xdcff && !this.#paired(i)) ? 1 : code < 0x800 || surrogate ? 2 : 3;
    }
    this.#offsets[this.#decoded.length] = at;
  }

  #paired(i: number): boolean {
    const before = i > 0 ? this.#decoded.charCodeAt(i - 1) : 0;
    return before >= 0xd800 && before < 0xdc00;
  }

  #unit(offset: number): number {
    let [low, high] = [0, this.#offsets.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function build(source: string, flags: string): RegExp {
  for (const unicode of ["u", ""]) {
    try {
      return new RegExp(source, flags + unicode);
    } catch {
      // Without the u flag stray braces and needless backslashes are fine.
    }
  }
  throw new RegexError("Invalid regular expression");
}
