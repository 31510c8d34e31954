// gzip's and zip's compression as codecs, over pako's zlib: several gzip members one after the other, and raw deflate data that tells where it ends.

import {
  GZheader,
  Z_BUF_ERROR,
  Z_FINISH,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateSetHeader,
  zlibInflate,
  zlibInflateInit2,
} from "pako";
import { type ByteSource, type Codec, CodecError, type Meta } from "./codec.ts";

const OUTPUT = 65536;
/** zlib's window bits: 15, plus 16 for a gzip wrapper; negative for none. */
const GZIP = 31;
const RAW = -15;

async function* deflate(source: ByteSource, level: number, wrapper: number, meta?: Meta): AsyncGenerator<Uint8Array> {
  const stream = new ZStream();
  zlibDeflateInit2(stream, level, 8, wrapper, 8, 0);
  if (wrapper === GZIP) {
    const header = new GZheader();
    header.os = 3;
    header.time = meta?.time ?? 0;
    if (meta?.name !== undefined) header.name = meta.name;
    zlibDeflateSetHeader(stream, header);
  }
  for (let ended = false; !ended; ) {
    const chunk = await source.read();
    ended = chunk === null;
    stream.input = chunk ? chunk.slice() : new Uint8Array(0);
    stream.next_in = 0;
    stream.avail_in = stream.input.length;
    for (;;) {
      stream.output = new Uint8Array(OUTPUT);
      stream.next_out = 0;
      stream.avail_out = OUTPUT;
      const status = zlibDeflate(stream, ended ? Z_FINISH : Z_NO_FLUSH);
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
      if (status === Z_STREAM_END || (!ended && stream.avail_in === 0 && stream.avail_out > 0)) break;
      if (status !== Z_OK && status !== Z_BUF_ERROR) throw new CodecError("data", stream.msg || "cannot compress");
    }
  }
}

/** One stream; what follows it is given back to the source. */
async function* inflate(source: ByteSource, wrapper: number): AsyncGenerator<Uint8Array> {
  const stream = new ZStream();
  zlibInflateInit2(stream, wrapper);
  for (;;) {
    const chunk = await source.read();
    if (!chunk) throw new CodecError("end", "unexpected end of file");
    stream.input = chunk;
    stream.next_in = 0;
    stream.avail_in = chunk.length;
    do {
      stream.output = new Uint8Array(OUTPUT);
      stream.next_out = 0;
      stream.avail_out = OUTPUT;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      // Given back before the yield: whoever takes the piece may stop there.
      if (status === Z_STREAM_END) source.unread(stream.avail_in);
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
      if (status === Z_STREAM_END) return;
      if (status !== Z_OK && status !== Z_BUF_ERROR) throw new CodecError("data", dataError(stream.msg));
    } while (stream.avail_in > 0 || stream.avail_out === 0);
  }
}

function dataError(message: string): string {
  if (message === "incorrect data check") return "invalid compressed data--crc error";
  if (message === "incorrect length check") return "invalid compressed data--length error";
  return "invalid compressed data--format violated";
}

export const deflateRaw = (source: ByteSource, level: number) => deflate(source, level, RAW);
export const inflateRaw = (source: ByteSource) => inflate(source, RAW);

export const gzipCodec: Codec = {
  compress: (source, level, meta) => deflate(source, level, GZIP, meta),
  async *decompress(source) {
    for (let members = 0; ; members++) {
      const first = await source.read();
      if (!first) {
        if (members === 0) throw new CodecError("end", "unexpected end of file");
        return;
      }
      let head = first;
      if (head.length < 2) {
        // The two bytes that tell may come one by one.
        const saved = head[0];
        const more = await source.read();
        if (!more) throw new CodecError(members === 0 ? "end" : "garbage", "unexpected end of file");
        if (saved !== 0x1f || more[0] !== 0x8b)
          throw new CodecError(members === 0 ? "format" : "garbage", "not in gzip format");
        head = Uint8Array.of(saved, ...more);
        yield* inflate(prefixed(head, source), GZIP);
        continue;
      }
      if (head[0] !== 0x1f || head[1] !== 0x8b) {
        // Tapes are padded with zeros.
        if (members > 0 && head.every((byte) => byte === 0)) continue;
        throw new CodecError(members === 0 ? "format" : "garbage", "not in gzip format");
      }
      source.unread(head.length);
      yield* inflate(source, GZIP);
    }
  },
};

/** A source that gives these bytes first. What is given back goes to the source: a member is longer than the bytes put before it. */
function prefixed(head: Uint8Array, source: ByteSource): ByteSource {
  let given = false;
  return {
    async read() {
      if (given) return source.read();
      given = true;
      return head;
    },
    unread: (count) => source.unread(count),
  };
}
