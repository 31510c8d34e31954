// jq's tokens. A string with programs in it is one token: what parses them is given by the parser. Pure.

import type { Node } from "./jq-tree.ts";

export class SyntaxFault extends Error {}

export interface Token {
  kind: "number" | "string" | "word" | "field" | "variable" | "format" | "symbol" | "end";
  text: string;
  /** A string's parts: text, and programs between \( and ). */
  parts?: (string | Node)[];
  at: number;
}

const SYMBOLS = [
  "?//=",
  "?//",
  "//=",
  "|=",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "==",
  "!=",
  "<=",
  ">=",
  "//",
  "..",
  "and",
  "or",
]
  .filter((symbol) => /^\W/.test(symbol))
  .concat([..."|,=<>+-*/%()[]{}.:;?$"]);

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "\\": "\\", "/": "/" };

export class Lexer {
  tokens: Token[] = [];
  #text: string;
  #at: number;
  #parse: (tokens: Token[]) => Node;

  /** @param parse makes the tree of a program inside a string */
  constructor(text: string, parse: (tokens: Token[]) => Node, at = 0) {
    this.#text = text;
    this.#parse = parse;
    this.#at = at;
  }

  /** All tokens; inside an interpolation up to the ")" that closes it, whose place is given back. */
  run(nested: boolean): number {
    let depth = 0;
    for (;;) {
      const blank = /(?:\s+|#(?:[^\n\\]|\\[^])*)*/y;
      blank.lastIndex = this.#at;
      this.#at += blank.exec(this.#text)![0].length;
      const at = this.#at;
      if (at >= this.#text.length) {
        if (nested) throw new SyntaxFault("unterminated string interpolation");
        this.tokens.push({ kind: "end", text: "", at });
        return at;
      }
      const character = this.#text[at];
      if (character === '"') {
        this.#at++;
        this.tokens.push({ kind: "string", text: "", parts: this.#string(), at });
        continue;
      }
      const match =
        /(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|((?:[a-zA-Z_]\w*::)*[a-zA-Z_]\w*)|\.([a-zA-Z_]\w*)|\$((?:[a-zA-Z_]\w*::)*[a-zA-Z_]\w*)|@([a-zA-Z0-9_]+))/y;
      match.lastIndex = at;
      const found = match.exec(this.#text);
      if (found) {
        const [whole, number, word, field, variable, format] = found;
        const kind =
          number !== undefined
            ? "number"
            : word !== undefined
              ? "word"
              : field !== undefined
                ? "field"
                : variable !== undefined
                  ? "variable"
                  : "format";
        this.tokens.push({ kind, text: number ?? word ?? field ?? variable ?? format, at });
        this.#at += whole.length;
        continue;
      }
      const symbol = SYMBOLS.find((one) => this.#text.startsWith(one, at));
      if (symbol === undefined)
        throw new SyntaxFault(`syntax error, unexpected INVALID_CHARACTER at ${at}: ${character}`);
      if (symbol === "(") depth++;
      if (symbol === ")" && depth-- === 0 && nested) {
        this.tokens.push({ kind: "end", text: "", at });
        return at + 1;
      }
      this.tokens.push({ kind: "symbol", text: symbol, at });
      this.#at += symbol.length;
    }
  }

  #string(): (string | Node)[] {
    const parts: (string | Node)[] = [];
    let text = "";
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new SyntaxFault("syntax error, unterminated string literal");
      if (character === '"') {
        this.#at++;
        if (text !== "" || parts.length === 0) parts.push(text);
        return parts;
      }
      if (character !== "\\") {
        text += character;
        this.#at++;
        continue;
      }
      const letter = this.#text[this.#at + 1];
      this.#at += 2;
      if (letter === "(") {
        const inner = new Lexer(this.#text, this.#parse, this.#at);
        this.#at = inner.run(true);
        parts.push(text, this.#parse(inner.tokens));
        text = "";
      } else if (letter === "u") {
        const digits = this.#text.slice(this.#at, this.#at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxFault("syntax error, invalid escape");
        text += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += 4;
      } else {
        if (ESCAPES[letter] === undefined) throw new SyntaxFault(`syntax error, invalid escape '\\${letter}'`);
        text += ESCAPES[letter];
      }
    }
  }
}
