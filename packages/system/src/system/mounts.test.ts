// Trees of packs over directories of the disk: what each call sees of them, and that nothing changes them. The image is made by what makes
// the packs' own.

import { beforeEach, expect, test } from "vitest";
import { treeImage } from "../../../python/src/tree-image.mjs";
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../constants.ts";
import { EACCES, EBUSY, EEXIST, EISDIR, ENOENT, ENOTDIR, EPERM, EXDEV } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import { Mounts } from "./mounts.ts";
import type { System } from "./system.ts";
import { TreeImage } from "./tree-image.ts";
import { newDirent, newStat } from "./types.ts";

const MTIME = 1_700_000_000;
const FILES: [string, string][] = [
  ["a.txt", "hello\n"],
  ["json/decoder.pyc", "x".repeat(5000)],
  ["json/__init__.pyc", ""],
  ["json/deep/er/é", "accent"],
  ["zlast", "z"],
];

let sys: System;
beforeEach(() => {
  sys = testSystem();
  sys.mkdir(AT_FDCWD, encode("/opt/lib"), 0o755);
  const fd = sys.open(AT_FDCWD, encode("/opt/lib/covered"), O_CREAT | O_WRONLY, 0o644);
  sys.close(fd);
  Mounts.add(sys.machine, stat("/opt/lib").ino, image(FILES));
});

function image(files: [string, string][]): SharedArrayBuffer {
  const bytes = treeImage(
    files.map(([path, text]): [string, Uint8Array] => [path, encode(text)]),
    MTIME,
  );
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

function stat(path: string, follow = true) {
  const out = newStat();
  expect(sys.stat(AT_FDCWD, encode(path), follow, out), path).toBe(0);
  return out;
}

const exists = (path: string) => sys.stat(AT_FDCWD, encode(path), true, newStat());
const open = (path: string, flags = O_RDONLY) => sys.open(AT_FDCWD, encode(path), flags, 0o644);

function read(path: string, piece = 1000): string {
  const fd = open(path);
  expect(fd, path).toBeGreaterThanOrEqual(0);
  const bytes = new Uint8Array(20_000);
  let at = 0;
  for (let count = 1; count > 0; at += count) count = sys.read(fd, bytes, at, piece);
  sys.close(fd);
  return decode(bytes.slice(0, at));
}

function list(path: string): string[] {
  const fd = open(path, O_RDONLY | O_DIRECTORY);
  const names: string[] = [];
  const entry = newDirent();
  for (let cookie = 0; sys.readdir(fd, cookie, entry) === 1; cookie = entry.cookie) {
    names.push(`${decode(entry.name)}${entry.type === 4 ? "/" : ""}`);
    const found = stat(`${path}/${decode(entry.name)}`);
    expect(entry.ino, decode(entry.name)).toBe(found.ino);
  }
  sys.close(fd);
  return names;
}

test("files are read, whole and in pieces, from any offset", () => {
  for (const [path, text] of FILES) expect(read(`/opt/lib/${path}`, 777)).toBe(text);
  const fd = open("/opt/lib/a.txt");
  expect(sys.lseek(fd, -2, 2)).toBe(4);
  const bytes = new Uint8Array(10);
  expect(sys.read(fd, bytes, 0, 10)).toBe(2);
  expect(decode(bytes.slice(0, 2))).toBe("o\n");
  expect(sys.pread(fd, bytes, 0, 3, 1)).toBe(3);
  expect(decode(bytes.slice(0, 3))).toBe("ell");
  expect(sys.pread(fd, bytes, 0, 3, 100)).toBe(0);
});

test("directories are listed, and what they cover is not seen", () => {
  expect(list("/opt/lib")).toEqual(["./", "../", "a.txt", "json/", "zlast"]);
  expect(list("/opt/lib/json")).toEqual(["./", "../", "__init__.pyc", "decoder.pyc", "deep/"]);
  expect(exists("/opt/lib/covered")).toBe(-ENOENT);
});

test("stat tells sizes, modes, root for an owner, one time, and a device of its own", () => {
  expect(stat("/opt/lib/json/decoder.pyc")).toMatchObject({ size: 5000, mode: 0o100444, nlink: 1, uid: 0, gid: 0 });
  expect(stat("/opt/lib/json")).toMatchObject({ mode: 0o40555, mtimeSec: MTIME });
  expect(stat("/opt/lib").dev).not.toBe(stat("/opt").dev);
  expect(new Set(FILES.map(([path]) => stat(`/opt/lib/${path}`).ino)).size).toBe(FILES.length);
});

test("paths go in and out of it, by .. and by links, and a working directory may be inside", () => {
  expect(read("/opt/lib/json/../a.txt")).toBe("hello\n");
  expect(stat("/opt/lib/..").ino).toBe(stat("/opt").ino);
  sys.symlink(encode("/opt/lib/json"), AT_FDCWD, encode("/tmp/link"));
  expect(read("/tmp/link/deep/er/é")).toBe("accent");
  expect(sys.chdir(encode("/opt/lib/json/deep"))).toBe(0);
  expect(decode(sys.getcwd())).toBe("/opt/lib/json/deep");
  expect(read("er/é")).toBe("accent");
  expect(sys.chdir(encode("../../.."))).toBe(0);
  expect(decode(sys.getcwd())).toBe("/opt");
  const fd = open("/opt/lib/a.txt");
  const bytes = new Uint8Array(100);
  const length = sys.readlink(AT_FDCWD, encode(`/proc/self/fd/${fd}`), bytes);
  expect(decode(bytes.slice(0, length))).toBe("/opt/lib/a.txt");
});

test("nothing in it can be changed, made, removed or linked, nor its place", () => {
  const path = (text: string) => encode(`/opt/lib/${text}`);
  expect(open("/opt/lib/a.txt", O_RDWR)).toBe(-EACCES);
  expect(open("/opt/lib/a.txt", O_RDONLY | O_TRUNC)).toBe(-EACCES);
  expect(open("/opt/lib/json", O_WRONLY)).toBe(-EISDIR);
  expect(open("/opt/lib/new", O_CREAT | O_WRONLY)).toBe(-EPERM);
  expect(sys.mkdir(AT_FDCWD, path("json"), 0o755)).toBe(-EEXIST);
  expect(sys.mkdir(AT_FDCWD, path("other"), 0o755)).toBe(-EPERM);
  expect(sys.unlink(AT_FDCWD, path("a.txt"))).toBe(-EPERM);
  expect(sys.rmdir(AT_FDCWD, path("json"))).toBe(-EPERM);
  expect(sys.rmdir(AT_FDCWD, encode("/opt/lib"))).toBe(-EBUSY);
  expect(sys.rename(AT_FDCWD, encode("/opt/lib"), AT_FDCWD, encode("/opt/x"))).toBe(-EXDEV);
  expect(sys.rename(AT_FDCWD, path("a.txt"), AT_FDCWD, encode("/tmp/a"))).toBe(-EXDEV);
  expect(sys.link(AT_FDCWD, path("a.txt"), AT_FDCWD, encode("/tmp/a"), false)).toBe(-EXDEV);
  expect(sys.chmod(AT_FDCWD, path("a.txt"), 0o777)).toBe(-EPERM);
  expect(sys.chown(AT_FDCWD, path("a.txt"), 1, 1, true)).toBe(-EPERM);
  expect(read("/opt/lib/a.txt")).toBe("hello\n");
});

test("what is missing is missing, and a file is no directory", () => {
  for (const name of ["b", "a.tx", "a.txta", "json/x", "", "zz", "A"].filter(Boolean)) {
    expect(exists(`/opt/lib/${name}`), name).toBe(-ENOENT);
  }
  expect(exists("/opt/lib/a.txt/x")).toBe(-ENOTDIR);
  expect(open("/opt/lib/a.txt", O_RDONLY | O_DIRECTORY)).toBe(-ENOTDIR);
});

test("a second tree stands beside the first, and one over the same directory changes nothing", () => {
  sys.mkdir(AT_FDCWD, encode("/opt/more"), 0o755);
  Mounts.add(sys.machine, stat("/opt/more").ino, image([["only", "2"]]));
  Mounts.add(sys.machine, stat("/opt/more").ino, image([["other", "3"]]));
  expect(list("/opt/more")).toEqual(["./", "../", "only"]);
  expect(read("/opt/lib/a.txt")).toBe("hello\n");
});

test("of many names each is found", () => {
  sys.mkdir(AT_FDCWD, encode("/opt/many"), 0o755);
  const names = Array.from({ length: 1000 }, (_, i) => `${i.toString(36)}-${"é".repeat(i % 7)}`);
  Mounts.add(sys.machine, stat("/opt/many").ino, image(names.map((name) => [name, name])));
  for (const name of names) expect(read(`/opt/many/${name}`)).toBe(name);
});

test("what is no tree is refused", () => {
  expect(() => new TreeImage(new SharedArrayBuffer(100))).toThrow("not a tree image");
  const cut = image(FILES).slice(0, 60);
  expect(() => new TreeImage(cut)).toThrow("a broken tree image");
});
