// What `trap -p` and `trap -l` print. Comes with the tools.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { signalName, signalNumber, signalTable } from "../execute/signals.ts";

/** `trap -p` and `trap -l` */
export function printTraps(shell: Shell, names: string[], flags: Set<string>): Status {
  if (flags.has("l")) return shell.write(signalTable(), "trap");
  // Also what has no trap, as POSIX mode lists.
  const all = flags.has("p") && names.length === 0;
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
