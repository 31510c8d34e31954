// Terminals: the line discipline between whoever types (the kernel, for a page) and the processes that have the terminal as an
// fd. Made, ended, held, sized and set here; what is typed is `tty-input`'s, what processes write `tty-output`'s. As POSIX's
// termios; the flags and characters are Linux's. Called with the lock held.

import { TTYS } from "../disk/layout.ts";
import { ENFILE } from "../errno.ts";
import * as t from "./termios.ts";
import { TtyInput } from "./tty-input.ts";
import {
  CC,
  CFLAG,
  COLUMNS,
  FREE,
  GROUP,
  HUNG_UP,
  IFLAG,
  INPUT,
  LFLAG,
  LINE_END,
  LINES_AT,
  OFLAG,
  OPEN,
  OPENED,
  OUTPUT,
  ROWS,
  SESSION,
  STATE,
  WRITE_AT,
} from "./tty-words.ts";

export class Ttys extends TtyInput {
  /** A new terminal whose output goes into `pipe`, which it keeps open for writing. -ENFILE when there are too many. */
  allocate(pipe: number, rows: number, columns: number): number {
    for (let tty = 0; tty < TTYS; tty++) {
      const at = this.word(tty);
      if (this.memory.words[at + STATE] !== FREE) continue;
      this.memory.words.fill(0, at, at + INPUT);
      this.setTermios(tty, t.SANE);
      this.memory.words[at + ROWS] = rows;
      this.memory.words[at + COLUMNS] = columns;
      this.memory.words[at + OUTPUT] = pipe;
      this.memory.words[at + STATE] = OPEN;
      return tty;
    }
    return -ENFILE;
  }

  /** Whoever typed is gone: reads are at the end, writes fail. It is free once no process has it open any more. */
  hangUp(tty: number): void {
    const at = this.word(tty);
    if (this.memory.words[at + STATE] !== OPEN) return;
    this.memory.words[at + STATE] = HUNG_UP;
    this.memory.words[at + SESSION] = 0;
    this.pipes.closeWriter(this.memory.words[at + OUTPUT]);
    this.wake(at);
    this.#freeIfUnused(at);
  }

  /** An open file more on it, or one less. */
  hold(tty: number): void {
    this.memory.words[this.word(tty) + OPENED]++;
  }
  letGo(tty: number): void {
    const at = this.word(tty);
    this.memory.words[at + OPENED]--;
    this.#freeIfUnused(at);
  }

  #freeIfUnused(at: number): void {
    const { words } = this.memory;
    if (words[at + STATE] === HUNG_UP && words[at + OPENED] === 0) words[at + STATE] = FREE;
  }

  /** The terminal of a session, or -1. */
  ofSession(session: number): number {
    for (let tty = 0; tty < TTYS; tty++) if (this.isOpen(tty) && this.session(tty) === session) return tty;
    return -1;
  }
  session(tty: number): number {
    return this.memory.words[this.word(tty) + SESSION];
  }
  setSession(tty: number, session: number): void {
    this.memory.words[this.word(tty) + SESSION] = session;
  }

  group(tty: number): number {
    return this.memory.words[this.word(tty) + GROUP];
  }
  setGroup(tty: number, group: number): void {
    this.memory.words[this.word(tty) + GROUP] = group;
  }
  rows(tty: number): number {
    return this.memory.words[this.word(tty) + ROWS];
  }
  columns(tty: number): number {
    return this.memory.words[this.word(tty) + COLUMNS];
  }
  /** True when the size is another than before. */
  resize(tty: number, rows: number, columns: number): boolean {
    const at = this.word(tty);
    const isNew = this.rows(tty) !== rows || this.columns(tty) !== columns;
    this.memory.words[at + ROWS] = rows;
    this.memory.words[at + COLUMNS] = columns;
    return isNew;
  }

  termios(tty: number): t.Termios {
    const { words } = this.memory;
    const at = this.word(tty);
    return {
      iflag: words[at + IFLAG],
      oflag: words[at + OFLAG],
      cflag: words[at + CFLAG],
      lflag: words[at + LFLAG],
      cc: Array.from({ length: t.CHARACTERS }, (_, i) => words[at + CC + i]),
    };
  }

  setTermios(tty: number, { iflag, oflag, cflag, lflag, cc }: t.Termios): void {
    const { words } = this.memory;
    const at = this.word(tty);
    const wasCanonical = (words[at + LFLAG] & t.ICANON) !== 0;
    words[at + IFLAG] = iflag;
    words[at + OFLAG] = oflag;
    words[at + CFLAG] = cflag;
    words[at + LFLAG] = lflag;
    for (let i = 0; i < t.CHARACTERS; i++) words[at + CC + i] = (cc[i] ?? 0) & 0xff;
    if (!wasCanonical && (lflag & t.ICANON) !== 0 && words[at + WRITE_AT] !== words[at + LINES_AT]) {
      // What was typed before may be read as it is.
      this.entry(at, words[at + WRITE_AT] - 1, LINE_END | this.entry(at, words[at + WRITE_AT] - 1));
      words[at + LINES_AT] = words[at + WRITE_AT];
    }
    this.wake(at);
  }
}
