// Expansion is written as plain synchronous code, though a command substitution may have to wait. When one does, the expansion
// is abandoned, the wait awaited, and the expansion run again from its start with the results so far at hand: everything
// with an effect (substitutions, arithmetic) goes through `effect`, which records what it gave.

import type { Shell } from "../execute/shell.ts";

/** Results of an expansion's effects in the order they happened; `at` is the next to be asked for. */
export interface ReplayLog {
  results: unknown[];
  at: number;
  /** `$?` before the expansion: a substitution changes it for what follows. */
  status: number;
}

class Suspended {
  promise: Promise<unknown>;
  constructor(promise: Promise<unknown>) {
    this.promise = promise;
    // An expansion may be given up, as that of PS4 is.
    promise.catch(() => {});
  }
}

/** Runs an expansion in which effects may wait. */
export function replay<T>(shell: Shell, expansion: () => T): T | Promise<T> {
  const log: ReplayLog = { results: [], at: 0, status: shell.status };
  const outer = shell.replayLog;
  shell.replayLog = log;
  try {
    return expansion();
  } catch (error) {
    if (!(error instanceof Suspended)) throw error;
    return resume(shell, expansion, log, error.promise);
  } finally {
    shell.replayLog = outer;
  }
}

/**
 * Runs a command again in whose words, pure as they look, a substitution has to wait: one that stands in the text of a subscript.
 * Throws what is not such a wait.
 */
export async function runAgain(shell: Shell, error: unknown, command: () => number | Promise<number>): Promise<number> {
  const results: unknown[] = [];
  const { status } = shell;
  for (let wait = error; ; ) {
    if (!(wait instanceof Suspended)) throw wait;
    results.push(await wait.promise);
    const outer = shell.ready;
    shell.ready = { results, at: 0, status };
    shell.status = status;
    try {
      return command();
    } catch (again) {
      wait = again;
    } finally {
      shell.ready = outer;
    }
  }
}

export function mustWait(error: unknown): boolean {
  return error instanceof Suspended;
}

async function resume<T>(shell: Shell, expansion: () => T, log: ReplayLog, promise: Promise<unknown>): Promise<T> {
  for (;;) {
    log.results.push(await promise);
    log.at = 0;
    shell.status = log.status;
    const outer = shell.replayLog;
    shell.replayLog = log;
    try {
      return expansion();
    } catch (error) {
      if (!(error instanceof Suspended)) throw error;
      promise = error.promise;
    } finally {
      shell.replayLog = outer;
    }
  }
}

/** Performs something once, however often the expansion around it is run. */
export function effect<T>(shell: Shell, action: () => T | Promise<T>): T {
  const log = shell.replayLog ?? shell.ready;
  if (log !== null && log.at < log.results.length) return log.results[log.at++] as T;
  const result = action();
  if (result instanceof Promise) throw new Suspended(result);
  if (log !== null) {
    log.results.push(result);
    log.at++;
  }
  return result;
}
