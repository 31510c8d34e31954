// What lines are compared by: for each key a column of where it lies in every line, and of its numbers. The kernel finds them, in its
// memory; for lines that lie elsewhere (merging) they are copied there and back. Generators yield where others may run. Pure.

import { bytesToBinary } from "../stdio.ts";
import type { LineStore } from "./line-store.ts";
import type { SortKernel } from "./sort-kernel.ts";
import type { Key } from "./sort-keys.ts";
import { longNumber, numbersOf } from "./sort-values.ts";

/** A column in the kernel's memory: addresses. */
export interface ColumnAt {
  begins: number;
  ends: number;
  /** What to take off the ends. */
  less: number;
  numbers: number[];
  /** Some numbers are longer than a double is exact. */
  long: boolean;
}

/** A column to look at. */
export interface Column {
  bytes: Uint8Array;
  begin: Uint32Array;
  end: Uint32Array;
  numbers: Float64Array[];
  long: boolean;
}

/** How many lines are gone through at a time. */
export const SLICE = 16384;
/** Those that take JavaScript. */
const SLOW_SLICE = 2048;
/** No place is farther. */
const FAR = 2 ** 30;

/** How many numbers a key is compared by: -g and -h first compare of what kind it is. */
export const numbersIn = ({ numeric }: Key): number =>
  numeric === null || numeric === "V" ? 0 : numeric === "g" || numeric === "h" ? 2 : 1;

/** Bytes of memory that a key takes for each line, beside copies of its text. */
export const keyOverhead = (key: Key): number => 8 + 8 * numbersIn(key);

/** Whether bytes are left out or replaced, so that the key is compared by a copy. */
export const isTranslated = ({ numeric, dictionary, printable, fold }: Key): boolean =>
  (numeric === null || numeric === "R" || numeric === "V") && (dictionary || printable || fold);

/** @param starts the address of where the lines begin; `room` bytes of text are theirs */
export function* findColumn(
  kernel: SortKernel,
  starts: number,
  count: number,
  room: number,
  key: Key,
  separator: number,
): Generator<void, ColumnAt> {
  const begins = kernel.allot(4 * count);
  const ends = kernel.allot(4 * count);
  const { code } = kernel;
  const { startField, startCharacter, skipStartBlanks, endField, endCharacter, skipEndBlanks } = key;
  const bound = (value: number) => Math.min(value, FAR);
  const places = [bound(startField - 1), bound(startCharacter - 1), Number(skipStartBlanks)];
  places.push(bound(endField - 1), bound(endCharacter), Number(endCharacter > 0 && skipEndBlanks), separator);
  for (let i = 0; i < count; i += SLICE) {
    code.keys(starts, i, Math.min(count, i + SLICE), begins, ends, ...places);
    yield;
  }
  if (isTranslated(key)) yield* translate(kernel, begins, ends, count, room, key);
  const column: ColumnAt = { begins, ends, less: 0, numbers: [], long: false };
  for (let i = 0; i < numbersIn(key); i++) column.numbers.push(kernel.allot(8 * count));
  if (key.numeric === "n" || key.numeric === "h") yield* readNumbers(kernel, column, count);
  if (key.numeric !== "n" && column.numbers.length > 0) yield* slowNumbers(kernel, column, count, key);
  return column;
}

function* translate(
  kernel: SortKernel,
  begins: number,
  ends: number,
  count: number,
  room: number,
  { dictionary, printable, fold }: Key,
): Generator<void> {
  const table = kernel.allot(512);
  for (let byte = 0; byte < 256; byte++) {
    const letter = String.fromCharCode(byte);
    kernel.bytes[table + byte] = fold && /[a-z]/.test(letter) ? byte - 32 : byte;
    const counts = (!dictionary || /[A-Za-z0-9 \t]/.test(letter)) && (!printable || /[ -~]/.test(letter));
    kernel.bytes[table + 256 + byte] = counts ? 1 : 0;
  }
  let out = kernel.allot(room + 8);
  for (let i = 0; i < count; i += SLICE) {
    out = kernel.code.translate(begins, ends, i, Math.min(count, i + SLICE), table, out);
    yield;
  }
}

/** What digits say. For -h that is compared after the unit. */
function* readNumbers(kernel: SortKernel, column: ColumnAt, count: number): Generator<void> {
  const { begins, ends } = column;
  const at = column.numbers[column.numbers.length - 1];
  for (let i = 0; i < count; i += SLICE) {
    const to = Math.min(count, i + SLICE);
    const found = kernel.code.numbers(begins, ends, i, to, at);
    if (found > 0) column.long = true;
    yield;
    if (found < 3) continue;
    const numbers = kernel.f64(at, count);
    const [begin, end] = [kernel.u32(begins, count), kernel.u32(ends, count)];
    for (let line = i; line < to; line++) {
      if (Number.isNaN(numbers[line])) numbers[line] = longNumber(textAt(kernel.bytes, begin[line], end[line]));
      if (line % SLOW_SLICE === 0) yield;
    }
  }
}

function* slowNumbers(kernel: SortKernel, column: ColumnAt, count: number, key: Key): Generator<void> {
  const [begin, end] = [kernel.u32(column.begins, count), kernel.u32(column.ends, count)];
  const numbers = column.numbers.map((at) => kernel.f64(at, count));
  for (let i = 0; i < count; i++) {
    const { first, second, long } = numbersOf(textAt(kernel.bytes, begin[i], end[i]), key.numeric);
    // No minus zero, which is equal to zero but has other bits.
    numbers[0][i] = first + 0;
    if (second !== undefined) numbers[1][i] = second + 0;
    if (long) column.long = true;
    if (i % SLOW_SLICE === 0) yield;
  }
}

/** The same of lines that may lie elsewhere. */
export function columnOf(kernel: SortKernel, lines: LineStore, key: Key, separator: number): Column {
  const { bytes, starts, count, used } = lines;
  const { top } = kernel;
  const text = kernel.allot(used + 8);
  kernel.bytes.set(bytes.subarray(0, used), text);
  const startsAt = kernel.allot(4 * (count + 1));
  kernel.u32(startsAt, count + 1).set(starts.subarray(0, count + 1).map((place) => place + text));
  const steps = findColumn(kernel, startsAt, count, used, key, separator);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { begin, end, numbers, long } = viewOf(kernel, step.value, count);
  const base = isTranslated(key) ? (begin[0] ?? 0) : text;
  const column = {
    bytes: isTranslated(key) ? kernel.bytes.slice(base, end[count - 1]) : bytes,
    begin: begin.map((place) => place - base),
    end: end.map((place) => place - base),
    numbers: numbers.map((some) => some.slice()),
    long,
  };
  kernel.top = top;
  return column;
}

/** Valid until the memory grows. */
export const viewOf = (kernel: SortKernel, { begins, ends, numbers, long }: ColumnAt, count: number): Column => ({
  bytes: kernel.bytes,
  begin: kernel.u32(begins, count),
  end: kernel.u32(ends, count),
  numbers: numbers.map((at) => kernel.f64(at, count)),
  long,
});

export const textAt = (bytes: Uint8Array, begin: number, end: number): string =>
  bytesToBinary(bytes.subarray(begin, end));
