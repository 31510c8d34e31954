// umask, times, let.

import { evaluateText } from "../arithmetic/evaluate.ts";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { minutes } from "../execute/timing.ts";
import { parseLetters } from "./usage.ts";

export function umask(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "pS", "umask [-p] [-S] [mode]");
  if (!options) return 2;
  const { rest, flags } = options;
  const current = shell.sys.umask(0);
  shell.sys.umask(current);
  if (rest.length === 0) {
    const prefix = flags.has("p") ? (flags.has("S") ? "umask -S " : "umask ") : "";
    return shell.write(
      `${prefix}${flags.has("S") ? symbolic(current) : current.toString(8).padStart(4, "0")}\n`,
      "umask",
    );
  }
  const mode = rest[0];
  const mask = /^[0-9]/.test(mode)
    ? /^[0-7]{1,4}$/.test(mode)
      ? Number.parseInt(mode, 8)
      : null
    : applySymbolic(current, mode);
  if (mask === null) {
    shell.complain(
      /^[0-9]/.test(mode)
        ? `umask: ${mode}: octal number out of range`
        : `umask: \`${/[^ugoa]/.exec(mode)?.[0] ?? ""}': invalid symbolic mode operator`,
    );
    return 1;
  }
  shell.sys.umask(mask & 0o777);
  return flags.has("S") && !shell.options.posix ? shell.write(`${symbolic(mask)}\n`, "umask") : 0;
}

function symbolic(mask: number): string {
  const letters = (bits: number) => (bits & 4 ? "r" : "") + (bits & 2 ? "w" : "") + (bits & 1 ? "x" : "");
  const allowed = ~mask & 0o777;
  return `u=${letters(allowed >> 6)},g=${letters((allowed >> 3) & 7)},o=${letters(allowed & 7)}`;
}

/** The mask after `u=rw,g-w…`, or null. */
function applySymbolic(mask: number, text: string): number | null {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (!match) return null;
    let who = 0;
    for (const letter of match[1] || "a") who |= { u: 0o700, g: 0o070, o: 0o007, a: 0o777 }[letter] as number;
    let bits = 0;
    for (const letter of match[3]) bits |= { r: 0o444, w: 0o222, x: 0o111 }[letter] as number;
    bits &= who;
    if (match[2] === "+") allowed |= bits;
    else if (match[2] === "-") allowed &= ~bits;
    else allowed = (allowed & ~who) | bits;
  }
  return ~allowed & 0o777;
}

export function times(shell: Shell): Status {
  const seconds = minutes((performance.now() - shell.startTime) / 1000);
  return shell.write(`${seconds} 0m0.000s\n0m0.000s 0m0.000s\n`, "times");
}

export function let_(shell: Shell, argv: string[]): number {
  if (argv[1] === "--") argv = argv.slice(1);
  if (argv.length === 1) {
    shell.complain("let: expression expected");
    return 1;
  }
  let value: number | bigint = 0;
  for (const text of argv.slice(argv[1] === "--" ? 2 : 1)) value = evaluateText(text, shell.arithmetic);
  return value === 0 ? 1 : 0;
}
