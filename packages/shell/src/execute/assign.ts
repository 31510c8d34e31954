// Assignments: scalars, elements, whole arrays; and assignments that last for one command.

import type { Assignment } from "../ast.ts";
import { parameterText, subscriptKey } from "../expand/parameters.ts";
import { quoteValue } from "../expand/quote.ts";
import { replay } from "../expand/replay.ts";
import { appendFields, expandText } from "../expand/words.ts";
import type { Shell } from "./shell.ts";
import { EXPORT, newVariable, READONLY, type Variable } from "./variables.ts";

/** Performs assignments in order; a promise if a substitution had to wait. */
export function assignAll(
  shell: Shell,
  assignments: Assignment[],
  after?: (assignment: Assignment) => void,
): void | Promise<void> {
  for (let i = 0; i < assignments.length; i++) {
    const assignment = assignments[i];
    if (assignment.pure) store(shell, assignment, evaluate(shell, assignment));
    else {
      const value = replay(shell, () => evaluate(shell, assignment));
      if (value instanceof Promise) return continueAssigning(shell, assignments, i, value, after);
      store(shell, assignment, value);
    }
    if (after) after(assignment);
  }
}

async function continueAssigning(
  shell: Shell,
  assignments: Assignment[],
  at: number,
  waiting: Promise<Evaluated>,
  after?: (assignment: Assignment) => void,
): Promise<void> {
  store(shell, assignments[at], await waiting);
  after?.(assignments[at]);
  await assignAll(shell, assignments.slice(at + 1), after);
}

/** What an assignment's right side (and subscript) came to. */
export interface Evaluated {
  text: string;
  key: number | string | null;
  elements: { key: number | string | null; text: string; append: boolean }[] | null;
}

/** Expands without storing. Inside `replay` if the assignment is not pure. */
export function evaluate(shell: Shell, assignment: Assignment): Evaluated {
  if (assignment.elements === null) {
    const text = expandText(shell, assignment.value!);
    return {
      text,
      key: assignment.index ? subscriptKey(shell, assignment.name, assignment.index) : null,
      elements: null,
    };
  }
  const elements: Evaluated["elements"] = [];
  const associative = shell.vars.isAssociative(assignment.name);
  for (const element of assignment.elements) {
    if (element.index) {
      elements.push({
        key: subscriptKey(shell, assignment.name, element.index),
        text: expandText(shell, element.value),
        append: element.append,
      });
    } else {
      const fields: string[] = [];
      if (associative) fields.push(expandText(shell, element.value));
      else appendFields(shell, element.value, fields);
      for (const text of fields) elements.push({ key: null, text, append: false });
    }
  }
  return { text: "", key: null, elements };
}

export function store(shell: Shell, assignment: Assignment, value: Evaluated): void {
  const { vars } = shell;
  if (value.elements !== null) storeElements(shell, assignment, value.elements);
  else if (value.key !== null) vars.setElement(assignment.name, value.key, value.text, assignment.append);
  else vars.set(assignment.name, value.text, assignment.append);
  if (shell.options.xtrace) trace(shell, assignment, value);
}

function storeElements(shell: Shell, assignment: Assignment, elements: NonNullable<Evaluated["elements"]>): void {
  const variable = shell.vars.writable(assignment.name);
  if (variable.map !== null) {
    if (!assignment.append) variable.map = new Map();
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      // Without subscripts keys and values alternate.
      if (element.key === null) shell.vars.setElement(assignment.name, element.text, elements[++i]?.text ?? "");
      else shell.vars.setElement(assignment.name, String(element.key), element.text, element.append);
    }
    return;
  }
  if (!assignment.append) {
    variable.list = [];
    variable.value = undefined;
  }
  const list = shell.vars.makeList(variable);
  let next = list.length;
  for (const element of elements) {
    if (element.key !== null) next = Number(element.key) < 0 ? Number(element.key) + list.length : Number(element.key);
    shell.vars.setElement(assignment.name, next, element.text, element.append);
    next++;
  }
}

/**
 * Keeps the variables that a command's own assignments change, marks the new ones exported once they are set, and gives
 * the function that puts the old ones back.
 */
export function keepVariables(shell: Shell, names: string[]): () => void {
  const kept: [string, Variable | undefined][] = [];
  for (const name of names) {
    const variable = shell.vars.table.get(name);
    if (variable && (variable.flags & READONLY) !== 0) shell.vars.writable(name);
    kept.push([name, variable]);
    if (variable) shell.vars.table.set(name, { ...variable, list: variable.list?.slice() ?? null });
    else shell.vars.table.set(name, newVariable());
  }
  return () => {
    for (const [name, variable] of kept.reverse()) {
      if (variable) shell.vars.table.set(name, variable);
      else shell.vars.table.delete(name);
      shell.vars.watch.get(name)?.(variable?.value);
    }
  };
}

export function markExported(shell: Shell, name: string): void {
  const variable = shell.vars.table.get(name);
  if (variable) variable.flags |= EXPORT;
}

function trace(shell: Shell, assignment: Assignment, value: Evaluated): void {
  const index = value.key === null ? "" : `[${value.key}]`;
  const shown = value.elements
    ? `(${value.elements.map((element) => quoteValue(element.text)).join(" ")})`
    : quoteValue(value.text);
  shell.report(`${tracePrefix(shell)}${assignment.name}${index}${assignment.append ? "+" : ""}=${shown}\n`);
}

/** PS4, its first character repeated for each level of subshell. */
export function tracePrefix(shell: Shell): string {
  const prompt = shell.vars.get("PS4") ?? "+ ";
  return prompt.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, plain) => parameterText(shell, braced ?? plain) ?? "");
}
