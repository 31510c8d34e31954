// Who waits for something: a set of slots as a bit mask in shared memory. A process that finds nothing to read adds itself
// and sleeps on its own event word; whoever brings something wakes all of the set and empties it. One word per process to
// sleep on means that a kill, a signal and any number of fds can all wake it.

import { SLOTS } from "../disk/layout.ts";
import type { Memory } from "../disk/memory.ts";
import type { Slots } from "./slots.ts";

export const WAITER_WORDS = SLOTS / 32;

export function addWaiter(memory: Memory, set: number, slot: number): void {
  memory.words[set + (slot >>> 5)] |= 1 << (slot & 31);
}

export function wakeWaiters(memory: Memory, set: number, slots: Slots): void {
  const { words } = memory;
  for (let i = 0; i < WAITER_WORDS; i++) {
    let mask = words[set + i];
    if (mask === 0) continue;
    while (mask !== 0) {
      const bit = 31 - Math.clz32(mask & -mask);
      slots.wake(i * 32 + bit);
      mask &= mask - 1;
    }
    words[set + i] = 0; // last: cut before, they are woken twice, not never
  }
}
