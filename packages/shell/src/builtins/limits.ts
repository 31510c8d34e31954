// umask, ulimit, times, let.

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
      `umask: ${mode}: ${/^[0-9]/.test(mode) ? "octal number out of range" : "invalid symbolic mode operator"}`,
    );
    return 1;
  }
  shell.sys.umask(mask & 0o777);
  return flags.has("S") ? shell.write(`${symbolic(mask)}\n`, "umask") : 0;
}

function symbolic(mask: number): string {
  const letters = (bits: number) => (bits & 4 ? "r" : "") + (bits & 2 ? "w" : "") + (bits & 1 ? "x" : "");
  const allowed = ~mask & 0o777;
  return `u=${letters(allowed >> 6)},g=${letters((allowed >> 3) & 7)},o=${letters(allowed & 7)}`;
}

function applySymbolic(mask: number, text: string): number | null {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (!match) return null;
    let who = 0;
    for (const letter of match[1] || "a") who |= { u: 0o700, g: 0o070, o: 0o007, a: 0o777 }[letter] as number;
    for (const [, operator, letters] of match[2].matchAll(/([-+=])([rwxXst]*)/g)) {
      let bits = 0;
      for (const letter of letters) bits |= { r: 0o444, w: 0o222, x: 0o111, X: 0o111, s: 0, t: 0 }[letter] as number;
      bits &= who;
      if (operator === "+") allowed |= bits;
      else if (operator === "-") allowed &= ~bits;
      else allowed = (allowed & ~who) | bits;
    }
  }
  return ~allowed & 0o777;
}

const LIMITS: [string, string, string][] = [
  ["c", "core file size              (blocks, -c)", "0"],
  ["d", "data seg size               (kbytes, -d)", "unlimited"],
  ["f", "file size                   (blocks, -f)", "unlimited"],
  ["n", "open files                          (-n)", "1024"],
  ["s", "stack size                  (kbytes, -s)", "8192"],
  ["t", "cpu time                   (seconds, -t)", "unlimited"],
  ["u", "max user processes                  (-u)", "256"],
  ["v", "virtual memory              (kbytes, -v)", "unlimited"],
];

/** The limits are what they are; setting one is accepted and changes nothing. */
export function ulimit(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "SHacdfnstuv", "ulimit [-SHacdfnstuv] [limit]");
  if (!options) return 2;
  if (options.rest.length > 0) {
    if (/^([0-9]+|unlimited|hard|soft)$/.test(options.rest[0])) return 0;
    shell.complain(`ulimit: ${options.rest[0]}: invalid number`);
    return 1;
  }
  if (options.flags.has("a"))
    return shell.write(LIMITS.map(([, label, value]) => `${label} ${value}\n`).join(""), "ulimit");
  const letter = [...options.flags].find((flag) => flag !== "S" && flag !== "H") ?? "f";
  return shell.write(`${LIMITS.find(([each]) => each === letter)?.[2]}\n`, "ulimit");
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
  for (const text of argv.slice(1)) value = evaluateText(text, shell.arithmetic);
  return value === 0 ? 1 : 0;
}
