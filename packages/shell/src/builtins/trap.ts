// trap: sets, resets and prints what runs on signals and at EXIT, ERR, DEBUG, RETURN.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { signalName, signalNumber, signalTable } from "../execute/signals.ts";
import { parseLetters } from "./usage.ts";

export function trap(shell: Shell, argv: string[]): Status {
  const options =
    argv[1] === "-"
      ? { flags: new Set<string>(), rest: argv.slice(1) }
      : parseLetters(shell, argv, "lp", "trap [-lp] [[arg] signal_spec ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (flags.has("l")) return shell.write(signalTable(), "trap");
  if (rest.length === 0 || flags.has("p")) return print(shell, rest, flags.has("p") && rest.length === 0);
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
      shell.ignored &= ~(1 << signal);
    } else {
      shell.traps.set(signal, action);
      if (signal < 32) shell.ignored &= ~(1 << signal);
    }
  }
  shell.maskSignals();
  return status;
}

/** `all`: also what has no trap, as POSIX mode lists. */
function print(shell: Shell, names: string[], all: boolean): Status {
  let text = "";
  let status = 0;
  const traps = shell.shownTraps ?? shell.traps;
  const wanted: number[] = [];
  for (const name of names) {
    const signal = signalNumber(name);
    if (signal !== null) wanted.push(signal);
    else {
      shell.complain(`trap: ${name}: invalid signal specification`);
      status = 1;
    }
  }
  if (shell.options.posix && all) for (let signal = 0; signal <= 102; signal++) wanted.push(signal);
  for (const signal of wanted.length > 0 ? wanted : [...traps.keys()].sort((a, b) => a - b)) {
    const command = traps.get(signal) ?? (shell.options.posix && all && (signal < 65 || signal > 99) ? "-" : undefined);
    if (command === undefined) continue;
    const name = signal > 0 && signal < 100 && !shell.options.posix ? `SIG${signalName(signal)}` : signalName(signal);
    text += `trap -- ${command === "-" ? command : quoteSingle(command)} ${name ?? signal}\n`;
  }
  const written = shell.write(text, "trap");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

/** In single quotes, newlines and all. */
function quoteSingle(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
