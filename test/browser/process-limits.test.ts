// How many guests may live at once, and that killed ones are gone: their workers, too.

import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startGuests } from "../support/guests.ts";
import { assemble, install, NOTHING, newSandbox } from "./sandboxes.ts";

/** poll_oneoff on the monotonic clock, for 1,000 s. */
const SLEEPER = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 1000000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`;

/** Reads from a pipe of its own that nobody writes to. */
const READER = `(module
  (import "vibengine" "pipe" (func $pipe (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $pipe (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const 64))
    (i32.store (i32.const 12) (i32.const 16))
    (drop (call $read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 32)))))`;

const LIMIT = 64;

let sleeper: Uint8Array;
let reader: Uint8Array;
beforeAll(async () => {
  sleeper = await assemble(SLEEPER);
  reader = await assemble(READER);
});

/** Starts `count` sleeping guests and waits until each has started or failed; resolves to stderr so far. */
async function startSleepers(sandbox: Awaited<ReturnType<typeof newSandbox>>, count: number) {
  await install(sandbox, "sleeper.wasm", sleeper);
  const script = `for i in $(seq ${count}); do ./sleeper.wasm || echo failed $? & done; wait`;
  let failed = 0;
  const handle = await sandbox.commands.run(script, {
    background: true,
    onStdout: (text) => {
      failed += text.split("failed 254\n").length - 1;
    },
  });
  return { handle, failed: () => failed };
}

test("70 sleeping programs: 64 run, the rest fail as a shell says, and nothing is left over", async () => {
  const sandbox = await newSandbox();
  const { handle, failed } = await startSleepers(sandbox, 70);
  await expect.poll(failed, { timeout: 20_000 }).toBe(70 - LIMIT);
  expect(handle.stderr).toBe("sh: line 1: fork: Resource temporarily unavailable\n".repeat(70 - LIMIT));
  await install(sandbox, "nothing.wasm", NOTHING);
  expect((await sandbox.commands.run("./nothing.wasm")).exitCode).toBe(254);
  // Tools are no guests.
  expect((await sandbox.commands.run("echo still | tr a-z A-Z")).stdout).toBe("STILL\n");
  await handle.kill();
  await handle.wait();
  const script = "i=0; while [ $i -lt 100 ]; do ./nothing.wasm || exit; i=$((i+1)); done; echo $i";
  expect(await sandbox.commands.run(script)).toEqual({ exitCode: 0, stdout: "100\n", stderr: "" });
});

test("a program that is killed while it waits leaves its worker at once, however it waits", async () => {
  const guests = await startGuests();
  onTestFinished(() => guests.close());
  await guests.install("sleeper.wasm", sleeper);
  await guests.install("reader.wasm", reader);
  for (const name of ["sleeper.wasm", "reader.wasm"]) {
    const { pid, gone } = await guests.start(name);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await guests.kill(pid);
    // How long that takes is in the benchmark. A worker that has to be terminated would take 2 s to end.
    expect((await gone).byForce).toBe(false);
  }
});
