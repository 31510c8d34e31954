// Traps: commands that run on signals and at EXIT, ERR, DEBUG, RETURN. Signals are noted by the process slot and their traps run
// between commands.

import { SIGINT } from "@vibengine/system";
import { Interrupted, NO_JUMP, type Status } from "./control.ts";
import { runSource } from "./script.ts";
import type { Shell } from "./shell.ts";

export const TRAP_EXIT = 0;
export const TRAP_ERR = 100;
export const TRAP_DEBUG = 101;
export const TRAP_RETURN = 102;

/** Runs a trap's command; the status before it stays, unless the command exits. */
export function runTrap(shell: Shell, signal: number): Status {
  const command = shell.traps.get(signal);
  if (!command || (shell.inTrap && signal >= TRAP_ERR)) return shell.status;
  if (signal === TRAP_EXIT) shell.traps.delete(TRAP_EXIT);
  const { status, line, jump, jumpCount } = shell;
  const nested = shell.inTrap;
  shell.inTrap = true;
  shell.jump = NO_JUMP;
  const restore = () => {
    shell.inTrap = nested;
    shell.status = status;
    shell.line = line;
    if (shell.jump === NO_JUMP) {
      shell.jump = jump;
      shell.jumpCount = jumpCount;
    }
    return status;
  };
  const result = runSource(shell, command, line);
  return typeof result === "number" ? restore() : result.then(restore);
}

/** Runs the traps of the signals that came; null if none had to wait. */
export function runTraps(shell: Shell): Promise<void> | null {
  const signals = shell.pendingSignals | (shell.sys.hasSignals() ? shell.sys.takeSignals() : 0);
  if (shell.takesInterrupts && (signals & (1 << SIGINT)) !== 0 && !shell.traps.has(SIGINT)) {
    shell.pendingSignals = signals & ~(1 << SIGINT);
    throw new Interrupted();
  }
  if (signals === 0 || shell.inTrap) {
    shell.pendingSignals = signals;
    return null;
  }
  shell.pendingSignals = 0;
  for (let signal = 1; signal < 32; signal++) {
    if ((signals & (1 << signal)) === 0) continue;
    const result = runTrap(shell, signal);
    if (typeof result !== "number") {
      // The rest waits for its turn.
      shell.pendingSignals |= signals & ~((2 << signal) - 1);
      return result.then(() => runTraps(shell) ?? undefined);
    }
  }
  return null;
}
