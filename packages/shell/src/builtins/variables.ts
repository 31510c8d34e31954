// export, readonly, unset, shift.

import { ShellFault, type Status } from "../execute/control.ts";
import { exportedName, exportFunction } from "../execute/functions.ts";
import type { Shell } from "../execute/shell.ts";
import { EXPORT, NAMEREF, READONLY } from "../execute/variables.ts";
import { declareNames } from "./declare.ts";
import { parseCount } from "./flow.ts";
import { withTools } from "./late.ts";
import { IDENTIFIER, parseLetters, splitAssignment, usageStatus } from "./usage.ts";

export function export_(shell: Shell, argv: string[]): Status {
  return mark(shell, argv, EXPORT, "export [-fn] [name[=value] ...] or export -p");
}

export function readonly(shell: Shell, argv: string[]): Status {
  return mark(shell, argv, READONLY, "readonly [-aAf] [name[=value] ...] or readonly -p");
}

function mark(shell: Shell, argv: string[], flag: number, usage: string): Status {
  const count = argv.length;
  const options = parseLetters(shell, argv, "aAfnp", usage);
  if (!options) return 2;
  const remove = flag === EXPORT && options.flags.has("n");
  if (options.rest.length === 0)
    return withTools(shell, argv[0], ({ parts }) => parts.printMarked(shell, flag, argv[0]));
  if (options.flags.has("f")) return markFunctions(shell, options.rest, argv[0], flag, remove);
  return declareNames(shell, argv, count - options.rest.length, {
    command: argv[0],
    on: remove ? 0 : flag,
    off: remove ? flag : 0,
    shape: options.flags.has("A") ? "map" : options.flags.has("a") ? "list" : null,
    scope: "visible",
  });
}

async function markFunctions(
  shell: Shell,
  names: string[],
  command: string,
  flag: number,
  remove: boolean,
): Promise<number> {
  let status = 0;
  for (const name of names) {
    const definition = shell.functions.get(name);
    if (!definition) {
      shell.complain(`${command}: ${name}: not a function`);
      status = 1;
    } else if (flag === READONLY) definition.readonly = true;
    else if (remove) shell.vars.exportedFunctions.delete(exportedName(name));
    else status = (await exportFunction(shell, name)) || status;
  }
  return status;
}

/** False after a complaint. */
function unsetFunction(shell: Shell, name: string): boolean {
  if (shell.functions.get(name)?.readonly) {
    shell.complain(`unset: ${name}: cannot unset: readonly function`);
    return false;
  }
  shell.vars.exportedFunctions.delete(exportedName(name));
  shell.functions.delete(name);
  return true;
}

export function unset(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "fvn", "unset [-f] [-v] [-n] [name ...]");
  if (!options) return 2;
  if (options.flags.has("f") && options.flags.has("v")) {
    shell.complain("unset: cannot simultaneously unset a function and a variable");
    return 1;
  }
  let status = 0;
  for (const word of options.rest) {
    const split = splitAssignment(word);
    if (options.flags.has("f")) {
      if (!unsetFunction(shell, word)) status = 1;
      continue;
    }
    if ((!split || split.value !== null) && !options.flags.has("v")) {
      if (!unsetFunction(shell, word)) status = 1;
      continue;
    }
    if (!split || split.value !== null) {
      shell.complain(`unset: \`${word}': not a valid identifier`);
      status = 1;
      continue;
    }
    const { vars } = shell;
    try {
      let { name, index } = split;
      if ((vars.table.get(name)?.flags ?? 0) & NAMEREF && !options.flags.has("n")) {
        const target = splitAssignment(vars.targetOf(name));
        if (!target) continue;
        name = target.name;
        index ??= target.index;
      }
      if (index !== null && ((index !== "@" && index !== "*") || vars.isAssociative(name)))
        vars.unsetElement(name, shell.arithmetic.key(name, index));
      else if (vars.table.has(name)) vars.unset(name);
      else if (!options.flags.has("v") && IDENTIFIER.test(word) && !unsetFunction(shell, word)) status = 1;
    } catch (error) {
      if (!(error instanceof ShellFault)) throw error;
      shell.complain(`unset: ${error.message}`);
      status = 1;
    }
  }
  return status;
}

export function shift(shell: Shell, argv: string[]): number {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  const fail = (message: string): number => {
    shell.complain(`shift: ${message}`);
    return usageStatus(shell, 1);
  };
  if (words.length > 1) return fail("too many arguments");
  const count = words.length === 0 ? 1 : parseCount(words[0]);
  if (count === null) return fail(`${words[0]}: numeric argument required`);
  if (count < 0) return fail(`${words[0]}: shift count out of range`);
  if (count > shell.args.length) {
    if (shell.shopt.shift_verbose || shell.options.posix)
      shell.complain(`shift: ${words[0] ?? "1"}: shift count out of range`);
    return 1;
  }
  shell.args = shell.args.slice(count);
  return 0;
}
