// Lines side by side in one array of bytes, and where each begins: for tools that must hold many at once, without a string for each.
// Pure.

import { findBytes } from "./byte-scan.ts";

const FIRST_BYTES = 1 << 17;

export class LineStore {
  /** The lines, each with its delimiter, and behind them what has come of the next. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same, for whoever copies several at a time. */
  words: DataView;
  /** Where each line begins; behind the last, where the next one does. Line i is bytes[starts[i], starts[i + 1] - 1). */
  starts: Uint32Array<ArrayBuffer>;
  count = 0;
  used = 0;
  readonly delimiter: number;

  /** @param room how many bytes are expected */
  constructor(delimiter: number, room = FIRST_BYTES) {
    this.delimiter = delimiter;
    this.bytes = new Uint8Array(room);
    this.words = new DataView(this.bytes.buffer);
    this.starts = new Uint32Array(1024);
  }

  add(chunk: Uint8Array): void {
    const { used } = this;
    this.#reserve(chunk.length);
    this.bytes.set(chunk, used);
    findBytes(chunk, this.delimiter, used, (places) => {
      this.#reserveStarts(places.length);
      this.starts.set(places, this.count + 1);
      this.count += places.length;
    });
    this.used = used + chunk.length;
  }

  /** The input has ended: so has its last line, delimiter or not. */
  endLine(): void {
    if (this.used > this.starts[this.count]) this.add(Uint8Array.of(this.delimiter));
  }

  /** Forgets the lines before `line`. */
  drop(line: number): void {
    const from = this.starts[line];
    this.bytes.copyWithin(0, from, this.used);
    this.used -= from;
    this.count -= line;
    for (let i = 0; i <= this.count; i++) this.starts[i] = this.starts[line + i] - from;
  }

  #reserve(more: number): void {
    const needed = this.used + more;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
    this.words = new DataView(larger.buffer);
  }

  #reserveStarts(more: number): void {
    const needed = this.count + 1 + more;
    if (needed <= this.starts.length) return;
    const larger = new Uint32Array(Math.max(needed, this.starts.length * 2));
    larger.set(this.starts.subarray(0, this.count + 1));
    this.starts = larger;
  }
}
