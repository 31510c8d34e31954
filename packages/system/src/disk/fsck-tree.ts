// fsck's look at the tree of names: every directory that can be reached from the root is read, dirent by dirent, held against
// its inode and its index, and the names of each inode are counted. Trusts nothing it reads. Called by `fsck`.

import { S_IFDIR, S_IFMT, S_IFREG } from "../constants.ts";
import { hashOf } from "./directories.ts";
import type { Disk } from "./disk.ts";
import type { Findings } from "./fsck.ts";
import { counted } from "./fsck-blocks.ts";
import { I_ENTRIES, I_HINT, I_INDEX, I_MODE, I_NLINK, I_PARENT, I_SIZE, ROOT } from "./inodes.ts";
import { BLOCK_SIZE } from "./layout.ts";

const HEADER = 12;
const SLASH = 0x2f;
const DOT = 0x2e;

export class TreeCheck {
  readonly #disk: Disk;
  readonly #findings: Findings;
  readonly #sizeOf: (ino: number) => number;
  /** How many names each inode has. */
  readonly links: Uint32Array;
  /** Indexes in use, by inode. */
  readonly isIndex: Uint8Array;
  directories = 0;
  #waiting: number[] = [];

  constructor(disk: Disk, findings: Findings, sizeOf: (ino: number) => number) {
    this.#disk = disk;
    this.#findings = findings;
    this.#sizeOf = sizeOf;
    const end = Math.max(ROOT, Math.min(disk.inodes.end, disk.layout.inodes));
    this.links = new Uint32Array(end);
    this.isIndex = new Uint8Array(end);
  }

  /** Reads the whole tree. */
  check(): void {
    this.#disk.inodes.tick();
    this.links[ROOT] = 1;
    this.#waiting = [ROOT];
    for (let dir = this.#waiting.pop(); dir !== undefined; dir = this.#waiting.pop()) this.#checkDirectory(dir);
    this.#keepIndexesOfRemoved();
  }

  /** The index of a directory, 0 if it has none that is sound. */
  indexOf(dir: number): number {
    const index = this.#typeOf(dir) === S_IFDIR ? this.#disk.inodes.get(dir, I_INDEX) : 0;
    return this.isIndex[index] ? index : 0;
  }

  /** Is it an inode in use? */
  #exists(ino: number): boolean {
    return ino >= ROOT && ino < this.links.length && this.#disk.inodes.get(ino, I_MODE) !== 0;
  }

  #typeOf(ino: number): number {
    return this.#disk.inodes.get(ino, I_MODE) & S_IFMT;
  }

  #checkDirectory(dir: number): void {
    const { inodes } = this.#disk;
    this.directories++;
    const live = new Map<number, { hash: number; name: string }>();
    const starts = new Set<number>([0]);
    const subdirectories: number[] = [];
    const seen = new Set<string>();
    this.#eachDirent(dir, starts, (offset, word) => {
      const entry = this.#checkEntry(dir, word, seen);
      if (entry === null) return;
      live.set(offset, entry);
      const ino = this.#disk.memory.words[word];
      this.links[ino]++;
      if (this.#typeOf(ino) === S_IFDIR) subdirectories.push(ino);
    });
    for (const child of subdirectories) {
      this.#expect(child, I_PARENT, dir, `Directory ${child} takes`, "for its parent", dir);
      this.#waiting.push(child);
    }
    this.#expect(dir, I_ENTRIES, live.size, `Directory ${dir} counts`, "entries", live.size);
    this.#expect(dir, I_NLINK, 2 + subdirectories.length, `Directory ${dir} has`, "links", 2 + subdirectories.length);
    const hint = inodes.get(dir, I_HINT);
    if (hint !== inodes.getDouble(dir, I_SIZE) && !starts.has(hint)) {
      this.#findings.error(`Directory ${dir} looks for room where no entry begins (${hint}).`, () =>
        inodes.set(dir, I_HINT, 0),
      );
    }
    this.#checkIndex(dir, live);
  }

  #expect(ino: number, field: number, right: number, subject: string, noun: string, shown: number): void {
    const { inodes } = this.#disk;
    const value = inodes.get(ino, field);
    if (value !== right)
      this.#findings.error(`${subject} ${value} ${noun} in place of ${shown}.`, () => inodes.set(ino, field, right));
  }

  /** Calls `use` for each live dirent. Where the chain of a block is broken, the rest of the block becomes one dead dirent. */
  #eachDirent(dir: number, starts: Set<number>, use: (offset: number, word: number) => void): void {
    const { content, blocks, memory, journal } = this.#disk;
    const size = this.#sizeOf(dir);
    for (let base = 0; base < size; base += BLOCK_SIZE) {
      const block = content.map.lookup(dir, base / BLOCK_SIZE);
      if (block === 0) {
        this.#findings.error(`Directory ${dir} has a hole at ${base}.`, () => this.#fillHole(dir, base));
        continue;
      }
      for (let at = 0; at < BLOCK_SIZE; ) {
        const word = blocks.wordOf(block) + at / 4;
        const shape = memory.words[word + 2];
        const length = shape & 0xffff;
        const isLive = memory.words[word] !== 0;
        const least = HEADER + (isLive ? (shape >>> 16) & 0xff : 0);
        if (at + HEADER > BLOCK_SIZE || length < least || length % 4 !== 0 || at + length > BLOCK_SIZE) {
          this.#findings.error(`Directory ${dir} is garbled from ${base + at} on.`, () => {
            journal.set(word, 0);
            journal.set(word + 2, BLOCK_SIZE - at);
          });
          break;
        }
        starts.add(base + at);
        if (isLive) use(base + at, word);
        at += length;
      }
    }
  }

  #fillHole(dir: number, base: number): void {
    const { content, blocks, journal, memory } = this.#disk;
    const block = content.map.obtain(dir, base / BLOCK_SIZE);
    if (block < 0) return;
    content.map.clear(block);
    memory.words[blocks.wordOf(block) + 2] = BLOCK_SIZE;
    journal.commit();
  }

  /** The entry's hash and name; null when it names nothing it could, and was (to be) removed. */
  #checkEntry(dir: number, word: number, seen: Set<string>): { hash: number; name: string } | null {
    const { memory, journal } = this.#disk;
    const { words, bytes } = memory;
    const start = (word + 3) * 4;
    const end = start + ((words[word + 2] >>> 16) & 0xff);
    const name = String.fromCharCode(...bytes.subarray(start, end));
    const ino = words[word];
    const wrong = this.#whatIsWrong(dir, ino, bytes.subarray(start, end), seen.has(name));
    if (wrong !== null) {
      this.#findings.error(`Entry ${JSON.stringify(name)} of directory ${dir} ${wrong}.`, () => journal.set(word, 0));
      return null;
    }
    seen.add(name);
    const hash = hashOf(bytes, start, end);
    if (words[word + 1] !== hash) {
      this.#findings.error(`Entry ${JSON.stringify(name)} of directory ${dir} has a wrong hash.`, () =>
        journal.set(word + 1, hash),
      );
    }
    const type = this.#typeOf(ino) >>> 12;
    if (words[word + 2] >>> 24 !== type) {
      this.#findings.error(
        `Entry ${JSON.stringify(name)} of directory ${dir} says type ${words[word + 2] >>> 24} in place of ${type}.`,
        () => journal.set(word + 2, (words[word + 2] & 0xffffff) | (type << 24)),
      );
    }
    return { hash, name };
  }

  #whatIsWrong(dir: number, ino: number, name: Uint8Array, isTwice: boolean): string | null {
    if (name.length === 0 || name.includes(0) || name.includes(SLASH)) return "has an impossible name";
    if (name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT)))
      return "has an impossible name";
    if (isTwice) return "is there twice";
    if (!this.#exists(ino)) return `names inode ${ino}, which is not in use`;
    const isTaken = this.#typeOf(ino) === S_IFDIR && (this.links[ino] > 0 || ino === dir);
    return isTaken ? `is a second name of directory ${ino}` : null;
  }

  #checkIndex(dir: number, live: Map<number, { hash: number; name: string }>): void {
    const { inodes, directories } = this.#disk;
    const index = inodes.get(dir, I_INDEX);
    if (index === 0) return;
    const wrong = this.#whatIsWrongWithIndex(index, live);
    if (wrong === null) {
      this.isIndex[index] = 1;
      return;
    }
    this.#findings.error(`The index of directory ${dir} ${wrong}.`, () => {
      inodes.set(dir, I_INDEX, 0);
      this.#disk.journal.commit();
      directories.prepare(dir);
      if (inodes.get(dir, I_INDEX) < this.isIndex.length) this.isIndex[inodes.get(dir, I_INDEX)] = 1;
    });
  }

  #whatIsWrongWithIndex(index: number, live: Map<number, { hash: number; name: string }>): string | null {
    const { inodes, content, blocks, memory } = this.#disk;
    if (!this.#exists(index) || this.#typeOf(index) !== S_IFREG || this.isIndex[index]) return "is no index";
    const size = inodes.getDouble(index, I_SIZE);
    const capacity = size / 4;
    const isSane = size >= BLOCK_SIZE && size <= this.#disk.layout.dataBlocks * BLOCK_SIZE;
    if (!isSane || !Number.isInteger(Math.log2(capacity))) return `has ${capacity} slots`;
    const slots = new Int32Array(capacity);
    for (let at = 0; at < size; at += BLOCK_SIZE) {
      const block = content.map.lookup(index, at / BLOCK_SIZE);
      if (block === 0) return "has a hole";
      slots.set(memory.words.subarray(blocks.wordOf(block), blocks.wordOf(block + 1)), at / 4);
    }
    let used = 0;
    let entries = 0;
    for (const slot of slots) {
      if (slot !== 0) used++;
      if (slot <= 1) continue;
      if (!live.has((slot - 2) * 4)) return "names a place where no entry is";
      entries++;
    }
    if (used !== inodes.get(index, I_HINT)) return `counts ${inodes.get(index, I_HINT)} used slots in place of ${used}`;
    if (used >= capacity) return "is full";
    if (entries !== live.size) return `has ${counted(entries, "entry", "entries")} in place of ${live.size}`;
    for (const [offset, { hash, name }] of live) {
      let at = hash & (capacity - 1);
      while (slots[at] !== 0 && slots[at] !== offset / 4 + 2) at = (at + 1) & (capacity - 1);
      if (slots[at] === 0) return `does not lead to ${JSON.stringify(name)}`;
    }
    return inodes.get(index, I_NLINK) === 1 ? null : `has ${inodes.get(index, I_NLINK)} links`;
  }

  /** A removed directory keeps its index as long as a process has it open. */
  #keepIndexesOfRemoved(): void {
    const { inodes } = this.#disk;
    for (let ino = ROOT; ino < this.links.length; ino++) {
      if (this.links[ino] > 0 || this.#typeOf(ino) !== S_IFDIR || inodes.get(ino, I_NLINK) !== 0) continue;
      const index = inodes.get(ino, I_INDEX);
      if (index !== 0 && this.#exists(index) && this.links[index] === 0) this.isIndex[index] = 1;
    }
  }
}
