// trap: sets and resets what runs on signals and at EXIT, ERR, DEBUG, RETURN.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { signalNumber } from "../execute/signals.ts";
import { withTools } from "./late.ts";
import { parseLetters } from "./usage.ts";

export function trap(shell: Shell, argv: string[]): Status {
  const options =
    argv[1] === "-"
      ? { flags: new Set<string>(), rest: argv.slice(1) }
      : parseLetters(shell, argv, "lp", "trap [-lp] [[arg] signal_spec ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (flags.has("l") || rest.length === 0 || flags.has("p"))
    return withTools(shell, "trap", ({ parts }) => parts.printTraps(shell, rest, flags));
  // A number first, or a lone signal, resets.
  let action: string | null = rest[0];
  let signals = rest.slice(1);
  if (action === "-") action = null;
  else if (/^[0-9]+$/.test(action) || (signals.length === 0 && signalNumber(action) !== null && !shell.options.posix)) {
    action = null;
    signals = rest;
  }
  if (signals.length === 0) {
    shell.report("trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
    return 2;
  }
  let status = 0;
  shell.shownTraps = null;
  for (const name of signals) {
    const signal = signalNumber(name);
    if (signal === null || (signal > 64 && signal < 100)) {
      shell.complain(`trap: ${name}: invalid signal specification`);
      status = 1;
    } else if (signal < 32 && (shell.inherited & (1 << signal)) !== 0 && signal > 0) {
      // What was ignored when the shell began stays so.
    } else if (action === null) {
      shell.traps.delete(signal);
      if (signal < 32) shell.ignored = (shell.ignored & ~(1 << signal)) | (shell.deaf & (1 << signal));
    } else {
      shell.traps.set(signal, action);
      if (signal < 32) shell.ignored &= ~(1 << signal);
    }
  }
  shell.maskSignals();
  return status;
}
