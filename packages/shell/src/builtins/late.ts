// Builtins that are seldom used: their code comes with the tools, when the first is called; from then on they are called at once.
// What they need of the shell is handed to them, so that it is not bundled twice.

import { ShellFault, type Status } from "../execute/control.ts";
import { callFunction } from "../execute/functions.ts";
import { isDone, jobStatus, reapJobs, stopOf, waitForeground } from "../execute/jobs.ts";
import { LONG_NAMES } from "../execute/options.ts";
import { DEFAULT_PATH, isExecutable, searchPath } from "../execute/programs.ts";
import { runSafely, runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { substitute } from "../execute/substitution.ts";
import { runTraps } from "../execute/traps.ts";
import { Collector } from "../expand/fields.ts";
import { exists, glob, list } from "../expand/glob.ts";
import { effect } from "../expand/replay.ts";
import { tildeText } from "../expand/tilde.ts";
import { expandWords } from "../expand/words.ts";
import type { ToolSet } from "../host.ts";
import { coreCommands } from "../interactive/commands.ts";
import type { Readline } from "../interactive/editor.ts";
import { cells } from "../interactive/view.ts";
import { parse } from "../parser/parser.ts";
import { readFile } from "./commands.ts";
import { change, currentDirectory } from "./directories.ts";
import { parseCount } from "./flow.ts";
import { writeLines } from "./history.ts";
import { builtins, SPECIAL_BUILTINS } from "./index.ts";
import { take } from "./input.ts";
import { IDENTIFIER, parseLetters } from "./usage.ts";

/** The status of a builtin or tool whose code could not be loaded. */
const NOT_LOADED = 127;

/** One command's specification. */
export interface Completion {
  /** -A names and letters, in the order given. */
  actions: string[];
  options: string[];
  wordList: string | null;
  globPattern: string | null;
  functionName: string | null;
  command: string | null;
  filter: string | null;
  prefix: string;
  suffix: string;
}

function makeKit() {
  return {
    callFunction,
    substitute,
    runSource,
    parse,
    expandWords,
    Collector,
    glob,
    list,
    exists,
    readFile,
    writeLines,
    parseCount,
    parseLetters,
    take,
    change,
    currentDirectory,
    isDone,
    jobStatus,
    reapJobs,
    stopOf,
    waitForeground,
    isExecutable,
    searchPath,
    defaultPath: DEFAULT_PATH,
    identifier: IDENTIFIER,
    builtins,
    specialBuiltins: SPECIAL_BUILTINS,
    optionNames: LONG_NAMES,
    coreCommands,
    cells,
    runSafely,
    runTraps,
    ShellFault,
    tildeText,
  };
}

export type LateKit = ReturnType<typeof makeKit>;
export type LateBuiltin = (shell: Shell, argv: string[], kit: LateKit) => Status;

let kit: LateKit | null = null;

/** Does something with what comes with the tools: at once when they are here. `name` complains when they can't be loaded. */
export function withTools(shell: Shell, name: string, action: (tools: ToolSet) => Status): Status {
  const tools = shell.programs.tools();
  if (!(tools instanceof Promise)) return action(tools);
  return tools.then(action, (error: Error) => {
    shell.complain(`${name}: ${error.message}`);
    return NOT_LOADED;
  });
}

/** The same within an expansion, which is run again when they are here. */
export function toolsForExpansion(shell: Shell): ToolSet {
  const tools = effect(shell, () => {
    const known = shell.programs.tools();
    return known instanceof Promise ? known.catch((error: Error) => error) : known;
  });
  if (tools instanceof Error) throw new ShellFault(tools.message);
  return tools;
}

/** All that keys can be bound to, as the startup files of readline have it; null when it can't be loaded. */
export async function openReadline(shell: Shell): Promise<Readline | null> {
  const tools = await Promise.resolve(shell.programs.tools()).catch(() => null);
  return tools === null ? null : tools.parts.openReadline(shell, (kit ??= makeKit()));
}

/** A builtin whose code is among the tools. */
export function late(name: string): (shell: Shell, argv: string[]) => Status {
  return (shell, argv) =>
    withTools(shell, argv[0], ({ lateBuiltins }) => lateBuiltins[name](shell, argv, (kit ??= makeKit())));
}
