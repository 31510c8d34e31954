import { encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { DIR, openPipe, READ, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, FAULT, INTR, INVAL, NOTSUP, NOTCAPABLE] = [8, 21, 27, 28, 58, 76];
const [CLOCK, FD_READ, FD_WRITE] = [0, 1, 2];
const [REALTIME, MONOTONIC, CPUTIME] = [0, 1, 2];
const HANGUP = 1;
const ABSOLUTE = 1;
const MS = 1_000_000n;
const POLL_FD_READWRITE = 0x800_0000n;

interface Subscription {
  type: number;
  clock?: number;
  timeout?: bigint;
  flags?: number;
  fd?: number;
}

interface Event {
  userdata: bigint;
  type: number;
  error: number;
  nbytes: bigint;
  flags: number;
}

/** poll_oneoff: its errno, or the events. The i-th subscription's userdata is -1 - i. */
function poll(guest: TestGuest, ...subscriptions: Subscription[]): Event[] | number {
  const count = subscriptions.length;
  const input = guest.room(48 * count);
  const output = guest.put(new Uint8Array(32 * count).fill(0xaa));
  const view = new DataView(guest.memory.buffer);
  subscriptions.forEach((subscription, i) => {
    const at = input + 48 * i;
    view.setBigInt64(at, -1n - BigInt(i), true);
    view.setUint8(at + 8, subscription.type);
    if (subscription.timeout !== undefined) {
      view.setUint32(at + 16, subscription.clock ?? MONOTONIC, true);
      view.setBigUint64(at + 24, BigInt.asUintN(64, subscription.timeout), true);
      view.setUint16(at + 40, subscription.flags ?? 0, true);
    } else view.setInt32(at + 16, subscription.fd ?? 0, true);
  });
  const out = guest.room(4);
  const errno = guest.call("poll_oneoff", input, output, count, out);
  if (errno !== 0) return errno;
  return Array.from({ length: guest.u32(out) }, (_, i) => {
    const at = output + 32 * i;
    return {
      userdata: guest.u64(at),
      error: guest.u16(at + 8),
      type: guest.u8(at + 10),
      nbytes: guest.u64(at + 16),
      flags: guest.u16(at + 24),
    };
  });
}

const tag = (i: number): bigint => BigInt.asUintN(64, -1n - BigInt(i));
const event = (i: number, type: number, more: Partial<Event> = {}): Event => ({
  userdata: tag(i),
  type,
  error: 0,
  nbytes: 0n,
  flags: 0,
  ...more,
});

function time(guest: TestGuest, clock: number): bigint {
  const out = guest.room(8);
  guest.call("clock_time_get", clock, 0n, out);
  return guest.u64(out);
}

test("no subscription is EINVAL, addresses outside are EFAULT, an unknown type is EINVAL", () => {
  const guest = testGuest();
  const room = guest.room(128);
  const end = guest.memory.buffer.byteLength;
  expect(guest.call("poll_oneoff", room, room, 0, room)).toBe(INVAL);
  expect(guest.call("poll_oneoff", end - 47, room, 1, room)).toBe(FAULT);
  expect(guest.call("poll_oneoff", room, end - 31, 1, room)).toBe(FAULT);
  expect(guest.call("poll_oneoff", room, room, 1, end - 3)).toBe(FAULT);
  expect(guest.call("poll_oneoff", room, room, -1, room)).toBe(FAULT);
  expect(poll(guest, { type: 3 })).toBe(INVAL);
});

test.each([
  ["monotonic, relative", MONOTONIC, 0],
  ["realtime, relative", REALTIME, 0],
  ["monotonic, absolute", MONOTONIC, ABSOLUTE],
  ["realtime, absolute", REALTIME, ABSOLUTE],
])("a timer sleeps for its time: %s", (_, clock, flags) => {
  const guest = testGuest();
  const start = time(guest, clock);
  expect(poll(guest, { type: CLOCK, clock, flags, timeout: 30n * MS + (flags ? start : 0n) })).toEqual([
    event(0, CLOCK),
  ]);
  const slept = time(guest, clock) - start;
  expect(slept).toBeGreaterThanOrEqual(30n * MS);
  expect(slept).toBeLessThan(3_000n * MS);
});

test("a sleep is one wait, not a loop", () => {
  const guest = testGuest();
  let attempts = 0;
  const { blockSync } = guest.sys;
  guest.sys.blockSync = (attempt, deadline) =>
    blockSync.call(
      guest.sys,
      () => {
        attempts++;
        return attempt();
      },
      deadline,
    );
  poll(guest, { type: CLOCK, timeout: 50n * MS });
  expect(attempts).toBeLessThan(5);
});

test("of many timers those that are due ring, in the order of their subscriptions", () => {
  const guest = testGuest();
  const hour = 3_600_000n * MS;
  const due = time(guest, REALTIME) - 1n;
  const events = poll(
    guest,
    { type: CLOCK, timeout: hour },
    { type: CLOCK, timeout: 60_000n * MS },
    { type: CLOCK, clock: REALTIME, timeout: hour },
    { type: CLOCK, timeout: 1n * MS },
  ) as Event[];
  expect(events.map(({ userdata }) => userdata)).toEqual([tag(3)]);
  expect(
    poll(
      guest,
      { type: CLOCK, timeout: 0n },
      { type: CLOCK, timeout: -1n },
      { type: CLOCK, clock: REALTIME, timeout: due, flags: ABSOLUTE },
      { type: CLOCK, clock: MONOTONIC, timeout: 0n, flags: ABSOLUTE },
    ),
  ).toEqual([event(0, CLOCK), event(2, CLOCK), event(3, CLOCK)]);
});

test("clocks that can't be waited for say so in their event, and nothing sleeps", () => {
  const guest = testGuest();
  expect(
    poll(
      guest,
      { type: CLOCK, clock: CPUTIME, timeout: 1n },
      { type: CLOCK, clock: 9, timeout: 1n },
      { type: CLOCK, timeout: 1n << 60n },
    ),
  ).toEqual([event(0, CLOCK, { error: NOTSUP }), event(1, CLOCK, { error: INVAL })]);
});

test("files are always ready: what is left to read, and a hang-up at the end", () => {
  const guest = testGuest();
  guest.file("f", "12345");
  const fd = guest.open("f", 0, READ | POLL_FD_READWRITE | 64n);
  guest.read(fd, 2);
  const events = poll(
    guest,
    { type: FD_READ, fd },
    { type: FD_WRITE, fd },
    { type: CLOCK, timeout: 1n << 60n },
  ) as Event[];
  expect(events).toMatchObject([event(0, FD_READ, { nbytes: 3n }), { userdata: tag(1), type: FD_WRITE, error: 0 }]);
  expect(events[1].nbytes).toBeGreaterThan(0n);
  guest.read(fd, 3);
  expect(poll(guest, { type: FD_READ, fd })).toEqual([event(0, FD_READ, { flags: HANGUP })]);
});

test("a pipe is ready to read with data or a closed end, to write with room", () => {
  const guest = testGuest();
  const [readEnd, writeEnd] = openPipe(guest);
  const both = [
    { type: FD_READ, fd: readEnd },
    { type: FD_WRITE, fd: writeEnd },
  ] as const;
  expect((poll(guest, ...both) as Event[]).map(({ userdata }) => userdata)).toEqual([tag(1)]);
  guest.write(writeEnd, "abc");
  expect((poll(guest, ...both) as Event[])[0]).toEqual(event(0, FD_READ, { nbytes: 3n }));
  guest.sys.close(writeEnd);
  expect(poll(guest, { type: FD_READ, fd: readEnd })).toEqual([event(0, FD_READ, { nbytes: 3n, flags: HANGUP })]);
  const [readEnd2, writeEnd2] = openPipe(guest);
  guest.sys.close(readEnd2);
  guest.forgetFd(writeEnd2);
  // Ready, for the EPIPE: with the flag, wasi-libc's select(2) would count it as not ready.
  expect(poll(guest, { type: FD_WRITE, fd: writeEnd2 })).toMatchObject([{ type: FD_WRITE, error: 0, flags: 0 }]);
});

test("an empty pipe and a timer: the timer rings", () => {
  const guest = testGuest();
  const [readEnd] = openPipe(guest);
  expect(poll(guest, { type: FD_READ, fd: readEnd }, { type: CLOCK, timeout: 20n * MS })).toEqual([event(1, CLOCK)]);
});

test("an empty pipe and a timer: the data come first", () => {
  const guest = testGuest();
  const { sys } = guest;
  const [readEnd, writeEnd] = openPipe(guest);
  sys.blockSync = (attempt) => {
    sys.write(writeEnd, encode("x"), 0, 1);
    return attempt();
  };
  expect(poll(guest, { type: FD_READ, fd: readEnd }, { type: CLOCK, timeout: 1n << 60n })).toEqual([
    event(0, FD_READ, { nbytes: 1n }),
  ]);
});

test("what is wrong with an fd is told in its event, at once", () => {
  const guest = testGuest();
  guest.file("f");
  const [readEnd, writeEnd] = openPipe(guest);
  const poor = guest.open("f", 0, READ);
  guest.call("fd_fdstat_set_rights", poor, READ & ~0x4000n, 0n);
  expect(
    poll(
      guest,
      { type: FD_READ, fd: readEnd },
      { type: FD_READ, fd: writeEnd },
      { type: FD_READ, fd: DIR },
      { type: FD_READ, fd: poor },
      { type: CLOCK, timeout: 1n << 60n },
    ),
  ).toEqual([
    event(1, FD_READ, { error: BADF }),
    event(2, FD_READ, { error: BADF }),
    event(3, FD_READ, { error: NOTCAPABLE }),
  ]);
});

test("a file is ready to be read and written, whatever it is open for", () => {
  const guest = testGuest();
  guest.file("f", "abc");
  const [reader, writer] = [guest.open("f", 0, READ), guest.open("f", 0, 64n)];
  for (const type of [FD_READ, FD_WRITE]) {
    const events = poll(guest, { type, fd: reader }, { type, fd: writer }) as Event[];
    expect(events.map(({ error }) => error)).toEqual([0, 0]);
  }
});

test("an fd that isn't open ends the call: EBADF", () => {
  const guest = testGuest();
  const soon = { type: CLOCK, timeout: MS };
  expect(poll(guest, soon, { type: FD_READ, fd: 99 })).toBe(BADF);
  expect(poll(guest, { type: FD_WRITE, fd: -1 }, soon)).toBe(BADF);
});

test("a caught signal ends a sleep: EINTR", () => {
  const guest = testGuest();
  guest.sys.catchSignals(1 << 2);
  guest.sys.kill(guest.sys.pid, 2);
  expect(poll(guest, { type: CLOCK, timeout: 1n << 60n })).toBe(INTR);
});
