// Process slots: what the kernel and every worker know of a process, in shared memory. Field numbers are words of a slot.
// Slot 0 is the kernel's. A slot is free again once its status was taken; a `System` compares the pid at every call, so one
// that outlived its process can't act for the slot's next owner.

import { epochMs } from "../clock.ts";
import { FDS_PER_SLOT, LAST_PID, type Layout, SLOT_WORDS, SLOTS } from "../disk/layout.ts";
import type { Memory } from "../disk/memory.ts";

export const P_STATE = 0;
export const P_PID = 1;
export const P_PARENT = 2; // pid
export const P_GROUP = 3;
/** Changes, with a notify, whenever something happened that the process may be waiting for. */
export const P_EVENT = 4;
/** The signal that killed the process, 0 while it lives. */
export const P_KILLED = 5;
export const P_PENDING = 6; // caught signals not yet taken, one bit each
export const P_CAUGHT = 7;
export const P_IGNORED = 8;
export const P_STATUS = 9;
export const P_CWD = 10; // inode
export const P_UMASK = 11;
export const P_OWNER = 12; // uid | gid << 16
/** Which worker runs it: tasks of one shell share one. Chosen by the kernel, never used twice. */
export const P_WORKER = 13;
/** One more than the highest fd ever open. */
export const P_FD_END = 14;
export const P_STARTED = 16; // double, ms since 1970
/** The kernel's answer to a request that the process posted: which request, and what came of it. */
export const P_REPLY = 18;
export const P_RESULT = 19;
/** Bytes of the command line, and of the program's path behind it (see `COMMAND_SIZE`). */
export const P_COMMAND = 20;
export const P_PROGRAM = 21;
/** The signal that stopped the process, 0 = it is not stopped. */
export const P_STOPPED = 22;
/** Pages of 64 KiB that a WebAssembly program's memory has. */
export const P_PAGES = 23;
/** Running time so far (ms), and since when (ms since 1970) it runs, 0 while it waits. Doubles. */
export const P_CPU = 24;
export const P_SINCE = 26;
/** 1 while the process makes its own end, with the lock held: it counts as alive until it lets go. */
export const P_ENDING = 28;
/** The pid of the session's leader. Whoever starts a command signals all of its session. */
export const P_SESSION = 29;
/** A child's pid: this process only waits for that one and ends as it ends, so signals to this one are meant for it. */
export const P_STANDS_FOR = 30;
/** Signals that came while it was stopped, one bit each: they take effect when it goes on. */
export const P_HELD = 31;
/** 1 when it was stopped and its parent has not been told. */
export const P_STOP_NEWS = 32;
/** Its limits by Linux's numbers (`RLIMIT_`): the soft one, then the hard one. Doubles, Infinity = none. */
export const P_LIMITS = 64;

export const FREE = 0;
export const RUNNING = 1;
export const ZOMBIE = 2;

export const KERNEL_PID = 1;

export class Slots {
  readonly #memory: Memory;
  readonly #layout: Layout;

  constructor(memory: Memory, layout: Layout) {
    this.#memory = memory;
    this.#layout = layout;
  }

  /** First word of a slot, and of its fd table. */
  word(slot: number): number {
    return this.#layout.slotWord + slot * SLOT_WORDS;
  }
  fdWord(slot: number): number {
    return this.#layout.fdWord + slot * FDS_PER_SLOT;
  }
  get(slot: number, field: number): number {
    return this.#memory.words[this.#layout.slotWord + slot * SLOT_WORDS + field];
  }
  set(slot: number, field: number, value: number): void {
    this.#memory.words[this.#layout.slotWord + slot * SLOT_WORDS + field] = value;
  }

  /** The slot of a live or unreaped process, -1 if there is none. */
  find(pid: number): number {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.get(slot, P_PID) === pid && this.get(slot, P_STATE) !== FREE) return slot;
    }
    return -1;
  }

  /** A slot with a new pid, all else zero, or -1. It is taken once the caller, last of all, makes its state RUNNING. */
  allocate(): number {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.get(slot, P_STATE) !== FREE) continue;
      const start = this.word(slot);
      const event = this.get(slot, P_EVENT);
      this.#memory.words.fill(0, start, start + SLOT_WORDS);
      this.set(slot, P_EVENT, event);
      this.set(slot, P_PID, ++this.#memory.words[LAST_PID]);
      const now = epochMs();
      this.setDouble(slot, P_STARTED, now);
      this.setDouble(slot, P_SINCE, now);
      return slot;
    }
    return -1;
  }

  getDouble(slot: number, field: number): number {
    return this.#memory.doubles[(this.word(slot) + field) >> 1];
  }
  setDouble(slot: number, field: number, value: number): void {
    this.#memory.doubles[(this.word(slot) + field) >> 1] = value;
  }

  /** A soft limit. */
  limit(slot: number, resource: number): number {
    return this.getDouble(slot, P_LIMITS + resource * 4);
  }

  /** True when that pid has no live, unkilled process: it will never change anything again. */
  isDead(pid: number): boolean {
    const slot = this.find(pid);
    if (slot < 0) return true;
    return this.get(slot, P_ENDING) === 0 && (this.get(slot, P_KILLED) !== 0 || this.get(slot, P_STATE) !== RUNNING);
  }

  /** The process begins to wait: what it ran is added up. */
  rest(slot: number): void {
    const since = this.getDouble(slot, P_SINCE);
    if (since > 0) this.setDouble(slot, P_CPU, this.getDouble(slot, P_CPU) + Math.max(0, epochMs() - since));
    this.setDouble(slot, P_SINCE, 0);
  }
  /** It runs on. */
  resume(slot: number): void {
    this.setDouble(slot, P_SINCE, epochMs());
  }

  /** Wakes whatever in that process waits. */
  wake(slot: number): void {
    const word = this.word(slot) + P_EVENT;
    Atomics.add(this.#memory.words, word, 1);
    Atomics.notify(this.#memory.words, word);
  }

  /** Counts what happened that the process may be waiting for. Read it, look, then wait for it to change. */
  eventCount(slot: number): number {
    return Atomics.load(this.#memory.words, this.word(slot) + P_EVENT);
  }

  /** Resolves when the count is no longer `seen`, or after `ms`. */
  async eventAfter(slot: number, seen: number, ms: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#memory.words, this.word(slot) + P_EVENT, seen, ms);
    if (!waiting.async) return;
    const pid = this.get(slot, P_PID);
    this.rest(slot);
    await waiting.value;
    if (this.get(slot, P_PID) === pid) this.resume(slot);
  }

  /** The same, blocking this thread. */
  waitForEvent(slot: number, seen: number, ms: number): void {
    if (this.eventCount(slot) !== seen) return;
    this.rest(slot);
    Atomics.wait(this.#memory.words, this.word(slot) + P_EVENT, seen, ms);
    if (this.get(slot, P_STATE) === RUNNING) this.resume(slot);
  }

  /** Slots in use, in order. */
  *live(): Generator<number> {
    for (let slot = 0; slot < SLOTS; slot++) if (this.get(slot, P_STATE) !== FREE) yield slot;
  }
}
