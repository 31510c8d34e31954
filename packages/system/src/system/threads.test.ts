// Several threads on one memory, as in a browser: the lock, its kernel's side and its take-over; pipes and waits across threads;
// a memory that grows under all of them.

import { beforeAll, expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, SIGKILL } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { ROOT } from "../disk/inodes.ts";
import { JOURNAL_COUNT, LOCK, layoutFor } from "../disk/layout.ts";
import { formatDisk } from "../disk/make.ts";
import { wasmBacking } from "../disk/memory.ts";
import { P_KILLED } from "../io/slots.ts";
import { testSystem } from "../testing.ts";
import { encode } from "../text.ts";
import { Machine } from "./machine.ts";
import { bootKernelSlot } from "./process-calls.ts";
import { System } from "./system.ts";
import { bufferOf, bundleSystem, forked, inThread, newFlags, type Thread, workers } from "./testing-threads.ts";
import { Watching } from "./watching.ts";

beforeAll(bundleSystem, 60_000);

test("three threads and this one change the same things, and nothing is lost", { timeout: 60_000 }, async () => {
  const sys = testSystem();
  const flags = newFlags();
  sys.close(sys.open(AT_FDCWD, encode("log"), O_CREAT | O_WRONLY, 0o644));
  const hammer = ({ api, sys, flags }: Thread) => {
    const log = sys.open(api.AT_FDCWD, api.encode("log"), api.O_WRONLY | api.O_APPEND, 0);
    const { lock } = sys.machine;
    for (let i = 0; i < 3000; i++) {
      const name = api.encode(`file-${i % 40}`);
      sys.write(log, api.encode("0123456789"), 0, 10);
      const fd = sys.open(api.AT_FDCWD, name, api.O_CREAT | api.O_WRONLY, 0o644);
      sys.write(fd, new Uint8Array(5000), 0, 5000);
      sys.close(fd);
      sys.rename(api.AT_FDCWD, name, api.AT_FDCWD, api.encode(`file-${(i * 7) % 40}`));
      if (i % 3 === 0) sys.unlink(api.AT_FDCWD, name);
      // And bare: not atomic but for the lock.
      lock.acquire(sys.pid);
      flags[0] = flags[0] + 1;
      lock.release(sys.pid);
    }
    return "done";
  };
  const threads = [1, 2, 3].map(() => inThread(bufferOf(sys), forked(sys).slot, flags, hammer));
  const api = await import("../index.ts");
  hammer({ api, sys, flags });
  expect(await Promise.all(threads.map(({ result }) => result))).toEqual(["done", "done", "done"]);
  expect(flags[0]).toBe(4 * 3000);
  const fd = sys.open(AT_FDCWD, encode("log"), O_RDONLY, 0);
  expect(sys.lseek(fd, 0, 2)).toBe(4 * 3000 * 10);
  expect(sys.machine.lock.isFree).toBe(true);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test("the kernel gets its turn while workers hammer, without blocking, and alone", { timeout: 60_000 }, async () => {
  const sys = testSystem();
  const kernel = new System(sys.machine, 0);
  const flags = newFlags();
  const hammer = ({ api, sys, flags }: Thread) => {
    let calls = 0;
    const { lock } = sys.machine;
    Atomics.add(flags, 2, 1);
    while (Atomics.load(flags, 1) === 0) {
      const fd = sys.open(api.AT_FDCWD, api.encode("f"), api.O_CREAT | api.O_WRONLY, 0o644);
      sys.write(fd, new Uint8Array(100), 0, 100);
      sys.close(fd);
      lock.acquire(sys.pid);
      flags[0] = 1;
      for (let i = 0; i < 300; i++) if (flags[0] !== 1) throw new Error("two owners");
      flags[0] = 0;
      lock.release(sys.pid);
      calls++;
    }
    return calls;
  };
  const threads = [1, 2].map(() => inThread(bufferOf(sys), forked(sys).slot, flags, hammer));
  while (Atomics.load(flags, 2) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  let longest = 0;
  for (let i = 0; i < 300; i++) {
    const start = performance.now();
    await kernel.machine.lock.holding(kernel.pid, () => {
      expect(flags[0]).toBe(0);
      flags[0] = 2;
      kernel.mkdir(AT_FDCWD, encode("/tmp/d"), 0o755);
      kernel.rmdir(AT_FDCWD, encode("/tmp/d"));
      expect(flags[0]).toBe(2);
      flags[0] = 0;
    });
    longest = Math.max(longest, performance.now() - start);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  // Several sections at once, each in its turn.
  const order = await Promise.all(
    Array.from({ length: 20 }, (_, i) => kernel.machine.lock.holding(kernel.pid, () => i)),
  );
  expect(order.length).toBe(20);
  await expect(
    kernel.machine.lock.holding(kernel.pid, () => {
      throw new Error("of its own");
    }),
  ).rejects.toThrow("of its own");
  Atomics.store(flags, 1, 1);
  for (const { result } of threads) expect(await result).toBeGreaterThan(100);
  expect(longest).toBeLessThan(2000);
  expect(sys.machine.lock.isFree).toBe(true);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test("the lock is taken from an owner that is flagged dead, what it left undone is undone, and it can't let go of it", {
  timeout: 30_000,
}, async () => {
  const sys = testSystem();
  const { disk, lock, slots } = sys.machine;
  const victim = forked(sys);
  const flags = newFlags();
  const before = fsck(disk, { repair: false });
  const { result } = inThread(bufferOf(sys), victim.slot, flags, ({ api, sys, flags }) => {
    const { lock, disk } = sys.machine;
    lock.acquire(sys.pid);
    // Half of making a file.
    disk.inodes.tick();
    disk.paths.walk(sys.machine.walk, 1, api.encode("/tmp/half"), 0, false);
    disk.tree.create(sys.machine.walk, 0o100644, 0);
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    Atomics.wait(flags, 1, 0); // until its lock is another's
    lock.release(sys.pid);
    Atomics.store(flags, 4, 1);
    Atomics.notify(flags, 4);
    try {
      sys.umask(0);
    } catch (error) {
      return (error as Error).name;
    }
    return "alive";
  });
  await Atomics.waitAsync(flags, 0, 0).value;
  expect(disk.memory.words[LOCK] >> 1).toBe(victim.pid);
  expect(disk.memory.words[JOURNAL_COUNT]).toBeGreaterThan(0);

  // While the owner lives, nobody gets past it.
  const waiter = forkedWithoutLock(sys, victim);
  const asked = performance.now();
  const taken = inThread(bufferOf(sys), waiter, flags, ({ api, sys, flags }) => {
    Atomics.store(flags, 2, 1);
    const result = sys.mkdir(api.AT_FDCWD, api.encode("/tmp/mine"), 0o755);
    return { result, flagged: Atomics.load(flags, 3) };
  });
  const held = lock.holding(1, () => disk.memory.words[LOCK] >> 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(disk.memory.words[LOCK] >> 1).toBe(victim.pid);
  Atomics.store(flags, 3, 1);
  slots.set(victim.slot, P_KILLED, SIGKILL);
  expect(await taken.result).toEqual({ result: 0, flagged: 1 });
  expect(await held).toBe(1);
  expect(performance.now() - asked).toBeLessThan(5000);
  lock.acquire(sys.pid);
  Atomics.store(flags, 1, 1);
  Atomics.notify(flags, 1);
  await Atomics.waitAsync(flags, 4, 0).value;
  expect(disk.memory.words[LOCK] >> 1).toBe(sys.pid); // it let go of nothing that was not its own
  lock.release(sys.pid);
  expect(await result).toBe("Killed");
  const after = fsck(disk, { repair: false });
  expect(after.problems).toEqual([]);
  expect(after.directories).toBe(before.directories + 1);
  expect(after.files).toBe(before.files);

  /** A slot for another process, made as if before the lock was taken. */
  function forkedWithoutLock(parent: System, owner: System): number {
    const words = disk.memory.words;
    const [locked, journal] = [words[LOCK], words[JOURNAL_COUNT]];
    words[LOCK] = 0;
    words[JOURNAL_COUNT] = 0;
    const { slot } = forked(parent);
    words[LOCK] = locked;
    words[JOURNAL_COUNT] = journal;
    expect(locked >> 1).toBe(owner.pid);
    return slot;
  }
});

test("a pipe between threads moves every byte, each end waiting for the other", { timeout: 60_000 }, async () => {
  const sys = testSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  const writer = forked(sys);
  const reader = forked(sys);
  for (const fd of ends) sys.close(fd);
  writer.close(ends[0]);
  reader.close(ends[1]);
  const flags = newFlags();
  flags.set(ends, 4);
  const writing = inThread(bufferOf(sys), writer.slot, flags, ({ sys, flags }) => {
    const bytes = Uint8Array.from({ length: 65_536 + 13 }, (_, i) => (i * 31) ^ (i >>> 8));
    for (let i = 0; i < 500; i++) {
      for (let at = 0; at < bytes.length; )
        at += sys.blockSync(() => sys.write(flags[5], bytes, at, bytes.length - at));
    }
    sys.exit(0);
    return "written";
  });
  const reading = inThread(bufferOf(sys), reader.slot, flags, ({ sys, flags }) => {
    const into = new Uint8Array(50_000);
    const period = 65_536 + 13;
    let total = 0;
    for (;;) {
      const count = sys.blockSync(() => sys.read(flags[4], into, 0, into.length));
      if (count === 0) return total;
      for (let i = 0; i < count; i++) {
        const at = (total + i) % period;
        if (into[i] !== (((at * 31) ^ (at >>> 8)) & 0xff)) throw new Error(`byte ${total + i}`);
      }
      total += count;
    }
  });
  expect(await sys.block(() => sys.wait(writer.pid))).toBe(0);
  expect(await writing.result).toBe("written");
  expect(await reading.result).toBe(500 * (65_536 + 13));
});

test("threads that outrun whoever watches wait, out of the lock; nothing is lost, and a kill ends the wait", {
  timeout: 60_000,
}, async () => {
  const sys = testSystem();
  const kernel = new Watching(sys.machine, 0);
  const { ring } = sys.machine.disk.watches;
  expect(kernel.watch(encode("/tmp"), true, 1)).toBe(0);
  const flags = newFlags();
  const hammer = ({ api, sys, flags }: Thread) => {
    const file = (i: number) => api.encode(`/tmp/${sys.pid}-${i}`);
    sys.close(sys.open(api.AT_FDCWD, file(0), api.O_CREAT | api.O_WRONLY, 0o644));
    try {
      for (let i = 0; i < 20_000; i++) {
        sys.rename(api.AT_FDCWD, file(i), api.AT_FDCWD, file(i + 1));
        if (i === 100) Atomics.add(flags, 0, 1);
      }
    } catch (error) {
      return (error as Error).name;
    }
    return "done";
  };
  const all = [1, 2, 3].map(() => forked(sys));
  const threads = all.map(({ slot }) => inThread(bufferOf(sys), slot, flags, hammer));
  const isFull = async () => {
    while (ring.hasRoom) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await isFull();
  // The lock is free meanwhile, and who only reads does not wait.
  expect(sys.open(AT_FDCWD, encode("/etc/passwd"), O_RDONLY, 0)).toBeGreaterThanOrEqual(0);
  sys.kill(all[2].pid, SIGKILL);
  expect(await threads[2].result).toBe("Killed");

  const seen = new Map<number, string[]>();
  const take = () => {
    const events = kernel.takeEvents(1000);
    for (const { name } of events) {
      const [pid, i] = name.split("-");
      if (!seen.has(Number(pid))) seen.set(Number(pid), []);
      seen.get(Number(pid))?.push(i);
    }
    return events.length;
  };
  const ended = Promise.all([threads[0].result, threads[1].result]);
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const { signals } = kernel;
    if ((await kernel.machine.lock.holding(kernel.pid, take)) === 0) await kernel.signalAfter(signals, 100);
  }
  while (take() > 0);
  expect(await ended).toEqual(["done", "done"]);
  const expected = ["0", ...Array.from({ length: 20_000 }, (_, i) => [String(i), String(i + 1)]).flat()];
  for (const { pid } of all.slice(0, 2)) expect(seen.get(pid)?.join() === expected.join()).toBe(true);
  // And what the killed one did is just what is told of it.
  const last = seen.get(all[2].pid)?.at(-1);
  const there = sys.open(AT_FDCWD, encode(`/tmp/${all[2].pid}-${last}`), O_RDONLY, 0);
  expect(there).toBeGreaterThanOrEqual(0);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test("a kill ends a wait in another thread within milliseconds", { timeout: 30_000 }, async () => {
  const sys = testSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  const child = forked(sys);
  const flags = newFlags();
  flags[4] = ends[0];
  const { result } = inThread(bufferOf(sys), child.slot, flags, ({ sys, flags }) => {
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    try {
      sys.blockSync(() => sys.read(flags[4], new Uint8Array(1), 0, 1));
    } catch (error) {
      Atomics.store(flags, 1, 1);
      Atomics.notify(flags, 1);
      return (error as Error).name;
    }
    return "read";
  });
  await Atomics.waitAsync(flags, 0, 0).value;
  await new Promise((resolve) => setTimeout(resolve, 20)); // so that it is asleep by then
  const start = performance.now();
  sys.kill(child.pid, SIGKILL);
  Atomics.wait(flags, 1, 0, 5000);
  expect(performance.now() - start).toBeLessThan(200);
  expect(await result).toBe("Killed");
  expect(sys.wait(child.pid)).toBe(128 + SIGKILL);
});

test("a shared WebAssembly.Memory grows under several threads", { timeout: 60_000 }, async () => {
  const size = 64 * 1024 * 1024;
  const layout = layoutFor(size);
  const pages = (bytes: number) => Math.ceil(bytes / 65_536);
  const memory = new WebAssembly.Memory({
    initial: pages(layout.initialBytes),
    maximum: pages(layout.totalBytes),
    shared: true,
  });
  const machine = new Machine(formatDisk(wasmBacking(memory), size));
  const kernel = new System(machine, bootKernelSlot(machine, ROOT));
  const empty = memory.buffer.byteLength;
  expect(empty - layout.imageByte).toBeLessThan(4 * 1024 * 1024);
  const flags = newFlags();
  const fill = ({ api, sys }: Thread) => {
    const bytes = new Uint8Array(100_000).fill(sys.pid);
    for (let i = 0; i < 100; i++) {
      const fd = sys.open(api.AT_FDCWD, api.encode(`/${sys.pid}-${i}`), api.O_CREAT | api.O_RDWR, 0o644);
      if (sys.write(fd, bytes, 0, bytes.length) !== bytes.length) throw new Error("short write");
      const back = new Uint8Array(bytes.length);
      sys.pread(fd, back, 0, back.length, 0);
      if (back.some((byte) => byte !== (sys.pid & 0xff))) throw new Error("other bytes");
      sys.close(fd);
    }
    return sys.pid;
  };
  const threads = [1, 2].map(() => inThread(memory, forked(kernel).slot, flags, fill));
  fill({ api: await import("../index.ts"), sys: kernel, flags });
  const pids = await Promise.all(threads.map(({ result }) => result));
  expect(memory.buffer.byteLength).toBeGreaterThan(empty + 20_000_000);
  const bytes = new Uint8Array(100_000);
  for (const pid of [...pids, kernel.pid]) {
    const fd = kernel.open(AT_FDCWD, encode(`/${pid}-99`), O_RDWR, 0);
    expect(kernel.read(fd, bytes, 0, bytes.length)).toBe(100_000);
    expect(bytes.every((byte) => byte === (pid & 0xff))).toBe(true);
  }
  expect(fsck(machine.disk, { repair: false }).problems).toEqual([]);
});

test("threads end", async () => {
  await Promise.all([...workers].map((worker) => worker.terminate()));
});
