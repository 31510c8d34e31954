// WebAssembly programs straight from the disk: a tiny one, one that never ends, and CPython 3.12, which nobody here wrote.

import { beforeAll, expect, test } from "vitest";
import { assemble, FOREVER, install, isSame, NOTHING, newSandbox, pythonProgram } from "./sandboxes.ts";

let python: Uint8Array;
beforeAll(async () => {
  python = await pythonProgram();
});

test("a WASI command runs and ends, again and again", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "nothing.wasm", NOTHING);
  const script = "i=0; while [ $i -lt 100 ]; do ./nothing.wasm || exit 1; i=$((i+1)); done; echo $i";
  expect(await sandbox.commands.run(script)).toEqual({ exitCode: 0, stdout: "100\n", stderr: "" });
});

test("many at once: each has a worker of its own", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "nothing.wasm", NOTHING);
  const { stdout } = await sandbox.commands.run("for i in 1 2 3 4 5 6 7 8; do ./nothing.wasm & done; wait; echo all");
  expect(stdout).toBe("all\n");
});

test("a guest in an endless loop is dead when it is killed, and harms nobody meanwhile", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "forever.wasm", FOREVER);
  const handle = await sandbox.commands.run("./forever.wasm", { background: true });
  // The kernel's clock and other processes go on beside it.
  expect((await sandbox.commands.run("sleep 0.2; echo beside | cat")).stdout).toBe("beside\n");
  expect(await handle.kill()).toBe(true);
  expect((await handle.wait()).exitCode).toBe(137);
  expect((await sandbox.commands.run("echo after")).stdout).toBe("after\n");
});

test("a shell's kill ends a guest in an endless loop", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "forever.wasm", FOREVER);
  const { stdout } = await sandbox.commands.run("./forever.wasm & pid=$!; kill -9 $pid; wait $pid; echo $?");
  expect(stdout).toBe("137\n");
});

test("python -c", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "/usr/local/bin/python", python);
  expect(await sandbox.commands.run("python -c 'print(sum(range(10)))'")).toEqual({
    exitCode: 0,
    stdout: "45\n",
    stderr: "",
  });
  expect((await sandbox.commands.run("python -c 'import sys; sys.exit(7)'")).exitCode).toBe(7);
  expect((await sandbox.commands.run("python -c 'import sys; print(sys.argv[1:])' a 'b c' é")).stdout).toBe(
    "['a', 'b c', 'é']\n",
  );
  const { stdout } = await sandbox.commands.run(
    "GREETING=hello python -c 'import os; print(os.environ[\"GREETING\"])'",
  );
  expect(stdout).toBe("hello\n");
});

test("a Python script reads and writes files, relative and absolute, and stdin", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "/usr/local/bin/python", python);
  await sandbox.files.write("work/numbers.txt", "3\n1\n2\n");
  await sandbox.files.write(
    "work/sort.py",
    [
      "import os, sys",
      "lines = sorted(open('numbers.txt'))",
      "os.makedirs('out/deep')",
      "open('/home/user/work/out/deep/sorted.txt', 'w').writelines(lines)",
      "os.rename('out/deep/sorted.txt', 'out/sorted.txt')",
      "print(sorted(os.listdir('.')), os.stat('out/sorted.txt').st_size, sys.stdin.read())",
    ].join("\n"),
  );
  const result = await sandbox.commands.run("python sort.py", { cwd: "/home/user/work", stdin: "from stdin" });
  expect(result).toEqual({ exitCode: 0, stdout: "['numbers.txt', 'out', 'sort.py'] 6 from stdin\n", stderr: "" });
  expect(await sandbox.files.read("work/out/sorted.txt")).toBe("1\n2\n3\n");
});

test("python gen.py | grep 7 | sort -r | head -3", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "/usr/local/bin/python", python);
  await sandbox.files.write("gen.py", "for i in range(100): print(i)");
  expect((await sandbox.commands.run("python gen.py | grep 7 | sort -r | head -3")).stdout).toBe("97\n87\n79\n");
});

test("a Python script in an endless loop is killed, one that waits too", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "/usr/local/bin/python", python);
  for (const script of ["while True: pass", "import time; time.sleep(60)", "input()"]) {
    await sandbox.files.write("script.py", `print('up', flush=True)\n${script}`);
    let isUp = () => {};
    const up = new Promise<void>((resolve) => {
      isUp = resolve;
    });
    const handle = await sandbox.commands.run("python script.py", {
      background: true,
      stdin: true,
      onStdout: () => isUp(),
    });
    await up;
    await handle.kill();
    expect(await handle.wait()).toMatchObject({ exitCode: 137, stdout: "up\n" });
  }
});

test("a guest can't reach the network or the page", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "/usr/local/bin/python", python);
  const { exitCode, stderr } = await sandbox.commands.run(
    "python -c 'import socket; socket.create_connection((\"localhost\", 80))'",
  );
  expect(exitCode).toBe(1);
  expect(stderr).not.toBe("");
});

test("bytes go to and come from where a program's memory has grown, up to its end", async () => {
  const sandbox = await newSandbox();
  // Grows from 1 page to 40, reads 100,000 bytes to the very end of that, and writes them out from there, twice.
  const program = await assemble(`(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.const 1000))
      (drop (call $pread (i32.const 0) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (memory.grow (i32.const 39)))
      (i32.store (i32.const 0) (i32.const 2521440)) (i32.store (i32.const 4) (i32.const 100000))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`);
  await install(sandbox, "grow.wasm", program);
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const data = new Uint8Array(100_000);
  data.set(bytes);
  data.set(bytes, 50_000);
  await sandbox.files.write("data", data);
  await sandbox.commands.run("./grow.wasm < data > copy; cat data | ./grow.wasm > piped");
  const copy = await sandbox.files.read("copy", { format: "bytes" });
  expect(isSame(copy.subarray(0, 1000), data.subarray(0, 1000))).toBe(true);
  expect(isSame(copy.subarray(1000), data)).toBe(true);
  const piped = await sandbox.files.read("piped", { format: "bytes" });
  // A pipe has no positions: the first piece stays zeros. Of the rest a read gets at least what is written at once.
  expect(isSame(piped.subarray(1000, 1000 + 4096), data.subarray(0, 4096))).toBe(true);
});
