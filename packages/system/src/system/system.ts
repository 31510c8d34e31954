// `System`: the system calls of one process. This last layer adds waiting: a process sleeps on its own event word, which a
// pipe, a child's end, a signal and a kill all change, so every wait can be ended from outside.

import { monotonicMs } from "../clock.ts";
import { EAGAIN, EINTR, ETIMEDOUT } from "../errno.ts";
import { P_PENDING, P_WORKER } from "../io/slots.ts";
import { LONGEST_WAIT_MS } from "./base.ts";
import { TraceCalls, traceLine } from "./trace-calls.ts";

export class System extends TraceCalls {
  /** For an interpreter that is told of signals by other means than `takeSignals`: is there one that it has not seen? */
  isInterrupted: (() => boolean) | null = null;

  /** A child process in this same worker, or -EAGAIN when the process table is full. */
  fork(): System | number {
    const slot = this.forkSlot(this.machine.slots.get(this.slot, P_WORKER));
    return slot < 0 ? slot : new System(this.machine, slot, this.lastForked);
  }

  /**
   * Makes `attempt` until it answers anything but -EAGAIN, sleeping in between without blocking the thread.
   * -ETIMEDOUT once `performance.now()` passes `deadline` (ms), -EINTR when a caught signal came. Throws `Killed`.
   */
  async block(attempt: () => number, deadline = Number.POSITIVE_INFINITY): Promise<number> {
    for (;;) {
      if (this.isStopped) await this.continued();
      const seen = this.machine.slots.eventCount(this.slot);
      const result = this.#attempt(attempt, deadline);
      if (result !== -EAGAIN) return result;
      await this.machine.slots.eventAfter(this.slot, seen, nap(Math.min(deadline, this.readEnds)));
      this.checkKilled();
    }
  }

  /** The same, blocking this worker's thread: for WebAssembly programs. */
  blockSync(attempt: () => number, deadline = Number.POSITIVE_INFINITY): number {
    for (;;) {
      if (this.isStopped) this.waitWhileStopped();
      const seen = this.machine.slots.eventCount(this.slot);
      const result = this.#attempt(attempt, deadline);
      if (result !== -EAGAIN) return result;
      this.machine.slots.waitForEvent(this.slot, seen, nap(Math.min(deadline, this.readEnds)));
      this.checkKilled();
    }
  }

  /** The same for waits that end soon by themselves: only a kill interrupts them, no other signal. */
  blockThrough(attempt: () => number): number {
    for (;;) {
      const seen = this.machine.slots.eventCount(this.slot);
      const result = attempt();
      if (result !== -EAGAIN) return result;
      this.checkKilled();
      this.machine.slots.waitForEvent(this.slot, seen, LONGEST_WAIT_MS);
    }
  }

  /** Writes a line to this process's trace. Blocks the thread while the reader is behind; does nothing without one. */
  trace(line: string): void {
    const bytes = traceLine(this.pid, line);
    this.blockThrough(() => this.writeTrace(bytes));
  }

  /** Resolves when the process is not, or no longer, stopped. Throws `Killed`. */
  async continued(): Promise<void> {
    for (;;) {
      const seen = this.machine.slots.eventCount(this.slot);
      this.checkKilled();
      if (!this.isStopped) return;
      await this.machine.slots.eventAfter(this.slot, seen, LONGEST_WAIT_MS);
    }
  }

  /** Sleeps `ms`; 0, or -EINTR when a caught signal came. */
  async sleep(ms: number): Promise<number> {
    const result = await this.block(() => -EAGAIN, monotonicMs() + ms);
    return result === -ETIMEDOUT ? 0 : result;
  }

  #attempt(attempt: () => number, deadline: number): number {
    const result = attempt();
    if (result !== -EAGAIN) return result;
    this.checkKilled(); // not every attempt is a system call
    const isSignalled = this.machine.slots.get(this.slot, P_PENDING) !== 0 || this.isInterrupted?.() === true;
    if (!isSignalled && monotonicMs() < deadline) return -EAGAIN;
    this.readEnds = Number.POSITIVE_INFINITY; // the next read has its own time
    return isSignalled ? -EINTR : -ETIMEDOUT;
  }
}

function nap(deadline: number): number {
  return Math.max(0, Math.min(deadline - monotonicMs(), LONGEST_WAIT_MS));
}
