// `test` and `[`: POSIX's rules by number of arguments, then the old grammar with -a, -o, ! and parentheses.

import { compare } from "../execute/conditional.ts";
import type { Shell } from "../execute/shell.ts";
import { type TestContext, testBinary, testUnary } from "./test-operators.ts";

export function test(shell: Shell, argv: string[]): number {
  const { status, error } = evaluateTest(shell, argv);
  if (error !== null) shell.complain(error);
  return status;
}

/** 0 true, 1 false, 2 with an error. */
export function evaluateTest(context: TestContext, argv: string[]): { status: number; error: string | null } {
  const name = argv[0];
  let words = argv.slice(1);
  if (name === "[") {
    if (words[words.length - 1] !== "]") return { status: 2, error: "[: missing `]'" };
    words = words.slice(0, -1);
  }
  try {
    return { status: new Expression(context, words).evaluate() ? 0 : 1, error: null };
  } catch (error) {
    if (!(error instanceof TestFault)) throw error;
    return { status: 2, error: `${name}: ${error.message}` };
  }
}

class TestFault extends Error {}

const BINARY = new Set(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

class Expression {
  context: TestContext;
  words: string[];
  at = 0;
  depth = 0;

  constructor(context: TestContext, words: string[]) {
    this.context = context;
    this.words = words;
  }

  evaluate(): boolean {
    return this.byCount(this.words);
  }

  /** POSIX: up to four arguments have one meaning each. */
  byCount(words: string[]): boolean {
    switch (words.length) {
      case 0:
        return false;
      case 1:
        return words[0] !== "";
      case 2:
        if (words[0] === "!") return words[1] === "";
        return this.unary(words[0], words[1]);
      case 3:
        if (BINARY.has(words[1])) return this.binary(words[0], words[1], words[2]);
        if (words[1] === "-a") return words[0] !== "" && words[2] !== "";
        if (words[1] === "-o") return words[0] !== "" || words[2] !== "";
        if (words[0] === "!") return !this.byCount(words.slice(1));
        if (words[0] === "(" && words[2] === ")") return words[1] !== "";
        throw new TestFault(`${words[1]}: binary operator expected`);
      case 4:
        if (words[0] === "!") return !this.byCount(words.slice(1));
        if (words[0] === "(" && words[3] === ")") return this.byCount(words.slice(1, 3));
    }
    this.words = words;
    this.at = 0;
    const value = this.or();
    if (this.at < words.length) throw new TestFault(words[this.at] === ")" ? "`)' unexpected" : "too many arguments");
    return value;
  }

  or(): boolean {
    let value = this.and();
    while (this.words[this.at] === "-o") {
      this.at++;
      value = this.and() || value;
    }
    return value;
  }

  and(): boolean {
    let value = this.primary();
    while (this.words[this.at] === "-a") {
      this.at++;
      value = this.primary() && value;
    }
    return value;
  }

  primary(): boolean {
    const { words } = this;
    if (this.at >= words.length) throw new TestFault("argument expected");
    if (++this.depth > 1000) throw new TestFault("too many arguments");
    const word = words[this.at];
    let value: boolean;
    if (word === "!") {
      this.at++;
      value = !this.primary();
    } else if (word === "(") {
      this.at++;
      value = this.or();
      if (words[this.at] !== ")") throw new TestFault("`)' expected");
      this.at++;
    } else if (BINARY.has(words[this.at + 1]) && this.at + 2 < words.length) {
      value = this.binary(word, words[this.at + 1], words[this.at + 2]);
      this.at += 3;
    } else if (/^-[a-zA-Z]$/.test(word) && this.at + 1 < words.length && words[this.at + 1] !== ")") {
      value = this.unary(word, words[this.at + 1]);
      this.at += 2;
    } else {
      value = word !== "";
      this.at++;
    }
    this.depth--;
    return value;
  }

  unary(operator: string, operand: string): boolean {
    const value = testUnary(this.context, operator, operand);
    if (value === null) throw new TestFault(`${operator}: unary operator expected`);
    return value;
  }

  binary(left: string, operator: string, right: string): boolean {
    const value = testBinary(this.context, left, operator, right);
    if (value !== null) return value;
    const a = integer(left);
    const b = integer(right);
    return compare(operator, a < b ? -1 : a > b ? 1 : 0);
  }
}

function integer(text: string): number | bigint {
  const match = /^\s*([-+]?[0-9]+)\s*$/.exec(text);
  if (!match) throw new TestFault(`${text}: integer expression expected`);
  const value = Number(match[1]);
  if (Number.isSafeInteger(value)) return value;
  const big = BigInt(match[1]);
  if (big !== BigInt.asIntN(64, big)) throw new TestFault(`${text}: integer expression expected`);
  return big;
}
