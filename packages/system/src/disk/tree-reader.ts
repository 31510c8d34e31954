// The whole tree of a disk for whoever takes it elsewhere: its names, all of one moment, and by inode what each one is. Above the
// tree; to be called with the lock held. It goes by inodes, not by paths, so what is made up (/proc) never comes up, no path is
// too long, nothing is opened, and no access time changes.

import { S_IFCHR, S_IFDIR, S_IFMT, S_IFREG } from "../constants.ts";
import { FANOUT, firstIndexOf } from "./block-map.ts";
import { Entry } from "./directories.ts";
import type { Disk } from "./disk.ts";
import {
  DIRECT,
  I_ATIME,
  I_ATIME_NS,
  I_CTIME,
  I_CTIME_NS,
  I_DEVICE,
  I_MAP,
  I_MODE,
  I_MTIME,
  I_MTIME_NS,
  I_NLINK,
  I_OWNER,
  I_SIZE,
  ROOT,
  type Time,
} from "./inodes.ts";
import { BLOCK_SIZE, CHANGES } from "./layout.ts";

/** What an inode says of itself. */
export interface Attributes {
  /** Type and permissions. */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: Time;
  atime: Time;
  ctime: Time;
  /** Of a character device, see `io/devices.ts`; else 0. */
  device: number;
}

/** Entries looked at between two looks at the clock. */
const STEP = 256;

/**
 * Every name on the disk, the parents before what is in them, numbered from 0, which is the root directory. Read by `walk`;
 * then each inode is held, so that it stays what it is though its name may go, until `letGo`.
 */
export class TreeNames {
  readonly #disk: Disk;
  #inos: number[] = [];
  #parents: number[] = [];
  /** For a further name of a file: the number of its first one; else -1. */
  #firsts: number[] = [];
  #names = new Uint8Array(4096);
  #ends: number[] = [];
  #seen = new Map<number, number>();
  #directory = 0;
  #offset = 0;
  #changes = -1;
  #held = 0;
  #letGo = 0;
  /** Bytes of all plain files, each counted once, holes included. */
  contentBytes = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  get length(): number {
    return this.#inos.length;
  }

  /**
   * Reads on until `isTime` says that it has been at it long enough: false, and it is to be called again. When somebody changed
   * the disk meanwhile it begins anew. True when all names are known, and are those of this moment.
   */
  walk(isTime: () => boolean): boolean {
    const { memory, directories } = this.#disk;
    if (memory.words[CHANGES] !== this.#changes) this.#begin();
    const entry = new Entry();
    for (let steps = 1; this.#directory < this.length; ) {
      if (steps++ % STEP === 0 && isTime()) return false;
      const isDirectory = this.#typeOf(this.#directory) === S_IFDIR;
      if (isDirectory && directories.next(this.#inos[this.#directory], this.#offset, entry)) {
        this.#offset = entry.next;
        this.#add(entry.ino, this.#directory, entry.nameByte, entry.nameLength);
      } else {
        this.#offset = 0;
        this.#directory++;
      }
    }
    this.#seen.clear();
    for (; this.#held < this.length; this.#held++) {
      if (this.#firsts[this.#held] >= 0) continue;
      this.#disk.tree.hold(this.#inos[this.#held]);
      this.#disk.journal.commit();
    }
    return true;
  }

  ino(index: number): number {
    return this.#inos[index];
  }
  parent(index: number): number {
    return this.#parents[index];
  }
  /** The number of the same inode's first name, -1 when this is it. */
  first(index: number): number {
    return this.#firsts[index];
  }
  name(index: number): Uint8Array<ArrayBuffer> {
    return this.#names.slice(index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }

  /** Lets go of the inodes of all names before `end`. */
  letGo(end = this.#held): void {
    for (; this.#letGo < Math.min(end, this.#held); this.#letGo++) {
      if (this.#firsts[this.#letGo] >= 0) continue;
      this.#disk.tree.letGo(this.#inos[this.#letGo]);
      this.#disk.journal.commit();
    }
  }

  #begin(): void {
    this.#inos = [];
    this.#parents = [];
    this.#firsts = [];
    this.#ends = [];
    this.#seen.clear();
    this.#directory = this.#offset = this.contentBytes = 0;
    this.#changes = this.#disk.memory.words[CHANGES];
    this.#add(ROOT, 0, 0, 0);
  }

  #add(ino: number, parent: number, nameByte: number, nameLength: number): void {
    const { inodes, memory } = this.#disk;
    const index = this.length;
    const mode = inodes.get(ino, I_MODE);
    let first = -1;
    if ((mode & S_IFMT) !== S_IFDIR && inodes.get(ino, I_NLINK) > 1) {
      first = this.#seen.get(ino) ?? -1;
      if (first < 0) this.#seen.set(ino, index);
    }
    const start = index === 0 ? 0 : this.#ends[index - 1];
    while (start + nameLength > this.#names.length) this.#names = enlarged(this.#names);
    this.#names.set(memory.bytes.subarray(nameByte, nameByte + nameLength), start);
    this.#ends.push(start + nameLength);
    this.#inos.push(ino);
    this.#parents.push(parent);
    this.#firsts.push(first);
    if (first < 0 && (mode & S_IFMT) === S_IFREG) this.contentBytes += inodes.getDouble(ino, I_SIZE);
  }

  #typeOf(index: number): number {
    return this.#disk.inodes.get(this.#inos[index], I_MODE) & S_IFMT;
  }
}

function enlarged(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

export function attributesOf(disk: Disk, ino: number): Attributes {
  const { inodes } = disk;
  const mode = inodes.get(ino, I_MODE);
  const owner = inodes.get(ino, I_OWNER);
  const time = (field: number, nanoseconds: number) => ({
    sec: inodes.getDouble(ino, field),
    nsec: inodes.get(ino, nanoseconds),
  });
  return {
    mode,
    uid: owner & 0xffff,
    gid: owner >>> 16,
    size: inodes.getDouble(ino, I_SIZE),
    mtime: time(I_MTIME, I_MTIME_NS),
    atime: time(I_ATIME, I_ATIME_NS),
    ctime: time(I_CTIME, I_CTIME_NS),
    device: (mode & S_IFMT) === S_IFCHR ? inodes.get(ino, I_DEVICE) : 0,
  };
}

/** The parts of a file that are not holes: where each begins and ends, in bytes, in order, within `size`. */
export function dataRuns(disk: Disk, ino: number, size: number): [start: number, end: number][] {
  const { words } = disk.memory;
  const runs: [number, number][] = [];
  const add = (index: number) => {
    const start = index * BLOCK_SIZE;
    if (start >= size) return;
    const end = Math.min(start + BLOCK_SIZE, size);
    const last = runs.at(-1);
    if (last?.[1] === start) last[1] = end;
    else runs.push([start, end]);
  };
  /** What the block at `word` maps, from file block `index` on: time in proportion to what is there, whatever the size. */
  const follow = (word: number, level: number, index: number) => {
    if (words[word] === 0) return;
    if (level === 0) return add(index);
    const start = disk.blocks.wordOf(words[word]);
    for (let i = 0; i < FANOUT; i++) follow(start + i, level - 1, index + i * FANOUT ** (level - 1));
  };
  const map = disk.inodes.word(ino) + I_MAP;
  for (let i = 0; i < DIRECT; i++) follow(map + i, 0, i);
  for (let level = 1; level <= 3; level++) follow(map + DIRECT + level - 1, level, firstIndexOf(level));
  return runs;
}
