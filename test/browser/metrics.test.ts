// `getMetrics`: what a sandbox says it uses, held against what is made to happen in it.

import { InvalidArgumentError, Sandbox, SandboxError, SandboxNotFoundError } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { assemble, install, newSandbox, rejection } from "./sandboxes.ts";

const MIB = 1024 * 1024;
const last = async (sandbox: Sandbox) => (await sandbox.getMetrics()).at(-1)!;

test("processor: a busy process is seen, a sleeping one is not", async () => {
  const sandbox = await newSandbox();
  expect((await last(sandbox)).cpuCount).toBe(navigator.hardwareConcurrency);
  await sandbox.commands.run("sleep 1");
  expect((await last(sandbox)).cpuUsedPct).toBeLessThan(60);
  const busy = await sandbox.commands.run("while :; do :; done", { background: true });
  await sandbox.commands.run("sleep 1.2");
  await last(sandbox);
  await sandbox.commands.run("sleep 1.2");
  expect((await last(sandbox)).cpuUsedPct).toBeGreaterThan(60);
  await busy.kill();
});

test("disk: what df says; memory: the disk's and that of a program which runs, as it grows", async () => {
  const sandbox = await newSandbox({ diskSizeBytes: 64 * MIB });
  const before = await last(sandbox);
  expect(before.diskTotal).toBe(64 * MIB);
  await sandbox.files.write("big", new Uint8Array(5 * MIB));
  const after = await last(sandbox);
  expect(after.diskUsed - before.diskUsed).toBeGreaterThanOrEqual(5 * MIB);
  expect(after.diskUsed - before.diskUsed).toBeLessThan(5.1 * MIB);
  const [total, used] = (await sandbox.commands.run("df -k / | tail -1")).stdout.split(/\s+/).slice(1).map(Number);
  expect([total! * 1024, used! * 1024]).toEqual([after.diskTotal, after.diskUsed]);
  expect(after.memUsed - before.memUsed).toBe(after.diskUsed - before.diskUsed);
  expect(after.memTotal).toBeGreaterThanOrEqual(256 * MIB);

  // 32 MiB from its start, 16 more when it has read a byte; then it waits for another.
  const program = `(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 512)
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 1))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (memory.grow (i32.const 256)))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))`;
  await install(sandbox, "/home/user/large", await assemble(program));
  const command = await sandbox.commands.run("./large", { background: true, stdin: true });
  const memUsed = async () => {
    const now = await last(sandbox);
    return (now.memUsed - now.diskUsed) / MIB;
  };
  await expect.poll(memUsed).toBe(32);
  await command.sendStdin("x");
  await expect.poll(memUsed).toBe(48);
  expect((await sandbox.commands.run("ps aux | grep '[.]/large$'")).stdout).toMatch(/ 49152 +49152 /);
  await command.closeStdin();
  await command.wait();
  expect(await memUsed()).toBe(0);
});

test("samples are in order and within the range asked for", async () => {
  const sandbox = await newSandbox();
  const { startedAt } = await sandbox.getInfo();
  await sandbox.commands.run("sleep 1.1");
  const all = await sandbox.getMetrics({});
  const times = all.map(({ timestamp }) => timestamp.getTime());
  expect(all.length).toBeGreaterThan(1);
  expect(times).toEqual([...times].sort());
  expect(times[0]).toBeGreaterThanOrEqual(startedAt.getTime() - 1000);
  expect(await sandbox.getMetrics({ start: new Date(times[0]! + 1), end: new Date(times[1]!) })).toEqual([all[1]]);
  expect(await sandbox.getMetrics({ end: new Date(times[0]!) })).toEqual([all[0]]);
  expect(await sandbox.getMetrics({ end: new Date(0) })).toEqual([]);
  expect((await Sandbox.getMetrics(sandbox.sandboxId)).slice(0, 1)).toEqual(all.slice(0, 1));
});

test("bad ranges and sandboxes that are not there", async () => {
  const sandbox = await newSandbox();
  const day = new Date(Date.UTC(2020, 1, 1));
  const bad: [object, RegExp][] = [
    [{ start: 5 }, /start must be a valid Date, got 5/],
    [{ end: "2020-01-01" }, /end must be a valid Date, got "2020-01-01"/],
    [{ start: new Date(Number.NaN) }, /start must be a valid Date, got an invalid one/],
    [{ start: new Date(), end: day }, /start must not be after end, got .* and 2020-02-01T00:00:00.000Z/],
    [null as unknown as object, /range must be an object with start and end, got null/],
  ];
  for (const [range, message] of bad) {
    for (const asked of [sandbox.getMetrics(range), Sandbox.getMetrics(sandbox.sandboxId, range)]) {
      const error = await rejection(asked);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toMatch(message);
    }
  }
  expect(await rejection(Sandbox.getMetrics(""))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(Sandbox.getMetrics("sb_none"))).toBeInstanceOf(SandboxNotFoundError);
  await sandbox.pause();
  for (const asked of [sandbox.getMetrics(), Sandbox.getMetrics(sandbox.sandboxId)]) {
    const error = await rejection(asked);
    expect(error).toBeInstanceOf(SandboxNotFoundError);
    expect(error.message).toContain("is paused");
  }
});

test("of a sandbox whose page does not answer, it is an error in the end", async () => {
  const id = "sb_elsewhere";
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    navigator.locks.request(`vibengine:${id}`, () => {
      resolve();
      return new Promise<void>((done) => (release = done));
    });
  });
  await held;
  onTestFinished(() => release());
  const error = await rejection(Sandbox.getMetrics(id));
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.message).toContain("is running in another page or tab, which does not answer");
});
