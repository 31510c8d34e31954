// Assignments: scalars, elements, whole arrays; and assignments that last for one command.

import { evaluateText } from "../arithmetic/evaluate.ts";
import type { Assignment } from "../ast.ts";
import { subscriptKey } from "../expand/parameters.ts";
import { replay } from "../expand/replay.ts";
import { appendFields, expandText } from "../expand/words.ts";
import { ExitShell, ShellFault } from "./control.ts";
import type { Shell } from "./shell.ts";
import { traceAssignment } from "./trace.ts";
import { EXPORT, NAMEREF } from "./variables.ts";

/** Performs assignments in order; a promise if a substitution had to wait. */
export function assignAll(shell: Shell, assignments: Assignment[]): void | Promise<void> {
  for (let i = 0; i < assignments.length; i++) {
    const assignment = assignments[i];
    if (assignment.pure) store(shell, assignment, evaluate(shell, assignment));
    else {
      const value = replay(shell, () => evaluate(shell, assignment));
      if (value instanceof Promise) return continueAssigning(shell, assignments, i, value);
      store(shell, assignment, value);
    }
  }
}

async function continueAssigning(
  shell: Shell,
  assignments: Assignment[],
  at: number,
  waiting: Promise<Evaluated>,
): Promise<void> {
  store(shell, assignments[at], await waiting);
  await assignAll(shell, assignments.slice(at + 1));
}

/** What an assignment's right side (and subscript) came to. */
export interface Evaluated {
  text: string;
  key: number | string | null;
  /** A subscript is still text: one of an indexed array is evaluated when its turn comes. */
  elements: { index: string | null; text: string; append: boolean }[] | null;
}

/** Expands without storing. Inside `replay` if the assignment is not pure. */
export function evaluate(shell: Shell, assignment: Assignment, map = false): Evaluated {
  const associative = map || shell.vars.isAssociative(assignment.name);
  if (assignment.elements === null) {
    const { name, index } = assignment;
    const key = index ? subscriptKey(shell, name, index, map) : null;
    if (key === "") throw new ShellFault(`${name}[${index?.source}]: bad array subscript`);
    return { text: expandText(shell, assignment.value!), key, elements: null };
  }
  if (assignment.index)
    throw new ShellFault(
      `${assignment.name}[${expandText(shell, assignment.index)}]: cannot assign list to array member`,
    );
  const elements: NonNullable<Evaluated["elements"]> = [];
  for (const element of assignment.elements) {
    const { index, append, whole } = element;
    let { value } = element;
    if (index && (associative || !whole)) {
      // A tilde in a value is none here.
      if (associative)
        value = {
          ...value,
          parts: value.parts.map((part) => (part.kind === "tilde" ? { kind: "quoted", text: `~${part.user}` } : part)),
        };
      const quoted = !associative && index.source?.includes("'");
      elements.push({
        index: quoted ? index.source! : expandText(shell, index),
        text: expandText(shell, value),
        append,
      });
    } else {
      value = whole ?? value;
      const fields: string[] = [];
      if (associative) fields.push(expandText(shell, value));
      else appendFields(shell, value, fields);
      for (const text of fields) elements.push({ index: null, text, append: false });
    }
  }
  return { text: "", key: null, elements };
}

/** `declared`: by a declaration command, whose elements bash traces in quotes. */
export function store(shell: Shell, assignment: Assignment, value: Evaluated, declared = false): void {
  const { vars } = shell;
  if (shell.options.xtrace) traceAssignment(shell, assignment, value, declared);
  if (value.elements !== null) storeElements(shell, assignment, value.elements);
  else if (value.key !== null) vars.setElement(assignment.name, value.key, value.text, assignment.append);
  else vars.set(assignment.name, value.text, assignment.append);
}

function storeElements(shell: Shell, assignment: Assignment, elements: NonNullable<Evaluated["elements"]>): void {
  const { vars } = shell;
  const { name } = assignment;
  const reference = vars.table.get(name);
  if (reference && (reference.flags & NAMEREF) !== 0 && !reference.value) {
    shell.complain(`warning: ${name}: removing nameref attribute`);
    reference.flags &= ~NAMEREF;
  }
  const variable = vars.writable(name);
  if (variable.map !== null) {
    const before = variable.map;
    const map = new Map(assignment.append ? before : []);
    // Without a subscript at the first, keys and values alternate.
    const pairs = elements.length > 0 && elements[0].index === null;
    for (let i = 0; i < elements.length; i++) {
      const { index, text, append } = elements[i];
      if (pairs) map.set(text, vars.convert(variable, elements[++i]?.text ?? "", undefined));
      else if (index === null) shell.complain(`${name}: ${text}: must use subscript when assigning associative array`);
      else {
        const old = append ? ((assignment.append ? map : before).get(index) ?? "") : undefined;
        map.set(index, vars.convert(variable, text, old));
      }
    }
    variable.map = map;
    return;
  }
  if (!assignment.append) {
    variable.list = [];
    variable.value = undefined;
  }
  const list = vars.makeList(variable);
  let next = list.length;
  for (const { index, text, append } of elements) {
    if (index !== null) {
      next = Number(evaluateText(index, shell.arithmetic));
      if (next < 0) next += list.length;
      if (next < 0) throw new ShellFault(`[${index}]=${text}: bad array subscript`);
    }
    vars.setElement(name, next++, text, append);
  }
}

/** Performs a command's own assignments, in the scope that was pushed for them. */
export function assignBefore(shell: Shell, assignments: Assignment[], keep = false): void | Promise<void> {
  for (let i = 0; i < assignments.length; i++) {
    const assignment = assignments[i];
    const { name, index, append, elements } = assignment;
    // Before a command the elements are no array but their text.
    const source = elements ? assignment.source.slice(assignment.source.indexOf("(")) : "";
    if (index) {
      shell.complain(`\`${name}[': not a valid identifier`);
      continue;
    }
    const finish = (value: Evaluated) => {
      try {
        shell.vars.shadow(name);
      } catch (error) {
        // The command runs all the same.
        if (!(error instanceof ShellFault) || (shell.options.posix && (keep || shell.options.interactive))) throw error;
        shell.complain(error.message);
        if (shell.options.posix) throw new ExitShell(1);
        return;
      }
      shell.vars.set(name, elements ? source : value.text, append);
      shell.vars.table.get(name)!.flags |= EXPORT;
      if (shell.options.xtrace) traceAssignment(shell, assignment, value);
    };
    if (elements) finish({ text: source, key: null, elements: null });
    else {
      const value = assignment.pure ? evaluate(shell, assignment) : replay(shell, () => evaluate(shell, assignment));
      if (value instanceof Promise)
        return value.then(finish).then(() => assignBefore(shell, assignments.slice(i + 1), keep));
      finish(value);
    }
  }
}
