// Allocation of data blocks: one bit per block, 1 = in use. A block is named by its number in the image (0 = none).
// Above `journal`; below `content`. A block freed in a transaction must not be handed out again in the same one, or
// undoing it would bring back a block whose content is gone: so freeing is always a transaction of its own.

import { ENOSPC } from "../errno.ts";
import type { Journal } from "./journal.ts";
import { BLOCK_HINT, BLOCK_SIZE, FREE_BLOCKS, type Layout, WORDS_PER_BLOCK } from "./layout.ts";
import type { Memory } from "./memory.ts";

/** The memory grows by at least this much (bytes), so that it grows seldom. */
const GROWTH = 4 * 1024 * 1024;

export class Blocks {
  readonly #memory: Memory;
  readonly #layout: Layout;
  readonly #journal: Journal;
  readonly #grow: (bytes: number) => boolean;

  /** `grow` makes the memory at least that long and tells every worker. */
  constructor(memory: Memory, layout: Layout, journal: Journal, grow: (bytes: number) => boolean) {
    this.#memory = memory;
    this.#layout = layout;
    this.#journal = journal;
    this.#grow = grow;
  }

  /** First byte, and first word, of a block in the memory. */
  byteOf(block: number): number {
    return this.#layout.imageByte + block * BLOCK_SIZE;
  }
  wordOf(block: number): number {
    return this.#layout.imageWord + block * WORDS_PER_BLOCK;
  }

  /** A free block, near `goal` if that is free; its content is whatever it was. -ENOSPC when the disk is full. */
  allocate(goal: number): number {
    const { firstDataBlock, dataBlocks } = this.#layout;
    const wanted = goal - firstDataBlock;
    let bit = wanted >= 0 && wanted < dataBlocks && this.#isFree(wanted) ? wanted : -1;
    if (bit < 0) bit = this.#search();
    if (bit < 0) return -ENOSPC;
    const block = firstDataBlock + bit;
    const end = this.byteOf(block + 1);
    if (end > this.#memory.bytes.length && !this.#growTo(end)) return -ENOSPC;
    const word = this.#layout.bitmapWord + (bit >>> 5);
    this.#journal.set(word, this.#memory.words[word] | (1 << (bit & 31)));
    this.#journal.add(FREE_BLOCKS, -1);
    if (this.#memory.words[BLOCK_HINT] === bit) this.#memory.words[BLOCK_HINT] = bit + 1;
    return block;
  }

  free(block: number): void {
    const bit = block - this.#layout.firstDataBlock;
    const word = this.#layout.bitmapWord + (bit >>> 5);
    this.#journal.set(word, this.#memory.words[word] & ~(1 << (bit & 31)));
    this.#journal.add(FREE_BLOCKS, 1);
    if (bit < this.#memory.words[BLOCK_HINT]) this.#memory.words[BLOCK_HINT] = bit;
  }

  /** True when the block, a data block, is allocated. */
  isUsed(block: number): boolean {
    return !this.#isFree(block - this.#layout.firstDataBlock);
  }

  /** Counts the free blocks from the bitmap: at mount. */
  countFree(): number {
    const { bitmapWord, bitmapWords, dataBlocks } = this.#layout;
    let used = 0;
    for (let i = 0; i < bitmapWords; i++) used += popCount(this.#memory.words[bitmapWord + i]);
    return dataBlocks - used;
  }

  #isFree(bit: number): boolean {
    return (this.#memory.words[this.#layout.bitmapWord + (bit >>> 5)] & (1 << (bit & 31))) === 0;
  }

  /** A free bit from the hint on, or anywhere: an allocation that was undone may have left a free one below the hint. */
  #search(): number {
    const words = this.#memory.words;
    if (words[FREE_BLOCKS] <= 0) return -1;
    const hint = words[BLOCK_HINT];
    const found = this.#searchFrom(hint);
    return found >= 0 ? found : this.#searchFrom(0);
  }

  #searchFrom(start: number): number {
    const words = this.#memory.words;
    const { bitmapWord, bitmapWords, dataBlocks } = this.#layout;
    for (let i = start >>> 5; i < bitmapWords; i++) {
      const free = ~words[bitmapWord + i];
      if (free === 0) continue;
      const bit = i * 32 + (31 - Math.clz32(free & -free));
      if (bit >= dataBlocks) return -1;
      words[BLOCK_HINT] = bit;
      return bit;
    }
    return -1;
  }

  #growTo(bytes: number): boolean {
    const most = this.#layout.totalBytes;
    const generous = Math.max(bytes, Math.floor(this.#memory.bytes.length * 1.125), this.#memory.bytes.length + GROWTH);
    return this.#grow(Math.min(most, generous)) || this.#grow(bytes);
  }
}

function popCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
