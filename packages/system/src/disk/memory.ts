// The memory a sandbox lives in, as three fixed-length views that are made anew after it grew.
// Lowest layer: knows nothing of what is stored. In the browser a shared WebAssembly.Memory, in Node any buffer.
// Never a length-tracking view on a growable buffer: those were measured 30 times slower in tight loops.

/** Where the bytes come from. `grow` makes at least `bytes` bytes usable and returns false when it can't. */
export interface Backing {
  readonly buffer: ArrayBufferLike;
  /** Where the bytes are a `WebAssembly.Memory`: that. */
  readonly memory?: WebAssembly.Memory;
  grow(bytes: number): boolean;
}

const WASM_PAGE = 65_536;

/** A shared `WebAssembly.Memory`: virtual up to its maximum, and every worker that has it sees it grow. */
export function wasmBacking(memory: WebAssembly.Memory): Backing {
  return {
    memory,
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

/** Copies `count` bytes between this memory and that of the program that runs in this worker. Addresses may be above 2 GiB. */
export interface GuestCopier {
  readonly memory: WebAssembly.Memory;
  /** What the memory's `buffer` was when last looked at. */
  buffer: ArrayBufferLike;
  toGuest(to: number, from: number, count: number): void;
  toDisk(to: number, from: number, count: number): void;
}

/** The views. Hold on to the `Memory`, not to a view: `refresh` replaces them. */
export class Memory {
  readonly backing: Backing;
  words!: Int32Array;
  bytes!: Uint8Array;
  doubles!: Float64Array;
  /** Set while a program runs in this worker, where the engine has it. */
  guest: GuestCopier | null = null;

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

  /** Copies bytes from here to `into[at…]`. */
  copyOut(into: Uint8Array, at: number, from: number, count: number): void {
    if (this.#isGuests(into)) this.guest!.toGuest(at, from, count);
    else into.set(this.bytes.subarray(from, from + count), at);
  }

  /** Copies `from[at…]` to here. */
  copyIn(to: number, from: Uint8Array, at: number, count: number): void {
    if (this.#isGuests(from)) this.guest!.toDisk(to, at, count);
    else this.bytes.set(at === 0 && count === from.length ? from : from.subarray(at, at + count), to);
  }

  /** Is it a view of the program's whole memory? That changes its buffer when it grows. */
  #isGuests(view: Uint8Array): boolean {
    const { guest } = this;
    if (guest === null || view.byteOffset !== 0) return false;
    if (view.buffer === guest.buffer) return true;
    guest.buffer = guest.memory.buffer;
    return view.buffer === guest.buffer;
  }
}
