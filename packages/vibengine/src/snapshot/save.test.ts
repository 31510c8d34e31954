// What a save that fails in the middle leaves: every block that it took is a changed one again, so that the next save has it.

import { AT_FDCWD, dirtyBlocks, encode, O_CREAT, O_WRONLY, type System } from "@vibengine/system";
import { expect, test } from "vitest";
import { testSystem } from "../../../system/src/testing.ts";
import { harvest } from "./save.ts";

const exclusive = async <T>(section: () => T): Promise<T> => section();

function write(system: System, bytes: number): void {
  const fd = system.open(AT_FDCWD, encode("file"), O_WRONLY | O_CREAT, 0o644);
  const chunk = new Uint8Array(1024 * 1024).fill(7);
  for (let at = 0; at < bytes; at += chunk.length) expect(system.write(fd, chunk, 0, chunk.length)).toBe(chunk.length);
  system.close(fd);
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
