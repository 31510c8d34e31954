// Merging what is sorted: inputs (-m), and the runs that sort lays aside on the disk when there is more than it may hold in memory.
// A few at a time are merged, so that neither memory nor open files grow with the input.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_RDWR,
  SEEK_CUR,
  type System,
  strerror,
} from "@vibengine/system";
import { CHUNK, ReadError, Writer } from "../stdio.ts";
import { Failure } from "./define.ts";
import { LineOutput } from "./line-output.ts";
import { LineStore } from "./line-store.ts";
import { quotePlain } from "./quote.ts";
import { type Ordering, Sortable } from "./sort-order.ts";

/** So many are merged at once, as GNU's --batch-size has it. */
const BATCH = 16;

/** The next bytes, valid until the next call; null at the end. */
export type Source = () => Promise<Uint8Array | null>;

export interface Merging {
  sys: System;
  ordering: Ordering;
  unique: boolean;
  delimiter: number;
  /** Where temporary files go. */
  directory: string;
  /** Lets others run. */
  pause(): Promise<void> | void;
}

/**
 * Sorted runs one behind the other in a temporary file, made for the first of them. It loses its name at once, so that it ends with
 * its fd, however that ends.
 */
export class Spill {
  readonly #sys: System;
  readonly #directory: string;
  readonly #ends: number[] = [0];
  #fd = -1;

  constructor({ sys, directory }: Pick<Merging, "sys" | "directory">) {
    this.#sys = sys;
    this.#directory = directory;
  }

  get count(): number {
    return this.#ends.length - 1;
  }

  /** Adds a run: what `write` writes. */
  async add(write: (output: LineOutput) => Promise<void>): Promise<void> {
    if (this.#fd < 0) this.#open();
    const output = new LineOutput(new Writer(this.#sys, this.#fd));
    await write(output);
    await output.flush();
    this.#ends.push(this.#sys.lseek(this.#fd, 0, SEEK_CUR));
  }

  #open(): void {
    const path = encode(`${this.#directory}/sort${Math.random().toString(36).slice(2, 10).padEnd(8, "0")}`);
    this.#fd = this.#sys.open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600);
    if (this.#fd < 0) {
      const why = strerror(this.#fd);
      throw new Failure(`cannot create temporary file in ${quotePlain(this.#directory)}: ${why}`);
    }
    this.#sys.unlink(AT_FDCWD, path);
  }

  run(i: number): Source {
    let at = this.#ends[i];
    const end = this.#ends[i + 1];
    const buffer = new Uint8Array(Math.min(CHUNK, end - at));
    return async () => {
      const count = this.#sys.pread(this.#fd, buffer, 0, Math.min(buffer.length, end - at), at);
      if (count < 0) throw new ReadError(-count);
      at += count;
      return count === 0 ? null : buffer.subarray(0, count);
    };
  }

  close(): void {
    if (this.#fd >= 0) this.#sys.close(this.#fd);
    this.#fd = -1;
  }
}

/** Merges any number of sources, in several goes if there are many. */
export async function merge(
  merging: Merging,
  count: number,
  open: (i: number) => Source,
  output: LineOutput,
): Promise<void> {
  if (count <= BATCH) return mergeFew(merging, count, open, output);
  const spill = new Spill(merging);
  try {
    for (let first = 0; first < count; first += BATCH) {
      const few = Math.min(BATCH, count - first);
      await spill.add((run) => mergeFew(merging, few, (i) => open(first + i), run));
    }
    await merge(merging, spill.count, (i) => spill.run(i), output);
  } finally {
    spill.close();
  }
}

/** Where one source has got to. */
class Head {
  readonly #source: Source;
  readonly #index: number;
  lines: Sortable;
  at = 0;

  constructor(source: Source, index: number, delimiter: number) {
    this.#source = source;
    this.#index = index;
    this.lines = new Sortable(new LineStore(delimiter, CHUNK));
  }

  /** Reads on; false at the end. */
  async refill(): Promise<boolean> {
    const { lines } = this.lines;
    lines.drop(lines.count);
    this.lines = new Sortable(lines);
    this.at = 0;
    while (lines.count === 0) {
      const chunk = await this.#source();
      if (chunk) lines.add(chunk);
      else if (lines.used > 0) lines.endLine();
      else return false;
    }
    return true;
  }

  /** Of equal lines the one of the first source comes first. */
  isBehind(other: Head, ordering: Ordering): boolean {
    const result = ordering.compare(this.lines, this.at, other.lines, other.at);
    return result > 0 || (result === 0 && this.#index > other.#index);
  }
}

async function mergeFew(
  merging: Merging,
  count: number,
  open: (i: number) => Source,
  output: LineOutput,
): Promise<void> {
  const { ordering, delimiter } = merging;
  /** In the order of their next lines. */
  const heads: Head[] = [];
  const insert = (head: Head) => {
    let place = heads.length;
    while (place > 0 && !head.isBehind(heads[place - 1], ordering)) place--;
    heads.splice(place, 0, head);
  };
  for (let i = 0; i < count; i++) {
    const head = new Head(open(i), i, delimiter);
    if (await head.refill()) insert(head);
  }
  const distinct = merging.unique ? new Distinct(ordering, delimiter) : null;
  while (heads.length > 0) {
    const [head] = heads;
    if (!distinct || distinct.isNew(head.lines, head.at)) {
      const waiting = output.putLine(head.lines.lines, head.at);
      if (waiting) await waiting;
    }
    if (++head.at === head.lines.lines.count) {
      await merging.pause();
      heads.shift();
      if (await head.refill()) insert(head);
    } else if (heads.length > 1 && head.isBehind(heads[1], ordering)) {
      heads.shift();
      insert(head);
    }
  }
}

/** Tells the first of equal lines from the others, though the store it stood in has gone on. */
class Distinct {
  readonly #ordering: Ordering;
  readonly #delimiter: number;
  #last: Sortable | null = null;

  constructor(ordering: Ordering, delimiter: number) {
    this.#ordering = ordering;
    this.#delimiter = delimiter;
  }

  isNew(from: Sortable, line: number): boolean {
    if (this.#last && this.#ordering.compare(this.#last, 0, from, line) === 0) return false;
    const { bytes, starts } = from.lines;
    const copy = this.#last?.lines ?? new LineStore(this.#delimiter, 256);
    copy.drop(copy.count);
    copy.add(bytes.subarray(starts[line], starts[line + 1]));
    this.#last = new Sortable(copy);
    return true;
  }
}
