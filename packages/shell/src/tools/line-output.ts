// Lines of a store on their way out, in large pieces.

import { CHUNK, type Writer } from "../stdio.ts";
import type { LineStore } from "./line-store.ts";

/** Up to here copying a few bytes at a time is faster than a call that copies. */
const SHORT = 128;
/** What is copied at a time. What comes of it behind a line's end is overwritten by the next, or not written. */
const WORD = 4;

export class LineOutput {
  readonly #writer: Writer;
  readonly #chunk = new Uint8Array(CHUNK + WORD);
  readonly #words = new DataView(this.#chunk.buffer);
  #used = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Writes a line and its delimiter; a promise when it has to wait. */
  putLine({ bytes, starts }: LineStore, line: number): void | Promise<void> {
    const from = starts[line];
    const to = starts[line + 1];
    if (to - from > CHUNK - this.#used) return this.put(bytes.subarray(from, to));
    this.#chunk.set(bytes.subarray(from, to), this.#used);
    this.#used += to - from;
  }

  /** Writes the lines of these numbers. */
  async putLines(store: LineStore, lines: Uint32Array): Promise<void> {
    for (let i = 0; i < lines.length; ) {
      i = this.#fill(store, lines, i);
      if (i < lines.length) await this.putLine(store, lines[i++]);
    }
  }

  /** Takes lines from number `i` of `lines` on, as far as they are short and there is room; the number of the next. */
  #fill({ bytes, words, starts }: LineStore, lines: Uint32Array, i: number): number {
    const out = this.#words;
    let used = this.#used;
    for (; i < lines.length; i++) {
      const from = starts[lines[i]];
      const to = starts[lines[i] + 1];
      const length = to - from;
      if (length > SHORT || length > CHUNK - used || to + WORD > bytes.length) break;
      const shift = used - from;
      for (let at = from; at < to; at += WORD) out.setInt32(at + shift, words.getInt32(at, true), true);
      used += length;
    }
    this.#used = used;
    return i;
  }

  /** Writes any bytes. */
  async put(piece: Uint8Array): Promise<void> {
    if (piece.length > CHUNK - this.#used) {
      await this.#writer.write(this.#chunk.subarray(0, this.#used));
      this.#used = 0;
    }
    if (piece.length > CHUNK) return this.#writer.write(piece);
    this.#chunk.set(piece, this.#used);
    this.#used += piece.length;
  }

  async flush(): Promise<void> {
    await this.#writer.write(this.#chunk.subarray(0, this.#used));
    this.#used = 0;
    await this.#writer.flush();
  }
}
