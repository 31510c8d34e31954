// bc's language, from text to tree. Pure.

import { BcError } from "./errors.ts";

export type BcLvalue =
  | { kind: "variable"; name: string }
  | { kind: "element"; name: string; index: BcExpression }
  | { kind: "register"; name: "scale" | "ibase" | "obase" | "last" };

export type BcExpression =
  | BcLvalue
  | { kind: "number"; text: string }
  | { kind: "binary"; operator: string; left: BcExpression; right: BcExpression }
  | { kind: "not"; of: BcExpression }
  | { kind: "negate"; of: BcExpression }
  | { kind: "group"; of: BcExpression }
  | { kind: "assign"; operator: string; to: BcLvalue; value: BcExpression }
  | { kind: "increment"; of: BcLvalue; by: 1 | -1; before: boolean }
  | { kind: "call"; name: string; args: (BcExpression | { kind: "array"; name: string })[] }
  | {
      kind: "builtin";
      name: "length" | "scale" | "sqrt" | "abs" | "read";
      of: BcExpression | { kind: "array"; name: string } | null;
    };

export type BcStatement =
  | { kind: "expression"; of: BcExpression }
  | { kind: "string"; text: string }
  | { kind: "print"; list: (BcExpression | string)[] }
  | { kind: "block"; list: BcStatement[] }
  | { kind: "if"; test: BcExpression; yes: BcStatement; no: BcStatement | null }
  | { kind: "while"; test: BcExpression; body: BcStatement }
  | { kind: "for"; init: BcExpression | null; test: BcExpression | null; step: BcExpression | null; body: BcStatement }
  | { kind: "break" | "continue" | "quit" | "halt" | "limits" }
  | { kind: "return"; value: BcExpression | null }
  | { kind: "define"; name: string; parameters: BcParameter[]; autos: BcParameter[]; body: BcStatement };

export interface BcParameter {
  name: string;
  array: boolean;
  reference: boolean;
}

const TOKEN =
  /[ \t\r]*(?:(\/\*[^]*?\*\/|#[^\n]*|\\\r?\n)|([0-9A-Z]+(?:\\\r?\n)?[0-9A-Z]*\.?[0-9A-Z]*|\.[0-9A-Z]+)|([a-z][a-z0-9_]*)|("[^"]*")|(\^=|\*=|\/=|%=|\+=|-=|==|<=|>=|!=|&&|\|\||\+\+|--|\n|[-+*/%^=<>!(){}[\],;.&])|($)|([^]))/y;

interface Token {
  kind: "number" | "name" | "string" | "operator" | "end";
  text: string;
}

function tokens(text: string): Token[] {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const match = TOKEN.exec(text);
    if (!match) return list;
    const [, comment, number, name, string, operator, end, bad] = match;
    if (comment !== undefined) continue;
    if (number !== undefined) list.push({ kind: "number", text: number.replace(/\\\r?\n/g, "") });
    else if (name !== undefined) list.push({ kind: "name", text: name });
    else if (string !== undefined) list.push({ kind: "string", text: string.slice(1, -1) });
    else if (operator !== undefined) list.push({ kind: "operator", text: operator });
    else if (end !== undefined) {
      list.push({ kind: "end", text: "" });
      return list;
    } else throw new BcError(`(standard_in) 1: illegal character: ${bad}`);
  }
}

/** Does the text end where a statement can: no open brace, parenthesis, string or comment? */
export function isComplete(text: string): boolean {
  if (!text.endsWith("\n") || /\\\r?\n$/.test(text)) return false;
  const plain = text.replace(/"[^"]*"|\/\*[^]*?\*\/|#[^\n]*/g, "");
  if (plain.includes('"') || plain.includes("/*")) return false;
  let depth = 0;
  for (const character of plain) {
    if (character === "{") depth++;
    else if (character === "}") depth--;
  }
  if (depth > 0) return false;
  // `define f(x)` and `if (x)` go on in the next line.
  return (
    !/(?:^|\n)\s*define\b[^{}]*\n$/.test(plain) &&
    !/\b(?:else|do)\s*\n$/.test(plain) &&
    !/(?:^|[;{\n])\s*(?:while|for)\s*\([^{}\n]*\)\s*\n$/.test(plain)
  );
}

const REGISTERS = new Set(["scale", "ibase", "obase", "last"]);
const KEYWORDS = new Set(
  "define auto if else while for break continue quit halt return print length sqrt read limits void abs".split(" "),
);

export class BcParser {
  #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  run(): BcStatement[] {
    const list: BcStatement[] = [];
    for (;;) {
      this.#skip();
      if (this.#token.kind === "end") return list;
      list.push(this.#statement());
      if (!this.#is("\n", ";") && !this.#ended()) throw this.#error();
    }
  }

  #ended(): boolean {
    return this.#token.kind === "end";
  }

  get #token(): Token {
    return this.#tokens[this.#at];
  }

  #error(): BcError {
    return new BcError("(standard_in) 1: syntax error");
  }

  #is(...texts: string[]): boolean {
    const { kind, text } = this.#token;
    return (kind === "operator" || kind === "name") && texts.includes(text);
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#error();
  }

  #newlines(): void {
    while (this.#accept("\n"));
  }

  #skip(): void {
    while (this.#accept("\n") || this.#accept(";"));
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== "name" || KEYWORDS.has(text)) throw this.#error();
    this.#at++;
    return text;
  }

  #statement(): BcStatement {
    const { kind, text } = this.#token;
    if (kind === "string") {
      this.#at++;
      return { kind: "string", text };
    }
    if (this.#accept("{")) {
      const list: BcStatement[] = [];
      for (this.#skip(); !this.#accept("}"); this.#skip()) {
        if (this.#token.kind === "end") throw this.#error();
        list.push(this.#statement());
        if (!this.#is("}", ";", "\n")) throw this.#error();
      }
      return { kind: "block", list };
    }
    if (kind === "name") {
      switch (text) {
        case "if": {
          this.#at++;
          this.#expect("(");
          const test = this.#expression();
          this.#expect(")");
          this.#newlines();
          const yes = this.#statement();
          const mark = this.#at;
          this.#skip();
          if (this.#accept("else")) {
            this.#newlines();
            return { kind: "if", test, yes, no: this.#statement() };
          }
          this.#at = mark;
          return { kind: "if", test, yes, no: null };
        }
        case "while": {
          this.#at++;
          this.#expect("(");
          const test = this.#expression();
          this.#expect(")");
          this.#newlines();
          return { kind: "while", test, body: this.#statement() };
        }
        case "for": {
          this.#at++;
          this.#expect("(");
          const optional = (end: string) => {
            const value = this.#is(end) ? null : this.#expression();
            this.#expect(end);
            return value;
          };
          const [init, test, step] = [optional(";"), optional(";"), optional(")")];
          this.#newlines();
          return { kind: "for", init, test, step, body: this.#statement() };
        }
        case "break":
        case "continue":
        case "quit":
        case "halt":
        case "limits":
          this.#at++;
          return { kind: text };
        case "return":
          this.#at++;
          return {
            kind: "return",
            value: this.#is("\n", ";", "}") || this.#token.kind === "end" ? null : this.#expression(),
          };
        case "print": {
          this.#at++;
          const list: (BcExpression | string)[] = [];
          do {
            const { kind: item, text: string } = this.#token;
            if (item === "string") {
              this.#at++;
              list.push(string);
            } else list.push(this.#expression());
          } while (this.#accept(","));
          return { kind: "print", list };
        }
        case "define":
          return this.#define();
      }
    }
    return { kind: "expression", of: this.#expression() };
  }

  #define(): BcStatement {
    this.#at++;
    this.#accept("void");
    const name = this.#name();
    this.#expect("(");
    const parameters = this.#parameters(")");
    this.#newlines();
    this.#expect("{");
    this.#skip();
    const autos: BcParameter[] = [];
    while (this.#accept("auto")) {
      autos.push(...this.#parameters(""));
      this.#skip();
    }
    const list: BcStatement[] = [];
    for (this.#skip(); !this.#accept("}"); this.#skip()) {
      if (this.#token.kind === "end") throw this.#error();
      list.push(this.#statement());
    }
    return { kind: "define", name, parameters, autos, body: { kind: "block", list } };
  }

  #parameters(end: string): BcParameter[] {
    const list: BcParameter[] = [];
    if (end && this.#accept(end)) return list;
    do {
      const reference = this.#accept("*") || this.#accept("&");
      const name = this.#name();
      const array = this.#accept("[");
      if (array) this.#expect("]");
      list.push({ name, array, reference });
    } while (this.#accept(","));
    if (end) this.#expect(end);
    return list;
  }

  #expression(): BcExpression {
    return this.#or();
  }

  #or(): BcExpression {
    let left = this.#and();
    while (this.#accept("||")) left = { kind: "binary", operator: "||", left, right: this.#and() };
    return left;
  }

  #and(): BcExpression {
    let left = this.#not();
    while (this.#accept("&&")) left = { kind: "binary", operator: "&&", left, right: this.#not() };
    return left;
  }

  #not(): BcExpression {
    if (this.#accept("!")) return { kind: "not", of: this.#not() };
    return this.#compare();
  }

  #compare(): BcExpression {
    let left = this.#assign();
    while (this.#is("<", "<=", ">", ">=", "==", "!=")) {
      const operator = this.#tokens[this.#at++].text;
      left = { kind: "binary", operator, left, right: this.#assign() };
    }
    return left;
  }

  #assign(): BcExpression {
    const left = this.#sum();
    if (this.#is("=", "+=", "-=", "*=", "/=", "%=", "^=")) {
      if (!isLvalue(left)) throw this.#error();
      const operator = this.#tokens[this.#at++].text.slice(0, -1);
      return { kind: "assign", operator, to: left, value: this.#assign() };
    }
    return left;
  }

  #sum(): BcExpression {
    let left = this.#product();
    while (this.#is("+", "-")) {
      const operator = this.#tokens[this.#at++].text;
      left = { kind: "binary", operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): BcExpression {
    let left = this.#power();
    while (this.#is("*", "/", "%")) {
      const operator = this.#tokens[this.#at++].text;
      left = { kind: "binary", operator, left, right: this.#power() };
    }
    return left;
  }

  /** A sign binds tighter than ^ here: -2^2 is 4. */
  #power(): BcExpression {
    const left = this.#sign();
    if (!this.#accept("^")) return left;
    return { kind: "binary", operator: "^", left, right: this.#power() };
  }

  #sign(): BcExpression {
    if (this.#accept("-")) return { kind: "negate", of: this.#sign() };
    return this.#postfix();
  }

  #postfix(): BcExpression {
    if (this.#is("++", "--")) {
      const by = this.#tokens[this.#at++].text === "++" ? 1 : -1;
      const of = this.#primary();
      if (!isLvalue(of)) throw this.#error();
      return { kind: "increment", of, by, before: true };
    }
    const of = this.#primary();
    if (!this.#is("++", "--") || !isLvalue(of)) return of;
    return { kind: "increment", of, by: this.#tokens[this.#at++].text === "++" ? 1 : -1, before: false };
  }

  #primary(): BcExpression {
    const { kind, text } = this.#token;
    this.#at++;
    if (kind === "number") return { kind: "number", text };
    if (kind === "operator" && text === "(") {
      const of = this.#expression();
      this.#expect(")");
      return { kind: "group", of };
    }
    if (kind === "operator" && text === ".") return { kind: "register", name: "last" };
    if (kind !== "name") throw this.#error();
    if (text === "read") {
      this.#expect("(");
      this.#expect(")");
      return { kind: "builtin", name: "read", of: null };
    }
    if (text === "length" || text === "sqrt" || text === "abs" || (text === "scale" && this.#is("("))) {
      this.#expect("(");
      const of = this.#argument();
      this.#expect(")");
      return { kind: "builtin", name: text as "length", of };
    }
    if (REGISTERS.has(text)) return { kind: "register", name: text as "scale" };
    if (KEYWORDS.has(text)) throw this.#error();
    if (this.#accept("(")) {
      const args: (BcExpression | { kind: "array"; name: string })[] = [];
      if (!this.#is(")")) {
        do args.push(this.#argument());
        while (this.#accept(","));
      }
      this.#expect(")");
      return { kind: "call", name: text, args };
    }
    if (this.#accept("[")) {
      const index = this.#expression();
      this.#expect("]");
      return { kind: "element", name: text, index };
    }
    return { kind: "variable", name: text };
  }

  #argument(): BcExpression | { kind: "array"; name: string } {
    const [name, open, close] = this.#tokens.slice(this.#at, this.#at + 3);
    if (name?.kind === "name" && open?.text === "[" && close?.text === "]") {
      this.#at += 3;
      return { kind: "array", name: name.text };
    }
    return this.#expression();
  }
}

function isLvalue(node: BcExpression): node is BcLvalue {
  return node.kind === "variable" || node.kind === "element" || node.kind === "register";
}
