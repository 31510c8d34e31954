// jq's language: from text to a tree. Pure.

import type { Value } from "./jq-value.ts";

export type Pattern =
  | { kind: "var"; name: string }
  | { kind: "array"; items: Pattern[] }
  | { kind: "object"; fields: { name: string | null; key: Node | null; value: Pattern | null }[] };

export interface Definition {
  name: string;
  params: string[];
  body: Node;
}

export type Node =
  | { kind: "identity" }
  | { kind: "recurse" }
  | { kind: "literal"; value: Value }
  | { kind: "string"; format: string | null; parts: (string | Node)[] }
  | { kind: "format"; name: string }
  | { kind: "index"; target: Node; key: Node }
  | { kind: "slice"; target: Node; from: Node | null; to: Node | null }
  | { kind: "iterate"; target: Node }
  | { kind: "try"; body: Node; handler: Node | null }
  | { kind: "pipe"; left: Node; right: Node }
  | { kind: "comma"; left: Node; right: Node }
  | { kind: "negate"; value: Node }
  | { kind: "binary"; operator: string; left: Node; right: Node }
  | { kind: "assign"; operator: string; left: Node; right: Node }
  | { kind: "and" | "or" | "alternative"; left: Node; right: Node }
  | { kind: "array"; body: Node | null }
  | { kind: "object"; fields: { key: Node; value: Node }[] }
  | { kind: "if"; condition: Node; then: Node; otherwise: Node | null }
  | { kind: "reduce"; source: Node; patterns: Pattern[]; init: Node; update: Node }
  | { kind: "foreach"; source: Node; patterns: Pattern[]; init: Node; update: Node; extract: Node | null }
  | { kind: "bind"; source: Node; patterns: Pattern[]; body: Node }
  | { kind: "define"; definition: Definition; body: Node }
  | { kind: "call"; name: string; args: Node[] }
  | { kind: "variable"; name: string }
  | { kind: "location"; line: number }
  | { kind: "label"; name: string; body: Node }
  | { kind: "break"; name: string };

export class SyntaxFault extends Error {}

interface Token {
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

const KEYWORDS = new Set(
  "def if then elif else end as reduce foreach try catch label import include and or not __loc__"
    .split(" ")
    .filter((word) => word !== "not"),
);

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "\\": "\\", "/": "/" };

class Lexer {
  tokens: Token[] = [];
  #text: string;
  #at: number;

  constructor(text: string, at = 0) {
    this.#text = text;
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
        const inner = new Lexer(this.#text, this.#at);
        this.#at = inner.run(true);
        parts.push(text, new Parser(inner.tokens).whole());
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

const LEVELS: string[][] = [
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];
const ASSIGNMENTS = ["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="];
const IDENTITY: Node = { kind: "identity" };

class Parser {
  #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#pipe();
    if (this.#peek().kind !== "end") throw this.#unexpected();
    return node;
  }

  /** Definitions alone, or before the program; the program is "." where there is none. */
  program(): Node {
    if (this.#peek().kind === "end") return IDENTITY;
    return this.whole();
  }

  definitions(): Definition[] {
    const found: Definition[] = [];
    while (this.#peek().kind !== "end") found.push(this.#definition());
    return found;
  }

  #peek(): Token {
    return this.#tokens[this.#next];
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return (token.kind === "symbol" || token.kind === "word") && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #unexpected(): SyntaxFault {
    const { kind, text } = this.#peek();
    return new SyntaxFault(
      `syntax error, unexpected ${kind === "end" ? "end of file" : kind === "string" ? "QQSTRING_START" : `'${text}'`}`,
    );
  }

  #definition(): Definition {
    this.#expect("def");
    const name = this.#word();
    const params: string[] = [];
    if (this.#take("(")) {
      do {
        const token = this.#peek();
        if (token.kind === "variable") {
          this.#next++;
          params.push(`$${token.text}`);
        } else params.push(this.#word());
      } while (this.#take(";"));
      this.#expect(")");
    }
    this.#expect(":");
    const body = this.#pipe();
    this.#expect(";");
    return { name, params, body };
  }

  #word(): string {
    const token = this.#peek();
    if (token.kind !== "word") throw this.#unexpected();
    this.#next++;
    return token.text;
  }

  #pipe(): Node {
    if (this.#is("def")) {
      const definition = this.#definition();
      const { kind, text } = this.#peek();
      // A library, or a test, may end with its definitions.
      const body = kind === "end" || (kind === "symbol" && text === ")") ? IDENTITY : this.#pipe();
      return { kind: "define", definition, body };
    }
    if (this.#is("label")) {
      this.#next++;
      const token = this.#peek();
      if (token.kind !== "variable") throw this.#unexpected();
      this.#next++;
      this.#expect("|");
      return { kind: "label", name: token.text, body: this.#pipe() };
    }
    const left = this.#comma();
    if (!this.#take("|")) return left;
    return { kind: "pipe", left, right: this.#pipe() };
  }

  #patterns(): Pattern[] {
    const patterns = [this.#pattern()];
    while (this.#take("?//")) patterns.push(this.#pattern());
    return patterns;
  }

  #pattern(): Pattern {
    const token = this.#peek();
    if (token.kind === "variable") {
      this.#next++;
      return { kind: "var", name: token.text };
    }
    if (this.#take("[")) {
      const items = [this.#pattern()];
      while (this.#take(",")) items.push(this.#pattern());
      this.#expect("]");
      return { kind: "array", items };
    }
    this.#expect("{");
    const fields: Extract<Pattern, { kind: "object" }>["fields"] = [];
    do {
      const field = this.#peek();
      let name: string | null = null;
      let key: Node | null;
      if (field.kind === "variable") {
        this.#next++;
        name = field.text;
        key = { kind: "literal", value: field.text };
      } else if (this.#take("(")) {
        key = this.#pipe();
        this.#expect(")");
      } else if (field.kind === "string") {
        this.#next++;
        key = { kind: "string", format: null, parts: field.parts! };
      } else key = { kind: "literal", value: this.#word() };
      const value = this.#take(":") ? this.#pattern() : null;
      if (name === null && value === null) throw this.#unexpected();
      fields.push({ name, key, value });
    } while (this.#take(","));
    this.#expect("}");
    return { kind: "object", fields };
  }

  /** `a, b as $x | c` binds b alone, and all that follows is c. */
  #comma(): Node {
    const left = this.#alternative();
    if (this.#take("as")) {
      const patterns = this.#patterns();
      this.#expect("|");
      return { kind: "bind", source: left, patterns, body: this.#pipe() };
    }
    return this.#take(",") ? { kind: "comma", left, right: this.#comma() } : left;
  }

  /** `//` binds weaker than assignment, and to the right. */
  #alternative(): Node {
    const left = this.#assignment();
    if (!this.#take("//")) return left;
    return { kind: "alternative", left, right: this.#alternative() };
  }

  #assignment(): Node {
    const left = this.#or();
    const { kind, text } = this.#peek();
    if (kind !== "symbol" || !ASSIGNMENTS.includes(text)) return left;
    this.#next++;
    return { kind: "assign", operator: text, left, right: this.#alternative() };
  }

  #or(): Node {
    let left = this.#and();
    while (this.#take("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Node {
    let left = this.#binary(0);
    while (this.#take("and")) left = { kind: "and", left, right: this.#binary(0) };
    return left;
  }

  #binary(level: number): Node {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind !== "symbol" || !LEVELS[level].includes(text)) return left;
      this.#next++;
      left = { kind: "binary", operator: text, left, right: this.#binary(level + 1) };
      // Comparisons don't chain.
      if (level === 0 && LEVELS[0].includes(this.#peek().text) && this.#peek().kind === "symbol")
        throw this.#unexpected();
    }
  }

  #unary(): Node {
    if (this.#take("-")) return { kind: "negate", value: this.#unary() };
    return this.#postfix();
  }

  #postfix(): Node {
    let node = this.#term();
    for (;;) {
      const token = this.#peek();
      if (token.kind === "field") {
        this.#next++;
        node = { kind: "index", target: node, key: { kind: "literal", value: token.text } };
      } else if (this.#is(".")) {
        const next = this.#tokens[this.#next + 1];
        if (next.kind === "string") {
          this.#next += 2;
          node = { kind: "index", target: node, key: { kind: "string", format: null, parts: next.parts! } };
        } else if (next.kind === "symbol" && next.text === "[") this.#next++;
        else throw this.#unexpected();
      } else if (this.#take("[")) node = this.#bracket(node);
      else if (this.#take("?")) node = { kind: "try", body: node, handler: null };
      else return node;
    }
  }

  /** Behind "[". */
  #bracket(target: Node): Node {
    if (this.#take("]")) return { kind: "iterate", target };
    if (this.#take(":")) {
      const to = this.#pipe();
      this.#expect("]");
      return { kind: "slice", target, from: null, to };
    }
    const key = this.#pipe();
    if (this.#take(":")) {
      const to = this.#is("]") ? null : this.#pipe();
      this.#expect("]");
      return { kind: "slice", target, from: key, to };
    }
    this.#expect("]");
    return { kind: "index", target, key };
  }

  #term(): Node {
    const token = this.#peek();
    if (token.kind === "end") throw this.#unexpected();
    this.#next++;
    switch (token.kind) {
      case "number": {
        const value = Number(token.text);
        return { kind: "literal", value: Number.isFinite(value) ? value : Number.MAX_VALUE };
      }
      case "string":
        return { kind: "string", format: null, parts: token.parts! };
      case "format": {
        const next = this.#peek();
        if (next.kind !== "string") return { kind: "format", name: `@${token.text}` };
        this.#next++;
        return { kind: "string", format: `@${token.text}`, parts: next.parts! };
      }
      case "field":
        return { kind: "index", target: IDENTITY, key: { kind: "literal", value: token.text } };
      case "variable":
        if (token.text === "__loc__") return { kind: "location", line: 1 };
        return { kind: "variable", name: token.text };
      case "symbol":
        return this.#symbol(token.text);
    }
    return this.#keyword(token.text);
  }

  #symbol(text: string): Node {
    if (text === "(") {
      const node = this.#pipe();
      this.#expect(")");
      return node;
    }
    if (text === "[") {
      if (this.#take("]")) return { kind: "array", body: null };
      const body = this.#pipe();
      this.#expect("]");
      return { kind: "array", body };
    }
    if (text === "{") return this.#object();
    if (text === "..") return { kind: "recurse" };
    if (text === "-") return { kind: "negate", value: this.#postfix() };
    if (text === ".") {
      const next = this.#peek();
      if (next.kind === "string") {
        this.#next++;
        return { kind: "index", target: IDENTITY, key: { kind: "string", format: null, parts: next.parts! } };
      }
      return IDENTITY;
    }
    this.#next--;
    throw this.#unexpected();
  }

  #object(): Node {
    const fields: { key: Node; value: Node }[] = [];
    while (!this.#take("}")) {
      const token = this.#peek();
      let key: Node;
      let value: Node | null = null;
      if (token.kind === "variable") {
        this.#next++;
        key = { kind: "literal", value: token.text };
        value = token.text === "__loc__" ? { kind: "location", line: 1 } : { kind: "variable", name: token.text };
      } else if (this.#take("(")) {
        key = this.#pipe();
        this.#expect(")");
      } else if (token.kind === "string" || token.kind === "format") {
        key = this.#term();
        value = { kind: "index", target: IDENTITY, key };
      } else if (token.kind === "number") {
        this.#next++;
        key = { kind: "literal", value: Number(token.text) };
      } else {
        key = { kind: "literal", value: this.#word() };
        value = { kind: "index", target: IDENTITY, key };
      }
      if (this.#take(":")) value = this.#objectValue();
      if (!value) throw this.#unexpected();
      fields.push({ key, value });
      if (this.#take("}")) break;
      this.#expect(",");
    }
    return { kind: "object", fields };
  }

  /** A value ends at the comma; several are joined by "|". */
  #objectValue(): Node {
    const left = this.#alternative();
    return this.#take("|") ? { kind: "pipe", left, right: this.#objectValue() } : left;
  }

  #keyword(text: string): Node {
    switch (text) {
      case "if": {
        const condition = this.#pipe();
        this.#expect("then");
        const then = this.#pipe();
        let otherwise: Node | null = null;
        if (this.#is("elif")) {
          this.#next++;
          otherwise = this.#keyword("if");
          return { kind: "if", condition, then, otherwise };
        }
        if (this.#take("else")) otherwise = this.#pipe();
        this.#expect("end");
        return { kind: "if", condition, then, otherwise };
      }
      case "try": {
        const body = this.#postfixOrUnary();
        const handler = this.#take("catch") ? this.#postfixOrUnary() : null;
        return { kind: "try", body, handler };
      }
      case "reduce":
      case "foreach": {
        const source = this.#alternative();
        this.#expect("as");
        const patterns = this.#patterns();
        this.#expect("(");
        const init = this.#pipe();
        this.#expect(";");
        const update = this.#pipe();
        const extract = text === "foreach" && this.#take(";") ? this.#pipe() : null;
        this.#expect(")");
        if (text === "reduce") return { kind: "reduce", source, patterns, init, update };
        return { kind: "foreach", source, patterns, init, update, extract };
      }
      case "def": {
        this.#next--;
        const definition = this.#definition();
        return { kind: "define", definition, body: this.#pipe() };
      }
      case "label": {
        this.#next--;
        return this.#pipe();
      }
      case "break": {
        const token = this.#peek();
        if (token.kind !== "variable") throw new SyntaxFault("break requires a label to break to");
        this.#next++;
        return { kind: "break", name: token.text };
      }
      case "null":
        return { kind: "literal", value: null };
      case "true":
        return { kind: "literal", value: true };
      case "false":
        return { kind: "literal", value: false };
    }
    if (KEYWORDS.has(text)) {
      this.#next--;
      throw this.#unexpected();
    }
    const args: Node[] = [];
    if (this.#take("(")) {
      do args.push(this.#pipe());
      while (this.#take(";"));
      this.#expect(")");
    }
    return { kind: "call", name: text, args };
  }

  #postfixOrUnary(): Node {
    return this.#is("-") ? this.#unary() : this.#postfix();
  }
}

function tokensOf(text: string): Token[] {
  const lexer = new Lexer(text);
  lexer.run(false);
  return lexer.tokens;
}

export const parseProgram = (text: string): Node => new Parser(tokensOf(text)).program();
export const parseDefinitions = (text: string): Definition[] => new Parser(tokensOf(text)).definitions();
