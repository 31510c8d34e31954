// The bytes of an archive as they come: read in small pieces, so that memory stays bounded whatever they unpack to.

import { refuse } from "./format.ts";

/**
 * What goes into the decompressor at once: a piece becomes at most some 1,030 times as much, all of which stands in memory before
 * any of it is asked for.
 */
const SLICE = 16_384;
/** What is read of the Blob at once. */
const READ_BYTES = 1 << 20;
const EMPTY = new Uint8Array(0);

export class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = EMPTY;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The archive's tar, unpacked if it is compressed. */
  static async open(archive: Blob): Promise<ByteSource> {
    const [first, second] = new Uint8Array(await read(() => archive.slice(0, 2).arrayBuffer()));
    const bytes = slices(archive);
    if (first !== 0x1f || second !== 0x8b) return new ByteSource(bytes);
    return new ByteSource(bytes.pipeThrough(new DecompressionStream("gzip")));
  }

  /** The next bytes, at most `most`; valid until the next call. Null at the end. */
  async some(most: number): Promise<Uint8Array | null> {
    while (this.#chunk.length === 0) {
      const next = await read(() => this.#reader.read());
      if (next.done) return null;
      this.#chunk = next.value;
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /** The next `count` bytes; null when the archive ends before. */
  async exactly(count: number): Promise<Uint8Array | null> {
    if (this.#chunk.length >= count) return this.some(count);
    const all = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const part = await this.some(count - done);
      if (part === null) return null;
      all.set(part, done);
      done += part.length;
    }
    return all;
  }

  /** False when the archive ends before so many bytes. */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0; ) {
      const part = await this.some(left);
      if (part === null) return false;
      left -= part.length;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

async function read<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    throw refuse(`it can't be read, or its compressed data are cut or damaged: ${(cause as Error).message}`, cause);
  }
}

function slices(archive: Blob): ReadableStream<Uint8Array<ArrayBuffer>> {
  let [start, at] = [0, 0];
  let piece: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  return new ReadableStream(
    {
      async pull(controller) {
        if (at === piece.length) {
          if (start >= archive.size) return controller.close();
          piece = new Uint8Array(await archive.slice(start, start + READ_BYTES).arrayBuffer());
          start += piece.length;
          at = 0;
        }
        controller.enqueue(piece.slice(at, at + SLICE));
        at = Math.min(at + SLICE, piece.length);
      },
    },
    { highWaterMark: 1 },
  );
}
