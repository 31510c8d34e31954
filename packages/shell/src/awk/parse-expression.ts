// awk's expressions, by precedence from the loosest to the tightest.

import { NameParser } from "./parse-names.ts";
import type { Binary, Comparison, Expression, Lvalue } from "./tree.ts";

export class ExpressionParser extends NameParser {
  /** Inside print: ">" is a redirection. Inside for (: "in" is the loop's. */
  #noGreater = false;
  #noIn = false;

  withoutGreater<T>(read: () => T): T {
    const before = this.#noGreater;
    this.#noGreater = true;
    const result = read();
    this.#noGreater = before;
    return result;
  }

  /** A list up to a closing bracket, which is taken. Inside brackets everything is allowed. */
  list(end: string): Expression[] {
    const before = [this.#noGreater, this.#noIn];
    this.#noGreater = this.#noIn = false;
    const list: Expression[] = [];
    this.skipNewlines();
    while (!this.is(end)) {
      list.push(this.expression());
      this.skipNewlines();
      if (!this.accept(",")) break;
      this.skipNewlines();
    }
    [this.#noGreater, this.#noIn] = before;
    this.expect(end);
    return list;
  }

  expression(): Expression {
    const left = this.#conditional();
    const { kind } = this.token;
    if (kind === "=" || (kind.length === 2 && kind[1] === "=" && "+-*/%^".includes(kind[0]))) {
      if (!isLvalue(left)) return this.#assignRightmost(left);
      this.take();
      this.skipNewlines();
      return { kind: "assign", operator: kind.slice(0, -1) as Binary | "", to: left, value: this.expression() };
    }
    return left;
  }

  /** `a && b = 1`, `! x = y`, `1 + x = 2`: the assignment belongs to the last operand. */
  #assignRightmost(left: Expression): Expression {
    const inner =
      left.kind === "not" || left.kind === "minus" || left.kind === "plus"
        ? ("of" as const)
        : left.kind === "conditional"
          ? ("no" as const)
          : "right" in left
            ? ("right" as const)
            : null;
    if (inner === null) throw this.error();
    const record = left as unknown as Record<string, Expression>;
    const last = record[inner];
    if (!isLvalue(last)) record[inner] = this.#assignRightmost(last);
    else {
      const { kind } = this.take();
      this.skipNewlines();
      const operator = kind.slice(0, -1) as Binary | "";
      record[inner] = { kind: "assign", operator, to: last, value: this.expression() };
    }
    return left;
  }

  #conditional(): Expression {
    const test = this.#or();
    if (!this.is("?")) return test;
    this.take();
    this.skipNewlines();
    const yes = this.expression();
    this.skipNewlines();
    this.expect(":");
    this.skipNewlines();
    return { kind: "conditional", test, yes, no: this.expression() };
  }

  #or(): Expression {
    let left = this.#and();
    while (this.accept("||")) {
      this.skipNewlines();
      left = { kind: "or", left, right: this.#and() };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#in();
    while (this.accept("&&")) {
      this.skipNewlines();
      left = { kind: "and", left, right: this.#in() };
    }
    return left;
  }

  #in(): Expression {
    let left = this.#match();
    while (!this.#noIn && this.is("in")) {
      this.take();
      const name = this.take();
      if (name.kind !== "name") throw this.error();
      const subscripts = left.kind === "grouping" ? left.list : [left];
      left = { kind: "in", subscripts, array: this.arrayName(name.text) };
    }
    return left;
  }

  #match(): Expression {
    let left = this.#comparison();
    while (this.is("~", "!~")) {
      const negated = this.take().kind === "!~";
      left = { kind: "match", negated, left, right: this.#comparison() };
    }
    return left;
  }

  #comparison(): Expression {
    let left = this.concatenation();
    left = this.#pipes(left);
    const { kind } = this.token;
    if (["<", "<=", "==", "!=", ">=", ">"].includes(kind) && !(kind === ">" && this.#noGreater)) {
      this.take();
      const right = this.#pipes(this.concatenation());
      return { kind: "compare", operator: kind as Comparison, left, right };
    }
    return left;
  }

  /** `command | getline`, as often as it comes. */
  #pipes(command: Expression): Expression {
    let left = command;
    while (this.is("|")) {
      const mark = this.mark();
      this.take();
      if (!this.accept("getline")) {
        this.reset(mark);
        break;
      }
      left = { kind: "getline", from: "command", source: left, to: this.#optionalLvalue() };
    }
    return left;
  }

  concatenation(): Expression {
    const list = [this.#additive()];
    while (this.#startsOperand()) list.push(this.#additive());
    return list.length === 1 ? list[0] : { kind: "concat", list };
  }

  #startsOperand(): boolean {
    if (this.is("in")) return false;
    return this.is("number", "string", "name", "called", "builtin", "(", "$", "-", "+", "!", "++", "--", "/");
  }

  #additive(): Expression {
    let left = this.#term();
    while (this.is("+", "-")) {
      const operator = this.take().kind as Binary;
      left = { kind: "binary", operator, left, right: this.#term() };
    }
    return left;
  }

  #term(): Expression {
    let left = this.unary();
    while (this.is("*", "/", "%")) {
      const operator = this.take().kind as Binary;
      left = { kind: "binary", operator, left, right: this.unary() };
    }
    return left;
  }

  unary(): Expression {
    const { kind } = this.token;
    if (kind === "!") {
      this.take();
      return { kind: "not", of: this.unary() };
    }
    if (kind === "-" || kind === "+") {
      this.take();
      return { kind: kind === "-" ? "minus" : "plus", of: this.unary() };
    }
    return this.#power();
  }

  #power(): Expression {
    const left = this.#postfix();
    if (!this.accept("^")) return left;
    // To the right, and a sign may follow: 2^-1.
    const right = this.is("-", "+", "!") ? this.unary() : this.#power();
    return { kind: "binary", operator: "^", left, right };
  }

  #postfix(): Expression {
    const of = this.#primary();
    if (!this.is("++", "--") || !isLvalue(of)) return of;
    return { kind: "increment", of, by: this.take().kind === "++" ? 1 : -1, before: false };
  }

  #primary(): Expression {
    const { token } = this;
    switch (token.kind) {
      case "number":
        this.take();
        return { kind: "number", value: token.value };
      case "string":
        this.take();
        return { kind: "string", value: token.text };
      case "/":
      case "/=": {
        const source = this.lexer.regex(token);
        this.read.length = this.position + 1;
        this.take();
        return { kind: "regex", source };
      }
      case "$":
        this.take();
        if (this.is("++", "--")) {
          const by = this.take().kind === "++" ? 1 : -1;
          const of = this.#primary();
          if (!isLvalue(of)) throw this.error();
          return { kind: "field", of: { kind: "increment", of, by, before: true } };
        }
        return { kind: "field", of: this.is("-", "+", "!") ? this.unary() : this.#primary() };
      case "++":
      case "--": {
        this.take();
        const of = this.#primary();
        if (!isLvalue(of)) throw this.error();
        return { kind: "increment", of, by: token.kind === "++" ? 1 : -1, before: true };
      }
      case "(": {
        this.take();
        const list = this.list(")");
        if (list.length === 0) throw this.error();
        return list.length === 1 ? { kind: "group", of: list[0] } : { kind: "grouping", list };
      }
      case "-":
      case "+":
      case "!":
        return this.unary();
      case "getline": {
        this.take();
        const to = this.#optionalLvalue();
        if (!this.accept("<")) return { kind: "getline", from: "input", source: null, to };
        return { kind: "getline", from: "file", source: this.#postfix(), to };
      }
      case "builtin": {
        this.take();
        const { text: name, line } = token;
        if (name === "length" && !this.is("(")) return { kind: "builtin", name, args: [], line };
        this.expect("(");
        return { kind: "builtin", name, args: this.list(")"), line };
      }
      case "called": {
        this.take();
        this.take();
        return { kind: "call", name: token.text, args: this.list(")"), line: token.line };
      }
      case "name": {
        this.take();
        if (this.accept("[")) {
          return { kind: "element", array: this.arrayName(token.text), subscripts: this.list("]") };
        }
        return this.variable(token.text);
      }
    }
    throw this.error();
  }

  #optionalLvalue(): Lvalue | null {
    if (!this.is("$", "name")) return null;
    const target = this.#primary();
    if (!isLvalue(target)) throw this.error();
    return target;
  }
}

export function isLvalue(node: Expression): node is Lvalue {
  return ["global", "special", "local", "field", "element"].includes(node.kind);
}
