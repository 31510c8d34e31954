// What a process is held to where it takes workers to see it: running time, and guests that write too much; and guests that wait
// until the other side of a FIFO is opened.

import { InvalidArgumentError } from "vibengine";
import { expect, test } from "vitest";
import { assemble, FOREVER, install, newSandbox, rejection } from "./sandboxes.ts";

/** Writes 4 KiB to stdout again and again, whatever comes of it. */
const WRITER = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 4) (i32.const 4096))
    (loop $more (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br $more))))`;

/** Opens the file "p" for reading or writing, and copies once: from it to stdout, or to it what it has to say. */
const opener = (right: number, copy: string) => `(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "p")
  (data (i32.const 100) "from a guest\\n")
  (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  (func (export "_start")
    (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0)
      (i64.const ${right}) (i64.const 0) (i32.const 0) (i32.const 8)))
    (i32.store (i32.const 16) (i32.const 100))
    (i32.store (i32.const 20) (i32.const 13))
    ${copy}))`;
const FROM = opener(
  2,
  `(call $check (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))
   (i32.store (i32.const 20) (i32.load (i32.const 24)))
   (call $check (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))`,
);
const TO = opener(
  64,
  "(call $check (call $write (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))",
);

async function sandboxWith(programs: Record<string, Uint8Array>) {
  const sandbox = await newSandbox();
  for (const [name, bytes] of Object.entries(programs)) await install(sandbox, name, bytes);
  return sandbox;
}

test("ulimit -t ends a guest and a shell that compute, and can be caught", async () => {
  const sandbox = await sandboxWith({ "/forever.wasm": FOREVER });
  const status = async (script: string) => (await sandbox.commands.run(`(${script}); echo $?`)).stdout;
  const results = await Promise.all([
    status("ulimit -St 1; /forever.wasm"),
    status("ulimit -t 1; /forever.wasm"),
    status("ulimit -t 1; while :; do :; done"),
    status('trap "echo xcpu; exit 3" XCPU; ulimit -St 1; while :; do :; done'),
  ]);
  expect(results).toEqual(["152\n", "137\n", "137\n", "xcpu\n3\n"]);
});

test("ulimit -f ends a guest at the limit, which wrote up to it", async () => {
  const sandbox = await sandboxWith({ "/writer.wasm": await assemble(WRITER) });
  const { stdout } = await sandbox.commands.run("(ulimit -f 10; /writer.wasm > f); echo $?; wc -c < f");
  expect(stdout).toBe("153\n5120\n"); // sh counts blocks of 512 bytes
});

test("a guest that opens a FIFO waits for the other side; a kill ends the wait", async () => {
  const sandbox = await sandboxWith({ "/from.wasm": await assemble(FROM), "/to.wasm": await assemble(TO) });
  const run = async (script: string) => (await sandbox.commands.run(script)).stdout;
  expect(await run("mkfifo p; /from.wasm & echo to a guest > p; wait")).toBe("to a guest\n");
  expect(await run("/to.wasm & cat p; wait")).toBe("from a guest\n");
  expect(await run("/from.wasm & /to.wasm; wait")).toBe("from a guest\n");
  // Asleep (S) since it has nobody to read from.
  const waits = 'until [ "$(ps -o stat= -p $!)" = S ]; do sleep 0.02; done';
  expect(await run(`/to.wasm & ${waits}; kill $!; wait $!; echo $?`)).toBe("143\n");
  expect(await run(`/from.wasm & ${waits}; kill -9 $!; wait $!; echo $?`)).toBe("137\n");
});

test("the files API does not wait for a FIFO: it refuses to read one", async () => {
  const sandbox = await newSandbox();
  await sandbox.commands.run("mkfifo p");
  const error = await rejection(sandbox.files.read("p"));
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect(error.message).toBe("can't read p: it is a FIFO, whose end may never come; read it with a command");
});
