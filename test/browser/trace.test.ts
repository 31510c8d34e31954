// `onTrace`: what a command and everything it starts calls.

import { expect, test } from "vitest";
import { assemble, install, newSandbox } from "./sandboxes.ts";

/** Reads up to 64 bytes of its stdin and writes them to its stdout; then says what fstat of fd 1023 gives, as its status. */
const ECHO = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 64))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (call $close (i32.const 1023)))))`;

const EBADF = 8;

test("echo hi | ./prog.wasm: the calls of shell, builtin and program, a line each", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "prog.wasm", await assemble(ECHO));
  const lines: string[] = [];
  const result = await sandbox.commands.run("echo hi | ./prog.wasm", { onTrace: (line) => lines.push(line) });
  expect(result).toEqual({ exitCode: EBADF, stdout: "hi\n", stderr: "" });
  for (const line of lines) expect(line).toMatch(/^\[\d+\] \w+\(.*\) = .+$/);
  const pidOf = (pattern: RegExp) => Number(/^\[(\d+)\]/.exec(lines.find((line) => pattern.test(line)) ?? "")?.[1]);
  const writer = pidOf(/ write\(1, "hi\\n", 3\) = 3 <\d\.\d{6}>$/);
  const guest = pidOf(/ fd_read\(0, "hi\\n"\) = 3 /);
  expect(writer).toBeGreaterThan(1);
  expect(guest).toBeGreaterThan(1);
  expect(guest).not.toBe(writer);
  const guestLines = lines.filter((line) => line.startsWith(`[${guest}]`)).map((line) => line.replace(/ <.*>$/, ""));
  expect(guestLines).toEqual([
    `[${guest}] exec("./prog.wasm") = 0`,
    `[${guest}] fd_read(0, "hi\\n") = 3`,
    `[${guest}] fd_write(1, "hi\\n") = 3`,
    `[${guest}] fd_close(1023) = -1 EBADF (Bad file descriptor)`,
    `[${guest}] proc_exit(8) = ?`,
  ]);
  const text = lines.join("\n");
  expect(text).toMatch(/ pipe\(\[\d+, \d+\]\) = 0 /);
  expect(text).toMatch(/ stat\(AT_FDCWD, "\.\/prog\.wasm"\) = 0 /);
  expect(text).toMatch(new RegExp(` spawn\\("\\./prog\\.wasm", \\["\\./prog\\.wasm"\\]\\) = ${guest} <`));
  expect(text).toMatch(new RegExp(` wait\\(${guest}\\) = ${EBADF} <`));
});

test("tools, redirections and what fails", async () => {
  const sandbox = await newSandbox();
  const lines: string[] = [];
  await sandbox.commands.run("cat none; ls /etc > out", { onTrace: (line) => lines.push(line) });
  const text = lines.join("\n");
  expect(text).toMatch(/open\(AT_FDCWD, "none", O_RDONLY.*\) = -1 ENOENT \(No such file or directory\) </);
  expect(text).toMatch(/open\(AT_FDCWD, "out", O_WRONLY\|O_CREAT\|O_TRUNC, 0666\) = \d+ </);
  expect(text).toMatch(/readdir\(\d+, 0\) = 1 </);
});

test("a wait is one line, with its whole time", async () => {
  const sandbox = await newSandbox();
  const lines: string[] = [];
  await sandbox.commands.run("sleep 0.2 | cat", { onTrace: (line) => lines.push(line) });
  const reads = lines.filter((line) => / read\(0, "", \d+\) = 0 /.test(line));
  expect(reads).toHaveLength(1);
  expect(Number(/<(.*)>/.exec(reads[0])?.[1])).toBeGreaterThan(0.15);
  expect(lines.filter((line) => line.includes("EAGAIN"))).toEqual([]);
});

test("ten thousand lines arrive, in order, though the listener is slow", async () => {
  const sandbox = await newSandbox();
  let last = 0;
  let count = 0;
  await sandbox.commands.run("i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo $i; done > out", {
    onTrace: (line) => {
      const [, number] = / write\(1, "(\d+)\\n"/.exec(line) ?? [];
      if (number === undefined) return;
      expect(Number(number)).toBe(last + 1);
      last = Number(number);
      if (++count % 1000 === 0) for (const end = performance.now() + 20; performance.now() < end; );
    },
  });
  expect(count).toBe(10_000);
});

test("a command that is not traced has no trace", async () => {
  const sandbox = await newSandbox();
  const lines: string[] = [];
  await sandbox.commands.run("echo one", { onTrace: (line) => lines.push(line) });
  const { length } = lines;
  await sandbox.commands.run("echo two");
  expect(lines.length).toBe(length);
});
