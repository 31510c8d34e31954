// Evaluates arithmetic trees against a set of variables. The variables are reached through the small interface below, which
// the shell implements.

import { binary, complement, type Integer, negate } from "./number.ts";
import { ArithmeticFault, type Expression, parseText, type Variable } from "./parse.ts";

export interface ArithmeticVariables {
  /** The value of a variable or of an array's element; undefined if unset (that counts as 0, unless `set -u`). */
  getNumeric(name: string, index: string | null): string | undefined;
  setNumeric(name: string, index: string | null, value: string): void;
}

/** How often a variable's value may itself be an expression that names another. */
const RECURSION_MAX = 1024;

/** The value of an expression's text. Throws ArithmeticFault. */
export function evaluateText(text: string, variables: ArithmeticVariables, depth = 0): Integer {
  // Most values are plain decimal numbers.
  if (text.length < 16 && DECIMAL.test(text)) return Number(text) + 0;
  const expression = parseText(text);
  return expression === null ? 0 : new Evaluation(variables, text, depth).evaluate(expression);
}

/** The value of a tree that was made from `text`. */
export function evaluateExpression(
  expression: Expression | null,
  text: string,
  variables: ArithmeticVariables,
): Integer {
  return expression === null ? 0 : new Evaluation(variables, text, 0).evaluate(expression);
}

/** Thrown when the value of a `$name` node is not a plain number: expand the text and parse that instead. */
export class NotNumeric {}

const DECIMAL = /^(?:0|-?[1-9][0-9]*)$/;

class Evaluation {
  variables: ArithmeticVariables;
  text: string;
  depth: number;

  constructor(variables: ArithmeticVariables, text: string, depth: number) {
    this.variables = variables;
    this.text = text;
    this.depth = depth;
  }

  evaluate(node: Expression): Integer {
    switch (node.kind) {
      case "number":
        return node.value;
      case "variable":
        return this.valueOf(node);
      case "dollar": {
        const value = this.variables.getNumeric(node.name, null);
        if (value === undefined || value.length > 15 || !DECIMAL.test(value)) throw new NotNumeric();
        return Number(value) + 0;
      }
      case "binary": {
        const left = this.evaluate(node.left);
        const right = this.evaluate(node.right);
        return this.combine(node.operator, left, right, node.at);
      }
      case "assign": {
        // What is on the left is read first: `i += i *= 2`.
        const before = node.operator === "" ? 0 : this.valueOf(node.variable);
        const value = this.evaluate(node.value);
        const result = node.operator === "" ? value : this.combine(node.operator, before, value, node.at);
        this.variables.setNumeric(node.variable.name, node.variable.index, String(result));
        return result;
      }
      case "step": {
        const before = this.valueOf(node.variable);
        const after = binary("+", before, node.by) as Integer;
        this.variables.setNumeric(node.variable.name, node.variable.index, String(after));
        return node.prefix ? after : before;
      }
      case "and":
        return this.isTrue(node.left) && this.isTrue(node.right) ? 1 : 0;
      case "or":
        return this.isTrue(node.left) || this.isTrue(node.right) ? 1 : 0;
      case "comma":
        this.evaluate(node.left);
        return this.evaluate(node.right);
      case "choice":
        return this.evaluate(this.isTrue(node.condition) ? node.yes : node.no);
      case "unary": {
        const value = this.evaluate(node.operand);
        if (node.operator === "-") return negate(value);
        if (node.operator === "~") return complement(value);
        if (node.operator === "!") return value === 0 ? 1 : 0;
        return value;
      }
    }
  }

  isTrue(node: Expression): boolean {
    return this.evaluate(node) !== 0;
  }

  combine(operator: string, left: Integer, right: Integer, at: number): Integer {
    const result = binary(operator, left, right);
    const fault = (message: string) =>
      new ArithmeticFault(`${this.text.trimStart()}: ${message} (error token is "${this.text.slice(at)}")`);
    if (result === null) throw fault("division by 0");
    if (result === undefined) throw fault("exponent less than 0");
    return result;
  }

  valueOf(variable: Variable): Integer {
    const value = this.variables.getNumeric(variable.name, variable.index);
    if (value === undefined || value === "") return 0;
    if (value.length < 16 && DECIMAL.test(value)) return Number(value) + 0;
    if (this.depth > RECURSION_MAX)
      throw new ArithmeticFault(`${value}: expression recursion level exceeded (error token is "${value}")`);
    return evaluateText(value, this.variables, this.depth + 1);
  }
}
