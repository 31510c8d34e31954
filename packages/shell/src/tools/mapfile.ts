// mapfile (readarray): lines into an array. A builtin that comes with the tools; it reaches the shell through what late.ts
// hands it.

import { decode, EBADF, strerror } from "@vibengine/system";
import type { LateBuiltin } from "../builtins/late.ts";
import { quoteAlways } from "../expand/quote.ts";

export const mapfile: LateBuiltin = async (shell, argv, kit) => {
  const options = kit.parseLetters(
    shell,
    argv,
    "d:n:O:s:tu:C:c:",
    "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [array]",
  );
  if (!options) return 2;
  const { values, flags, rest } = options;
  const name = rest[0] ?? "MAPFILE";
  if (!kit.identifier.test(name)) {
    const what = name === "" ? "empty array variable name" : `\`${name}': not a valid identifier`;
    shell.complain(`${argv[0]}: ${what}`);
    return name === "" ? 2 : 1;
  }
  const numbers: Record<string, number> = {};
  for (const letter of "uncsO") {
    const text = values.get(letter) ?? (letter === "c" ? "5000" : "0");
    numbers[letter] = /^\d+$/.test(text) ? Number(text) : -1;
    if (numbers[letter] >= 0 && !(letter === "c" && numbers.c === 0)) continue;
    const what = {
      u: "file descriptor specification",
      n: "line count",
      s: "line count",
      c: "callback quantum",
      O: "array origin",
    };
    shell.complain(`${argv[0]}: ${text}: invalid ${what[letter as "u"]}`);
    return 1;
  }
  if (shell.sys.getFlags(numbers.u) < 0) {
    shell.complain(`${argv[0]}: ${numbers.u}: invalid file descriptor: ${strerror(EBADF)}`);
    return 1;
  }
  const delimiter = values.get("d");
  const most = numbers.n || Number.POSITIVE_INFINITY;
  const variable = shell.vars.writable(name);
  if (variable.map) {
    shell.complain(`${argv[0]}: ${name}: not an indexed array`);
    return 1;
  }
  const list = values.has("O") ? shell.vars.makeList(variable) : [];
  variable.value = undefined;
  variable.list = list;
  const end = delimiter === undefined ? 10 : delimiter === "" ? 0 : delimiter.charCodeAt(0);
  for (let line = 0; line - numbers.s < most; line++) {
    const taken = await kit.take(shell, {
      fd: numbers.u,
      delimiter: end,
      escapes: false,
      limit: -1,
      exactly: false,
      deadline: Number.POSITIVE_INFINITY,
      zeros: true,
    });
    if (taken.ended && taken.bytes.length === 0) break;
    // A string ends at a NUL.
    const zero = taken.bytes.indexOf(0);
    if (zero >= 0) taken.bytes.length = zero;
    else if (!taken.ended && !flags.has("t") && end !== 0) taken.bytes.push(end);
    if (line >= numbers.s) {
      const at = numbers.O + line - numbers.s;
      const text = decode(Uint8Array.from(taken.bytes));
      const callback = values.get("C");
      if (callback !== undefined && (line - numbers.s + 1) % numbers.c === 0)
        await kit.runSource(shell, `${callback} ${at} ${quoteAlways(text)}`, shell.line);
      list[at] = text;
    }
    if (taken.ended) break;
  }
  return 0;
};
