// Names as a program sees them: directories and their listing, links of both kinds, paths, rename, working directories.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR, O_WRONLY, S_IFDIR, S_IFLNK } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import {
  EBADF,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
} from "../errno.ts";
import { testKernel, testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { countSteps } from "./cut-recorder.ts";
import type { System } from "./system.ts";
import { newDirent, newStat, type Statfs } from "./types.ts";

const MIB = 1024 * 1024;

function open(sys: System, path: string, flags = O_RDONLY, dirfd = AT_FDCWD): number {
  return sys.open(dirfd, encode(path), flags, 0o644);
}
function make(sys: System, ...paths: string[]): void {
  for (const path of paths) {
    if (path.endsWith("/")) expect(sys.mkdir(AT_FDCWD, encode(path), 0o755), path).toBe(0);
    else expect(sys.close(open(sys, path, O_CREAT | O_WRONLY)), path).toBe(0);
  }
}
const mkdir = (sys: System, path: string) => sys.mkdir(AT_FDCWD, encode(path), 0o755);
const rmdir = (sys: System, path: string) => sys.rmdir(AT_FDCWD, encode(path));
const unlink = (sys: System, path: string) => sys.unlink(AT_FDCWD, encode(path));
const rename = (sys: System, from: string, to: string) => sys.rename(AT_FDCWD, encode(from), AT_FDCWD, encode(to));
const link = (sys: System, from: string, to: string) => sys.link(AT_FDCWD, encode(from), AT_FDCWD, encode(to), false);
const symlink = (sys: System, target: string, path: string) => sys.symlink(encode(target), AT_FDCWD, encode(path));

function readlink(sys: System, path: string): string | number {
  const into = new Uint8Array(4096);
  const length = sys.readlink(AT_FDCWD, encode(path), into);
  return length < 0 ? length : decode(into.slice(0, length));
}

/** The inode number of a path, or -errno. */
function find(sys: System, path: string, follow = true): number {
  const stat = newStat();
  const result = sys.stat(AT_FDCWD, encode(path), follow, stat);
  return result < 0 ? result : stat.ino;
}

function statOf(sys: System, path: string, follow = true) {
  const stat = newStat();
  expect(sys.stat(AT_FDCWD, encode(path), follow, stat), path).toBe(0);
  return stat;
}

function list(sys: System, path: string): string[] {
  const fd = open(sys, path, O_DIRECTORY);
  const dirent = newDirent();
  const names: string[] = [];
  for (let cookie = 0; sys.readdir(fd, cookie, dirent) === 1; cookie = dirent.cookie) names.push(decode(dirent.name));
  sys.close(fd);
  return names.sort();
}

function statfs(sys: System): Statfs {
  const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  sys.statfs(out);
  return out;
}

function expectHealthy(sys: System): void {
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
}

test("a directory of 100,000 entries: each is found, in as many steps as among few", { timeout: 60_000 }, () => {
  const sys = testSystem(512 * MIB);
  const before = statfs(sys);
  make(sys, "few/", "many/", "few/file-0");
  const name = (i: number) => encode(`many/file-${i}`);
  for (let i = 0; i < 100_000; i++) sys.close(sys.open(AT_FDCWD, name(i), O_CREAT | O_WRONLY, 0o644));
  const stat = newStat();
  let found = 0;
  for (let i = 0; i < 100_000; i++) if (sys.stat(AT_FDCWD, name(i), true, stat) === 0) found++;
  expect(found).toBe(100_000);
  const stepsOf = (paths: Uint8Array[]) =>
    countSteps(sys.machine.disk.memory, () => {
      for (const path of paths) sys.stat(AT_FDCWD, path, true, stat);
    });
  const steps = stepsOf(Array.from({ length: 1000 }, (_, i) => name((i * 7919) % 100_000)));
  const amongFew = stepsOf(Array.from({ length: 1000 }, () => encode("few/file-0")));
  // A linear search would look at a hundred thousand words for each.
  expect(steps).toBeLessThan(2 * amongFew);
  expect(list(sys, "many").length).toBe(100_002);
  expect(find(sys, "many/file-100000")).toBe(-ENOENT);

  // Removing every other while listing: each that stays is told once, no cookie loses its place.
  const fd = open(sys, "many");
  const dirent = newDirent();
  const seen = new Set<string>();
  let removed = 0;
  for (let cookie = 0; sys.readdir(fd, cookie, dirent) === 1; cookie = dirent.cookie) {
    const text = decode(dirent.name);
    expect(seen.has(text)).toBe(false);
    seen.add(text);
    const number = Number(text.slice(5));
    if (number % 2 === 1) removed += sys.unlink(AT_FDCWD, name(number)) === 0 ? 1 : 0;
  }
  expect(seen.size).toBe(100_002);
  expect(removed).toBe(50_000);
  expect(list(sys, "many").length).toBe(50_002);
  expectHealthy(sys);
  for (let i = 0; i < 100_000; i += 2) expect(sys.unlink(AT_FDCWD, name(i)) === 0).toBe(true);
  for (const path of ["many", "few/file-0", "few"])
    expect(unlink(sys, path) === 0 || rmdir(sys, path) === 0).toBe(true);
  sys.close(fd);
  expect(statfs(sys)).toEqual({ ...before, freeBlocks: before.freeBlocks - 1 }); // the home directory's own first block
});

test("cookies hold though the entry they lead to, and its neighbours, go and others come in their place", () => {
  const sys = testSystem();
  make(sys, "d/");
  for (let i = 0; i < 300; i++) make(sys, `d/name-${i}`);
  const fd = open(sys, "d");
  const dirent = newDirent();
  let cookie = 0;
  for (let i = 0; i < 100; i++) {
    expect(sys.readdir(fd, cookie, dirent)).toBe(1);
    cookie = dirent.cookie;
  }
  const told = new Set(list(sys, "d"));
  const rest: string[] = [];
  for (let at = cookie; sys.readdir(fd, at, dirent) === 1; at = dirent.cookie) rest.push(decode(dirent.name));
  for (let i = 0; i < 20; i++) unlink(sys, `d/${rest[i]}`);
  make(sys, "d/a-new-name-that-is-so-long-that-it-takes-the-place-of-several-of-the-removed-ones");
  make(sys, "d/x");
  const again: string[] = [];
  for (let at = cookie; sys.readdir(fd, at, dirent) === 1; at = dirent.cookie) again.push(decode(dirent.name));
  expect(again.filter((name) => told.has(name))).toEqual(rest.slice(20));
  expect(sys.readdir(fd, 1e9, dirent)).toBe(0);
});

test("random names come and go as in a set", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(600), fc.nat(5), fc.nat(600)), { minLength: 500, maxLength: 1500, size: "max" }),
      (calls) => {
        const sys = testKernel(4 * MIB);
        make(sys, "/f", "/d/");
        const names = new Set<string>();
        const nameOf = (n: number) => `${n}`.padEnd(1 + ((n * 37) % 200), "-");
        for (const [a, what, b] of calls) {
          const [from, to] = [nameOf(a), nameOf(b)];
          if (what === 0) {
            expect(unlink(sys, `/d/${from}`)).toBe(names.delete(from) ? 0 : -ENOENT);
          } else if (what === 1) {
            const result = names.has(from) ? 0 : -ENOENT;
            expect(rename(sys, `/d/${from}`, `/d/${to}`)).toBe(result);
            // Names of one inode: renaming one over another does nothing.
            if (result === 0 && !names.has(to)) names.add(to).delete(from);
          } else {
            expect(link(sys, "/f", `/d/${from}`)).toBe(names.has(from) ? -EEXIST : 0);
            names.add(from);
          }
        }
        expect(list(sys, "/d")).toEqual([".", "..", ...names].sort());
        for (let n = 0; n <= 600; n++) expect(find(sys, `/d/${nameOf(n)}`) > 0).toBe(names.has(nameOf(n)));
        expectHealthy(sys);
      },
    ),
    { numRuns: 15 },
  );
});

test("any bytes but a slash and NUL are a name, of up to 255 bytes", () => {
  const sys = testSystem();
  const names = ["ä€😀", "\udcff\udcfe", " ", "-", "\n", "...", "a".repeat(255), "ü".repeat(127), "*?[", "\\"];
  make(sys, ...names);
  expect(list(sys, ".")).toEqual([".", "..", ...names].sort());
  for (const name of names) expect(unlink(sys, name)).toBe(0);
  for (const call of [mkdir, rmdir, unlink, find, open])
    expect(call(sys, "a".repeat(256)), call.name).toBe(-ENAMETOOLONG);
  expect(symlink(sys, "x", "a".repeat(256))).toBe(-ENAMETOOLONG);
  expect(rename(sys, ".", "a".repeat(256))).toBe(-ENAMETOOLONG);
});

test("paths of up to 4,095 bytes", () => {
  const sys = testSystem();
  make(sys, "f");
  expect(find(sys, `${"./".repeat(2047)}f`)).toBe(find(sys, "f"));
  expect(find(sys, `${"./".repeat(2048)}f`)).toBe(-ENAMETOOLONG);
  expect(find(sys, "")).toBe(-ENOENT);
  expect(find(sys, "/".repeat(4095))).toBe(1);
  // A deep tree is reached step by step, and its path is told as long as it fits.
  for (let i = 0; i < 20; i++) {
    expect(mkdir(sys, "n".repeat(250))).toBe(0);
    expect(sys.chdir(encode("n".repeat(250)))).toBe(0);
    const expected = `/home/user${`/${"n".repeat(250)}`.repeat(i + 1)}`;
    expect(decode(sys.getcwd())).toBe(expected.length > 4096 ? "" : expected);
  }
});

test("dots, doubled and trailing slashes", () => {
  const sys = testSystem();
  make(sys, "d/", "d/f");
  const f = find(sys, "d/f");
  for (const path of ["d//f", "./d/./f", "d/../d/f", "//home/user/d/f", "../user/d/f", "/../../home/user/d/f"])
    expect(find(sys, path), path).toBe(f);
  for (const path of ["d/f/", "d/f/.", "d/f/..", "d/f/x"]) expect(find(sys, path), path).toBe(-ENOTDIR);
  expect(find(sys, "d/x/..")).toBe(-ENOENT);
  expect(find(sys, "d/")).toBe(find(sys, "d"));
  expect(mkdir(sys, "e///")).toBe(0);
  expect(open(sys, "new/", O_CREAT | O_WRONLY)).toBe(-EISDIR);
  expect(open(sys, "d/f/", O_CREAT | O_WRONLY)).toBe(-EISDIR);
  expect(open(sys, "no/new/", O_CREAT | O_WRONLY)).toBe(-ENOENT);
  expect(open(sys, "x/", O_CREAT, 77)).toBe(-EBADF);
  expect(unlink(sys, "d/f/")).toBe(-ENOTDIR);
  expect(unlink(sys, "d/")).toBe(-EISDIR);
  expect(link(sys, "d/f", "g/")).toBe(-ENOENT);
  expect(symlink(sys, "x", "g/")).toBe(-ENOENT);
  expect(rmdir(sys, "e/")).toBe(0);
});

test("mkdir and rmdir, and what they refuse", () => {
  const sys = testSystem();
  make(sys, "d/", "d/sub/", "f");
  expect(statOf(sys, "d")).toMatchObject({ mode: S_IFDIR | 0o755, nlink: 3 });
  expect(mkdir(sys, "d")).toBe(-EEXIST);
  expect(mkdir(sys, "f")).toBe(-EEXIST);
  expect(mkdir(sys, "f/x")).toBe(-ENOTDIR);
  expect(mkdir(sys, "no/x")).toBe(-ENOENT);
  expect(mkdir(sys, "/")).toBe(-EEXIST);
  expect(mkdir(sys, ".")).toBe(-EEXIST);
  expect(rmdir(sys, "d")).toBe(-ENOTEMPTY);
  expect(rmdir(sys, "f")).toBe(-ENOTDIR);
  expect(rmdir(sys, "no")).toBe(-ENOENT);
  expect(rmdir(sys, ".")).toBe(-EINVAL);
  expect(rmdir(sys, "d/.")).toBe(-EINVAL);
  expect(rmdir(sys, "d/sub/..")).toBe(-ENOTEMPTY);
  expect(rmdir(sys, "/")).toBe(-EBUSY);
  expect(unlink(sys, "d")).toBe(-EISDIR);
  expect(rmdir(sys, "d/sub")).toBe(0);
  expect(statOf(sys, "d").nlink).toBe(2);
  expect(rmdir(sys, "d")).toBe(0);
});

test("hard links are one file with several names", () => {
  const sys = testSystem();
  make(sys, "f", "d/");
  expect(link(sys, "f", "d/g")).toBe(0);
  expect(statOf(sys, "f")).toMatchObject({ nlink: 2, ino: find(sys, "d/g") });
  expect(link(sys, "f", "d/g")).toBe(-EEXIST);
  expect(link(sys, "d", "e")).toBe(-EPERM);
  expect(link(sys, "no", "e")).toBe(-ENOENT);
  expect(link(sys, "f", "no/e")).toBe(-ENOENT);
  expect(unlink(sys, "f")).toBe(0);
  expect(statOf(sys, "d/g").nlink).toBe(1);
  symlink(sys, "d/g", "l");
  expect(link(sys, "l", "l2")).toBe(0);
  expect(readlink(sys, "l2")).toBe("d/g");
  expect(statOf(sys, "l", false).nlink).toBe(2);
  expect(sys.link(AT_FDCWD, encode("l"), AT_FDCWD, encode("followed"), true)).toBe(0);
  expect(find(sys, "followed", false)).toBe(find(sys, "d/g"));
});

test("symbolic links: relative, absolute, chained, dangling, circular", () => {
  const sys = testSystem();
  make(sys, "d/", "d/e/", "d/e/f");
  const f = find(sys, "d/e/f");
  expect(symlink(sys, "e/f", "d/relative")).toBe(0);
  expect(symlink(sys, "/home/user/d/e", "absolute")).toBe(0);
  expect(symlink(sys, "../d/absolute-too", "d/up")).toBe(0);
  expect(symlink(sys, "/home/user/absolute", "d/absolute-too")).toBe(0);
  for (const path of ["d/relative", "absolute/f", "d/up/f", "d/up/../e/f"]) expect(find(sys, path), path).toBe(f);
  expect(statOf(sys, "absolute", false)).toMatchObject({ mode: S_IFLNK | 0o777, size: 14 });
  expect(find(sys, "absolute", false)).not.toBe(find(sys, "absolute"));
  expect(readlink(sys, "d/up")).toBe("../d/absolute-too");
  expect(readlink(sys, "d")).toBe(-EINVAL);
  expect(readlink(sys, "no")).toBe(-ENOENT);
  expect(sys.readlink(AT_FDCWD, encode("absolute"), new Uint8Array(3))).toBe(3);

  symlink(sys, "nothing", "dangling");
  expect(find(sys, "dangling")).toBe(-ENOENT);
  expect(find(sys, "dangling", false)).toBeGreaterThan(0);
  expect(mkdir(sys, "dangling")).toBe(-EEXIST);
  symlink(sys, "b", "a");
  symlink(sys, "a", "b");
  symlink(sys, "self/x", "self");
  for (const path of ["a", "a/x", "self", "self/y"]) expect(find(sys, path), path).toBe(-ELOOP);
  expect(open(sys, "a", O_CREAT | O_RDWR)).toBe(-ELOOP);
  // Forty links in a row are followed, one more is not.
  make(sys, "chain-0");
  for (let i = 1; i <= 41; i++) symlink(sys, `chain-${i - 1}`, `chain-${i}`);
  expect(find(sys, "chain-40")).toBe(find(sys, "chain-0"));
  expect(find(sys, "chain-41")).toBe(-ELOOP);
  expect(symlink(sys, "", "empty")).toBe(-ENOENT);
  expect(symlink(sys, "x".repeat(4096), "long")).toBe(-ENAMETOOLONG);
  expect(symlink(sys, "x".repeat(4095), "long")).toBe(0);
  expect(readlink(sys, "long")).toBe("x".repeat(4095));
});

test("a slash behind a link follows it to look, but not to change names", () => {
  const sys = testSystem();
  make(sys, "d/", "f");
  symlink(sys, "d", "to-d");
  symlink(sys, "f", "to-f");
  symlink(sys, "no", "dangling");
  expect(find(sys, "to-d/", false)).toBe(find(sys, "d"));
  expect(find(sys, "to-f/", false)).toBe(-ENOTDIR);
  expect(readlink(sys, "to-d/")).toBe(-EINVAL);
  expect(rmdir(sys, "to-d/")).toBe(-ENOTDIR);
  expect(unlink(sys, "to-d/")).toBe(-ENOTDIR);
  expect(mkdir(sys, "dangling/")).toBe(-EEXIST);
  expect(rename(sys, "to-d/", "x")).toBe(-ENOTDIR);
  expect(find(sys, "d")).toBeGreaterThan(0);
});

test("rename: files", () => {
  const sys = testSystem();
  make(sys, "a", "b", "d/", "d/c");
  const a = find(sys, "a");
  expect(rename(sys, "a", "b")).toBe(0);
  expect(find(sys, "b")).toBe(a);
  expect(find(sys, "a")).toBe(-ENOENT);
  expect(rename(sys, "b", "d/b")).toBe(0);
  expect(rename(sys, "d/b", "d/c")).toBe(0);
  expect(list(sys, "d")).toEqual([".", "..", "c"]);
  link(sys, "d/c", "twin");
  expect(rename(sys, "twin", "d/c")).toBe(0); // two names of one file: nothing happens
  expect(find(sys, "twin")).toBe(a);
  expect(rename(sys, "twin", "twin")).toBe(0);
  expect(rename(sys, "twin", "d")).toBe(-EISDIR);
  expect(rename(sys, "d/c", "d")).toBe(-ENOTEMPTY);
  expect(rename(sys, "twin", "new/")).toBe(-ENOTDIR);
  expect(rename(sys, "twin/", "new")).toBe(-ENOTDIR);
  expect(rename(sys, "no", "new")).toBe(-ENOENT);
  expect(rename(sys, "twin", "no/new")).toBe(-ENOENT);
  expect(rename(sys, "twin", "d/c/x")).toBe(-ENOTDIR);
  symlink(sys, "twin", "l");
  expect(rename(sys, "l", "l2")).toBe(0); // the link, not what it leads to
  expect(readlink(sys, "l2")).toBe("twin");
  expect(rename(sys, "twin", "l2")).toBe(0);
  expect(find(sys, "l2", false)).toBe(a);
});

test("rename: directories", () => {
  const sys = testSystem();
  make(sys, "a/", "a/b/", "a/b/f", "e/", "full/", "full/x", "f");
  expect(rename(sys, "a", "a/b/c")).toBe(-EINVAL);
  expect(rename(sys, "a", "a")).toBe(0);
  expect(rename(sys, "a", "f")).toBe(-ENOTDIR);
  expect(rename(sys, "a", "full")).toBe(-ENOTEMPTY);
  expect(rename(sys, "a/b", "a")).toBe(-ENOTEMPTY);
  expect(rename(sys, "a", "e")).toBe(0);
  expect(rename(sys, "e/b", "full/b/")).toBe(0);
  expect([statOf(sys, "e").nlink, statOf(sys, "full").nlink]).toEqual([2, 3]);
  expect(find(sys, "full/b/../x")).toBe(find(sys, "full/x"));
  expect(find(sys, "full/b/f")).toBeGreaterThan(0);
  for (const path of [".", "..", "/", "full/.", "full/b/.."]) {
    expect(rename(sys, path, "x"), path).toBe(-EBUSY);
    expect(rename(sys, "full", path), path).toBe(-EBUSY);
  }
  expectHealthy(sys);
});

test("a removed working directory: nothing can be made in it, and it is freed when it is left", () => {
  const sys = testSystem();
  make(sys, "f", "r/", "r/cwd/");
  const before = statfs(sys);
  expect(sys.chdir(encode("r/cwd"))).toBe(0);
  const fd = open(sys, ".");
  const cwd = find(sys, ".");
  expect(rmdir(sys, "../cwd")).toBe(0);
  expect(rmdir(sys, "/home/user/r")).toBe(0);
  // Another takes the inode of its parent.
  make(sys, "/home/user/new");
  expect(find(sys, ".")).toBe(cwd);
  expect(statOf(sys, ".").nlink).toBe(0);
  expect(sys.getcwd().length).toBe(0);
  for (const result of [
    find(sys, ".."),
    find(sys, "x"),
    mkdir(sys, "x"),
    open(sys, "x", O_CREAT | O_RDWR),
    symlink(sys, "t", "x"),
    link(sys, "/home/user/f", "x"),
    rename(sys, "/home/user/f", "x"),
    rename(sys, "/home", "x"),
    sys.chdir(encode("..")),
  ]) {
    expect(result).toBe(-ENOENT);
  }
  expect(sys.readdir(fd, 0, newDirent())).toBe(0);
  expect(rmdir(sys, ".")).toBe(-EINVAL);
  expectHealthy(sys);
  expect(sys.chdir(encode("/tmp"))).toBe(0);
  expect(find(sys, "/home/user/new")).toBeGreaterThan(0);
  sys.close(fd);
  unlink(sys, "/home/user/new");
  expect(statfs(sys)).toEqual({ ...before, freeInodes: before.freeInodes + 2, freeBlocks: before.freeBlocks + 1 });
});

test("chdir, fchdir and getcwd", () => {
  const sys = testSystem();
  make(sys, "d/", "d/e/", "f");
  symlink(sys, "d/e", "l");
  expect(decode(sys.getcwd())).toBe("/home/user");
  expect(sys.chdir(encode("l"))).toBe(0);
  expect(decode(sys.getcwd())).toBe("/home/user/d/e");
  expect(sys.chdir(encode("../../f"))).toBe(-ENOTDIR);
  expect(sys.chdir(encode("no"))).toBe(-ENOENT);
  const root = open(sys, "/");
  expect(sys.fchdir(root)).toBe(0);
  expect(decode(sys.getcwd())).toBe("/");
  expect(sys.fchdir(open(sys, "/home/user/f"))).toBe(-ENOTDIR);
  expect(sys.fchdir(99)).toBe(-EBADF);
  rename(sys, "/home/user/d", "/tmp/moved");
  sys.chdir(encode("/tmp/moved/e"));
  expect(decode(sys.getcwd())).toBe("/tmp/moved/e");
});

test("paths from a directory fd; beneath it when told so", () => {
  const sys = testSystem();
  make(sys, "box/", "box/in/", "box/in/f", "out");
  symlink(sys, "in/f", "box/good");
  symlink(sys, "../out", "box/up");
  symlink(sys, "in/../../out", "box/round");
  symlink(sys, "/home/user/out", "box/absolute");
  const box = open(sys, "box", O_DIRECTORY);
  const stat = newStat();
  const look = (path: string) => sys.stat(box, encode(path), true, stat);
  for (const path of [
    "good",
    "in/f",
    "in/../in/f",
    "in/..",
    ".",
    "up",
    "round",
    "absolute",
    "../out",
    "/home/user/out",
  ])
    expect(look(path), path).toBe(0);
  sys.resolveBeneath = true;
  for (const path of ["good", "in/f", "in/../in/f", "in/..", ".", "in/../good"]) expect(look(path), path).toBe(0);
  for (const path of [
    "up",
    "round",
    "absolute",
    "..",
    "../out",
    "../box/good",
    "in/../..",
    "/",
    "/home/user/box/good",
  ]) {
    expect(look(path), path).toBe(-EPERM);
  }
  expect(open(sys, "up", O_CREAT | O_WRONLY, box)).toBe(-EPERM);
  expect(sys.rename(box, encode("in/f"), box, encode("../f"))).toBe(-EPERM);
  // The link itself may be looked at and removed, wherever it leads.
  expect(sys.stat(box, encode("up"), false, stat)).toBe(0);
  expect(sys.unlink(box, encode("up"))).toBe(0);
  expect(find(sys, "/home/user/out")).toBeGreaterThan(0); // not from a directory fd: free
  expect(sys.stat(99, encode("f"), true, stat)).toBe(-EBADF);
  expect(sys.stat(open(sys, "out"), encode("f"), true, stat)).toBe(-ENOTDIR);
  expect(sys.stat(0, encode("f"), true, stat)).toBe(-ENOTDIR);
});

test("readdir of what is no directory", () => {
  const sys = testSystem();
  make(sys, "f");
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  for (const fd of [open(sys, "f"), ends[0], 0]) expect(sys.readdir(fd, 0, newDirent())).toBe(-ENOTDIR);
  expect(sys.readdir(99, 0, newDirent())).toBe(-EBADF);
});

test("statfs adds up: what is removed comes back to the last block and inode", () => {
  const sys = testSystem(8 * MIB);
  make(sys, "first");
  const before = statfs(sys);
  expect(before.blocks * before.blockSize).toBe(8 * MIB);
  make(sys, "d/", "d/e/");
  for (let i = 0; i < 500; i++) {
    make(sys, `d/e/some-file-${i}`);
    symlink(sys, `target-${i}`, `d/link-${i}`);
    if (i % 3 === 0) sys.truncate(AT_FDCWD, encode(`d/e/some-file-${i}`), i * 10_000);
  }
  const fd = open(sys, "d/e/big", O_CREAT | O_RDWR);
  const bytes = new Uint8Array(3 * MIB);
  expect(sys.write(fd, bytes, 0, bytes.length)).toBe(bytes.length);
  sys.close(fd);
  const full = statfs(sys);
  expect(before.freeInodes - full.freeInodes).toBe(500 + 500 + 3 + 2); // two directories have an index
  for (const dir of ["d/e", "d"]) {
    for (const name of list(sys, dir))
      if (name !== "." && name !== ".." && name !== "e") expect(unlink(sys, `${dir}/${name}`)).toBe(0);
    expect(rmdir(sys, dir)).toBe(0);
  }
  expect(statfs(sys)).toEqual(before);
  expectHealthy(sys);
});
