// Terminals: the line discipline between whoever types (the kernel, for a page) and the processes that have the terminal as an
// fd. What is typed goes through `input`: signals, echo, editing of the line in canonical mode. What processes write goes, with
// \n made \r\n, into a pipe that the kernel reads. As POSIX's termios; the flags and characters are Linux's.
// Beside `pipe`, upon `waiters`; called with the lock held.

import { SIGINT, SIGQUIT, SIGTSTP } from "../constants.ts";
import { type Layout, TTY_INPUT, TTY_WORDS, TTYS } from "../disk/layout.ts";
import type { Memory } from "../disk/memory.ts";
import { EAGAIN, EIO, ENFILE } from "../errno.ts";
import { PIPE_BUF, type Pipes } from "./pipe.ts";
import type { Slots } from "./slots.ts";
import * as t from "./termios.ts";
import { addWaiter, WAITER_WORDS, wakeWaiters } from "./waiters.ts";

/** Words of a terminal. The first six are its `Termios`, as `termios.ts` says. */
const IFLAG = 0;
const OFLAG = 1;
const CFLAG = 2;
const LFLAG = 3;
const CC = 4; // one word each
const STATE = CC + t.CHARACTERS;
const ROWS = STATE + 1;
const COLUMNS = STATE + 2;
/** The foreground process group, 0 = none. */
const GROUP = STATE + 3;
/** The pipe that takes the output. */
const OUTPUT = STATE + 4;
/** Output is held (^S). */
const HELD = STATE + 5;
/** The next character is taken as it is (^V). */
const LITERAL = STATE + 6;
/** Counts of entries: read so far, in whole lines so far, typed so far. */
const READ_AT = STATE + 7;
const LINES_AT = STATE + 8;
const WRITE_AT = STATE + 9;
const READERS = STATE + 10;
const WRITERS = READERS + WAITER_WORDS;
const TYPISTS = WRITERS + WAITER_WORDS;
/** The session whose terminal it is, 0 = none; and how many open files are on it. */
const SESSION = TYPISTS + WAITER_WORDS;
const OPENED = SESSION + 1;
const INPUT = TTY_WORDS - TTY_INPUT;

const FREE = 0;
const OPEN = 1;
const HUNG_UP = 2;

/** An entry of the input: a byte, and whether a line ends with it; or the mark that ^D makes, which is no byte. */
const LINE_END = 0x100;
const END_OF_FILE = 0x300;

/** What is written goes through in pieces of this many bytes, which at worst become twice as many: a pipe takes that whole. */
const PIECE = PIPE_BUF / 2;
const LF = 10;
const CR = 13;

export class Ttys {
  readonly #memory: Memory;
  readonly #layout: Layout;
  readonly #slots: Slots;
  readonly #pipes: Pipes;
  readonly #out = new Uint8Array(PIPE_BUF);

  constructor(memory: Memory, layout: Layout, slots: Slots, pipes: Pipes) {
    this.#memory = memory;
    this.#layout = layout;
    this.#slots = slots;
    this.#pipes = pipes;
  }

  /** A new terminal whose output goes into `pipe`, which it keeps open for writing. -ENFILE when there are too many. */
  allocate(pipe: number, rows: number, columns: number): number {
    for (let tty = 0; tty < TTYS; tty++) {
      const at = this.#word(tty);
      if (this.#memory.words[at + STATE] !== FREE) continue;
      this.#memory.words.fill(0, at, at + INPUT);
      this.setTermios(tty, t.SANE);
      this.#memory.words[at + ROWS] = rows;
      this.#memory.words[at + COLUMNS] = columns;
      this.#memory.words[at + OUTPUT] = pipe;
      this.#memory.words[at + STATE] = OPEN;
      return tty;
    }
    return -ENFILE;
  }

  /** Whoever typed is gone: reads are at the end, writes fail. It is free once no process has it open any more. */
  hangUp(tty: number): void {
    const at = this.#word(tty);
    if (this.#memory.words[at + STATE] !== OPEN) return;
    this.#memory.words[at + STATE] = HUNG_UP;
    this.#memory.words[at + SESSION] = 0;
    this.#pipes.closeWriter(this.#memory.words[at + OUTPUT]);
    this.#wake(at);
    this.#freeIfUnused(at);
  }

  isOpen(tty: number): boolean {
    return tty >= 0 && tty < TTYS && this.#memory.words[this.#word(tty) + STATE] === OPEN;
  }

  /** An open file more on it, or one less. */
  hold(tty: number): void {
    this.#memory.words[this.#word(tty) + OPENED]++;
  }
  letGo(tty: number): void {
    const at = this.#word(tty);
    this.#memory.words[at + OPENED]--;
    this.#freeIfUnused(at);
  }

  #freeIfUnused(at: number): void {
    const { words } = this.#memory;
    if (words[at + STATE] === HUNG_UP && words[at + OPENED] === 0) words[at + STATE] = FREE;
  }

  /** The terminal of a session, or -1. */
  ofSession(session: number): number {
    for (let tty = 0; tty < TTYS; tty++) if (this.isOpen(tty) && this.session(tty) === session) return tty;
    return -1;
  }
  session(tty: number): number {
    return this.#memory.words[this.#word(tty) + SESSION];
  }
  setSession(tty: number, session: number): void {
    this.#memory.words[this.#word(tty) + SESSION] = session;
  }

  group(tty: number): number {
    return this.#memory.words[this.#word(tty) + GROUP];
  }
  setGroup(tty: number, group: number): void {
    this.#memory.words[this.#word(tty) + GROUP] = group;
  }
  rows(tty: number): number {
    return this.#memory.words[this.#word(tty) + ROWS];
  }
  columns(tty: number): number {
    return this.#memory.words[this.#word(tty) + COLUMNS];
  }
  /** True when the size is another than before. */
  resize(tty: number, rows: number, columns: number): boolean {
    const at = this.#word(tty);
    const isNew = this.rows(tty) !== rows || this.columns(tty) !== columns;
    this.#memory.words[at + ROWS] = rows;
    this.#memory.words[at + COLUMNS] = columns;
    return isNew;
  }

  termios(tty: number): t.Termios {
    const { words } = this.#memory;
    const at = this.#word(tty);
    return {
      iflag: words[at + IFLAG],
      oflag: words[at + OFLAG],
      cflag: words[at + CFLAG],
      lflag: words[at + LFLAG],
      cc: Array.from({ length: t.CHARACTERS }, (_, i) => words[at + CC + i]),
    };
  }

  setTermios(tty: number, { iflag, oflag, cflag, lflag, cc }: t.Termios): void {
    const { words } = this.#memory;
    const at = this.#word(tty);
    const wasCanonical = (words[at + LFLAG] & t.ICANON) !== 0;
    words[at + IFLAG] = iflag;
    words[at + OFLAG] = oflag;
    words[at + CFLAG] = cflag;
    words[at + LFLAG] = lflag;
    for (let i = 0; i < t.CHARACTERS; i++) words[at + CC + i] = (cc[i] ?? 0) & 0xff;
    if (!wasCanonical && (lflag & t.ICANON) !== 0 && words[at + WRITE_AT] !== words[at + LINES_AT]) {
      // What was typed before may be read as it is.
      this.#entry(at, words[at + WRITE_AT] - 1, LINE_END | this.#entry(at, words[at + WRITE_AT] - 1));
      words[at + LINES_AT] = words[at + WRITE_AT];
    }
    this.#wake(at);
  }

  /** Throws away what was typed and not read. */
  flushInput(tty: number): void {
    const { words } = this.#memory;
    const at = this.#word(tty);
    words[at + READ_AT] = words[at + LINES_AT] = words[at + WRITE_AT];
    wakeWaiters(this.#memory, at + TYPISTS, this.#slots);
  }

  /** Bytes of a line, or in raw mode what there is; 0 at the end; -EAGAIN when there is nothing yet, and `slot` will be woken. */
  read(tty: number, into: Uint8Array, at: number, length: number, slot: number): number {
    const { words } = this.#memory;
    const word = this.#word(tty);
    const isCanonical = (words[word + LFLAG] & t.ICANON) !== 0;
    const end = isCanonical ? words[word + LINES_AT] : words[word + WRITE_AT];
    if (words[word + READ_AT] === end) {
      if (words[word + STATE] === HUNG_UP) return 0;
      if (length === 0 || (!isCanonical && words[word + CC + t.VMIN] === 0)) return 0;
      addWaiter(this.#memory, word + READERS, slot);
      return -EAGAIN;
    }
    let count = 0;
    let next = words[word + READ_AT];
    let isWhole = false;
    while (count < length && next !== end && !isWhole) {
      const entry = this.#entry(word, next++);
      if (entry !== END_OF_FILE) into[at + count++] = entry & 0xff;
      isWhole = isCanonical && (entry & LINE_END) !== 0;
    }
    // A ^D right behind what fills the buffer ends this read, not the next one.
    if (isCanonical && !isWhole && next !== end && this.#entry(word, next) === END_OF_FILE) next++;
    words[word + READ_AT] = next;
    wakeWaiters(this.#memory, word + TYPISTS, this.#slots);
    return count;
  }

  /** How many bytes went out; -EAGAIN when none could, and `slot` will be woken; -EIO when nobody is there any more. */
  write(tty: number, from: Uint8Array, at: number, length: number, slot: number): number {
    const { words } = this.#memory;
    const word = this.#word(tty);
    if (words[word + STATE] !== OPEN) return -EIO;
    if (words[word + HELD] !== 0) {
      addWaiter(this.#memory, word + WRITERS, slot);
      return -EAGAIN;
    }
    let done = 0;
    while (done < length) {
      const piece = from.subarray(at + done, at + Math.min(length, done + PIECE));
      const result = this.#put(word, piece, slot);
      if (result < 0) return done > 0 ? done : result;
      done += piece.length;
    }
    return done;
  }

  isReadable(tty: number, slot: number): boolean {
    const { words } = this.#memory;
    const at = this.#word(tty);
    const end = (words[at + LFLAG] & t.ICANON) !== 0 ? words[at + LINES_AT] : words[at + WRITE_AT];
    if (words[at + READ_AT] !== end || words[at + STATE] !== OPEN) return true;
    addWaiter(this.#memory, at + READERS, slot);
    return false;
  }

  isWritable(tty: number, slot: number): boolean {
    const { words } = this.#memory;
    const at = this.#word(tty);
    if (words[at + STATE] !== OPEN) return true;
    if (words[at + HELD] === 0) return this.#pipes.isWritable(words[at + OUTPUT], slot);
    addWaiter(this.#memory, at + WRITERS, slot);
    return false;
  }

  /** Bytes that wait to be read. */
  available(tty: number): number {
    const { words } = this.#memory;
    const at = this.#word(tty);
    return ((words[at + LFLAG] & t.ICANON) !== 0 ? words[at + LINES_AT] : words[at + WRITE_AT]) - words[at + READ_AT];
  }

  /**
   * Somebody types: how many bytes were taken, fewer when nobody reads them (then `slot` will be woken). `signal` is called
   * with the signal of a character that makes one.
   */
  input(tty: number, from: Uint8Array, slot: number, signal: (group: number, signal: number) => void): number {
    const { words } = this.#memory;
    const at = this.#word(tty);
    if (words[at + STATE] !== OPEN) return -EIO;
    let taken = 0;
    for (; taken < from.length; taken++) {
      if (words[at + WRITE_AT] - words[at + READ_AT] >= TTY_INPUT - 1 && !this.#isLineTooLong(at)) {
        addWaiter(this.#memory, at + TYPISTS, slot);
        break;
      }
      this.#type(at, from[taken], signal);
    }
    if (this.available(tty) > 0) wakeWaiters(this.#memory, at + READERS, this.#slots);
    return taken;
  }

  /** All room is taken by one unfinished line, which nobody can read: what else is typed into it is lost. */
  #isLineTooLong(at: number): boolean {
    const { words } = this.#memory;
    return (words[at + LFLAG] & t.ICANON) !== 0 && words[at + LINES_AT] === words[at + READ_AT];
  }

  #type(at: number, typed: number, signal: (group: number, signal: number) => void): void {
    const { words } = this.#memory;
    const iflag = words[at + IFLAG];
    const lflag = words[at + LFLAG];
    const is = (name: number) => words[at + CC + name] !== 0 && words[at + CC + name] === byte;
    let byte = (iflag & t.ISTRIP) !== 0 ? typed & 0x7f : typed;
    if (words[at + LITERAL] !== 0) {
      words[at + LITERAL] = 0;
      return this.#push(at, byte, byte);
    }
    if (byte === CR) {
      if ((iflag & t.IGNCR) !== 0) return;
      if ((iflag & t.ICRNL) !== 0) byte = LF;
    } else if (byte === LF && (iflag & t.INLCR) !== 0) byte = CR;
    if ((iflag & t.IXON) !== 0) {
      const isStop = is(t.VSTOP);
      if (isStop || is(t.VSTART) || (words[at + HELD] !== 0 && (iflag & t.IXANY) !== 0)) {
        words[at + HELD] = isStop ? 1 : 0;
        if (!isStop) wakeWaiters(this.#memory, at + WRITERS, this.#slots);
        if (isStop || is(t.VSTART)) return;
      }
    }
    if ((lflag & t.ISIG) !== 0) {
      const number = is(t.VINTR) ? SIGINT : is(t.VQUIT) ? SIGQUIT : is(t.VSUSP) ? SIGTSTP : 0;
      if (number !== 0) {
        if ((lflag & t.NOFLSH) === 0) words[at + READ_AT] = words[at + LINES_AT] = words[at + WRITE_AT];
        this.#echo(at, byte);
        if (words[at + GROUP] !== 0) signal(words[at + GROUP], number);
        return;
      }
    }
    if ((lflag & t.ICANON) === 0) return this.#push(at, byte, byte);
    if ((lflag & t.IEXTEN) !== 0) {
      if (is(t.VLNEXT)) {
        words[at + LITERAL] = 1;
        if ((lflag & t.ECHO) !== 0) this.#show(at, [0x5e, 0x08]);
        return;
      }
      if (is(t.VWERASE)) return this.#eraseWord(at);
      if (is(t.VREPRINT)) return this.#reprint(at);
    }
    if (is(t.VERASE)) this.#erase(at);
    else if (is(t.VKILL)) while (this.#erase(at));
    else if (is(t.VEOF)) this.#endLine(at, END_OF_FILE);
    else if (byte === LF || is(t.VEOL) || is(t.VEOL2)) {
      if ((lflag & (t.ECHO | t.ECHONL)) !== 0) this.#show(at, [byte]);
      this.#endLine(at, byte | LINE_END);
    } else this.#push(at, byte, byte);
  }

  #push(at: number, byte: number, shown: number): void {
    const { words } = this.#memory;
    if (words[at + WRITE_AT] - words[at + READ_AT] >= TTY_INPUT - 1) {
      this.#show(at, [7]);
      return;
    }
    this.#echo(at, shown);
    this.#entry(at, words[at + WRITE_AT]++, byte);
  }

  #endLine(at: number, entry: number): void {
    const { words } = this.#memory;
    this.#entry(at, words[at + WRITE_AT]++, entry);
    words[at + LINES_AT] = words[at + WRITE_AT];
  }

  /** Takes back the last character of the unfinished line, all bytes of it; false when there is none. */
  #erase(at: number): boolean {
    const { words } = this.#memory;
    if (words[at + WRITE_AT] === words[at + LINES_AT]) return false;
    let byte: number;
    do byte = this.#entry(at, --words[at + WRITE_AT]) & 0xff;
    while ((byte & 0xc0) === 0x80 && words[at + WRITE_AT] !== words[at + LINES_AT]);
    if ((words[at + LFLAG] & (t.ECHO | t.ECHOE)) === (t.ECHO | t.ECHOE)) {
      for (let columns = isControl(byte) ? 2 : 1; columns > 0; columns--) this.#show(at, [8, 0x20, 8]);
    }
    return true;
  }

  #eraseWord(at: number): void {
    const { words } = this.#memory;
    const isSpace = () => [0x20, 9].includes(this.#entry(at, words[at + WRITE_AT] - 1));
    while (words[at + WRITE_AT] !== words[at + LINES_AT] && isSpace()) this.#erase(at);
    while (words[at + WRITE_AT] !== words[at + LINES_AT] && !isSpace()) this.#erase(at);
  }

  #reprint(at: number): void {
    const { words } = this.#memory;
    if ((words[at + LFLAG] & t.ECHO) === 0) return;
    this.#show(at, [0x5e, 0x52, LF]);
    for (let i = words[at + LINES_AT]; i !== words[at + WRITE_AT]; i++) this.#echo(at, this.#entry(at, i));
  }

  #echo(at: number, byte: number): void {
    const lflag = this.#memory.words[at + LFLAG];
    if ((lflag & t.ECHO) === 0) return;
    this.#show(at, isControl(byte) && (lflag & t.ECHOCTL) !== 0 ? [0x5e, byte ^ 0x40] : [byte]);
  }

  /** Echo that finds no room is lost. */
  #show(at: number, bytes: number[]): void {
    this.#put(at, Uint8Array.from(bytes), -1);
  }

  #put(at: number, bytes: Uint8Array, slot: number): number {
    const { words } = this.#memory;
    const out = this.#out;
    const addsCr = (words[at + OFLAG] & (t.OPOST | t.ONLCR)) === (t.OPOST | t.ONLCR);
    let length = 0;
    for (const byte of bytes) {
      if (byte === LF && addsCr) out[length++] = CR;
      out[length++] = byte;
    }
    return this.#pipes.write(words[at + OUTPUT], out, 0, length, slot);
  }

  #wake(at: number): void {
    for (const set of [READERS, WRITERS, TYPISTS]) wakeWaiters(this.#memory, at + set, this.#slots);
  }

  #entry(at: number, index: number, value?: number): number {
    const word = at + INPUT + (index & (TTY_INPUT - 1));
    if (value !== undefined) this.#memory.words[word] = value;
    return this.#memory.words[word];
  }

  #word(tty: number): number {
    return this.#layout.ttyWord + tty * TTY_WORDS;
  }
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 9 && byte !== LF) || byte === 0x7f;
}
