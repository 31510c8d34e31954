// What compression is to the tools that use it (gzip, tar, zip): bytes in from a source, bytes out by pieces, both streaming.

/** A Reader, or anything that gives bytes and takes back the end of what it gave. */
export interface ByteSource {
  /** The next bytes, valid until the next call; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** Gives back the last `count` bytes of what `read` returned. */
  unread(count: number): void;
}

export interface Codec {
  compress(source: ByteSource, level: number, meta?: Meta): AsyncGenerator<Uint8Array>;
  decompress(source: ByteSource): AsyncGenerator<Uint8Array>;
}

/** What a gzip file remembers of the original. */
export interface Meta {
  name?: string;
  /** Seconds since 1970. */
  time?: number;
}

/** The data can't be decompressed. `kind` "format": not such data at all; "end": it stops early; "garbage": more follows that is not such data. */
export class CodecError extends Error {
  kind: "format" | "data" | "end" | "garbage";
  constructor(kind: CodecError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The pieces of a generator as a source. */
export class PieceSource implements ByteSource {
  #pieces: AsyncGenerator<Uint8Array>;
  #last: Uint8Array = new Uint8Array(0);
  #back = 0;

  constructor(pieces: AsyncGenerator<Uint8Array>) {
    this.#pieces = pieces;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#back > 0) {
      this.#last = this.#last.subarray(this.#last.length - this.#back);
      this.#back = 0;
      return this.#last;
    }
    const { value, done } = await this.#pieces.next();
    if (done) return null;
    this.#last = value;
    return value;
  }

  unread(count: number): void {
    this.#back = count;
  }

  async end(): Promise<void> {
    await this.#pieces.return(undefined);
  }
}

const CRC_TABLE = new Uint32Array(256).map((_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as gzip and zip have it; pass the last result to go on. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}
