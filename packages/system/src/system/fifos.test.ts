// FIFOs: pipes with a name. Opening one waits for the other side (`opened`); who does not wait there does in the first read or write.

import { expect, test } from "vitest";
import { AT_FDCWD, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, S_IFIFO, S_IFMT, SIGKILL, SIGUSR1 } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { EAGAIN, EEXIST, EINTR, ENXIO, EPIPE, ESPIPE } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { Killed, newPollFd, newStat } from "./types.ts";

const NAME = encode("fifo");

function fifo() {
  const sys = testSystem();
  expect(sys.mkfifo(AT_FDCWD, NAME, 0o666)).toBe(0);
  return sys;
}
const open = (sys: System, flags: number) => sys.open(AT_FDCWD, NAME, flags, 0);
const write = (sys: System, fd: number, text: string) => sys.write(fd, encode(text), 0, encode(text).length);
function read(sys: System, fd: number): string | number {
  const into = new Uint8Array(100);
  const count = sys.read(fd, into, 0, 100);
  return count < 0 ? count : decode(into.slice(0, count));
}

test("is a FIFO, made once, with its mode; the disk stays sound", () => {
  const sys = fifo();
  const stat = newStat();
  sys.stat(AT_FDCWD, NAME, true, stat);
  expect([stat.mode & S_IFMT, stat.mode & 0o777]).toEqual([S_IFIFO, 0o644]);
  expect(sys.mkfifo(AT_FDCWD, NAME, 0o666)).toBe(-EEXIST);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test("a reader waits for its first writer, then reads to the end of the last", () => {
  const sys = fifo();
  const reader = open(sys, O_RDONLY);
  expect(read(sys, reader)).toBe(-EAGAIN);
  const [one, two] = [open(sys, O_WRONLY), open(sys, O_WRONLY)];
  expect(read(sys, reader)).toBe(-EAGAIN);
  write(sys, one, "one");
  sys.close(one);
  expect(read(sys, reader)).toBe("one");
  expect(read(sys, reader)).toBe(-EAGAIN);
  sys.close(two);
  expect(read(sys, reader)).toBe("");
  // As on Linux a reader that comes now waits for another writer; this one is at the end.
  const late = open(sys, O_RDONLY);
  expect([read(sys, late), read(sys, reader)]).toEqual([-EAGAIN, ""]);
  const again = open(sys, O_WRONLY);
  write(sys, again, "again");
  expect(read(sys, reader)).toBe("again");
  expect(sys.lseek(reader, 0, 0)).toBe(-ESPIPE);
});

test("a writer waits for its first reader; what nobody has read is gone when all have closed it", () => {
  const sys = fifo();
  const writer = open(sys, O_WRONLY);
  expect(write(sys, writer, "early")).toBe(-EAGAIN);
  const reader = open(sys, O_RDONLY);
  expect(write(sys, writer, "text")).toBe(4);
  sys.close(reader);
  expect(write(sys, writer, "late")).toBe(-EPIPE);
  sys.close(writer);
  const again = open(sys, O_RDONLY);
  open(sys, O_WRONLY);
  expect(read(sys, again)).toBe(-EAGAIN);
});

test("opening waits for the other side, also when that has gone again before we look", async () => {
  const sys = fifo();
  const other = sys.fork() as System;
  const reader = open(sys, O_RDONLY);
  expect(sys.opened(reader)).toBe(-EAGAIN);
  const waiting = sys.block(() => sys.opened(reader));
  const writer = open(other, O_WRONLY);
  expect(other.opened(writer)).toBe(writer);
  expect(write(other, writer, "gone")).toBe(4);
  other.exit(0);
  expect(await waiting).toBe(reader);
  expect([read(sys, reader), read(sys, reader)]).toEqual(["gone", ""]);
});

test("opening does not wait for both sides, for what is no FIFO, or when it shall not", () => {
  const sys = fifo();
  const both = open(sys, O_RDWR);
  expect(sys.opened(both)).toBe(both);
  sys.close(both);
  const reader = open(sys, O_RDONLY | O_NONBLOCK);
  expect([sys.opened(reader), sys.opened(0), sys.opened(99)]).toEqual([reader, 0, 99]);
  expect(read(sys, reader)).toBe("");
  // poll has nothing to say before there was a writer.
  const entry = newPollFd(reader, true, false);
  expect([sys.poll([entry]), entry.hangup]).toEqual([0, false]);
  sys.close(open(sys, O_WRONLY));
  expect([sys.poll([entry]), entry.hangup]).toEqual([1, true]);
});

test("a signal and a kill end the wait", async () => {
  const sys = fifo();
  const child = sys.fork() as System;
  const writer = open(child, O_WRONLY);
  child.catchSignals(1 << SIGUSR1);
  const waiting = child.block(() => child.opened(writer));
  sys.kill(child.pid, SIGUSR1);
  expect(await waiting).toBe(-EINTR);
  child.takeSignals();
  const again = child.block(() => child.opened(writer));
  sys.kill(child.pid, SIGKILL);
  await expect(again).rejects.toThrow(Killed);
  // It no longer counts as a writer.
  expect(sys.opened(open(sys, O_RDONLY))).toBe(-EAGAIN);
});

test("a writer whose readers have gone gets EPIPE; a new one waits for a reader; without waiting it is refused", () => {
  const sys = fifo();
  expect(open(sys, O_WRONLY | O_NONBLOCK)).toBe(-ENXIO);
  const reader = open(sys, O_RDONLY);
  const writer = open(sys, O_WRONLY | O_NONBLOCK);
  sys.close(reader);
  expect(write(sys, writer, "x")).toBe(-EPIPE);
  const next = open(sys, O_WRONLY);
  expect(write(sys, next, "x")).toBe(-EAGAIN);
});

test("open for both it never ends and never breaks", () => {
  const sys = fifo();
  const both = open(sys, O_RDWR);
  write(sys, both, "first\n");
  expect(read(sys, both)).toBe("first\n");
  expect(read(sys, both)).toBe(-EAGAIN);
  sys.close(both);
  expect(sys.unlink(AT_FDCWD, NAME)).toBe(0);
});

test("an open one outlives its name, and a new one of that inode begins empty", () => {
  const sys = fifo();
  const [reader, writer] = [open(sys, O_RDONLY), open(sys, O_WRONLY)];
  sys.unlink(AT_FDCWD, NAME);
  write(sys, writer, "still");
  expect(read(sys, reader)).toBe("still");
  sys.close(reader);
  sys.close(writer);
  sys.mkfifo(AT_FDCWD, NAME, 0o600);
  write(sys, open(sys, O_WRONLY), "left behind");
  sys.unlink(AT_FDCWD, NAME);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});
