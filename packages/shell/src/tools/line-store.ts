// Lines side by side in one array of bytes, and where each begins: for tools that must hold many at once, without a string for each.
// Pure.

import { findBytes } from "./byte-scan.ts";

const FIRST_BYTES = 1 << 17;
const FIRST_LINES = 1024;

export class LineStore {
  /** The lines, each with its delimiter, and behind them what has come of the next. */
  bytes = new Uint8Array(0);
  /** Where each line begins; behind the last, where the next one does. Line i is bytes[starts[i], starts[i + 1] - 1). */
  starts = new Uint32Array(1);
  count = 0;
  used = 0;
  readonly delimiter: number;

  /** @param room how many bytes are expected */
  constructor(delimiter: number, room = FIRST_BYTES) {
    this.delimiter = delimiter;
    this.resize(room, FIRST_LINES);
  }

  add(chunk: Uint8Array): void {
    const { used } = this;
    const needed = used + chunk.length;
    if (needed > this.bytes.length) this.resize(Math.max(needed, this.bytes.length * 2), this.starts.length);
    this.bytes.set(chunk, used);
    findBytes(chunk, this.delimiter, used, (places) => {
      const behind = this.count + 1 + places.length;
      if (behind > this.starts.length) this.resize(this.bytes.length, Math.max(behind, this.starts.length * 2));
      this.starts.set(places, this.count + 1);
      this.count += places.length;
    });
    this.used = needed;
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

  /** Makes room for so many bytes and places, no fewer than there is for now. */
  protected resize(bytes: number, places: number): void {
    if (bytes > this.bytes.length) {
      const larger = new Uint8Array(bytes);
      larger.set(this.bytes.subarray(0, this.used));
      this.bytes = larger;
    }
    if (places > this.starts.length) {
      const larger = new Uint32Array(places);
      larger.set(this.starts.subarray(0, this.count + 1));
      this.starts = larger;
    }
  }
}
