// Parses an arithmetic expression's text into a tree. `$name` is a node of its own, for text that was not expanded before.
// Errors have bash's wording. No shell state.

import { type Integer, parseInteger } from "./number.ts";

export type Expression =
  | { kind: "number"; value: Integer }
  | { kind: "variable"; name: string; index: string | null; indexExpression: Expression | null }
  | { kind: "dollar"; name: string }
  | { kind: "unary"; operator: "-" | "+" | "!" | "~"; operand: Expression }
  | { kind: "step"; variable: Variable; by: 1 | -1; prefix: boolean }
  /** `at`: where in the text the operand stands that an error would name. */
  | { kind: "binary"; operator: string; left: Expression; right: Expression; at: number }
  | { kind: "and" | "or" | "comma"; left: Expression; right: Expression }
  | { kind: "choice"; condition: Expression; yes: Expression; no: Expression }
  | { kind: "assign"; variable: Variable; operator: string; value: Expression; at: number };

export type Variable = Extract<Expression, { kind: "variable" }>;

/** An expression that cannot be evaluated. The message is complete but for the shell's name and line. */
export class ArithmeticFault extends Error {
  reported = false;
}

const LEVELS: Record<string, number> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 11,
};
const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="]);
const TOKEN =
  /[ \t\n\r]*(?:([0-9][0-9A-Za-z@_#]*)|([A-Za-z_][A-Za-z0-9_]*)|\$([A-Za-z_][A-Za-z0-9_]*)|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%<>=!~&^|?:,()[\]])|([^]))?/y;
const DEPTH_MAX = 1000;

const cache = new Map<string, Expression | null>();

/** The tree of text in which everything was expanded, so that a `$` is a mistake. */
export function parseText(text: string): Expression | null {
  const dollar = text.includes("$") ? /\$\w/.exec(text) : null;
  if (!dollar) return parseExpression(text);
  const message = "syntax error: operand expected";
  throw new ArithmeticFault(`${text.trimStart()}: ${message} (error token is "${text.slice(dollar.index)}")`);
}

/** The tree of an expression, null for a blank one. Throws ArithmeticFault. */
export function parseExpression(text: string): Expression | null {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parser = new ExpressionParser(text);
  let expression: Expression | null = null;
  if (parser.token !== "") {
    expression = parser.comma();
    if (parser.token !== "")
      throw parser.fault(
        parser.kind === "bad" ? "syntax error: invalid arithmetic operator" : "syntax error in expression",
      );
  }
  if (cache.size > 500) cache.clear();
  cache.set(text, expression);
  return expression;
}

class ExpressionParser {
  text: string;
  /** Where the token at hand begins, and where the next one is looked for. */
  start = 0;
  at = 0;
  /** Where the token before it began: at the text's end that is the one to blame. */
  before = 0;
  kind: "number" | "name" | "dollar" | "operator" | "bad" | "end" = "end";
  token = "";
  depth = 0;

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  advance(): void {
    this.before = this.start;
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text)!;
    const [, number, name, dollar, operator, bad] = match;
    this.token = number ?? name ?? dollar ?? operator ?? bad ?? "";
    this.kind =
      number !== undefined
        ? "number"
        : name !== undefined
          ? "name"
          : dollar !== undefined
            ? "dollar"
            : operator !== undefined
              ? "operator"
              : bad !== undefined
                ? "bad"
                : "end";
    this.at = TOKEN.lastIndex;
    this.start = this.at - this.token.length - (this.kind === "dollar" ? 1 : 0);
  }

  fault(message: string): ArithmeticFault {
    const rest = this.text.slice(this.kind === "end" ? this.before : this.start);
    return new ArithmeticFault(`${this.text.trimStart()}: ${message} (error token is "${rest}")`);
  }

  comma(): Expression {
    let left = this.assignment();
    while (this.is(",")) {
      this.advance();
      left = { kind: "comma", left, right: this.assignment() };
    }
    return left;
  }

  is(operator: string): boolean {
    return this.kind === "operator" && this.token === operator;
  }

  assignment(): Expression {
    if (++this.depth > DEPTH_MAX) throw this.fault("expression recursion level exceeded");
    const left = this.choice();
    this.depth--;
    if (this.kind !== "operator" || !ASSIGNMENTS.has(this.token)) return left;
    if (left.kind !== "variable") throw this.fault("attempted assignment to non-variable");
    const operator = this.token.slice(0, -1);
    this.advance();
    const value = this.assignment();
    return { kind: "assign", variable: left, operator, value, at: this.before };
  }

  choice(): Expression {
    const condition = this.binary(1);
    if (!this.is("?")) return condition;
    this.advance();
    if (this.token === "" || this.is(":")) throw this.fault("expression expected");
    const yes = this.comma();
    if (!this.is(":")) throw this.fault("`:' expected for conditional expression");
    this.advance();
    if (this.token === "") throw this.fault("expression expected");
    return { kind: "choice", condition, yes, no: this.choice() };
  }

  binary(level: number): Expression {
    let left = this.unary();
    for (;;) {
      if (this.is("++") || this.is("--")) {
        // `4++x` is `4 + +x`, and so for `(x)++3`: only a variable can be stepped.
        this.token = this.token[0];
        this.at = this.start + 1;
      }
      const operator = this.token;
      const found = this.kind === "operator" ? LEVELS[operator] : undefined;
      if (found === undefined || found < level) return left;
      this.advance();
      // `**` groups to the right.
      if (++this.depth > DEPTH_MAX) throw this.fault("expression recursion level exceeded");
      const right = this.binary(operator === "**" ? found : found + 1);
      this.depth--;
      left =
        operator === "&&"
          ? { kind: "and", left, right }
          : operator === "||"
            ? { kind: "or", left, right }
            : { kind: "binary", operator, left, right, at: this.before };
    }
  }

  unary(): Expression {
    if (this.kind !== "operator") return this.postfix();
    let operator = this.token;
    if (operator === "++" || operator === "--") {
      const start = this.start;
      this.advance();
      if (/^[A-Za-z_]/.test(this.token))
        return { kind: "step", variable: this.variable(), by: operator === "++" ? 1 : -1, prefix: true };
      // `--5` is two signs.
      operator = operator[0];
      this.at = start + 1;
    }
    if (operator === "-" || operator === "+" || operator === "!" || operator === "~") {
      if (++this.depth > DEPTH_MAX) throw this.fault("expression recursion level exceeded");
      this.advance();
      const operand = this.unary();
      this.depth--;
      return { kind: "unary", operator, operand };
    }
    return this.postfix();
  }

  postfix(): Expression {
    if (this.is("(")) {
      this.advance();
      const inner = this.comma();
      if (!this.is(")")) throw this.fault("missing `)'");
      this.advance();
      return inner;
    }
    if (this.kind === "number") {
      const value = parseInteger(this.token);
      if (typeof value === "string")
        throw new ArithmeticFault(`${this.token}: ${value} (error token is "${this.token}")`);
      this.advance();
      return { kind: "number", value };
    }
    if (this.kind === "dollar") {
      const name = this.token;
      this.advance();
      return { kind: "dollar", name };
    }
    if (this.kind !== "name") throw this.fault("syntax error: operand expected");
    const variable = this.variable();
    if (this.is("++") || this.is("--")) {
      const by = this.token === "++" ? 1 : -1;
      this.advance();
      return { kind: "step", variable, by, prefix: false };
    }
    return variable;
  }

  variable(): Variable {
    const name = this.token;
    // A subscript's text is kept as it is: what it means depends on the array.
    if (this.text[this.at] !== "[") {
      this.advance();
      return { kind: "variable", name, index: null, indexExpression: null };
    }
    let depth = 0;
    let end = this.at;
    for (; end < this.text.length; end++) {
      if (this.text[end] === "[") depth++;
      else if (this.text[end] === "]" && --depth === 0) break;
    }
    if (end === this.text.length) throw this.fault("bad array subscript");
    const index = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    this.advance();
    return { kind: "variable", name, index, indexExpression: null };
  }
}
