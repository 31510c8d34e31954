// Parameters: what `$name`, `$1`, `$@`, `${a[i]}` stand for, before operators.
// Reads the shell's state; subscripts are evaluated here.

import { evaluateText } from "../arithmetic/evaluate.ts";
import type { ParameterPart, Word } from "../ast.ts";
import { ShellFault } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { SyntaxFault } from "../parser/errors.ts";
import { openScript } from "../parser/parser.ts";
import { makeWord, readDoubleQuotedParts, readWord } from "../parser/words.ts";
import { expandText } from "./words.ts";

/** The value of a parameter by name, without subscript. `@` and `*` are joined as in quotes. */
export function parameterText(shell: Shell, name: string): string | undefined {
  const code = name.charCodeAt(0);
  if ((code >= 97 && code <= 122) || code === 95 || (code >= 65 && code <= 90)) return shell.vars.get(name);
  if (code >= 49 && code <= 57) return shell.args[Number(name) - 1];
  switch (name) {
    case "0":
      return shell.name;
    case "?":
      return String(shell.status);
    case "#":
      return String(shell.args.length);
    case "$":
      return String(shell.pid);
    case "!":
      return shell.lastBackground === 0 ? undefined : String(shell.lastBackground);
    case "-":
      return shell.options.letters;
    case "@":
      return shell.args.join(" ");
    case "*":
      return shell.args.join(firstSeparator(shell));
    default:
      return /^[0-9]+$/.test(name) ? (Number(name) === 0 ? shell.name : shell.args[Number(name) - 1]) : undefined;
  }
}

/** The first character of IFS, which joins `"$*"`. */
export function firstSeparator(shell: Shell): string {
  return shell.separators.source.slice(0, 1);
}

/** The elements of `$@`, `$*`, `${a[@]}`, `${a[*]}`; null for a parameter that is no list. */
export function parameterList(shell: Shell, part: ParameterPart): string[] | null {
  if (part.all) return shell.vars.elements(part.name, false);
  return part.name === "@" || part.name === "*" ? shell.args : null;
}

/** The value of a single parameter or element. */
export function parameterValue(shell: Shell, part: ParameterPart): string | undefined {
  if (part.index === null) return parameterText(shell, part.name);
  return shell.vars.getElement(part.name, subscriptKey(shell, part.name, part.index));
}

/** A subscript as the array wants it: text for an associative array, else a number. */
export function subscriptKey(shell: Shell, name: string, index: Word, map = false): number | string {
  const text = () => expandText(shell, index);
  if (map || shell.vars.isAssociative(name)) return text();
  if ((index.source ?? text()).trim() === "")
    throw new ShellFault(`${name}[${index.source ?? ""}]: bad array subscript`);
  return index.source?.includes("'") ? subscriptNumber(shell, index.source) : evaluateNumber(shell, text());
}

function evaluateNumber(shell: Shell, text: string): number {
  return Number(evaluateText(text, shell.arithmetic));
}

/** The value of an indexed array's subscript: it is expanded as arithmetic is, so that single quotes are characters. */
export function subscriptNumber(shell: Shell, source: string): number {
  if (!/[$`"\\]/.test(source)) return evaluateNumber(shell, source);
  return evaluateNumber(shell, expandText(shell, makeWord(readDoubleQuotedParts(openScript(source), "arithmetic"))));
}

/** A subscript found inside a value or an expression: what stands in it is expanded. */
export function expandSubscript(shell: Shell, index: string): string {
  if (!/[$`"'\\]/.test(index)) return index;
  try {
    return expandText(shell, readWord(openScript(`${index}]`), "subscript"));
  } catch (error) {
    if (error instanceof SyntaxFault) throw new ShellFault(error.message);
    throw error;
  }
}
