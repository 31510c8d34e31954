// The chain of segments over many random saves: what it holds is always the newest content of every block in use, and neither its
// length nor its dead weight grows.

import fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "./chain.ts";
import { blockCount, type Segment, toRuns } from "./manifest.ts";

interface Stored extends Segment {
  content: Map<number, number>;
}

/** A disk of numbers for blocks, saved again and again. */
class Model {
  readonly disk = new Map<number, number>();
  readonly dirty = new Set<number>();
  chain: Stored[] = [];
  written = 0;
  #clock = 0;

  write(block: number): void {
    this.disk.set(block, ++this.#clock);
    this.dirty.add(block);
  }

  free(block: number): void {
    this.disk.delete(block);
  }

  save(isWeak?: (segment: Segment) => boolean): void {
    const dirty = [...this.dirty].sort((a, b) => a - b);
    const { blocks, kept, dropped } = plan(this.chain, dirty, (block) => this.disk.has(block), isWeak);
    expect(blocks.every((block, i) => i === 0 || block > blocks[i - 1]!)).toBe(true);
    expect(this.chain.every((segment) => kept.includes(segment) !== dropped.includes(segment))).toBe(true);
    this.dirty.clear();
    this.written += blocks.length;
    const content = new Map(blocks.map((block) => [block, this.disk.get(block)!]));
    const segment = { name: `${this.#clock}`, runs: toRuns(blocks), checksums: new Uint32Array(), content };
    this.chain = blocks.length === 0 ? (kept as Stored[]) : [...(kept as Stored[]), segment];
  }

  check(): void {
    const loaded = new Map<number, number>();
    for (const { content } of this.chain) for (const [block, value] of content) loaded.set(block, value);
    expect([...this.disk].filter(([block, value]) => loaded.get(block) !== value)).toEqual([]);
    const held = this.chain.reduce((sum, segment) => sum + blockCount(segment), 0);
    expect(held).toBeLessThanOrEqual(this.disk.size * 1.5 + 64);
    expect(this.chain.length).toBeLessThanOrEqual(32);
  }
}

test("what is loaded is what was saved, and no more is kept than half as much again", () => {
  const step = fc.record({
    writes: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 60 }),
    frees: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 40 }),
    saves: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Model();
      for (const { writes, frees, saves } of steps) {
        for (const block of writes) model.write(block);
        for (const block of frees) model.free(block);
        if (!saves) continue;
        model.save();
        model.check();
      }
    }),
    { numRuns: 200 },
  );
});

test("a thousand small saves of a large disk write little more than what changed", () => {
  const model = new Model();
  for (let block = 0; block < 20_000; block++) model.write(block);
  model.save();
  const before = model.written;
  for (let round = 0; round < 1000; round++) {
    for (let i = 0; i < 20; i++) model.write((round * 7919 + i * 104_729) % 20_000);
    model.save();
    if (round % 100 === 99) model.check();
  }
  expect(model.written - before).toBeLessThan(20_000 * 8);
});

test("a chain of appended files is joined now and then, without writing the large parts again and again", () => {
  const model = new Model();
  let next = 0;
  for (let round = 0; round < 2000; round++) {
    for (let i = 0; i < 10; i++) model.write(next++);
    model.save();
    if (round % 100 === 99) model.check();
  }
  expect(model.written).toBeLessThan(next * 5);
});

test("what is weak is written again", () => {
  const model = new Model();
  for (let block = 0; block < 100; block++) model.write(block);
  model.save();
  for (let block = 90; block < 110; block++) model.write(block);
  model.save();
  const [first] = model.chain;
  model.save((segment) => segment !== first);
  model.check();
  expect(model.chain).toHaveLength(2);
  expect(model.chain[0]).toBe(first);
  expect(blockCount(model.chain[1]!)).toBe(20);
});
