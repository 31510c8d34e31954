// A process that calls with hardly any stack left, at every depth down to none: the call fails as a whole before it took the
// lock, and what it shares with others is as it was. Each kind of call is made for the first time there, so it is compiled there.

import { expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDWR } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { testSystem } from "../testing.ts";
import { encode } from "../text.ts";
import { makeStackProbe } from "./stack.ts";
import type { System } from "./system.ts";

const ensureStack = makeStackProbe();

const CALLS: [string, (system: System, fd: number, depth: number) => void][] = [
  ["write", (system, fd) => void system.write(fd, new Uint8Array(5000), 0, 5000)],
  [
    "open and close",
    (system, _, depth) => void system.close(system.open(AT_FDCWD, name(depth), O_CREAT | O_RDWR, 0o644)),
  ],
  ["mkdir", (system, _, depth) => void system.mkdir(AT_FDCWD, name(depth), 0o755)],
  ["rename", (system, _, depth) => void system.rename(AT_FDCWD, name(depth - 1), AT_FDCWD, name(depth))],
  [
    "link and unlink",
    (system, _, depth) => {
      system.link(AT_FDCWD, encode("base"), AT_FDCWD, name(depth), false);
      system.unlink(AT_FDCWD, name(depth - 1));
    },
  ],
  [
    "pipe",
    (system) => {
      const ends: [number, number] = [-1, -1];
      if (system.pipe(ends) < 0) return;
      system.close(ends[0]);
      system.close(ends[1]);
    },
  ],
  [
    "fork and exit",
    (system) => {
      const child = system.fork();
      if (typeof child === "number") return;
      child.exit(0);
      system.wait(child.pid);
    },
  ],
];

for (const [what, call] of CALLS) {
  test(`${what}, at every depth of the stack`, () => {
    const system = testSystem();
    system.machine.guardStack();
    const { lock, disk } = system.machine;
    const fd = system.open(AT_FDCWD, encode("base"), O_CREAT | O_RDWR, 0o644);
    let overflows = 0;
    let depth = 0;
    const descend = (): void => {
      depth++;
      try {
        call(system, fd, depth & 127);
      } catch (error) {
        expectOverflow(error);
        overflows++;
      }
      expectFree(lock.isFree);
      descend();
    };
    expect(descend).toThrow(RangeError);
    expect(depth).toBeGreaterThan(1000);
    expect(overflows).toBeGreaterThan(10);
    expect(lock.isFree).toBe(true);
    expect(fsck(disk, { repair: false }).problems).toEqual([]);
  });
}

test("the probe asks for 64 KiB, before and after the engine optimized it", () => {
  const before = framesLeftWhenItFails();
  for (let i = 0; i < 3_000_000; i++) ensureStack();
  const after = framesLeftWhenItFails();
  // A frame of such a function takes 72 to 150 bytes.
  for (const frames of [before, after]) expect(frames).toBeGreaterThan((64 * 1024) / 200);
});

function name(depth: number): Uint8Array {
  return encode(`at${depth}`);
}

// `expect` itself needs stack.
function expectOverflow(error: unknown): void {
  if (!(error instanceof RangeError)) throw error;
}
function expectFree(isFree: boolean): void {
  if (!isFree) throw new Error("the lock is held");
}

function framesLeftWhenItFails(): number {
  let frames = 0;
  const fall = (): void => {
    frames++;
    fall();
  };
  const overflow = (from: () => void): void => {
    try {
      from();
    } catch (error) {
      expectOverflow(error);
    }
  };
  overflow(fall); // compiled now
  let left = -1;
  const descend = (): void => {
    try {
      ensureStack();
    } catch (error) {
      if (left < 0) {
        frames = 0;
        overflow(fall);
        left = frames;
      }
      throw error;
    }
    descend();
  };
  overflow(descend);
  return left;
}
