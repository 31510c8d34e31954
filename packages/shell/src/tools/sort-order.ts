// The order that sort's options ask for, as a row of stages, and the comparison of any two lines by it. Whole stores are put in order
// by sort-lines.ts. Pure.

import type { LineStore } from "./line-store.ts";
import { type Column, columnOf, textAt } from "./sort-columns.ts";
import type { SortKernel } from "./sort-kernel.ts";
import type { Key } from "./sort-keys.ts";
import { compareExactly, compareVersions } from "./sort-values.ts";

/** One thing that is compared. */
export interface Stage {
  /** Of which key; -1 for the whole line. */
  key: number;
  /** `exact`: numbers whose doubles are equal. */
  kind: "text" | "number" | "exact" | "version";
  /** Which of the key's numbers. */
  number: number;
  reverse: boolean;
}

/** A store's lines prepared for comparing: the columns of its keys, made as they are needed. */
export class Sortable {
  readonly lines: LineStore;
  readonly columns: Column[] = [];
  constructor(lines: LineStore) {
    this.lines = lines;
  }
}

export class Ordering {
  readonly stages: Stage[];
  readonly keys: Key[];
  readonly separator: number;
  readonly kernel: SortKernel;

  /**
   * @param keys what is compared, in turn
   * @param whole whether lines whose keys are all equal are then compared as wholes, by byte
   */
  constructor(kernel: SortKernel, keys: Key[], separator: number, whole: boolean, reverse: boolean) {
    this.kernel = kernel;
    this.keys = keys;
    this.separator = separator;
    this.stages = keys.flatMap((one, key) => stagesOf(one, key));
    if (whole) this.stages.push({ key: -1, kind: "text", number: 0, reverse });
  }

  /** Below 0, 0 or above 0: line i of `a` beside line j of `b`, given that all is equal before stage `at`. */
  compare(a: Sortable, i: number, b: Sortable, j: number, at = 0): number {
    for (; at < this.stages.length; at++) {
      const { key, kind, number, reverse } = this.stages[at];
      const result =
        key < 0
          ? compareWhole(a.lines, i, b.lines, j)
          : this.#compareKeys(key, kind, number, this.#column(a, key), i, this.#column(b, key), j);
      if (result !== 0) return reverse ? -result : result;
    }
    return 0;
  }

  #compareKeys(key: number, kind: Stage["kind"], number: number, a: Column, i: number, b: Column, j: number): number {
    switch (kind) {
      case "text":
        return compareTexts(a.bytes, a.begin[i], a.end[i], b.bytes, b.begin[j], b.end[j]);
      case "number": {
        const [left, right] = [a.numbers[number][i], b.numbers[number][j]];
        return left < right ? -1 : left > right ? 1 : 0;
      }
      case "exact":
        return a.long || b.long ? compareExactly(keyText(a, i), keyText(b, j), this.keys[key].numeric) : 0;
      case "version":
        return compareVersions(keyText(a, i), keyText(b, j));
    }
  }

  #column(all: Sortable, key: number): Column {
    return (all.columns[key] ??= columnOf(this.kernel, all.lines, this.keys[key], this.separator));
  }
}

function stagesOf({ numeric, reverse }: Key, key: number): Stage[] {
  const stage = (kind: Stage["kind"], number = 0): Stage => ({ key, kind, number, reverse });
  switch (numeric) {
    case null:
      return [stage("text")];
    case "V":
      return [stage("version")];
    case "n":
      return [stage("number"), stage("exact")];
    case "g":
    case "h":
      return [stage("number"), stage("number", 1), stage("exact")];
    default:
      return [stage("number")];
  }
}

const keyText = ({ bytes, begin, end }: Column, line: number) => textAt(bytes, begin[line], end[line]);

const compareWhole = (a: LineStore, i: number, b: LineStore, j: number) =>
  compareTexts(a.bytes, a.starts[i], a.starts[i + 1] - 1, b.bytes, b.starts[j], b.starts[j + 1] - 1);

function compareTexts(
  left: Uint8Array,
  at: number,
  end: number,
  right: Uint8Array,
  otherAt: number,
  otherEnd: number,
): number {
  const shift = otherAt - at;
  const common = Math.min(end, otherEnd - shift);
  for (; at < common; at++) {
    const difference = left[at] - right[at + shift];
    if (difference !== 0) return difference;
  }
  return end - otherEnd + shift;
}
