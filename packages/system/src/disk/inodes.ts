// The inode table: 128 bytes per inode. Field numbers are words within an inode; sizes and seconds are doubles (exact to
// 2^53), so each is stored whole. Above `journal`; below `content`, `directories` and the tree.

import { epochMs } from "../clock.ts";
import { ENOSPC } from "../errno.ts";
import type { Journal } from "./journal.ts";
import { FREE_INODES, INODE_HINT, INODE_WORDS, type Layout } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { S_INODES_USED } from "./superblock.ts";

export const I_MODE = 0; // type and permission bits; 0 = free
export const I_NLINK = 1;
export const I_SIZE = 2; // double
export const I_ATIME = 4; // double, seconds
export const I_MTIME = 6;
export const I_CTIME = 8;
export const I_ATIME_NS = 10;
export const I_MTIME_NS = 11;
export const I_CTIME_NS = 12;
export const I_OWNER = 13; // uid | gid << 16
export const I_BLOCKS = 14; // blocks allocated, map blocks included
export const I_VERSION = 15; // counts changes of the content
export const I_PARENT = 16; // of a directory
export const I_INDEX = 17; // inode of a directory's hash index, 0 = none
export const I_HINT = 18; // of a directory: no dead entry stands below this offset; of an index: slots in use
export const I_ENTRIES = 19; // live entries of a directory
export const I_DEVICE = 19; // of a character device: its number. Not in the map, whose words name blocks
export const I_MAP = 20; // 9 direct blocks, then single, double, triple indirect
export const DIRECT = 9;

export const ROOT = 1;

/** A moment: whole seconds since 1970 (may be negative) and nanoseconds 0..999,999,999. */
export interface Time {
  sec: number;
  nsec: number;
}

export class Inodes {
  readonly #memory: Memory;
  readonly #layout: Layout;
  readonly #journal: Journal;
  /** The time of the running system call. */
  readonly now: Time = { sec: 0, nsec: 0 };

  constructor(memory: Memory, layout: Layout, journal: Journal) {
    this.#memory = memory;
    this.#layout = layout;
    this.#journal = journal;
  }

  /** Reads the clock into `now`: nanoseconds as fine as the platform gives them (5 µs in an isolated page). */
  tick(): void {
    const ms = epochMs();
    this.now.sec = Math.floor(ms / 1000);
    this.now.nsec = Math.floor((ms - this.now.sec * 1000) * 1e6);
  }

  word(ino: number): number {
    return this.#layout.inodeWord + ino * INODE_WORDS;
  }
  get(ino: number, field: number): number {
    return this.#memory.words[this.#layout.inodeWord + ino * INODE_WORDS + field];
  }
  set(ino: number, field: number, value: number): void {
    this.#journal.set(this.#layout.inodeWord + ino * INODE_WORDS + field, value);
  }
  getDouble(ino: number, field: number): number {
    return this.#memory.doubles[(this.#layout.inodeWord + ino * INODE_WORDS + field) >>> 1];
  }
  setDouble(ino: number, field: number, value: number): void {
    this.#journal.setDouble(this.#layout.inodeWord + ino * INODE_WORDS + field, value);
  }

  /** A fresh inode with one link, no content, and all times now; -ENOSPC when none is left. */
  allocate(mode: number, owner: number): number {
    const words = this.#memory.words;
    if (words[FREE_INODES] <= 0) return -ENOSPC;
    let ino = this.#search(Math.max(words[INODE_HINT], ROOT));
    if (ino < 0) ino = this.#search(ROOT);
    if (ino < 0) return -ENOSPC;
    words[INODE_HINT] = ino + 1;
    const high = this.#layout.imageWord + S_INODES_USED;
    if (ino >= words[high]) this.#journal.set(high, ino + 1);
    const at = this.word(ino);
    for (let field = I_NLINK + 1; field < INODE_WORDS; field++)
      if (words[at + field] !== 0) this.#journal.set(at + field, 0);
    this.#journal.set(at + I_MODE, mode);
    this.#journal.set(at + I_NLINK, 1);
    this.#journal.set(at + I_OWNER, owner);
    this.stamp(ino, I_ATIME);
    this.stamp(ino, I_MTIME);
    this.stamp(ino, I_CTIME);
    this.#journal.add(FREE_INODES, -1);
    return ino;
  }

  free(ino: number): void {
    this.set(ino, I_MODE, 0);
    this.#journal.add(FREE_INODES, 1);
    if (ino < this.#memory.words[INODE_HINT]) this.#memory.words[INODE_HINT] = ino;
  }

  setTime(ino: number, field: typeof I_ATIME | typeof I_MTIME | typeof I_CTIME, time: Time): void {
    this.setDouble(ino, field, time.sec);
    this.set(ino, I_ATIME_NS + ((field - I_ATIME) >> 1), time.nsec);
  }

  /** Sets one of an inode's times to now. */
  stamp(ino: number, field: typeof I_ATIME | typeof I_MTIME | typeof I_CTIME): void {
    this.setTime(ino, field, this.now);
  }

  /** The content changed: mtime, ctime and version. */
  stampContent(ino: number): void {
    this.stamp(ino, I_MTIME);
    this.stamp(ino, I_CTIME);
    this.set(ino, I_VERSION, (this.get(ino, I_VERSION) + 1) | 0);
  }

  /** How many open files and working directories hold the inode. Not part of the image. */
  openCount(ino: number): number {
    return this.#memory.words[this.#layout.openCountWord + ino];
  }
  addOpen(ino: number, delta: number): void {
    this.#journal.add(this.#layout.openCountWord + ino, delta);
  }

  /** One more than the highest inode number ever used: the table beyond was never touched, and should stay so. */
  get end(): number {
    return this.#memory.words[this.#layout.imageWord + S_INODES_USED];
  }

  countFree(): number {
    let used = 0;
    const end = Math.min(this.end, this.#layout.inodes); // a damaged image may say anything
    for (let ino = ROOT; ino < end; ino++) if (this.get(ino, I_MODE) !== 0) used++;
    return this.#layout.inodes - ROOT - used;
  }

  #search(start: number): number {
    for (let ino = start; ino < this.#layout.inodes; ino++) if (this.get(ino, I_MODE) === 0) return ino;
    return -1;
  }
}
