// A process dies at any store of a change while it holds the lock, thread and all: the next one takes the lock from it, undoes
// what it left half-done, and finds the tree as it was or as it was to be. By a process that waits, and by the kernel, which never does.

import { beforeAll, expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDWR, O_TRUNC, SIGKILL } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { JOURNAL_COUNT, LOCK } from "../disk/layout.ts";
import { KERNEL_PID, P_KILLED } from "../io/slots.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { System } from "./system.ts";
import { bufferOf, bundleSystem, inThread, newFlags } from "./testing-threads.ts";
import { newDirent } from "./types.ts";

beforeAll(bundleSystem, 60_000);

/** Changes of several words each: 0 rename over a file, 1 make a file with content, 2 cut a file off, 3 remove a directory. */
function change(sys: System, which: number, api: typeof import("../index.ts")): void {
  const path = (name: string) => api.encode(`/tmp/${name}`);
  if (which === 0) sys.rename(api.AT_FDCWD, path("a"), api.AT_FDCWD, path("b"));
  if (which === 1) {
    const fd = sys.open(api.AT_FDCWD, path("new"), api.O_CREAT | api.O_RDWR, 0o644);
    sys.write(fd, new Uint8Array(30_000), 0, 30_000);
  }
  if (which === 2) sys.truncate(api.AT_FDCWD, path("b"), 10);
  if (which === 3) sys.rmdir(api.AT_FDCWD, path("d"));
}

function world(): System {
  const sys = testSystem();
  for (const name of ["a", "b"]) {
    const fd = sys.open(AT_FDCWD, encode(`/tmp/${name}`), O_CREAT | O_TRUNC | O_RDWR, 0o644);
    const bytes = encode(name.repeat(70_000));
    sys.write(fd, bytes, 0, bytes.length);
    sys.close(fd);
  }
  sys.mkdir(AT_FDCWD, encode("/tmp/d"), 0o755);
  return sys;
}

/** Names in /tmp, and what the files hold. */
function tree(sys: System): string[] {
  const dir = sys.open(AT_FDCWD, encode("/tmp"), 0, 0);
  const entry = newDirent();
  const found: string[] = [];
  for (let cookie = 0; sys.readdir(dir, cookie, entry) === 1; cookie = entry.cookie) {
    const name = decode(entry.name);
    const fd = sys.open(AT_FDCWD, encode(`/tmp/${name}`), 0, 0);
    const bytes = new Uint8Array(100_000);
    const count = sys.read(fd, bytes, 0, bytes.length);
    sys.close(fd);
    found.push(`${name} ${count} ${count > 0 ? decode(bytes.slice(0, count)).replace(/(.)\1*/gs, "$1") : ""}`);
  }
  sys.close(dir);
  return found.sort();
}

/** How many stores of the journal the change makes, and the tree after it. */
function measure(which: number, api: typeof import("../index.ts")): { stores: number; after: string[] } {
  const sys = world();
  const { journal } = sys.machine.disk;
  const { set } = journal;
  let count = 0;
  journal.set = (index, value) => {
    count++;
    set.call(journal, index, value);
  };
  change(sys, which, api);
  return { stores: count, after: tree(sys) };
}

test.each([0, 1, 2, 3])("cut at stores of change %i, and taken over", { timeout: 60_000 }, async (which) => {
  const api = await import("../index.ts");
  const { stores, after } = measure(which, api);
  expect(stores).toBeGreaterThan(3);
  // All of the short ones; of the long ones the first and some of the rest.
  const points = Array.from({ length: stores }, (_, i) => i + 1).filter(
    (k) => k <= 8 || k % Math.ceil(stores / 8) === 0,
  );
  let halfDone = 0;
  for (const k of points) {
    const sys = world();
    const { disk, lock, slots } = sys.machine;
    const before = tree(sys);
    const victim = sys.fork() as System;
    const flags = newFlags();
    flags.set([k, which], 4);
    const { worker } = inThread(
      bufferOf(sys),
      victim.slot,
      flags,
      new Function(
        "thread",
        `const { api, sys, flags } = thread;
        const { journal } = sys.machine.disk;
        const { set } = journal;
        let left = flags[4];
        journal.set = (index, value) => {
          set.call(journal, index, value);
          if (--left > 0) return;
          Atomics.store(flags, 0, 1);
          Atomics.notify(flags, 0);
          Atomics.wait(flags, 1, 0); // for ever: it is ended here
        };
        (${change.toString()})(sys, flags[5], api);`,
      ) as (thread: unknown) => void,
    );
    await Atomics.waitAsync(flags, 0, 0).value;
    expect(disk.memory.words[LOCK] >> 1).toBe(victim.pid);
    if (disk.memory.words[JOURNAL_COUNT] > 0) halfDone++;
    await worker.terminate();
    slots.set(victim.slot, P_KILLED, SIGKILL);
    // By turns: a process that waits for the lock to finish the kill, and the kernel.
    if (k % 2 === 0) expect(sys.kill(victim.pid, SIGKILL)).toBe(0);
    else {
      const kernel = new System(sys.machine, 0);
      expect(await lock.holding(KERNEL_PID, () => kernel.kill(victim.pid, SIGKILL))).toBe(0);
    }
    expect(lock.isFree).toBe(true);
    expect(disk.memory.words[JOURNAL_COUNT]).toBe(0);
    expect(sys.wait(victim.pid)).toBe(128 + SIGKILL);
    expect(fsck(disk, { repair: false }).problems, `store ${k}`).toEqual([]);
    // The old tree or the new one, whole: what is no longer needed is freed after the change. Kind 1 is two calls.
    const found = tree(sys)
      .map((entry) => (which === 1 ? entry.replace("new 0 ", "") : entry))
      .filter((entry) => entry);
    expect([before, after], `store ${k}`).toContainEqual(found);
    if (k === 1) expect(found).toEqual(before);
    // And it can be changed on.
    change(sys, which, api);
    expect(fsck(disk, { repair: false }).problems).toEqual([]);
  }
  expect(halfDone).toBeGreaterThan(points.length / 2);
});
