// `[[ … ]]` and `(( … ))`.

import { evaluateText } from "../arithmetic/evaluate.ts";
import { ArithmeticFault } from "../arithmetic/parse.ts";
import type { ArithmeticCommand, Conditional, Test, Word } from "../ast.ts";
import { toolsForExpansion } from "../builtins/late.ts";
import { testBinary, testUnary } from "../builtins/test-operators.ts";
import { Collector } from "../expand/fields.ts";
import { toLocale } from "../expand/locale.ts";
import { replay } from "../expand/replay.ts";
import { expandPattern, expandText, walk } from "../expand/words.ts";
import { compilePattern, matches } from "../pattern.ts";
import { ShellFault, type Status } from "./control.ts";
import { arithmeticValue } from "./loops.ts";
import type { Shell } from "./shell.ts";
import { traceLine } from "./trace.ts";
import { runDebug } from "./traps.ts";

export function runConditional(shell: Shell, node: Conditional): Status {
  shell.line = node.line;
  const debug = runDebug(shell, node.line, node.text);
  return debug ? debug.then(() => evaluateConditional(shell, node)) : evaluateConditional(shell, node);
}

function evaluateConditional(shell: Shell, node: Conditional): Status {
  shell.pipeStatus = null;
  const evaluate = () => {
    try {
      return holds(shell, node.expression) ? 0 : 1;
    } catch (error) {
      // bash says nothing of a bad regular expression.
      if (error instanceof BadExpression) return 2;
      return failedExpression(shell, error, "[[: ");
    }
  };
  return node.pure ? evaluate() : replay(shell, evaluate);
}

export function runArithmeticCommand(shell: Shell, node: ArithmeticCommand): Status {
  shell.line = node.line;
  shell.pipeStatus = null;
  const failed = (error: unknown) => failedExpression(shell, error, "((: ");
  try {
    const value = arithmeticValue(shell, node.expression, node.line);
    if (value instanceof Promise) return value.then((number) => (number === 0 ? 1 : 0)).catch(failed);
    return value === 0 ? 1 : 0;
  } catch (error) {
    return failed(error);
  }
}

/** What is wrong with an expression makes its command fail; the line goes on. */
export function failedExpression(shell: Shell, error: unknown, prefix: string): number {
  if (error instanceof ArithmeticFault) shell.complain(prefix + error.message);
  else if (error instanceof ShellFault && !error.fatal) shell.complain(error.message);
  else throw error;
  return 1;
}

function traceTest(shell: Shell, left: string, operator: string, right: Word): void {
  const isPattern = operator === "=" || operator === "==" || operator === "!=" || operator === "=~";
  const quoted =
    right.parts.length > 0 && right.parts.every((part) => part.kind === "quoted" || part.kind === "double");
  const text = expandText(shell, right);
  const shown = isPattern && quoted ? [...text].map((character) => `\\${character}`).join("") : text;
  traceLine(shell, `[[ ${left === "" ? "''" : left} ${operator} ${shown === "" ? "''" : shown} ]]`);
}

class BadExpression extends Error {}

function holds(shell: Shell, test: Test, negated = false): boolean {
  switch (test.kind) {
    case "not":
      return !holds(shell, test.operand, !negated);
    case "and":
      return holds(shell, test.left) && holds(shell, test.right);
    case "or":
      return holds(shell, test.left) || holds(shell, test.right);
    case "unary": {
      const text = expandText(shell, test.word);
      if (shell.options.xtrace)
        traceLine(shell, `[[ ${negated ? "! " : ""}${test.operator} ${text === "" ? "''" : text} ]]`);
      return testUnary(shell, test.operator, text) ?? false;
    }
    case "binary":
      return binary(shell, test.operator, test.left, test.right);
  }
}

function binary(shell: Shell, operator: string, left: Word, right: Word): boolean {
  const text = expandText(shell, left);
  if (shell.options.xtrace) traceTest(shell, text, operator, right);
  switch (operator) {
    case "=":
    case "==":
    case "!=": {
      const fold = shell.shopt.nocasematch;
      const pattern = compilePattern(toLocale(shell, expandPattern(shell, right)), true, fold);
      return matches(pattern, toLocale(shell, fold ? text.toLowerCase() : text)) === (operator !== "!=");
    }
    case "=~":
      return matchExpression(shell, text, right);
    case "-eq":
    case "-ne":
    case "-lt":
    case "-le":
    case "-gt":
    case "-ge": {
      const a = evaluateText(text, shell.arithmetic);
      const b = evaluateText(expandText(shell, right), shell.arithmetic);
      return compare(operator, a < b ? -1 : a > b ? 1 : 0);
    }
    default:
      return testBinary(shell, text, operator, expandText(shell, right)) ?? false;
  }
}

export function compare(operator: string, order: number): boolean {
  switch (operator) {
    case "-eq":
      return order === 0;
    case "-ne":
      return order !== 0;
    case "-lt":
      return order < 0;
    case "-le":
      return order <= 0;
    case "-gt":
      return order > 0;
    default:
      return order >= 0;
  }
}

/** `=~`: quoted parts of the expression stand for themselves. Fills BASH_REMATCH. */
function matchExpression(shell: Shell, text: string, word: Word): boolean {
  const collector = new Collector(shell, "regex");
  walk(shell, word.parts, false, collector);
  const { parts } = toolsForExpansion(shell);
  const match = parts.matchExtended(collector.pattern, shell.shopt.nocasematch, text);
  if (match === undefined) throw new BadExpression();
  const variable = shell.vars.table.get("BASH_REMATCH") ?? { value: undefined, list: [], map: null, flags: 0 };
  variable.list = match ?? [];
  shell.vars.table.set("BASH_REMATCH", variable);
  return match !== null;
}
