// declare, typeset, local: attributes and scopes of variables, and what `declare -p`, `-f`, `-F` print.

import type { Assignment } from "../ast.ts";
import { type Evaluated, evaluate, store } from "../execute/assign.ts";
import { ExitShell, ShellFault, type Status } from "../execute/control.ts";
import { exportFunction } from "../execute/functions.ts";
import type { Shell } from "../execute/shell.ts";
import { declaresList } from "../execute/simple.ts";
import { traceCommand } from "../execute/trace.ts";
import {
  BARE,
  EXPORT,
  INTEGER,
  LOWER,
  NAMEREF,
  newVariable,
  READONLY,
  UPPER,
  type Variable,
} from "../execute/variables.ts";
import { replay } from "../expand/replay.ts";
import { readAssignment } from "../parser/assignments.ts";
import { openScript } from "../parser/parser.ts";
import { literalWord, readWord } from "../parser/words.ts";
import { withTools } from "./late.ts";
import { splitAssignment } from "./usage.ts";

const FLAGS: Record<string, number> = { x: EXPORT, r: READONLY, i: INTEGER, l: LOWER, u: UPPER, n: NAMEREF };

export function declare(shell: Shell, argv: string[]): Status {
  return declareWords(shell, argv, shell.vars.frames.length > 0);
}

export function local(shell: Shell, argv: string[]): Status {
  if (shell.vars.frames.length === 0) {
    shell.complain("local: can only be used in a function");
    return 1;
  }
  // `local -`: the options are those of before when the function ends.
  const own = argv.indexOf("-");
  if (own > 0) {
    shell.localOptions ??= shell.options.clone();
    argv = argv.filter((word) => word !== "-");
    if (argv.length === 1) return 0;
  }
  return declareWords(shell, argv, true);
}

const SPECIAL = new Set(["export", "readonly"]);

/** What a declaration command wants of its names. */
export interface Declaration {
  command: string;
  on: number;
  off: number;
  shape: "list" | "map" | null;
  /** +a or +A */
  destroys?: boolean;
  scope: "local" | "inherit" | "global" | "visible";
}

function declareWords(shell: Shell, argv: string[], isLocal: boolean): Status {
  const declarations = shell.declarations;
  const command = argv[0];
  let on = 0;
  let off = 0;
  let shape: Declaration["shape"] = null;
  let destroys = false;
  const modes = new Set<string>();
  let first = 1;
  for (; first < argv.length && /^[-+]./.test(argv[first]) && !declarations?.has(first); first++) {
    if (argv[first] === "--") {
      first++;
      break;
    }
    const sets = argv[first][0] === "-";
    for (const letter of argv[first].slice(1)) {
      if (letter === "a" || letter === "A") {
        if (sets) shape = letter === "a" ? "list" : "map";
        else destroys = true;
      } else if (FLAGS[letter] !== undefined) {
        if (sets) on |= FLAGS[letter];
        else off |= FLAGS[letter];
      } else if ("fFgpIt".includes(letter)) modes.add(letter);
      else {
        shell.declarations = null;
        shell.complain(`${command}: ${argv[first][0]}${letter}: invalid option`);
        return withTools(shell, command, ({ parts }) => parts.declareUsage(shell, command));
      }
    }
  }
  const names = argv.slice(first);
  if (names.length === 0 || modes.has("f") || modes.has("F") || modes.has("p")) {
    shell.declarations = null;
    const shown = { names, flags: on, off, shape, command, modes, exportFunction };
    return withTools(shell, command, ({ parts }) => parts.printDeclarations(shell, shown));
  }
  const scope = modes.has("g") ? "global" : !isLocal ? "visible" : modes.has("I") ? "inherit" : "local";
  return declareNames(shell, argv, first, { command, on, off, shape, destroys, scope });
}

/** Performs the declaration of `argv` from `first` on: assignments among them are in shell.declarations, by position. */
export function declareNames(shell: Shell, argv: string[], first: number, declaration: Declaration): Status {
  const { declarations } = shell;
  const traced = shell.options.xtrace && declaresList(shell);
  shell.declarations = null;
  let status = 0;
  const failed = (error: unknown) => {
    if (!(error instanceof ShellFault) || error.fatal) throw error;
    const bare = SPECIAL.has(declaration.command) && error.message.endsWith("readonly variable");
    shell.complain(bare ? error.message : `${declaration.command}: ${error.message}`);
    status = 1;
    // In POSIX mode a read-only variable ends the script; a bad name does not.
    const ends = shell.options.posix && !shell.options.interactive && SPECIAL.has(declaration.command);
    if (ends && error.message.endsWith("readonly variable")) throw new ExitShell(1);
  };
  const step = (from: number): Status => {
    for (let i = from; i < argv.length; i++) {
      try {
        let assignment = declarations?.get(i) ?? assignmentOf(shell, argv[i], declaration);
        // `declare -a a='(1 2)'`: elements even in quotes.
        const mayList = declaration.shape || declaration.scope === "visible";
        if (mayList && assignment.value?.literal?.startsWith("(") && !SPECIAL.has(declaration.command))
          assignment = assignmentOf(shell, argv[i], declaration);
        if (assignment.index && SPECIAL.has(declaration.command))
          throw new ShellFault(`\`${argv[i].replace(/\+?=.*/s, "")}': not a valid identifier`);
        if (assignment.value === null && assignment.elements === null) {
          declareName(shell, assignment, null, declaration);
          continue;
        }
        const map = declaration.shape === "map";
        // The value is expanded before the local hides an outer variable of that name.
        const value = assignment.pure
          ? evaluate(shell, assignment, map)
          : replay(shell, () => evaluate(shell, assignment, map));
        if (value instanceof Promise)
          return value
            .then((evaluated) => declareName(shell, assignment, evaluated, declaration))
            .catch(failed)
            .then(() => step(i + 1));
        declareName(shell, assignment, value, declaration);
      } catch (error) {
        failed(error);
      }
    }
    if (traced) traceCommand(shell, argv);
    return status;
  };
  return step(first);
}

/** What a word that came of an expansion declares; `(…)` is an array's elements where an array is meant. */
function assignmentOf(shell: Shell, word: string, { shape }: Declaration): Assignment {
  const split = splitAssignment(word);
  if (!split) throw new ShellFault(`\`${word}': not a valid identifier`);
  const { name, value, append } = split;
  if (value?.startsWith("(") && value.endsWith(")")) {
    const present = shell.vars.find(name);
    if (shape !== null || present?.list || present?.map) {
      const assignment = readAssignment(openScript(word));
      if (assignment) return assignment;
    }
  }
  const index = split.index === null ? null : readWord(openScript(`${split.index}]`), "subscript");
  return {
    name,
    index,
    append,
    value: value === null ? null : literalWord(value),
    elements: null,
    source: "",
    pure: index === null || index.pure,
  };
}

function declareName(shell: Shell, assignment: Assignment, value: Evaluated | null, declaration: Declaration): void {
  const { vars } = shell;
  const { on, off, shape, scope } = declaration;
  let { name } = assignment;
  if (scope === "global") {
    vars.withGlobal(name, () => declareName(shell, assignment, value, { ...declaration, scope: "visible" }));
    return;
  }
  const reference = ((on | off) & NAMEREF) !== 0;
  if (scope === "visible" && !reference) name = vars.targetOf(name);
  let variable: Variable | undefined;
  if (scope !== "visible") variable = vars.makeLocal(name, scope === "inherit");
  else {
    variable = vars.table.get(name);
    if (variable === undefined) vars.table.set(name, (variable = newVariable(undefined, vars.exportAll ? EXPORT : 0)));
  }
  // `x=1 export x`
  if (on & (EXPORT | READONLY) && value === null) vars.adopt(name);
  if ((variable.flags & READONLY) !== 0 && (value || (off & READONLY) !== 0 || on & ~(READONLY | EXPORT)))
    throw new ShellFault(`${name}: readonly variable`);
  if (declaration.destroys && (variable.list || variable.map))
    throw new ShellFault(`${name}: cannot destroy array variables in this way`);
  if (shape === "map" && variable.list) throw new ShellFault(`${name}: cannot convert indexed to associative array`);
  if (shape === "list" && variable.map) throw new ShellFault(`${name}: cannot convert associative to indexed array`);
  const bare = declaration.command === "readonly" && value === null;
  if (shape === "map" && variable.map === null && !bare) {
    if (variable.value === undefined && value === null) variable.flags |= BARE;
    variable.map = new Map(variable.value === undefined ? [] : [["0", variable.value]]);
    variable.value = undefined;
  } else if (shape === "list" && variable.list === null && !bare) {
    if (variable.value === undefined && value === null) variable.flags |= BARE;
    vars.makeList(variable);
  }
  variable.flags = (variable.flags | (on & ~READONLY & ~NAMEREF)) & ~off;
  if (on & LOWER) variable.flags &= ~UPPER;
  if (on & UPPER) variable.flags &= ~LOWER;
  if ((on & NAMEREF) !== 0) {
    vars.hasReferences = true;
    const target = value ? value.text : variable.value;
    if (target !== undefined) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*(\[[^]*\])?$/.test(target))
        throw new ShellFault(`\`${target}': invalid variable name for name reference`);
      if (target === name && scope === "visible")
        throw new ShellFault(`${name}: nameref variable self references not allowed`);
    }
    variable.value = target;
    variable.flags |= NAMEREF;
  } else if (value) {
    // bash traces the assignments of these two once more by themselves.
    const { xtrace } = shell.options;
    if (value.elements === null && !/^(export|readonly)$/.test(declaration.command)) shell.options.xtrace = false;
    try {
      store(shell, { ...assignment, name }, value, true);
    } finally {
      shell.options.xtrace = xtrace;
    }
  }
  variable = vars.table.get(name)!;
  variable.flags |= on & READONLY;
}
