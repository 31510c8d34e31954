// Word expansion, in POSIX's order: the parts are walked and collected (see fields.ts), which splits and globs at once.
// Three results: fields for commands, text for assignments and redirections, patterns for `case` and `${x#…}`.
// Synchronous: words that hold command substitutions must be expanded inside `replay`.

import { evaluateExpression, evaluateText, NotNumeric } from "../arithmetic/evaluate.ts";
import type { Integer } from "../arithmetic/number.ts";
import { ArithmeticFault, type Expression, parseExpression } from "../arithmetic/parse.ts";
import type { ArithmeticPart, Part, Word } from "../ast.ts";
import type { Shell } from "../execute/shell.ts";
import { substitute, substituteProcess } from "../execute/substitution.ts";
import { whole } from "../locale.ts";
import { expandBraces } from "./braces.ts";
import { Collector, type Mode } from "./fields.ts";
import { expandParameter } from "./operators.ts";
import { parameterText } from "./parameters.ts";
import { effect, replay } from "./replay.ts";
import { tildeText } from "./tilde.ts";

/** The fields that words become. */
export function expandWords(shell: Shell, words: Word[]): string[] | Promise<string[]> {
  const fields: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word.pure) appendFields(shell, word, fields);
    else {
      const result = replay(shell, () => {
        const own: string[] = [];
        appendFields(shell, word, own);
        return own;
      });
      if (result instanceof Promise) return expandRest(shell, words, i + 1, fields, result);
      for (const field of result) fields.push(field);
    }
  }
  return fields;
}

async function expandRest(
  shell: Shell,
  words: Word[],
  from: number,
  fields: string[],
  waiting: Promise<string[]>,
): Promise<string[]> {
  for (const field of await waiting) fields.push(field);
  for (let i = from; i < words.length; i++) {
    for (const field of await expandWords(shell, [words[i]])) fields.push(field);
  }
  return fields;
}

/** Appends a word's fields. */
export function appendFields(shell: Shell, word: Word, fields: string[]): void {
  if (word.literal !== null) {
    fields.push(word.literal);
    return;
  }
  const parts = word.parts;
  if (parts.length === 1 && parts[0].kind === "double" && parts[0].parts.length === 1) {
    const part = parts[0].parts[0];
    if (
      part.kind === "parameter" &&
      part.operator === "" &&
      !part.length &&
      part.index === null &&
      !part.all &&
      !part.indirect &&
      part.name !== "@" &&
      part.name !== "*"
    ) {
      const value = parameterText(shell, part.name);
      if (value !== undefined) {
        fields.push(value);
        return;
      }
    }
  }
  if (word.braces && shell.options.braceexpand) {
    const words = expandBraces(word);
    if (words !== null) {
      for (const each of words) collectFields(shell, each.parts, fields);
      return;
    }
  }
  collectFields(shell, parts, fields);
}

function collectFields(shell: Shell, parts: Part[], fields: string[]): void {
  const collector = new Collector(shell, "fields", fields);
  walk(shell, parts, false, collector);
  collector.end();
}

/** A word as one text, neither split nor globbed. */
export function expandText(shell: Shell, word: Word): string {
  if (word.literal !== null) return word.literal;
  const collector = new Collector(shell, "text");
  walk(shell, word.parts, false, collector);
  return whole(collector.text);
}

/** A word as a pattern, in which quoted characters are escaped. */
export function expandPattern(shell: Shell, word: Word, mode: Mode = "pattern"): string {
  const collector = new Collector(shell, mode);
  walk(shell, word.parts, false, collector);
  return collector.pattern;
}

export function walk(shell: Shell, parts: Part[], quoted: boolean, into: Collector): void {
  for (const part of parts) {
    switch (part.kind) {
      case "text":
        if (quoted) into.quoted(part.text);
        else into.literal(part.text);
        break;
      case "quoted":
        into.quoted(part.text);
        break;
      case "double":
        if (part.parts.length === 0) into.quoted("");
        walk(shell, part.parts, true, into);
        break;
      case "tilde":
        if (part.soft && shell.options.posix) into.literal(`~${part.user}`);
        else into.quoted(tildeText(shell, part.user));
        break;
      case "parameter":
        expandParameter(shell, part, quoted, into);
        break;
      case "arithmetic":
        // Outside a replay only substitutions are noted.
        put(
          into,
          String(
            shell.replayLog ? effect(shell, () => evaluateArithmetic(shell, part)) : evaluateArithmetic(shell, part),
          ),
          quoted,
        );
        break;
      case "command": {
        if (part.fault) {
          const { fault } = part;
          effect(shell, () => shell.report(`${shell.name}: command substitution: line 1: ${fault.message}\n`));
          shell.substitutionStatus = shell.status = 2;
          break;
        }
        const result = effect(shell, () => substitute(shell, part.body));
        shell.status = shell.substitutionStatus = result.status;
        put(into, result.text, quoted);
        break;
      }
      case "process":
        into.quoted(effect(shell, () => substituteProcess(shell, part.body, part.input)));
        break;
    }
  }
}

export function put(into: Collector, value: string, quoted: boolean): void {
  if (quoted) into.quoted(value);
  else into.split(value);
}

/** The value of `$((…))`. Plain expressions are compiled once; others are expanded as text first. */
export function evaluateArithmetic(shell: Shell, part: ArithmeticPart): Integer {
  if (part.source !== null) {
    try {
      if (part.compiled === undefined) part.compiled = parseExpression(part.source);
      return evaluateExpression(part.compiled as Expression | null, part.source, shell.arithmetic);
    } catch (error) {
      // As text, `x$name = 1` and `$a` with an operator in its value mean more.
      const inText = error instanceof ArithmeticFault && part.compiled === undefined && part.source.includes("$");
      if (!inText && !(error instanceof NotNumeric)) throw error;
    }
    const text = part.source.replace(
      /\$([A-Za-z_][A-Za-z0-9_]*)/g,
      (_, name) => shell.arithmetic.getNumeric(name, null) ?? "",
    );
    return evaluateText(text, shell.arithmetic);
  }
  return evaluateText(expandText(shell, part.word), shell.arithmetic);
}
