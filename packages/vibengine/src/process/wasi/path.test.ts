import { encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { ALL, DIR, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, EXIST, FAULT, ILSEQ, INVAL, LOOP, NAMETOOLONG, NOENT, NOTDIR, NOTEMPTY, PERM, NOTCAPABLE] = [
  8, 20, 21, 25, 28, 32, 37, 44, 54, 55, 63, 76,
];
const [DIRECTORY, REGULAR, SYMLINK] = [3, 4, 7];
const ISDIR = 31;
const FOLLOW = 1;
const [ATIM, MTIM, MTIM_NOW] = [1, 4, 8];

/** A guest whose scratch directory has a file `f`, a directory `d` with a file in it, an empty one, and three symlinks. */
function populated(): TestGuest {
  const guest = testGuest();
  guest.file("f", "content");
  guest.call("path_create_directory", DIR, "d");
  guest.call("path_create_directory", DIR, "empty");
  guest.file("d/inner");
  guest.call("path_symlink", "f", DIR, "link");
  guest.call("path_symlink", "d", DIR, "dirlink");
  guest.call("path_symlink", "nothing", DIR, "dangling");
  return guest;
}

const filestat = (guest: TestGuest, path: string, lookupflags = 0): number[] => {
  const out = guest.room(64);
  const errno = guest.call("path_filestat_get", DIR, lookupflags, path, out);
  return errno ? [errno] : [0, guest.u8(out + 16), Number(guest.u64(out + 32))];
};

// Every call with one path, as a function of the directory fd and the path.
const CALLS: Record<string, (guest: TestGuest, fd: number, path: string) => number> = {
  path_create_directory: (guest, fd, path) => guest.call("path_create_directory", fd, path),
  path_remove_directory: (guest, fd, path) => guest.call("path_remove_directory", fd, path),
  path_unlink_file: (guest, fd, path) => guest.call("path_unlink_file", fd, path),
  path_filestat_get: (guest, fd, path) => guest.call("path_filestat_get", fd, 0, path, guest.room(64)),
  path_filestat_set_times: (guest, fd, path) => guest.call("path_filestat_set_times", fd, 0, path, 1n, 1n, ATIM),
  path_readlink: (guest, fd, path) => guest.call("path_readlink", fd, path, guest.room(8), 8, guest.room(4)),
  path_symlink: (guest, fd, path) => guest.call("path_symlink", "target", fd, path),
  "path_link from": (guest, fd, path) => guest.call("path_link", fd, 0, path, DIR, "new"),
  "path_link to": (guest, fd, path) => guest.call("path_link", DIR, 0, "f", fd, path),
  "path_rename from": (guest, fd, path) => guest.call("path_rename", fd, path, DIR, "new"),
  "path_rename to": (guest, fd, path) => guest.call("path_rename", DIR, "f", fd, path),
};

test.each(Object.entries(CALLS))("%s: what is wrong with any path or directory fd", (_, call) => {
  const guest = populated();
  expect(call(guest, 99, "x")).toBe(BADF);
  expect(call(guest, -100, "x")).toBe(BADF);
  expect(call(guest, guest.open("f"), "x")).toBe(NOTDIR);
  expect(call(guest, DIR, "")).toBe(NOENT);
  expect(call(guest, DIR, "none/x")).toBe(NOENT);
  expect(call(guest, DIR, "f/x")).toBe(NOTDIR);
  expect(call(guest, DIR, "a\0b")).toBe(INVAL);
  expect(call(guest, DIR, "a\udcff")).toBe(ILSEQ);
  expect(call(guest, DIR, "n".repeat(256))).toBe(NAMETOOLONG);
  expect(call(guest, DIR, "./".repeat(3000))).toBe(NAMETOOLONG);
  expect(call(guest, DIR, "/etc/passwd")).toBe(PERM);
  expect(call(guest, DIR, "../x")).toBe(PERM);
  const powerless = guest.open("d", 2);
  guest.call("fd_fdstat_set_rights", powerless, 0n, 0n);
  expect(call(guest, powerless, "inner")).toBe(NOTCAPABLE);
});

test("addresses outside the memory are EFAULT", () => {
  const guest = populated();
  const end = guest.memory.buffer.byteLength;
  const room = guest.room(64);
  for (const call of ["path_create_directory", "path_remove_directory", "path_unlink_file"]) {
    expect(guest.call(call, DIR, end - 1, 2)).toBe(FAULT);
  }
  expect(guest.call("path_filestat_get", DIR, 0, end, 1, room)).toBe(FAULT);
  expect(guest.call("path_filestat_get", DIR, 0, "f", end - 63)).toBe(FAULT);
  expect(guest.call("path_filestat_set_times", DIR, 0, end, 1, 0n, 0n, 0)).toBe(FAULT);
  expect(guest.call("path_link", DIR, 0, end, 1, DIR, "x")).toBe(FAULT);
  expect(guest.call("path_link", DIR, 0, "f", DIR, end, 1)).toBe(FAULT);
  expect(guest.call("path_rename", DIR, end, 1, DIR, "x")).toBe(FAULT);
  expect(guest.call("path_rename", DIR, "f", DIR, end, 1)).toBe(FAULT);
  expect(guest.call("path_symlink", end, 1, DIR, "x")).toBe(FAULT);
  expect(guest.call("path_symlink", "f", DIR, end, 1)).toBe(FAULT);
  expect(guest.call("path_readlink", DIR, end, 1, room, 1, room)).toBe(FAULT);
  expect(guest.call("path_readlink", DIR, "link", end - 3, 4, room)).toBe(FAULT);
  expect(guest.call("path_readlink", DIR, "link", room, 4, end - 3)).toBe(FAULT);
});

test("path_create_directory", () => {
  const guest = populated();
  const make = (path: string): number => guest.call("path_create_directory", DIR, path);
  expect([make("new"), make("new/er"), make("slash/")]).toEqual([0, 0, 0]);
  expect([guest.filetype("new/er"), guest.filetype("slash")]).toEqual([DIRECTORY, DIRECTORY]);
  for (const path of ["new", "f", "d/", "link", "dangling", "."]) expect(make(path), path).toBe(EXIST);
});

test("path_remove_directory", () => {
  const guest = populated();
  const remove = (path: string): number => guest.call("path_remove_directory", DIR, path);
  expect(remove("d")).toBe(NOTEMPTY);
  expect(remove("f")).toBe(NOTDIR);
  expect(remove("f/")).toBe(NOTDIR);
  expect(remove("link")).toBe(NOTDIR);
  expect(remove("dirlink")).toBe(NOTDIR);
  expect(remove("dirlink/")).toBe(NOTDIR);
  expect(remove("none")).toBe(NOENT);
  expect(remove(".")).toBe(INVAL);
  expect(remove("empty/")).toBe(0);
  expect(remove("empty")).toBe(NOENT);
});

test("path_unlink_file", () => {
  const guest = populated();
  const unlink = (path: string): number => guest.call("path_unlink_file", DIR, path);
  const fd = guest.open("f");
  expect(unlink("f/")).toBe(NOTDIR);
  expect(unlink("f")).toBe(0);
  expect(unlink("f")).toBe(NOENT);
  expect(guest.read(fd, 3)).toEqual([0, "con"]);
  expect([unlink("d"), unlink("d/"), unlink("empty"), unlink("dirlink/")]).toEqual([ISDIR, ISDIR, ISDIR, NOTDIR]);
  expect([unlink("dirlink"), unlink("dangling")]).toEqual([0, 0]);
  expect(guest.filetype("d")).toBe(DIRECTORY);
});

test("path_filestat_get follows a symlink only when asked to", () => {
  const guest = populated();
  expect(filestat(guest, "f")).toEqual([0, REGULAR, 7]);
  expect(filestat(guest, "link")).toEqual([0, SYMLINK, 1]);
  expect(filestat(guest, "link", FOLLOW)).toEqual([0, REGULAR, 7]);
  expect(filestat(guest, "dirlink/inner")).toEqual([0, REGULAR, 0]);
  expect(filestat(guest, "dirlink/").slice(0, 2)).toEqual([0, DIRECTORY]);
  expect(filestat(guest, "dangling")).toEqual([0, SYMLINK, 7]);
  expect(filestat(guest, "dangling", FOLLOW)).toEqual([NOENT]);
  guest.call("path_symlink", "loop", DIR, "loop");
  expect(filestat(guest, "loop", FOLLOW)).toEqual([LOOP]);
  expect(filestat(guest, "f/")).toEqual([NOTDIR]);
  expect(filestat(guest, "f", 2)).toEqual([INVAL]);
});

test("path_filestat_set_times, of a file or of a symlink itself", () => {
  const guest = populated();
  const mtime = (path: string): bigint => {
    const out = guest.room(64);
    guest.call("path_filestat_get", DIR, 0, path, out);
    return guest.u64(out + 48);
  };
  const set = (lookupflags: number, path: string, ns: bigint, flags: number): number =>
    guest.call("path_filestat_set_times", DIR, lookupflags, path, 0n, ns, flags);
  expect(set(0, "f", 1_000_000_000_123_456_789n, MTIM)).toBe(0);
  expect(mtime("f")).toBe(1_000_000_000_123_456_789n);
  expect(set(FOLLOW, "link", 5n, MTIM)).toBe(0);
  expect(mtime("f")).toBe(5n);
  expect(set(0, "link", 6n, MTIM)).toBe(0);
  expect([mtime("f"), mtime("link")]).toEqual([5n, 6n]);
  expect(set(0, "f", 7n, MTIM_NOW)).toBe(0);
  expect(mtime("f")).toBeGreaterThan(1_700_000_000_000_000_000n);
  expect(set(0, "f", 7n, MTIM | MTIM_NOW)).toBe(INVAL);
  expect(set(0, "f", 7n, 32)).toBe(INVAL);
  expect(set(2, "f", 7n, MTIM)).toBe(INVAL);
  expect(set(FOLLOW, "dangling", 7n, MTIM)).toBe(NOENT);
});

test("path_link", () => {
  const guest = populated();
  const link = (from: string, to: string, lookupflags = 0): number =>
    guest.call("path_link", DIR, lookupflags, from, DIR, to);
  expect(link("f", "hard")).toBe(0);
  expect(filestat(guest, "hard")).toEqual([0, REGULAR, 7]);
  for (const path of ["hard", "d", "d/", "dangling"]) expect(link("f", path), path).toBe(EXIST);
  expect([link("f", "hard/"), link("f", "dangling/")]).toEqual([NOTDIR, NOENT]);
  expect(link("d", "dirhard")).toBe(PERM);
  expect(link("none", "x")).toBe(NOENT);
  expect(link("f", "x/")).toBe(NOENT);
  expect(link("f/", "x")).toBe(NOTDIR);
  expect(link("f", "x", 2)).toBe(INVAL);
  expect(link("link", "soft")).toBe(0);
  expect(link("dangling", "dangling2")).toBe(0);
  expect([guest.filetype("soft"), guest.filetype("dangling2")]).toEqual([SYMLINK, SYMLINK]);
  expect(link("link", "followed", FOLLOW)).toBe(0);
  expect(guest.filetype("followed")).toBe(REGULAR);
  guest.call("path_symlink", "loop", DIR, "loop");
  expect([link("dangling", "x", FOLLOW), link("loop", "x", FOLLOW), link("none", "x", FOLLOW)]).toEqual([
    INVAL,
    INVAL,
    NOENT,
  ]);
});

test("path_rename", () => {
  const guest = populated();
  const rename = (from: string, to: string): number => guest.call("path_rename", DIR, from, DIR, to);
  expect(rename("f", "g")).toBe(0);
  expect([filestat(guest, "f"), filestat(guest, "g")]).toEqual([[NOENT], [0, REGULAR, 7]]);
  guest.file("h", "other");
  expect(rename("g", "h")).toBe(0);
  expect(filestat(guest, "h")).toEqual([0, REGULAR, 7]);
  expect([rename("none", "x"), rename("h", "none/x")]).toEqual([NOENT, NOENT]);
  expect([rename("h", "d"), rename("h", "empty"), rename("d", "h")]).toEqual([ISDIR, ISDIR, NOTDIR]);
  expect(rename("empty", "d")).toBe(NOTEMPTY);
  expect(rename("d", "d/below")).toBe(INVAL);
  expect(rename("h/", "x")).toBe(NOTDIR);
  expect(rename("dirlink/", "x")).toBe(NOTDIR);
  expect(rename("empty", "dirlink/")).toBe(NOTDIR);
  expect(rename("h", "x/")).toBe(NOTDIR);
  expect(rename("d/", "moved/")).toBe(0);
  expect(rename("moved", "empty")).toBe(0);
  expect(filestat(guest, "empty/inner")).toEqual([0, REGULAR, 0]);
  expect(rename("h", "h")).toBe(0);
  expect(rename("dangling", "renamed")).toBe(0);
  expect(guest.filetype("renamed")).toBe(SYMLINK);
});

test("path_symlink", () => {
  const guest = populated();
  const symlink = (target: string, path: string): number => guest.call("path_symlink", target, DIR, path);
  expect([symlink("f", "s"), symlink("not there", "t"), symlink("../outside", "u")]).toEqual([0, 0, 0]);
  for (const path of ["s", "f", "d", "dangling", "d/"]) expect(symlink("f", path), path).toBe(EXIST);
  expect(symlink("/etc/passwd", "x")).toBe(PERM);
  expect(symlink("", "x")).toBe(NOENT);
  expect(symlink("a\0b", "x")).toBe(INVAL);
  expect(symlink("\udcff", "x")).toBe(ILSEQ);
  expect(symlink("x".repeat(5000), "x")).toBe(NAMETOOLONG);
  expect(symlink("f", "x/")).toBe(NOENT);
  expect([symlink("f", "f/"), symlink("f", "dangling/")]).toEqual([NOTDIR, NOENT]);
});

test("path_readlink gives the target as it was made, cut to the buffer, without a NUL", () => {
  const guest = populated();
  const readlink = (path: string, size: number): [number, string] => {
    const buffer = guest.put("-".repeat(size));
    const out = guest.room(4);
    const errno = guest.call("path_readlink", DIR, path, buffer, size, out);
    expect(guest.text(buffer + guest.u32(out), size - guest.u32(out))).toBe("-".repeat(size - guest.u32(out)));
    return [errno, guest.text(buffer, guest.u32(out))];
  };
  const long = "ü/".repeat(1000);
  guest.call("path_symlink", long, DIR, "long");
  expect(readlink("dangling", 20)).toEqual([0, "nothing"]);
  expect(readlink("dangling", 3)).toEqual([0, "not"]);
  expect(readlink("dangling", 0)).toEqual([0, ""]);
  expect(readlink("long", 4096)).toEqual([0, long]);
  guest.sys.symlink(encode("/etc/passwd"), guest.open("d", 2), encode("absolute"));
  expect(readlink("d/absolute", 20)).toEqual([0, "/etc/passwd"]);
  expect([readlink("f", 9)[0], readlink("d", 9)[0], readlink("none", 9)[0]]).toEqual([INVAL, INVAL, NOENT]);
});

test("two directory fds: a move and a link from one into the other", () => {
  const guest = populated();
  const [d, empty] = [guest.open("d", 2, ALL & ~64n), guest.open("empty", 2, ALL & ~64n)];
  expect(guest.call("path_rename", d, "inner", empty, "moved")).toBe(0);
  expect(guest.call("path_link", empty, 0, "moved", d, "back")).toBe(0);
  expect([filestat(guest, "empty/moved")[0], filestat(guest, "d/back")[0], filestat(guest, "d/inner")[0]]).toEqual([
    0,
    0,
    NOENT,
  ]);
});
