// sed's input: lines of one file after another, with one line of look-ahead so that "$" is known, and the output side of -i.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  strerror,
} from "@vibengine/system";
import { binaryToBytes, bytesToBinary, ReadError, Reader, Writer } from "../stdio.ts";
import { Failure, type Invocation } from "./define.ts";
import { baseName, dirName, isDir, stat } from "./files.ts";

export class SedInput {
  /** Number of the current line, the file it is from, and whether its newline is missing. */
  line = 0;
  name = "-";
  lacksEnd = false;
  /** Where the pattern space goes: stdout, or the file that replaces the one edited in place. */
  output: Writer;
  #invocation: Invocation;
  #pending: string[];
  #end: string;
  #separate: boolean;
  #suffix: string | null;
  #reader: Reader | null = null;
  /** Lines of the block at hand and the next to give; the last one given may wait for a look-ahead. */
  #lines: string[] = [];
  #at = 0;
  #blockLacksEnd = false;
  /** Where in the lines at hand one stands that ended its file without a newline, with another file's behind it. */
  #lackingAt = -1;
  /** No more lines follow in this file, as far as is known. */
  #fileEnded = false;
  #temporary = "";
  #others = new Map<string, { reader: Reader | null; lines: string[] }>();

  /** @param suffix what -i was given; null without -i */
  constructor(invocation: Invocation, files: string[], end: string, separate: boolean, suffix: string | null) {
    this.#invocation = invocation;
    this.#pending = files.length > 0 ? [...files] : ["-"];
    this.#end = end;
    this.#separate = separate;
    this.#suffix = suffix;
    this.output = invocation.stdout;
  }

  /** The next line, as long as the block has one more behind it (so that "$" is known to be false); null: ask nextBlock. */
  next(): string | null {
    if (this.#at >= this.#lines.length - 1 || this.#lackingAt >= 0) return null;
    this.line++;
    return this.#lines[this.#at++];
  }

  /** The next line where a read may be needed; null at the end of the input. */
  async nextBlock(): Promise<string | null> {
    await this.#lookAhead();
    if (this.#at >= this.#lines.length) return null;
    this.line++;
    const line = this.#lines[this.#at++];
    this.lacksEnd = this.#at - 1 === this.#lackingAt || (this.#at === this.#lines.length && this.#blockLacksEnd);
    if (this.#at > this.#lackingAt) this.#lackingAt = -1;
    return line;
  }

  /** Is the current line the last one? True for the last of each file with -s and -i. Known after the look-ahead of nextBlock. */
  isLastNow(): boolean {
    return this.#at >= this.#lines.length && this.#fileEnded && (this.#separate || this.#pending.length === 0);
  }

  async isLast(): Promise<boolean> {
    if (this.#at < this.#lines.length) return false;
    if (!this.#fileEnded) await this.#lookAhead();
    if (this.#at < this.#lines.length) return false;
    if (this.#separate) return this.#suffix !== null || this.#pending.length === 0;
    await this.#lookAhead();
    return this.#at >= this.#lines.length;
  }

  /** q: whoever reads stdin next goes on where the block began. */
  stop(): void {
    if (this.#suffix === null) this.#reader?.release();
  }

  /** Puts the file edited in place at its place; after q the rest of the input is dropped, as GNU does. */
  async finish(): Promise<void> {
    await this.#closeFile();
  }

  /** R: one more line of that file. */
  async lineOf(name: string): Promise<string | null> {
    const { sys } = this.#invocation;
    let other = this.#others.get(name);
    if (!other) {
      const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_RDONLY | O_CLOEXEC, 0);
      other = { reader: fd < 0 ? null : new Reader(sys, fd), lines: [] };
      this.#others.set(name, other);
    }
    if (other.lines.length === 0 && other.reader) {
      const block = await other.reader.lines();
      if (block) other.lines = bytesToBinary(block).replace(/\n$/, "").split("\n");
    }
    return other.lines.shift() ?? null;
  }

  /** Makes sure that the line at hand is known to be the last or not: keeps one line of the block while the next one is read. */
  async #lookAhead(): Promise<void> {
    for (;;) {
      if (this.#at < this.#lines.length - 1) return;
      if (this.#reader === null || this.#fileEnded) {
        // A line that is left must be given out before its file is closed.
        if (this.#at < this.#lines.length && (this.#separate || this.#pending.length === 0)) return;
        if (this.#pending.length === 0 && (this.#reader === null || this.#at >= this.#lines.length)) return;
        const kept = this.#lines.slice(this.#at);
        const keptLacksEnd = this.#blockLacksEnd;
        const opened = await this.#openNext();
        this.#lines = kept;
        this.#at = 0;
        this.#blockLacksEnd = keptLacksEnd;
        if (!opened) {
          this.#fileEnded = true;
          return;
        }
        this.#fileEnded = false;
      }
      const left = this.#lines.slice(this.#at);
      let block: Uint8Array | null;
      try {
        block = await this.#reader!.lines(this.#end.charCodeAt(0));
      } catch (error) {
        if (!(error instanceof ReadError)) throw error;
        this.#invocation.warn(`read error on ${this.name === "-" ? "stdin" : this.name}: ${strerror(error.errno)}`, 2);
        block = null;
      }
      if (!block) {
        this.#fileEnded = true;
        continue;
      }
      const lines = bytesToBinary(block).split(this.#end);
      if (left.length > 0 && this.#blockLacksEnd) this.#lackingAt = left.length - 1;
      this.#blockLacksEnd = lines[lines.length - 1] !== "";
      if (!this.#blockLacksEnd) lines.pop();
      this.#lines = left.length > 0 ? [...left, ...lines] : lines;
      this.#at = 0;
    }
  }

  async #openNext(): Promise<boolean> {
    const { sys, stdin } = this.#invocation;
    for (;;) {
      await this.#closeFile();
      const name = this.#pending.shift();
      if (name === undefined) return false;
      if (name === "-" && this.#suffix === null) {
        this.name = name;
        if (this.#separate) this.line = 0;
        this.#reader = stdin;
        return true;
      }
      const found = stat(sys, name);
      const fd = typeof found === "number" ? found : sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
      if ((fd as number) < 0) {
        this.#invocation.warn(`can't read ${name}: ${strerror(fd as number)}`, 2);
        continue;
      }
      if (this.#suffix !== null) {
        const mode = typeof found === "number" ? 0 : found.mode;
        if ((mode & S_IFMT) !== S_IFREG) {
          this.#invocation.warn(`couldn't edit ${name}: not a regular file`, 4);
          sys.close(fd as number);
          continue;
        }
        this.#temporary = `${dirName(name)}/sed${Math.random().toString(36).slice(2, 8)}`;
        const out = sys.open(AT_FDCWD, encode(this.#temporary), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0o777);
        if (out < 0) throw new Failure(`couldn't open temporary file ${this.#temporary}: ${strerror(out)}`, 4);
        sys.fchmod(out, mode & 0o7777);
        this.output = new Writer(sys, out);
      }
      if (isDir(found)) {
        this.#invocation.warn(`read error on ${name}: Is a directory`, 2);
        sys.close(fd as number);
        continue;
      }
      this.name = name;
      if (this.#separate) this.line = 0;
      this.#reader = new Reader(sys, fd as number, () => this.#invocation.yield());
      return true;
    }
  }

  async #closeFile(): Promise<void> {
    const { sys } = this.#invocation;
    const reader = this.#reader;
    this.#reader = null;
    if (!reader || reader === this.#invocation.stdin) return;
    sys.close(reader.fd);
    if (this.#temporary === "") return;
    await this.output.flush();
    sys.close(this.output.fd);
    this.output = this.#invocation.stdout;
    if (this.#suffix) {
      const backup = this.#suffix.includes("*")
        ? this.#suffix.replace(/\*/g, baseName(this.name))
        : baseName(this.name) + this.#suffix;
      sys.rename(
        AT_FDCWD,
        encode(this.name),
        AT_FDCWD,
        encode(backup.includes("/") ? backup : `${dirName(this.name)}/${backup}`),
      );
    }
    const result = sys.rename(AT_FDCWD, encode(this.#temporary), AT_FDCWD, encode(this.name));
    this.#temporary = "";
    if (result < 0) throw new Failure(`cannot rename ${this.name}: ${strerror(result)}`, 4);
  }
}
