import { expect, test } from "vitest";
import { ALL, DIR, openPipe, READ, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, FAULT, INVAL, SPIPE, NOTCAPABLE] = [8, 21, 28, 70, 76];
const [SET, CUR, END] = [0, 1, 2];
const [FD_READ, FD_SEEK, FD_TELL] = [2n, 4n, 32n];

function seek(guest: TestGuest, fd: number, offset: bigint, whence: number): bigint | number {
  const out = guest.room(8);
  return guest.call("fd_seek", fd, offset, whence, out) || guest.u64(out);
}

function tell(guest: TestGuest, fd: number): bigint | number {
  const out = guest.room(8);
  return guest.call("fd_tell", fd, out) || guest.u64(out);
}

test("fd_seek from the start, from here and from the end; fd_tell agrees", () => {
  const guest = testGuest();
  guest.file("f", "0123456789");
  const fd = guest.open("f", 0, ALL);
  expect(seek(guest, fd, 4n, SET)).toBe(4n);
  expect(seek(guest, fd, -3n, CUR)).toBe(1n);
  expect(tell(guest, fd)).toBe(1n);
  expect(seek(guest, fd, -1n, END)).toBe(9n);
  expect(guest.read(fd, 5)).toEqual([0, "9"]);
  expect(tell(guest, fd)).toBe(10n);
});

test("a position past the end is fine, also past 4 GiB; a write there leaves a hole", () => {
  const guest = testGuest();
  const fd = guest.open("f", 1, ALL);
  expect(seek(guest, fd, 1n << 33n, SET)).toBe(1n << 33n);
  expect(tell(guest, fd)).toBe(1n << 33n);
  expect(guest.read(fd, 1)).toEqual([0, ""]);
  expect(seek(guest, fd, 3n, SET)).toBe(3n);
  guest.write(fd, "x");
  seek(guest, fd, 0n, SET);
  expect(guest.read(fd, 9)).toEqual([0, "\0\0\0x"]);
});

test("before the start, or by an unknown whence, is EINVAL and moves nothing", () => {
  const guest = testGuest();
  guest.file("f", "0123");
  const fd = guest.open("f");
  seek(guest, fd, 2n, SET);
  for (const [offset, whence] of [
    [-1n, SET],
    [-3n, CUR],
    [-5n, END],
    [0n, 3],
    [0n, -1],
    [(1n << 63n) - 1n, SET],
    [(1n << 63n) - 1n, CUR],
    [-(1n << 63n), END],
  ] as const) {
    expect(seek(guest, fd, offset, whence)).toBe(INVAL);
  }
  expect(tell(guest, fd)).toBe(2n);
});

test("EBADF on a directory and a closed fd, ESPIPE on a pipe, EFAULT outside", () => {
  const guest = testGuest();
  guest.file("f");
  const [readEnd] = openPipe(guest);
  for (const [fd, errno] of [
    [DIR, BADF],
    [77, BADF],
    [-1, BADF],
    [readEnd, SPIPE],
  ]) {
    expect(seek(guest, fd, 0n, CUR)).toBe(errno);
    expect(tell(guest, fd)).toBe(errno);
  }
  const fd = guest.open("f");
  expect(guest.call("fd_seek", fd, 0n, SET, -8)).toBe(FAULT);
  expect(guest.call("fd_tell", fd, guest.memory.buffer.byteLength - 7)).toBe(FAULT);
});

test("the right to tell asks for the position; the right to seek moves it", () => {
  const guest = testGuest();
  guest.file("f", "0123");
  const opened = (rights: bigint): number => {
    const fd = guest.open("f", 0, READ);
    expect(guest.call("fd_fdstat_set_rights", fd, rights, 0n)).toBe(0);
    return fd;
  };
  const teller = opened(FD_READ | FD_TELL);
  expect(tell(guest, teller)).toBe(0n);
  expect(seek(guest, teller, 0n, CUR)).toBe(0n);
  expect(seek(guest, teller, 0n, SET)).toBe(NOTCAPABLE);
  const seeker = opened(FD_READ | FD_SEEK);
  expect(seek(guest, seeker, 1n, SET)).toBe(1n);
  expect(tell(guest, seeker)).toBe(1n);
  const neither = opened(FD_READ);
  expect(tell(guest, neither)).toBe(NOTCAPABLE);
  expect(seek(guest, neither, 0n, CUR)).toBe(NOTCAPABLE);
});
