import { AT_FDCWD, encode, Killed, O_NONBLOCK, O_WRONLY } from "@vibengine/system";
import { expect, test } from "vitest";
import { ALL, DIR, openPipe, READ, testGuest } from "./test-guest.ts";

const [AGAIN, BADF, FAULT, FBIG, INVAL, NOSPC, PIPE, SPIPE, NOTCAPABLE] = [6, 8, 21, 22, 28, 51, 64, 70, 76];
const [CREAT, APPEND, NONBLOCK] = [1, 1, 4];
const FD_READ = 2n;
const FD_WRITE = 64n;
const SIGPIPE = 13;

test("fd_read scatters over vectors and goes on where it was", () => {
  const guest = testGuest();
  guest.file("f", "hello, world");
  const fd = guest.open("f");
  const into = guest.room(16);
  const out = guest.room(4);
  const vectors = guest.vectors([into, 5], [into + 8, 0], [into + 8, 2]);
  expect(guest.call("fd_read", fd, vectors, 3, out)).toBe(0);
  expect(guest.u32(out)).toBe(7);
  expect(guest.text(into, 10)).toBe("hello\0\0\0, ");
  expect(guest.read(fd, 100)).toEqual([0, "world"]);
  expect(guest.read(fd, 100)).toEqual([0, ""]);
  expect(guest.call("fd_read", fd, vectors, 0, out)).toBe(0);
  expect(guest.u32(out)).toBe(0);
});

test("fd_write gathers vectors, small ones and large ones", () => {
  const guest = testGuest();
  const fd = guest.open("f", CREAT, ALL);
  const out = guest.room(4);
  const small = guest.vectors([guest.put("one "), 4], [0, 0], [guest.put("two "), 4]);
  expect(guest.call("fd_write", fd, small, 3, out)).toBe(0);
  expect(guest.u32(out)).toBe(8);
  const large = guest.put("x".repeat(5000));
  expect(guest.call("fd_write", fd, guest.vectors([large, 5000], [0, 0], [guest.put("end"), 3]), 3, out)).toBe(0);
  expect(guest.u32(out)).toBe(5003);
  expect(guest.call("fd_write", fd, small, 0, out)).toBe(0);
  expect(guest.u32(out)).toBe(0);
  const position = guest.room(8);
  guest.call("fd_seek", fd, 0n, 0, position);
  expect(guest.read(fd, 9000)).toEqual([0, `one two ${"x".repeat(5000)}end`]);
});

test("a small write of several vectors is one write: lines of two processes don't mix", () => {
  const guest = testGuest();
  const [, writeEnd] = openPipe(guest);
  const sizes: number[] = [];
  const { write } = guest.sys;
  guest.sys.write = (fd, from, at, length) => {
    sizes.push(length);
    return write.call(guest.sys, fd, from, at, length);
  };
  const text = guest.put("x".repeat(4096));
  guest.call("fd_write", writeEnd, guest.vectors([text, 4000], [text, 96]), 2, guest.room(4));
  guest.call("fd_write", writeEnd, guest.vectors([text, 4000], [text, 97]), 2, guest.room(4));
  expect(sizes).toEqual([4096, 4000, 97]);
});

test("fd_read and fd_write on shared memory", () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 64, shared: true });
  const guest = testGuest({ memory: () => memory });
  const fd = guest.open("f", CREAT, ALL);
  expect(guest.write(fd, "shared")).toEqual([0, 6]);
  guest.call("fd_seek", fd, 0n, 0, guest.room(8));
  expect(guest.read(fd, 10)).toEqual([0, "shared"]);
});

test("an fd not open for it is EBADF, as is a directory or a closed one", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const readOnly = guest.open("f", 0, READ);
  const writeOnly = guest.open("f", 0, FD_WRITE);
  expect(guest.write(readOnly, "y")).toEqual([BADF, 0]);
  expect(guest.read(writeOnly, 1)[0]).toBe(BADF);
  for (const fd of [DIR, 99, -1, 2 ** 31 - 1]) {
    expect(guest.read(fd, 1)[0]).toBe(BADF);
    expect(guest.write(fd, "y")[0]).toBe(BADF);
    expect(guest.call("fd_pread", fd, guest.vectors(), 0, 0n, guest.room(4))).toBe(BADF);
    expect(guest.call("fd_pwrite", fd, guest.vectors(), 0, 0n, guest.room(4))).toBe(BADF);
  }
});

test("a right given up is ENOTCAPABLE", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f", 0, ALL);
  const seekOnly = 4n;
  expect(guest.call("fd_fdstat_set_rights", fd, seekOnly, 0n)).toBe(0);
  expect(guest.read(fd, 1)[0]).toBe(NOTCAPABLE);
  expect(guest.write(fd, "y")[0]).toBe(NOTCAPABLE);
  const noSeek = guest.open("f", 0, FD_READ | FD_WRITE);
  expect(guest.call("fd_fdstat_set_rights", noSeek, FD_READ | FD_WRITE, 0n)).toBe(0);
  expect(guest.call("fd_pread", noSeek, guest.vectors(), 0, 0n, guest.room(4))).toBe(NOTCAPABLE);
  expect(guest.call("fd_pwrite", noSeek, guest.vectors(), 0, 0n, guest.room(4))).toBe(NOTCAPABLE);
});

test("vectors and results outside the memory are EFAULT, and nothing is read or written", () => {
  const guest = testGuest();
  guest.file("f", "abc");
  const fd = guest.open("f", 0, ALL);
  const end = guest.memory.buffer.byteLength;
  const out = guest.room(4);
  const good = guest.vectors([guest.room(1), 1]);
  for (const call of ["fd_read", "fd_write"]) {
    expect(guest.call(call, fd, end - 7, 1, out)).toBe(FAULT);
    expect(guest.call(call, fd, good, -1, out)).toBe(FAULT);
    expect(guest.call(call, fd, guest.vectors([guest.room(1), 1], [end - 1, 2]), 2, out)).toBe(FAULT);
    expect(guest.call(call, fd, good, 1, end - 3)).toBe(FAULT);
    expect(guest.call(`${call.replace("_", "_p")}`, fd, good, 1, 0n, end - 3)).toBe(FAULT);
  }
  expect(guest.read(fd, 9)).toEqual([0, "abc"]);
});

test("fd_pread and fd_pwrite leave the position alone", () => {
  const guest = testGuest();
  const fd = guest.open("f", CREAT, ALL);
  const out = guest.room(4);
  guest.write(fd, "0123456789");
  const two = guest.vectors([guest.put("AB"), 2], [guest.put("C"), 1]);
  expect(guest.call("fd_pwrite", fd, two, 2, 4n, out)).toBe(0);
  expect(guest.u32(out)).toBe(3);
  const into = guest.room(8);
  expect(guest.call("fd_pread", fd, guest.vectors([into, 2], [into + 2, 6]), 2, 3n, out)).toBe(0);
  expect([guest.u32(out), guest.text(into, 7)]).toEqual([7, "3ABC789"]);
  expect(guest.call("fd_pread", fd, guest.vectors([into, 8]), 1, 10n, out)).toBe(0);
  expect(guest.u32(out)).toBe(0);
  expect(guest.write(fd, "!")).toEqual([0, 1]);
  const large = guest.put("y".repeat(6000));
  expect(guest.call("fd_pwrite", fd, guest.vectors([large, 5000], [large, 1000]), 2, 0n, out)).toBe(0);
  expect(guest.u32(out)).toBe(6000);
  expect(guest.call("fd_pread", fd, two, 1, -1n, out)).toBe(INVAL);
  expect(guest.call("fd_pwrite", fd, two, 1, -1n, out)).toBe(INVAL);
  expect(guest.call("fd_pwrite", fd, two, 1, 1n << 60n, out)).toBe(FBIG);
});

test("a pipe has no position: ESPIPE", () => {
  const guest = testGuest();
  const [readEnd, writeEnd] = openPipe(guest);
  const one = guest.vectors([guest.room(1), 1]);
  expect(guest.call("fd_pread", readEnd, one, 1, 0n, guest.room(4))).toBe(SPIPE);
  expect(guest.call("fd_pwrite", writeEnd, one, 1, 0n, guest.room(4))).toBe(SPIPE);
  expect(guest.call("fd_seek", readEnd, 0n, 0, guest.room(8))).toBe(SPIPE);
  expect(guest.call("fd_tell", writeEnd, guest.room(8))).toBe(SPIPE);
});

test("O_APPEND writes at the end wherever the position is", () => {
  const guest = testGuest();
  guest.file("log", "one\n");
  const fd = guest.open("log", 0, ALL, APPEND);
  expect(guest.write(fd, "two\n")).toEqual([0, 4]);
  guest.call("fd_seek", fd, 0n, 0, guest.room(8));
  expect(guest.write(fd, "three\n")).toEqual([0, 6]);
  guest.call("fd_seek", fd, 0n, 0, guest.room(8));
  expect(guest.read(fd, 99)).toEqual([0, "one\ntwo\nthree\n"]);
});

test("an empty pipe makes a reader wait; a non-blocking one gets EAGAIN", () => {
  const guest = testGuest();
  const { sys } = guest;
  const [readEnd, writeEnd] = openPipe(guest);
  let waits = 0;
  sys.blockSync = (attempt) => {
    waits++;
    expect(attempt()).toBe(-AGAIN);
    sys.write(writeEnd, encode("late"), 0, 4);
    return attempt();
  };
  expect(guest.read(readEnd, 10)).toEqual([0, "late"]);
  expect(waits).toBe(1);
  expect(guest.call("fd_fdstat_set_flags", readEnd, NONBLOCK)).toBe(0);
  expect(guest.read(readEnd, 10)[0]).toBe(AGAIN);
  expect(waits).toBe(1);
});

test("what is there is delivered at once: no waiting to fill the second vector", () => {
  const guest = testGuest();
  const [readEnd, writeEnd] = openPipe(guest);
  guest.write(writeEnd, "12345");
  const into = guest.room(16);
  const out = guest.room(4);
  expect(guest.call("fd_read", readEnd, guest.vectors([into, 5], [into + 8, 8]), 2, out)).toBe(0);
  expect(guest.u32(out)).toBe(5);
});

test("a full pipe makes a writer wait until all is written; a non-blocking one takes what fits", () => {
  const guest = testGuest();
  const { sys } = guest;
  const [readEnd, writeEnd] = openPipe(guest);
  const drained: number[] = [];
  const drain = new Uint8Array(65_536);
  sys.blockSync = (attempt) => {
    drained.push(sys.read(readEnd, drain, 0, drain.length));
    return attempt();
  };
  const text = "z".repeat(150_000);
  expect(guest.write(writeEnd, text)).toEqual([0, 150_000]);
  expect(drained).toEqual([65_536, 65_536]);
  sys.read(readEnd, drain, 0, drain.length);
  sys.setFlags(writeEnd, O_NONBLOCK);
  expect(guest.write(writeEnd, text)).toEqual([0, 65_536]);
  expect(guest.write(writeEnd, "one more")[0]).toBe(AGAIN);
});

test("a pipe without reader kills the writer with SIGPIPE, or is EPIPE when it ignores that", () => {
  const guest = testGuest();
  const [readEnd, writeEnd] = openPipe(guest);
  guest.sys.close(readEnd);
  guest.sys.ignoreSignals(1 << SIGPIPE);
  expect(guest.write(writeEnd, "x")[0]).toBe(PIPE);
  guest.sys.ignoreSignals(0);
  expect(() => guest.write(writeEnd, "x")).toThrow(Killed);
  expect(guest.sys.isAlive).toBe(false);
});

test("an error of the device comes through; data written before it count", () => {
  const guest = testGuest();
  const full = guest.sys.open(AT_FDCWD, encode("/dev/full"), O_WRONLY, 0);
  expect(guest.write(full, "x")[0]).toBe(NOSPC);
});
