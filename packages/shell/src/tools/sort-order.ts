// The order that sort's options ask for: compares any two lines, and puts the lines of a store in order. That goes key by key, by
// digits: eight bytes of a text or the bits of a number; few lines, and what digits can't tell, are compared. Stable. Pure.

import type { LineStore } from "./line-store.ts";
import { type Column, columnOf, textAt } from "./sort-columns.ts";
import { commonLength, countingDigits, type Digits, newDigits, numberDigits, textDigits } from "./sort-digits.ts";
import type { Key } from "./sort-keys.ts";
import { sortByDigits } from "./sort-radix.ts";
import { compareLongNumbers, compareVersions } from "./sort-values.ts";

/** Up to this many lines are put in order by comparing them. */
const FEW = 12;

interface Stage {
  /** null: the whole line. */
  key: Key | null;
  reverse: boolean;
  /** What a byte counts as (-f). */
  fold: Uint8Array;
  /** 1 for bytes that don't count (-d, -i); null when all do. */
  ignored: Uint8Array | null;
}

const SAME = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const UPPER = SAME.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
const IN_DICTIONARY = SAME.map((byte) => (/[A-Za-z0-9 \t]/.test(String.fromCharCode(byte)) ? 0 : 1));
const PRINTABLE = SAME.map((byte) => (byte >= 32 && byte <= 126 ? 0 : 1));

/** A store's lines prepared for comparing: its columns, made as they are needed. */
export class Sortable {
  readonly lines: LineStore;
  readonly columns: Column[] = [];
  constructor(lines: LineStore) {
    this.lines = lines;
  }
}

/** What sorting a store's lines works with. */
interface Work {
  all: Sortable;
  order: Uint32Array;
  spare: Uint32Array;
  digits: Digits;
}

export class Ordering {
  readonly #stages: Stage[];
  readonly #separator: number;

  /**
   * @param keys what is compared, in turn
   * @param whole whether lines whose keys are all equal are then compared as wholes, by byte
   */
  constructor(keys: Key[], separator: number, whole: boolean, reverse: boolean) {
    this.#separator = separator;
    this.#stages = keys.map((key) => ({
      key,
      reverse: key.reverse,
      fold: key.fold ? UPPER : SAME,
      ignored: key.dictionary ? IN_DICTIONARY : key.printable ? PRINTABLE : null,
    }));
    if (whole) this.#stages.push({ key: null, reverse, fold: SAME, ignored: null });
  }

  /** Below 0, 0 or above 0: line i of `a` beside line j of `b`. */
  compare(a: Sortable, i: number, b: Sortable, j: number): number {
    return this.#compareFrom(0, 0, a, i, b, j);
  }

  /** The numbers of the lines, in order. */
  sorted(all: Sortable): Uint32Array {
    const { count } = all.lines;
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    this.#sort({ all, order, spare: new Uint32Array(count), digits: newDigits(count) }, 0, count, 0, 0);
    return order;
  }

  /** Below 0, 0 or above 0, given that all is equal before stage `at`, and there the text's first `depth` bytes. */
  #compareFrom(at: number, depth: number, a: Sortable, i: number, b: Sortable, j: number): number {
    for (; at < this.#stages.length; at++) {
      const stage = this.#stages[at];
      const left = this.#column(a, at);
      const right = this.#column(b, at);
      const result = left.numbers
        ? compareNumbers(a.lines.bytes, left, i, b.lines.bytes, right, j)
        : stage.key?.numeric === "V"
          ? compareVersions(keyText(a.lines.bytes, left, i), keyText(b.lines.bytes, right, j))
          : stage.ignored
            ? compareCounting(stage.ignored, stage.fold, a.lines.bytes, left, i, b.lines.bytes, right, j)
            : compareTexts(stage.fold, depth, a.lines.bytes, left, i, b.lines.bytes, right, j);
      if (result !== 0) return stage.reverse ? -result : result;
      depth = 0;
    }
    return 0;
  }

  /** Sorts order[begin, end), given the same as above. */
  #sort(work: Work, begin: number, end: number, at: number, depth: number): void {
    const { all, order, digits } = work;
    if (at === this.#stages.length || this.#isInOrder(work, begin, end, at, depth)) return;
    const stage = this.#stages[at];
    const { key, reverse, fold, ignored } = stage;
    if (end - begin <= FEW || key?.numeric === "V") return this.#compareAll(work, begin, end, at, depth);
    const column = this.#column(all, at);
    const { bytes } = all.lines;
    const lines = order.subarray(begin, end);
    const flip = reverse ? 0xffff : 0;
    const text = column.numbers === null;
    if (column.numbers) numberDigits(column.numbers, lines, digits, flip);
    else if (ignored) countingDigits(bytes, column, lines, digits, fold, ignored, flip);
    else {
      depth += commonLength(bytes, column, lines, depth);
      textDigits(bytes, column, lines, digits, depth, fold, flip);
    }
    sortByDigits(lines, work.spare.subarray(begin, end), digits);
    const [a, b, c, d] = digits;
    for (let from = begin; from < end; ) {
      const first = order[from];
      let to = from + 1;
      for (; to < end; to++) {
        const line = order[to];
        if (d[line] !== d[first] || c[line] !== c[first] || b[line] !== b[first] || a[line] !== a[first]) break;
      }
      if (to - from > 1) {
        if (ignored || column.long) this.#compareAll(work, from, to, at, 0);
        else if (!text) this.#sort(work, from, to, at + 1, 0);
        else if (to - from <= FEW) this.#compareAll(work, from, to, at, depth + 8);
        else {
          const [shortest, longest] = lengths(column, order.subarray(from, to));
          if (longest > depth + 8) this.#sort(work, from, to, at, depth + 8);
          // They may still differ by NULs at their ends.
          else if (shortest < longest) this.#compareAll(work, from, to, at, depth);
          else this.#sort(work, from, to, at + 1, 0);
        }
      }
      from = to;
    }
  }

  #compareAll({ all, order }: Work, begin: number, end: number, at: number, depth: number): void {
    if (end - begin > FEW) {
      order.subarray(begin, end).sort((i, j) => this.#compareFrom(at, depth, all, i, all, j));
      return;
    }
    for (let i = begin + 1; i < end; i++) {
      const line = order[i];
      let to = i;
      for (; to > begin && this.#compareFrom(at, depth, all, order[to - 1], all, line) > 0; to--)
        order[to] = order[to - 1];
      order[to] = line;
    }
  }

  #isInOrder({ all, order }: Work, begin: number, end: number, at: number, depth: number): boolean {
    for (let i = begin + 1; i < end; i++) {
      if (this.#compareFrom(at, depth, all, order[i - 1], all, order[i]) > 0) return false;
    }
    return true;
  }

  #column(all: Sortable, at: number): Column {
    return (all.columns[at] ??= columnOf(all.lines, this.#stages[at].key, this.#separator));
  }
}

const keyText = (bytes: Uint8Array, { begin, end }: Column, line: number) => textAt(bytes, begin[line], end[line]);

function compareNumbers(left: Uint8Array, a: Column, i: number, right: Uint8Array, b: Column, j: number): number {
  const difference = a.numbers![i] - b.numbers![j];
  if (difference < 0) return -1;
  if (difference > 0) return 1;
  return a.long && b.long ? compareLongNumbers(keyText(left, a, i), keyText(right, b, j)) : 0;
}

function compareTexts(
  fold: Uint8Array,
  depth: number,
  left: Uint8Array,
  a: Column,
  i: number,
  right: Uint8Array,
  b: Column,
  j: number,
): number {
  const shift = b.begin[j] - a.begin[i];
  const end = Math.min(a.end[i], b.end[j] - shift);
  for (let at = a.begin[i] + depth; at < end; at++) {
    const difference = fold[left[at]] - fold[right[at + shift]];
    if (difference !== 0) return difference;
  }
  return a.end[i] - b.end[j] + shift;
}

/** By the bytes that count only. */
function compareCounting(
  ignored: Uint8Array,
  fold: Uint8Array,
  left: Uint8Array,
  a: Column,
  i: number,
  right: Uint8Array,
  b: Column,
  j: number,
): number {
  const [end, otherEnd] = [a.end[i], b.end[j]];
  for (let [at, other] = [a.begin[i], b.begin[j]]; ; at++, other++) {
    while (at < end && ignored[left[at]] === 1) at++;
    while (other < otherEnd && ignored[right[other]] === 1) other++;
    if (at === end) return other === otherEnd ? 0 : -1;
    if (other === otherEnd) return 1;
    const difference = fold[left[at]] - fold[right[other]];
    if (difference !== 0) return difference;
  }
}

function lengths({ begin, end }: Column, order: Uint32Array): [shortest: number, longest: number] {
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
  for (const line of order) {
    const length = end[line] - begin[line];
    if (length < shortest) shortest = length;
    if (length > longest) longest = length;
  }
  return [shortest, longest];
}
