// LZMA's model of data: what the decoder and the encoder share, and the decoder, a chunk at a time (as LZMA2 has it). Pure.

export const STATES = 12;
const LITERAL_STATES = 7;
/** Probabilities are of 11 bits, and start at one half. */
const HALF = 1024;
export const MATCH_LEAST = 2;

export class LengthModel {
  choice = probabilities(2);
  low: Uint16Array[];
  mid: Uint16Array[];
  high = probabilities(256);
  constructor(positions: number) {
    this.low = Array.from({ length: positions }, () => probabilities(8));
    this.mid = Array.from({ length: positions }, () => probabilities(8));
  }
}

export const probabilities = (count: number) => new Uint16Array(count).fill(HALF);

/** All probabilities and what the recent past decides, for given lc, lp and pb. */
export class Model {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
  state = 0;
  /** The last four distances, less one. */
  reps = [0, 0, 0, 0];
  literals: Uint16Array;
  isMatch = probabilities(STATES * 16);
  isRep = probabilities(STATES);
  isRep0 = probabilities(STATES);
  isRep1 = probabilities(STATES);
  isRep2 = probabilities(STATES);
  isRep0Long = probabilities(STATES * 16);
  slots = Array.from({ length: 4 }, () => probabilities(64));
  special = probabilities(128);
  align = probabilities(16);
  match: LengthModel;
  rep: LengthModel;

  constructor(lc: number, lp: number, pb: number) {
    this.lc = lc;
    this.lp = lp;
    this.pb = pb;
    this.literals = probabilities(0x300 << (lc + lp));
    this.match = new LengthModel(1 << pb);
    this.rep = new LengthModel(1 << pb);
  }

  get afterLiteral(): boolean {
    return this.state < LITERAL_STATES;
  }

  literal(): void {
    const { state } = this;
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  /** After a match, a match at an old distance, or a single byte from the last distance. */
  moved(kind: "match" | "rep" | "short"): void {
    const [after, other] = { match: [7, 10], rep: [8, 11], short: [9, 11] }[kind];
    this.state = this.afterLiteral ? after : other;
  }
}

export class LzmaError extends Error {}

/** What has come out, as far back as distances reach. */
export class Window {
  bytes: Uint8Array<ArrayBuffer>;
  at = 0;
  /** Bytes since the dictionary was reset. */
  filled = 0;
  #size: number;

  constructor(size: number) {
    this.#size = size;
    this.bytes = new Uint8Array(Math.min(size, 1 << 16) + (1 << 21));
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const most = this.#size * 2 + (1 << 21);
    if (this.bytes.length < most) {
      const larger = new Uint8Array(Math.min(most, Math.max(this.bytes.length * 2, this.at + count)));
      larger.set(this.bytes.subarray(0, this.at));
      this.bytes = larger;
      if (this.at + count <= larger.length) return;
    }
    const keep = Math.min(this.#size, this.at);
    this.bytes.copyWithin(0, this.at - keep, this.at);
    this.at = keep;
  }
}

export class LzmaDecoder {
  #input: Uint8Array = new Uint8Array(0);
  #next = 0;
  #range = 0;
  #code = 0;

  /** Decodes one chunk: `count` bytes into the window, from all of `input`. */
  decode(model: Model, window: Window, input: Uint8Array, count: number): void {
    this.#input = input;
    this.#next = 1;
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    const { bytes } = window;
    const { isMatch, reps, literals, lc, lp, pb } = model;
    const end = window.at + count;
    let at = window.at;
    while (at < end) {
      const positionState = window.filled & ((1 << pb) - 1);
      if (this.#bit(isMatch, model.state * 16 + positionState) === 0) {
        const before = at > 0 && window.filled > 0 ? bytes[at - 1] : 0;
        const base = 0x300 * (((window.filled & ((1 << lp) - 1)) << lc) + (before >> (8 - lc)));
        let symbol = 1;
        if (!model.afterLiteral) {
          let match = bytes[at - reps[0] - 1];
          while (symbol < 0x100) {
            const matchBit = (match >> 7) & 1;
            match <<= 1;
            const bit = this.#bit(literals, base + ((1 + matchBit) << 8) + symbol);
            symbol = (symbol << 1) | bit;
            if (bit !== matchBit) break;
          }
        }
        while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(literals, base + symbol);
        bytes[at++] = symbol & 0xff;
        window.filled++;
        model.literal();
        continue;
      }
      let length: number;
      if (this.#bit(model.isRep, model.state) === 0) {
        [reps[3], reps[2], reps[1]] = [reps[2], reps[1], reps[0]];
        length = this.#length(model.match, positionState);
        model.moved("match");
        reps[0] = this.#distance(model, length);
      } else {
        if (this.#bit(model.isRep0, model.state) === 0) {
          if (this.#bit(model.isRep0Long, model.state * 16 + positionState) === 0) {
            model.moved("short");
            if (reps[0] >= window.filled) throw new LzmaError("distance");
            bytes[at] = bytes[at - reps[0] - 1];
            at++;
            window.filled++;
            continue;
          }
        } else {
          let distance: number;
          if (this.#bit(model.isRep1, model.state) === 0) distance = reps[1];
          else {
            if (this.#bit(model.isRep2, model.state) === 0) distance = reps[2];
            else {
              distance = reps[3];
              reps[3] = reps[2];
            }
            reps[2] = reps[1];
          }
          reps[1] = reps[0];
          reps[0] = distance;
        }
        length = this.#length(model.rep, positionState);
        model.moved("rep");
      }
      if (reps[0] >= window.filled || at + length > end || reps[0] >= at) throw new LzmaError("distance");
      const from = at - reps[0] - 1;
      for (let i = 0; i < length; i++) bytes[at + i] = bytes[from + i];
      at += length;
      window.filled += length;
    }
    window.at = at;
    if (this.#range < 0x1000000) this.#normalize();
    if (this.#code !== 0) throw new LzmaError("chunk");
  }

  #byte(): number {
    if (this.#next >= this.#input.length) throw new LzmaError("end");
    return this.#input[this.#next++];
  }

  #normalize(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #bit(table: Uint16Array, index: number): 0 | 1 {
    if (this.#range < 0x1000000) this.#normalize();
    const probability = table[index];
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    table[index] = probability - (probability >> 5);
    return 1;
  }

  #tree(table: Uint16Array, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(table, symbol);
    return symbol - (1 << bits);
  }

  #reverse(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(table, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #length(model: LengthModel, positionState: number): number {
    if (this.#bit(model.choice, 0) === 0) return MATCH_LEAST + this.#tree(model.low[positionState], 3);
    if (this.#bit(model.choice, 1) === 0) return MATCH_LEAST + 8 + this.#tree(model.mid[positionState], 3);
    return MATCH_LEAST + 16 + this.#tree(model.high, 8);
  }

  #distance(model: Model, length: number): number {
    const slot = this.#tree(model.slots[Math.min(length - MATCH_LEAST, 3)], 6);
    if (slot < 4) return slot;
    const direct = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << direct;
    if (slot < 14) return base + this.#reverse(model.special, base - slot, direct);
    let value = 0;
    for (let i = direct - 4; i > 0; i--) {
      if (this.#range < 0x1000000) this.#normalize();
      this.#range >>>= 1;
      if (this.#code >= this.#range) {
        this.#code -= this.#range;
        value = value * 2 + 1;
      } else value *= 2;
    }
    return ((2 | (slot & 1)) * 2 ** direct + value * 16 + this.#reverse(model.align, 0, 4)) >>> 0;
  }
}
