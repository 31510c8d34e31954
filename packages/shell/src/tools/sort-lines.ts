// Puts the lines of a store in order, in the kernel's memory, stage by stage: by digits of 64 bits (seven bytes of a text, a number),
// and what digits can't tell by the next. Groups that the kernel leaves, because they are many lines or because enough was done for
// now, are gone on with; what it knows nothing of is compared here. Stable. Generators yield where others may run. Pure.

import { type ColumnAt, findColumn, isTranslated, keyOverhead, SLICE, viewOf } from "./sort-columns.ts";
import type { KernelStore } from "./sort-kernel.ts";
import type { Key } from "./sort-keys.ts";
import { type Ordering, Sortable, type Stage } from "./sort-order.ts";

/** Groups of up to this many lines are sorted by the kernel alone. */
const FEW = 4096;
/** How many lines it may look at in a call, some milliseconds' work. */
const FUEL = 65536;
/** Many are distributed by 12 bits, the most significant first: what the kernel then does alone stays in the processor's cache. */
const MASK = 2 ** 12 - 1;
/** How many lines are compared here without others running. */
const COMPARED = 2048;
/** More than are left to JavaScript in a call: one for each 16 of FUEL, and one for two of FEW. */
const GROUPS = 8192;
const STAGE = 32;
const KIND = { text: 0, number: 1, foreign: 2, nothing: 3 };
const GATHERED = 256 * 1024;

/** Bytes of memory for a line, beside its text: where it begins, in an array that may have grown too far, its number and digits twice. */
const LINE_OVERHEAD = 32;

/** What `count` lines with `used` bytes of text take in memory while they are sorted. */
export function memoryFor(keys: Key[], used: number, count: number): number {
  const copies = keys.filter(isTranslated).length;
  return used * (1 + copies) + count * (LINE_OVERHEAD + keys.reduce((sum, key) => sum + keyOverhead(key), 0));
}

interface Group {
  from: number;
  to: number;
  /** Its address. */
  stage: number;
  depth: number;
}

export class SortedLines {
  readonly #store: KernelStore;
  readonly #ordering: Ordering;
  #lines = 0;
  #stages = 0;
  #left = 0;
  #foreign = false;
  /** For comparing here. */
  #all: Sortable;
  count: number;

  constructor(store: KernelStore, ordering: Ordering) {
    this.#store = store;
    this.#ordering = ordering;
    this.#all = new Sortable(store);
    this.count = store.count;
  }

  get #kernel() {
    return this.#ordering.kernel;
  }

  *sort(): Generator<void> {
    yield* this.#prepare();
    const work: Group[] = [{ from: 0, to: this.count, stage: this.#stages, depth: 0 }];
    for (let group = work.pop(); group; group = work.pop()) {
      const { from, to, stage, depth } = group;
      if (to - from < 2 || this.#kindAt(stage) === undefined) continue;
      if (this.#kindAt(stage) === KIND.foreign) yield* this.#compareAll(group);
      else if (to - from > FEW && this.#kindAt(stage) !== KIND.nothing) yield* this.#sortMany(group, work);
      else work.push(...this.#takeLeft(this.#kernel.code.sort(from, to, stage, depth, FUEL)));
      yield;
    }
  }

  /** Keeps the first of each run of equal lines. */
  *unique(): Generator<void> {
    const { code } = this.#kernel;
    let kept = 0;
    for (let i = 0; i < this.count; i += SLICE) {
      const to = Math.min(this.count, i + SLICE);
      if (!this.#foreign) kept = code.unique(i, to, kept);
      else {
        const lines = this.#kernel.u32(this.#lines, this.count);
        for (let at = i; at < to; at++) {
          if (kept > 0 && this.#ordering.compare(this.#all, lines[kept - 1], this.#all, lines[at]) === 0) continue;
          lines[kept++] = lines[at];
        }
      }
      yield;
    }
    this.count = kept;
  }

  /** The lines one behind the other, in pieces that are valid until the next; a line that is longer than one comes alone. */
  *pieces(): Generator<Uint8Array> {
    const kernel = this.#kernel;
    const out = kernel.allot(GATHERED);
    this.#store.refresh();
    const { startsAt, starts, bytes } = this.#store;
    const lines = kernel.u32(this.#lines, this.count);
    for (let i = 0; i < this.count; ) {
      const next = kernel.code.gather(startsAt, i, this.count, out, out + GATHERED);
      const end = kernel.code.gathered();
      yield next > i ? kernel.bytes.subarray(out, end) : bytes.subarray(starts[lines[i]], starts[lines[i] + 1]);
      i = Math.max(next, i + 1);
    }
  }

  /** Finds the keys, and lays out the memory. */
  *#prepare(): Generator<void> {
    const kernel = this.#kernel;
    const { keys, separator, stages } = this.#ordering;
    const { startsAt, used } = this.#store;
    const { count } = this;
    const columns: ColumnAt[] = [];
    for (const key of keys) columns.push(yield* findColumn(kernel, startsAt, count, used, key, separator));
    const whole: ColumnAt = { begins: startsAt, ends: startsAt + 4, less: 1, numbers: [], long: false };
    const [digits, spareDigits] = [kernel.allot(8 * count), kernel.allot(8 * count)];
    const [lines, spareLines] = [kernel.allot(4 * count), kernel.allot(4 * count)];
    const counts = kernel.allot(4 * (MASK + 1));
    this.#lines = lines;
    this.#left = kernel.allot(16 * GROUPS);
    this.#stages = kernel.allot(STAGE * stages.length);
    const kindOf = ({ kind, key }: Stage) => {
      if (kind === "text" || kind === "number") return KIND[kind];
      return kind === "version" || columns[key].long ? KIND.foreign : KIND.nothing;
    };
    for (const [i, stage] of stages.entries()) {
      const { begins, ends, less, numbers } = columns[stage.key] ?? whole;
      const kind = kindOf(stage);
      if (kind === KIND.foreign) this.#foreign = true;
      const fields = [kind, begins, ends, less, numbers[stage.number] ?? 0, Number(stage.reverse)];
      kernel.u32(this.#stages + i * STAGE, fields.length).set(fields);
    }
    const end = this.#stages + STAGE * stages.length;
    const foreign = Number(this.#foreign);
    kernel.code.setup(lines, digits, spareLines, spareDigits, counts, this.#stages, end, foreign, this.#left);
    kernel.code.number(count);
    this.#store.refresh();
    if (this.#foreign) this.#all.columns.push(...columns.map((column) => viewOf(kernel, column, count)));
  }

  /** Undefined behind the last stage. */
  #kindAt(stage: number): number | undefined {
    const end = this.#stages + STAGE * this.#ordering.stages.length;
    return stage < end ? this.#kernel.u32(stage, 1)[0] : undefined;
  }

  #takeLeft(count: number): Group[] {
    const left = this.#kernel.u32(this.#left, count * 4);
    return Array.from({ length: count }, (_, i) => {
      const [from, to, stage, depth] = left.subarray(4 * i);
      return { from, to, stage, depth };
    });
  }

  *#distribute(from: number, to: number, shift: number): Generator<void> {
    const { code } = this.#kernel;
    code.clear(MASK);
    for (let i = from; i < to; i += SLICE) code.count(0, i, Math.min(to, i + SLICE), shift, MASK);
    code.places(from, MASK);
    yield;
    for (let i = from; i < to; i += SLICE) {
      code.distribute(0, i, Math.min(to, i + SLICE), shift, MASK);
      yield;
    }
    code.back(from, to);
  }

  *#sortMany({ from, to, stage, depth }: Group, work: Group[]): Generator<void> {
    const { code } = this.#kernel;
    code.begin();
    for (let i = from; i < to; i += SLICE) {
      code.digits(stage, depth, i, Math.min(to, i + SLICE));
      yield;
    }
    const runs = [{ from, to, bit: 64 }];
    for (let run = runs.pop(); run; run = runs.pop()) {
      const shift = code.shift(run.bit);
      if (shift < 0) continue;
      yield* this.#distribute(run.from, run.to, shift);
      for (let i = run.from; i < run.to; ) {
        i = code.runs(i, run.to, shift, FUEL);
        for (const { from, to, depth } of this.#takeLeft(code.left())) runs.push({ from, to, bit: depth });
        yield;
      }
    }
    for (let i = from; i < to; ) {
      i = code.ties(stage, depth, i, to, FUEL);
      work.push(...this.#takeLeft(code.left()));
      yield;
    }
  }

  /** A merge sort: pieces put in order, then two and two. */
  *#compareAll({ from, to, stage }: Group): Generator<void> {
    const at = (stage - this.#stages) / STAGE;
    const compare = (i: number, j: number) => this.#ordering.compare(this.#all, i, this.#all, j, at);
    const lines = this.#kernel.u32(this.#lines + 4 * from, to - from);
    const { length } = lines;
    for (let i = 0; i < length; i += COMPARED) {
      lines.subarray(i, i + COMPARED).sort(compare);
      yield;
    }
    for (let width = COMPARED; width < length; width *= 2) {
      const old = lines.slice();
      for (let begin = 0; begin < length; begin += 2 * width) {
        const middle = Math.min(length, begin + width);
        const end = Math.min(length, middle + width);
        for (let out = begin, left = begin, right = middle; out < end; out++) {
          const first = right === end || (left < middle && compare(old[left], old[right]) <= 0);
          lines[out] = first ? old[left++] : old[right++];
          if (out % COMPARED === 0) yield;
        }
      }
    }
  }
}
