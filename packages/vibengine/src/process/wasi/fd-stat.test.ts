import { AT_FDCWD, encode } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, test } from "vitest";
import { ALL, DIR, openPipe, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, FAULT, FBIG, INVAL, NOSPC, SPIPE, NOTCAPABLE] = [8, 21, 22, 28, 51, 70, 76];
const [UNKNOWN, CHARACTER_DEVICE, DIRECTORY, REGULAR, SYMLINK] = [0, 2, 3, 4, 7];
const [APPEND, DSYNC, NONBLOCK, RSYNC, SYNC] = [1, 2, 4, 8, 16];
const [ATIM, ATIM_NOW, MTIM, MTIM_NOW] = [1, 2, 4, 8];
const [FD_READ, FD_SEEK, FD_TELL, FD_WRITE, FD_READDIR, PATH_OPEN] = [2n, 4n, 32n, 64n, 0x4000n, 0x2000n];

function fdstat(guest: TestGuest, fd: number): { type: number; flags: number; base: bigint; inheriting: bigint } {
  const out = guest.put(new Uint8Array(24).fill(0xaa));
  expect(guest.call("fd_fdstat_get", fd, out)).toBe(0);
  return { type: guest.u8(out), flags: guest.u16(out + 2), base: guest.u64(out + 8), inheriting: guest.u64(out + 16) };
}

function filestat(guest: TestGuest, fd: number) {
  const out = guest.put(new Uint8Array(64).fill(0xaa));
  expect(guest.call("fd_filestat_get", fd, out)).toBe(0);
  const [dev, ino, type, nlink, size, atim, mtim, ctim] = [0, 8, 16, 24, 32, 40, 48, 56].map((at) =>
    guest.u64(out + at),
  );
  return { dev, ino, type, nlink, size, atim, mtim, ctim };
}

test("fdstat of a file: reading and writing as asked for, and all else that applies to a file", () => {
  const guest = testGuest();
  guest.file("f");
  const rights = (asked: bigint) => fdstat(guest, guest.open("f", 0, asked)).base;
  const { type, flags, inheriting } = fdstat(guest, guest.open("f", 0, FD_READ));
  expect([type, flags, inheriting]).toEqual([REGULAR, 0, 0n]);
  const all = FD_READ | FD_SEEK | FD_TELL | FD_WRITE | FD_READDIR | PATH_OPEN;
  expect(rights(FD_READ | PATH_OPEN | FD_READDIR) & all).toBe(FD_READ | FD_SEEK | FD_TELL);
  expect(rights(FD_WRITE) & all).toBe(FD_WRITE | FD_SEEK | FD_TELL);
  expect(rights(FD_READ | FD_WRITE) & all).toBe(FD_READ | FD_WRITE | FD_SEEK | FD_TELL);
  expect(rights(0n) & all).toBe(FD_SEEK | FD_TELL);
});

test("fdstat of a directory: no right to seek, rights to pass on", () => {
  const guest = testGuest();
  guest.call("path_create_directory", DIR, "d");
  for (const fd of [DIR, guest.open("d", 2)]) {
    const { type, base, inheriting } = fdstat(guest, fd);
    expect(type).toBe(DIRECTORY);
    expect(base & (PATH_OPEN | FD_READDIR)).toBe(PATH_OPEN | FD_READDIR);
    expect(base & (FD_SEEK | FD_READ | FD_WRITE)).toBe(0n);
    expect(inheriting & (PATH_OPEN | FD_READ | FD_WRITE | FD_SEEK)).toBe(PATH_OPEN | FD_READ | FD_WRITE | FD_SEEK);
  }
});

test("fdstat of stdio: a device can seek, a pipe and a terminal can't; neither does what its mode forbids", () => {
  const guest = testGuest();
  const [readEnd, writeEnd] = openPipe(guest);
  const device = fdstat(guest, 0);
  expect([device.type, device.base & (FD_SEEK | FD_TELL)]).toEqual([CHARACTER_DEVICE, FD_SEEK | FD_TELL]);
  expect(fdstat(guest, readEnd).type).toBe(UNKNOWN);
  expect(fdstat(guest, readEnd).base & (FD_READ | FD_WRITE | FD_SEEK | FD_TELL)).toBe(FD_READ);
  expect(fdstat(guest, writeEnd).base & (FD_READ | FD_WRITE | FD_SEEK | FD_TELL)).toBe(FD_WRITE);
  const sys = testSystem();
  sys.isatty = (fd) => fd === 1;
  const terminal = fdstat(testGuest({ sys }), 1);
  expect([terminal.type, terminal.base & (FD_READ | FD_WRITE | FD_SEEK | FD_TELL)]).toEqual([
    CHARACTER_DEVICE,
    FD_READ | FD_WRITE,
  ]);
});

test("flags are those of the open and of fd_fdstat_set_flags", () => {
  const guest = testGuest();
  guest.file("f");
  for (const flags of [0, APPEND, NONBLOCK, DSYNC, SYNC | RSYNC, APPEND | NONBLOCK | SYNC]) {
    expect(fdstat(guest, guest.open("f", 0, ALL, flags)).flags).toBe(flags);
  }
  const fd = guest.open("f", 0, ALL, APPEND | DSYNC);
  expect(guest.call("fd_fdstat_set_flags", fd, NONBLOCK)).toBe(0);
  expect(fdstat(guest, fd).flags).toBe(NONBLOCK | DSYNC);
  expect(guest.call("fd_fdstat_set_flags", fd, APPEND | DSYNC)).toBe(0);
  expect(fdstat(guest, fd).flags).toBe(APPEND | DSYNC);
  expect(guest.call("fd_fdstat_set_flags", fd, SYNC)).toBe(INVAL);
  expect(guest.call("fd_fdstat_set_flags", fd, 32)).toBe(INVAL);
  expect(guest.call("fd_fdstat_set_flags", 99, 0)).toBe(BADF);
  expect(guest.call("fd_fdstat_set_flags", DIR, 0)).toBe(BADF);
  guest.call("fd_fdstat_set_rights", fd, FD_READ, 0n);
  expect(guest.call("fd_fdstat_set_flags", fd, 0)).toBe(NOTCAPABLE);
});

test("fdstat errors", () => {
  const guest = testGuest();
  expect(guest.call("fd_fdstat_get", 99, guest.room(24))).toBe(BADF);
  expect(guest.call("fd_fdstat_get", 0, guest.memory.buffer.byteLength - 23)).toBe(FAULT);
});

test("rights can be given up and never won back", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f");
  expect(guest.call("fd_fdstat_set_rights", fd, FD_READ | FD_TELL, 0n)).toBe(0);
  expect(fdstat(guest, fd).base).toBe(FD_READ | FD_TELL);
  expect(guest.call("fd_fdstat_set_rights", fd, FD_READ | FD_SEEK, 0n)).toBe(NOTCAPABLE);
  expect(guest.call("fd_fdstat_set_rights", fd, FD_READ, 1n)).toBe(NOTCAPABLE);
  expect(guest.call("fd_fdstat_set_rights", fd, FD_READ | (1n << 40n), 0n)).toBe(NOTCAPABLE);
  expect(guest.call("fd_fdstat_set_rights", fd, -1n, 0n)).toBe(NOTCAPABLE);
  expect(fdstat(guest, fd).base).toBe(FD_READ | FD_TELL);
  expect(guest.call("fd_fdstat_set_rights", fd, 0n, 0n)).toBe(0);
  expect(guest.read(fd, 1)[0]).toBe(NOTCAPABLE);
  expect(guest.call("fd_filestat_get", fd, guest.room(64))).toBe(NOTCAPABLE);
  expect(guest.call("fd_close", fd)).toBe(0);
  expect(guest.call("fd_fdstat_set_rights", fd, 0n, 0n)).toBe(BADF);
});

test("filestat: type, size, links, times; device and inode name the file", () => {
  const guest = testGuest();
  guest.file("f", "12345");
  guest.call("path_link", DIR, 0, "f", DIR, "g");
  const [f, g] = ["f", "g"].map((name) => filestat(guest, guest.open(name)));
  expect([f.type, f.size, f.nlink]).toEqual([BigInt(REGULAR), 5n, 2n]);
  expect([g.dev, g.ino]).toEqual([f.dev, f.ino]);
  expect(f.mtim).toBeGreaterThan(1_700_000_000_000_000_000n);
  expect(f.ctim).toBeGreaterThanOrEqual(f.mtim);
  const directory = filestat(guest, DIR);
  expect(directory.type).toBe(BigInt(DIRECTORY));
  expect(directory.ino).not.toBe(f.ino);
  expect(filestat(guest, 0).type).toBe(BigInt(CHARACTER_DEVICE));
  expect(filestat(guest, openPipe(guest)[0]).type).toBe(BigInt(UNKNOWN));
  guest.call("path_symlink", "f", DIR, "s");
  expect(guest.filetype("s")).toBe(SYMLINK);
  expect(guest.call("fd_filestat_get", 99, guest.room(64))).toBe(BADF);
  expect(guest.call("fd_filestat_get", 0, -1)).toBe(FAULT);
});

test("set_size cuts and grows with zeros, and keeps the position", () => {
  const guest = testGuest();
  guest.file("f", "12345");
  const fd = guest.open("f", 0, ALL);
  expect(guest.call("fd_filestat_set_size", fd, 2n)).toBe(0);
  expect(guest.call("fd_filestat_set_size", fd, 4n)).toBe(0);
  expect(guest.read(fd, 9)).toEqual([0, "12\0\0"]);
  expect(guest.call("fd_filestat_set_size", fd, -1n)).toBe(INVAL);
  expect(guest.call("fd_filestat_set_size", fd, 1n << 62n)).toBe(FBIG);
  expect(guest.call("fd_filestat_set_size", guest.open("f", 0, ALL & ~FD_WRITE), 0n)).toBe(INVAL);
  guest.call("fd_fdstat_set_rights", fd, FD_WRITE, 0n);
  expect(guest.call("fd_filestat_set_size", fd, 0n)).toBe(NOTCAPABLE);
  expect(guest.call("fd_filestat_set_size", DIR, 0n)).toBe(BADF);
  expect(guest.call("fd_filestat_set_size", openPipe(guest)[1], 0n)).toBe(INVAL);
  expect(guest.call("fd_filestat_set_size", 99, 0n)).toBe(BADF);
});

test("set_times: given, now, left alone, to the nanosecond", () => {
  const guest = testGuest();
  guest.file("f");
  const fd = guest.open("f", 0, ALL);
  const before = filestat(guest, fd);
  const [atim, mtim] = [1_234_567_890_123_456_789n, 4_102_444_800_000_000_001n];
  expect(guest.call("fd_filestat_set_times", fd, atim, mtim, ATIM | MTIM)).toBe(0);
  expect(filestat(guest, fd)).toMatchObject({ atim, mtim });
  expect(guest.call("fd_filestat_set_times", fd, 5n, 5n, MTIM_NOW)).toBe(0);
  expect(filestat(guest, fd).atim).toBe(atim);
  expect(filestat(guest, fd).mtim).toBeGreaterThanOrEqual(before.mtim);
  expect(guest.call("fd_filestat_set_times", fd, 5n, 6n, ATIM_NOW | MTIM)).toBe(0);
  expect(filestat(guest, fd).mtim).toBe(6n);
  expect(filestat(guest, fd).atim).toBeGreaterThanOrEqual(before.atim);
  expect(guest.call("fd_filestat_set_times", fd, 7n, 7n, 0)).toBe(0);
  expect(filestat(guest, fd).mtim).toBe(6n);
  expect(guest.call("fd_filestat_set_times", fd, 0n, 0n, ATIM)).toBe(0);
  expect(filestat(guest, fd).atim).toBe(0n);
  // Unsigned: what WebAssembly passes as -2⁶³ is the year 2262.
  expect(guest.call("fd_filestat_set_times", fd, -(1n << 63n), 0n, ATIM)).toBe(0);
  expect(filestat(guest, fd).atim).toBe(1n << 63n);
});

test("set_times errors; both a time and now change nothing", () => {
  const guest = testGuest();
  guest.file("f");
  const fd = guest.open("f", 0, ALL);
  const { mtim } = filestat(guest, fd);
  for (const flags of [ATIM | ATIM_NOW, MTIM | MTIM_NOW, MTIM | MTIM_NOW | ATIM, 16]) {
    expect(guest.call("fd_filestat_set_times", fd, 1n, 1n, flags)).toBe(INVAL);
  }
  expect(filestat(guest, fd).mtim).toBe(mtim);
  expect(guest.call("fd_filestat_set_times", 99, 1n, 1n, ATIM)).toBe(BADF);
  expect(guest.call("fd_filestat_set_times", DIR, 1n, 1n, ATIM)).toBe(0);
  guest.call("fd_fdstat_set_rights", fd, FD_READ, 0n);
  expect(guest.call("fd_filestat_set_times", fd, 1n, 1n, ATIM)).toBe(NOTCAPABLE);
});

test("allocate grows a file and never cuts it", () => {
  const guest = testGuest();
  guest.file("f", "12345");
  const fd = guest.open("f", 0, ALL);
  expect(guest.call("fd_allocate", fd, 0n, 3n)).toBe(0);
  expect(filestat(guest, fd).size).toBe(5n);
  expect(guest.call("fd_allocate", fd, 100n, 100n)).toBe(0);
  expect(filestat(guest, fd).size).toBe(200n);
  expect(guest.read(fd, 6)).toEqual([0, "12345\0"]);
});

test("allocate errors; a full disk is ENOSPC and leaves the size alone", () => {
  const guest = testGuest();
  guest.file("f");
  const fd = guest.open("f", 0, ALL);
  expect(guest.call("fd_allocate", fd, 0n, 0n)).toBe(INVAL);
  expect(guest.call("fd_allocate", fd, -1n, 5n)).toBe(INVAL);
  expect(guest.call("fd_allocate", fd, 0n, -5n)).toBe(INVAL);
  expect(guest.call("fd_allocate", fd, 1n << 62n, 5n)).toBe(FBIG);
  expect(guest.call("fd_allocate", fd, 0n, 1n << 31n)).toBe(NOSPC);
  expect(filestat(guest, fd).size).toBe(0n);
  expect(guest.call("fd_allocate", guest.open("f", 0, ALL & ~FD_WRITE), 0n, 5n)).toBe(BADF);
  guest.call("fd_fdstat_set_rights", fd, FD_WRITE, 0n);
  expect(guest.call("fd_allocate", fd, 0n, 5n)).toBe(NOTCAPABLE);
  expect(guest.call("fd_allocate", DIR, 0n, 5n)).toBe(BADF);
  expect(guest.call("fd_allocate", openPipe(guest)[1], 0n, 5n)).toBe(SPIPE);
  expect(guest.call("fd_allocate", 99, 0n, 5n)).toBe(BADF);
});

test("an inherited fd above the first ones is known by what it is", () => {
  const guest = testGuest();
  const fd = guest.sys.dup(guest.sys.open(AT_FDCWD, encode("/etc/passwd"), 0, 0), 200);
  expect(fdstat(guest, fd).type).toBe(REGULAR);
  expect(guest.read(fd, 5)).toEqual([0, "root:"]);
});
