import { Killed } from "@vibengine/system";
import { expect, test } from "vitest";
import { ProcExit } from "./index.ts";
import { testGuest } from "./test-guest.ts";

const INVAL = 28;
const [NONE, INT, KILL, TERM, CHLD, WINCH, SYS] = [0, 2, 9, 15, 16, 27, 30];

test.each([
  [0, 0],
  [7, 7],
  [255, 255],
  [-1, 4_294_967_295],
])("proc_exit(%i) throws its code", (code, expected) => {
  try {
    testGuest().call("proc_exit", code);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ProcExit);
    expect((error as ProcExit).code).toBe(expected);
    expect((error as ProcExit).message).toBe(`exit ${expected}`);
  }
});

test("proc_raise ends the process by the signal's default action", () => {
  for (const [signal, linux] of [
    [INT, 2],
    [KILL, 9],
    [TERM, 15],
    [SYS, 31],
  ]) {
    const guest = testGuest();
    try {
      guest.call("proc_raise", signal);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Killed);
      expect((error as Killed).signal).toBe(linux);
    }
  }
});

test("proc_raise of a signal that is ignored, or does nothing, returns", () => {
  const guest = testGuest();
  for (const signal of [NONE, CHLD, WINCH]) expect(guest.call("proc_raise", signal)).toBe(0);
  guest.sys.ignoreSignals(1 << INT);
  expect(guest.call("proc_raise", INT)).toBe(0);
});

test("proc_raise: preview1 leaves out Linux's signal 16", () => {
  const guest = testGuest();
  guest.sys.catchSignals((1 << 17) | (1 << 28));
  guest.call("proc_raise", CHLD);
  guest.call("proc_raise", WINCH);
  expect(guest.sys.takeSignals()).toBe((1 << 17) | (1 << 28));
});

test("proc_raise of a number that is no signal is EINVAL", () => {
  const guest = testGuest();
  expect([guest.call("proc_raise", 31), guest.call("proc_raise", -1), guest.call("proc_raise", 255)]).toEqual([
    INVAL,
    INVAL,
    INVAL,
  ]);
});

test("sched_yield returns; in a killed process it throws", () => {
  const guest = testGuest();
  expect(guest.call("sched_yield")).toBe(0);
  expect(() => guest.sys.kill(guest.sys.pid, KILL)).toThrow(Killed);
  expect(() => guest.call("sched_yield")).toThrow(Killed);
});
