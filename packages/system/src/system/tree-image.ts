// A read-only tree of files in one piece of memory, as packs bring them: directories with sorted names, and contents. Looks
// things up by number and allocates nothing but names. The format is written by packages/python (tree-image.mjs): after a head of 24
// bytes come entries of 24 each, names, contents; numbers are little endian, offsets count from the beginning.

const MAGIC = "VIBTREE1";
const HEAD = 24;
const ENTRY = 24;

// Words of the head and of an entry.
const COUNT = 8;
const MTIME = 16;
const NAME = 0;
const NAME_LENGTH = 4;
const KIND = 6;
const PARENT = 8;
const FIRST = 12;
const SIZE = 16;

const DIRECTORY = 1;

export class TreeImage {
  readonly bytes: Uint8Array;
  /** How many entries; 0 is the root. */
  readonly count: number;
  /** s since 1970. */
  readonly mtime: number;
  readonly #view: DataView;

  /** Throws a `RangeError` if these bytes are no tree. */
  constructor(buffer: ArrayBufferLike) {
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    if (buffer.byteLength < HEAD + ENTRY || [...MAGIC].some((letter, i) => this.bytes[i] !== letter.charCodeAt(0))) {
      throw new RangeError(`not a tree image: it does not begin with ${MAGIC}`);
    }
    this.count = this.#view.getUint32(COUNT, true);
    this.mtime = this.#view.getUint32(MTIME, true);
    if (this.count < 1 || HEAD + this.count * ENTRY > buffer.byteLength || !this.isDirectory(0)) {
      throw new RangeError(`a broken tree image: ${this.count} entries in ${buffer.byteLength} bytes`);
    }
  }

  isDirectory(entry: number): boolean {
    return this.#view.getUint16(HEAD + entry * ENTRY + KIND, true) === DIRECTORY;
  }

  parent(entry: number): number {
    return this.#field(entry, PARENT);
  }

  /** Bytes of a file; how many entries a directory has. */
  size(entry: number): number {
    return this.#field(entry, SIZE);
  }

  /** The first of a directory's entries; the others follow it. */
  first(directory: number): number {
    return this.#field(directory, FIRST);
  }

  name(entry: number): Uint8Array {
    const at = this.#field(entry, NAME);
    return this.bytes.subarray(at, at + this.#view.getUint16(HEAD + entry * ENTRY + NAME_LENGTH, true));
  }

  contents(file: number): Uint8Array {
    const at = this.#field(file, FIRST);
    return this.bytes.subarray(at, at + this.size(file));
  }

  /** The entry called `name[start..end)` in a directory, -1 when there is none. */
  lookup(directory: number, name: Uint8Array, start: number, end: number): number {
    let low = this.first(directory);
    let high = low + this.size(directory);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle, name, start, end);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** < 0: the entry's name comes before `name[start..end)`. */
  #compare(entry: number, name: Uint8Array, start: number, end: number): number {
    const at = this.#field(entry, NAME);
    const length = this.#view.getUint16(HEAD + entry * ENTRY + NAME_LENGTH, true);
    for (let i = 0; i < length && start + i < end; i++) {
      const difference = this.bytes[at + i] - name[start + i];
      if (difference !== 0) return difference;
    }
    return length - (end - start);
  }

  #field(entry: number, offset: number): number {
    return this.#view.getUint32(HEAD + entry * ENTRY + offset, true);
  }
}
