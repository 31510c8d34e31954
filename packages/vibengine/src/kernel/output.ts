// What a command wrote to one stream: kept as text up to a limit, and handed to the caller's callback as it comes, decoded as
// UTF-8 across the borders of pieces.

import type { OutputSink } from "../protocol.ts";

/** Text kept of one stream (UTF-16 code units). Past it `truncated` is set; callbacks go on. */
const KEPT = 64 * 1024 * 1024;

export class OutputBuffer {
  readonly #stream: "stdout" | "stderr";
  readonly #sink: OutputSink | null;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parts: string[] = [];
  #length = 0;
  isTruncated = false;

  constructor(stream: "stdout" | "stderr", sink: OutputSink | null) {
    this.#stream = stream;
    this.#sink = sink;
  }

  get text(): string {
    return this.#parts.join("");
  }

  async add(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  async end(): Promise<void> {
    await this.#take(this.#decoder.decode());
  }

  async #take(text: string): Promise<void> {
    if (text === "") return;
    const room = KEPT - this.#length;
    if (text.length > room) this.isTruncated = true;
    if (room > 0) this.#parts.push(text.length > room ? text.slice(0, room) : text);
    this.#length += Math.min(text.length, Math.max(room, 0));
    if (this.#sink !== null) await this.#sink(this.#stream, text);
  }
}
