// Directories: an inode whose content is a sequence of dirents, and for a large one a hash index beside it.
// A dirent is [ino, hash, recLen | nameLen << 16 | type << 24, name…], never crosses a block and never moves while it lives,
// so its offset is a cookie that survives other entries' removal. ino 0 marks a dead one, whose room is used again.
// "." and ".." are not stored: the parent is a field of the inode. Above `content`; below the tree.

import type { Blocks } from "./blocks.ts";
import type { Content } from "./content.ts";
import type { DirectoryIndex } from "./directory-index.ts";
import { I_ENTRIES, I_HINT, I_INDEX, I_NLINK, I_SIZE, type Inodes } from "./inodes.ts";
import type { Journal } from "./journal.ts";
import { BLOCK_SIZE } from "./layout.ts";
import type { Memory } from "./memory.ts";

const HEADER = 12;
/** A dead rest smaller than this stays part of the dirent before it. */
const SMALLEST = HEADER + 4;
/** Dead dirents looked at for room before a new block is appended. */
const SEARCH_BLOCKS = 4;

/** One entry, as `next` finds it. The name is `nameLength` bytes at `nameByte` of the memory. */
export class Entry {
  ino = 0;
  type = 0;
  nameByte = 0;
  nameLength = 0;
  offset = 0;
  next = 0;
}

export class Directories {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #blocks: Blocks;
  readonly #inodes: Inodes;
  readonly #content: Content;
  readonly #index: DirectoryIndex;

  constructor(
    memory: Memory,
    journal: Journal,
    blocks: Blocks,
    inodes: Inodes,
    content: Content,
    index: DirectoryIndex,
  ) {
    this.#memory = memory;
    this.#journal = journal;
    this.#blocks = blocks;
    this.#inodes = inodes;
    this.#content = content;
    this.#index = index;
  }

  /** The inode called `name[start..end)` in `dir`, or 0. */
  lookup(dir: number, name: Uint8Array, start: number, end: number): number {
    const offset = this.#find(dir, name, start, end);
    return offset < 0 ? 0 : this.#memory.words[this.#wordAt(dir, offset)];
  }

  /**
   * To be called before the first change of a transaction that will `add` to `dir`: builds or enlarges its index, which
   * commits. 0 or -errno.
   */
  prepare(dir: number): number {
    const old = this.#inodes.get(dir, I_INDEX);
    if (old !== 0 ? !this.#index.isCrowded(old) : this.#inodes.getDouble(dir, I_SIZE) <= BLOCK_SIZE) return 0;
    const entry = new Entry();
    const index = this.#index.build(this.#inodes.get(dir, I_ENTRIES), (put) => {
      for (let offset = 0; this.next(dir, offset, entry); offset = entry.next) {
        put(this.#memory.words[entry.nameByte / 4 - 2], entry.offset >>> 2);
      }
    });
    if (index < 0) return index;
    this.#inodes.set(index, I_NLINK, 1);
    this.#inodes.set(dir, I_INDEX, index);
    if (old === 0) this.#journal.commit();
    else {
      this.#inodes.set(old, I_NLINK, 0);
      this.#content.shed(old);
    }
    return 0;
  }

  /** Adds an entry that is not there yet; `type` is mode >> 12. 0 or -errno. */
  add(dir: number, name: Uint8Array, start: number, end: number, ino: number, type: number): number {
    const hash = hashOf(name, start, end);
    const length = (HEADER + end - start + 3) & ~3;
    let offset = this.#findRoom(dir, length);
    if (offset < 0) {
      offset = this.#append(dir);
      if (offset < 0) return offset;
    }
    this.#place(dir, offset, length, name, start, end, ino, type, hash);
    this.#inodes.set(dir, I_ENTRIES, this.#inodes.get(dir, I_ENTRIES) + 1);
    this.#inodes.stampContent(dir);
    const index = this.#inodes.get(dir, I_INDEX);
    if (index !== 0) this.#index.add(index, hash, offset >>> 2);
    return 0;
  }

  /** Removes an entry that is there. */
  remove(dir: number, name: Uint8Array, start: number, end: number): void {
    const offset = this.#find(dir, name, start, end);
    const word = this.#wordAt(dir, offset);
    const index = this.#inodes.get(dir, I_INDEX);
    if (index !== 0) this.#index.remove(index, this.#memory.words[word + 1], offset >>> 2);
    this.#journal.set(word, 0);
    if (offset < this.#inodes.get(dir, I_HINT)) this.#inodes.set(dir, I_HINT, offset);
    this.#inodes.set(dir, I_ENTRIES, this.#inodes.get(dir, I_ENTRIES) - 1);
    this.#inodes.stampContent(dir);
  }

  /** Makes an existing entry name another inode. */
  replace(dir: number, name: Uint8Array, start: number, end: number, ino: number, type: number): void {
    const word = this.#wordAt(dir, this.#find(dir, name, start, end));
    this.#journal.set(word, ino);
    this.#journal.set(word + 2, (this.#memory.words[word + 2] & 0x00ffffff) | (type << 24));
    this.#inodes.stampContent(dir);
  }

  /** The first live entry at or after byte `from`; false when there is none. `from` need not be an entry's start. */
  next(dir: number, from: number, out: Entry): boolean {
    const { words } = this.#memory;
    const size = this.#inodes.getDouble(dir, I_SIZE);
    for (let base = from - (from % BLOCK_SIZE); base < size; base += BLOCK_SIZE) {
      const block = this.#wordAt(dir, base);
      for (let at = 0; at < BLOCK_SIZE; ) {
        const word = block + (at >>> 2);
        const shape = words[word + 2];
        const length = shape & 0xffff;
        if (base + at >= from && words[word] !== 0) {
          out.ino = words[word];
          out.type = shape >>> 24;
          out.nameByte = (word + 3) * 4;
          out.nameLength = (shape >>> 16) & 0xff;
          out.offset = base + at;
          out.next = base + at + length;
          return true;
        }
        at += length;
      }
    }
    return false;
  }

  /** The name of inode `ino` in `dir`, or null: a search through all entries. */
  nameOf(dir: number, ino: number): Uint8Array<ArrayBuffer> | null {
    const entry = new Entry();
    for (let offset = 0; this.next(dir, offset, entry); offset = entry.next) {
      if (entry.ino === ino) return this.#memory.bytes.slice(entry.nameByte, entry.nameByte + entry.nameLength);
    }
    return null;
  }

  isEmpty(dir: number): boolean {
    return this.#inodes.get(dir, I_ENTRIES) === 0;
  }

  #find(dir: number, name: Uint8Array, start: number, end: number): number {
    const hash = hashOf(name, start, end);
    const index = this.#inodes.get(dir, I_INDEX);
    if (index !== 0) {
      const position = this.#index.find(index, hash, (at) =>
        this.#matches(this.#wordAt(dir, at * 4), hash, name, start, end),
      );
      return position < 0 ? -1 : position * 4;
    }
    const size = this.#inodes.getDouble(dir, I_SIZE);
    for (let offset = 0; offset < size; ) {
      const word = this.#wordAt(dir, offset);
      if (this.#memory.words[word] !== 0 && this.#matches(word, hash, name, start, end)) return offset;
      offset += this.#memory.words[word + 2] & 0xffff;
    }
    return -1;
  }

  #matches(word: number, hash: number, name: Uint8Array, start: number, end: number): boolean {
    const words = this.#memory.words;
    if (words[word + 1] !== hash || ((words[word + 2] >>> 16) & 0xff) !== end - start) return false;
    const bytes = this.#memory.bytes;
    for (let i = start, at = (word + 3) * 4; i < end; i++, at++) if (bytes[at] !== name[i]) return false;
    return true;
  }

  #wordAt(dir: number, offset: number): number {
    const block = this.#content.map.lookup(dir, Math.floor(offset / BLOCK_SIZE));
    return this.#blocks.wordOf(block) + ((offset % BLOCK_SIZE) >>> 2);
  }

  /**
   * A dead dirent of at least `length` bytes from the hint on, neighbours merged; -1 when a few blocks have none. A dirent always
   * begins at the hint: it is the first dead one or a place behind, and merging begins there, never before.
   */
  #findRoom(dir: number, length: number): number {
    const size = this.#inodes.getDouble(dir, I_SIZE);
    let offset = this.#inodes.get(dir, I_HINT);
    const end = Math.min(size, offset - (offset % BLOCK_SIZE) + SEARCH_BLOCKS * BLOCK_SIZE);
    let firstDead = -1;
    while (offset < end) {
      const word = this.#wordAt(dir, offset);
      if (this.#memory.words[word] === 0) {
        const room = this.#mergeDead(dir, offset, word);
        if (room >= length) return this.#keepHint(dir, firstDead < 0 ? offset : firstDead, offset);
        if (firstDead < 0) firstDead = offset;
      }
      offset += this.#memory.words[word + 2] & 0xffff;
    }
    this.#setHint(dir, end);
    return -1;
  }

  #keepHint(dir: number, hint: number, offset: number): number {
    this.#setHint(dir, hint);
    return offset;
  }

  #setHint(dir: number, hint: number): void {
    if (this.#inodes.get(dir, I_HINT) !== hint) this.#inodes.set(dir, I_HINT, hint);
  }

  /** Joins the dead dirents that follow the dead one at `offset` in its block to it; returns its length. */
  #mergeDead(dir: number, offset: number, word: number): number {
    const blockEnd = offset - (offset % BLOCK_SIZE) + BLOCK_SIZE;
    const words = this.#memory.words;
    const old = words[word + 2] & 0xffff;
    let length = old;
    while (offset + length < blockEnd) {
      const next = this.#wordAt(dir, offset + length);
      if (words[next] !== 0) break;
      length += words[next + 2] & 0xffff;
    }
    // Not to be undone: what is written into the joined room later would stay in the way of its old parts.
    if (length !== old) words[word + 2] = length;
    return length;
  }

  /** Appends a block that is one dead dirent; returns its offset. */
  #append(dir: number): number {
    const size = this.#inodes.getDouble(dir, I_SIZE);
    const block = this.#content.map.obtain(dir, size / BLOCK_SIZE);
    if (block < 0) return block;
    this.#content.map.clear(block);
    this.#memory.words[this.#blocks.wordOf(block) + 2] = BLOCK_SIZE;
    this.#inodes.setDouble(dir, I_SIZE, size + BLOCK_SIZE);
    return size;
  }

  #place(
    dir: number,
    offset: number,
    length: number,
    name: Uint8Array,
    start: number,
    end: number,
    ino: number,
    type: number,
    hash: number,
  ): void {
    const word = this.#wordAt(dir, offset);
    const words = this.#memory.words;
    const room = words[word + 2] & 0xffff;
    const rest = room - length;
    const taken = rest >= SMALLEST ? length : room;
    // All this is inside a dead dirent until the first word is set, so the name needs no undo record.
    if (taken < room) {
      words[word + (length >>> 2)] = 0;
      words[word + (length >>> 2) + 2] = rest;
    }
    const bytes = this.#memory.bytes;
    for (let i = start, at = (word + 3) * 4; i < end; i++, at++) bytes[at] = name[i];
    this.#journal.set(word + 1, hash);
    this.#journal.set(word + 2, taken | ((end - start) << 16) | (type << 24));
    this.#journal.set(word, ino);
  }
}

/** FNV-1a over the name's bytes, never 0. */
export function hashOf(name: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ name[i], 0x01000193);
  hash ^= hash >>> 15;
  return hash | 0 || 1;
}
