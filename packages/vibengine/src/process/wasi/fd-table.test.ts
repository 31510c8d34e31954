import { expect, test } from "vitest";
import { ALL, DIR, openPipe, READ, testGuest } from "./test-guest.ts";

const [BADF, INVAL, NOTDIR, NOTCAPABLE] = [8, 28, 54, 76];
const FD_READ = 2n;

test("fd_close frees the number for the next open, with fresh rights", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f", 0, READ);
  expect(guest.call("fd_close", fd)).toBe(0);
  expect(guest.call("fd_close", fd)).toBe(BADF);
  expect(guest.read(fd, 1)[0]).toBe(BADF);
  expect(guest.open("f", 0, ALL)).toBe(fd);
  expect(guest.write(fd, "y")).toEqual([0, 1]);
  expect(guest.call("fd_close", 99)).toBe(BADF);
  expect(guest.call("fd_close", -100)).toBe(BADF);
});

test("a preopen may be closed", () => {
  const guest = testGuest();
  expect(guest.call("fd_close", DIR)).toBe(0);
  expect(guest.call("fd_prestat_get", DIR, guest.room(8))).toBe(BADF);
  expect(guest.call("path_open", DIR, 0, "f", 1, ALL, 0n, 0, guest.room(4))).toBe(BADF);
});

test("fd_renumber moves the open file, its position and its rights", () => {
  const guest = testGuest();
  guest.file("a", "aaaa");
  guest.file("b", "bbbb");
  const a = guest.open("a", 0, READ);
  const b = guest.open("b", 0, ALL);
  guest.read(a, 2);
  guest.call("fd_fdstat_set_rights", a, FD_READ, 0n);
  expect(guest.call("fd_renumber", a, b)).toBe(0);
  expect(guest.read(b, 9)).toEqual([0, "aa"]);
  expect(guest.write(b, "x")[0]).toBe(BADF);
  const stat = guest.room(24);
  expect(guest.call("fd_fdstat_get", b, stat)).toBe(0);
  expect(guest.u64(stat + 8)).toBe(FD_READ);
  expect(guest.call("fd_close", a)).toBe(BADF);
});

test("fd_renumber needs both fds open; onto itself it does nothing", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f");
  expect(guest.call("fd_renumber", fd, 50)).toBe(BADF);
  expect(guest.call("fd_renumber", 50, fd)).toBe(BADF);
  expect(guest.call("fd_renumber", -1, fd)).toBe(BADF);
  expect(guest.call("fd_renumber", fd, fd)).toBe(0);
  expect(guest.read(fd, 1)).toEqual([0, "x"]);
});

test("a preopen that is renumbered stays one; one that is written over is none", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f");
  const prestat = guest.room(8);
  expect(guest.call("fd_renumber", DIR, fd)).toBe(0);
  expect(guest.call("fd_prestat_get", DIR, prestat)).toBe(BADF);
  expect(guest.call("fd_prestat_get", fd, prestat)).toBe(0);
  expect(guest.u32(prestat + 4)).toBe("/scratch".length);
  const out = guest.room(4);
  expect(guest.call("path_open", fd, 0, "f", 0, ALL, 0n, 0, out)).toBe(0);
  expect(guest.call("fd_renumber", guest.u32(out), fd)).toBe(0);
  expect(guest.call("fd_prestat_get", fd, prestat)).toBe(BADF);
  expect(guest.call("path_open", fd, 0, "f", 0, ALL, 0n, 0, out)).toBe(NOTDIR);
});

test("an fd closed by other means is forgotten when the binding is told", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f", 0, READ);
  const [readEnd, writeEnd] = openPipe(guest);
  guest.sys.dup2(writeEnd, fd);
  guest.forgetFd(fd);
  expect(guest.write(fd, "hi")).toEqual([0, 2]);
  expect(guest.read(readEnd, 9)).toEqual([0, "hi"]);
});

test("an fd closed without a word: EBADF, and the next file on its number has its own rights", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const fd = guest.open("f", 0, ALL);
  guest.sys.close(fd);
  expect([guest.read(fd, 1)[0], guest.call("fd_sync", fd)]).toEqual([BADF, BADF]);
  expect(guest.open("f", 0, READ)).toBe(fd);
  expect(guest.write(fd, "y")[0]).toBe(BADF);
  guest.sys.close(fd);
  expect(guest.open(".", 2)).toBe(fd);
  expect(guest.call("path_open", fd, 0, "f", 0, READ, 0n, 0, guest.room(4))).toBe(0);
});

test("fd_sync and fd_datasync: files and pipes; a directory is EBADF", () => {
  const guest = testGuest();
  guest.file("f");
  const fd = guest.open("f", 0, ALL);
  const poor = guest.open("f", 0, READ);
  guest.call("fd_fdstat_set_rights", poor, FD_READ, 0n);
  const [readEnd] = openPipe(guest);
  for (const call of ["fd_sync", "fd_datasync"]) {
    expect(guest.call(call, fd)).toBe(0);
    expect(guest.call(call, DIR)).toBe(BADF);
    expect(guest.call(call, readEnd)).toBe(0);
    expect(guest.call(call, 99)).toBe(BADF);
    expect(guest.call(call, poor)).toBe(NOTCAPABLE);
  }
});

test("fd_advise takes the six kinds of advice", () => {
  const guest = testGuest();
  guest.file("f");
  const fd = guest.open("f");
  for (let advice = 0; advice < 6; advice++) expect(guest.call("fd_advise", fd, 0n, 0n, advice)).toBe(0);
  expect(guest.call("fd_advise", fd, 0n, 0n, 6)).toBe(INVAL);
  expect(guest.call("fd_advise", fd, 0n, 0n, -1)).toBe(INVAL);
  expect(guest.call("fd_advise", fd, -1n, 0n, 0)).toBe(INVAL);
  expect(guest.call("fd_advise", fd, 0n, -1n, 0)).toBe(INVAL);
  expect(guest.call("fd_advise", 99, 0n, 0n, 0)).toBe(BADF);
  expect(guest.call("fd_advise", DIR, 0n, 0n, 0)).toBe(BADF);
  expect(guest.call("fd_advise", openPipe(guest)[0], 0n, 0n, 0)).toBe(BADF);
  guest.call("fd_fdstat_set_rights", fd, FD_READ, 0n);
  expect(guest.call("fd_advise", fd, 0n, 0n, 0)).toBe(NOTCAPABLE);
});
