// What a save that fails in the middle leaves: every block that it took is a changed one again, so that the next save has it.

import { AT_FDCWD, dirtyBlocks, encode, O_CREAT, O_WRONLY, type System } from "@vibengine/system";
import { expect, test } from "vitest";
import { testSystem } from "../../../system/src/testing.ts";
import { COPY_BLOCKS, harvest, harvestAhead } from "./save.ts";

const exclusive = async <T>(section: () => T): Promise<T> => section();

function write(system: System, bytes: number): void {
  const fd = system.open(AT_FDCWD, encode("file"), O_WRONLY | O_CREAT, 0o644);
  const chunk = new Uint8Array(1024 * 1024).fill(7);
  for (let at = 0; at < bytes; at += chunk.length) expect(system.write(fd, chunk, 0, chunk.length)).toBe(chunk.length);
  system.close(fd);
}

function joined(packs: Iterator<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let next = packs.next(); !next.done; next = packs.next()) parts.push(next.value.slice());
  return Buffer.concat(parts);
}

test("a save that fails while it copies forgets no change, and the next one has them all", async () => {
  const system = testSystem();
  write(system, 8 * 1024 * 1024);
  const { disk } = system.machine;
  const before = dirtyBlocks(disk);
  expect(before.length).toBeGreaterThan(2048);
  const fails = async () => {
    throw new RangeError("no memory is left");
  };
  await expect(harvest(disk, [], () => false, exclusive, fails)).rejects.toThrow("no memory is left");
  expect(dirtyBlocks(disk)).toEqual(before);
  const { segment, blocks } = await harvest(
    disk,
    [],
    () => false,
    exclusive,
    async () => {},
  );
  expect(blocks.length).toBeGreaterThanOrEqual(before.length);
  expect(segment.lengths?.length).toBe(before.length);
  expect(dirtyBlocks(disk)).toEqual([]);
});

test("what is written ahead is written once, however often programs change it meanwhile", async () => {
  const system = testSystem(128 * 1024 * 1024);
  write(system, 60 * 1024 * 1024);
  const { disk } = system.machine;
  const first = await harvestAhead(disk, () => false, exclusive);
  expect(first?.blocks.length).toBe(COPY_BLOCKS);
  for (const block of first!.blocks) disk.markDirty(block);
  const written = new Set(first!.blocks);
  expect(await harvestAhead(disk, (block) => written.has(block), exclusive)).toBeNull();
  expect(dirtyBlocks(disk).length).toBeGreaterThan(COPY_BLOCKS);
});

test("a block that changes while it is saved is saved as it was at the last", async () => {
  const system = testSystem();
  write(system, 8 * 1024 * 1024);
  const { disk } = system.machine;
  const data = dirtyBlocks(disk).filter((block) => block >= disk.layout.firstDataBlock);
  // Some alone, some with their neighbours, which are copied in one go.
  const changing = async () => {
    for (const [i, block] of data.entries()) {
      if (i % 2 === 1 && i < 100) continue;
      disk.memory.bytes.fill(1 + (i % 250), disk.blocks.byteOf(block), disk.blocks.byteOf(block + 1));
      disk.markDirty(block);
    }
  };
  const { segment, packs } = await harvest(disk, [], () => false, exclusive, changing);
  const pack = joined(packs);
  let at = 0;
  let index = 0;
  for (let run = 0; run < segment.runs.length; run += 2) {
    for (let block = segment.runs[run]; block < segment.runs[run] + segment.runs[run + 1]; block++) {
      const length = segment.lengths![index++];
      const from = disk.blocks.byteOf(block);
      const saved = pack.subarray(at, at + length);
      expect(saved.every((byte, i) => byte === disk.memory.bytes[from + i])).toBe(true);
      at += length;
    }
  }
  expect(at).toBe(pack.length);
  expect(index).toBeGreaterThan(data.length);
});
