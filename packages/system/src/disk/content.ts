// The bytes of an inode: read, write, resize, replace. Positions and lengths are bytes. Above `block-map`; below
// `directories` and the tree. Long writes are several transactions, so each is bounded and a full disk keeps what fitted.

import { S_IFDIR, S_IFMT } from "../constants.ts";
import { EFBIG } from "../errno.ts";
import { type BlockMap, FILE_BLOCKS } from "./block-map.ts";
import type { Blocks } from "./blocks.ts";
import { I_BLOCKS, I_INDEX, I_MAP, I_MODE, I_NLINK, I_SIZE, type Inodes } from "./inodes.ts";
import type { Journal } from "./journal.ts";
import { BLOCK_SIZE, INODE_WORDS, PENDING } from "./layout.ts";
import type { Memory } from "./memory.ts";

/** Largest file (bytes): what the block map reaches. */
export const FILE_SIZE_MAX = FILE_BLOCKS * BLOCK_SIZE;
/** Blocks written in one transaction. */
const WRITE_CHUNK = 64;

export class Content {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #blocks: Blocks;
  readonly #inodes: Inodes;
  readonly map: BlockMap;

  constructor(memory: Memory, journal: Journal, blocks: Blocks, inodes: Inodes, map: BlockMap) {
    this.#memory = memory;
    this.#journal = journal;
    this.#blocks = blocks;
    this.#inodes = inodes;
    this.map = map;
  }

  size(ino: number): number {
    return this.#inodes.getDouble(ino, I_SIZE);
  }

  /** Copies up to `length` bytes from `position` into `into` at `at`; returns how many, 0 at the end of the file. */
  read(ino: number, into: Uint8Array, at: number, length: number, position: number): number {
    const left = this.size(ino) - position;
    const total = left < length ? Math.max(left, 0) : length;
    let done = 0;
    while (done < total) {
      const offset = position + done;
      const index = Math.floor(offset / BLOCK_SIZE);
      const within = offset - index * BLOCK_SIZE;
      const block = this.map.lookup(ino, index);
      const most = Math.ceil((within + total - done) / BLOCK_SIZE);
      const run = block === 0 || most === 1 ? 1 : this.map.run(ino, index, block, most);
      const count = Math.min(run * BLOCK_SIZE - within, total - done);
      if (block === 0) into.fill(0, at + done, at + done + count);
      else this.#memory.copyOut(into, at + done, this.#blocks.byteOf(block) + within, count);
      done += count;
    }
    return total;
  }

  /** Writes `length` bytes at `position`, growing the file. Returns how many were written; -errno when none could be. */
  write(ino: number, from: Uint8Array, at: number, length: number, position: number): number {
    if (position + length > FILE_SIZE_MAX) return -EFBIG;
    let done = 0;
    while (done < length) {
      const written = this.#writeChunk(ino, from, at + done, length - done, position + done);
      if (written <= 0) return done > 0 ? done : written;
      done += written;
      if (done < length) this.#journal.commit();
    }
    return done;
  }

  /** Sets the size. New bytes read as zeros; blocks beyond the end are freed. */
  resize(ino: number, size: number): number {
    if (size > FILE_SIZE_MAX) return -EFBIG;
    const old = this.size(ino);
    if (size === old) {
      this.#inodes.stampContent(ino);
      return 0;
    }
    // What stands behind the end in the last block must be zero before the file grows over it again.
    if (size < old) this.#clearTail(ino, size);
    this.#inodes.setDouble(ino, I_SIZE, size);
    this.#inodes.stampContent(ino);
    if (size < old) this.shed(ino);
    return 0;
  }

  /**
   * Commits, then frees what the inode no longer needs: all of it when it has neither a name nor an opener, else the blocks
   * beyond its size. Several transactions; `PENDING` says to whoever finds the work cut that it must be finished.
   */
  shed(ino: number): void {
    this.#journal.set(PENDING, ino);
    this.#journal.commit();
    this.finishShedding();
  }

  finishShedding(): void {
    const words = this.#memory.words;
    while (words[PENDING] !== 0) {
      const ino = words[PENDING];
      const isGone = this.#inodes.get(ino, I_NLINK) === 0 && this.#inodes.openCount(ino) === 0;
      this.map.cut(ino, isGone ? 0 : Math.ceil(this.size(ino) / BLOCK_SIZE));
      const index = isGone && (this.#inodes.get(ino, I_MODE) & S_IFMT) === S_IFDIR ? this.#inodes.get(ino, I_INDEX) : 0;
      if (isGone) this.#inodes.free(ino);
      if (index !== 0) this.#inodes.set(index, I_NLINK, 0);
      this.#journal.set(PENDING, index);
      this.#journal.commit();
    }
  }

  /** Allocates every block of the range, growing the file, as posix_fallocate. */
  reserve(ino: number, position: number, length: number): number {
    const end = position + length;
    if (end > FILE_SIZE_MAX) return -EFBIG;
    // Cut half-way, or without room for all, the blocks beyond the size are shed again.
    this.#journal.set(PENDING, ino);
    let count = 0;
    for (let index = Math.floor(position / BLOCK_SIZE); index < Math.ceil(end / BLOCK_SIZE); index++) {
      const block = this.map.obtain(ino, index);
      if (block < 0) {
        this.#journal.rollback();
        this.finishShedding();
        return block;
      }
      if (this.map.fresh) this.map.clear(block);
      if (++count % WRITE_CHUNK === 0) this.#journal.commit();
    }
    if (end > this.size(ino)) {
      this.#inodes.setDouble(ino, I_SIZE, end);
      this.#inodes.stampContent(ino);
    }
    this.#journal.set(PENDING, 0);
    return 0;
  }

  /** Gives `ino` the content of `other` and `other` the content of `ino`, at once. */
  swap(ino: number, other: number): void {
    this.#swapField(ino, other, I_SIZE);
    this.#swapField(ino, other, I_SIZE + 1);
    this.#swapField(ino, other, I_BLOCKS);
    for (let field = I_MAP; field < INODE_WORDS; field++) this.#swapField(ino, other, field);
    this.#inodes.stampContent(ino);
  }

  #swapField(ino: number, other: number, field: number): void {
    const value = this.#inodes.get(ino, field);
    this.#inodes.set(ino, field, this.#inodes.get(other, field));
    this.#inodes.set(other, field, value);
  }

  #writeChunk(ino: number, from: Uint8Array, at: number, length: number, position: number): number {
    const size = this.size(ino);
    const first = Math.floor(position / BLOCK_SIZE);
    const most = Math.min(length, (first + WRITE_CHUNK) * BLOCK_SIZE - position);
    let done = 0;
    while (done < most) {
      const index = Math.floor((position + done) / BLOCK_SIZE);
      const within = position + done - index * BLOCK_SIZE;
      const count = Math.min(BLOCK_SIZE - within, most - done);
      const block = this.map.obtain(ino, index);
      if (block < 0) {
        if (done === 0) return block;
        break;
      }
      this.#fill(block, within, from, at + done, count, this.map.fresh);
      done += count;
    }
    if (position + done > size) this.#inodes.setDouble(ino, I_SIZE, position + done);
    this.#inodes.stampContent(ino);
    return done;
  }

  #fill(block: number, within: number, from: Uint8Array, at: number, count: number, fresh: boolean): void {
    const bytes = this.#memory.bytes;
    const start = this.#blocks.byteOf(block);
    this.#journal.touch(start);
    if (fresh && count < BLOCK_SIZE) bytes.fill(0, start, start + BLOCK_SIZE);
    if (count < 32) for (let i = 0; i < count; i++) bytes[start + within + i] = from[at + i];
    else this.#memory.copyIn(start + within, from, at, count);
  }

  #clearTail(ino: number, size: number): void {
    const within = size & (BLOCK_SIZE - 1);
    if (within === 0) return;
    const block = this.map.lookup(ino, Math.floor(size / BLOCK_SIZE));
    if (block === 0) return;
    // Noted word by word, so that a cut puts the old bytes back together with the old size.
    const start = this.#blocks.byteOf(block);
    const words = this.#memory.words;
    const firstWord = (start + within) >>> 2;
    const mask = (1 << ((within & 3) * 8)) - 1;
    this.#journal.set(firstWord, words[firstWord] & ((within & 3) === 0 ? 0 : mask));
    for (let word = firstWord + 1; word < (start + BLOCK_SIZE) / 4; word++)
      if (words[word] !== 0) this.#journal.set(word, 0);
  }
}
