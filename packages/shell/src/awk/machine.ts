// A running awk program's world: its variables, its input record by record, and its output.

import { AT_FDCWD, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { binaryToBytes, ReadError, Reader } from "../stdio.ts";
import { RecordReader, Streams } from "./streams.ts";
import { AwkFileError, toNumber, type Value } from "./values.ts";
import { Variables } from "./variables.ts";

/** Output is handed on when it is this long. */
const ENOUGH = 32768;

export class Machine extends Variables {
  readonly streams: Streams = new Streams(this.invocation, () => this.flushOutput());
  out = "";
  /** What the instruction that returned -1 waits for: the next place. */
  pending: Promise<number> | null = null;
  exitStatus = 0;
  seed = 1;
  random = 0;
  /** Runs BEGINFILE and ENDFILE. */
  onFile: ((which: "begin" | "end") => Promise<void>) | null = null;
  stopped = false;
  #main: RecordReader | null = null;
  #mainReader: Reader | null = null;
  #argument = 1;
  #anyFile = false;
  #ticks = 0;
  #lastPause = performance.now();

  /** Adds to the standard output; a promise when it has to wait. */
  print(text: string): Promise<void> | null {
    this.out += text;
    return this.out.length > ENOUGH ? this.#handOn() : null;
  }

  #handOn(): Promise<void> | null {
    const text = this.out;
    this.out = "";
    return text === "" ? null : (this.invocation.stdout.writeBinary(text) ?? null);
  }

  async flushOutput(): Promise<void> {
    await this.#handOn();
    await this.invocation.stdout.flush();
  }

  /** Counted steps of loops and calls: now and then the others get their turn. True: `pending` is that pause. */
  pause(next: number): boolean {
    if ((++this.#ticks & 1023) !== 0) return false;
    const now = performance.now();
    if (now - this.#lastPause < 10) return false;
    this.pending = this.invocation.yield().then(() => {
      this.#lastPause = performance.now();
      return next;
    });
    return true;
  }

  /** The input, its next record found, if that is at hand. */
  readyRecord(): RecordReader | null {
    if (!this.#main?.ready(this.separation)) return null;
    this.#count();
    return this.#main;
  }

  #count(): void {
    this.nr++;
    this.fnr++;
    this.rt = this.#main!.terminator;
  }

  /** The next record of the input, file after file; null at the end. */
  async nextRecord(): Promise<string | null> {
    await this.#handOn();
    for (;;) {
      if (!this.#main && !(await this.#nextFile())) return null;
      let text: string | null = null;
      try {
        text = await this.#main!.next(this.separation);
      } catch (error) {
        if (!(error instanceof ReadError)) throw error;
        this.invocation.warn(`warning: command line argument \`${this.filename}' is a directory: skipped`, 2);
      }
      if (text !== null) {
        this.#count();
        return text;
      }
      await this.skipFile();
      if (this.stopped) return null;
    }
  }

  /** Leaves the file at hand (nextfile). */
  async skipFile(): Promise<void> {
    if (!this.#main) return;
    if (this.onFile) await this.onFile("end");
    if (this.#mainReader && this.#mainReader !== this.invocation.stdin) this.invocation.sys.close(this.#mainReader.fd);
    this.#main = null;
  }

  async #nextFile(): Promise<boolean> {
    const argv = this.variable("ARGV");
    const count = toNumber(this.variable("ARGC") as Value);
    while (this.#argument < count) {
      const cell = argv instanceof Map ? argv.get(String(this.#argument)) : undefined;
      this.#argument++;
      const name = cell instanceof Map ? "" : this.text(cell);
      if (name === "") continue;
      const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(name);
      if (assignment) this.assign(assignment[1], assignment[2]);
      else if (await this.#open(name)) return true;
      else if (this.stopped) return false;
    }
    if (this.#anyFile) return false;
    return this.#open("-");
  }

  async #open(name: string): Promise<boolean> {
    this.#anyFile = true;
    const { invocation } = this;
    let reader = invocation.stdin;
    let failure = "";
    if (name !== "-" && name !== "/dev/stdin") {
      const fd = invocation.sys.open(AT_FDCWD, binaryToBytes(name), O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) failure = strerror(fd);
      else reader = new Reader(invocation.sys, fd, () => invocation.yield());
    }
    this.errno = failure;
    this.filename =
      name === "-" ? (this.#argument > 1 && toNumber(this.variable("ARGC") as Value) > 1 ? "-" : "") : name;
    this.fnr = 0;
    if (failure && !this.onFile) {
      throw new AwkFileError(`cannot open file \`${name}' for reading: ${failure}`);
    }
    this.#mainReader = reader;
    this.#main = new RecordReader(reader);
    if (this.onFile) await this.onFile("begin");
    if (failure) {
      this.#main = null;
      return false;
    }
    return true;
  }
}
