// Traps: commands that run on signals and at EXIT, ERR, DEBUG, RETURN. Signals are noted by the process slot and their traps run
// between commands.

import { SIGINT } from "@vibengine/system";
import { after, Interrupted, NO_JUMP, type Status } from "./control.ts";
import { TRAP_DEBUG, TRAP_ERR, TRAP_EXIT } from "./options.ts";
import { runSource } from "./script.ts";
import type { Shell } from "./shell.ts";

/** Runs a trap's command; the status before it stays, unless the command exits. */
export function runTrap(shell: Shell, signal: number): Status {
  const command = shell.traps.get(signal);
  const running = signal >= TRAP_ERR ? 1 << (signal - TRAP_ERR) : 0;
  if (!command || (shell.runningTraps & running) !== 0) return shell.status;
  if (signal === TRAP_EXIT) shell.traps.delete(TRAP_EXIT);
  const { status, line, jump, jumpCount, trapStatus, pipeStatus, tolerance } = shell;
  shell.runningTraps |= running;
  if (signal !== TRAP_DEBUG) shell.trapStatus = status;
  shell.jump = NO_JUMP;
  if (running === 0) shell.tolerance = 0;
  const restore = () => {
    shell.runningTraps &= ~running;
    shell.trapStatus = trapStatus;
    shell.status = status;
    shell.line = line;
    shell.pipeStatus = pipeStatus;
    shell.tolerance = tolerance;
    if (shell.jump === NO_JUMP) {
      shell.jump = jump;
      shell.jumpCount = jumpCount;
    }
    return status;
  };
  const result = runSource(shell, command, running === 0 ? 1 : line);
  return after(result, restore);
}

/** Runs the DEBUG trap, if there is one, before a command; null if nothing had to wait. */
export function runDebug(shell: Shell, line: number, text = ""): Promise<unknown> | null {
  if (shell.traps.size === 0) return null;
  if (shell.runningTraps === 0 && text !== "") shell.lastCommand = text;
  if (!shell.traps.has(TRAP_DEBUG)) return null;
  shell.line = line;
  const result = runTrap(shell, TRAP_DEBUG);
  return typeof result === "number" ? null : result;
}

/** Takes away the traps that the body of a function or file does not run, and gives what brings them back. */
export function suspendTraps(shell: Shell, signals: number[]): (() => void) | null {
  const { traps } = shell;
  let kept: [number, string][] | null = null;
  for (const signal of signals) {
    const command = traps.get(signal);
    if (command === undefined || (signal === TRAP_ERR ? shell.options.errtrace : shell.options.functrace)) continue;
    traps.delete(signal);
    kept ??= [];
    kept.push([signal, command]);
  }
  if (kept === null) return null;
  const list = kept;
  return () => {
    for (const [signal, command] of list) if (!traps.has(signal)) traps.set(signal, command);
  };
}

/** Runs the traps of the signals that came; null if none had to wait. */
export function runTraps(shell: Shell): Promise<void> | null {
  const signals = shell.pendingSignals | (shell.sys.hasSignals() ? shell.sys.takeSignals() : 0);
  if (shell.takesInterrupts && (signals & (1 << SIGINT)) !== 0 && !shell.traps.has(SIGINT)) {
    shell.pendingSignals = signals & ~(1 << SIGINT);
    throw new Interrupted();
  }
  if (signals === 0) return null;
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
