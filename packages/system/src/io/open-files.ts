// The open-file table: what an fd refers to. An entry has the offset and the status flags, and is shared by every fd that was
// duplicated or inherited from it, so `( a; b ) > file` has one offset. Called with the lock held.

import { O_ACCMODE, O_RDONLY, O_WRONLY } from "../constants.ts";
import type { Disk } from "../disk/disk.ts";
import { OPEN_FILE_WORDS, OPEN_FILES, OPEN_HINT } from "../disk/layout.ts";
import { ENFILE } from "../errno.ts";
import type { Pipes } from "./pipe.ts";
import type { Ttys } from "./tty.ts";

const REFS = 0;
const KIND = 1;
const FLAGS = 2;
const OBJECT = 3;
const OFFSET = 4; // double
const DEVICE = 6; // of a device: its number; of a FIFO: its inode
const PARENT = 7; // the directory that a file was opened in, to tell its name

export const KIND_INODE = 1;
export const KIND_PIPE = 2;
export const KIND_DEVICE = 3;
export const KIND_VIRTUAL = 4;
export const KIND_TTY = 5;

export class OpenFiles {
  readonly #disk: Disk;
  readonly #pipes: Pipes;
  readonly #ttys: Ttys;

  constructor(disk: Disk, pipes: Pipes, ttys: Ttys) {
    this.#disk = disk;
    this.#pipes = pipes;
    this.#ttys = ttys;
  }

  /** A new entry with one reference: on an inode, which it holds, or on one end of a pipe. -ENFILE when the table is full. */
  allocate(kind: number, object: number, flags: number, device = 0): number {
    const words = this.#disk.memory.words;
    for (let i = 0; i < OPEN_FILES; i++) {
      const file = (words[OPEN_HINT] + i) % OPEN_FILES;
      const at = this.#word(file);
      if (words[at + REFS] !== 0) continue;
      words[OPEN_HINT] = file + 1;
      words[at + REFS] = 1;
      words[at + KIND] = kind;
      words[at + FLAGS] = flags;
      words[at + OBJECT] = object;
      words[at + OFFSET] = 0;
      words[at + OFFSET + 1] = 0;
      words[at + DEVICE] = device;
      words[at + PARENT] = 0;
      if (kind === KIND_TTY) this.#ttys.hold(object);
      else if (kind !== KIND_PIPE) this.#disk.tree.hold(object);
      else if (device !== 0) this.#disk.tree.hold(device);
      return file;
    }
    return -ENFILE;
  }

  addReference(file: number): void {
    this.#disk.memory.words[this.#word(file) + REFS]++;
  }

  /** One reference less; the last one closes the pipe's end or lets the inode go. */
  release(file: number): void {
    const words = this.#disk.memory.words;
    const at = this.#word(file);
    if (--words[at + REFS] > 0) return;
    words[OPEN_HINT] = Math.min(words[OPEN_HINT], file);
    if (words[at + KIND] === KIND_TTY) this.#ttys.letGo(words[at + OBJECT]);
    else if (words[at + KIND] !== KIND_PIPE) this.#disk.tree.letGo(words[at + OBJECT]);
    else {
      const access = words[at + FLAGS] & O_ACCMODE;
      if (access !== O_RDONLY) this.#pipes.closeWriter(words[at + OBJECT]);
      if (access !== O_WRONLY) this.#pipes.closeReader(words[at + OBJECT]);
      if (words[at + DEVICE] !== 0) this.#disk.tree.letGo(words[at + DEVICE]);
    }
  }

  kind(file: number): number {
    return this.#disk.memory.words[this.#word(file) + KIND];
  }
  /** The inode, the pipe, or the terminal. */
  object(file: number): number {
    return this.#disk.memory.words[this.#word(file) + OBJECT];
  }
  device(file: number): number {
    return this.#disk.memory.words[this.#word(file) + DEVICE];
  }
  parent(file: number): number {
    return this.#disk.memory.words[this.#word(file) + PARENT];
  }
  setParent(file: number, directory: number): void {
    this.#disk.memory.words[this.#word(file) + PARENT] = directory;
  }
  flags(file: number): number {
    return this.#disk.memory.words[this.#word(file) + FLAGS];
  }
  setFlags(file: number, flags: number): void {
    this.#disk.memory.words[this.#word(file) + FLAGS] = flags;
  }
  offset(file: number): number {
    return this.#disk.memory.doubles[(this.#word(file) + OFFSET) >>> 1];
  }
  setOffset(file: number, offset: number): void {
    this.#disk.memory.doubles[(this.#word(file) + OFFSET) >>> 1] = offset;
  }

  #word(file: number): number {
    return this.#disk.layout.openFileWord + file * OPEN_FILE_WORDS;
  }
}
