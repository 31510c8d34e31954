// Which block holds which part of a file: nine direct blocks in the inode, then single, double and triple indirect map
// blocks, 1,024 entries each. 0 is a hole. A map of single words was preferred to extents: each change is one word, a lookup
// is at most four loads however fragmented the file, holes cost nothing. Above `blocks` and `inodes`; below `content`.

import { EFBIG } from "../errno.ts";
import type { Blocks } from "./blocks.ts";
import { DIRECT, I_BLOCKS, I_MAP, type Inodes } from "./inodes.ts";
import type { Journal } from "./journal.ts";
import { BLOCK_SIZE, WORDS_PER_BLOCK } from "./layout.ts";
import type { Memory } from "./memory.ts";

/** Entries of a map block. */
export const FANOUT = WORDS_PER_BLOCK;
/** First file block that each level of indirection maps. */
const FIRST = [0, DIRECT, DIRECT + FANOUT, DIRECT + FANOUT + FANOUT * FANOUT];
/** File blocks that can be mapped: just over 4 TiB. */
export const FILE_BLOCKS = FIRST[3] + FANOUT ** 3;

export class BlockMap {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #blocks: Blocks;
  readonly #inodes: Inodes;

  constructor(memory: Memory, journal: Journal, blocks: Blocks, inodes: Inodes) {
    this.#memory = memory;
    this.#journal = journal;
    this.#blocks = blocks;
    this.#inodes = inodes;
  }

  /** The block of file block `index`, 0 for a hole. */
  lookup(ino: number, index: number): number {
    const words = this.#memory.words;
    const map = this.#inodes.word(ino) + I_MAP;
    if (index < DIRECT) return words[map + index];
    const level = levelOf(index);
    if (level > 3) return 0;
    let rest = index - FIRST[level];
    let block = words[map + DIRECT + level - 1];
    for (let unit = FANOUT ** (level - 1); block !== 0; unit /= FANOUT) {
      const slot = Math.floor(rest / unit);
      block = words[this.#blocks.wordOf(block) + slot];
      if (unit === 1) return block;
      rest -= slot * unit;
    }
    return 0;
  }

  /**
   * The block of file block `index`, allocated if there was none (then `fresh` is true and its content arbitrary). -errno
   * leaves nothing behind.
   */
  fresh = false;
  obtain(ino: number, index: number): number {
    this.fresh = false;
    const map = this.#inodes.word(ino) + I_MAP;
    if (index < DIRECT) return this.#obtainAt(ino, map + index, index > 0 ? map + index - 1 : -1, false);
    const level = levelOf(index);
    if (level > 3) return -EFBIG;
    const mark = this.#journal.mark;
    let rest = index - FIRST[level];
    let word = map + DIRECT + level - 1;
    let previous = level === 1 ? map + DIRECT - 1 : -1;
    for (let unit = FANOUT ** (level - 1); unit >= 1; unit /= FANOUT) {
      const block = this.#obtainAt(ino, word, previous, true);
      if (block < 0) {
        this.#journal.rollback(mark);
        return block;
      }
      const slot = Math.floor(rest / unit);
      word = this.#blocks.wordOf(block) + slot;
      previous = slot > 0 ? word - 1 : -1;
      rest -= slot * unit;
    }
    this.fresh = false;
    const block = this.#obtainAt(ino, word, previous, false);
    if (block < 0) this.#journal.rollback(mark);
    return block;
  }

  /** How many of the file blocks from `index` (at `block`) stand side by side in the memory, at most `most`. */
  run(ino: number, index: number, block: number, most: number): number {
    let length = 1;
    while (length < most && this.lookup(ino, index + length) === block + length) length++;
    return length;
  }

  /**
   * Frees every block from file block `from` on, a transaction per map block: cut anywhere, the file only has fewer blocks
   * beyond its size. The caller has set the size already.
   */
  cut(ino: number, from: number): void {
    const map = this.#inodes.word(ino) + I_MAP;
    for (let index = from; index < DIRECT; index++) this.#freeAt(ino, map + index);
    this.#journal.commit();
    for (let level = 1; level <= 3; level++) {
      this.#cutTree(ino, map + DIRECT + level - 1, level, Math.max(0, from - FIRST[level]));
    }
    this.#journal.commit();
  }

  #obtainAt(ino: number, word: number, previous: number, isMap: boolean): number {
    const present = this.#memory.words[word];
    if (present !== 0) return present;
    const neighbour = previous >= 0 ? this.#memory.words[previous] : 0;
    const block = this.#blocks.allocate(neighbour + 1);
    if (block < 0) return block;
    if (isMap) this.clear(block);
    this.#journal.set(word, block);
    this.#inodes.set(ino, I_BLOCKS, this.#inodes.get(ino, I_BLOCKS) + 1);
    this.fresh = true;
    return block;
  }

  /** Fills a block that nothing refers to yet with zeros. */
  clear(block: number): void {
    const at = this.#blocks.byteOf(block);
    this.#memory.bytes.fill(0, at, at + BLOCK_SIZE);
    this.#journal.touch(at);
  }

  #freeAt(ino: number, word: number): void {
    const block = this.#memory.words[word];
    if (block === 0) return;
    this.#journal.set(word, 0);
    this.#blocks.free(block);
    this.#inodes.set(ino, I_BLOCKS, this.#inodes.get(ino, I_BLOCKS) - 1);
  }

  /** Frees what the map block at `word` maps from its `from`-th file block on, and the map block itself when from is 0. */
  #cutTree(ino: number, word: number, level: number, from: number): void {
    const block = this.#memory.words[word];
    const unit = FANOUT ** (level - 1);
    if (block === 0 || from >= FANOUT * unit) return;
    const start = this.#blocks.wordOf(block);
    const first = Math.floor(from / unit);
    for (let slot = first; slot < FANOUT; slot++) {
      if (this.#memory.words[start + slot] === 0) continue;
      if (level === 1) this.#freeAt(ino, start + slot);
      else this.#cutTree(ino, start + slot, level - 1, slot === first ? from - first * unit : 0);
    }
    this.#journal.commit();
    if (from === 0) this.#freeAt(ino, word);
  }
}

/** First file block that a level of indirection maps. */
export function firstIndexOf(level: number): number {
  return FIRST[level];
}

function levelOf(index: number): number {
  if (index < FIRST[1]) return 0;
  if (index < FIRST[2]) return 1;
  if (index < FIRST[3]) return 2;
  return index < FILE_BLOCKS ? 3 : 4;
}
