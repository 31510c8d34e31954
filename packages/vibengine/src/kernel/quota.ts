// How many workers may have a guest: each is a thread and an address space, and a browser holds some 120 of the latter for
// all of a page. A worker that was ended while its guest computed burns on for 2 s, and counts until it is surely gone.

import type { WorkerSeat } from "../protocol.ts";

/** Live guests of one sandbox, and of all sandboxes of a page. */
const SANDBOX_LIMIT = 64;
const PAGE_LIMIT = 100;
/** A worker that was terminated while busy is surely gone after this long (ms). */
export const BURN_MS = 2500;

export class WorkerQuota {
  readonly #counts: Int32Array;
  readonly #own: number;

  constructor({ counts, index }: WorkerSeat) {
    this.#counts = counts;
    this.#own = index;
  }

  /** Counts one more; false, and nothing counted, when there may be no more. */
  take(): boolean {
    // Looked at first, so that many who are refused do not keep others out by counting for a moment.
    if (this.#counts[this.#own] >= SANDBOX_LIMIT || this.#all() >= PAGE_LIMIT) return false;
    Atomics.add(this.#counts, this.#own, 1);
    // Of two kernels that took the last seat at once none may have it; never both.
    if (this.#all() <= PAGE_LIMIT) return true;
    this.giveBack();
    return false;
  }

  giveBack(): void {
    Atomics.sub(this.#counts, this.#own, 1);
  }

  #all(): number {
    return this.#counts.reduce((sum, _, i) => sum + Atomics.load(this.#counts, i), 0);
  }
}
