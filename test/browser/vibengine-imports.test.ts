// Programs that import `vibengine`: real Unix programs, which start others, wait for them and connect them.

import { expect, test } from "vitest";
import { assemble, install, newSandbox } from "./sandboxes.ts";

const IMPORTS = `
  (import "vibengine" "spawn" (func $spawn (param i32 i32) (result i32)))
  (import "vibengine" "wait" (func $wait (param i32 i32 i32 i32) (result i32)))
  (import "vibengine" "pipe" (func $pipe (param i32 i32) (result i32)))
  (import "vibengine" "chdir" (func $chdir (param i32) (result i32)))
  (import "vibengine" "getpid" (func $getpid (result i32)))
  (import "vibengine" "kill" (func $kill (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1000) "/usr/bin/seq\\00") (data (i32.const 1020) "/usr/bin/wc\\00") (data (i32.const 1040) "-l\\00")
  (data (i32.const 1050) "100000\\00") (data (i32.const 1060) "/usr/bin/sleep\\00") (data (i32.const 1080) "/none\\00")
  (data (i32.const 1090) "/tmp\\00") (data (i32.const 1100) "/usr/bin/pwd\\00") (data (i32.const 1120) "/usr/bin\\00")
  (func $request (param $at i32) (param $path i32) (param $argument i32) (param $actions i32) (param $count i32)
    (i32.store (local.get $at) (local.get $path))
    (i32.store offset=4 (local.get $at) (i32.add (local.get $at) (i32.const 32)))
    (i32.store offset=16 (local.get $at) (local.get $actions))
    (i32.store offset=20 (local.get $at) (local.get $count))
    (i32.store offset=32 (local.get $at) (local.get $path))
    (i32.store offset=36 (local.get $at) (local.get $argument)))`;

async function run(body: string, command = "./program.wasm", options = {}) {
  const sandbox = await newSandbox();
  await install(sandbox, "program.wasm", await assemble(`(module ${IMPORTS} (func (export "_start") ${body}))`));
  return sandbox.commands.run(command, options);
}

/** `seq 100000 | wc -l`: far more than a pipe holds. */
const PIPELINE = `
  (drop (call $pipe (i32.const 0) (i32.const 1)))
  (i32.store (i32.const 16) (i32.load (i32.const 4))) (i32.store (i32.const 20) (i32.const 1))
  (i32.store (i32.const 24) (i32.load (i32.const 0))) (i32.store (i32.const 28) (i32.const 0))
  (call $request (i32.const 100) (i32.const 1000) (i32.const 1050) (i32.const 16) (i32.const 1))
  (call $request (i32.const 200) (i32.const 1020) (i32.const 1040) (i32.const 24) (i32.const 1))
  (if (call $spawn (i32.const 100) (i32.const 40)) (then (call $exit (i32.const 101))))
  (if (call $spawn (i32.const 200) (i32.const 44)) (then (call $exit (i32.const 102))))
  (drop (call $close (i32.load (i32.const 0)))) (drop (call $close (i32.load (i32.const 4))))
  (if (call $wait (i32.load (i32.const 44)) (i32.const 0) (i32.const 48) (i32.const 52)) (then (call $exit (i32.const 103))))
  (if (i32.load (i32.const 48)) (then (call $exit (i32.const 104))))
  (if (call $wait (i32.const -1) (i32.const 0) (i32.const 48) (i32.const 52)) (then (call $exit (i32.const 105))))
  (if (i32.ne (i32.load (i32.const 52)) (i32.load (i32.const 40))) (then (call $exit (i32.const 106))))
  (call $exit (i32.const 7))`;

test("a pipeline of two programs, fed through a pipe and waited for", async () => {
  expect(await run(PIPELINE)).toEqual({ exitCode: 7, stdout: "100000\n", stderr: "" });
});

test("what can't be started: the errno", async () => {
  const status = async (body: string) => (await run(body)).exitCode;
  const spawn = "(call $exit (call $spawn (i32.const 100) (i32.const 40)))";
  expect(
    await status(`(call $request (i32.const 100) (i32.const 1080) (i32.const 0) (i32.const 0) (i32.const 0)) ${spawn}`),
  ).toBe(44);
  expect(
    await status(`(call $request (i32.const 100) (i32.const 1090) (i32.const 0) (i32.const 0) (i32.const 0)) ${spawn}`),
  ).toBe(31);
  // An action that can't be done, and a working directory that is none: no child is left to wait for.
  const bad = `(i32.store (i32.const 16) (i32.const 99))
    (call $request (i32.const 100) (i32.const 1100) (i32.const 0) (i32.const 16) (i32.const 1))
    (if (i32.ne (call $spawn (i32.const 100) (i32.const 40)) (i32.const 8)) (then (call $exit (i32.const 100))))
    (call $request (i32.const 100) (i32.const 1100) (i32.const 0) (i32.const 16) (i32.const 0))
    (i32.store (i32.const 112) (i32.const 1080))
    (if (i32.ne (call $spawn (i32.const 100) (i32.const 40)) (i32.const 44)) (then (call $exit (i32.const 101))))
    (call $exit (call $wait (i32.const -1) (i32.const 0) (i32.const 48) (i32.const 52)))`;
  expect(await status(bad)).toBe(12);
});

test("a child starts in the working directory, or where it is told to", async () => {
  const body = `(drop (call $chdir (i32.const 1090)))
    (call $request (i32.const 100) (i32.const 1100) (i32.const 0) (i32.const 0) (i32.const 0))
    (drop (call $spawn (i32.const 100) (i32.const 40)))
    (drop (call $wait (i32.const -1) (i32.const 0) (i32.const 48) (i32.const 52)))
    (i32.store (i32.const 112) (i32.const 1120))
    (drop (call $spawn (i32.const 100) (i32.const 40)))
    (drop (call $wait (i32.const -1) (i32.const 0) (i32.const 48) (i32.const 52)))`;
  expect((await run(body)).stdout).toBe("/tmp\n/usr/bin\n");
});

test("killed while it waits for a child: both are gone when told, and the group with them", async () => {
  const sandbox = await newSandbox();
  const body = `(call $request (i32.const 100) (i32.const 1060) (i32.const 1050) (i32.const 0) (i32.const 0))
    (drop (call $spawn (i32.const 100) (i32.const 40)))
    (drop (call $wait (i32.const -1) (i32.const 0) (i32.const 48) (i32.const 52)))`;
  await install(sandbox, "program.wasm", await assemble(`(module ${IMPORTS} (func (export "_start") ${body}))`));
  const handle = await sandbox.commands.run("echo up; exec ./program.wasm", { background: true });
  await expect.poll(async () => (await sandbox.commands.run("ps -e | grep -c sleep")).stdout).toBe("1\n");
  await handle.kill();
  expect((await handle.wait()).exitCode).toBe(137);
  expect((await sandbox.commands.run("ps -e | grep -c sleep")).stdout).toBe("0\n");
});

test("a program can signal itself, and no code of it runs afterwards", async () => {
  expect((await run("(drop (call $kill (call $getpid) (i32.const 15))) (call $exit (i32.const 3))")).exitCode).toBe(
    143,
  );
});

test("its calls are traced beside WASI's; its children's, too", async () => {
  const lines: string[] = [];
  await run(PIPELINE, "./program.wasm", { onTrace: (line: string) => lines.push(line) });
  const text = lines.join("\n");
  expect(text).toMatch(/ spawn\(\) = \d+ </);
  expect(text).toMatch(/ wait\(-1, 0\) = \d+ </);
  expect(text).toMatch(/ write\(1, "100000\\n", 7\) = 7 </);
});

test("`wasi` does not offer it", async () => {
  const { exitCode, stderr } = await run(PIPELINE, "wasi program.wasm");
  expect(exitCode).toBe(126);
  expect(stderr).toContain("vibengine");
});
