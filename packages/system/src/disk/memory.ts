// The memory a sandbox lives in, as three fixed-length views that are made anew after it grew.
// Lowest layer: knows nothing of what is stored. In the browser a shared WebAssembly.Memory, in Node any buffer.
// Never a length-tracking view on a growable buffer: those were measured 30 times slower in tight loops.

/** Where the bytes come from. `grow` makes at least `bytes` bytes usable and returns false when it can't. */
export interface Backing {
  readonly buffer: ArrayBufferLike;
  grow(bytes: number): boolean;
}

const WASM_PAGE = 65_536;

/** A shared `WebAssembly.Memory`: virtual up to its maximum, and every worker that has it sees it grow. */
export function wasmBacking(memory: WebAssembly.Memory): Backing {
  return {
    get buffer() {
      return memory.buffer;
    },
    grow(bytes) {
      const missing = Math.ceil((bytes - memory.buffer.byteLength) / WASM_PAGE);
      if (missing <= 0) return true;
      try {
        memory.grow(missing);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** A plain or shared buffer of fixed size, for Node. */
export function bufferBacking(buffer: ArrayBufferLike): Backing {
  return { buffer, grow: (bytes) => bytes <= buffer.byteLength };
}

/** The views. Hold on to the `Memory`, not to a view: `refresh` replaces them. */
export class Memory {
  readonly backing: Backing;
  words!: Int32Array;
  bytes!: Uint8Array;
  doubles!: Float64Array;

  constructor(backing: Backing) {
    this.backing = backing;
    this.refresh();
  }

  refresh(): void {
    const buffer = this.backing.buffer;
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.doubles = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
  }
}
