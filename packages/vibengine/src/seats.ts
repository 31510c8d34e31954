// What the sandboxes of this page know of one another: how many workers with guests each has, in shared memory, a word each.

import { BURN_MS } from "./kernel/quota.ts";
import type { WorkerSeat } from "./protocol.ts";

/** More than a page can hold sandboxes. */
const SEATS = 256;

// Made when first needed: a page that is not isolated has no shared memory, and is told so by `Sandbox.create`.
let counts: Int32Array<SharedArrayBuffer> | undefined;
const taken = new Set<number>();

/** A word for a new sandbox to count in. */
export function takeSeat(): WorkerSeat {
  counts ??= new Int32Array(new SharedArrayBuffer(SEATS * Int32Array.BYTES_PER_ELEMENT));
  let index = 0;
  while (taken.has(index) && index < SEATS - 1) index++;
  taken.add(index);
  return { counts, index };
}

/** The sandbox is gone: its workers were ended with it, and the busy ones among them count until they are gone, too. */
export function leaveSeat({ counts, index }: WorkerSeat): void {
  const free = () => {
    Atomics.store(counts, index, 0);
    taken.delete(index);
  };
  if (Atomics.load(counts, index) === 0) free();
  else setTimeout(free, BURN_MS);
}
