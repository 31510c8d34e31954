// Files as a program sees them: reading, writing, holes, sizes, flags of open, what shares an offset, what a full disk does.

import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFCHR,
  S_IFIFO,
  S_IFREG,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../constants.ts";
import { FILE_SIZE_MAX } from "../disk/content.ts";
import { fsck } from "../disk/fsck.ts";
import { TRACE_FD } from "../disk/layout.ts";
import {
  EBADF,
  EEXIST,
  EFBIG,
  EINVAL,
  EISDIR,
  ELOOP,
  EMFILE,
  ENFILE,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  ENOTSUP,
  ENXIO,
  ESPIPE,
} from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { countSteps } from "./cut-recorder.ts";
import type { System } from "./system.ts";
import { newStat, type Statfs } from "./types.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

function open(sys: System, path: string, flags = O_RDWR | O_CREAT, mode = 0o644): number {
  return sys.open(AT_FDCWD, encode(path), flags, mode);
}

function put(sys: System, fd: number, text: string): number {
  const bytes = encode(text);
  return sys.write(fd, bytes, 0, bytes.length);
}

function get(sys: System, fd: number, length: number, position?: number): string {
  const bytes = new Uint8Array(length);
  const count = position === undefined ? sys.read(fd, bytes, 0, length) : sys.pread(fd, bytes, 0, length, position);
  if (count < 0) throw new Error(`errno ${-count}`);
  return decode(bytes.subarray(0, count));
}

function contentOf(sys: System, path: string): string {
  const fd = open(sys, path, O_RDONLY);
  const text = get(sys, fd, statOf(sys, path).size + 1);
  sys.close(fd);
  return text;
}

function statOf(sys: System, path: string, follow = true) {
  const stat = newStat();
  expect(sys.stat(AT_FDCWD, encode(path), follow, stat)).toBe(0);
  return stat;
}

function statfs(sys: System): Statfs {
  const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  expect(sys.statfs(out)).toBe(0);
  return out;
}

/** A process in an empty directory that has its first block already: what is created and removed in it costs nothing. */
function warmSystem(size = 64 * MIB): System {
  const sys = testSystem(size);
  sys.close(open(sys, "first"));
  sys.unlink(AT_FDCWD, encode("first"));
  return sys;
}

function expectHealthy(sys: System): void {
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
}

test("what is written is read back, at any place, over block borders", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) ^ (i >>> 8));
  expect(sys.write(fd, bytes, 0, bytes.length)).toBe(bytes.length);
  for (const [at, length] of [
    [0, 1],
    [4095, 2],
    [36_863, 4098],
    [0, 200_000],
    [199_999, 1],
    [150_000, 100_000],
    [200_000, 10],
    [1e9, 10],
  ]) {
    const into = new Uint8Array(length + 2).fill(0xaa);
    const expected = bytes.subarray(at, at + length);
    expect(sys.pread(fd, into, 1, length, at)).toBe(expected.length);
    expect(Buffer.compare(into.subarray(1, 1 + expected.length), expected)).toBe(0);
    expect([into[0], into[1 + expected.length]]).toEqual([0xaa, 0xaa]);
  }
});

test("the offset is the fd's, pread and pwrite leave it alone", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  expect(put(sys, fd, "hello world")).toBe(11);
  expect(get(sys, fd, 5)).toBe("");
  expect(sys.lseek(fd, 0, SEEK_SET)).toBe(0);
  expect(get(sys, fd, 5)).toBe("hello");
  expect(get(sys, fd, 5, 6)).toBe("world");
  expect(sys.pwrite(fd, encode("W"), 0, 1, 6)).toBe(1);
  expect(get(sys, fd, 100)).toBe(" World");
  expect(sys.lseek(fd, -3, SEEK_CUR)).toBe(8);
  expect(sys.lseek(fd, 2, SEEK_END)).toBe(13);
  expect(get(sys, fd, 5)).toBe("");
  expect(sys.lseek(fd, -100, SEEK_CUR)).toBe(-EINVAL);
  expect(sys.lseek(fd, 0, 7)).toBe(-EINVAL);
  expect(sys.lseek(fd, Number.NaN, SEEK_SET)).toBe(-EINVAL);
  expect(sys.pread(fd, new Uint8Array(1), 0, 1, -1)).toBe(-EINVAL);
});

test("access modes hold", () => {
  const sys = testSystem();
  open(sys, "f");
  const reader = open(sys, "f", O_RDONLY);
  const writer = open(sys, "f", O_WRONLY);
  expect(put(sys, reader, "x")).toBe(-EBADF);
  expect(sys.read(writer, new Uint8Array(1), 0, 1)).toBe(-EBADF);
  expect(sys.ftruncate(reader, 0)).toBe(-EINVAL);
  expect(sys.fallocate(reader, 0, 10)).toBe(-EBADF);
  for (const fd of [99, -1, 5000, Number.NaN]) {
    expect(sys.read(fd, new Uint8Array(1), 0, 1)).toBe(-EBADF);
    expect(sys.close(fd)).toBe(-EBADF);
    expect(sys.fstat(fd, newStat())).toBe(-EBADF);
    expect(sys.dup(fd)).toBe(-EBADF);
    expect(sys.fsync(fd)).toBe(-EBADF);
  }
});

test("O_APPEND writes at the end, wherever the offset stands and whoever else writes", () => {
  const sys = testSystem();
  const a = open(sys, "log", O_CREAT | O_WRONLY | O_APPEND);
  const b = open(sys, "log", O_RDWR | O_APPEND);
  put(sys, a, "one ");
  put(sys, b, "two ");
  expect(sys.lseek(a, 0, SEEK_SET)).toBe(0);
  put(sys, a, "three");
  expect(contentOf(sys, "log")).toBe("one two three");
  expect(sys.lseek(a, 0, SEEK_CUR)).toBe(13);
  expect(sys.setFlags(b, 0)).toBe(0);
  expect(sys.getFlags(b)).toBe(O_RDWR);
  put(sys, b, "!!!!"); // no longer at the end: at its own offset
  expect(contentOf(sys, "log")).toBe("one two !!!!e");
  expect(sys.setFlags(b, O_APPEND | O_NONBLOCK | O_TRUNC)).toBe(0);
  expect(sys.getFlags(b)).toBe(O_RDWR | O_APPEND | O_NONBLOCK);
});

test("O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY and O_NOFOLLOW", () => {
  const sys = testSystem();
  expect(open(sys, "f", O_RDONLY)).toBe(-ENOENT);
  const fd = open(sys, "f", O_CREAT | O_EXCL | O_WRONLY, 0o600);
  put(sys, fd, "content");
  expect(statOf(sys, "f").mode).toBe(S_IFREG | 0o600);
  expect(open(sys, "f", O_CREAT | O_EXCL | O_WRONLY)).toBe(-EEXIST);
  expect(open(sys, "f", O_RDONLY | O_DIRECTORY)).toBe(-ENOTDIR);
  expect(open(sys, "f", O_CREAT | O_DIRECTORY)).toBe(-EINVAL);
  expect(open(sys, "f", O_RDONLY | O_TRUNC)).toBeGreaterThan(0);
  expect(statOf(sys, "f").size).toBe(7); // a reader truncates nothing
  expect(open(sys, "f", O_WRONLY | O_TRUNC)).toBeGreaterThan(0);
  expect(statOf(sys, "f").size).toBe(0);

  sys.mkdir(AT_FDCWD, encode("d"), 0o755);
  expect(open(sys, "d", O_RDONLY | O_DIRECTORY)).toBeGreaterThan(0);
  for (const flags of [O_WRONLY, O_RDWR, O_CREAT, O_TRUNC]) expect(open(sys, "d", flags), `${flags}`).toBe(-EISDIR);
  expect(sys.read(open(sys, "d", O_RDONLY), new Uint8Array(1), 0, 1)).toBe(-EISDIR);

  sys.symlink(encode("f"), AT_FDCWD, encode("l"));
  sys.symlink(encode("nowhere"), AT_FDCWD, encode("dangling"));
  expect(open(sys, "l", O_RDONLY | O_NOFOLLOW)).toBe(-ELOOP);
  expect(open(sys, "l", O_RDONLY | O_NOFOLLOW | O_DIRECTORY)).toBe(-ENOTDIR);
  expect(open(sys, "dangling", O_CREAT | O_EXCL)).toBe(-EEXIST);
  expect(open(sys, "dangling", O_CREAT | O_NOFOLLOW)).toBe(-ELOOP);
  expect(open(sys, "dangling", O_RDONLY)).toBe(-ENOENT);
  expect(open(sys, "dangling", O_CREAT | O_WRONLY)).toBeGreaterThan(0);
  expect(statOf(sys, "nowhere").size).toBe(0);
});

test("the umask takes bits from new files and directories", () => {
  const sys = testSystem();
  expect(sys.umask(0o027)).toBe(0o022);
  open(sys, "f", O_CREAT, 0o777);
  sys.mkdir(AT_FDCWD, encode("d"), 0o777);
  expect(statOf(sys, "f").mode & 0o777).toBe(0o750);
  expect(statOf(sys, "d").mode & 0o777).toBe(0o750);
  expect(sys.umask(0)).toBe(0o027);
});

test("holes read as zeros and cost nothing; what is cut off does not come back", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  put(sys, fd, "x".repeat(10_000));
  expect(sys.ftruncate(fd, 5000)).toBe(0);
  expect(sys.ftruncate(fd, 20_000)).toBe(0);
  expect(get(sys, fd, 20_000, 0)).toBe("x".repeat(5000) + "\0".repeat(15_000));
  expect(statOf(sys, "f").blocks).toBe(16);
  expect(sys.pwrite(fd, encode("end"), 0, 3, 100_000)).toBe(3);
  expect(get(sys, fd, 200_000, 19_990)).toBe(`${"\0".repeat(80_010)}end`);
  expect(statOf(sys, "f")).toMatchObject({ size: 100_003, blocks: 32 });
  expect(sys.truncate(AT_FDCWD, encode("f"), 0)).toBe(0);
  expect(statOf(sys, "f").blocks).toBe(0);
  expect(sys.truncate(AT_FDCWD, encode("f"), -1)).toBe(-EINVAL);
  expect(sys.truncate(AT_FDCWD, encode("/tmp"), 0)).toBe(-EISDIR);
  expect(sys.truncate(AT_FDCWD, encode("/dev/null"), 0)).toBe(-EINVAL);
  expectHealthy(sys);
});

test("files may be larger than 2 GiB, 4 GiB and the disk, up to a limit", () => {
  const sys = warmSystem();
  const fd = open(sys, "sparse");
  const before = statfs(sys).freeBlocks;
  for (const place of [2 * GIB - 2, 4 * GIB - 2, 4 * GIB + 4095, 1000 * GIB]) {
    expect(sys.pwrite(fd, encode("here"), 0, 4, place)).toBe(4);
    expect(get(sys, fd, 6, place - 1)).toBe("\0here");
    expect(statOf(sys, "sparse").size).toBe(place + 4);
  }
  expect(sys.lseek(fd, 0, SEEK_END)).toBe(1000 * GIB + 4);
  expect(sys.ftruncate(fd, 4 * GIB)).toBe(0);
  expect(get(sys, fd, 10, 4 * GIB - 3)).toBe("\0he");
  expect(sys.ftruncate(fd, FILE_SIZE_MAX)).toBe(0);
  expect(sys.ftruncate(fd, FILE_SIZE_MAX + 1)).toBe(-EFBIG);
  expect(sys.pwrite(fd, encode("xy"), 0, 2, FILE_SIZE_MAX - 1)).toBe(-EFBIG);
  expect(sys.pwrite(fd, encode("y"), 0, 1, FILE_SIZE_MAX - 1)).toBe(1);
  expectHealthy(sys);
  sys.close(fd);
  sys.unlink(AT_FDCWD, encode("sparse"));
  expect(statfs(sys).freeBlocks).toBe(before);
});

test("100,000 small appends: the last takes no more steps than an early one", () => {
  const sys = testSystem();
  const fd = open(sys, "log", O_CREAT | O_WRONLY | O_APPEND);
  const line = encode("a line\n");
  const append = (count: number) => {
    for (let i = 0; i < count; i++) sys.write(fd, line, 0, line.length);
  };
  append(20_000);
  const early = countSteps(sys.machine.disk.memory, () => append(1000));
  append(78_000);
  const late = countSteps(sys.machine.disk.memory, () => append(1000));
  expect(statOf(sys, "log").size).toBe(700_000);
  expect(late).toBeLessThan(1.2 * early);
});

test("times: created, changed, read, set, in nanoseconds", () => {
  const sys = testSystem();
  const before = Date.now() / 1000;
  const fd = open(sys, "f");
  const { mtimeSec, mtimeNsec, ctimeSec } = statOf(sys, "f");
  expect(Math.abs(mtimeSec - before)).toBeLessThan(5);
  expect(Number.isInteger(mtimeSec) && Number.isInteger(mtimeNsec) && mtimeNsec < 1e9).toBe(true);
  expect(ctimeSec).toBe(mtimeSec);
  expect(sys.futimens(fd, { sec: -1, nsec: 999_999_999 }, { sec: 2 ** 33, nsec: 1 })).toBe(0);
  expect(statOf(sys, "f")).toMatchObject({ atimeSec: -1, atimeNsec: 999_999_999, mtimeSec: 2 ** 33, mtimeNsec: 1 });
  expect(sys.utimens(AT_FDCWD, encode("f"), true, null, { sec: 5, nsec: 6 })).toBe(0);
  expect(statOf(sys, "f")).toMatchObject({ atimeSec: -1, mtimeSec: 5, mtimeNsec: 6 });
  get(sys, fd, 1);
  expect(statOf(sys, "f").atimeSec).toBeGreaterThan(before - 5); // older than the last change: moved
  put(sys, fd, "x");
  expect(statOf(sys, "f").mtimeSec).toBeGreaterThan(before - 5);
});

test("chmod, chown and their forms for fds and links", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  sys.symlink(encode("f"), AT_FDCWD, encode("l"));
  expect(sys.chmod(AT_FDCWD, encode("l"), 0o4711)).toBe(0);
  expect(statOf(sys, "f").mode).toBe(S_IFREG | 0o4711);
  expect(sys.fchmod(fd, 0o600)).toBe(0);
  expect(statOf(sys, "f").mode).toBe(S_IFREG | 0o600);
  expect(sys.chown(AT_FDCWD, encode("l"), 65_535, -1, true)).toBe(0);
  expect(statOf(sys, "f")).toMatchObject({ uid: 65_535, gid: 1000 });
  expect(sys.fchown(fd, -1, 7)).toBe(0);
  expect(statOf(sys, "f")).toMatchObject({ uid: 65_535, gid: 7 });
  expect(sys.chown(AT_FDCWD, encode("l"), 1, 2, false)).toBe(0);
  expect(statOf(sys, "l", false)).toMatchObject({ uid: 1, gid: 2 });
  expect(statOf(sys, "f").uid).toBe(65_535);
  expect(sys.chmod(AT_FDCWD, encode("nothing"), 0)).toBe(-ENOENT);
});

test("a file lives on without a name until its last fd closes", () => {
  const sys = warmSystem();
  const before = statfs(sys);
  const fd = open(sys, "f");
  put(sys, fd, "still here".repeat(2000));
  const other = sys.dup(fd);
  expect(sys.unlink(AT_FDCWD, encode("f"))).toBe(0);
  expect(open(sys, "f", O_RDONLY)).toBe(-ENOENT);
  const stat = newStat();
  sys.fstat(fd, stat);
  expect(stat).toMatchObject({ nlink: 0, size: 20_000 });
  sys.close(fd);
  expect(get(sys, other, 10, 0)).toBe("still here");
  expect(put(sys, other, "more")).toBe(4);
  expectHealthy(sys);
  sys.close(other);
  expect(statfs(sys)).toEqual(before);
});

test("dup shares the offset, another open does not", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  put(sys, fd, "0123456789");
  sys.lseek(fd, 0, SEEK_SET);
  const twin = sys.dup(fd);
  const own = open(sys, "f", O_RDONLY);
  expect(get(sys, fd, 3)).toBe("012");
  expect(get(sys, twin, 3)).toBe("345");
  expect(get(sys, own, 3)).toBe("012");
  expect(sys.isSameFile(fd, twin)).toBe(true);
  expect(sys.isSameFile(fd, own)).toBe(false);
  sys.close(fd);
  expect(get(sys, twin, 3)).toBe("678");
});

test("fds are the lowest free ones; dup2 replaces; the table has an end", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  expect(fd).toBe(3);
  expect(sys.dup(fd, 10)).toBe(10);
  expect(sys.dup(fd)).toBe(4);
  sys.close(3);
  expect(open(sys, "g")).toBe(3);
  expect(sys.dup2(4, 3)).toBe(3);
  expect(sys.isSameFile(3, 10)).toBe(true);
  expect(sys.dup2(4, 4)).toBe(4);
  expect(sys.dup2(4, TRACE_FD - 1)).toBe(TRACE_FD - 1);
  expect(sys.dup2(4, TRACE_FD)).toBe(-EBADF);
  expect(sys.dup2(4, -1)).toBe(-EBADF);
  expect(sys.dup2(77, 5)).toBe(-EBADF);
  let last = 0;
  for (let next = 0; next >= 0; next = sys.dup(4)) last = next;
  expect(last).toBe(TRACE_FD - 2);
  expect(sys.dup(4)).toBe(-EMFILE);
  const before = statfs(sys).freeInodes;
  expect(open(sys, "new")).toBe(-EMFILE);
  expect(sys.openUnnamed()).toBe(-EMFILE);
  expect(sys.pipe([0, 0])).toBe(-EMFILE);
  expect(statfs(sys).freeInodes).toBe(before); // nothing was created
  expect(open(sys, "f", O_WRONLY | O_TRUNC)).toBe(-EMFILE);
});

test("a full open-file table refuses and leaves nothing behind", () => {
  const first = testSystem();
  put(first, open(first, "kept"), "content");
  const systems = [first];
  // 1,000 open files in each of several processes, until the table (8,192) is full.
  let result = 0;
  while (result >= 0) {
    const sys = first.fork();
    if (typeof sys === "number") throw new Error("no process");
    systems.push(sys);
    for (let i = 0; i < 1000 && result >= 0; i++) result = open(sys, "/dev/null", O_RDONLY);
  }
  expect(result).toBe(-ENFILE);
  const sys = systems.at(-1)!;
  const before = statfs(sys);
  expect(open(sys, "kept", O_WRONLY | O_TRUNC)).toBe(-ENFILE);
  expect(statOf(sys, "kept").size).toBe(7);
  expect(open(sys, "new")).toBe(-ENFILE);
  expect(sys.pipe([0, 0])).toBe(-ENFILE);
  sys.close(0); // not the last reference: no room yet
  expect(sys.pipe([0, 0])).toBe(-ENFILE);
  for (let i = 1; i <= 3; i++) {
    sys.close(3 + i);
    // With one entry free a pipe finds room for only one of its ends; with two it is made.
    expect(sys.pipe([0, 0]) < 0, `${i} free`).toBe(i === 1);
    if (i > 1) break;
  }
  expect(statfs(sys)).toEqual(before);
  for (const system of systems.slice(1)) system.exit(0);
  expectHealthy(first);
  expect(open(first, "new")).toBeGreaterThan(0);
});

test("close-on-exec goes with the fd, not with the file", () => {
  const sys = testSystem();
  const fd = open(sys, "f", O_CREAT | O_RDWR | O_CLOEXEC);
  const twin = sys.dup(fd);
  const marked = sys.dup(fd);
  expect(sys.setCloexec(marked, true)).toBe(0);
  expect(sys.setCloexec(55, true)).toBe(-EBADF);
  sys.closeOnExec();
  expect(sys.getFlags(fd)).toBe(-EBADF);
  expect(sys.getFlags(marked)).toBe(-EBADF);
  expect(put(sys, twin, "x")).toBe(1);
  expect(sys.getFlags(0)).toBe(O_RDWR);
});

test("an unnamed file takes another's place at once", () => {
  const sys = warmSystem();
  const before = statfs(sys);
  const old = open(sys, "f", O_CREAT | O_RDWR, 0o640);
  put(sys, old, "old content");
  sys.link(AT_FDCWD, encode("f"), AT_FDCWD, encode("other-name"), false);
  const { ino } = statOf(sys, "f");
  const fd = sys.openUnnamed();
  put(sys, fd, "new content, and longer ".repeat(500));
  expect(contentOf(sys, "f")).toBe("old content");
  expect(sys.publish(fd, AT_FDCWD, encode("f"), 0o777)).toBe(0);
  expect(contentOf(sys, "other-name")).toBe("new content, and longer ".repeat(500));
  expect(statOf(sys, "f")).toMatchObject({ ino, nlink: 2, mode: S_IFREG | 0o640, size: 12_000 });
  expect(get(sys, old, 3, 0)).toBe("new"); // whoever had it open sees the new one too
  expect(sys.publish(fd, AT_FDCWD, encode("fresh"), 0o666)).toBe(0);
  expect(contentOf(sys, "fresh")).toBe("old content");
  expect(statOf(sys, "fresh").mode).toBe(S_IFREG | 0o644);
  expect(sys.publish(fd, AT_FDCWD, encode("/tmp"), 0o666)).toBe(-EISDIR);
  expect(sys.publish(fd, AT_FDCWD, encode("x/"), 0o666)).toBe(-EISDIR);
  expect(sys.publish(fd, AT_FDCWD, encode("no/x"), 0o666)).toBe(-ENOENT);
  expect(sys.publish(fd, AT_FDCWD, encode("/dev/null"), 0o666)).toBe(-EINVAL);
  expect(sys.publish(old, AT_FDCWD, encode("fresh"), 0o666)).toBe(-EINVAL); // it has a name
  expectHealthy(sys);
  for (const open of [fd, old]) sys.close(open);
  for (const name of ["f", "other-name", "fresh"]) sys.unlink(AT_FDCWD, encode(name));
  expect(statfs(sys)).toEqual(before);
});

test("devices", () => {
  const sys = testSystem();
  const bytes = new Uint8Array(new SharedArrayBuffer(200_000)).fill(1);
  const device = (name: string) => open(sys, `/dev/${name}`, O_RDWR);
  expect(statOf(sys, "/dev/null").mode).toBe(S_IFCHR | 0o666);
  expect(sys.read(device("null"), bytes, 0, 100)).toBe(0);
  expect(sys.write(device("null"), bytes, 0, 100)).toBe(100);
  expect(sys.read(device("zero"), bytes, 0, 100)).toBe(100);
  expect(bytes.subarray(0, 101).indexOf(1)).toBe(100);
  expect(sys.write(device("full"), bytes, 0, 100)).toBe(-ENOSPC);
  expect(sys.read(device("urandom"), bytes, 0, bytes.length)).toBe(bytes.length);
  expect(new Set(bytes.subarray(190_000)).size).toBe(256);
  expect(sys.read(device("random"), bytes, 0, 0)).toBe(0);
  expect(device("tty")).toBe(-ENXIO);
  expect(sys.lseek(device("null"), 5, SEEK_SET)).toBe(0);
  expect(open(sys, "/dev/null/", O_RDONLY)).toBe(-ENOTDIR);
  expect(open(sys, "/dev/null", O_RDONLY | O_DIRECTORY)).toBe(-ENOTDIR);
  expect(open(sys, "/dev/null", O_WRONLY | O_CREAT | O_TRUNC)).toBeGreaterThan(0);
});

test("/dev/stdin, stdout and stderr are the process's own fds", () => {
  const sys = testSystem();
  const fd = open(sys, "f");
  put(sys, fd, "0123456789");
  sys.lseek(fd, 4, SEEK_SET);
  sys.dup2(fd, 0);
  const copy = open(sys, "/dev/stdin", O_RDONLY);
  expect(get(sys, copy, 3)).toBe("456");
  expect(get(sys, fd, 3)).toBe("789");
  sys.close(2);
  expect(open(sys, "/dev/stderr", O_WRONLY)).toBe(-ENOENT);
});

test("removing a device frees its inode and nothing else", () => {
  const sys = warmSystem();
  const before = statfs(sys);
  expect(sys.mknod(AT_FDCWD, encode("mine"), 0o666, 2)).toBe(0);
  expect(sys.unlink(AT_FDCWD, encode("mine"))).toBe(0);
  expect(statfs(sys)).toEqual(before);
  expectHealthy(sys);
});

test("fstat of a pipe; calls that pipes refuse", () => {
  const sys = testSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  put(sys, ends[1], "abc");
  const stat = newStat();
  expect(sys.fstat(ends[0], stat)).toBe(0);
  expect(stat).toMatchObject({ mode: S_IFIFO | 0o600, size: 3 });
  expect(sys.lseek(ends[0], 0, SEEK_CUR)).toBe(-ESPIPE);
  expect(sys.pread(ends[0], new Uint8Array(1), 0, 1, 0)).toBe(-ESPIPE);
  expect(sys.pwrite(ends[1], new Uint8Array(1), 0, 1, 0)).toBe(-ESPIPE);
  expect(sys.ftruncate(ends[1], 0)).toBe(-EINVAL);
  expect(sys.fallocate(ends[1], 0, 1)).toBe(-ESPIPE);
  expect(sys.fchmod(ends[0], 0)).toBe(-ENOTSUP);
  expect(sys.open(ends[0], encode("x"), O_RDONLY, 0)).toBe(-ENOTDIR);
});

test("fallocate takes its blocks, and none when there are not enough", () => {
  const sys = testSystem(2 * MIB);
  const fd = open(sys, "f");
  put(sys, fd, "kept");
  expect(sys.fallocate(fd, 3, 300_000)).toBe(0);
  expect(statOf(sys, "f").size).toBe(300_003);
  expect(get(sys, fd, 300_003, 0)).toBe(`kept${"\0".repeat(299_999)}`);
  const before = statfs(sys);
  expect(sys.fallocate(fd, 0, 20 * MIB)).toBe(-ENOSPC);
  expect(statfs(sys)).toEqual(before);
  expect(statOf(sys, "f").size).toBe(300_003);
  expect(sys.fallocate(fd, 0, 0)).toBe(-EINVAL);
  expect(sys.fallocate(fd, -1, 5)).toBe(-EINVAL);
  expect(sys.fallocate(fd, 0, 2 * FILE_SIZE_MAX)).toBe(-EFBIG);
  expectHealthy(sys);
});

test("a full disk says ENOSPC everywhere, leaves files whole, and serves on once there is room", () => {
  const sys = warmSystem(1 * MIB);
  sys.mkdir(AT_FDCWD, encode("d"), 0o755);
  const before = statfs(sys);
  const fd = open(sys, "all");
  const chunk = new Uint8Array(50_000).fill(0x61);
  let total = 0;
  for (let count = 1; count > 0; total += Math.max(count, 0)) count = sys.write(fd, chunk, 0, chunk.length);
  expect(statfs(sys).freeBlocks).toBe(0);
  expect(statOf(sys, "all").size).toBe(total);
  expect(sys.write(fd, chunk, 0, 1)).toBe(-ENOSPC);
  expect(sys.pwrite(fd, chunk, 0, 10, 4 * GIB)).toBe(-ENOSPC);
  const overwritten = new Uint8Array(total).fill(0x62);
  expect(sys.pwrite(fd, overwritten, 0, total, 0)).toBe(total); // what is there can be overwritten
  expect(get(sys, fd, 5, total - 5)).toBe("bbbbb");
  expect(sys.symlink(encode("target"), AT_FDCWD, encode("d/l"))).toBe(-ENOSPC);
  expect(sys.mkdir(AT_FDCWD, encode("d/sub"), 0o755)).toBe(-ENOSPC);
  expect(open(sys, "d/f")).toBe(-ENOSPC);
  expect(sys.link(AT_FDCWD, encode("all"), AT_FDCWD, encode("d/all"), false)).toBe(-ENOSPC);
  expect(sys.rename(AT_FDCWD, encode("all"), AT_FDCWD, encode("d/all"))).toBe(-ENOSPC);
  expect(statOf(sys, "all")).toMatchObject({ nlink: 1, size: total });
  expect(sys.publish(sys.openUnnamed(), AT_FDCWD, encode("d/p"), 0o644)).toBe(-ENOSPC);
  // What needs no block still works.
  expect(open(sys, "empty")).toBeGreaterThan(0);
  expect(sys.rename(AT_FDCWD, encode("all"), AT_FDCWD, encode("renamed"))).toBe(0);
  expect(sys.ftruncate(fd, total + 1e6)).toBe(0);
  expectHealthy(sys);
  expect(sys.unlink(AT_FDCWD, encode("renamed"))).toBe(0);
  expect(sys.unlink(AT_FDCWD, encode("empty"))).toBe(0);
  for (let open = 3; open < 10; open++) sys.close(open);
  expect(statfs(sys)).toEqual(before);
  expect(open(sys, "d/f")).toBeGreaterThan(0);
  expectHealthy(sys);
});

test("inodes run out too", () => {
  const sys = testSystem(1 * MIB);
  const before = statfs(sys);
  let count = 0;
  while (true) {
    const fd = open(sys, `file-${count}`);
    if (fd < 0) {
      expect(fd).toBe(-ENOSPC);
      break;
    }
    sys.close(fd);
    count++;
  }
  expect(count).toBe(
    before.freeInodes - (statfs(sys).freeInodes + (sys.machine.disk.inodes.get(statOf(sys, ".").ino, 17) ? 1 : 0)),
  );
  expectHealthy(sys);
  for (let i = 0; i < count; i++) expect(sys.unlink(AT_FDCWD, encode(`file-${i}`))).toBe(0);
  sys.chdir(encode("/"));
  expect(sys.rmdir(AT_FDCWD, encode("/home/user"))).toBe(0);
  expect(statfs(sys).freeInodes).toBe(before.freeInodes + 1);
  expectHealthy(sys);
});
