// POSIX basic and extended regular expressions with GNU's extensions, from text to tree. Patterns are binary strings. Pure.

import { type CharacterSet, casesOf, codePointAt, isClass, setNode, utf8Bytes } from "./characters.ts";
import { alt, bytes, cat, EMPTY, type Look, type Node, repeat } from "./node.ts";

export interface SyntaxRules {
  syntax: "basic" | "extended";
  ignoreCase?: boolean | undefined;
  /** The subject holds many lines: ^ and $ match at each, and nothing matches a newline. */
  lines?: boolean | undefined;
  /** sed's M flag: ^ and $ match at lines, but "." and [^x] match a newline. */
  anchorsAtLines?: boolean | undefined;
  /** As regcomp has it rather than grep: in extended syntax a lone ")" or "*" is an error. */
  posix?: boolean | undefined;
  /** With `posix`: a lone ")" stands for itself nevertheless, as in [[ =~ ]]. */
  closing?: boolean | undefined;
  /** awk: escapes mean characters, also in brackets, and \y is a word's edge. */
  awk?: boolean | undefined;
  /** Each byte is a character, as in the C locale. */
  bytes?: boolean | undefined;
}

/** In GNU's words. */
export class RegexError extends Error {}
export class CharacterClassError extends Error {}

const LOOKS: Record<string, Look> = {
  b: "boundary",
  B: "inside",
  "<": "wordStart",
  ">": "wordEnd",
  "`": "textStart",
  "'": "textEnd",
};

/** What awk's escapes stand for. */
const AWK_ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7, b: 8 };

export class Parser {
  groups: number;
  readonly warnings: string[] = [];
  #text: string;
  #at = 0;
  #rules: SyntaxRules;
  #extended: boolean;
  #first: number;
  #open = 0;
  #closed = new Set<number>();

  constructor(text: string, rules: SyntaxRules, groupsBefore = 0) {
    this.#text = text;
    this.#rules = rules;
    this.#extended = rules.syntax === "extended";
    this.#first = groupsBefore;
    this.groups = groupsBefore;
  }

  run(): Node {
    if (!this.#rules.posix && /^\[:[a-z]+:\]$/.test(this.#text)) throw new CharacterClassError();
    return this.#alternatives();
  }

  /** The operator at the cursor, under the name it has in extended syntax; null for anything else. */
  #operator(): string | null {
    const character = this.#text[this.#at];
    if (this.#extended) return character !== undefined && "()|{+?*".includes(character) ? character : null;
    if (character === "*") return "*";
    const next = this.#text[this.#at + 1];
    return character === "\\" && next !== undefined && "()|{+?".includes(next) ? next : null;
  }

  #skipOperator(): void {
    this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
  }

  #alternatives(): Node {
    const branches = [this.#branch()];
    while (this.#operator() === "|") {
      this.#skipOperator();
      branches.push(this.#branch());
    }
    return alt(branches);
  }

  #branch(): Node {
    const list: Node[] = [];
    let atStart = true;
    while (this.#at < this.#text.length) {
      const operator = this.#operator();
      if (operator === "|") break;
      if (operator === ")") {
        if (this.#open > 0) break;
        if (!this.#extended || (this.#rules.posix && !this.#rules.closing)) throw new RegexError("Unmatched ) or \\)");
      }
      const begin = this.#at;
      const atom = this.#atom(atStart);
      const anchor = atom.kind === "look" && this.#text[begin] === "^";
      atStart = anchor && !this.#extended;
      // Basic syntax: a star right after ^ is a star.
      list.push(atStart ? atom : this.#quantified(atom));
    }
    return cat(...list);
  }

  #atom(atStart: boolean): Node {
    const operator = this.#operator();
    if (operator === "(") {
      this.#skipOperator();
      const number = ++this.groups;
      this.#open++;
      const node = this.#alternatives();
      if (this.#operator() !== ")") throw new RegexError("Unmatched ( or \\(");
      this.#skipOperator();
      this.#open--;
      this.#closed.add(number);
      return { kind: "group", node, number };
    }
    if (operator === ")") {
      this.#at++;
      return this.#literal(41);
    }
    if (operator !== null && "*+?{".includes(operator)) {
      if (this.#extended) {
        if (this.#rules.posix && !this.#rules.awk) throw new RegexError("Invalid preceding regular expression");
        if (this.#rules.awk || operator === "{") {
          this.#at++;
          return this.#literal(operator.charCodeAt(0));
        }
        return EMPTY;
      }
      if (operator === "{") throw new RegexError("Invalid preceding regular expression");
      // Only at the start can a basic quantifier be met here: it stands for itself.
      this.#skipOperator();
      return this.#literal(operator.charCodeAt(0));
    }
    const lines = this.#rules.lines || this.#rules.anchorsAtLines;
    const character = this.#text[this.#at++];
    switch (character) {
      case "^":
        return this.#extended || atStart ? look(lines ? "lineStart" : "textStart") : this.#literal(94);
      case "$": {
        const next = this.#operator();
        const last = this.#at === this.#text.length || next === "|" || next === ")";
        return this.#extended || last ? look(lines ? "lineEnd" : "textEnd") : this.#literal(36);
      }
      case ".":
        return this.#set([], [], true);
      case "[":
        return this.#bracket();
      case "\\":
        return this.#escape();
    }
    this.#at--;
    return this.#character();
  }

  #set(ranges: CharacterSet["ranges"], classes: string[], negated: boolean): Node {
    const { ignoreCase, lines, bytes } = this.#rules;
    return setNode({ ranges, classes, negated }, !!ignoreCase, lines ? 10 : -1, bytes);
  }

  /** The character at a place, and how many bytes it has. */
  #codeAt(text: string, at: number): [code: number, length: number] {
    return this.#rules.bytes && at < text.length ? [text.charCodeAt(at), 1] : codePointAt(text, at);
  }

  /** The character at the cursor; one of several bytes is one atom, so that "é*" repeats all of it. */
  #character(): Node {
    const [code, length] = this.#codeAt(this.#text, this.#at);
    this.#at += length;
    return length === 1 ? this.#literal(code) : wideLiteral(code, !!this.#rules.ignoreCase);
  }

  #literal(byte: number): Node {
    const plain = byte > 127 || (byte !== 10 && !this.#rules.ignoreCase);
    return plain ? bytes([[byte, byte]]) : this.#set([[byte, byte]], [], false);
  }

  #escape(): Node {
    if (this.#at >= this.#text.length) throw new RegexError("Trailing backslash");
    const character = this.#text[this.#at];
    const { awk } = this.#rules;
    if (awk) {
      if (character === "y") {
        this.#at++;
        return look("boundary");
      }
      const code = character === "B" ? -1 : this.#awkEscape();
      if (code >= 0) return this.#literal(code);
    }
    if (character >= "1" && character <= "9" && !awk) {
      this.#at++;
      const number = this.#first + Number(character);
      if (!this.#closed.has(number)) throw new RegexError("Invalid back reference");
      return { kind: "back", number };
    }
    if (Object.hasOwn(LOOKS, character)) {
      this.#at++;
      return look(LOOKS[character]);
    }
    if ("wWsS".includes(character)) {
      this.#at++;
      return this.#set([], [/w/i.test(character) ? "word" : "space"], character < "a");
    }
    if (/[A-Za-z0-9"%,:;=@_~ !&-]/.test(character)) this.warnings.push(`stray \\ before ${character}`);
    return this.#character();
  }

  /** awk: \t, \x41, \101 at the cursor (behind the backslash) as a code; -1 when it is none of these. */
  #awkEscape(): number {
    const match = /^(?:([ntrfvab])|x([0-9a-fA-F]{1,2})|([0-7]{1,3}))/.exec(this.#text.slice(this.#at, this.#at + 3));
    if (!match) return -1;
    this.#at += match[0].length;
    if (match[1]) return AWK_ESCAPES[match[1]];
    return match[2] ? Number.parseInt(match[2], 16) : Number.parseInt(match[3], 8) & 255;
  }

  #bracket(): Node {
    const text = this.#text;
    const unmatched = () => new RegexError("Unmatched [, [^, [:, [., or [=");
    const given: CharacterSet = { ranges: [], classes: [], negated: text[this.#at] === "^" };
    if (given.negated) this.#at++;
    /** One character at the cursor; a class is noted, and null. */
    const element = (): number | null => {
      const mark = text[this.#at] === "[" ? text[this.#at + 1] : "";
      if (mark === ":" || mark === "." || mark === "=") {
        const end = text.indexOf(`${mark}]`, this.#at + 2);
        if (end < 0) throw unmatched();
        const name = text.slice(this.#at + 2, end);
        this.#at = end + 2;
        if (mark === ":") {
          if (!isClass(name)) throw new RegexError("Invalid character class name");
          given.classes.push(name);
          return null;
        }
        const [code, length] = this.#codeAt(name, 0);
        if (name === "" || length !== name.length) throw new RegexError("Invalid collation character");
        return code;
      }
      if (this.#rules.awk && text[this.#at] === "\\" && this.#at + 1 < text.length) {
        this.#at++;
        const code = this.#awkEscape();
        if (code >= 0) return code;
      }
      const [code, length] = this.#codeAt(text, this.#at);
      this.#at += length;
      return code;
    };
    for (let first = true; ; first = false) {
      if (this.#at >= text.length) throw unmatched();
      if (text[this.#at] === "]" && !first) break;
      const from = element();
      let to = from;
      if (text[this.#at] === "-" && this.#at + 1 < text.length && text[this.#at + 1] !== "]") {
        this.#at++;
        to = element();
        if (from === null || to === null || to < from) throw new RegexError("Invalid range end");
      }
      if (from !== null) given.ranges.push([from, to!]);
    }
    this.#at++;
    return this.#set(given.ranges, given.classes, given.negated);
  }

  #quantified(atom: Node): Node {
    for (let node = atom; ; ) {
      const operator = this.#operator();
      if (operator === null || !"*+?{".includes(operator)) return node;
      if (operator === "{") {
        const bounds = this.#interval();
        if (bounds === null) return node;
        node = repeat(node, bounds[0], bounds[1]);
        continue;
      }
      this.#skipOperator();
      // Stars of stars are one star: no nesting for nothing.
      const [min, max] = [operator === "+" ? 1 : 0, operator === "?" ? 1 : Number.POSITIVE_INFINITY];
      if (node.kind === "repeat" && node !== atom && node.min <= 1 && (node.max === 1 || node.max > 1e9)) {
        node = repeat(node.node, Math.min(node.min, min), Math.max(node.max, max));
      } else node = repeat(node, min, max);
    }
  }

  /** {n}, {n,}, {n,m}, {,m} at the cursor; null when it is not one, which makes the brace an ordinary character in extended syntax. */
  #interval(): [number, number] | null {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const match = (this.#extended ? /^\{(\d*)(,?)(\d*)\}/ : /^\\\{(\d*)(,?)(\d*)\\\}/).exec(rest);
    if (!match || (match[1] === "" && match[2] === "")) {
      if (this.#extended) return null;
      throw new RegexError(this.#text.includes("\\}", this.#at) ? "Invalid content of \\{\\}" : "Unmatched \\{");
    }
    const [whole, low, comma, high] = match;
    const min = Number(low || 0);
    const max = high !== "" ? Number(high) : comma ? Number.POSITIVE_INFINITY : min;
    if (max < min) throw new RegexError("Invalid content of \\{\\}");
    if (Math.max(min, Number(high || 0)) > 32767) throw new RegexError("Regular expression too big");
    this.#at += whole.length;
    return [min, max];
  }
}

const look = (name: Look): Node => ({ kind: "look", look: name });

/** A character of several bytes. */
export function wideLiteral(code: number, fold: boolean): Node {
  const one = (point: number) => cat(...utf8Bytes(point).map((byte) => bytes([[byte, byte]])));
  return fold ? alt(casesOf(code).map(one)) : one(code);
}
