// The hash index of a large directory: an open-addressed table of dirent positions, kept in an unnamed inode of its own.
// A slot is 0 (never used), 1 (removed) or position + 2, the position being a dirent's byte offset / 4. Above `content`;
// below `directories`, which keeps it in step within the same transaction. Lookups stay flat with any number of entries.

import { S_IFREG } from "../constants.ts";
import type { Blocks } from "./blocks.ts";
import type { Content } from "./content.ts";
import { I_HINT, I_NLINK, I_SIZE, type Inodes } from "./inodes.ts";
import type { Journal } from "./journal.ts";
import { BLOCK_SHIFT, WORDS_PER_BLOCK } from "./layout.ts";
import type { Memory } from "./memory.ts";

const REMOVED = 1;
const FIRST_POSITION = 2;
const SMALLEST = WORDS_PER_BLOCK;

export class DirectoryIndex {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #blocks: Blocks;
  readonly #inodes: Inodes;
  readonly #content: Content;

  constructor(memory: Memory, journal: Journal, blocks: Blocks, inodes: Inodes, content: Content) {
    this.#memory = memory;
    this.#journal = journal;
    this.#blocks = blocks;
    this.#inodes = inodes;
    this.#content = content;
  }

  /** The position for which `matches` holds among those with that hash, or -1. */
  find(index: number, hash: number, matches: (position: number) => boolean): number {
    const mask = this.#capacity(index) - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const value = this.#memory.words[this.#slotWord(index, slot)];
      if (value === 0) return -1;
      if (value !== REMOVED && matches(value - FIRST_POSITION)) return value - FIRST_POSITION;
    }
  }

  /** Adds a position. The caller has made sure by `isCrowded` that there is room. */
  add(index: number, hash: number, position: number): void {
    const mask = this.#capacity(index) - 1;
    let slot = hash & mask;
    let word = this.#slotWord(index, slot);
    while (this.#memory.words[word] > REMOVED) {
      slot = (slot + 1) & mask;
      word = this.#slotWord(index, slot);
    }
    if (this.#memory.words[word] === 0) this.#inodes.set(index, I_HINT, this.#inodes.get(index, I_HINT) + 1);
    this.#journal.set(word, position + FIRST_POSITION);
  }

  remove(index: number, hash: number, position: number): void {
    const mask = this.#capacity(index) - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const word = this.#slotWord(index, slot);
      const value = this.#memory.words[word];
      if (value === 0) return;
      if (value === position + FIRST_POSITION) return this.#journal.set(word, REMOVED);
    }
  }

  /** True when half of the slots have been used: time to build a new one. */
  isCrowded(index: number): boolean {
    return this.#inodes.get(index, I_HINT) * 2 >= this.#capacity(index);
  }

  /**
   * A new index of the given entries, and room for as many again, or -errno. Its inode has no link yet: the caller gives it
   * one in the transaction that makes a directory use it. May commit on the way: cut there, what was built is freed again.
   */
  build(entries: number, each: (put: (hash: number, position: number) => void) => void): number {
    const index = this.#inodes.allocate(S_IFREG | 0o600, 0);
    if (index < 0) return index;
    this.#inodes.set(index, I_NLINK, 0);
    let capacity = SMALLEST;
    while (capacity < entries * 4) capacity *= 2;
    const result = this.#content.reserve(index, 0, capacity * 4);
    if (result < 0) return result;
    const mask = capacity - 1;
    each((hash, position) => {
      let slot = hash & mask;
      while (this.#memory.words[this.#slotWord(index, slot)] !== 0) slot = (slot + 1) & mask;
      // Nothing refers to the index yet: no undo record needed, the block was touched when it was cleared.
      this.#memory.words[this.#slotWord(index, slot)] = position + FIRST_POSITION;
    });
    this.#inodes.set(index, I_HINT, entries);
    return index;
  }

  #capacity(index: number): number {
    return this.#inodes.getDouble(index, I_SIZE) / 4;
  }

  #slotWord(index: number, slot: number): number {
    const block = this.#content.map.lookup(index, slot >>> (BLOCK_SHIFT - 2));
    return this.#blocks.wordOf(block) + (slot & (WORDS_PER_BLOCK - 1));
  }
}
