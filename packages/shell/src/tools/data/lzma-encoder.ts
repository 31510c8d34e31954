// The LZMA encoder: finds matches through hash chains, takes the longer of this byte's and the next one's, and codes them. Pure.

import { type LengthModel, MATCH_LEAST, type Model } from "./lzma.ts";

const MATCH_MOST = 273;
const HASH_BITS = 16;

/** Bytes seen so far that matches may reach back to, with the chains over them. */
export class Finder {
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes in the window, and the first that was not coded yet. */
  end = 0;
  at = 0;
  #size: number;
  #heads = new Int32Array(1 << HASH_BITS).fill(-1);
  #chain: Int32Array;
  #depth: number;

  constructor(size: number, depth: number, chunk: number) {
    this.#size = size;
    this.#depth = depth;
    this.bytes = new Uint8Array(size + chunk * 2);
    this.#chain = new Int32Array(this.bytes.length);
  }

  /** Adds a chunk; what is too old makes room. */
  add(chunk: Uint8Array): void {
    if (this.end + chunk.length > this.bytes.length) {
      const drop = this.end - this.#size;
      this.bytes.copyWithin(0, drop, this.end);
      this.#chain.copyWithin(0, drop, this.end);
      for (let i = 0; i < this.end - drop; i++) this.#chain[i] = Math.max(-1, this.#chain[i] - drop);
      for (let i = 0; i < this.#heads.length; i++) this.#heads[i] = Math.max(-1, this.#heads[i] - drop);
      this.end -= drop;
      this.at -= drop;
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  #hash(at: number): number {
    const { bytes } = this;
    return (Math.imul(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16), 0x9e3779b1) >>> (32 - HASH_BITS)) | 0;
  }

  insert(at: number): void {
    if (at + 3 > this.end) return;
    const hash = this.#hash(at);
    this.#chain[at] = this.#heads[hash];
    this.#heads[hash] = at;
  }

  lengthAt(from: number, at: number): number {
    const { bytes } = this;
    const most = Math.min(MATCH_MOST, this.end - at);
    let length = 0;
    while (length < most && bytes[from + length] === bytes[at + length]) length++;
    return length;
  }

  /** The longest match for `at`, which must not have been inserted yet. */
  longest(at: number): { length: number; distance: number } {
    let [length, distance] = [0, 0];
    if (at + 3 > this.end) return { length, distance };
    let from = this.#heads[this.#hash(at)];
    for (let tries = this.#depth; from >= 0 && tries > 0; tries--, from = this.#chain[from]) {
      if (at - from > this.#size) break;
      if (length > 0 && this.bytes[from + length] !== this.bytes[at + length]) continue;
      const found = this.lengthAt(from, at);
      if (found > length) [length, distance] = [found, at - from];
      if (found >= MATCH_MOST || at + found >= this.end) break;
    }
    return { length, distance };
  }
}

export class LzmaEncoder {
  #out = new Uint8Array(1 << 17);
  #length = 0;
  #low = 0;
  #range = 0xffffffff;
  #cache = 0;
  #pending = 1;

  /** Codes everything that the finder has and was not coded; the chunk's bytes, valid until the next call. */
  encode(model: Model, finder: Finder): Uint8Array {
    [this.#length, this.#low, this.#range, this.#cache, this.#pending] = [0, 0, 0xffffffff, 0, 1];
    const { bytes } = finder;
    let next: { length: number; distance: number } | null = null;
    while (finder.at < finder.end) {
      const { at } = finder;
      const positionState = at & ((1 << model.pb) - 1) & 3;
      let [repLength, repIndex] = [0, 0];
      for (let i = 0; i < 4; i++) {
        const from = at - model.reps[i] - 1;
        if (from < 0) continue;
        const length = finder.lengthAt(from, at);
        if (length > repLength) [repLength, repIndex] = [length, i];
      }
      const match = next ?? finder.longest(at);
      next = null;
      finder.insert(at);
      const worth = match.length >= 3 && !(match.length === 3 && match.distance > 4096);
      if (repLength >= MATCH_LEAST && repLength + 1 >= (worth ? match.length : 0)) {
        this.#rep(model, positionState, repIndex, repLength);
        this.#skip(finder, repLength);
        continue;
      }
      if (worth && match.length < 32 && at + 1 < finder.end) {
        const later = finder.longest(at + 1);
        if (later.length > match.length) {
          next = later;
          this.#literal(model, bytes, at, positionState);
          finder.at++;
          continue;
        }
      }
      if (worth) {
        this.#match(model, positionState, match.distance - 1, match.length);
        this.#skip(finder, match.length);
      } else {
        this.#literal(model, bytes, at, positionState);
        finder.at++;
      }
    }
    for (let i = 0; i < 5; i++) this.#shift();
    return this.#out.subarray(0, this.#length);
  }

  #skip(finder: Finder, length: number): void {
    for (let i = 1; i < length; i++) finder.insert(finder.at + i);
    finder.at += length;
  }

  #literal(model: Model, bytes: Uint8Array, at: number, positionState: number): void {
    this.#bit(model.isMatch, model.state * 16 + positionState, 0);
    const before = at > 0 ? bytes[at - 1] : 0;
    const base = 0x300 * (before >> (8 - model.lc));
    const byte = bytes[at];
    let symbol = 1;
    let match = model.afterLiteral ? 0 : bytes[at - model.reps[0] - 1];
    let same = !model.afterLiteral;
    for (let i = 7; i >= 0; i--) {
      const bit = (byte >> i) & 1;
      if (same) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        this.#bit(model.literals, base + ((1 + matchBit) << 8) + symbol, bit);
        same = bit === matchBit;
      } else this.#bit(model.literals, base + symbol, bit);
      symbol = (symbol << 1) | bit;
    }
    model.literal();
  }

  #rep(model: Model, positionState: number, index: number, length: number): void {
    const { state, reps } = model;
    this.#bit(model.isMatch, state * 16 + positionState, 1);
    this.#bit(model.isRep, state, 1);
    if (index === 0) {
      this.#bit(model.isRep0, state, 0);
      this.#bit(model.isRep0Long, state * 16 + positionState, 1);
    } else {
      this.#bit(model.isRep0, state, 1);
      this.#bit(model.isRep1, state, index > 1 ? 1 : 0);
      if (index > 1) this.#bit(model.isRep2, state, index - 2);
      const [distance] = reps.splice(index, 1);
      reps.unshift(distance);
    }
    this.#lengthOf(model.rep, positionState, length);
    model.moved("rep");
  }

  #match(model: Model, positionState: number, distance: number, length: number): void {
    this.#bit(model.isMatch, model.state * 16 + positionState, 1);
    this.#bit(model.isRep, model.state, 0);
    this.#lengthOf(model.match, positionState, length);
    model.moved("match");
    model.reps.pop();
    model.reps.unshift(distance);
    const table = model.slots[Math.min(length - MATCH_LEAST, 3)];
    if (distance < 4) return this.#tree(table, 6, distance);
    const top = 31 - Math.clz32(distance);
    const slot = top * 2 + ((distance >>> (top - 1)) & 1);
    this.#tree(table, 6, slot);
    const direct = top - 1;
    const base = (2 | (slot & 1)) << direct;
    const rest = distance - base;
    if (slot < 14) return this.#reverse(model.special, base - slot, direct, rest);
    for (let i = direct - 1; i >= 4; i--) {
      this.#range >>>= 1;
      if ((rest >>> i) & 1) this.#low += this.#range;
      this.#normalize();
    }
    this.#reverse(model.align, 0, 4, rest & 15);
  }

  #lengthOf(model: LengthModel, positionState: number, length: number): void {
    const value = length - MATCH_LEAST;
    this.#bit(model.choice, 0, value < 8 ? 0 : 1);
    if (value < 8) return this.#tree(model.low[positionState], 3, value);
    this.#bit(model.choice, 1, value < 16 ? 0 : 1);
    if (value < 16) return this.#tree(model.mid[positionState], 3, value - 8);
    this.#tree(model.high, 8, value - 16);
  }

  #tree(table: Uint16Array, bits: number, value: number): void {
    let symbol = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >> i) & 1;
      this.#bit(table, symbol, bit);
      symbol = (symbol << 1) | bit;
    }
  }

  #reverse(table: Uint16Array, base: number, bits: number, value: number): void {
    let symbol = 1;
    for (let i = 0; i < bits; i++) {
      const bit = (value >> i) & 1;
      this.#bit(table, base + symbol, bit);
      symbol = (symbol << 1) | bit;
    }
  }

  #bit(table: Uint16Array, index: number, bit: number): void {
    const probability = table[index];
    const bound = (this.#range >>> 11) * probability;
    if (bit === 0) {
      this.#range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#low += bound;
      this.#range -= bound;
      table[index] = probability - (probability >> 5);
    }
    this.#normalize();
  }

  #normalize(): void {
    while (this.#range < 0x1000000) {
      this.#range = (this.#range << 8) >>> 0;
      this.#shift();
    }
  }

  /** Moves the top byte of `low` out; bytes 0xff wait for a carry. */
  #shift(): void {
    if (this.#low < 0xff000000 || this.#low > 0xffffffff) {
      const carry = this.#low > 0xffffffff ? 1 : 0;
      for (let byte = this.#cache; this.#pending > 0; this.#pending--, byte = 0xff)
        this.#out[this.#length++] = (byte + carry) & 0xff;
      this.#cache = Math.floor(this.#low / 0x1000000) & 0xff;
    }
    this.#pending++;
    this.#low = (this.#low % 0x1000000) * 256;
  }
}
