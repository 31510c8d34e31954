import { AT_FDCWD, decode, encode, O_RDONLY } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, test } from "vitest";
import { openPreopens } from "./index.ts";
import { DIR, type TestGuest, testGuest } from "./test-guest.ts";

const [BADF, FAULT, NAMETOOLONG, NOENT, NOTDIR] = [8, 21, 37, 44, 54];
const TAG_DIRECTORY = 0;

const directories = [
  { path: encode("/home/user"), name: encode(".") },
  { path: encode("/"), name: encode("/") },
];

function openFile(sys: ReturnType<typeof testSystem>, to?: number): number {
  const fd = sys.open(AT_FDCWD, encode("/etc/passwd"), O_RDONLY, 0);
  if (to === undefined || to === fd) return fd;
  sys.dup2(fd, to);
  sys.close(fd);
  return to;
}

function guestWith(sys: ReturnType<typeof testSystem>): TestGuest {
  const preopens = openPreopens(sys, directories);
  if (typeof preopens === "number") throw new Error(`preopens: ${preopens}`);
  return testGuest({ sys, preopens });
}

function prestat(guest: TestGuest, fd: number): { tag: number; length: number } | number {
  const out = guest.put(new Uint8Array(8).fill(0xaa));
  return guest.call("fd_prestat_get", fd, out) || { tag: guest.u8(out), length: guest.u32(out + 4) };
}

function dirName(guest: TestGuest, fd: number, length: number): string | number {
  const buffer = guest.room(length);
  return guest.call("fd_prestat_dir_name", fd, buffer, length) || guest.text(buffer, length);
}

/** As wasi-libc (and so Rust) and Go look for preopens: from 3 on to the first EBADF, other tags skipped. */
function scanByTag(guest: TestGuest): [number, string][] {
  const found: [number, string][] = [];
  for (let fd = 3; ; fd++) {
    const stat = prestat(guest, fd);
    if (stat === BADF) return found;
    if (typeof stat === "number") throw new Error(`fd_prestat_get(${fd}): ${stat}`);
    if (stat.tag === TAG_DIRECTORY) found.push([fd, dirName(guest, fd, stat.length) as string]);
  }
}

/** As Zig does: tags unread, and every fd must have a name. */
function scanByName(guest: TestGuest): [number, string][] {
  const found: [number, string][] = [];
  for (let fd = 3; ; fd++) {
    const stat = prestat(guest, fd);
    if (stat === BADF) return found;
    if (typeof stat === "number") throw new Error(`fd_prestat_get(${fd}): ${stat}`);
    const name = dirName(guest, fd, stat.length);
    if (typeof name === "number" || name === "") throw new Error(`fd_prestat_dir_name(${fd}): ${name}`);
    found.push([fd, name]);
  }
}

test("preopens take the lowest fds from 3 on", () => {
  expect(scanByTag(guestWith(testSystem()))).toEqual([
    [3, "."],
    [4, "/"],
  ]);
});

test("preopens leave 0, 1 and 2 alone, also when those are closed", () => {
  const sys = testSystem();
  sys.close(0);
  sys.close(2);
  expect(scanByTag(guestWith(sys)).map(([fd]) => fd)).toEqual([3, 4]);
});

test.each([[[3]], [[4]], [[3, 4, 5]], [[3, 5, 7]], [[9]]])("inherited fds %j don't hide the preopens", (inherited) => {
  const sys = testSystem();
  for (const fd of inherited) openFile(sys, fd);
  const guest = guestWith(sys);
  const free = [3, 4, 5, 6, 7].filter((fd) => !inherited.includes(fd)).slice(0, 2);
  const preopens = [
    [free[0], "."],
    [free[1], "/"],
  ];
  expect(scanByTag(guest)).toEqual(preopens);
  expect(scanByName(guest).filter(([fd]) => free.includes(fd))).toEqual(preopens);
  for (const fd of inherited) expect(guest.read(fd, 4)).toEqual([0, "root"]);
});

test("an inherited fd that is closed, and the fd that takes its place, are no preopens", () => {
  const sys = testSystem();
  openFile(sys, 3);
  const guest = guestWith(sys);
  expect(prestat(guest, 3)).toMatchObject({ tag: 1 });
  guest.call("fd_close", 3);
  expect(prestat(guest, 3)).toBe(BADF);
  expect(guest.call("path_open", 5, 0, "usr", 2, 0n, 0n, 0, guest.room(4))).toBe(0);
  expect(prestat(guest, 3)).toBe(BADF);
});

test("an fd that is no preopen: EBADF and ENOTDIR", () => {
  const guest = testGuest();
  guest.file("f");
  const file = guest.open("f");
  for (const fd of [0, file, 99, -1]) expect(prestat(guest, fd)).toBe(BADF);
  expect([dirName(guest, 0, 9), dirName(guest, file, 9), dirName(guest, 99, 9)]).toEqual([NOTDIR, NOTDIR, BADF]);
});

test("a buffer too short for the name is ENAMETOOLONG, one that is longer is left as it was", () => {
  const guest = testGuest();
  expect(dirName(guest, DIR, "/scratch".length - 1)).toBe(NAMETOOLONG);
  expect(dirName(guest, DIR, "/scratch".length + 2)).toBe("/scratch\0\0");
  expect(guest.call("fd_prestat_get", DIR, guest.memory.buffer.byteLength - 7)).toBe(FAULT);
  expect(guest.call("fd_prestat_dir_name", DIR, guest.memory.buffer.byteLength - 7, 8)).toBe(FAULT);
});

test("a directory that doesn't open: its errno, and no fd stays open", () => {
  const sys = testSystem();
  expect(openPreopens(sys, [directories[0], { path: encode("/none"), name: encode("n") }])).toBe(-NOENT);
  expect(openPreopens(sys, [{ path: encode("/etc/passwd"), name: encode("n") }])).toBe(-NOTDIR);
  expect(openFile(sys)).toBe(3);
  expect(decode(sys.getcwd())).toBe("/home/user");
});
