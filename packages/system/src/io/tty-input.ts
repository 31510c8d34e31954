// What is typed at a terminal: signals, echo, editing of the line in canonical mode; and its reading. Upon `tty-output`, by which it
// echoes.

import { SIGINT, SIGQUIT, SIGTSTP } from "../constants.ts";
import { TTY_INPUT } from "../disk/layout.ts";
import { EAGAIN, EIO } from "../errno.ts";
import * as t from "./termios.ts";
import { CR, LF, TtyOutput } from "./tty-output.ts";
import {
  CC,
  END_OF_FILE,
  GROUP,
  HELD,
  HUNG_UP,
  IFLAG,
  LFLAG,
  LINE_END,
  LINES_AT,
  LITERAL,
  OPEN,
  READ_AT,
  READERS,
  STATE,
  TYPISTS,
  WRITE_AT,
  WRITERS,
} from "./tty-words.ts";
import { addWaiter, wakeWaiters } from "./waiters.ts";

export class TtyInput extends TtyOutput {
  /** Throws away what was typed and not read. */
  flushInput(tty: number): void {
    const { words } = this.memory;
    const at = this.word(tty);
    words[at + READ_AT] = words[at + LINES_AT] = words[at + WRITE_AT];
    wakeWaiters(this.memory, at + TYPISTS, this.slots);
  }

  /**
   * Bytes of a line, or in raw mode what there is once it is enough (VMIN) or `isDue`; 0 at the end; -EAGAIN when there is too
   * little yet, and `slot` will be woken.
   */
  read(tty: number, into: Uint8Array, at: number, length: number, slot: number, isDue = false): number {
    const { words } = this.memory;
    const word = this.word(tty);
    const isCanonical = (words[word + LFLAG] & t.ICANON) !== 0;
    const end = isCanonical ? words[word + LINES_AT] : words[word + WRITE_AT];
    const least = isCanonical ? 1 : words[word + CC + t.VMIN] || Math.min(1, words[word + CC + t.VTIME]);
    const isOver = isDue || words[word + STATE] === HUNG_UP;
    if (end - words[word + READ_AT] < Math.min(least, length) && !isOver) {
      addWaiter(this.memory, word + READERS, slot);
      return -EAGAIN;
    }
    let count = 0;
    let next = words[word + READ_AT];
    let isWhole = false;
    while (count < length && next !== end && !isWhole) {
      const entry = this.entry(word, next++);
      if (entry !== END_OF_FILE) into[at + count++] = entry & 0xff;
      isWhole = isCanonical && (entry & LINE_END) !== 0;
    }
    // A ^D right behind what fills the buffer ends this read, not the next one.
    if (isCanonical && !isWhole && next !== end && this.entry(word, next) === END_OF_FILE) next++;
    words[word + READ_AT] = next;
    wakeWaiters(this.memory, word + TYPISTS, this.slots);
    return count;
  }

  /**
   * How long (ms) a read may wait now, in raw mode with VTIME: for the first byte when VMIN is 0, else for the next one. Infinity
   * when there is no such limit.
   */
  patience(tty: number): number {
    const { words } = this.memory;
    const at = this.word(tty);
    const time = words[at + CC + t.VTIME];
    const isTimed = (words[at + LFLAG] & t.ICANON) === 0 && time > 0;
    return isTimed && (words[at + CC + t.VMIN] === 0 || this.available(tty) > 0)
      ? time * 100
      : Number.POSITIVE_INFINITY;
  }

  isReadable(tty: number, slot: number): boolean {
    const { words } = this.memory;
    const at = this.word(tty);
    if (this.available(tty) > 0 || words[at + STATE] !== OPEN) return true;
    addWaiter(this.memory, at + READERS, slot);
    return false;
  }

  /** Bytes that wait to be read. */
  available(tty: number): number {
    const { words } = this.memory;
    const at = this.word(tty);
    return ((words[at + LFLAG] & t.ICANON) !== 0 ? words[at + LINES_AT] : words[at + WRITE_AT]) - words[at + READ_AT];
  }

  /**
   * Somebody types: how many bytes were taken, fewer when nobody reads them (then `slot` will be woken). `signal` is called
   * with the signal of a character that makes one.
   */
  input(tty: number, from: Uint8Array, slot: number, signal: (group: number, signal: number) => void): number {
    const { words } = this.memory;
    const at = this.word(tty);
    if (words[at + STATE] !== OPEN) return -EIO;
    let taken = 0;
    for (; taken < from.length; taken++) {
      if (words[at + WRITE_AT] - words[at + READ_AT] >= TTY_INPUT - 1 && !this.#isLineTooLong(at)) {
        addWaiter(this.memory, at + TYPISTS, slot);
        break;
      }
      this.#type(at, from[taken], signal);
    }
    if (this.available(tty) > 0) wakeWaiters(this.memory, at + READERS, this.slots);
    return taken;
  }

  /** All room is taken by one unfinished line, which nobody can read: what else is typed into it is lost. */
  #isLineTooLong(at: number): boolean {
    const { words } = this.memory;
    return (words[at + LFLAG] & t.ICANON) !== 0 && words[at + LINES_AT] === words[at + READ_AT];
  }

  #type(at: number, typed: number, signal: (group: number, signal: number) => void): void {
    const { words } = this.memory;
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
        if (!isStop) wakeWaiters(this.memory, at + WRITERS, this.slots);
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
    const { words } = this.memory;
    if (words[at + WRITE_AT] - words[at + READ_AT] >= TTY_INPUT - 1) {
      this.#show(at, [7]);
      return;
    }
    this.#echo(at, shown);
    this.entry(at, words[at + WRITE_AT]++, byte);
  }

  #endLine(at: number, entry: number): void {
    const { words } = this.memory;
    this.entry(at, words[at + WRITE_AT]++, entry);
    words[at + LINES_AT] = words[at + WRITE_AT];
  }

  /** Takes back the last character of the unfinished line, all bytes of it; false when there is none. */
  #erase(at: number): boolean {
    const { words } = this.memory;
    if (words[at + WRITE_AT] === words[at + LINES_AT]) return false;
    let byte: number;
    do byte = this.entry(at, --words[at + WRITE_AT]) & 0xff;
    while ((byte & 0xc0) === 0x80 && words[at + WRITE_AT] !== words[at + LINES_AT]);
    if ((words[at + LFLAG] & (t.ECHO | t.ECHOE)) === (t.ECHO | t.ECHOE)) {
      for (let columns = isControl(byte) ? 2 : 1; columns > 0; columns--) this.#show(at, [8, 0x20, 8]);
    }
    return true;
  }

  #eraseWord(at: number): void {
    const { words } = this.memory;
    const isSpace = () => [0x20, 9].includes(this.entry(at, words[at + WRITE_AT] - 1));
    while (words[at + WRITE_AT] !== words[at + LINES_AT] && isSpace()) this.#erase(at);
    while (words[at + WRITE_AT] !== words[at + LINES_AT] && !isSpace()) this.#erase(at);
  }

  #reprint(at: number): void {
    const { words } = this.memory;
    if ((words[at + LFLAG] & t.ECHO) === 0) return;
    this.#show(at, [0x5e, 0x52, LF]);
    for (let i = words[at + LINES_AT]; i !== words[at + WRITE_AT]; i++) this.#echo(at, this.entry(at, i));
  }

  #echo(at: number, byte: number): void {
    const lflag = this.memory.words[at + LFLAG];
    if ((lflag & t.ECHO) === 0) return;
    this.#show(at, isControl(byte) && (lflag & t.ECHOCTL) !== 0 ? [0x5e, byte ^ 0x40] : [byte]);
  }

  /** Echo that finds no room is lost. */
  #show(at: number, bytes: number[]): void {
    this.put(at, Uint8Array.from(bytes), -1);
  }
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 9 && byte !== LF) || byte === 0x7f;
}
