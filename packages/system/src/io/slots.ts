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
      this.#memory.doubles[(start + P_STARTED) >> 1] = epochMs();
      return slot;
    }
    return -1;
  }

  startedAt(slot: number): number {
    return this.#memory.doubles[(this.word(slot) + P_STARTED) >> 1];
  }

  /** True when that pid has no live, unkilled process: it will never change anything again. */
  isDead(pid: number): boolean {
    const slot = this.find(pid);
    return slot < 0 || this.get(slot, P_KILLED) !== 0 || this.get(slot, P_STATE) !== RUNNING;
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
    await Atomics.waitAsync(this.#memory.words, this.word(slot) + P_EVENT, seen, ms).value;
  }

  /** The same, blocking this thread. */
  waitForEvent(slot: number, seen: number, ms: number): void {
    Atomics.wait(this.#memory.words, this.word(slot) + P_EVENT, seen, ms);
  }

  /** Slots in use, in order. */
  *live(): Generator<number> {
    for (let slot = 0; slot < SLOTS; slot++) if (this.get(slot, P_STATE) !== FREE) yield slot;
  }
}
