// A day of samples on a clock that the test moves on: how often they are taken, what they say, and how many are kept.

import { AT_FDCWD, encode, O_CREAT, O_WRONLY } from "@vibengine/system";
import { testKernel } from "@vibengine/system/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KernelCalls } from "./calls.ts";
import { Metrics } from "./metrics.ts";

const EVERY_MS = 5000;
const ALWAYS = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

let now = 0;

beforeEach(() => {
  now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newMetrics(): { metrics: Metrics; calls: KernelCalls } {
  const kernel = testKernel();
  const calls = new KernelCalls(kernel.machine, kernel);
  return { calls, metrics: new Metrics(calls) };
}

/** Moves the clock on, and lets the kernel do what is due each time: its turn comes after what has asked before. */
async function pass(calls: KernelCalls, ms: number): Promise<void> {
  await calls.exclusive(() => {});
  for (let left = ms; left > 0; left -= EVERY_MS) {
    now += Math.min(left, EVERY_MS);
    vi.advanceTimersByTime(Math.min(left, EVERY_MS));
    await calls.exclusive(() => {});
  }
}

test("a sample every 5 s, by itself, and one of now", async () => {
  const { metrics, calls } = newMetrics();
  const start = Math.round(performance.timeOrigin + now);
  await pass(calls, 12_500);
  const ago = async () => (await metrics.between(...ALWAYS)).map(({ timestamp }) => timestamp.getTime() - start);
  expect(await ago()).toEqual([0, 5000, 10_000, 12_500]);
  // Asked often, only one a second is kept.
  for (let i = 0; i < 100; i++) {
    now += 20;
    await metrics.between(...ALWAYS);
  }
  expect(await ago()).toEqual([0, 5000, 10_000, 12_500, 13_500, 14_500]);
  metrics.stop();
});

test("a day is kept in bounded memory: the last hour as it was, the rest evenly, and no running time is lost", async () => {
  const { metrics, calls } = newMetrics();
  const slot = calls.system.forkSlot(1); // runs all the time, so each sample says 100 %
  await pass(calls, 24 * 3_600_000);
  const samples = await metrics.between(...ALWAYS);
  expect(samples.length).toBeLessThanOrEqual(4096);
  const times = samples.map(({ timestamp }) => timestamp.getTime());
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(23.9 * 3_600_000);
  expect(Math.max(...gaps.slice(-720))).toBe(EVERY_MS);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(80_000);
  for (const { cpuUsedPct } of samples.slice(1)) expect(Math.abs(cpuUsedPct - 100)).toBeLessThan(0.1);
  calls.as(slot).exit(0);
  await pass(calls, 2 * EVERY_MS);
  expect((await metrics.between(...ALWAYS)).at(-1)!.cpuUsedPct).toBe(0);
  metrics.stop();
});

test("what it says of the disk and of memory, and the range asked for", async () => {
  const { metrics, calls } = newMetrics();
  const [first] = await metrics.between(...ALWAYS);
  const fd = calls.system.open(AT_FDCWD, encode("/tmp/file"), O_CREAT | O_WRONLY, 0o644);
  calls.system.write(fd, new Uint8Array(40_000), 0, 40_000);
  const guest = calls.as(calls.system.forkSlot(1));
  guest.noteMemory(10 * 65_536);
  await pass(calls, 3 * EVERY_MS);
  const all = await metrics.between(...ALWAYS);
  const last = all.at(-1)!;
  expect(last.diskTotal).toBe(64 * 1024 * 1024);
  // Ten blocks of content, one of the map, one of the directory.
  expect(last.diskUsed - first!.diskUsed).toBe(12 * 4096);
  expect(last.memUsed - first!.memUsed).toBe(12 * 4096 + 10 * 65_536);
  expect(last.memTotal).toBeGreaterThan(0);
  expect(last.cpuCount).toBeGreaterThan(0);
  const [, second, third] = all.map(({ timestamp }) => timestamp.getTime());
  const some = await metrics.between(second!, third!);
  expect(some).toEqual(all.slice(1, 3));
  metrics.stop();
});
