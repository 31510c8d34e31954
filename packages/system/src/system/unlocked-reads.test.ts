// Reads that take no lock: what they give is what stood there at one moment, whatever others do meanwhile.

import { beforeAll, expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from "../constants.ts";
import { GENERATION, SEQUENCE } from "../disk/layout.ts";
import { testSystem } from "../testing.ts";
import { encode } from "../text.ts";
import type { System } from "./system.ts";
import { bufferOf, bundleSystem, forked, inThread, newFlags, type Thread } from "./testing-threads.ts";

beforeAll(bundleSystem, 60_000);

const NAME = encode("file");

function makeFile(sys: System, bytes: Uint8Array): void {
  const fd = sys.open(AT_FDCWD, NAME, O_CREAT | O_WRONLY, 0o644);
  expect(sys.write(fd, bytes, 0, bytes.length)).toBe(bytes.length);
  sys.close(fd);
}

test("a read beside writes, truncations and blocks that change their file never mixes two contents", async () => {
  const sys = testSystem();
  makeFile(sys, new Uint8Array(20_000).fill(1));
  // An access time that need not move: a read that has to note one takes the lock.
  expect(sys.utimens(AT_FDCWD, NAME, true, { sec: 1e10, nsec: 0 }, null)).toBe(0);
  const flags = newFlags();
  const reader = ({ api, sys, flags }: Thread) => {
    const fd = sys.open(api.AT_FDCWD, api.encode("file"), api.O_RDONLY, 0);
    const into = new Uint8Array(20_000);
    const seen = new Set<number>();
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    for (let turn = 0; Atomics.load(flags, 1) === 0; turn++) {
      const count = sys.pread(fd, into, 0, into.length, 0);
      for (let i = 0; i < count; i++) if (into[i] !== into[0]) return `turn ${turn}: ${into[i]} beside ${into[0]}`;
      if (count > 0) seen.add(into[0] as number);
    }
    return seen.size > 1 ? "whole" : `only ${[...seen]} seen`;
  };
  const { result } = inThread(bufferOf(sys), forked(sys).slot, flags, reader);
  const early = result.then((text) => {
    if (Atomics.load(flags, 1) === 0) throw new Error(text);
  });
  await Promise.race([Atomics.waitAsync(flags, 0, 0).value, result]);
  const change = async () => {
    const fd = sys.open(AT_FDCWD, NAME, O_RDWR, 0);
    const other = sys.open(AT_FDCWD, encode("other"), O_CREAT | O_RDWR, 0o644);
    for (let i = 0; i < 10_000; i++) {
      const value = 2 + (i % 200);
      // All of it in one transaction; then cut, so that its blocks go to the other file, filled with something else.
      sys.pwrite(fd, new Uint8Array(20_000).fill(value), 0, 20_000, 0);
      sys.ftruncate(fd, 0);
      sys.pwrite(other, new Uint8Array(20_000).fill(255), 0, 20_000, 0);
      sys.ftruncate(other, 0);
    }
    Atomics.store(flags, 1, 1);
  };
  await Promise.all([change(), early]);
  expect(await result).toBe("whole");
}, 60_000);

test("processes that share an offset each get their own part, and together all of it", async () => {
  const sys = testSystem();
  const words = new Int32Array(200_000).map((_, i) => i >>> 10);
  makeFile(sys, new Uint8Array(words.buffer));
  const fd = sys.open(AT_FDCWD, NAME, O_RDONLY, 0);
  const reader = ({ sys }: Thread) => {
    const into = new Uint8Array(4096);
    const got: number[] = [];
    while (sys.read(3, into, 0, into.length) > 0) got.push(new Int32Array(into.buffer)[0] as number);
    return got;
  };
  expect(fd).toBe(3);
  const parts = [1, 2].map(() => inThread(bufferOf(sys), forked(sys).slot, newFlags(), reader).result);
  const together = (await Promise.all(parts)).flat().toSorted((a, b) => a - b);
  expect(together).toEqual([...new Set(words)]);
});

test("whoever died in mid-change left the sequence odd: reads go on, and the next change puts it right", () => {
  const sys = testSystem();
  makeFile(sys, new Uint8Array(5000).fill(7));
  const { words } = sys.machine.disk.memory;
  words[SEQUENCE] |= 1;
  const fd = sys.open(AT_FDCWD, NAME, O_RDWR, 0);
  const into = new Uint8Array(5000);
  expect(sys.pread(fd, into, 0, 5000, 0)).toBe(5000);
  expect(sys.pwrite(fd, into, 0, 10, 4990)).toBe(10);
  expect(words[SEQUENCE] & 1).toBe(0);
  expect(sys.pread(fd, into, 0, 5000, 0)).toBe(5000);
  expect(into.every((byte) => byte === 7)).toBe(true);
});

test("a read sees what grew in another worker's view of the memory", () => {
  const sys = testSystem();
  makeFile(sys, new Uint8Array(10_000).fill(9));
  const fd = sys.open(AT_FDCWD, NAME, O_RDONLY, 0);
  sys.machine.disk.memory.bytes = sys.machine.disk.memory.bytes.subarray(0, 4096);
  const { words } = sys.machine.disk.memory;
  words[GENERATION]++;
  const into = new Uint8Array(10_000);
  expect(sys.read(fd, into, 0, 10_000)).toBe(10_000);
  expect(into.every((byte) => byte === 9)).toBe(true);
});
