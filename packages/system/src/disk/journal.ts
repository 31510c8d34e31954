// The undo journal: what makes every change of the memory all-or-nothing. Before a word is changed its old value is noted;
// committing is one store (the count becomes 0); whoever finds a count that is not 0 puts the old values back. So an error
// half-way, a guest's stack overflow inside a system call, and a worker that dies in mid-change all end the same way.
// Contents of blocks that nothing refers to yet need no note. Lowest layer but `memory` and `layout`.
//
// It also counts, for those who read without the lock (a seqlock): the sequence is odd from a transaction's first change of the
// image to its end, so whoever sees the same even number before and after has read what stood there all the while.

import { CHANGES, JOURNAL_COUNT, JOURNAL_ENTRIES, type Layout, SEQUENCE } from "./layout.ts";
import type { Memory } from "./memory.ts";

const split = new Float64Array(1);
const halves = new Int32Array(split.buffer);
/** A store here keeps the loads before it from being made after the load that follows it. */
const fence = new Int32Array(new SharedArrayBuffer(4));

export class Journal {
  readonly #memory: Memory;
  /** Control words never move, so this view never gets old. */
  readonly #control: Int32Array;
  readonly #start: number;
  readonly #imageWord: number;
  readonly #imageByte: number;
  readonly #dirtyByte: number;

  constructor(memory: Memory, layout: Layout) {
    this.#memory = memory;
    this.#control = memory.words;
    this.#start = layout.journalWord;
    this.#imageWord = layout.imageWord;
    this.#imageByte = layout.imageByte;
    this.#dirtyByte = layout.dirtyByte;
  }

  /** Stores `value` at word `index`, to be undone unless `commit` follows. */
  set(index: number, value: number): void {
    const words = this.#memory.words;
    const count = words[JOURNAL_COUNT];
    if (count >= JOURNAL_ENTRIES) throw new RangeError(`a change of more than ${JOURNAL_ENTRIES} words`);
    const entry = this.#start + 2 * count;
    words[entry] = index;
    words[entry + 1] = words[index];
    words[JOURNAL_COUNT] = count + 1;
    if (index >= this.#imageWord) {
      this.#begin();
      this.#memory.bytes[this.#dirtyByte + ((index - this.#imageWord) >>> 10)] = 1;
    }
    words[index] = value;
  }

  add(index: number, delta: number): void {
    this.set(index, this.#memory.words[index] + delta);
  }

  /** Stores a double at words `index` and `index + 1`. */
  setDouble(index: number, value: number): void {
    split[0] = value;
    const low = halves[0];
    const high = halves[1];
    const words = this.#memory.words;
    if (words[index] !== low) this.set(index, low);
    if (words[index + 1] !== high) this.set(index + 1, high);
  }

  /** Notes that the block holding image byte `at` (counted from the start of the memory) is about to change. */
  touch(at: number): void {
    this.#begin();
    this.#memory.bytes[this.#dirtyByte + Math.floor((at - this.#imageByte) / 4096)] = 1;
  }

  commit(): void {
    const words = this.#memory.words;
    if (words[JOURNAL_COUNT] !== 0) {
      // Counted first: cut between the two, a saver looks once too often, not once too seldom.
      words[CHANGES]++;
      words[JOURNAL_COUNT] = 0;
    }
    this.#end();
  }

  /** How much was noted since the last commit: to undo only what comes after. */
  get mark(): number {
    return this.#memory.words[JOURNAL_COUNT];
  }

  /** Puts back what was not committed, or what came after `mark`. Safe to be cut and run again. */
  rollback(mark = 0): void {
    const words = this.#memory.words;
    for (let count = words[JOURNAL_COUNT]; count > mark; count--) {
      const entry = this.#start + 2 * (count - 1);
      words[words[entry]] = words[entry + 1];
      words[JOURNAL_COUNT] = count - 1;
    }
    if (mark === 0) this.#end();
  }

  /** To be compared by `isUnchanged` after reading the image without the lock; odd: not now. */
  get sequence(): number {
    return Atomics.load(this.#control, SEQUENCE);
  }

  isUnchanged(sequence: number): boolean {
    Atomics.store(fence, 0, 0);
    return Atomics.load(this.#control, SEQUENCE) === sequence;
  }

  // Atomic additions, which no store can overtake. One who died in between leaves it odd: then the next change ends it.
  #begin(): void {
    if ((this.#control[SEQUENCE] & 1) === 0) Atomics.add(this.#control, SEQUENCE, 1);
  }
  #end(): void {
    if ((this.#control[SEQUENCE] & 1) !== 0) Atomics.add(this.#control, SEQUENCE, 1);
  }
}
