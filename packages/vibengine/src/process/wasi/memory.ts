// The guest's memory as the binding sees it: bounds-checked, little-endian, fresh after `memory.grow`.
// The memory may be shared, so nothing outside hands a view of it to crypto, TextDecoder or TextEncoder.

const TWO_32 = 2 ** 32;

/**
 * Views of a guest's memory. Call `has` before any access: it makes sure that the views reach that far (a grown private
 * memory detaches its old buffer, so that the old view has length 0; a grown shared one leaves it short).
 * Addresses and lengths are unsigned: callers turn an i32 into one by `>>> 0`.
 */
export class GuestMemory {
  bytes: Uint8Array = new Uint8Array(0);
  view = new DataView(new ArrayBuffer(0));
  #memory: () => WebAssembly.Memory;

  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Whether `length` bytes at `at` are inside the memory. */
  has(at: number, length: number): boolean {
    if (at + length <= this.bytes.length) return true;
    const { buffer } = this.#memory();
    if (buffer.byteLength === this.bytes.length) return false;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    return at + length <= this.bytes.length;
  }

  /** The bytes asked for by the `count` vectors (address, length) at `vectors`, or -1 if one of them lies outside. */
  total(vectors: number, count: number): number {
    if (!this.has(vectors, count * 8)) return -1;
    let total = 0;
    for (let at = vectors, end = vectors + count * 8; at < end; at += 8) {
      const length = this.view.getUint32(at + 4, true);
      if (!this.has(this.view.getUint32(at, true), length)) return -1;
      total += length;
    }
    return total;
  }

  /** Writes a u64 given as a number: exact up to 2⁵³. */
  setU64(at: number, value: number): void {
    this.view.setUint32(at, value, true);
    this.view.setUint32(at + 4, (value - (value >>> 0)) / TWO_32, true);
  }

  /** Writes a time as nanoseconds in a u64, without a BigInt. A time before 1970 is 0, there being no sign. */
  setTime(at: number, sec: number, nsec: number): void {
    if (sec < 0) {
      this.setU64(at, 0);
      return;
    }
    // sec · 10⁹ overflows 2⁵³ at 104 days: multiply the low and the high 16-bit parts of sec apart.
    const lowSec = sec % 65536;
    const low = lowSec * 1e9 + nsec;
    const high = ((sec - lowSec) / 65536) * 1e9;
    const lowWord = (low >>> 0) + (high % 65536) * 65536;
    const highWord = Math.floor(high / 65536) + Math.floor(low / TWO_32) + Math.floor(lowWord / TWO_32);
    this.view.setUint32(at, lowWord, true);
    this.view.setUint32(at + 4, highWord, true);
  }
}
