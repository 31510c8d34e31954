// umask, times, caller. Builtins that come with the tools; they reach the shell through what late.ts hands them.

import type { LateBuiltin } from "../builtins/late.ts";
import { minutes } from "../execute/timing.ts";

export const umask: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "pS", "umask [-p] [-S] [mode]");
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
  let mask: number | string;
  if (/^[0-9]/.test(mode))
    mask = /^[0-7]{1,4}$/.test(mode) ? Number.parseInt(mode, 8) : `${mode}: octal number out of range`;
  else mask = applySymbolic(current, mode);
  if (typeof mask === "string") {
    shell.complain(`umask: ${mask}`);
    return 1;
  }
  shell.sys.umask(mask & 0o777);
  return flags.has("S") && !shell.options.posix ? shell.write(`${symbolic(mask)}\n`, "umask") : 0;
};

function symbolic(mask: number): string {
  const letters = (bits: number) => (bits & 4 ? "r" : "") + (bits & 2 ? "w" : "") + (bits & 1 ? "x" : "");
  const allowed = ~mask & 0o777;
  return `u=${letters(allowed >> 6)},g=${letters((allowed >> 3) & 7)},o=${letters(allowed & 7)}`;
}

/** The mask after `u=rw,g-w…`, or what is wrong with that. */
function applySymbolic(mask: number, text: string): number | string {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const [, whose, operator, letters, rest] = /^([ugoa]*)([^]?)([rwx]*)([^]?)/.exec(clause)!;
    if (!/[-+=]/.test(operator)) return `\`${operator}': invalid symbolic mode operator`;
    if (rest) return `\`${rest}': invalid symbolic mode character`;
    let who = 0;
    for (const letter of whose || "a") who |= { u: 0o700, g: 0o070, o: 0o007, a: 0o777 }[letter] as number;
    let bits = 0;
    for (const letter of letters) bits |= { r: 0o444, w: 0o222, x: 0o111 }[letter] as number;
    bits &= who;
    if (operator === "+") allowed |= bits;
    else if (operator === "-") allowed &= ~bits;
    else allowed = (allowed & ~who) | bits;
  }
  return ~allowed & 0o777;
}

export const times: LateBuiltin = (shell) => {
  const seconds = minutes((performance.now() - shell.startTime) / 1000);
  return shell.write(`${seconds} 0m0.000s\n0m0.000s 0m0.000s\n`, "times");
};

/** From where the running function, or one of those that called it, was called. */
export const caller: LateBuiltin = (shell, argv, kit) => {
  const depth = argv.length > 1 ? kit.parseCount(argv[1]) : 0;
  if (depth === null) {
    shell.complain(`caller: ${argv[1]}: invalid number`);
    shell.report("caller: usage: caller [expr]\n");
    return 2;
  }
  const call = shell.stack.at(-1 - depth);
  if (!call || depth < 0) return 1;
  const isOuter = depth + 1 === shell.stack.length;
  const outer = isOuter ? (shell.isFile ? "main" : null) : shell.stack.at(-2 - depth)!.name;
  if (argv.length > 1 && outer === null) return 1;
  const source = call.source ?? (isOuter ? "NULL" : shell.commandString === null ? "main" : "environment");
  return shell.write(`${call.line} ${argv.length > 1 ? `${outer} ` : ""}${source}\n`, "caller");
};
