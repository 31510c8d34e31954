// trap: sets, resets and prints what runs on signals and at EXIT, ERR, DEBUG, RETURN.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { SIGNAL_COUNT, signalName, signalNumber } from "../execute/signals.ts";
import { quoteAlways } from "../expand/quote.ts";
import { parseLetters } from "./usage.ts";

export function trap(shell: Shell, argv: string[]): Status {
  const options =
    argv[1] === "-"
      ? { flags: new Set<string>(), rest: argv.slice(1) }
      : parseLetters(shell, argv, "lp", "trap [-lp] [[arg] signal_spec ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (flags.has("l")) {
    let text = "";
    for (let signal = 1; signal < SIGNAL_COUNT; signal++)
      text += `${String(signal).padStart(2)}) SIG${signalName(signal)}${signal % 5 === 0 ? "\n" : "\t"}`;
    return shell.write(`${text.trimEnd()}\n`, "trap");
  }
  if (rest.length === 0 || flags.has("p")) return print(shell, rest);
  // A number first, or a lone signal, resets.
  let action: string | null = rest[0];
  let signals = rest.slice(1);
  if (action === "-") action = null;
  else if (/^[0-9]+$/.test(action) || (signals.length === 0 && signalNumber(action) !== null)) {
    action = null;
    signals = rest;
  }
  if (signals.length === 0) {
    shell.report("trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
    return 2;
  }
  let status = 0;
  for (const name of signals) {
    const signal = signalNumber(name);
    if (signal === null || (signal > 31 && signal < 100)) {
      shell.complain(`trap: ${name}: invalid signal specification`);
      status = 1;
    } else if (action === null) {
      shell.traps.delete(signal);
      shell.ignored &= ~(1 << signal);
    } else shell.traps.set(signal, action);
  }
  shell.maskSignals();
  return status;
}

function print(shell: Shell, names: string[]): Status {
  const wanted = names.map(signalNumber);
  let text = "";
  for (const [signal, command] of [...shell.traps].sort(([a], [b]) => a - b)) {
    if (names.length > 0 && !wanted.includes(signal)) continue;
    const name = signal > 0 && signal < 100 && !shell.options.posix ? `SIG${signalName(signal)}` : signalName(signal);
    text += `trap -- ${quoteAlways(command)} ${name}\n`;
  }
  return shell.write(text, "trap");
}
