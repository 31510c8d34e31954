// Waiting inside a call: for a pipe or terminal, for a deadline. It sleeps on the process's event word (System.blockSync),
// so a kill or a signal ends it, and counts the time slept, which is not CPU time.
// The attempts are made once, with their arguments in fields: what a wait allocates does not grow with its tries.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { monotonicMs, O_NONBLOCK, type System } from "@vibengine/system";
import { uncatchable } from "./trap.ts";

const AGAIN = -wasi.ERRNO_AGAIN;
const INTERRUPTED = -wasi.ERRNO_INTR;

/** A process's blocking waits. One at a time: the guest is one thread. */
export class Waits {
  /** Called when a caught signal has ended a wait. */
  onInterrupt: () => void = () => {};
  /** Milliseconds slept since the program started. */
  sleptMs = 0;
  #sys: System;
  #fd = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #length = 0;
  #read = (): number => this.#sys.read(this.#fd, this.#bytes, this.#at, this.#length);
  #write = (): number => this.#sys.write(this.#fd, this.#bytes, this.#at, this.#length);
  #never = (): number => AGAIN;

  constructor(sys: System) {
    this.#sys = sys;
  }

  /** Reads from an fd that just answered EAGAIN: waits for data, unless the fd is non-blocking. */
  read(fd: number, into: Uint8Array, at: number, length: number): number {
    return this.#transfer(this.#read, fd, into, at, length);
  }

  /** Writes to an fd that just answered EAGAIN: waits for room, unless the fd is non-blocking. */
  write(fd: number, from: Uint8Array, at: number, length: number): number {
    return this.#transfer(this.#write, fd, from, at, length);
  }

  /** Sleeps to a deadline on the clock of performance.now(). ETIMEDOUT is how it ends, EINTR when a signal comes first. */
  sleepUntil(deadlineMs: number): number {
    return this.until(this.#never, deadlineMs);
  }

  /** Tries `attempt` until it is not EAGAIN, or the deadline (performance.now(); Infinity: none) has passed. */
  until(attempt: () => number, deadlineMs: number): number {
    return this.#counted(() => this.#sys.blockSync(attempt, deadlineMs));
  }

  /** The same for what ends soon by itself: no signal but a kill interrupts it. */
  through(attempt: () => number): number {
    return this.#counted(() => this.#sys.blockThrough(attempt));
  }

  #counted(wait: () => number): number {
    const start = monotonicMs();
    try {
      const result = wait();
      if (result === INTERRUPTED) this.onInterrupt();
      return result;
    } catch (error) {
      // A kill: the guest must not catch it and run on.
      throw uncatchable(error as Error);
    } finally {
      this.sleptMs += monotonicMs() - start;
    }
  }

  #transfer(attempt: () => number, fd: number, bytes: Uint8Array, at: number, length: number): number {
    if (this.#sys.getFlags(fd) & O_NONBLOCK) return AGAIN;
    this.#fd = fd;
    this.#bytes = bytes;
    this.#at = at;
    this.#length = length;
    return this.until(attempt, Infinity);
  }
}
