import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../constants.ts";
import { EACCES, EBUSY, EEXIST, EISDIR, ELOOP, ENOENT, ENOTDIR, EPERM, EXDEV } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { newDirent, newStat } from "./types.ts";

const open = (sys: System, path: string, flags = O_RDONLY, mode = 0o644) =>
  sys.open(AT_FDCWD, encode(path), flags, mode);

function read(sys: System, path: string, piece = 1000): string {
  const fd = open(sys, path);
  expect(fd, path).toBeGreaterThanOrEqual(0);
  const bytes = new Uint8Array(20_000);
  let at = 0;
  for (let count = 1; count > 0; at += count) count = sys.read(fd, bytes, at, piece);
  sys.close(fd);
  return decode(bytes.slice(0, at));
}

function list(sys: System, path: string): string[] {
  const fd = open(sys, path, O_RDONLY | O_DIRECTORY);
  const names: string[] = [];
  const entry = newDirent();
  for (let cookie = 0; sys.readdir(fd, cookie, entry) === 1; cookie = entry.cookie) names.push(decode(entry.name));
  sys.close(fd);
  return names;
}

function link(sys: System, path: string): string {
  const bytes = new Uint8Array(300);
  const length = sys.readlink(AT_FDCWD, encode(path), bytes);
  return length < 0 ? String(length) : decode(bytes.slice(0, length));
}

function mode(sys: System, path: string, follow = true): number {
  const stat = newStat();
  const result = sys.stat(AT_FDCWD, encode(path), follow, stat);
  return result < 0 ? result : stat.mode & S_IFMT;
}

test("/dev/fd/N is a duplicate of fd N, with its offset", () => {
  const sys = testSystem();
  const fd = open(sys, "/tmp/f", O_CREAT | O_RDWR);
  sys.write(fd, encode("abcdef"), 0, 6);
  sys.lseek(fd, 2, 0);
  const bytes = new Uint8Array(10);
  const twin = open(sys, `/dev/fd/${fd}`);
  expect(sys.read(twin, bytes, 0, 2)).toBe(2);
  expect(decode(bytes.slice(0, 2))).toBe("cd");
  expect(sys.lseek(fd, 0, 1)).toBe(4);
  sys.dup2(fd, 99);
  expect(sys.read(open(sys, "/dev/fd/99"), bytes, 0, 9)).toBe(2);
  expect(open(sys, "/dev/fd/98")).toBe(-ENOENT);
  expect(open(sys, "/dev/fd/01")).toBe(-ENOENT);
  expect(open(sys, `/dev/fd/${fd}`, O_RDONLY | O_DIRECTORY)).toBe(-ENOTDIR);
});

test("/dev/fd of a pipe: read through it, stat it, and lstat its link", () => {
  const sys = testSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  sys.write(ends[1], encode("through"), 0, 7);
  const bytes = new Uint8Array(10);
  expect(sys.read(open(sys, `/dev/fd/${ends[0]}`), bytes, 0, 10)).toBe(7);
  expect(mode(sys, `/proc/self/fd/${ends[0]}`)).toBe(S_IFIFO);
  expect(mode(sys, `/proc/self/fd/${ends[0]}`, false)).toBe(S_IFLNK);
  expect(link(sys, `/proc/self/fd/${ends[0]}`)).toMatch(/^pipe:\[\d+\]$/);
});

test("the links of /proc/self/fd say what is open, also after a rename", () => {
  const sys = testSystem();
  const fd = open(sys, "/tmp/old", O_CREAT | O_RDWR);
  const dir = open(sys, "/usr/bin");
  expect(list(sys, "/proc/self/fd")).toEqual([".", "..", "0", "1", "2", `${fd}`, `${dir}`]);
  expect(link(sys, "/proc/self/fd/0")).toBe("/dev/null");
  expect(link(sys, `/proc/self/fd/${dir}`)).toBe("/usr/bin");
  sys.rename(AT_FDCWD, encode("/tmp/old"), AT_FDCWD, encode("/tmp/new"));
  expect(link(sys, `/proc/self/fd/${fd}`)).toBe("/tmp/new");
  expect(mode(sys, `/proc/self/fd/${fd}`)).toBe(S_IFREG);
  expect(mode(sys, `/proc/self/fd/${dir}/../lib`)).toBe(S_IFDIR);
  expect(open(sys, `/proc/self/fd/${fd}/x`)).toBe(-ENOTDIR);
  expect(sys.chmod(AT_FDCWD, encode(`/proc/self/fd/${fd}`), 0o600)).toBe(0);
  const stat = newStat();
  sys.stat(AT_FDCWD, encode("/tmp/new"), true, stat);
  expect(stat.mode & 0o777).toBe(0o600);
});

test("a process shows its command line, its names and its family", () => {
  const sys = testSystem();
  sys.setCommandLine(["/usr/bin/sort", "-n", "some file"], "/usr/bin/sort");
  const child = sys.fork() as System;
  expect(read(child, "/proc/self/cmdline")).toBe("/usr/bin/sort\0-n\0some file\0");
  expect(link(sys, "/proc/self")).toBe(String(sys.pid));
  expect(link(child, "/proc/self")).toBe(String(child.pid));
  expect(link(sys, `/proc/${child.pid}/exe`)).toBe("/usr/bin/sort");
  expect(link(sys, "/proc/self/cwd")).toBe("/home/user");
  expect(read(sys, `/proc/${child.pid}/comm`)).toBe("sort\n");
  const status = read(sys, `/proc/${child.pid}/status`);
  expect(status).toContain("Name:\tsort\n");
  expect(status).toMatch(/^State:\t[RS] \(/m);
  expect(status).toContain(`\nPid:\t${child.pid}\nPPid:\t${sys.pid}\n`);
  expect(status).toContain("\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n");
  const fields = read(sys, `/proc/${child.pid}/stat`).trim().split(" ");
  expect(fields.length).toBe(52);
  expect(fields.slice(0, 2)).toEqual([String(child.pid), "(sort)"]);
  expect(fields[3]).toBe(String(sys.pid));
  child.exit(0);
  expect(read(sys, `/proc/${child.pid}/status`)).toContain("State:\tZ (zombie)");
  sys.wait(child.pid);
  expect(mode(sys, `/proc/${child.pid}`)).toBe(-ENOENT);
});

test("a long command line is cut, and the next one replaces it", () => {
  const sys = testSystem();
  sys.setCommandLine(["x".repeat(5000), "y"], "/bin/x");
  expect(read(sys, "/proc/self/cmdline").length).toBeLessThanOrEqual(1024);
  expect(link(sys, "/proc/self/exe")).toBe("/bin/x");
  sys.setCommandLine(["short"]);
  expect(read(sys, "/proc/self/cmdline")).toBe("short\0");
  expect(link(sys, "/proc/self/exe")).toBe(String(-ENOENT));
});

test("files of the machine are worded as programs parse them", () => {
  const sys = testSystem();
  expect(read(sys, "/proc/meminfo")).toMatch(/^MemTotal: +\d+ kB\nMemFree: +\d+ kB\nMemAvailable: +\d+ kB\n/);
  expect(read(sys, "/proc/cpuinfo")).toMatch(/^processor\t: 0\n[^]*\n\n$/);
  expect(read(sys, "/proc/uptime")).toMatch(/^\d+\.\d\d \d+\.\d\d\n$/);
  expect(read(sys, "/proc/loadavg")).toMatch(/^(\d+\.\d\d ){3}\d+\/\d+ \d+\n$/);
  expect(read(sys, "/proc/mounts")).toContain("proc /proc proc ");
  expect(read(sys, "/proc/stat")).toMatch(/^cpu {2}\d+ 0 0 \d+ [^]*\nbtime \d+\n/);
  expect(read(sys, "/proc/version")).toMatch(/^Linux version /);
  expect(read(sys, "/proc/filesystems")).toContain("nodev\tproc\n");
  expect(read(sys, "/proc/cpuinfo", 7)).toBe(read(sys, "/proc/cpuinfo"));
});

test("a file read in pieces stays as it was at the first", () => {
  const sys = testSystem();
  sys.setCommandLine(["a", "b"]);
  const fd = open(sys, "/proc/self/cmdline");
  const bytes = new Uint8Array(100);
  expect(sys.read(fd, bytes, 0, 2)).toBe(2);
  sys.setCommandLine(["longer", "than", "before"]);
  expect(sys.read(fd, bytes, 2, 100)).toBe(2);
  expect(decode(bytes.slice(0, 4))).toBe("a\0b\0");
  expect(sys.lseek(fd, 0, 0)).toBe(0);
  expect(sys.read(fd, bytes, 0, 100)).toBe(19);
});

test("the tree: what a directory lists can be looked at, up and down", () => {
  const sys = testSystem();
  expect(list(sys, "/")).toContain("proc");
  const names = list(sys, "/proc");
  expect(names).toContain("self");
  expect(names).toContain(String(sys.pid));
  for (const name of names) expect(mode(sys, `/proc/${name}`, false), name).toBeGreaterThan(0);
  for (const name of list(sys, "/proc/self"))
    if (name !== "exe") expect(mode(sys, `/proc/self/${name}`), name).toBeGreaterThan(0);
  expect(sys.chdir(encode("/proc/self/fd"))).toBe(0);
  expect(decode(sys.getcwd())).toBe(`/proc/${sys.pid}/fd`);
  expect(sys.chdir(encode(".."))).toBe(0);
  expect(decode(sys.getcwd())).toBe(`/proc/${sys.pid}`);
  expect(read(sys, "../uptime")).toMatch(/\d/);
  expect(sys.chdir(encode("../.."))).toBe(0);
  expect(decode(sys.getcwd())).toBe("/");
  expect(sys.chdir(encode("/proc/self/cwd"))).toBe(0);
  expect(decode(sys.getcwd())).toBe("/");
  const child = sys.fork() as System;
  child.chdir(encode("/proc/self"));
  child.exit(0);
  expect(sys.wait(child.pid)).toBe(0);
});

test("nothing in it can be changed", () => {
  const sys = testSystem();
  const path = encode("/proc/self/status");
  expect(open(sys, "/proc/meminfo", O_WRONLY)).toBe(-EACCES);
  expect(open(sys, "/proc", O_WRONLY)).toBe(-EISDIR);
  expect(open(sys, "/proc/new", O_CREAT | O_WRONLY)).toBe(-EPERM);
  expect(open(sys, "/proc/meminfo", O_CREAT | O_EXCL | O_WRONLY)).toBe(-EEXIST);
  expect(open(sys, "/proc/self", 0o400000)).toBe(-ELOOP);
  expect(sys.mkdir(AT_FDCWD, encode("/proc"), 0o755)).toBe(-EEXIST);
  expect(sys.mkdir(AT_FDCWD, encode("/proc/new"), 0o755)).toBe(-EPERM);
  expect(sys.unlink(AT_FDCWD, path)).toBe(-EPERM);
  expect(sys.rmdir(AT_FDCWD, encode("/proc/self/fd"))).toBe(-EPERM);
  expect(sys.rmdir(AT_FDCWD, encode("/proc"))).toBe(-EBUSY);
  expect(sys.symlink(encode("x"), AT_FDCWD, encode("/proc/x"))).toBe(-EPERM);
  expect(sys.link(AT_FDCWD, path, AT_FDCWD, encode("/tmp/x"), false)).toBe(-EXDEV);
  expect(sys.rename(AT_FDCWD, path, AT_FDCWD, encode("/tmp/x"))).toBe(-EXDEV);
  expect(sys.rename(AT_FDCWD, encode("/proc"), AT_FDCWD, encode("/tmp/x"))).toBe(-EXDEV);
  expect(sys.chmod(AT_FDCWD, path, 0o777)).toBe(-EPERM);
  expect(sys.chown(AT_FDCWD, path, 0, 0, true)).toBe(-EPERM);
  expect(sys.utimens(AT_FDCWD, path, true, null, { sec: 0, nsec: 0 })).toBe(-EPERM);
  expect(sys.truncate(AT_FDCWD, path, 0)).toBe(-EPERM);
  expect(read(sys, "/proc/self/comm")).toBe("vibengine\n");
});

test("a directory fd with resolveBeneath does not lead out through a link of /proc", () => {
  const sys = testSystem();
  const proc = open(sys, "/proc");
  sys.resolveBeneath = true;
  expect(sys.open(proc, encode("self/status"), O_RDONLY, 0)).toBeGreaterThan(0);
  expect(sys.open(proc, encode("self/root/etc/passwd"), O_RDONLY, 0)).toBe(-EPERM);
  expect(sys.open(proc, encode("self/cwd"), O_RDONLY, 0)).toBe(-EPERM);
});
