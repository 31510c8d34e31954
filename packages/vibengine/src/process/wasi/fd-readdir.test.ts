import { AT_FDCWD, encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { DIR, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, FAULT, NOTCAPABLE] = [8, 21, 76];
const [DIRECTORY, REGULAR, SYMLINK, CHARACTER_DEVICE] = [3, 4, 7, 2];

interface Entry {
  name: string;
  type: number;
  ino: bigint;
  next: bigint;
}

/** One fd_readdir: its whole entries, and how many bytes it used of `size`. */
function readdir(guest: TestGuest, fd: number, size: number, cookie: bigint): { entries: Entry[]; used: number } {
  const buffer = guest.room(size);
  const out = guest.room(4);
  expect(guest.call("fd_readdir", fd, buffer, size, cookie, out)).toBe(0);
  const used = guest.u32(out);
  const entries: Entry[] = [];
  for (let at = 0; at + 24 <= used; ) {
    const length = guest.u32(buffer + at + 16);
    if (at + 24 + length > used) break;
    entries.push({
      next: guest.u64(buffer + at),
      ino: guest.u64(buffer + at + 8),
      type: guest.u32(buffer + at + 20),
      name: guest.text(buffer + at + 24, length),
    });
    at += 24 + length;
  }
  return { entries, used };
}

/** All entries, read the way C libraries do. */
function readAll(guest: TestGuest, fd: number, size: number): Entry[] {
  const all: Entry[] = [];
  for (let cookie = 0n; ; ) {
    const { entries, used } = readdir(guest, fd, size, cookie);
    all.push(...entries);
    if (used < size) return all;
    expect(entries.length).toBeGreaterThan(0);
    cookie = entries[entries.length - 1].next;
  }
}

test("an empty directory has . and ..", () => {
  const guest = testGuest();
  const { entries, used } = readdir(guest, DIR, 256, 0n);
  expect(entries.map(({ name, type }) => [name, type])).toEqual([
    [".", DIRECTORY],
    ["..", DIRECTORY],
  ]);
  expect(used).toBe(24 + 1 + 24 + 2);
});

test("entries have name, type and the inode number that stat gives", () => {
  const guest = testGuest();
  guest.file("file");
  guest.call("path_create_directory", DIR, "dir");
  guest.call("path_symlink", "file", DIR, "link");
  const entries = readAll(guest, DIR, 4096);
  const types = Object.fromEntries(entries.map(({ name, type }) => [name, type]));
  expect(types).toEqual({ ".": DIRECTORY, "..": DIRECTORY, file: REGULAR, dir: DIRECTORY, link: SYMLINK });
  const stat = guest.room(64);
  guest.call("path_filestat_get", DIR, 0, "file", stat);
  expect(entries.find(({ name }) => name === "file")?.ino).toBe(guest.u64(stat + 8));
  guest.call("fd_filestat_get", DIR, stat);
  expect(entries[0].ino).toBe(guest.u64(stat + 8));
});

test("devices are character devices", () => {
  const guest = testGuest();
  const dev = guest.sys.open(AT_FDCWD, encode("/dev"), 0, 0);
  expect(readAll(guest, dev, 4096).find(({ name }) => name === "null")?.type).toBe(CHARACTER_DEVICE);
});

test.each([64, 100, 333, 4096])("100 files through a buffer of %i bytes, none twice and none lost", (size) => {
  const guest = testGuest();
  const names = Array.from({ length: 100 }, (_, i) => `file-${i}`.padEnd(8 + (i % 17), "_"));
  for (const name of names) guest.file(name);
  const read = readAll(guest, DIR, size).map(({ name }) => name);
  expect(read.toSorted()).toEqual([".", "..", ...names].toSorted());
});

test("the last entry is cut off where the buffer ends, in the header or in the name", () => {
  const guest = testGuest();
  guest.file("a-long-name");
  for (const size of [1, 10, 24, 30, 60, 76, 85]) expect(readdir(guest, DIR, size, 0n).used).toBe(size);
  const buffer = guest.room(85);
  guest.call("fd_readdir", DIR, buffer, 85, 0n, guest.room(4));
  expect(guest.u32(buffer + 51 + 16)).toBe(11);
  expect(guest.text(buffer + 75, 11)).toBe("a-long-nam\0");
  expect(readdir(guest, DIR, 0, 0n).used).toBe(0);
  const guarded = guest.put(new Uint8Array(80).fill(0xaa));
  guest.call("fd_readdir", DIR, guarded, 30, 0n, guest.room(4));
  expect(guest.bytes(guarded + 30, 50)).toEqual(new Uint8Array(50).fill(0xaa));
});

test("a cookie goes on where it was, also after files before it are gone", () => {
  const guest = testGuest();
  for (let i = 0; i < 20; i++) guest.file(`f${i}`);
  const first = readdir(guest, DIR, 400, 0n).entries;
  const seen = first.map(({ name }) => name);
  for (const name of seen.slice(2)) expect(guest.call("path_unlink_file", DIR, name)).toBe(0);
  const rest = readdir(guest, DIR, 4096, first[first.length - 1].next).entries.map(({ name }) => name);
  expect([...seen, ...rest].toSorted()).toEqual(
    [".", "..", ...Array.from({ length: 20 }, (_, i) => `f${i}`)].toSorted(),
  );
  const again = readdir(guest, DIR, 4096, first[1].next).entries.map(({ name }) => name);
  expect(again.toSorted()).toEqual(rest.toSorted());
});

test("a cookie past the end finds nothing, however large", () => {
  const guest = testGuest();
  const [buffer, out] = [guest.room(64), guest.room(4)];
  expect(guest.call("fd_readdir", DIR, buffer, 64, 1n << 40n, out)).toBe(0);
  expect(guest.u32(out)).toBe(0);
  expect(guest.call("fd_readdir", DIR, buffer, 64, -1n, out)).toBe(0);
  expect(guest.u32(out)).toBe(0);
});

test("errors", () => {
  const guest = testGuest();
  guest.file("f");
  const [buffer, out] = [guest.room(64), guest.room(4)];
  expect(guest.call("fd_readdir", guest.open("f"), buffer, 64, 0n, out)).toBe(BADF);
  expect(guest.call("fd_readdir", 99, buffer, 64, 0n, out)).toBe(BADF);
  expect(guest.call("fd_readdir", DIR, guest.memory.buffer.byteLength - 63, 64, 0n, out)).toBe(FAULT);
  expect(guest.call("fd_readdir", DIR, buffer, 64, 0n, -4)).toBe(FAULT);
  const blind = guest.open(".", 2);
  guest.call("fd_fdstat_set_rights", blind, 0x2000n, 0n);
  expect(guest.call("fd_readdir", blind, buffer, 64, 0n, out)).toBe(NOTCAPABLE);
});
