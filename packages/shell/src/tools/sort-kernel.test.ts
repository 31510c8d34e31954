// The kernel beside plain sorting: that its code is that of the .wat file, keys, numbers, orders of many lines and of odd ones, and
// what its memory does.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { assemble } from "../../../../test/support/wat.mjs";
import { binaryToBytes, bytesToBinary } from "../stdio.ts";
import { KernelStore, SortKernel } from "./sort-kernel.ts";
import { SORT_KERNEL } from "./sort-kernel-code.ts";
import { parseKey, parseOrder } from "./sort-keys.ts";
import { SortedLines } from "./sort-lines.ts";
import { Ordering, Sortable } from "./sort-order.ts";

let seed = 3;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
};
const GLOBAL = { ...parseOrder(""), blanks: false };

interface Sorting {
  keys?: string[];
  unique?: boolean;
  reverse?: boolean;
  separator?: number;
  whole?: boolean;
}

/** Lines as they come out, and how often others could run meanwhile. */
function sorted(lines: string[], { keys = [], unique, reverse = false, separator = -1, whole = true }: Sorting = {}) {
  const kernel = SortKernel.borrow();
  const store = new KernelStore(kernel, 10, 0);
  const text = binaryToBytes(lines.map((line) => `${line}\n`).join(""));
  for (let at = 0; at < text.length; at += 60_000) store.add(text.subarray(at, at + 60_000));
  const ordering = new Ordering(
    kernel,
    keys.map((key) => parseKey(key, GLOBAL)),
    separator,
    whole,
    reverse,
  );
  const all = new SortedLines(store, ordering);
  let yields = 0;
  for (const _ of all.sort()) yields++;
  if (unique) for (const _ of all.unique()) yields++;
  let out = "";
  for (const piece of all.pieces()) out += bytesToBinary(piece);
  store.release();
  expect(store.count).toBe(lines.length);
  kernel.giveBack();
  return { lines: out.split("\n").slice(0, -1), yields };
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const same = (a: string[], b: string[]) => a.length === b.length && a.every((line, i) => line === b[i]);

test("the assembled code is that of sort-kernel.wat", async () => {
  const code = await assemble(readFileSync(new URL("sort-kernel.wat", import.meta.url), "utf8"));
  expect(Buffer.from(code).toString("base64")).toBe(SORT_KERNEL);
});

const LETTERS = "\0\0\x01ab\x7f\x80\xff";
const oddText = (length: number) => Array.from({ length }, () => LETTERS[random(LETTERS.length)]).join("");

test.each([0, 1, 2, 12, 13, 48, 49, 500, 4096, 4097, 20_000])("%i lines of odd bytes and all lengths", (count) => {
  const lines = Array.from({ length: count }, () => oddText(random(20)));
  const expected = lines.toSorted(byText);
  expect(same(sorted(lines).lines, expected)).toBe(true);
  expect(same(sorted(lines, { reverse: true }).lines, expected.toReversed())).toBe(true);
  expect(same(sorted(lines, { unique: true }).lines, [...new Set(expected)])).toBe(true);
  // In order already, and the other way round.
  expect(same(sorted(expected).lines, expected)).toBe(true);
  expect(same(sorted(expected.toReversed()).lines, expected)).toBe(true);
});

test("what is equal for long, and lines that begin others, take no deep stack", () => {
  const long = "x".repeat(50_000);
  const lines = Array.from({ length: 60 }, (_, i) => long + (i % 7)).concat(
    Array.from({ length: 1500 }, (_, i) => "y".repeat(i)),
  );
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [lines[i], lines[j]] = [lines[j], lines[i]];
  }
  expect(same(sorted(lines).lines, lines.toSorted(byText))).toBe(true);
});

test("equal keys leave lines as they came, whatever is many", () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `${random(3)} ${i}`);
  const key = (line: string) => line[0];
  const expected = lines.toSorted((a, b) => byText(key(a), key(b)));
  expect(same(sorted(lines, { keys: ["1,1"], whole: false }).lines, expected)).toBe(true);
  expect(same(sorted(lines, { keys: ["1,1n"], whole: false }).lines, expected)).toBe(true);
  const backwards = lines.toSorted((a, b) => byText(key(b), key(a)));
  expect(same(sorted(lines, { keys: ["1,1nr"], whole: false }).lines, backwards)).toBe(true);
});

test("numbers are what JavaScript takes them for, up to where digits go beyond a double", () => {
  const numbers = Array.from({ length: 3000 }, () => {
    const digits = String(random(10 ** (1 + random(7))));
    const fraction = random(2) ? `.${"0".repeat(random(12))}${random(1000)}` : "";
    return `${random(2) ? "-" : ""}${"0".repeat(random(3))}${digits}${fraction}`;
  });
  const expected = numbers.toSorted((a, b) => Number(a) - Number(b));
  expect(same(sorted(numbers, { keys: ["1n"], whole: false }).lines, expected)).toBe(true);
  const long = Array.from(
    { length: 500 },
    () => `${random(2) ? "-" : ""}9007199254740${100 + random(900)}${random(1e6)}`,
  );
  const exactly = long.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0));
  expect(same(sorted(long, { keys: ["1n"], whole: false }).lines, exactly)).toBe(true);
});

test("the comparison of two lines agrees with the order of all, for every kind of key", () => {
  const words = ["b", "B", "a-b", "ab", "", "1K", "-3M", "1e3", "0x1p4", "JAN", "dec", "v1.10", "v1.9", "\t9", "x\0"];
  const lines = Array.from({ length: 600 }, () => [0, 1, 2].map(() => words[random(words.length)]).join(":"));
  for (const key of [
    "2,2",
    "2,2f",
    "2,2d",
    "2i",
    "2n",
    "2,2g",
    "2,2h",
    "2,2M",
    "2,2V",
    "2,3Vf",
    "2.2,2.3",
    "3,2",
    "9",
  ]) {
    const options = { keys: [key, "1,1r"], separator: 58 };
    const inOrder = sorted(lines, options).lines;
    const kernel = SortKernel.borrow();
    const store = new KernelStore(kernel, 10);
    store.add(binaryToBytes(inOrder.map((line) => `${line}\n`).join("")));
    const keys = options.keys.map((one) => parseKey(one, GLOBAL));
    const ordering = new Ordering(kernel, keys, 58, true, false);
    const all = new Sortable(store);
    for (let i = 1; i < inOrder.length; i++) expect(ordering.compare(all, i - 1, all, i)).toBeLessThanOrEqual(0);
    kernel.giveBack();
  }
});

test("others may run often while many lines are sorted", () => {
  const lines = Array.from({ length: 100_000 }, () => `prefix ${random(1000)} ${random(10)}`);
  const { yields, lines: inOrder } = sorted(lines);
  expect(same(inOrder, lines.toSorted(byText))).toBe(true);
  expect(yields).toBeGreaterThan(20);
});

test("one kernel is kept for the next sort, unless its memory has grown large", () => {
  const first = SortKernel.borrow();
  const second = SortKernel.borrow();
  expect(second).not.toBe(first);
  first.giveBack();
  const again = SortKernel.borrow();
  expect(again).toBe(first);
  again.allot(20 << 20);
  again.giveBack();
  expect(SortKernel.borrow()).not.toBe(first);
});
