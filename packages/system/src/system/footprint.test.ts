// What a new sandbox costs: the pages that are written while its disk is made and its tree is laid out, however large the disk.

import { expect, test } from "vitest";
import { ROOT } from "../disk/inodes.ts";
import { layoutFor } from "../disk/layout.ts";
import { formatDisk } from "../disk/make.ts";
import { wasmBacking } from "../disk/memory.ts";
import { makeTree } from "./base-tree.ts";
import { recordStores } from "./cut-recorder.ts";
import { Machine } from "./machine.ts";
import { bootKernelSlot } from "./process-calls.ts";
import { System } from "./system.ts";

const PAGE = 4096;
const MIB = 1024 * 1024;
const BYTES = { words: 4, bytes: 1, doubles: 8 };

test.each([1024 * MIB, 3584 * MIB])("a disk of %i bytes touches less than 4 MiB", { timeout: 60_000 }, (size) => {
  const { initialBytes, totalBytes } = layoutFor(size);
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(initialBytes / 65_536),
    maximum: Math.ceil(totalBytes / 65_536),
    shared: true,
  });
  const disk = formatDisk(wasmBacking(memory), size);
  const touched = new Set<number>();
  const programs = Array.from({ length: 100 }, (_, i) => `program-${i}`);
  // Zeros that are written over zeros count too: so the stores are watched, not only their outcome looked at.
  disk.grow(disk.memory.bytes.length + 4 * MIB); // growing makes the views anew, which would end the watch
  const machine = new Machine(disk);
  const boot = () => makeTree(new System(machine, bootKernelSlot(machine, ROOT)), programs);
  for (const { view, at, value } of recordStores(disk.memory, boot)) {
    const start = at * BYTES[view];
    const length = (typeof value === "number" ? 1 : value.length) * BYTES[view];
    for (let page = Math.floor(start / PAGE); page * PAGE < start + length; page++) touched.add(page);
  }
  const words = new BigInt64Array(memory.buffer);
  for (let page = 0; page < words.length / 512; page++)
    if (words.subarray(page * 512, (page + 1) * 512).some((word) => word !== 0n)) touched.add(page);
  expect(touched.size).toBeGreaterThan(20);
  expect(touched.size * PAGE).toBeLessThan(4 * MIB);
});
