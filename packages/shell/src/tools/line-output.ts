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
  putLine({ bytes, words, starts }: LineStore, line: number): void | Promise<void> {
    const from = starts[line];
    const to = starts[line + 1];
    if (to - from > CHUNK - this.#used) return this.put(bytes.subarray(from, to));
    const used = this.#used;
    this.#used += to - from;
    if (to - from > SHORT || to + WORD > bytes.length) this.#chunk.set(bytes.subarray(from, to), used);
    else {
      const out = this.#words;
      const shift = used - from;
      for (let at = from; at < to; at += WORD) out.setInt32(at + shift, words.getInt32(at, true), true);
    }
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
