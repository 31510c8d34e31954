// bc's language: from tokens to statements and expressions. Pure.

import { KEYWORDS, TokenReader } from "./token-reader.ts";
import type { BcExpression, BcLvalue, BcParameter, BcStatement } from "./tree.ts";

const REGISTERS = new Set(["scale", "ibase", "obase", "last"]);

export class BcParser extends TokenReader {
  run(): BcStatement[] {
    const list: BcStatement[] = [];
    for (;;) {
      this.skip();
      if (this.token.kind === "end") return list;
      list.push(this.#statement());
      if (!this.is("\n", ";") && !this.ended()) throw this.error();
    }
  }

  #statement(): BcStatement {
    const { kind, text } = this.token;
    if (kind === "string") {
      this.at++;
      return { kind: "string", text };
    }
    if (this.accept("{")) {
      const list: BcStatement[] = [];
      for (this.skip(); !this.accept("}"); this.skip()) {
        if (this.token.kind === "end") throw this.error();
        list.push(this.#statement());
        if (!this.is("}", ";", "\n")) throw this.error();
      }
      return { kind: "block", list };
    }
    if (kind === "name") {
      switch (text) {
        case "if": {
          this.at++;
          this.expect("(");
          const test = this.#expression();
          this.expect(")");
          this.newlines();
          const yes = this.#statement();
          const mark = this.at;
          this.skip();
          if (this.accept("else")) {
            this.newlines();
            return { kind: "if", test, yes, no: this.#statement() };
          }
          this.at = mark;
          return { kind: "if", test, yes, no: null };
        }
        case "while": {
          this.at++;
          this.expect("(");
          const test = this.#expression();
          this.expect(")");
          this.newlines();
          return { kind: "while", test, body: this.#statement() };
        }
        case "for": {
          this.at++;
          this.expect("(");
          const optional = (end: string) => {
            const value = this.is(end) ? null : this.#expression();
            this.expect(end);
            return value;
          };
          const [init, test, step] = [optional(";"), optional(";"), optional(")")];
          this.newlines();
          return { kind: "for", init, test, step, body: this.#statement() };
        }
        case "break":
        case "continue":
        case "quit":
        case "halt":
        case "limits":
          this.at++;
          return { kind: text };
        case "return":
          this.at++;
          return {
            kind: "return",
            value: this.is("\n", ";", "}") || this.token.kind === "end" ? null : this.#expression(),
          };
        case "print": {
          this.at++;
          const list: (BcExpression | string)[] = [];
          do {
            const { kind: item, text: string } = this.token;
            if (item === "string") {
              this.at++;
              list.push(string);
            } else list.push(this.#expression());
          } while (this.accept(","));
          return { kind: "print", list };
        }
        case "define":
          return this.#define();
      }
    }
    return { kind: "expression", of: this.#expression() };
  }

  #define(): BcStatement {
    this.at++;
    this.accept("void");
    const name = this.name();
    this.expect("(");
    const parameters = this.#parameters(")");
    this.newlines();
    this.expect("{");
    this.skip();
    const autos: BcParameter[] = [];
    while (this.accept("auto")) {
      autos.push(...this.#parameters(""));
      this.skip();
    }
    const list: BcStatement[] = [];
    for (this.skip(); !this.accept("}"); this.skip()) {
      if (this.token.kind === "end") throw this.error();
      list.push(this.#statement());
    }
    return { kind: "define", name, parameters, autos, body: { kind: "block", list } };
  }

  #parameters(end: string): BcParameter[] {
    const list: BcParameter[] = [];
    if (end && this.accept(end)) return list;
    do {
      const reference = this.accept("*") || this.accept("&");
      const name = this.name();
      const array = this.accept("[");
      if (array) this.expect("]");
      list.push({ name, array, reference });
    } while (this.accept(","));
    if (end) this.expect(end);
    return list;
  }

  #expression(): BcExpression {
    return this.#or();
  }

  #or(): BcExpression {
    let left = this.#and();
    while (this.accept("||")) left = { kind: "binary", operator: "||", left, right: this.#and() };
    return left;
  }

  #and(): BcExpression {
    let left = this.#not();
    while (this.accept("&&")) left = { kind: "binary", operator: "&&", left, right: this.#not() };
    return left;
  }

  #not(): BcExpression {
    if (this.accept("!")) return { kind: "not", of: this.#not() };
    return this.#compare();
  }

  #compare(): BcExpression {
    let left = this.#assign();
    while (this.is("<", "<=", ">", ">=", "==", "!=")) {
      const operator = this.tokens[this.at++].text;
      left = { kind: "binary", operator, left, right: this.#assign() };
    }
    return left;
  }

  #assign(): BcExpression {
    const left = this.#sum();
    if (this.is("=", "+=", "-=", "*=", "/=", "%=", "^=")) {
      if (!isLvalue(left)) throw this.error();
      const operator = this.tokens[this.at++].text.slice(0, -1);
      return { kind: "assign", operator, to: left, value: this.#assign() };
    }
    return left;
  }

  #sum(): BcExpression {
    let left = this.#product();
    while (this.is("+", "-")) {
      const operator = this.tokens[this.at++].text;
      left = { kind: "binary", operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): BcExpression {
    let left = this.#power();
    while (this.is("*", "/", "%")) {
      const operator = this.tokens[this.at++].text;
      left = { kind: "binary", operator, left, right: this.#power() };
    }
    return left;
  }

  /** A sign binds tighter than ^ here: -2^2 is 4. */
  #power(): BcExpression {
    const left = this.#sign();
    if (!this.accept("^")) return left;
    return { kind: "binary", operator: "^", left, right: this.#power() };
  }

  #sign(): BcExpression {
    if (this.accept("-")) return { kind: "negate", of: this.#sign() };
    return this.#postfix();
  }

  #postfix(): BcExpression {
    if (this.is("++", "--")) {
      const by = this.tokens[this.at++].text === "++" ? 1 : -1;
      const of = this.#primary();
      if (!isLvalue(of)) throw this.error();
      return { kind: "increment", of, by, before: true };
    }
    const of = this.#primary();
    if (!this.is("++", "--") || !isLvalue(of)) return of;
    return { kind: "increment", of, by: this.tokens[this.at++].text === "++" ? 1 : -1, before: false };
  }

  #primary(): BcExpression {
    const { kind, text } = this.token;
    this.at++;
    if (kind === "number") return { kind: "number", text };
    if (kind === "operator" && text === "(") {
      const of = this.#expression();
      this.expect(")");
      return { kind: "group", of };
    }
    if (kind === "operator" && text === ".") return { kind: "register", name: "last" };
    if (kind !== "name") throw this.error();
    if (text === "read") {
      this.expect("(");
      this.expect(")");
      return { kind: "builtin", name: "read", of: null };
    }
    if (text === "length" || text === "sqrt" || text === "abs" || (text === "scale" && this.is("("))) {
      this.expect("(");
      const of = this.#argument();
      this.expect(")");
      return { kind: "builtin", name: text as "length", of };
    }
    if (REGISTERS.has(text)) return { kind: "register", name: text as "scale" };
    if (KEYWORDS.has(text)) throw this.error();
    if (this.accept("(")) {
      const args: (BcExpression | { kind: "array"; name: string })[] = [];
      if (!this.is(")")) {
        do args.push(this.#argument());
        while (this.accept(","));
      }
      this.expect(")");
      return { kind: "call", name: text, args };
    }
    if (this.accept("[")) {
      const index = this.#expression();
      this.expect("]");
      return { kind: "element", name: text, index };
    }
    return { kind: "variable", name: text };
  }

  #argument(): BcExpression | { kind: "array"; name: string } {
    const [name, open, close] = this.tokens.slice(this.at, this.at + 3);
    if (name?.kind === "name" && open?.text === "[" && close?.text === "]") {
      this.at += 3;
      return { kind: "array", name: name.text };
    }
    return this.#expression();
  }
}

function isLvalue(node: BcExpression): node is BcLvalue {
  return node.kind === "variable" || node.kind === "element" || node.kind === "register";
}
