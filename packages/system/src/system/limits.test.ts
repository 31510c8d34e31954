// Limits of a process: what each call that makes something answers beyond them, who may change them, how they are told.

import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  RLIMIT_CPU,
  RLIMIT_FSIZE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  SIGKILL,
  SIGXCPU,
  SIGXFSZ,
} from "../constants.ts";
import { EAGAIN, EBADF, EFBIG, EINVAL, EMFILE, EPERM } from "../errno.ts";
import { P_CPU } from "../io/slots.ts";
import { testKernel, testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { limitRunning } from "./limits.ts";
import type { System } from "./system.ts";
import { Killed, newStat } from "./types.ts";

const NONE = Number.POSITIVE_INFINITY;
const open = (sys: System, name = "file", flags = O_RDWR | O_CREAT) => sys.open(AT_FDCWD, encode(name), flags, 0o644);
const size = (sys: System, fd: number) => {
  const stat = newStat();
  sys.fstat(fd, stat);
  return stat.size;
};

test("descriptors: no fd from the limit on, by any call; those that are open stay", () => {
  const sys = testSystem();
  const high = sys.dup(0, 20);
  expect(sys.setLimit(RLIMIT_NOFILE, 5, 6)).toBe(0);
  expect([open(sys), open(sys)]).toEqual([3, 4]);
  expect(open(sys)).toBe(-EMFILE);
  expect(sys.dup(0)).toBe(-EMFILE);
  expect(sys.dup(0, 5)).toBe(-EMFILE);
  expect(sys.dup2(0, 5)).toBe(-EBADF);
  expect(sys.pipe([0, 0])).toBe(-EMFILE);
  expect(sys.openUnnamed()).toBe(-EMFILE);
  sys.close(4);
  expect(sys.pipe([0, 0])).toBe(-EMFILE);
  expect(open(sys)).toBe(4);
  expect(sys.getFlags(high)).toBe(O_RDWR);
});

test("a file's size: written up to the limit, then EFBIG where SIGXFSZ is ignored", () => {
  const sys = testSystem();
  sys.ignoreSignals(1 << SIGXFSZ);
  sys.setLimit(RLIMIT_FSIZE, 1000, NONE);
  const fd = open(sys);
  const bytes = new Uint8Array(700).fill(1);
  expect([0, 0, 0].map(() => sys.write(fd, bytes, 0, 700))).toEqual([700, 300, -EFBIG]);
  expect(sys.write(fd, bytes, 0, 0)).toBe(0);
  expect(sys.pwrite(fd, bytes, 0, 700, 999)).toBe(1);
  expect(sys.pwrite(fd, bytes, 0, 1, 1000)).toBe(-EFBIG);
  const appends = open(sys, "file", O_RDWR | O_APPEND);
  expect(sys.write(appends, bytes, 0, 1)).toBe(-EFBIG);
  expect(sys.ftruncate(fd, 1001)).toBe(-EFBIG);
  expect(sys.truncate(AT_FDCWD, encode("file"), 1001)).toBe(-EFBIG);
  expect(sys.fallocate(fd, 0, 1001)).toBe(-EFBIG);
  expect([sys.ftruncate(fd, 10), size(sys, fd)]).toEqual([0, 10]);
  // Pipes and devices have no size.
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  expect(sys.write(ends[1], new Uint8Array(3000), 0, 3000)).toBe(3000);
  expect(sys.write(1, new Uint8Array(3000), 0, 3000)).toBe(3000);
  // What is larger already may be written anew below the limit, and cut.
  sys.setLimit(RLIMIT_FSIZE, NONE, NONE);
  sys.ftruncate(fd, 5000);
  sys.setLimit(RLIMIT_FSIZE, 1000, NONE);
  expect([sys.pwrite(fd, bytes, 0, 5, 10), sys.ftruncate(fd, 2000)]).toEqual([5, 0]);
});

test("SIGXFSZ ends the writer, with what it wrote so far, or is caught", () => {
  const sys = testSystem();
  const child = sys.fork() as System;
  child.setLimit(RLIMIT_FSIZE, 4, 4);
  const fd = open(child);
  expect(child.write(fd, encode("123456"), 0, 6)).toBe(4);
  expect(child.write(fd, encode("56"), 0, 2)).toBe(-EFBIG);
  expect(() => child.write(fd, encode("56"), 0, 2)).toThrow(Killed);
  expect([sys.wait(child.pid), sys.lastSignal]).toEqual([128 + SIGXFSZ, SIGXFSZ]);
  expect(size(sys, open(sys))).toBe(4);
  const careful = sys.fork() as System;
  careful.catchSignals(1 << SIGXFSZ);
  careful.setLimit(RLIMIT_FSIZE, 0, 4);
  expect(careful.write(open(careful), encode("5"), 0, 1)).toBe(-EFBIG);
  expect(careful.takeSignals()).toBe(1 << SIGXFSZ);
});

test("processes: as many as the user may have, of which those count that are not reaped; root is free of it", () => {
  const kernel = testKernel();
  const user = kernel.fork() as System;
  user.setOwner(1000, 1000);
  expect(user.setLimit(RLIMIT_NPROC, 3, 3)).toBe(0);
  const children = [user.fork(), user.fork()] as System[];
  expect(user.fork()).toBe(-EAGAIN);
  expect(children[0].fork()).toBe(-EAGAIN);
  children[0].exit(0);
  expect(user.fork()).toBe(-EAGAIN);
  user.wait(children[0].pid);
  expect(user.fork()).not.toBe(-EAGAIN);
  kernel.setLimit(RLIMIT_NPROC, 1, 1);
  expect(kernel.fork()).not.toBe(-EAGAIN);
});

test("limits are a process's own, handed down by fork; only root raises a hard one", () => {
  const kernel = testKernel();
  const user = kernel.fork() as System;
  user.setOwner(1000, 1000);
  const child = user.fork() as System;
  expect(child.setLimit(RLIMIT_FSIZE, 5, 10)).toBe(0);
  const both = (sys: System) => [sys.getLimit(RLIMIT_FSIZE, false), sys.getLimit(RLIMIT_FSIZE, true)];
  expect(both(child.fork() as System)).toEqual([5, 10]);
  expect(both(user)).toEqual([NONE, NONE]);
  expect(child.setLimit(RLIMIT_FSIZE, 10, 10)).toBe(0);
  expect(child.setLimit(RLIMIT_FSIZE, 5, 11)).toBe(-EPERM);
  expect(child.setLimit(RLIMIT_FSIZE, 11, 10)).toBe(-EINVAL);
  expect(both(child)).toEqual([10, 10]);
  kernel.setLimit(RLIMIT_FSIZE, 1, 1);
  expect(kernel.setLimit(RLIMIT_FSIZE, 2, 2)).toBe(0);
});

test("running time: SIGXCPU at the soft limit and each second after it, SIGKILL at the hard one", () => {
  const kernel = testKernel();
  const child = kernel.fork() as System;
  child.catchSignals(1 << SIGXCPU);
  child.setLimit(RLIMIT_CPU, 10, 12);
  const { slots } = kernel.machine;
  const run = (seconds: number) => {
    slots.rest(child.slot);
    slots.setDouble(child.slot, P_CPU, seconds * 1000);
    limitRunning(kernel);
  };
  run(9.9);
  expect(child.takeSignals()).toBe(0);
  run(10.25);
  expect(child.takeSignals()).toBe(1 << SIGXCPU);
  run(10.5);
  expect(child.takeSignals()).toBe(0);
  run(11);
  expect(child.takeSignals()).toBe(1 << SIGXCPU);
  run(12);
  expect([kernel.wait(child.pid), kernel.lastSignal]).toEqual([128 + SIGKILL, SIGKILL]);
});

test("/proc/self/limits is worded as Linux words it", () => {
  const sys = testSystem();
  sys.setLimit(RLIMIT_FSIZE, 1024, NONE);
  const bytes = new Uint8Array(4096);
  const fd = sys.open(AT_FDCWD, encode("/proc/self/limits"), O_RDONLY, 0);
  const lines = decode(bytes.slice(0, sys.read(fd, bytes, 0, 4096))).split("\n");
  expect(lines).toHaveLength(18);
  expect(lines[0]).toBe("Limit                     Soft Limit           Hard Limit           Units     ");
  expect(lines[1]).toBe("Max cpu time              unlimited            unlimited            seconds   ");
  expect(lines[2]).toBe("Max file size             1024                 unlimited            bytes     ");
  expect(lines[5]).toBe("Max core file size        0                    unlimited            bytes     ");
  expect(lines[8]).toBe("Max open files            1024                 1024                 files     ");
  expect(lines[14]).toBe("Max nice priority         0                    0                    ");
});
