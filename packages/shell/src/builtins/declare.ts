// declare, typeset, local: attributes and scopes of variables, and what `declare -p`, `-f`, `-F` print.

import type { Assignment } from "../ast.ts";
import { type Evaluated, evaluate, store } from "../execute/assign.ts";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { EXPORT, INTEGER, LOWER, NAMEREF, newVariable, READONLY, UPPER, type Variable } from "../execute/variables.ts";
import { describeVariable } from "../expand/describe.ts";
import { compareNames } from "../expand/glob.ts";
import { replay } from "../expand/replay.ts";
import { splitAssignment } from "./usage.ts";

const FLAGS: Record<string, number> = { x: EXPORT, r: READONLY, i: INTEGER, l: LOWER, u: UPPER, n: NAMEREF };

export function declare(shell: Shell, argv: string[]): Status {
  return declareWords(shell, argv, shell.calls.length > 0);
}

export function local(shell: Shell, argv: string[]): Status {
  if (shell.calls.length === 0) {
    shell.complain("local: can only be used in a function");
    return 1;
  }
  return declareWords(shell, argv, true);
}

/** Performs an assignment found among a declaration's words. */
export function assignDeclared(
  shell: Shell,
  assignment: Assignment,
  shape: "list" | "map" | null,
): void | Promise<void> {
  const perform = (value: Evaluated) => store(shell, assignment, value);
  if (shape !== null) {
    const variable = shell.vars.writable(assignment.name);
    if (shape === "map") variable.map ??= new Map();
    else if (variable.map === null) shell.vars.makeList(variable);
  }
  const value = assignment.pure ? evaluate(shell, assignment) : replay(shell, () => evaluate(shell, assignment));
  if (value instanceof Promise) return value.then(perform);
  perform(value);
}

function declareWords(shell: Shell, argv: string[], isLocal: boolean): Status {
  const { declarations } = shell;
  shell.declarations = null;
  let on = 0;
  let off = 0;
  let shape: "list" | "map" | null = null;
  const modes = new Set<string>();
  let first = 1;
  for (; first < argv.length && /^[-+]./.test(argv[first]) && !declarations?.has(first); first++) {
    if (argv[first] === "--") {
      first++;
      break;
    }
    for (const letter of argv[first].slice(1)) {
      if (letter === "a") shape = "list";
      else if (letter === "A") shape = "map";
      else if (FLAGS[letter] !== undefined) {
        if (argv[first][0] === "-") on |= FLAGS[letter];
        else off |= FLAGS[letter];
      } else if ("fFgpIt".includes(letter)) modes.add(letter);
      else {
        shell.complain(`${argv[0]}: ${argv[first][0]}${letter}: invalid option`);
        return 2;
      }
    }
  }
  if (modes.has("g")) isLocal = false;
  if (modes.has("f") || modes.has("F")) return printFunctions(shell, argv.slice(first), modes.has("F"), argv[0]);
  if (modes.has("p") || first === argv.length)
    return printVariables(shell, argv.slice(first), on, shape, argv[0], modes.has("p"));
  let status = 0;
  const step = (from: number): Status => {
    for (let i = from; i < argv.length; i++) {
      const assignment = declarations?.get(i) ?? null;
      const split = assignment ? null : splitAssignment(argv[i]);
      if (!assignment && !split) {
        shell.complain(`${argv[0]}: \`${argv[i]}': not a valid identifier`);
        status = 1;
        continue;
      }
      const name = assignment ? assignment.name : split!.name;
      // The value is expanded before the local hides an outer variable of that name.
      const value = assignment
        ? assignment.pure
          ? evaluateFor(shell, assignment, shape)
          : replay(shell, () => evaluateFor(shell, assignment, shape))
        : null;
      const finish = (evaluated: Evaluated | null) => {
        const variable = target(shell, name, isLocal, modes.has("I"));
        if ((variable.flags & READONLY) !== 0 && (assignment || split!.value !== null)) shell.vars.writable(name);
        if (shape === "map" && variable.map === null) {
          variable.map = new Map();
          variable.value = undefined;
        }
        if (shape === "list" && variable.map === null) shell.vars.makeList(variable);
        variable.flags = (variable.flags | (on & ~READONLY & ~NAMEREF)) & ~off;
        if (on & LOWER) variable.flags &= ~UPPER;
        if (on & UPPER) variable.flags &= ~LOWER;
        if (assignment && evaluated) store(shell, assignment, evaluated);
        else if (split?.value != null) {
          if (split.index !== null)
            shell.vars.setElement(name, shell.arithmetic.key(name, split.index), split.value, split.append);
          else shell.vars.set(name, split.value, split.append);
        }
        variable.flags |= on & (READONLY | NAMEREF);
      };
      if (value instanceof Promise) return value.then(finish).then(() => step(i + 1));
      finish(value);
    }
    return status;
  };
  return step(first);
}

/** Subscripts of a new associative array are text already in its first assignment. */
function evaluateFor(shell: Shell, assignment: Assignment, shape: "list" | "map" | null): Evaluated {
  if (shape !== "map" || shell.vars.isAssociative(assignment.name)) return evaluate(shell, assignment);
  const before = shell.vars.table.get(assignment.name);
  const stand = newVariable();
  stand.map = new Map();
  shell.vars.table.set(assignment.name, stand);
  try {
    return evaluate(shell, assignment);
  } finally {
    if (before) shell.vars.table.set(assignment.name, before);
    else shell.vars.table.delete(assignment.name);
  }
}

function target(shell: Shell, name: string, isLocal: boolean, inherit: boolean): Variable {
  if (isLocal) return shell.vars.makeLocal(name, inherit);
  let variable = shell.vars.table.get(name);
  if (variable === undefined) {
    variable = newVariable();
    shell.vars.table.set(name, variable);
  }
  return variable;
}

function printFunctions(shell: Shell, names: string[], namesOnly: boolean, command: string): Status {
  let text = "";
  let status = 0;
  for (const name of names.length > 0 ? names : [...shell.functions.keys()].sort(compareNames)) {
    const definition = shell.functions.get(name);
    if (!definition) status = 1;
    else if (namesOnly) text += names.length > 0 ? `${name}\n` : `declare -f ${name}\n`;
    else text += `${definition.text}\n`;
  }
  const written = shell.write(text, command);
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

function printVariables(
  shell: Shell,
  names: string[],
  flags: number,
  shape: "list" | "map" | null,
  command: string,
  explicit: boolean,
): Status {
  let text = "";
  let status = 0;
  for (const name of names.length > 0 ? names : [...shell.vars.table.keys()].sort(compareNames)) {
    const variable = names.length > 0 ? shell.vars.table.get(name) : shell.vars.find(name);
    if (!variable) {
      if (names.length > 0) {
        shell.complain(`${command}: ${name}: not found`);
        status = 1;
      }
      continue;
    }
    if (
      names.length === 0 &&
      ((variable.flags & flags) !== flags || (shape === "list" && !variable.list) || (shape === "map" && !variable.map))
    )
      continue;
    if (names.length === 0 && command === "local" && !shell.vars.frames[shell.vars.frames.length - 1].has(name))
      continue;
    text += explicit || flags || shape ? `${describeVariable(name, variable)}\n` : `${name}=${variable.value ?? ""}\n`;
  }
  const written = shell.write(text, command);
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}
