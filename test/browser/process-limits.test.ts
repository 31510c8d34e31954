// How many guests may live at once, and that killed ones are gone: their workers, too.

import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startGuests } from "../support/guests.ts";
import { assemble, FOREVER, install, NOTHING, newSandbox } from "./sandboxes.ts";

/** poll_oneoff on the monotonic clock, for 1,000 s. */
const SLEEPER = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 1000000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`;

/** A guest that waits in the imports of `vibengine` and WASI, in the one way or other: in a pipe of its own, say, with both ends. */
const waiting = (body: string) => `(module
  (import "vibengine" "pipe" (func $pipe (param i32 i32) (result i32)))
  (import "vibengine" "spawn" (func $spawn (param i32 i32) (result i32)))
  (import "vibengine" "wait" (func $wait (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 3)
  (data (i32.const 600) "/sleeper.wasm\\00")
  (func $child
    (i32.store (i32.const 512) (i32.const 600))
    (i32.store (i32.const 516) (i32.const 544))
    (i32.store (i32.const 544) (i32.const 600))
    (drop (call $spawn (i32.const 512) (i32.const 560))))
  (func (export "_start")
    (drop (call $pipe (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const 1024))
    (i32.store (i32.const 12) (i32.const 65536))
    ${body}))`;

const WAITS: Record<string, string> = {
  "an empty pipe": waiting("(drop (call $read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 32)))"),
  "a full pipe": waiting(`(loop $more
    (drop (call $write (i32.load (i32.const 4)) (i32.const 8) (i32.const 1) (i32.const 32))) (br $more))`),
  "poll of a pipe": waiting(`
    (i32.store8 (i32.const 72) (i32.const 1))
    (i32.store (i32.const 80) (i32.load (i32.const 0)))
    (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 32)))`),
  sleep: SLEEPER,
  "a child": waiting(`(call $child)
    (drop (call $wait (i32.const -1) (i32.const 0) (i32.const 32) (i32.const 36)))`),
};
const SPAWNING = waiting("(call $child)");

const LIMIT = 64;

/** V8's own, which the tests' browser is started with. */
declare const gc: () => void;

let sleeper: Uint8Array;
beforeAll(async () => {
  sleeper = await assemble(SLEEPER);
});

/** How many sleepers run, each in a worker. */
async function running(sandbox: Awaited<ReturnType<typeof newSandbox>>): Promise<number> {
  const { stdout, stderr } = await sandbox.commands.run("ps -e | grep -c sleeper.wasm");
  expect(stderr).toBe("");
  return Number(stdout);
}

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
  // It comes through another pipe.
  await expect
    .poll(() => handle.stderr)
    .toBe("sh: line 1: fork: Resource temporarily unavailable\n".repeat(70 - LIMIT));
  await install(sandbox, "nothing.wasm", NOTHING);
  expect((await sandbox.commands.run("./nothing.wasm")).exitCode).toBe(254);
  // Tools are no guests.
  expect((await sandbox.commands.run("echo still | tr a-z A-Z")).stdout).toBe("STILL\n");
  await handle.kill();
  await handle.wait();
  const script = "i=0; while [ $i -lt 100 ]; do ./nothing.wasm || exit; i=$((i+1)); done; echo $i";
  expect(await sandbox.commands.run(script)).toEqual({ exitCode: 0, stdout: "100\n", stderr: "" });
});

// How long it takes is in the benchmark. A worker that must be terminated would take 2 s to end.
test.each(Object.keys(WAITS))("a program killed while it waits for %s leaves its worker by itself", async (what) => {
  const guests = await startGuests();
  onTestFinished(() => guests.close());
  await guests.install("sleeper.wasm", sleeper);
  await guests.install("waiting.wasm", await assemble(WAITS[what]));
  const { pid, gone } = await guests.start("waiting.wasm");
  await guests.waits(pid);
  await guests.kill(pid);
  expect((await gone).byForce).toBe(false);
});

test("and one killed while the kernel is at its spawn", async () => {
  const guests = await startGuests();
  onTestFinished(() => guests.close());
  await guests.install("spawning.wasm", await assemble(SPAWNING));
  const { pid, gone } = await guests.start("spawning.wasm", { isHeard: false });
  await guests.waits(pid);
  await guests.kill(pid);
  expect((await gone).byForce).toBe(false);
});

test("a program killed while it computes is dead for everybody, and counts until its worker has burnt out", async () => {
  const sandbox = await newSandbox();
  const { handle, failed } = await startSleepers(sandbox, LIMIT - 1);
  await install(sandbox, "forever.wasm", FOREVER);
  await install(sandbox, "nothing.wasm", NOTHING);
  const nothing = async () => (await sandbox.commands.run("./nothing.wasm")).exitCode;
  await expect.poll(() => running(sandbox), { timeout: 20_000 }).toBe(LIMIT - 1);
  const busy = await sandbox.commands.run("./forever.wasm", { background: true });
  const busyState = "cat /proc/[0-9]*/stat | grep -c '(forever.wasm) R'";
  await expect.poll(async () => (await sandbox.commands.run(busyState)).stdout).toBe("1\n");
  expect(await nothing()).toBe(254);
  const start = performance.now();
  await busy.kill();
  expect((await sandbox.commands.run("ps -e | grep -c forever.wasm")).stdout).toBe("0\n");
  expect((await busy.wait()).exitCode).toBe(137);
  expect(await nothing()).toBe(254);
  await expect.poll(nothing, { timeout: 20_000 }).toBe(0);
  // Chromium lets a worker that computes go on for 2 s. Nothing that slows the machine down makes this shorter.
  expect(performance.now() - start).toBeGreaterThan(2000);
  expect(failed()).toBe(0);
  await handle.kill();
});

test("all sandboxes of a page together: 100, however many want to run; and places come back when a sandbox ends", {
  timeout: 120_000,
}, async () => {
  const sandboxes = [await newSandbox(), await newSandbox()];
  // What earlier tests left on this page's heap are memories, of which a page has some 120 for everybody.
  gc();
  // Each tries until it has a place, and counts its tries.
  const script = `for i in $(seq ${LIMIT}); do until ./sleeper.wasm; do echo >> tries; sleep 0.1; done & done; wait`;
  for (const sandbox of sandboxes) {
    await install(sandbox, "sleeper.wasm", sleeper);
    await sandbox.commands.run(script, { background: true });
  }
  const all = async () => (await Promise.all(sandboxes.map(running))).reduce((sum, count) => sum + count, 0);
  const tries = async () => {
    const outputs = await Promise.all(sandboxes.map((one) => one.commands.run("touch tries; cat tries | wc -l")));
    return outputs.reduce((sum, { stdout, stderr }) => {
      expect(stderr).toBe("");
      return sum + Number(stdout);
    }, 0);
  };
  await expect.poll(all, { timeout: 60_000 }).toBe(100);
  // Everyone who waits tries several times more, in vain.
  const before = await tries();
  await expect.poll(tries, { timeout: 60_000 }).toBeGreaterThan(before + 4 * (2 * LIMIT - 100));
  expect(await all()).toBe(100);
  await sandboxes[0].kill();
  await expect.poll(() => running(sandboxes[1]), { timeout: 60_000 }).toBe(LIMIT);
});

test("where the browser has no memory left for another program, it says so, and lines are counted all the same", async () => {
  const sandbox = await newSandbox();
  await install(sandbox, "nothing.wasm", NOTHING);
  const taken = await takeMemories();
  onTestFinished(() => taken.terminate());
  const count = await sandbox.commands.run("seq 1000 | wc -lw; seq 1000 | grep -c 7; seq 1000 | head -n 2");
  expect(count).toEqual({ exitCode: 0, stdout: "   1000    1000\n271\n1\n2\n", stderr: "" });
  const result = await sandbox.commands.run("./nothing.wasm");
  expect(result).toEqual({ exitCode: 126, stdout: "", stderr: "./nothing.wasm: Cannot allocate memory\n" });
  taken.terminate();
  await expect.poll(async () => (await sandbox.commands.run("./nothing.wasm")).exitCode, { timeout: 20_000 }).toBe(0);
});

/** A worker that holds all WebAssembly memories the browser gives to this page. */
async function takeMemories(): Promise<Worker> {
  const script = `const all = [];
    try { for (;;) all.push(new WebAssembly.Memory({ initial: 1 })); } catch {}
    onmessage = () => postMessage(all.length);
    postMessage(all.length);`;
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  await new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }));
  return worker;
}
