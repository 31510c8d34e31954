// history: what was typed at the prompt, listed or forgotten.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { parseLetters } from "./usage.ts";

export function history(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "c", "history [-c] [n]");
  if (!options) return 2;
  const [word] = options.rest;
  if (options.flags.has("c")) shell.history.splice(0);
  if (word !== undefined && !/^\d+$/.test(word)) {
    shell.complain(`history: ${word}: numeric argument required`);
    return 1;
  }
  const { length } = shell.history;
  const from = word === undefined ? 0 : Math.max(0, length - Number(word));
  const lines = shell.history.slice(from).map((line, i) => `${String(from + i + 1).padStart(5)}  ${line}\n`);
  return shell.write(lines.join(""), "history");
}
