// The imports one by one, over a process in Node: results, errnos, and bad addresses. That programs can use them is tested in
// the browser.

import {
  AT_FDCWD,
  decode,
  E2BIG,
  EBADF,
  ECHILD,
  EFAULT,
  EINVAL,
  ENOENT,
  ENOTDIR,
  ENOTTY,
  ERANGE,
  ESRCH,
  encode,
  newStat,
  P_REPLY,
  P_RESULT,
  type System,
} from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, test } from "vitest";
import type { FromWorker } from "../../protocol.ts";
import { bindWasi, openPreopens } from "../wasi/index.ts";
import { vibengineImports } from "./index.ts";

const OUT = 16;
const BEYOND = 10 * 65_536;

type Call = (...args: number[]) => number;

function testHost(answer = 42) {
  const sys = testSystem();
  const memory = new WebAssembly.Memory({ initial: 4 });
  const preopens = openPreopens(
    sys,
    [".", "/"].map((name) => ({ path: encode(name), name: encode(name) })),
  ) as Map<number, Uint8Array>;
  const env = [encode("OWN=1")];
  const binding = bindWasi({ sys, args: [], env, preopens, memory: () => memory, beneath: false });
  const posted: (FromWorker & { type: "spawn" })[] = [];
  const lines: string[] = [];
  const make = (trace?: (line: string) => void) =>
    vibengineImports({
      ...binding,
      sys,
      env,
      cwd: 3,
      trace,
      post(message) {
        if (message.type !== "spawn") return;
        posted.push(message);
        sys.machine.slots.set(sys.slot, P_RESULT, answer);
        sys.machine.slots.set(sys.slot, P_REPLY, message.id);
      },
    }) as unknown as Record<string, Call>;
  const view = new DataView(memory.buffer);
  let top = 1024;
  const put = (text: string) => {
    const bytes = encode(`${text}\0`);
    new Uint8Array(memory.buffer).set(bytes, top);
    top += bytes.length;
    return top - bytes.length;
  };
  const words = (...values: number[]) => {
    const at = (top + 3) & ~3;
    for (const [i, value] of values.entries()) view.setInt32(at + 4 * i, value, true);
    top = at + 4 * values.length;
    return at;
  };
  const strings = (...texts: string[]) => words(...texts.map(put), 0);
  return {
    sys,
    posted,
    lines,
    put,
    words,
    strings,
    wasi: binding.imports as Record<string, Call>,
    calls: make(),
    traced: make((line) => lines.push(line)),
    at: (address: number) => view.getInt32(address, true),
    string: (address: number) => decode(new Uint8Array(memory.buffer, address, 100)).split("\0")[0],
  };
}

test("version, pids and groups", () => {
  const { sys, calls, at } = testHost();
  expect(calls.version()).toBe(1);
  expect(calls.getpid()).toBe(sys.pid);
  expect(calls.getppid()).toBe(sys.parent);
  expect(calls.getpgid(0, OUT)).toBe(0);
  expect(at(OUT)).toBe(sys.pid);
  expect(calls.getpgid(9999, OUT)).toBe(ESRCH);
  expect(calls.setpgid(9999, 0)).toBe(ESRCH);
});

test("spawn hands on the whole request and gives the pid", () => {
  const { calls, posted, put, strings, words, at } = testHost(77);
  const actions = words(5, 0, 6, -1);
  const request = words(put("/bin/é"), strings("a", "b c"), strings("X=1"), put("/tmp"), actions, 2);
  expect(calls.spawn(request, OUT)).toBe(0);
  expect(at(OUT)).toBe(77);
  expect(posted[0].request).toEqual({
    path: encode("/bin/é"),
    argv: ["a", "b c"],
    env: ["X=1"],
    cwd: encode("/tmp"),
    actions: [
      [5, 0],
      [6, -1],
    ],
  });
  expect(calls.spawn(words(put("x"), strings("x"), 0, 0, 0, 0), OUT)).toBe(0);
  expect(posted[1].request).toMatchObject({ env: ["OWN=1"], actions: [] });
  expect(posted[1].id).not.toBe(posted[0].id);
});

test("spawn: what fails, and what lies outside the memory", () => {
  const { calls, posted, put, strings, words } = testHost(-ENOENT);
  const path = put("x");
  const argv = strings("x");
  expect(calls.spawn(words(path, argv, 0, 0, 0, 0), OUT)).toBe(ENOENT);
  expect(posted).toHaveLength(1);
  expect(calls.spawn(BEYOND, OUT)).toBe(EFAULT);
  expect(calls.spawn(words(path, argv, 0, 0, 0, 0), BEYOND)).toBe(EFAULT);
  expect(calls.spawn(words(BEYOND, argv, 0, 0, 0, 0), OUT)).toBe(EFAULT);
  expect(calls.spawn(words(path, BEYOND, 0, 0, 0, 0), OUT)).toBe(EFAULT);
  expect(calls.spawn(words(path, argv, words(BEYOND, 0), 0, 0, 0), OUT)).toBe(EFAULT);
  expect(calls.spawn(words(path, argv, 0, 0, BEYOND, 1), OUT)).toBe(EFAULT);
  expect(calls.spawn(words(path, argv, 0, 0, 0, 100_000), OUT)).toBe(E2BIG);
  expect(posted).toHaveLength(1);
});

test("wait: status, any child, no child, none yet", () => {
  const { sys, calls, at } = testHost();
  const child = sys.fork() as System;
  expect(calls.wait(child.pid, 1, OUT, OUT + 4)).toBe(0);
  expect(at(OUT + 4)).toBe(0);
  child.exit(3);
  expect(calls.wait(-1, 0, OUT, OUT + 4)).toBe(0);
  expect([at(OUT), at(OUT + 4)]).toEqual([3, child.pid]);
  expect(calls.wait(-1, 0, OUT, OUT + 4)).toBe(ECHILD);
  expect(calls.wait(-1, 4, OUT, OUT + 4)).toBe(EINVAL);
  const other = sys.fork() as System;
  other.exit(4);
  expect(calls.wait(other.pid, 0, BEYOND, OUT)).toBe(EFAULT);
  expect(calls.wait(other.pid, 0, OUT, OUT + 4)).toBe(0);
});

test("wait tells of stops where it is asked to, and waits for a group", () => {
  const { sys, calls, at } = testHost();
  const child = sys.fork() as System;
  expect(calls.setpgid(child.pid, 0)).toBe(0);
  expect(calls.kill(child.pid, 19)).toBe(0);
  expect(calls.wait(-1, 1, OUT, OUT + 4)).toBe(0);
  expect(at(OUT + 4)).toBe(0);
  expect(calls.wait(-child.pid, 2, OUT, OUT + 4)).toBe(0);
  expect([at(OUT), at(OUT + 4)]).toEqual([256 + 19, child.pid]);
  expect(calls.wait(0, 2, OUT, OUT + 4)).toBe(ECHILD);
  calls.kill(-child.pid, 9);
  expect(calls.wait(-1, 2, OUT, OUT + 4)).toBe(0);
  expect(at(OUT)).toBe(137);
});

test("kill, signal_mask, take_signals; a process that kills itself unwinds", () => {
  const { sys, calls, at } = testHost();
  const child = sys.fork() as System;
  expect(calls.kill(child.pid, 9)).toBe(0);
  calls.wait(child.pid, 0, OUT, OUT + 4);
  expect(at(OUT)).toBe(137);
  expect(calls.kill(child.pid, 9)).toBe(ESRCH);
  expect(calls.kill(sys.pid, 99)).toBe(EINVAL);
  expect(calls.signal_mask(1 << 10, 1 << 15)).toBe(0);
  calls.kill(sys.pid, 10);
  calls.kill(sys.pid, 15);
  expect(calls.take_signals(OUT)).toBe(0);
  expect(at(OUT)).toBe(1 << 10);
  expect(() => calls.kill(sys.pid, 9)).toThrow("killed by signal 9");
});

test("pipe, dup, dup2, set_cloexec, isatty, winsize", () => {
  const { sys, calls, wasi, at, words } = testHost();
  expect(calls.pipe(OUT, 1)).toBe(0);
  const [from, to] = [at(OUT), at(OUT + 4)];
  expect(calls.dup(from, 20, OUT)).toBe(0);
  expect(at(OUT)).toBe(20);
  // WASI forgets what it knew of an fd that is replaced: fd 0 was a device, and is a pipe now.
  wasi.fd_fdstat_get(0, 64);
  expect(at(64) & 0xff).toBe(2);
  expect(calls.dup2(from, 0)).toBe(0);
  wasi.fd_fdstat_get(0, 64);
  expect(at(64) & 0xff).toBe(0);
  const bytes = encode("hi");
  sys.write(to, bytes, 0, 2);
  expect(wasi.fd_read(0, words(2000, 10), 1, OUT)).toBe(0);
  expect(at(OUT)).toBe(2);
  expect(calls.set_cloexec(20, 1)).toBe(0);
  sys.closeOnExec();
  expect(calls.dup2(20, 1)).toBe(EBADF);
  expect(calls.dup2(from, 1)).toBe(EBADF);
  expect(calls.pipe(OUT, 2)).toBe(EINVAL);
  expect(calls.pipe(BEYOND, 0)).toBe(EFAULT);
  expect(calls.isatty(0)).toBe(ENOTTY);
  expect(calls.isatty(99)).toBe(EBADF);
  expect(calls.winsize(0, OUT)).toBe(ENOTTY);
});

test("chdir moves the preopen, too; getcwd", () => {
  const { sys, calls, wasi, put, string } = testHost();
  sys.mkdir(AT_FDCWD, encode("/tmp/here"), 0o755);
  sys.mkdir(AT_FDCWD, encode("/tmp/here/inside"), 0o755);
  expect(calls.chdir(put("/tmp/here"))).toBe(0);
  expect(calls.getcwd(2000, 100)).toBe(0);
  expect(string(2000)).toBe("/tmp/here");
  expect(wasi.path_filestat_get(3, 0, put("inside"), 6, 3000)).toBe(0);
  expect(calls.getcwd(2000, 9)).toBe(ERANGE);
  expect(calls.getcwd(BEYOND, 100)).toBe(EFAULT);
  expect(calls.chdir(put("/nowhere"))).toBe(ENOENT);
  expect(calls.chdir(put("/etc/passwd"))).toBe(ENOTDIR);
  expect(calls.chdir(BEYOND)).toBe(EFAULT);
});

test("umask, chmod, fchmod", () => {
  const { sys, calls, put } = testHost();
  const stat = newStat();
  expect(calls.umask(0o077)).toBe(0o022);
  expect(calls.umask(0o022)).toBe(0o077);
  sys.mkdir(AT_FDCWD, encode("d"), 0o755);
  expect(calls.chmod(put("d"), 0o700)).toBe(0);
  sys.stat(AT_FDCWD, encode("d"), true, stat);
  expect(stat.mode & 0o7777).toBe(0o700);
  expect(calls.chmod(put("none"), 0o700)).toBe(ENOENT);
  expect(calls.fchmod(99, 0o700)).toBe(EBADF);
});

test("a trace shows these calls as WASI's", () => {
  const { traced, lines, put } = testHost();
  traced.getpid();
  traced.chdir(put("/tmp"));
  traced.chdir(put("/none"));
  traced.pipe(OUT, 0);
  expect(lines.map((line) => line.replace(/ <.*/, ""))).toEqual([
    expect.stringMatching(/^getpid\(\) = \d+$/),
    'chdir("/tmp") = 0',
    'chdir("/none") = -1 ENOENT (No such file or directory)',
    "pipe(0) = 0",
  ]);
});
