// bzip2's format, read: Huffman codes and run lengths undone, moved to front back, the sort (Burrows-Wheeler) inverted. A block at
// a time.

import { joinBytes } from "../bytes.ts";
import { BLOCK, CRC_TABLE, END, GROUP } from "./bzip2-format.ts";
import { type ByteSource, CodecError } from "./codec.ts";

/** More than a compressed block of 900 kB can take. */
const ENOUGH = 1_300_000;
const wrong = () => new CodecError("data", "data integrity error");
const cut = () => new CodecError("end", "file ends unexpectedly");

class BitReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  ended = false;
  #source: ByteSource;
  #bit = 0;
  #count = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Reads until `count` bytes lie ahead, or the end. */
  async fill(count: number): Promise<void> {
    if (this.bytes.length - this.at >= count || this.ended) return;
    const parts = [this.bytes.slice(this.at)];
    let length = parts[0].length;
    while (length < count) {
      const chunk = await this.#source.read();
      if (!chunk) {
        this.ended = true;
        break;
      }
      parts.push(chunk.slice());
      length += chunk.length;
    }
    this.bytes = joinBytes(...parts);
    this.at = 0;
  }

  bits(count: number): number {
    while (this.#count < count) {
      if (this.at >= this.bytes.length) throw cut();
      this.#bit = ((this.#bit & 0xffff) << 8) | this.bytes[this.at++];
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#bit >>> this.#count) & ((1 << count) - 1);
  }

  /** 48 or 32 bits as a number. */
  long(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.bits(8);
    return value;
  }

  align(): void {
    this.#count -= this.#count % 8;
    // Whole bytes that were taken already go back.
    this.at -= this.#count / 8;
    this.#count = 0;
  }
}

export async function* decompress(source: ByteSource): AsyncGenerator<Uint8Array> {
  const input = new BitReader(source);
  for (let streams = 0; ; streams++) {
    await input.fill(4);
    const left = input.bytes.length - input.at;
    if (left === 0 && streams > 0) return;
    if (left === 0) throw cut();
    const head = input.bytes.subarray(input.at, input.at + 4);
    if (head[0] !== 0x42 || head[1] !== 0x5a || head[2] !== 0x68 || !(head[3] >= 0x31 && head[3] <= 0x39)) {
      throw new CodecError(streams === 0 ? "format" : "garbage", "bad magic number (file not created by bzip2)");
    }
    input.at += 4;
    const size = (head[3] - 0x30) * 100_000;
    let combined = 0;
    for (;;) {
      await input.fill(ENOUGH);
      const magic = input.long(6);
      if (magic === END) {
        const expected = input.long(4);
        if (expected !== combined >>> 0) throw wrong();
        input.align();
        break;
      }
      if (magic !== BLOCK) throw wrong();
      const expected = input.long(4);
      const crc = { value: -1 };
      for (const piece of expand(readBlock(input, size), crc)) yield piece;
      const value = ~crc.value >>> 0;
      if (value !== expected) throw wrong();
      combined = ((combined << 1) | (combined >>> 31)) ^ value;
    }
  }
}

/** The block's bytes before the first run-length coding is undone. */
function readBlock(input: BitReader, size: number): Uint8Array {
  if (input.bits(1) === 1) throw wrong(); // randomised: made by versions before 0.9.5 only
  const origin = input.bits(12) * 4096 + input.bits(12);
  if (origin > size) throw wrong();
  const groups = input.bits(16);
  const used: number[] = [];
  for (let i = 0; i < 16; i++) {
    if ((groups & (0x8000 >> i)) === 0) continue;
    const bits = input.bits(16);
    for (let j = 0; j < 16; j++) if (bits & (0x8000 >> j)) used.push(i * 16 + j);
  }
  const alphabet = used.length + 2;
  const tableCount = input.bits(3);
  const selectorCount = input.bits(15);
  if (used.length === 0 || tableCount < 2 || tableCount > 6 || selectorCount === 0) throw wrong();
  const order = [0, 1, 2, 3, 4, 5];
  const selectors = new Uint8Array(selectorCount);
  for (let i = 0; i < selectorCount; i++) {
    let place = 0;
    while (input.bits(1) === 1) if (++place >= tableCount) throw wrong();
    const [table] = order.splice(place, 1);
    order.unshift(table);
    selectors[i] = table;
  }
  const tables: HuffmanTable[] = [];
  for (let table = 0; table < tableCount; table++) {
    const lengths = new Uint8Array(alphabet);
    let length = input.bits(5);
    for (let i = 0; i < alphabet; i++) {
      while (input.bits(1) === 1) length += input.bits(1) === 1 ? -1 : 1;
      if (length < 1 || length > 20) throw wrong();
      lengths[i] = length;
    }
    tables.push(new HuffmanTable(lengths));
  }
  const front = Uint8Array.from(used);
  const last = new Uint8Array(size);
  const counts = new Int32Array(257);
  let length = 0;
  let run = 0;
  let weight = 1;
  let [selector, left] = [0, 0];
  let table = tables[0];
  for (;;) {
    if (left === 0) {
      if (selector >= selectorCount) throw wrong();
      table = tables[selectors[selector++]];
      left = GROUP;
    }
    left--;
    const symbol = table.read(input);
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > size) throw wrong();
      continue;
    }
    if (run > 0) {
      if (length + run > size) throw wrong();
      last.fill(front[0], length, length + run);
      counts[front[0] + 1] += run;
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === alphabet - 1) break;
    const byte = front[symbol - 1];
    front.copyWithin(1, 0, symbol - 1);
    front[0] = byte;
    if (length >= size) throw wrong();
    last[length++] = byte;
    counts[byte + 1]++;
  }
  if (length === 0 || origin >= length) throw wrong();
  for (let i = 1; i < 257; i++) counts[i] += counts[i - 1];
  const next = new Int32Array(length);
  for (let i = 0; i < length; i++) next[counts[last[i]]++] = i;
  const block = new Uint8Array(length);
  for (let i = 0, at = next[origin]; i < length; i++, at = next[at]) block[i] = last[at];
  return block;
}

/** Four equal bytes are followed by how many more of them there were. */
function* expand(block: Uint8Array, crc: { value: number }): Generator<Uint8Array> {
  let out = new Uint8Array(65536 + 256);
  let length = 0;
  let run = 0;
  let before = -1;
  let sum = crc.value;
  for (let i = 0; i < block.length; i++) {
    let byte = block[i];
    let count = 1;
    if (run === 4) {
      count = byte;
      byte = before;
      run = 0;
      before = -1;
    } else if (byte === before) run++;
    else {
      before = byte;
      run = 1;
    }
    for (; count > 0; count--) {
      out[length++] = byte;
      sum = (sum << 8) ^ CRC_TABLE[(sum >>> 24) ^ byte];
    }
    if (length >= 65536) {
      crc.value = sum;
      yield out.subarray(0, length);
      out = new Uint8Array(65536 + 256);
      length = 0;
    }
  }
  crc.value = sum;
  if (length > 0) yield out.subarray(0, length);
}

class HuffmanTable {
  #limit = new Int32Array(22);
  #base = new Int32Array(22);
  #symbols: Uint16Array;
  #least = 20;
  #most = 1;

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    const counts = new Int32Array(22);
    for (const length of lengths) {
      counts[length]++;
      this.#least = Math.min(this.#least, length);
      this.#most = Math.max(this.#most, length);
    }
    let at = 0;
    for (let length = this.#least; length <= this.#most; length++)
      for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) this.#symbols[at++] = i;
    let code = 0;
    at = 0;
    for (let length = this.#least; length <= this.#most; length++) {
      this.#base[length] = at - code;
      code += counts[length];
      at += counts[length];
      this.#limit[length] = code - 1;
      code <<= 1;
    }
  }

  read(input: BitReader): number {
    let length = this.#least;
    let code = input.bits(length);
    while (code > this.#limit[length]) {
      if (++length > this.#most) throw wrong();
      code = (code << 1) | input.bits(1);
    }
    return this.#symbols[this.#base[length] + code];
  }
}
