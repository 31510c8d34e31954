// Pipes: rings of 64 KiB in shared memory. Positions count bytes ever written and read, modulo 2^32. A full pipe holds its
// writer back, an empty one its reader; neither sends a message. Called with the lock held.
//
// A FIFO is a pipe that is found by its inode. Opening one does not wait here: whoever shall wait for the other side asks with
// `hasMet` (see `System.opened`), and who does not ask waits in the first read or write instead.

import { type Layout, PIPE_HINT, PIPE_SIZE, PIPE_WORDS, PIPES } from "../disk/layout.ts";
import type { Memory } from "../disk/memory.ts";
import { EAGAIN, ENFILE, EPIPE } from "../errno.ts";
import type { Slots } from "./slots.ts";
import { addWaiter, WAITER_WORDS, wakeWaiters } from "./waiters.ts";

const READERS = 0;
const WRITERS = 1;
const READ_AT = 2;
const WRITE_AT = 3;
const READ_WAITERS = 4;
const WRITE_WAITERS = READ_WAITERS + WAITER_WORDS;
/** The inode of a FIFO, 0 for an unnamed pipe; and behind it how often it was opened to be read, and to be written. */
const FIFO = WRITE_WAITERS + WAITER_WORDS;
const OPENED = FIFO + 1;

/** The sides of a FIFO, which most words of a pipe stand in the order of. */
export const READING = 0;
export const WRITING = 1;

/** A write of at most this many bytes goes in whole or not at all (POSIX's PIPE_BUF; Linux's value). */
export const PIPE_BUF = 4096;

export class Pipes {
  readonly #memory: Memory;
  readonly #layout: Layout;
  readonly #slots: Slots;

  constructor(memory: Memory, layout: Layout, slots: Slots) {
    this.#memory = memory;
    this.#layout = layout;
    this.#slots = slots;
  }

  /** A new pipe with one reader and one writer, or -ENFILE. */
  allocate(): number {
    const words = this.#memory.words;
    for (let i = 0; i < PIPES; i++) {
      const pipe = (words[PIPE_HINT] + i) % PIPES;
      const at = this.#word(pipe);
      if (words[at + READERS] !== 0 || words[at + WRITERS] !== 0) continue;
      words.fill(0, at, at + PIPE_WORDS);
      words[at + READERS] = 1;
      words[at + WRITERS] = 1;
      // The lowest free one next time too: the fewer rings are ever touched, the less memory they take.
      words[PIPE_HINT] = 0;
      return pipe;
    }
    return -ENFILE;
  }

  /** The pipe of a FIFO, or a new one, or -ENFILE; with one more at each of these sides. */
  openFifo(ino: number, sides: number[]): number {
    const words = this.#memory.words;
    let pipe = this.#ofFifo(ino);
    if (pipe < 0) {
      pipe = this.allocate();
      if (pipe < 0) return pipe;
      words[this.#word(pipe) + READERS] = words[this.#word(pipe) + WRITERS] = 0;
      words[this.#word(pipe) + FIFO] = ino;
    }
    const at = this.#word(pipe);
    for (const side of sides) {
      words[at + side]++;
      words[at + OPENED + side]++;
      wakeWaiters(this.#memory, this.#waiters(at, 1 - side), this.#slots);
    }
    return pipe;
  }

  /** What an open file at one side of a FIFO is to remember for `hasMet`: 0 when there is somebody at the other side. */
  metAt(pipe: number, side: number): number {
    const other = this.#word(pipe) + 1 - side;
    const { words } = this.#memory;
    return words[other] > 0 ? 0 : words[other + OPENED] + 1;
  }

  /** Whether somebody has been at the other side since `metAt`. If not, `slot` is woken when one comes. */
  hasMet(pipe: number, side: number, metAt: number, slot: number): boolean {
    const at = this.#word(pipe);
    if (this.#memory.words[at + OPENED + 1 - side] !== metAt - 1) return true;
    addWaiter(this.#memory, this.#waiters(at, side), slot);
    return false;
  }

  #waiters(at: number, side: number): number {
    return at + READ_WAITERS + side * WAITER_WORDS;
  }

  #ofFifo(ino: number): number {
    for (let pipe = 0; pipe < PIPES; pipe++) {
      if (this.#memory.words[this.#word(pipe) + FIFO] === ino && !(this.isAtEnd(pipe) && this.isBroken(pipe)))
        return pipe;
    }
    return -1;
  }

  addWriter(pipe: number): void {
    this.#memory.words[this.#word(pipe) + WRITERS]++;
  }

  closeReader(pipe: number): void {
    const at = this.#word(pipe);
    this.#memory.words[at + READERS]--;
    wakeWaiters(this.#memory, at + WRITE_WAITERS, this.#slots);
  }

  closeWriter(pipe: number): void {
    const at = this.#word(pipe);
    this.#memory.words[at + WRITERS]--;
    wakeWaiters(this.#memory, at + READ_WAITERS, this.#slots);
  }

  /** Up to `length` bytes; 0 when empty and no writer is left; -EAGAIN when empty, and `slot` will be woken. */
  read(pipe: number, into: Uint8Array, at: number, length: number, slot: number): number {
    const words = this.#memory.words;
    const header = this.#word(pipe);
    const available = (words[header + WRITE_AT] - words[header + READ_AT]) >>> 0;
    if (available === 0) {
      if (this.isAtEnd(pipe) || length === 0) return 0;
      addWaiter(this.#memory, header + READ_WAITERS, slot);
      return -EAGAIN;
    }
    const count = Math.min(available, length);
    const start = words[header + READ_AT] & (PIPE_SIZE - 1);
    const first = Math.min(count, PIPE_SIZE - start);
    const ring = this.#ring(pipe);
    this.#memory.copyOut(into, at, ring + start, first);
    if (count > first) this.#memory.copyOut(into, at + first, ring, count - first);
    words[header + READ_AT] = (words[header + READ_AT] + count) | 0;
    wakeWaiters(this.#memory, header + WRITE_WAITERS, this.#slots);
    return count;
  }

  /** How many bytes went in (a prefix when the pipe has less room); -EAGAIN when none did; -EPIPE without a reader. */
  write(pipe: number, from: Uint8Array, at: number, length: number, slot: number): number {
    const words = this.#memory.words;
    const header = this.#word(pipe);
    if (this.isBroken(pipe)) return -EPIPE;
    if (length === 0) return 0;
    const used = (words[header + WRITE_AT] - words[header + READ_AT]) >>> 0;
    const room = PIPE_SIZE - used;
    if (room === 0 || (length <= PIPE_BUF && room < length)) {
      addWaiter(this.#memory, header + WRITE_WAITERS, slot);
      return -EAGAIN;
    }
    const count = Math.min(room, length);
    const start = words[header + WRITE_AT] & (PIPE_SIZE - 1);
    const first = Math.min(count, PIPE_SIZE - start);
    const ring = this.#ring(pipe);
    this.#memory.copyIn(ring + start, from, at, first);
    if (count > first) this.#memory.copyIn(ring, from, at + first, count - first);
    words[header + WRITE_AT] = (words[header + WRITE_AT] + count) | 0;
    wakeWaiters(this.#memory, header + READ_WAITERS, this.#slots);
    return count;
  }

  /** Whether a read, or a write, would not block; if it would, `slot` is woken when that changes. */
  isReadable(pipe: number, slot: number): boolean {
    const words = this.#memory.words;
    const at = this.#word(pipe);
    if (words[at + WRITE_AT] !== words[at + READ_AT] || this.isAtEnd(pipe)) return true;
    addWaiter(this.#memory, at + READ_WAITERS, slot);
    return false;
  }

  isWritable(pipe: number, slot: number): boolean {
    const words = this.#memory.words;
    const at = this.#word(pipe);
    const used = (words[at + WRITE_AT] - words[at + READ_AT]) >>> 0;
    if (PIPE_SIZE - used >= PIPE_BUF || this.isBroken(pipe)) return true;
    addWaiter(this.#memory, at + WRITE_WAITERS, slot);
    return false;
  }

  /** Bytes waiting to be read. */
  available(pipe: number): number {
    const at = this.#word(pipe);
    return (this.#memory.words[at + WRITE_AT] - this.#memory.words[at + READ_AT]) >>> 0;
  }
  /** Nobody writes any more, whatever is still to be read. */
  isAtEnd(pipe: number): boolean {
    return this.#memory.words[this.#word(pipe) + WRITERS] === 0;
  }
  /** Nobody reads any more. */
  isBroken(pipe: number): boolean {
    return this.#memory.words[this.#word(pipe) + READERS] === 0;
  }

  #word(pipe: number): number {
    return this.#layout.pipeWord + pipe * PIPE_WORDS;
  }
  #ring(pipe: number): number {
    return this.#layout.pipeByte + pipe * PIPE_SIZE;
  }
}
