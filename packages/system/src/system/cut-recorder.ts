// For tests: records every store a piece of code makes in a sandbox's memory, and makes the memories that are left when the
// code is cut after any of them. The memory's views are replaced by proxies meanwhile, so production code pays nothing.

import type { Memory } from "../disk/memory.ts";

type ViewName = "words" | "bytes" | "doubles";

/** One store: a number, or the bytes of a bulk copy or fill. */
interface Store {
  view: ViewName;
  at: number;
  value: number | Uint8Array | Int32Array;
}

/** Runs `body` and returns its stores, in order. `failAfter`: throws `Cut` in place of store number `failAfter` + 1. */
export function recordStores(memory: Memory, body: () => void, failAfter = Number.POSITIVE_INFINITY): Store[] {
  const stores: Store[] = [];
  const note = (view: ViewName, at: number, value: Store["value"]) => {
    if (stores.length >= failAfter) throw new Cut();
    stores.push({ view, at, value });
  };
  memory.words = watched(memory.words, "words", note);
  memory.bytes = watched(memory.bytes, "bytes", note);
  memory.doubles = watched(memory.doubles, "doubles", note);
  try {
    body();
  } finally {
    memory.refresh();
  }
  return stores;
}

/** How many words and bytes `body` looks at or changes one by one: a measure of work that does not depend on the machine. */
export function countSteps(memory: Memory, body: () => void): number {
  let steps = 0;
  const counted = <T extends Int32Array | Uint8Array>(array: T) =>
    new Proxy(array, {
      get(target, key) {
        if (typeof key === "string" && key >= "0" && key <= "9\uffff") steps++;
        const value = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
      set(target, key, value) {
        steps++;
        return Reflect.set(target, key, value);
      },
    });
  memory.words = counted(memory.words);
  memory.bytes = counted(memory.bytes);
  try {
    body();
  } finally {
    memory.refresh();
  }
  return steps;
}

/** What a cut throws, when it is to be an exception. */
export class Cut extends Error {}

/** Makes a store, or with `half` the first half of it (of a bulk copy). False when it has no halves. */
export function makeStore(memory: Memory, store: Store, half: boolean): boolean {
  const { view, at, value } = store;
  if (typeof value === "number") {
    if (half) return false;
    memory[view][at] = value;
    return true;
  }
  if (half && value.length < 2) return false;
  memory[view].set(half ? value.subarray(0, value.length >>> 1) : value, at);
  return true;
}

function watched<T extends Int32Array | Uint8Array | Float64Array>(
  array: T,
  view: ViewName,
  note: (view: ViewName, at: number, value: Store["value"]) => void,
): T {
  const bulk = {
    set(from: Uint8Array, at = 0) {
      note(view, at, from.slice());
      array.set(from, at);
    },
    fill(value: number, start = 0, end = array.length) {
      note(view, start, (array.slice(start, end) as Uint8Array).fill(value));
      array.fill(value, start, end);
      return array;
    },
    copyWithin() {
      throw new Error("copyWithin is not recorded");
    },
  };
  return new Proxy(array, {
    get(target, key) {
      if (key in bulk) return bulk[key as keyof typeof bulk];
      const value = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set(target, key, value) {
      note(view, Number(key), value);
      return Reflect.set(target, key, value);
    },
  });
}
