// What a command wrote to one stream: kept as text up to a limit, and handed to whoever listens as it comes, decoded as UTF-8
// across the borders of pieces.

import { type ProxyMarked, releaseProxy } from "comlink";
import type { OutputSink } from "../protocol.ts";

/** Who listens to a command. One that answers `false` does so no longer. */
export class Listeners<Args extends unknown[]> {
  readonly #sinks = new Set<(...args: Args) => unknown>();

  add(sink: ((...args: Args) => unknown) | null): void {
    if (sink !== null) this.#sinks.add(sink);
  }

  /** Resolves when all have taken it. */
  async tell(...args: Args): Promise<void> {
    await Promise.all([...this.#sinks].map((sink) => this.#tellOne(sink, args)));
  }

  async #tellOne(sink: (...args: Args) => unknown, args: Args): Promise<void> {
    if ((await sink(...args)) !== false) return;
    this.#sinks.delete(sink);
    (sink as unknown as ProxyMarked & { [releaseProxy]?: () => void })[releaseProxy]?.();
  }
}

export class OutputBuffer {
  readonly #stream: "stdout" | "stderr";
  readonly #listeners: Listeners<Parameters<OutputSink>>;
  readonly #limit: number;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parts: string[] = [];
  #length = 0;
  isTruncated = false;

  /** `limit`: how much is kept, in UTF-16 code units. Past it `isTruncated` is set, and listeners are told all the same. */
  constructor(stream: "stdout" | "stderr", listeners: Listeners<Parameters<OutputSink>>, limit: number) {
    this.#stream = stream;
    this.#listeners = listeners;
    this.#limit = limit;
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
    const room = this.#limit - this.#length;
    if (text.length > room) this.isTruncated = true;
    if (room > 0) this.#parts.push(text.length > room ? text.slice(0, room) : text);
    this.#length += Math.min(text.length, Math.max(room, 0));
    await this.#listeners.tell(this.#stream, text);
  }
}
