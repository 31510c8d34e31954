// Tasks: a subshell (a cloned Shell over a forked process) running to its end, and waiting for children.

import { EAGAIN, EINTR, Killed, SIGINT, SIGPIPE, SIGTERM, strerror } from "@vibengine/system";
import { ArithmeticFault } from "../arithmetic/parse.ts";
import { BrokenPipe } from "../stdio.ts";
import { after, ExitShell, ShellFault, type Status, Terminated } from "./control.ts";
import { newJob, waitForeground } from "./jobs.ts";
import { TRAP_EXIT } from "./options.ts";
import type { Shell } from "./shell.ts";
import { signalDescription } from "./signals.ts";
import { runTrap } from "./traps.ts";

/** A subshell in a process of its own, or null after a complaint if there is no room for one. */
export function forkShell(shell: Shell): Shell | null {
  const sys = shell.sys.fork();
  if (typeof sys !== "number") {
    const child = shell.clone(sys);
    child.syncDepth = shell.syncDepth + 5;
    child.maskSignals();
    return child;
  }
  shell.complain(`fork: ${strerror(sys)}`);
  return null;
}

/** Runs `body` as a task of `child`, whose process ends with it. What can run at once has run when this returns. */
export function startTask(child: Shell, body: () => Status): void {
  let result: Status;
  try {
    result = body();
  } catch (error) {
    result = statusOfError(child, error);
  }
  if (typeof result === "number" && child.traps.size === 0 && child.backlog === null) child.sys.exit(result);
  else void finish(child, result);
}

async function finish(child: Shell, result: Status): Promise<void> {
  const status = await endShell(child, result);
  child.sys.exit(status);
}

/** Waits for a shell's last command, runs its EXIT trap, lets stderr drain, and gives the status to exit with. */
export async function endShell(shell: Shell, result: Status): Promise<number> {
  let status: number;
  try {
    status = await result;
  } catch (error) {
    status = statusOfError(shell, error);
  }
  shell.status = status;
  shell.jump = 0;
  try {
    if (shell.traps.get(TRAP_EXIT)) {
      await runTrap(shell, TRAP_EXIT);
      status = shell.status;
    }
    await shell.backlog;
  } catch (error) {
    status = statusOfError(shell, error);
  }
  return status;
}

/** What a shell ends with after this exception, complaining where that is due. */
export function statusOfError(shell: Shell, error: unknown): number {
  if (error instanceof ExitShell) return error.status;
  if (error instanceof Terminated) {
    shell.traps.delete(TRAP_EXIT);
    return 128 + error.signal;
  }
  if (error instanceof BrokenPipe) {
    shell.traps.delete(TRAP_EXIT);
    return 141;
  }
  if (error instanceof Killed) {
    shell.traps.clear();
    return 128 + error.signal;
  }
  return complainOf(shell, error);
}

/** Says what a fault is, once; false if the error is none. Done before redirections and frames that it passes are undone. */
export function reportFault(shell: Shell, error: unknown): error is ShellFault | ArithmeticFault {
  if (!(error instanceof ShellFault || error instanceof ArithmeticFault)) return false;
  if (!error.reported && error.message !== "" && shell.sys.isAlive) shell.complain(error.message);
  error.reported = true;
  return true;
}

/** Reports a fault of a script, or one of ours. The status that goes with it. */
export function complainOf(shell: Shell, error: unknown): number {
  if (!shell.sys.isAlive) return 137;
  if (reportFault(shell, error))
    return error instanceof ArithmeticFault ||
      (error.status === 127 && (shell.commandString === null || shell.isSubshell))
      ? 1
      : error.status;
  // The engine has no more stack, or a text is longer than it can hold.
  if (error instanceof RangeError) {
    shell.complain(/call stack/.test(error.message) ? "nesting too deep" : "cannot allocate memory");
    return 1;
  }
  shell.complain(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}

/** The status of a child when it has ended. */
export function waitFor(shell: Shell, pid: number): Status {
  const status = shell.sys.wait(pid);
  return status === -EAGAIN ? waitLonger(shell, pid) : Math.max(0, status);
}

/**
 * The status of a child that runs in the foreground, a job of its own under job control, saying so if a signal ended it. `text`:
 * what it runs.
 */
export function waitForChild(shell: Shell, pid: number, text: string): Status {
  if (shell.hasJobControl) return waitForeground(shell, newJob(shell, [pid], shell.item?.text ?? text));
  const status = waitFor(shell, pid);
  return after(status, (value) => announce(shell, pid, value, text));
}

function announce(shell: Shell, pid: number, status: number, text: string): number {
  const signal = shell.sys.lastSignal;
  const { posix, interactive, command } = shell.options;
  if (status <= 128 || signal === 0 || shell.sys.lastWaited !== pid || (posix && command)) return status;
  if (signal === SIGINT || signal === SIGPIPE) return status;
  const what = signalDescription(signal);
  if (signal === SIGTERM || interactive || shell.traps.has(signal)) shell.report(`${what}\n`);
  else shell.report(`${shell.place()}: ${String(pid).padStart(5)} ${what.padEnd(24)}${text}\n`);
  return status;
}

async function waitLonger(shell: Shell, pid: number): Promise<number> {
  for (;;) {
    const status = await shell.sys.block(() => shell.sys.wait(pid));
    if (status >= 0) return status;
    if (status !== -EINTR) return 127;
    // A trap's turn comes when the child has ended.
    shell.pendingSignals |= shell.sys.takeSignals();
  }
}
