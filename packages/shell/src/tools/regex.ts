// POSIX basic and extended regular expressions, with GNU's extensions, translated to the engine's RegExp over binary strings.
// A text that is all ASCII is matched byte by byte; otherwise "." and brackets stand for whole UTF-8 characters.
// Known difference: alternation is leftmost-first, not leftmost-longest.

import { encode } from "@vibengine/system";
import { bytesToBinary } from "../stdio.ts";
import { type Bracket, bracketSource, CharacterClassError, parseBracket } from "./regex-bracket.ts";

export interface RegexRules {
  syntax: "basic" | "extended" | "fixed" | "perl";
  ignoreCase?: boolean;
  /** The subject holds many lines: ^ and $ match at each, and nothing matches a newline. */
  lines?: boolean;
  /** sed's M flag: ^ and $ match at lines, but "." and [^x] match a newline. */
  anchorsAtLines?: boolean;
  /** As regcomp has it rather than grep: in extended syntax a lone ")" or "*" is an error. */
  posix?: boolean;
  /** Match whole words or whole lines only. */
  whole?: "word" | "line" | null;
}

/** In GNU's words. */
export class RegexError extends Error {}

export class Regex {
  /** Capture groups in the pattern. */
  readonly groups: number;
  /** "stray \ before t" and the like. */
  readonly warnings: string[] = [];
  /** Set when the pattern is a plain string to be found with indexOf. */
  readonly literal: string | null;
  #bytes: RegExp;
  #characters: RegExp | null = null;
  #patterns: string[];
  #rules: RegexRules;

  constructor(patterns: string[], rules: RegexRules) {
    this.#patterns = patterns.map((pattern) => bytesToBinary(encode(pattern)));
    this.#rules = rules;
    const [only] = this.#patterns;
    const special = rules.syntax === "fixed" ? /\n/ : rules.syntax === "basic" ? /[\\[*.^$\n]/ : /[\\[*.^$()|+?{}\n]/;
    const plain = patterns.length === 1 && only !== "" && !rules.ignoreCase && !rules.whole && !special.test(only);
    this.literal = plain ? only : null;
    const { source, groups } = this.#translate(false, this.warnings);
    this.groups = groups;
    this.#bytes = build(source, rules.ignoreCase ? "gi" : "g");
  }

  /** The RegExp (global) for this text, ready to search from its start. */
  for(text: string): RegExp {
    if (!/[\x80-\xff]/.test(text)) {
      this.#bytes.lastIndex = 0;
      return this.#bytes;
    }
    // No i flag here: it would fold bytes above 0x7f, which are parts of characters.
    this.#characters ??= build(this.#translate(true, []).source, "g");
    this.#characters.lastIndex = 0;
    return this.#characters;
  }

  #translate(utf8: boolean, warnings: string[]): { source: string; groups: number } {
    const rules = this.#rules;
    let groups = 0;
    const sources = this.#patterns.map((pattern) => {
      if (rules.syntax === "fixed")
        return [...pattern].map((character) => literal(character, utf8 && rules.ignoreCase)).join("");
      if (rules.syntax === "perl") return pattern;
      const translation = new Translation(pattern, rules, utf8, groups, warnings);
      const source = translation.run();
      groups = translation.groups;
      return source;
    });
    // The longest fixed string first, so that the longest match wins.
    if (rules.syntax === "fixed") sources.sort((a, b) => b.length - a.length);
    let source = sources.length === 1 ? sources[0] : sources.map((one) => `(?:${one})`).join("|");
    const [begin, end] = anchors(rules);
    if (rules.whole === "line") source = `${begin}(?:${source})${end}`;
    else if (rules.whole === "word") source = `(?<!\\w)(?:${source})(?!\\w)`;
    return { source, groups };
  }
}

export const compileRegex = (pattern: string, rules: RegexRules): Regex => new Regex([pattern], rules);

function build(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw new RegexError("Invalid regular expression");
  }
}

function anchors(rules: RegexRules): [string, string] {
  return rules.lines || rules.anchorsAtLines ? ["(?<![^\\n])", "(?![^\\n])"] : ["(?<![^])", "(?![^])"];
}

function literal(character: string, bothCases?: boolean): string {
  if (bothCases && /[A-Za-z]/.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
  if (/[\\^$.*+?()[\]{}|/]/.test(character)) return `\\${character}`;
  return character === "\n" ? "\\n" : character === "\r" ? "\\r" : character;
}

class Translation {
  groups: number;
  #text: string;
  #at = 0;
  #rules: RegexRules;
  #extended: boolean;
  #utf8: boolean;
  #first: number;
  #open: number[] = [];
  #closed = new Set<number>();
  #warnings: string[];

  constructor(text: string, rules: RegexRules, utf8: boolean, groupsBefore: number, warnings: string[]) {
    this.#text = text;
    this.#rules = rules;
    this.#extended = rules.syntax === "extended";
    this.#utf8 = utf8;
    this.#first = groupsBefore;
    this.groups = groupsBefore;
    this.#warnings = warnings;
  }

  run(): string {
    if (!this.#extended && /^\[:[a-z]+:\]$/.test(this.#text)) throw new CharacterClassError();
    return this.#alternatives();
  }

  /** The operator at the cursor, under the name it has in extended syntax; null for anything else. */
  #operator(at = this.#at): string | null {
    const character = this.#text[at];
    if (this.#extended) return character !== undefined && "()|{+?*".includes(character) ? character : null;
    if (character === "*") return "*";
    const next = this.#text[at + 1];
    return character === "\\" && next !== undefined && "()|{+?".includes(next) ? next : null;
  }

  #skipOperator(): void {
    this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
  }

  #alternatives(): string {
    const branches = [this.#branch()];
    while (this.#operator() === "|") {
      this.#skipOperator();
      branches.push(this.#branch());
    }
    return branches.join("|");
  }

  #branch(): string {
    let source = "";
    let atStart = true;
    while (this.#at < this.#text.length) {
      const operator = this.#operator();
      if (operator === "|") break;
      if (operator === ")") {
        if (this.#open.length > 0) break;
        if (!this.#extended || this.#rules.posix) throw new RegexError("Unmatched ) or \\)");
      }
      const begin = this.#at;
      const atom = this.#atom(atStart);
      const anchor = atom !== null && this.#text[begin] === "^" && this.#at === begin + 1 && atom !== "\\^";
      source += this.#quantified(atom ?? "", anchor && !this.#extended);
      atStart = anchor && !this.#extended;
    }
    return source;
  }

  /** One atom, as source; the empty string where a quantifier has nothing to repeat (extended syntax). */
  #atom(atStart: boolean): string | null {
    const text = this.#text;
    const [begin, end] = anchors(this.#rules);
    const operator = this.#operator();
    if (operator === "(") {
      this.#skipOperator();
      const number = ++this.groups;
      this.#open.push(number);
      const inner = this.#alternatives();
      if (this.#operator() !== ")") throw new RegexError("Unmatched ( or \\(");
      this.#skipOperator();
      this.#open.pop();
      this.#closed.add(number);
      return `(${inner})`;
    }
    if (operator === ")") {
      this.#at++;
      return "\\)";
    }
    if (operator !== null && "*+?{".includes(operator)) {
      if (this.#extended) {
        if (this.#rules.posix) throw new RegexError("Invalid preceding regular expression");
        if (operator !== "{") return "(?:)";
        this.#at++;
        return "\\{";
      }
      if (operator === "{") throw new RegexError("Invalid preceding regular expression");
      // Only at the start can a basic quantifier be met here: it stands for itself.
      this.#skipOperator();
      return `\\${operator}`;
    }
    const character = text[this.#at++];
    switch (character) {
      case "^":
        return this.#extended || atStart ? begin : "\\^";
      case "$": {
        const next = this.#operator();
        const last = this.#at === text.length || next === "|" || next === ")";
        return this.#extended || last ? end : "\\$";
      }
      case ".":
        return bracketSource({ negated: true, ranges: [] }, this.#utf8, !!this.#rules.lines, false);
      case "[": {
        const bracket = this.#bracket();
        return bracketSource(bracket, this.#utf8, !!this.#rules.lines, !!this.#rules.ignoreCase);
      }
      case "\\":
        return this.#escape();
      default:
        return this.#character(character);
    }
  }

  /** A multi-byte character is one atom, so that "é*" repeats both its bytes. */
  #character(first: string): string {
    if (first < "\xc2") return literal(first, this.#utf8 && this.#rules.ignoreCase);
    const rest = /^[\x80-\xbf]{1,3}/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? "";
    const length = first < "\xe0" ? 1 : first < "\xf0" ? 2 : 3;
    if (rest.length < length) return first;
    this.#at += length;
    return `(?:${first}${rest.slice(0, length)})`;
  }

  #bracket(): Bracket {
    const { bracket, at } = parseBracket(this.#text, this.#at, (message) => new RegexError(message));
    this.#at = at;
    return bracket;
  }

  #escape(): string {
    if (this.#at >= this.#text.length) throw new RegexError("Trailing backslash");
    const character = this.#text[this.#at++];
    if (character >= "1" && character <= "9") {
      const number = this.#first + Number(character);
      if (!this.#closed.has(number)) throw new RegexError("Invalid back reference");
      return `(?:\\${number})`;
    }
    switch (character) {
      case "w":
      case "b":
      case "B":
        return `\\${character}`;
      case "W":
        return bracketSource({ negated: true, ranges: WORD }, this.#utf8, !!this.#rules.lines, false);
      case "s":
        return bracketSource({ negated: false, ranges: SPACE }, this.#utf8, !!this.#rules.lines, false);
      case "S":
        return bracketSource({ negated: true, ranges: SPACE }, this.#utf8, !!this.#rules.lines, false);
      case "<":
        return "\\b(?=\\w)";
      case ">":
        return "\\b(?<=\\w)";
      case "`":
        return "(?<![^])";
      case "'":
        return "(?![^])";
    }
    if (/[A-Za-z0-9"%,:;=@_~ !&-]/.test(character)) this.#warnings.push(`stray \\ before ${character}`);
    return this.#character(character);
  }

  #quantified(atom: string, afterAnchor: boolean): string {
    let source = atom;
    let quantifier = "";
    for (;;) {
      const operator = this.#operator();
      if (operator === null || !"*+?{".includes(operator)) break;
      // Basic syntax: a star right after ^ is a star.
      if (afterAnchor) break;
      let next: string;
      if (operator === "{") {
        const interval = this.#interval();
        if (interval === null) break;
        next = interval;
      } else {
        this.#skipOperator();
        next = operator;
      }
      if (quantifier === "") quantifier = next;
      else if (quantifier.length === 1 && next.length === 1) quantifier = quantifier === next ? next : "*";
      else {
        source = `(?:${source}${quantifier})`;
        quantifier = next;
      }
    }
    if (quantifier === "") return source;
    // Assertions can't be repeated in every position: wrap them.
    if (source.startsWith("(?<") || source.startsWith("(?!") || source.startsWith("\\b")) source = `(?:${source})`;
    return source + quantifier;
  }

  /** {n}, {n,}, {n,m}, {,m} at the cursor; null when it is not one, which makes the brace an ordinary character in extended syntax. */
  #interval(): string | null {
    const rest = this.#text.slice(this.#at);
    const match = (this.#extended ? /^\{(\d*)(,?)(\d*)\}/ : /^\\\{(\d*)(,?)(\d*)\\\}/).exec(rest);
    if (!match || (match[1] === "" && match[2] === "")) {
      if (this.#extended) return null;
      throw new RegexError(rest.includes("\\}") ? "Invalid content of \\{\\}" : "Unmatched \\{");
    }
    const [whole, low, comma, high] = match;
    if (high !== "" && Number(high) < Number(low || 0)) throw new RegexError("Invalid content of \\{\\}");
    if (Math.max(Number(low || 0), Number(high || 0)) > 32767) throw new RegexError("Regular expression too big");
    this.#at += whole.length;
    return `{${low || "0"}${comma}${high}}`;
  }
}

const WORD: [number, number][] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACE: [number, number][] = [
  [9, 13],
  [32, 32],
];
