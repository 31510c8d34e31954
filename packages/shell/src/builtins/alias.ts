// alias and unalias.

import { after, type Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { quoteAlways } from "../expand/quote.ts";
import { parseLetters } from "./usage.ts";

export function alias(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "p", "alias [-p] [name[=value] ... ]");
  if (!options) return 2;
  const words = options.rest;
  let status = 0;
  let text = "";
  const line = (name: string) =>
    `${shell.options.posix ? "" : "alias "}${name}=${quoteAlways(shell.aliases.get(name) as string)}\n`;
  if (words.length === 0) for (const name of [...shell.aliases.keys()].sort()) text += line(name);
  for (const word of words) {
    const equals = word.indexOf("=", 1);
    if (equals > 0) shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
    else if (shell.aliases.has(word)) text += line(word);
    else {
      shell.complain(`alias: ${word}: not found`);
      status = 1;
    }
  }
  const written = shell.write(text, "alias");
  return after(written, (result) => result || status);
}

export function unalias(shell: Shell, argv: string[]): number {
  const options = parseLetters(shell, argv, "a", "unalias [-a] name [name ...]");
  if (!options) return 2;
  if (options.flags.has("a")) {
    shell.aliases.clear();
    return 0;
  }
  if (argv.length === 1) {
    shell.report("unalias: usage: unalias [-a] name [name ...]\n");
    return 2;
  }
  let status = 0;
  for (const name of argv.slice(1)) {
    if (name === "--" || shell.aliases.delete(name)) continue;
    shell.complain(`unalias: ${name}: not found`);
    status = 1;
  }
  return status;
}
