// xz's format: streams of blocks of LZMA2 chunks, each with its check. Both directions, a chunk at a time.

import { createSHA256 } from "hash-wasm";
import { hex, joinBytes, readExactly } from "../bytes.ts";
import { type ByteSource, type Codec, CodecError, crc32 } from "./codec.ts";
import { LzmaDecoder, LzmaError, Model, Window } from "./lzma.ts";
import { Finder, LzmaEncoder } from "./lzma-encoder.ts";

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
/** Uncompressed bytes of one LZMA2 chunk that we write: however badly they compress, the chunk's limit of 64 kB holds. */
const CHUNK = 61440;

const wrong = () => new CodecError("data", "Compressed data is corrupt");
const cut = () => new CodecError("end", "Unexpected end of input");

interface Check {
  size: number;
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

const littleEndian = (value: number) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);

async function checkOf(kind: number): Promise<Check> {
  if (kind === 1) {
    let crc = 0;
    return {
      size: 4,
      update: (bytes) => {
        crc = crc32(bytes, crc);
      },
      digest: () => littleEndian(crc),
    };
  }
  if (kind === 4) return crc64();
  if (kind === 10) {
    const hash = await createSHA256();
    return { size: 32, update: (bytes) => hash.update(bytes), digest: () => hash.digest("binary") };
  }
  // Unknown checks are passed over, as their sizes are known.
  const size = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][kind];
  return { size, update() {}, digest: () => new Uint8Array(0) };
}

function crc64(): Check {
  const [low, high] = [new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i < 256; i++) {
    let [a, b] = [i, 0];
    for (let bit = 0; bit < 8; bit++) {
      const odd = a & 1;
      a = ((a >>> 1) | (b << 31)) >>> 0;
      b >>>= 1;
      // The polynomial of ECMA-182, bits reversed.
      if (odd) [a, b] = [(a ^ 0xd7870f42) >>> 0, (b ^ 0xc96c5795) >>> 0];
    }
    [low[i], high[i]] = [a, b];
  }
  let [a, b] = [0xffffffff, 0xffffffff];
  return {
    size: 8,
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const index = (a ^ bytes[i]) & 255;
        a = ((a >>> 8) | (b << 24)) ^ low[index];
        b = (b >>> 8) ^ high[index];
      }
    },
    digest: () => joinBytes(littleEndian(~a), littleEndian(~b)),
  };
}

/** Counts what is read, for the padding. */
class Counted {
  count = 0;
  #source: ByteSource;
  constructor(source: ByteSource) {
    this.#source = source;
  }

  async take(count: number): Promise<Uint8Array> {
    const bytes = await readExactly(this.#source, count);
    if (bytes.length < count) throw cut();
    this.count += count;
    return bytes;
  }

  async byte(): Promise<number> {
    return (await this.take(1))[0];
  }

  async number(): Promise<number> {
    let value = 0;
    for (let i = 0; i < 9; i++) {
      const byte = await this.byte();
      value += (byte & 127) * 128 ** i;
      if (byte < 128) return value;
    }
    throw wrong();
  }
}

const word = (bytes: Uint8Array, at: number) =>
  (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;

async function* decompress(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let streams = 0; ; streams++) {
    let head = await readExactly(source, 4);
    // Between streams stand zeros, four at a time.
    while (streams > 0 && head.length === 4 && word(head, 0) === 0) head = await readExactly(source, 4);
    if (head.length === 0 && streams > 0) return;
    if (head.length === 0) throw cut();
    head = joinBytes(head, await readExactly(source, 8));
    if (MAGIC.some((byte, i) => i < head.length && head[i] !== byte) || head.length < 6)
      throw new CodecError(streams === 0 ? "format" : "garbage", "File format not recognized");
    if (head.length < 12) throw cut();
    if (head[6] !== 0 || head[7] > 15 || crc32(head.subarray(6, 8)) !== word(head, 8)) throw wrong();
    const input = new Counted(source);
    for (;;) {
      const start = input.count;
      const size = await input.byte();
      if (size === 0) {
        await readIndex(input, start);
        break;
      }
      yield* readBlock(input, start, size, head[7]);
    }
    const footer = await input.take(12);
    if (footer[10] !== 0x59 || footer[11] !== 0x5a || crc32(footer.subarray(4, 10)) !== word(footer, 0)) throw wrong();
  }
}

async function readIndex(input: Counted, start: number): Promise<void> {
  const records = await input.number();
  for (let i = 0; i < records; i++) {
    await input.number();
    await input.number();
  }
  while ((input.count - start) % 4 !== 0) if ((await input.byte()) !== 0) throw wrong();
  await input.take(4);
}

async function* readBlock(
  input: Counted,
  start: number,
  sizeByte: number,
  checkKind: number,
): AsyncGenerator<Uint8Array> {
  const rest = await input.take(sizeByte * 4 + 3);
  const header = joinBytes(Uint8Array.of(sizeByte), rest);
  if (crc32(header.subarray(0, header.length - 4)) !== word(header, header.length - 4)) throw wrong();
  const flags = header[1];
  let at = 2;
  const number = () => {
    let value = 0;
    for (let i = 0; ; i++) {
      value += (header[at] & 127) * 128 ** i;
      if (header[at++] < 128) return value;
    }
  };
  if (flags & 0x40) number();
  if (flags & 0x80) number();
  if ((flags & 3) !== 0 || number() !== 0x21 || number() !== 1)
    throw new CodecError("data", "Unsupported filter chain or filter options");
  const bits = header[at];
  if (bits > 40) throw wrong();
  const size = bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  const check = await checkOf(checkKind);
  const window = new Window(size);
  const decoder = new LzmaDecoder();
  let model: Model | null = null;
  for (let control = await input.byte(); control !== 0; control = await input.byte()) {
    if (control >= 3 && control < 0x80) throw wrong();
    if (control === 1 || control >= 0xe0) window.filled = 0;
    const sizes = await input.take(2);
    let count = sizes[0] * 256 + sizes[1] + 1;
    if (control < 0x80) {
      window.reserve(count);
      window.bytes.set(await input.take(count), window.at);
      window.at += count;
      window.filled += count;
    } else {
      count += (control & 31) * 65536;
      const packed = await input.take(2);
      if (control >= 0xc0) {
        const properties = await input.byte();
        if (properties >= 225) throw wrong();
        const lc = properties % 9;
        const lp = Math.floor(properties / 9) % 5;
        model = new Model(lc, lp, Math.floor(properties / 45));
      } else if (control >= 0xa0 && model) model = new Model(model.lc, model.lp, model.pb);
      if (!model) throw wrong();
      window.reserve(count);
      try {
        decoder.decode(model, window, await input.take(packed[0] * 256 + packed[1] + 1), count);
      } catch (error) {
        if (error instanceof LzmaError) throw wrong();
        throw error;
      }
    }
    const piece = window.bytes.slice(window.at - count, window.at);
    check.update(piece);
    yield piece;
  }
  while ((input.count - start) % 4 !== 0) if ((await input.byte()) !== 0) throw wrong();
  const expected = await input.take(check.size);
  const digest = check.digest();
  if (digest.length > 0 && hex(digest) !== hex(expected)) throw wrong();
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];

const padded = (bytes: Uint8Array) => joinBytes(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
const withCrc = (bytes: Uint8Array) => joinBytes(bytes, littleEndian(crc32(bytes)));

async function* compress(source: ByteSource, level: number): AsyncGenerator<Uint8Array> {
  // 256 kB at the fastest, 4 MB from level 6 on.
  const bits = [12, 16, 18, 20, 20, 20, 20, 20, 20, 20][level];
  const size = (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  const flags = Uint8Array.of(0, 4);
  yield joinBytes(Uint8Array.from(MAGIC), flags, littleEndian(crc32(flags)));
  let total = 0;
  let packed = 0;
  const check = crc64();
  let finder: Finder | null = null;
  let model = new Model(3, 0, 2);
  const encoder = new LzmaEncoder();
  let fresh = true;
  for (;;) {
    const chunk = await readExactly(source, CHUNK);
    if (chunk.length === 0) break;
    if (!finder) {
      const header = withCrc(Uint8Array.of(2, 0, 0x21, 1, bits, 0, 0, 0));
      packed += header.length;
      yield header;
      finder = new Finder(size, [4, 8, 16, 16, 24, 32, 48, 64, 96, 128][level], CHUNK);
    }
    check.update(chunk);
    finder.add(chunk);
    const coded = encoder.encode(model, finder);
    const count = chunk.length - 1;
    let piece: Uint8Array;
    if (coded.length < chunk.length) {
      const length = coded.length - 1;
      const head = [total === 0 ? 0xe0 : fresh ? 0xc0 : 0x80, count >> 8, count & 255, length >> 8, length & 255];
      if (fresh) head.push(93); // lc 3, lp 0, pb 2
      piece = joinBytes(Uint8Array.from(head), coded);
      fresh = false;
    } else {
      piece = joinBytes(Uint8Array.of(total === 0 ? 1 : 2, count >> 8, count & 255), chunk);
      // What was learnt from it the decoder does not know.
      model = new Model(3, 0, 2);
      fresh = true;
    }
    total += chunk.length;
    packed += piece.length;
    yield piece;
  }
  let index = Uint8Array.of(0, 0);
  if (finder) {
    packed += 1;
    const tail = joinBytes(Uint8Array.of(0), new Uint8Array((4 - (packed % 4)) % 4), check.digest());
    yield tail;
    index = Uint8Array.from([0, 1, ...varint(packed + 8), ...varint(total)]);
  }
  const indexed = withCrc(padded(index));
  const backward = joinBytes(littleEndian(indexed.length / 4 - 1), flags);
  yield joinBytes(indexed, littleEndian(crc32(backward)), backward, Uint8Array.of(0x59, 0x5a));
}

export const xzCodec: Codec = { compress, decompress };
