// A terminal's words in shared memory, and what is written to it: through a pipe that the kernel reads, with \n made \r\n.
// Beside `pipe`, upon `waiters`; called with the lock held.

import { type Layout, TTY_INPUT, TTY_WORDS, TTYS } from "../disk/layout.ts";
import type { Memory } from "../disk/memory.ts";
import { EAGAIN, EIO } from "../errno.ts";
import { PIPE_BUF, type Pipes } from "./pipe.ts";
import type { Slots } from "./slots.ts";
import * as t from "./termios.ts";
import { HELD, INPUT, OFLAG, OPEN, OUTPUT, READERS, STATE, TYPISTS, WRITERS } from "./tty-words.ts";
import { addWaiter, wakeWaiters } from "./waiters.ts";

/** What is written goes through in pieces of this many bytes, which at worst become twice as many: a pipe takes that whole. */
const PIECE = PIPE_BUF / 2;
export const LF = 10;
export const CR = 13;

export class TtyOutput {
  protected readonly memory: Memory;
  readonly #layout: Layout;
  protected readonly slots: Slots;
  protected readonly pipes: Pipes;
  readonly #out = new Uint8Array(PIPE_BUF);

  constructor(memory: Memory, layout: Layout, slots: Slots, pipes: Pipes) {
    this.memory = memory;
    this.#layout = layout;
    this.slots = slots;
    this.pipes = pipes;
  }

  isOpen(tty: number): boolean {
    return tty >= 0 && tty < TTYS && this.memory.words[this.word(tty) + STATE] === OPEN;
  }

  /** How many bytes went out; -EAGAIN when none could, and `slot` will be woken; -EIO when nobody is there any more. */
  write(tty: number, from: Uint8Array, at: number, length: number, slot: number): number {
    const { words } = this.memory;
    const word = this.word(tty);
    if (words[word + STATE] !== OPEN) return -EIO;
    if (words[word + HELD] !== 0) {
      addWaiter(this.memory, word + WRITERS, slot);
      return -EAGAIN;
    }
    let done = 0;
    while (done < length) {
      const piece = from.subarray(at + done, at + Math.min(length, done + PIECE));
      const result = this.put(word, piece, slot);
      if (result < 0) return done > 0 ? done : result;
      done += piece.length;
    }
    return done;
  }

  isWritable(tty: number, slot: number): boolean {
    const { words } = this.memory;
    const at = this.word(tty);
    if (words[at + STATE] !== OPEN) return true;
    if (words[at + HELD] === 0) return this.pipes.isWritable(words[at + OUTPUT], slot);
    addWaiter(this.memory, at + WRITERS, slot);
    return false;
  }

  protected put(at: number, bytes: Uint8Array, slot: number): number {
    const { words } = this.memory;
    const out = this.#out;
    const addsCr = (words[at + OFLAG] & (t.OPOST | t.ONLCR)) === (t.OPOST | t.ONLCR);
    let length = 0;
    for (const byte of bytes) {
      if (byte === LF && addsCr) out[length++] = CR;
      out[length++] = byte;
    }
    return this.pipes.write(words[at + OUTPUT], out, 0, length, slot);
  }

  protected wake(at: number): void {
    for (const set of [READERS, WRITERS, TYPISTS]) wakeWaiters(this.memory, at + set, this.slots);
  }

  protected entry(at: number, index: number, value?: number): number {
    const word = at + INPUT + (index & (TTY_INPUT - 1));
    if (value !== undefined) this.memory.words[word] = value;
    return this.memory.words[word];
  }

  protected word(tty: number): number {
    return this.#layout.ttyWord + tty * TTY_WORDS;
  }
}
