// Option letters of builtins: `-ab`, `-c value`, `--`.

import type { Shell } from "../execute/shell.ts";

export interface Letters {
  flags: Set<string>;
  values: Map<string, string>;
  /** Words after the options. */
  rest: string[];
}

/** Parses options; null after a complaint (status 2). `letters` as in getopts: "ab:c". */
export function parseLetters(shell: Shell, argv: string[], letters: string, usage: string): Letters | null {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--") {
      at++;
      break;
    }
    if (word.length < 2 || word[0] !== "-") break;
    for (let i = 1; i < word.length; i++) {
      const place = letters.indexOf(word[i]);
      if (place < 0 || word[i] === ":") {
        shell.complain(`${argv[0]}: -${word[i]}: invalid option`);
        shell.report(`${argv[0]}: usage: ${usage}\n`);
        shell.misused = true;
        return null;
      }
      if (letters[place + 1] !== ":") flags.add(word[i]);
      else {
        const value = i + 1 < word.length ? word.slice(i + 1) : argv[++at];
        if (value === undefined) {
          shell.complain(`${argv[0]}: -${word[i]}: option requires an argument`);
          shell.report(`${argv[0]}: usage: ${usage}\n`);
          return null;
        }
        values.set(word[i], value);
        break;
      }
    }
  }
  return { flags, values, rest: argv.slice(at) };
}

/** After wrong usage, which in POSIX mode ends a script if the builtin is a special one (see runBuiltin): the status. */
export function usageStatus(shell: Shell, status = 2): number {
  shell.misused = true;
  return status;
}

export const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `name`, `name=value`, `name+=value`, `name[subscript]=value`. */
export function splitAssignment(
  word: string,
): { name: string; index: string | null; value: string | null; append: boolean } | null {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]*)\])?(?:(\+?)=([^]*))?$/.exec(word);
  if (!match) return null;
  return { name: match[1], index: match[2] ?? null, value: match[4] ?? null, append: match[3] === "+" };
}
