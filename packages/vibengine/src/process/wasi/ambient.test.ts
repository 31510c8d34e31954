import { AT_FDCWD, decode, encode, O_CREAT, O_WRONLY, type System } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, test } from "vitest";
import { openPreopens } from "./index.ts";
import { ALL, READ, type TestGuest, testGuest } from "./test-guest.ts";

const NOENT = 44;
const CREAT = 1;
const ROOT = 4;

function write(sys: System, path: string, text: string): void {
  const fd = sys.open(AT_FDCWD, encode(path), O_CREAT | O_WRONLY, 0o644);
  sys.write(fd, encode(text), 0, text.length);
  sys.close(fd);
}

/** A C program started in /home/user: "." is fd 3, and what it opens, absolute or relative, comes to fd 4, "/". */
function program(): TestGuest {
  const sys = testSystem();
  const preopens = openPreopens(sys, [
    { path: encode("/home/user"), name: encode(".") },
    { path: encode("/"), name: encode("/") },
  ]);
  if (typeof preopens === "number") throw new Error(`preopens: ${preopens}`);
  return testGuest({ sys, preopens, ambient: { root: ROOT, cwd: 3 } });
}

/** open(2) of wasi-libc: leading slashes go before anything else happens. */
function open(guest: TestGuest, path: string, oflags = 0, rights = READ): number {
  const out = guest.room(4);
  const errno = guest.call("path_open", ROOT, 1, path.replace(/^\/+/, ""), oflags, rights, 0n, 0, out);
  return errno ? -errno : guest.u32(out);
}

const content = (guest: TestGuest, path: string): string => guest.read(open(guest, path), 99)[1];

const where = (sys: System, name: string): string[] =>
  ["/home/user", "", "/tmp", "/home/user/bin"].filter((directory) => {
    const fd = sys.open(AT_FDCWD, encode(`${directory}/${name}`), 0, 0);
    if (fd >= 0) sys.close(fd);
    return fd >= 0;
  });

test("a relative path is looked up from the working directory, an absolute one from the root", () => {
  const guest = program();
  write(guest.sys, "script.py", "mine");
  write(guest.sys, "/tmp/data", "tmp");
  expect(content(guest, "script.py")).toBe("mine");
  expect(content(guest, "/home/user/script.py")).toBe("mine");
  expect(content(guest, "/tmp/data")).toBe("tmp");
  expect(content(guest, "/etc/passwd").slice(0, 4)).toBe("root");
  expect(open(guest, "none")).toBe(-NOENT);
  expect(open(guest, "/none/at/all")).toBe(-NOENT);
});

test("a directory of the same name as one at the root hides only what it has", () => {
  const guest = program();
  guest.sys.mkdir(AT_FDCWD, encode("usr"), 0o755);
  write(guest.sys, "usr/mine", "mine");
  expect(content(guest, "usr/mine")).toBe("mine");
  expect(open(guest, "/usr/bin", 2, 0n)).toBeGreaterThan(0);
});

test("a new file goes where its directory is", () => {
  const guest = program();
  guest.sys.mkdir(AT_FDCWD, encode("bin"), 0o755);
  for (const path of ["one", "/tmp/two", "/home/user/three", "bin/four"]) {
    expect(open(guest, path, CREAT, ALL), path).toBeGreaterThan(0);
  }
  const { sys } = guest;
  expect([where(sys, "one"), where(sys, "two"), where(sys, "three"), where(sys, "four")]).toEqual([
    ["/home/user"],
    ["/tmp"],
    ["/home/user"],
    ["/home/user/bin"],
  ]);
  expect(open(guest, "/etc/passwd", CREAT)).toBeGreaterThan(0);
});

test("the other calls look up in the same way", () => {
  const guest = program();
  write(guest.sys, "/tmp/a", "a");
  expect(guest.call("path_rename", ROOT, "tmp/a", ROOT, "b")).toBe(0);
  expect(where(guest.sys, "b")).toEqual(["/home/user"]);
  expect(guest.call("path_create_directory", ROOT, "tmp/d")).toBe(0);
  expect(guest.call("path_create_directory", ROOT, "tmp/d/")).toBe(20);
  expect(guest.call("path_filestat_get", ROOT, 0, "tmp/d", guest.room(64))).toBe(0);
  expect(guest.call("path_unlink_file", ROOT, "b")).toBe(0);
  expect(guest.call("path_remove_directory", ROOT, "tmp/d")).toBe(0);
  expect(guest.call("path_symlink", "x", ROOT, "tmp/s")).toBe(0);
  expect(guest.call("path_link", ROOT, 0, "tmp/s", ROOT, "s")).toBe(0);
  const buffer = guest.room(8);
  expect(guest.call("path_readlink", ROOT, "s", buffer, 8, guest.room(4))).toBe(0);
  expect(decode(guest.bytes(buffer, 1))).toBe("x");
});

test("a program that names the working directory's own fd is taken at its word", () => {
  const guest = program();
  expect(guest.call("path_open", 3, 0, "etc/passwd", 0, READ, 0n, 0, guest.room(4))).toBe(NOENT);
});
