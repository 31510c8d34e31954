// How a script leaves its straight path: exceptions of the executor, and the jump codes of break, continue and return.

/** Ends the shell (`exit`, `set -e`, a fatal error) after its EXIT trap. */
export class ExitShell {
  status: number;
  /** By `exit`: the EXIT trap sees the variables of the function that it stands in. */
  asked: boolean;
  constructor(status: number, asked = false) {
    this.status = status;
    this.asked = asked;
  }
}

export function keepsFrames(error: unknown): boolean {
  return error instanceof ExitShell && error.asked;
}

/** Ends the process as a signal would, quietly: a write into a pipe without reader. */
export class Terminated {
  signal: number;
  constructor(signal: number) {
    this.signal = signal;
  }
}

/** ^C at an interactive shell: back to the prompt. */
export class Interrupted {}

/**
 * An error in an expansion or assignment. `fatal` ends a script; otherwise only the rest of the command line is dropped.
 * The message lacks the shell's name and line.
 */
export class ShellFault extends Error {
  status: number;
  fatal: boolean;
  reported = false;
  constructor(message: string, fatal = false, status = 1) {
    super(message);
    this.fatal = fatal;
    this.status = status;
  }
}

export const NO_JUMP = 0;
export const BREAK = 1;
export const CONTINUE = 2;
export const RETURN = 3;

/** Goes on with a value, at once when it is here. */
export function after<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

export type Status = number | Promise<number>;
