import { expect, test } from "vitest";
import { type TestGuest, testGuest } from "./test-guest.ts";

const INVAL = 28;
const FAULT = 21;
const REALTIME = 0;
const MONOTONIC = 1;
const PROCESS_CPUTIME = 2;
const THREAD_CPUTIME = 3;

function now(guest: TestGuest, clock: number): bigint {
  const out = guest.room(8);
  expect(guest.call("clock_time_get", clock, 0n, out)).toBe(0);
  return guest.u64(out);
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("the wall clock is the host's, in nanoseconds", () => {
  const guest = testGuest();
  const before = performance.timeOrigin + performance.now();
  const ms = Number(now(guest, REALTIME)) / 1e6;
  const after = performance.timeOrigin + performance.now();
  expect(ms).toBeGreaterThanOrEqual(before - 0.001);
  expect(ms).toBeLessThanOrEqual(after);
});

test("a file written now has a time between two readings of the clock", () => {
  const guest = testGuest();
  const before = now(guest, REALTIME);
  guest.file("new", "x");
  const after = now(guest, REALTIME);
  const out = guest.room(64);
  guest.call("path_filestat_get", 3, 0, "new", out);
  expect(guest.u64(out + 48) >= before && guest.u64(out + 48) <= after).toBe(true);
});

test("the monotonic clock runs and never goes back", () => {
  const guest = testGuest();
  let last = now(guest, MONOTONIC);
  for (let i = 0; i < 1000; i++) {
    const next = now(guest, MONOTONIC);
    expect(next >= last).toBe(true);
    last = next;
  }
  spin(2);
  expect(now(guest, MONOTONIC) - last).toBeGreaterThan(1_900_000n);
});

test.each([PROCESS_CPUTIME, THREAD_CPUTIME])("CPU clock %i counts work and not sleep", (clock) => {
  const guest = testGuest();
  const start = now(guest, clock);
  expect(start).toBeLessThan(1_000_000_000n);
  spin(10);
  const worked = now(guest, clock) - start;
  expect(worked).toBeGreaterThan(9_900_000n);
  const subscription = guest.room(48);
  new DataView(guest.memory.buffer).setUint32(subscription + 16, MONOTONIC, true);
  new DataView(guest.memory.buffer).setBigUint64(subscription + 24, 200_000_000n, true);
  guest.call("poll_oneoff", subscription, guest.room(32), 1, guest.room(4));
  expect(now(guest, clock) - start - worked).toBeLessThan(100_000_000n);
});

test("every clock has a resolution", () => {
  const guest = testGuest();
  for (const clock of [REALTIME, MONOTONIC, PROCESS_CPUTIME, THREAD_CPUTIME]) {
    const out = guest.room(8);
    expect(guest.call("clock_res_get", clock, out)).toBe(0);
    expect(guest.u64(out)).toBeGreaterThan(0n);
    expect(guest.u64(out)).toBeLessThanOrEqual(1_000_000n);
  }
});

test("an unknown clock is EINVAL, an address outside EFAULT", () => {
  const guest = testGuest();
  for (const clock of [4, -1, 100]) {
    expect(guest.call("clock_time_get", clock, 0n, guest.room(8))).toBe(INVAL);
    expect(guest.call("clock_res_get", clock, guest.room(8))).toBe(INVAL);
  }
  const end = guest.memory.buffer.byteLength;
  expect(guest.call("clock_time_get", REALTIME, 0n, end - 7)).toBe(FAULT);
  expect(guest.call("clock_res_get", REALTIME, -8)).toBe(FAULT);
});
