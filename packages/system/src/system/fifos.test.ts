// FIFOs: pipes with a name. Opening one does not wait; reading and writing do what waiting would have led to.

import { expect, test } from "vitest";
import { AT_FDCWD, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, S_IFIFO, S_IFMT } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { EAGAIN, EEXIST, ENXIO, EPIPE, ESPIPE } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { newStat } from "./types.ts";

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
  const again = open(sys, O_WRONLY);
  write(sys, again, "again");
  expect(read(sys, reader)).toBe("again");
  expect(sys.lseek(reader, 0, 0)).toBe(-ESPIPE);
});

test("what is written before there is a reader is there for it, also when the writer has gone", () => {
  const sys = fifo();
  const writer = open(sys, O_WRONLY);
  expect(write(sys, writer, "early")).toBe(5);
  sys.close(writer);
  // Pipes made meanwhile are others.
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  write(sys, ends[1], "other");
  const reader = open(sys, O_RDONLY);
  expect(read(sys, reader)).toBe("early");
  expect(read(sys, reader)).toBe("");
  sys.close(reader);
  expect(read(sys, open(sys, O_RDONLY))).toBe(-EAGAIN);
});

test("a writer whose readers have gone gets EPIPE; a new one waits for a reader; without waiting it is refused", () => {
  const sys = fifo();
  expect(open(sys, O_WRONLY | O_NONBLOCK)).toBe(-ENXIO);
  const reader = open(sys, O_RDONLY);
  const writer = open(sys, O_WRONLY | O_NONBLOCK);
  sys.close(reader);
  expect(write(sys, writer, "x")).toBe(-EPIPE);
  const next = open(sys, O_WRONLY);
  expect(write(sys, next, "x")).toBe(1);
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
