// System calls made by the kernel. It must never block, so each section asks for the lock and waits its turn; inside a
// section any number of calls are made, all of them on one state of the disk. Keep sections short: everyone else waits.

import { AT_FDCWD, EAGAIN, ETIMEDOUT, encode, type Machine, O_CLOEXEC, O_RDONLY, System } from "@vibengine/system";
import { nextTurn } from "../turn.ts";

/** A wait is looked at again after this long (ms), lest a lost wake-up last for ever. */
const LONGEST_NAP_MS = 1000;
/** The event loop turns at least this often (ms) while calls are being made. */
const SLICE_MS = 8;

export class KernelCalls {
  readonly machine: Machine;
  /** The kernel's own process. */
  readonly system: System;
  #turnedAt = 0;
  /** Pending while nobody's sections are run. */
  #still: Promise<unknown> | null = null;

  constructor(machine: Machine, system: System) {
    this.machine = machine;
    this.system = system;
    // 0, 1 and 2 stay taken: what the kernel opens for a child is then never where the child's own are to be.
    for (let fd = 0; fd < 3; fd++) system.open(AT_FDCWD, encode("/"), O_RDONLY | O_CLOEXEC, 0);
  }

  /**
   * Runs `section` with the lock held. Where many follow each other, timers and messages get their turn in between: a lock
   * that is free is had without leaving the microtasks.
   */
  async exclusive<T>(section: () => T): Promise<T> {
    for (;;) {
      while (this.#still !== null) await this.#still;
      if (performance.now() - this.#turnedAt > SLICE_MS) {
        await nextTurn();
        this.#turnedAt = performance.now();
      }
      // Once more: the disk may have been told to hold still while this one waited for its turn or for the lock.
      const done = await this.machine.lock.holding(this.system.pid, () =>
        this.#still === null ? { result: section() } : null,
      );
      if (done !== null) return done.result;
    }
  }

  /** Runs `work` while all others' sections wait, so that the disk stays as it is but for what `work` does within `section`s. */
  async holdStill<T>(work: (exclusive: <S>(section: () => S) => Promise<S>) => Promise<T>): Promise<T> {
    while (this.#still !== null) await this.#still;
    const done = work((section) => this.machine.lock.holding(this.system.pid, section));
    this.#still = done.then(
      () => {},
      () => {},
    );
    try {
      return await done;
    } finally {
      this.#still = null;
    }
  }

  /** Makes `attempt` until it answers anything but -EAGAIN; -ETIMEDOUT after `deadline` (`performance.now()`, ms). */
  async until(attempt: () => number, deadline = Number.POSITIVE_INFINITY): Promise<number> {
    for (;;) {
      const seen = this.machine.slots.eventCount(this.system.slot);
      const result = await this.exclusive(attempt);
      if (result !== -EAGAIN) return result;
      const left = deadline - performance.now();
      if (left <= 0) return -ETIMEDOUT;
      await this.machine.slots.eventAfter(this.system.slot, seen, Math.min(left, LONGEST_NAP_MS));
    }
  }

  /** The system calls of another process, to be made within `exclusive` on its behalf. */
  as(slot: number, pid?: number): System {
    return new System(this.machine, slot, pid);
  }
}
