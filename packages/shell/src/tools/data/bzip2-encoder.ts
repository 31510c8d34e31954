// bzip2's format, written: blocks of up to 900 kB, sorted (Burrows-Wheeler), moved to front, run-length and Huffman coded. A block
// at a time.

import { BLOCK, CRC_TABLE, END, GROUP } from "./bzip2-format.ts";
import type { ByteSource } from "./codec.ts";
import { suffixArray } from "./suffix-array.ts";

class BitWriter {
  #bytes = new Uint8Array(65536);
  #length = 0;
  #bit = 0;
  #count = 0;

  put(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const take = Math.min(left, 8 - this.#count);
      this.#bit = (this.#bit << take) | ((value >>> (left - take)) & ((1 << take) - 1));
      this.#count += take;
      left -= take;
      if (this.#count < 8) continue;
      if (this.#length === this.#bytes.length) {
        const larger = new Uint8Array(this.#length * 2);
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      this.#bytes[this.#length++] = this.#bit;
      this.#bit = 0;
      this.#count = 0;
    }
  }

  long(value: number, bytes: number): void {
    for (let i = bytes - 1; i >= 0; i--) this.put(Math.floor(value / 256 ** i) % 256, 8);
  }

  align(): void {
    if (this.#count > 0) this.put(0, 8 - this.#count);
  }

  /** The whole bytes so far. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return bytes;
  }
}

export async function* compress(source: ByteSource, level: number): AsyncGenerator<Uint8Array> {
  const out = new BitWriter();
  // 19 bytes are kept free, as bzip2 itself does.
  const size = level * 100_000 - 19;
  const block = new Uint8Array(size + 5);
  out.long(0x425a6830 + level, 4);
  let [length, before, run, crc, combined] = [0, -1, 0, -1, 0];
  const endRun = () => {
    for (let i = 0; i < Math.min(run, 4); i++) block[length++] = before;
    if (run >= 4) block[length++] = run - 4;
    run = 0;
  };
  const endBlock = () => {
    endRun();
    before = -1;
    const value = ~crc >>> 0;
    combined = ((combined << 1) | (combined >>> 31)) ^ value;
    out.long(BLOCK, 6);
    out.long(value, 4);
    writeBlock(out, block.subarray(0, length));
    length = 0;
    crc = -1;
  };
  for (let chunk = await source.read(); chunk; chunk = await source.read()) {
    for (const byte of chunk) {
      if (byte !== before || run === 255) {
        endRun();
        if (length >= size - 5) {
          endBlock();
          yield out.take();
        }
        before = byte;
      }
      crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte];
      run++;
    }
  }
  if (run > 0 || length > 0) endBlock();
  out.long(END, 6);
  out.long(combined >>> 0, 4);
  out.align();
  yield out.take();
}

function writeBlock(out: BitWriter, block: Uint8Array): void {
  const { length } = block;
  // Rotations sort like the suffixes of the block written twice.
  const twice = new Int32Array(length * 2);
  for (let i = 0; i < length; i++) twice[i] = twice[i + length] = block[i] + 1;
  const sorted = suffixArray(twice, 257);
  let origin = 0;
  const last = new Uint8Array(length);
  let row = 0;
  for (const at of sorted) {
    if (at >= length) continue;
    if (at === 0) origin = row;
    last[row++] = block[(at + length - 1) % length];
  }
  const present = new Uint8Array(256);
  for (const byte of block) present[byte] = 1;
  const used: number[] = [];
  for (let i = 0; i < 256; i++) if (present[i]) used.push(i);
  const symbols = moveToFront(last, used);
  const alphabet = used.length + 2;
  const tableCount =
    symbols.length < 200 ? 2 : symbols.length < 600 ? 3 : symbols.length < 1200 ? 4 : symbols.length < 2400 ? 5 : 6;
  const { tables, selectors } = chooseTables(symbols, alphabet, tableCount);
  out.put(0, 1);
  out.put(origin, 24);
  for (let i = 0, groups = 0; i <= 16; i++) {
    if (i === 16) out.put(groups, 16);
    else if (used.some((byte) => byte >> 4 === i)) groups |= 0x8000 >> i;
  }
  for (let i = 0; i < 16; i++) {
    let bits = 0;
    for (let j = 0; j < 16; j++) if (present[i * 16 + j]) bits |= 0x8000 >> j;
    if (bits) out.put(bits, 16);
  }
  out.put(tableCount, 3);
  out.put(selectors.length, 15);
  const order = [0, 1, 2, 3, 4, 5];
  for (const table of selectors) {
    const place = order.indexOf(table);
    order.splice(place, 1);
    order.unshift(table);
    for (let i = 0; i < place; i++) out.put(1, 1);
    out.put(0, 1);
  }
  const codes = tables.map(codesOf);
  for (const lengths of tables) {
    let current = lengths[0];
    out.put(current, 5);
    for (const length of lengths) {
      for (; current < length; current++) out.put(2, 2);
      for (; current > length; current--) out.put(3, 2);
      out.put(0, 1);
    }
  }
  for (let i = 0; i < symbols.length; i++) {
    const table = selectors[Math.floor(i / GROUP)];
    out.put(codes[table][symbols[i]], tables[table][symbols[i]]);
  }
}

/** Positions in a list of recent bytes; runs of the first become numbers in digits 0 and 1; the alphabet's last symbol ends it. */
function moveToFront(last: Uint8Array, used: number[]): Uint16Array {
  const front = Uint8Array.from(used);
  const symbols = new Uint16Array(last.length + 2);
  let length = 0;
  let run = 0;
  const endRun = () => {
    for (; run > 0; run = (run - 1 - ((run - 1) & 1)) / 2) symbols[length++] = (run - 1) & 1;
  };
  for (const byte of last) {
    if (front[0] === byte) {
      run++;
      continue;
    }
    endRun();
    const place = front.indexOf(byte);
    front.copyWithin(1, 0, place);
    front[0] = byte;
    symbols[length++] = place + 1;
  }
  endRun();
  symbols[length++] = used.length + 1;
  return symbols.subarray(0, length);
}

/** Starts with tables for parts of the alphabet of equal weight, and lets them settle on the groups they suit. */
function chooseTables(symbols: Uint16Array, alphabet: number, count: number) {
  const totals = new Int32Array(alphabet);
  for (const symbol of symbols) totals[symbol]++;
  let tables: Uint8Array[] = [];
  let from = 0;
  let left = symbols.length;
  for (let table = 0; table < count; table++) {
    const share = left / (count - table);
    let sum = 0;
    let to = from;
    while (to < alphabet && (sum < share || to === from)) sum += totals[to++];
    if (table === count - 1) to = alphabet;
    tables.push(Uint8Array.from(totals, (_, i) => (i >= from && i < to ? 1 : 15)));
    from = to;
    left -= sum;
  }
  const selectors = new Uint8Array(Math.ceil(symbols.length / GROUP));
  for (let round = 0; round < 4; round++) {
    const frequencies = tables.map(() => new Int32Array(alphabet));
    for (let group = 0; group < selectors.length; group++) {
      const part = symbols.subarray(group * GROUP, (group + 1) * GROUP);
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (const [i, lengths] of tables.entries()) {
        let cost = 0;
        for (const symbol of part) cost += lengths[symbol];
        if (cost < least) [least, best] = [cost, i];
      }
      selectors[group] = best;
      for (const symbol of part) frequencies[best][symbol]++;
    }
    tables = frequencies.map((one) => huffmanLengths(one, 17));
  }
  return { tables, selectors };
}

/** Code lengths of at most `most` bits; every symbol gets a code. */
export function huffmanLengths(frequencies: Int32Array, most: number): Uint8Array {
  const weights = Array.from(frequencies, (count) => Math.max(1, count));
  for (;;) {
    const parent: number[] = [];
    const total = [...weights];
    const sorted = weights.map((_, i) => i).sort((a, b) => weights[a] - weights[b]);
    const merged: number[] = [];
    let [i, j] = [0, 0];
    const smallest = () =>
      j >= merged.length || (i < sorted.length && total[sorted[i]] <= total[merged[j]]) ? sorted[i++] : merged[j++];
    for (let n = 1; n < weights.length; n++) {
      const [a, b] = [smallest(), smallest()];
      parent[a] = parent[b] = total.length;
      merged.push(total.length);
      total.push(total[a] + total[b]);
    }
    const lengths = new Uint8Array(weights.length);
    const depth: number[] = [];
    depth[total.length - 1] = 0;
    for (let node = total.length - 2; node >= 0; node--) depth[node] = depth[parent[node]] + 1;
    let longest = 0;
    for (let leaf = 0; leaf < weights.length; leaf++) {
      lengths[leaf] = Math.max(1, depth[leaf]);
      longest = Math.max(longest, depth[leaf]);
    }
    if (longest <= most) return lengths;
    for (let leaf = 0; leaf < weights.length; leaf++) weights[leaf] = (weights[leaf] >> 1) + 1;
  }
}

function codesOf(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= 20; length++) {
    for (let i = 0; i < lengths.length; i++) if (lengths[i] === length) codes[i] = code++;
    code <<= 1;
  }
  return codes;
}
