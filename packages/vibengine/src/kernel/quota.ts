// How many workers may have a guest: each is a thread and an address space, and a browser holds some 120 of the latter for
// all of a page. A worker that was ended while its guest computed burns on for 2 s, and counts until it is surely gone.

import type { WorkerSeat } from "../protocol.ts";

/** Live guests of one sandbox, and of all sandboxes of a page. */
const SANDBOX_LIMIT = 64;
const PAGE_LIMIT = 100;
/** How long (ms) a worker counts after it was terminated while busy. */
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
    const taken = Atomics.add(this.#counts, this.#own, 1) + 1;
    let all = 0;
    for (let i = 0; i < this.#counts.length; i++) all += Atomics.load(this.#counts, i);
    if (taken <= SANDBOX_LIMIT && all <= PAGE_LIMIT) return true;
    this.giveBack();
    return false;
  }

  giveBack(): void {
    Atomics.sub(this.#counts, this.#own, 1);
  }

  giveBackBurnt(): void {
    setTimeout(() => this.giveBack(), BURN_MS);
  }
}
