// What `declare -p`, `-f`, `-F`, `export -p`, `readonly -p` and a bare `set` print. Comes with the tools.

import type { Declaration } from "../builtins/declare.ts";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { EXPORT, INTEGER, READONLY } from "../execute/variables.ts";
import { compareNames } from "../expand/glob.ts";
import { quoteDouble } from "../expand/quote.ts";
import { describeValue, describeVariable } from "./describe.ts";
import { functionText } from "./print-function.ts";

/** What a declaration command is to print. */
export interface Shown {
  names: string[];
  flags: number;
  off: number;
  shape: Declaration["shape"];
  command: string;
  /** Letters of its options: f, F, p… */
  modes: Set<string>;
  exportFunction(shell: Shell, name: string): Status;
}

export function printDeclarations(shell: Shell, shown: Shown): Status {
  if (!shown.modes.has("f") && !shown.modes.has("F")) return printVariables(shell, shown);
  const { names, flags, off, shape } = shown;
  if (names.length === 0 || (!flags && !off && shape === null && !names.some((name) => name.includes("="))))
    return printFunctions(shell, shown);
  return changeFunctions(shell, shown);
}

/** `declare -fr name`: attributes of functions, which have but two. */
async function changeFunctions(shell: Shell, shown: Shown): Promise<number> {
  const { names, flags, off, shape, command, exportFunction } = shown;
  const letter = shape === "list" ? "a" : shape === "map" ? "A" : (flags | off) & INTEGER ? "i" : null;
  if (letter !== null) {
    shell.complain(`${command}: -${letter}: invalid option`);
    return 1;
  }
  let status = 0;
  for (const name of names) {
    const definition = shell.functions.get(name);
    if (name.includes("=")) {
      shell.complain(`${command}: cannot use \`-f' to make functions`);
      return 1;
    }
    if (!definition || (off & READONLY && definition.readonly)) {
      if (definition) shell.complain(`${command}: ${name}: readonly function`);
      status = 1;
      continue;
    }
    if (flags & READONLY) definition.readonly = true;
    if (flags & EXPORT) await exportFunction(shell, name);
  }
  return status;
}

function printFunctions(shell: Shell, { names, modes, command }: Shown): Status {
  const namesOnly = modes.has("F");
  let text = "";
  let status = 0;
  for (const name of names.length > 0 ? names : [...shell.functions.keys()].sort(compareNames)) {
    const definition = shell.functions.get(name);
    if (!definition) status = 1;
    else if (namesOnly && names.length > 0 && shell.shopt.extdebug)
      text += `${name} ${definition.line} ${definition.source ?? (shell.commandString === null ? "main" : "environment")}\n`;
    else if (namesOnly) {
      const exported = shell.vars.exportedFunctions.has(`BASH_FUNC_${name}%%`) ? "x" : "";
      text += names.length > 0 ? `${name}\n` : `declare -f${definition.readonly ? "r" : ""}${exported} ${name}\n`;
    } else text += `${functionText(shell, name)}\n`;
  }
  const written = shell.write(text, command);
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

function printVariables(shell: Shell, { names, flags, shape, command, modes }: Shown): Status {
  const explicit = modes.has("p");
  const { vars } = shell;
  let text = "";
  let status = 0;
  const all = names.length === 0;
  for (const name of all ? [...vars.table.keys()].sort(compareNames) : names) {
    const variable = vars.table.get(name);
    const hidden = command === "local" && !vars.isLocal(name);
    if (!variable || (hidden && !all)) {
      shell.complain(`${command}: ${name}: not found`);
      status = 1;
      continue;
    }
    variable.refresh?.(variable, vars.context);
    if (all && (hidden || (variable.flags & flags) !== flags)) continue;
    if (all && ((shape === "list" && !variable.list) || (shape === "map" && !variable.map))) continue;
    text +=
      explicit || flags || shape || command === "local"
        ? `${describeVariable(name, variable)}\n`
        : describeValue(name, variable);
  }
  if (all && !explicit && !flags && !shape && command !== "local" && !shell.options.posix)
    for (const name of [...shell.functions.keys()].sort(compareNames)) text += `${functionText(shell, name)}\n`;
  const written = shell.write(text, command);
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

/** `export -p`, `readonly -p` */
export function printMarked(shell: Shell, flag: number, command: string): Status {
  const lines: string[] = [];
  for (const name of [...shell.vars.table.keys()].sort(compareNames)) {
    const variable = shell.vars.table.get(name)!;
    if ((variable.flags & flag) === 0) continue;
    if (!shell.options.posix || variable.list || variable.map) lines.push(`${describeVariable(name, variable)}\n`);
    else
      lines.push(
        variable.value === undefined ? `${command} ${name}\n` : `${command} ${name}=${quoteDouble(variable.value)}\n`,
      );
  }
  return shell.write(lines.join(""), command);
}

/** `set` without words */
export function printAll(shell: Shell): Status {
  let text = "";
  for (const name of [...shell.vars.table.keys()].sort(compareNames)) {
    const variable = shell.vars.table.get(name)!;
    variable.refresh?.(variable, shell);
    text += describeValue(name, variable);
  }
  if (!shell.options.posix)
    for (const name of [...shell.functions.keys()].sort(compareNames)) text += `${functionText(shell, name)}\n`;
  return shell.write(text, "set");
}

const DECLARE_USAGE: Record<string, string> = {
  declare: "[-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  typeset: "[-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
  local: "[option] name[=value] ...",
};

/** What follows a wrong option of a declaration command, whose status is 2. */
export function declareUsage(shell: Shell, command: string): number {
  shell.report(`${command}: usage: ${command} ${DECLARE_USAGE[command]}\n`);
  return 2;
}
