// Builtins that are seldom used: their code comes with the tools, when the first is called. What they need of the shell is handed
// to them, so that it is not bundled twice.

import type { Status } from "../execute/control.ts";
import { callFunction } from "../execute/functions.ts";
import { LONG_NAMES } from "../execute/options.ts";
import { runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { substitute } from "../execute/substitution.ts";
import { Collector } from "../expand/fields.ts";
import { exists, glob, list } from "../expand/glob.ts";
import { expandWords } from "../expand/words.ts";
import { parse } from "../parser/parser.ts";
import { readFile } from "./commands.ts";
import { RESERVED } from "./describe-command.ts";
import { writeLines } from "./history.ts";
import { builtins, SPECIAL_BUILTINS } from "./index.ts";
import { parseLetters } from "./usage.ts";

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
    parseLetters,
    builtins,
    specialBuiltins: SPECIAL_BUILTINS,
    reserved: RESERVED,
    optionNames: LONG_NAMES,
  };
}

export type LateKit = ReturnType<typeof makeKit>;
export type LateBuiltin = (shell: Shell, argv: string[], kit: LateKit) => Status;

/** A builtin whose code is among the tools. */
export function late(name: string): (shell: Shell, argv: string[]) => Promise<number> {
  return async (shell, argv) => {
    const { lateBuiltins } = await shell.programs.load();
    return lateBuiltins[name](shell, argv, makeKit());
  };
}
