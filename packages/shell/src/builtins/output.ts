// echo and printf, as builtins. What they print is made in echo-text.ts and printf.ts, which their tool entries share.

import { after, type Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { characters } from "../expand/characters.ts";
import { whole } from "../locale.ts";
import { echoText } from "./echo-text.ts";
import { withTools } from "./late.ts";
import { type Formatted, formatPrintf, type LateFormats } from "./printf.ts";

export function echo(shell: Shell, argv: string[]): Status {
  return shell.write(echoText(argv, shell.shopt.xpg_echo), "echo");
}

export function printf(shell: Shell, argv: string[]): Status {
  let words = argv.slice(1);
  let variable: string | null = null;
  if (words[0] === "-v") {
    if (words.length < 2) {
      shell.complain("printf: -v: option requires an argument");
      return 2;
    }
    variable = words[1];
    words = words.slice(2);
  }
  if (words[0] === "--") words = words.slice(1);
  else if (words[0] !== undefined && /^-./.test(words[0])) {
    shell.complain(`printf: ${words[0].slice(0, 2)}: invalid option`);
    shell.report("printf: usage: printf [-v var] format [arguments]\n");
    return 2;
  }
  if (words.length === 0) {
    shell.report("printf: usage: printf [-v var] format [arguments]\n");
    return 2;
  }
  const format = (late: LateFormats | null) =>
    formatPrintf(
      words[0],
      words.slice(1).map((word) => characters(shell, word)),
      { late, timeZone: shell.vars.exported("TZ") },
    );
  const formatted = format(shell.programs.loaded?.parts ?? null);
  if (formatted !== null) return put(shell, formatted, variable);
  return withTools(shell, "printf", ({ parts }) => put(shell, format(parts) as Formatted, variable));
}

/** Prints what came of it, or puts it into a variable. */
function put(shell: Shell, { text, status, errors, counts }: Formatted, variable: string | null): Status {
  for (const error of errors) shell.complain(`printf: ${error}`);
  for (const [name, count] of counts) if (!assign(shell, name, String(count))) status = 1;
  text = whole(text);
  if (variable !== null) return assign(shell, variable, text) ? status : 2;
  const written = shell.write(text, "printf");
  return after(written, (result) => result || status);
}

function assign(shell: Shell, place: string, text: string): boolean {
  const element = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/s.exec(place);
  if (!element) shell.complain(`printf: \`${place}': not a valid identifier`);
  else if (element[2] === undefined) shell.vars.set(element[1], text);
  else shell.vars.setElement(element[1], shell.arithmetic.key(element[1], element[2]), text);
  return element !== null;
}
