// Lines of a store on their way out, in large pieces.

import { CHUNK, type Writer } from "../stdio.ts";
import type { LineStore } from "./line-store.ts";

export class LineOutput {
  readonly #writer: Writer;
  readonly #chunk = new Uint8Array(CHUNK);
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
