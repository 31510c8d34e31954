import { encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { ALL, DIR, openPipe, READ, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, EXIST, FAULT, ILSEQ, INVAL, ISDIR, LOOP, MFILE, NAMETOOLONG, NOENT, NOTDIR, PERM, NOTCAPABLE] = [
  8, 20, 21, 25, 28, 31, 32, 33, 37, 44, 54, 63, 76,
];
const [CREAT, DIRECTORY, EXCL, TRUNC] = [1, 2, 4, 8];
const [FD_READ, FD_WRITE, FD_READDIR] = [2n, 64n, 0x4000n];
const [PATH_CREATE_FILE, PATH_OPEN, PATH_FILESTAT_SET_SIZE] = [0x400n, 0x2000n, 0x80000n];
const FOLLOW = 1;

/** path_open in the scratch directory: its errno. */
function open(guest: TestGuest, path: string, oflags = 0, rights = READ, lookupflags = FOLLOW, fdflags = 0): number {
  return guest.call("path_open", DIR, lookupflags, path, oflags, rights, 0n, fdflags, guest.room(4));
}

test("an opened file gets the lowest free fd", () => {
  const guest = testGuest();
  guest.file("f", "x");
  expect([guest.open("f"), guest.open("f"), guest.open("f")]).toEqual([4, 5, 6]);
  guest.call("fd_close", 5);
  expect(guest.open("f")).toBe(5);
});

test("oflags: CREAT, EXCL, TRUNC, DIRECTORY", () => {
  const guest = testGuest();
  expect(open(guest, "f")).toBe(NOENT);
  expect(open(guest, "f", CREAT)).toBe(0);
  expect(open(guest, "f", CREAT)).toBe(0);
  expect(open(guest, "f", CREAT | EXCL)).toBe(EXIST);
  guest.file("f", "content");
  const fd = guest.open("f", TRUNC, ALL);
  expect(guest.read(fd, 9)).toEqual([0, ""]);
  guest.file("f", "content");
  const reader = guest.open("f", TRUNC, FD_READ);
  expect([guest.read(reader, 9), guest.write(reader, "x")[0]]).toEqual([[0, ""], NOTCAPABLE]);
  expect(open(guest, "f", DIRECTORY)).toBe(NOTDIR);
  guest.call("path_create_directory", DIR, "d");
  expect(open(guest, "d", DIRECTORY)).toBe(0);
  expect(open(guest, "d", CREAT)).toBe(ISDIR);
  expect(open(guest, "d", CREAT | EXCL)).toBe(EXIST);
  for (const with_ of [CREAT, EXCL, TRUNC]) expect(open(guest, "d", DIRECTORY | with_)).toBe(INVAL);
});

test("the rights to read and to write decide the mode", () => {
  const guest = testGuest();
  guest.file("f", "x");
  expect(guest.read(guest.open("f", 0, FD_READ), 1)).toEqual([0, "x"]);
  expect(guest.write(guest.open("f", 0, FD_WRITE), "y")).toEqual([0, 1]);
  const both = guest.open("f", 0, FD_READ | FD_WRITE);
  expect([guest.read(both, 1)[0], guest.write(both, "z")[0]]).toEqual([0, 0]);
  guest.call("path_create_directory", DIR, "d");
  expect(open(guest, "d", 0, FD_READ | FD_WRITE)).toBe(ISDIR);
  expect(open(guest, "d", DIRECTORY, FD_WRITE)).toBe(ISDIR);
  expect(open(guest, "d", 0, FD_READ | FD_READDIR)).toBe(0);
});

test("all 64 bits of rights may be asked for: what no file has is left out", () => {
  const guest = testGuest();
  const out = guest.room(4);
  expect(guest.call("path_open", DIR, 0, "f", CREAT, -1n, -1n, 0, out)).toBe(0);
  const stat = guest.room(24);
  guest.call("fd_fdstat_get", guest.u32(out), stat);
  expect(guest.u64(stat + 8) & (FD_READ | FD_WRITE)).toBe(FD_READ | FD_WRITE);
  expect(guest.u64(stat + 8) >> 28n).toBe(0n);
});

test("a directory passes on no right that it hasn't to pass on", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const out = guest.room(4);
  const inDir = (fd: number, oflags: number, base: bigint, inheriting = 0n): number =>
    guest.call("path_open", fd, 0, "f", oflags, base, inheriting, 0, out);
  const restricted = (base: bigint, inheriting: bigint): number => {
    const fd = guest.open(".", DIRECTORY, ALL & ~FD_WRITE);
    expect(guest.call("fd_fdstat_set_rights", fd, base, inheriting)).toBe(0);
    return fd;
  };
  const readers = restricted(PATH_OPEN | PATH_CREATE_FILE, FD_READ);
  expect(inDir(readers, 0, FD_READ)).toBe(0);
  expect(inDir(readers, 0, FD_READ | FD_WRITE)).toBe(NOTCAPABLE);
  expect(inDir(readers, 0, FD_READ, FD_WRITE)).toBe(NOTCAPABLE);
  expect(inDir(readers, TRUNC, FD_READ)).toBe(NOTCAPABLE);
  expect(inDir(readers, CREAT, FD_READ)).toBe(0);
  expect(inDir(restricted(PATH_OPEN | PATH_FILESTAT_SET_SIZE, FD_READ), TRUNC, FD_READ)).toBe(0);
  expect(inDir(restricted(PATH_OPEN, FD_READ), CREAT, FD_READ)).toBe(NOTCAPABLE);
  expect(inDir(restricted(0n, FD_READ), 0, FD_READ)).toBe(NOTCAPABLE);
});

test("a directory opened without rights passes on all; one that names some, reading and writing as it names them", () => {
  const guest = testGuest();
  guest.file("f", "x");
  const out = guest.room(4);
  const inDirectory = (base: bigint, inheriting: bigint, asked: bigint): number => {
    expect(guest.call("path_open", DIR, 0, ".", DIRECTORY, base, inheriting, 0, out)).toBe(0);
    return guest.call("path_open", guest.u32(out), 0, "f", 0, asked, 0n, 0, out);
  };
  expect(inDirectory(0n, 0n, FD_READ | FD_WRITE)).toBe(0);
  expect(inDirectory(PATH_OPEN, FD_READ, FD_READ)).toBe(0);
  expect(inDirectory(PATH_OPEN, FD_READ, FD_READ | FD_WRITE)).toBe(NOTCAPABLE);
  expect(inDirectory(PATH_OPEN, FD_WRITE, FD_READ)).toBe(NOTCAPABLE);
  expect(inDirectory(PATH_OPEN, PATH_OPEN, FD_READ)).toBe(NOTCAPABLE);
});

test("the directory fd must be an open directory", () => {
  const guest = testGuest();
  guest.file("f");
  const out = guest.room(4);
  const from = (fd: number): number => guest.call("path_open", fd, 0, "f", CREAT, READ, 0n, 0, out);
  expect(from(guest.open("f"))).toBe(NOTDIR);
  expect(from(0)).toBe(NOTDIR);
  expect(from(openPipe(guest)[0])).toBe(NOTDIR);
  expect(from(99)).toBe(BADF);
  expect(from(-100)).toBe(BADF);
});

test("unknown flags are EINVAL", () => {
  const guest = testGuest();
  guest.file("f");
  expect(open(guest, "f", 16)).toBe(INVAL);
  expect(open(guest, "f", 0, READ, 2)).toBe(INVAL);
  expect(open(guest, "f", 0, READ, FOLLOW, 32)).toBe(INVAL);
});

test("symlinks are followed when SYMLINK_FOLLOW says so, else ELOOP", () => {
  const guest = testGuest();
  guest.file("f", "x");
  guest.call("path_symlink", "f", DIR, "link");
  guest.call("path_symlink", "nothing", DIR, "dangling");
  guest.call("path_symlink", "loop", DIR, "loop");
  expect(open(guest, "link")).toBe(0);
  expect(open(guest, "link", 0, READ, 0)).toBe(LOOP);
  guest.call("path_create_directory", DIR, "d");
  guest.call("path_symlink", "d", DIR, "to-d");
  for (const link of ["link", "to-d", "dangling"]) expect(open(guest, link, DIRECTORY, READ, 0)).toBe(LOOP);
  expect([open(guest, "to-d/", DIRECTORY, READ, 0), open(guest, "f", DIRECTORY, READ, 0)]).toEqual([0, NOTDIR]);
  expect(open(guest, "dangling")).toBe(NOENT);
  expect(open(guest, "dangling", 0, READ, 0)).toBe(LOOP);
  expect(open(guest, "dangling", CREAT | EXCL)).toBe(EXIST);
  expect(open(guest, "loop")).toBe(LOOP);
  expect(open(guest, "loop/x")).toBe(LOOP);
  expect(open(guest, "dangling", CREAT)).toBe(0);
  expect(guest.filetype("nothing")).toBe(4);
});

test("odd but fine paths", () => {
  const guest = testGuest();
  guest.call("path_create_directory", DIR, "d");
  guest.call("path_create_directory", DIR, "d/e");
  guest.file("d/e/f", "x");
  for (const path of ["d/e/f", "d/.//e/..///e/f", "./d/e/../../d/e/f", "d/../d/e/f"]) expect(open(guest, path)).toBe(0);
  for (const path of [".", "d/", "d/e/", "d/e/..", "d/..", "d//", "./"]) expect(open(guest, path, DIRECTORY)).toBe(0);
});

test("paths that can't be", () => {
  const guest = testGuest();
  guest.file("f");
  expect(open(guest, "")).toBe(NOENT);
  expect(open(guest, "f/")).toBe(NOTDIR);
  expect(open(guest, "f/x")).toBe(NOTDIR);
  expect(open(guest, "f/..")).toBe(NOTDIR);
  expect(open(guest, "new/", CREAT)).toBe(ISDIR);
  expect(open(guest, "none/x", CREAT)).toBe(NOENT);
  expect(open(guest, "f\0")).toBe(INVAL);
  expect(open(guest, "n".repeat(256), CREAT)).toBe(NAMETOOLONG);
  expect(open(guest, "n".repeat(255), CREAT)).toBe(0);
  expect(open(guest, "./".repeat(2048))).toBe(NAMETOOLONG);
  expect(open(guest, `${"./".repeat(2046)}f`)).toBe(0);
  const raw = (bytes: number[]): number =>
    guest.call("path_open", DIR, 0, guest.put(Uint8Array.from(bytes)), bytes.length, CREAT, READ, 0n, 0, guest.room(4));
  for (const bytes of [
    [0xff],
    [0x66, 0x80],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xe2, 0x82],
    [0xf5, 0x80, 0x80, 0x80],
  ]) {
    expect(raw(bytes)).toBe(ILSEQ);
  }
  expect(raw([...encode("ü🦀")])).toBe(0);
});

test("addresses outside the memory are EFAULT, and no fd is left open", () => {
  const guest = testGuest();
  guest.file("f");
  const end = guest.memory.buffer.byteLength;
  expect(guest.call("path_open", DIR, 0, end - 1, 2, 0, READ, 0n, 0, guest.room(4))).toBe(FAULT);
  expect(guest.call("path_open", DIR, 0, -1, 2, 0, READ, 0n, 0, guest.room(4))).toBe(FAULT);
  expect(guest.call("path_open", DIR, 0, "f", 0, READ, 0n, 0, end - 3)).toBe(FAULT);
  expect(guest.open("f")).toBe(4);
});

test("no more fds: EMFILE", () => {
  const guest = testGuest();
  guest.file("f");
  let errno = 0;
  for (let i = 0; i < 10_000 && errno === 0; i++) errno = open(guest, "f");
  expect(errno).toBe(MFILE);
});

test("what leaves the directory is EPERM: absolute, by .., by a symlink", () => {
  const guest = testGuest();
  guest.call("path_create_directory", DIR, "d");
  expect(guest.call("path_symlink", "../../../etc", DIR, "d/out")).toBe(0);
  guest.sys.symlink(encode("/etc"), guest.open("d", DIRECTORY), encode("absolute"));
  for (const path of [
    "/etc/passwd",
    "/",
    "..",
    "../",
    "../x",
    "d/../..",
    "d/../../scratch",
    "d/out",
    "d/out/passwd",
    "d/absolute",
  ]) {
    expect(open(guest, path), path).toBe(PERM);
  }
  expect(open(guest, "d/absolute/passwd", 0, READ, 0)).toBe(PERM);
  const d = guest.open("d", DIRECTORY);
  expect(guest.call("path_open", d, 0, "../d", DIRECTORY, READ, 0n, 0, guest.room(4))).toBe(PERM);
});

test("a host that doesn't confine its programs lets paths lead anywhere", () => {
  const guest = testGuest({ beneath: false });
  for (const path of ["/etc/passwd", "../../../etc/passwd"])
    expect(guest.read(guest.open(path), 4)).toEqual([0, "root"]);
});
