// A sandbox's life: create, keep alive, time out, kill; and every refusal on the way.

import { InvalidArgumentError, Sandbox, SandboxError, SandboxNotFoundError, TimeoutError } from "vibengine";
import { expect, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";

test("a new sandbox runs for 60 s by default", async () => {
  const before = Date.now();
  const sandbox = await Sandbox.create();
  const { endAt, startedAt, state, sandboxId } = await sandbox.getInfo();
  expect(state).toBe("running");
  expect(sandboxId).toMatch(/^sb_[0-9a-z]{20}$/);
  expect(endAt?.getTime()).toBeGreaterThanOrEqual(before + 60_000);
  expect(endAt?.getTime()).toBeLessThan(Date.now() + 61_000);
  expect(startedAt.getTime()).toBeGreaterThanOrEqual(before);
  await sandbox.kill();
});

test.each([0, -1, Number.NaN, 1.5, 86_400_001, "60000" as unknown as number])(
  "timeoutMs of %s is refused",
  async (timeoutMs) => {
    const error = await rejection(Sandbox.create({ timeoutMs }));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toBe(
      `timeoutMs must be an integer from 1 to 86400000, got ${JSON.stringify(timeoutMs) === "null" ? "NaN" : JSON.stringify(timeoutMs)}`,
    );
  },
);

test("24 hours are accepted, and keepAlive counts from now, be it more or less", async () => {
  const sandbox = await newSandbox({ timeoutMs: 86_400_000 });
  await sandbox.keepAlive(5_000);
  const { endAt } = await sandbox.getInfo();
  expect(endAt?.getTime()).toBeLessThanOrEqual(Date.now() + 5_000);
  await sandbox.keepAlive(50_000);
  expect((await sandbox.getInfo()).endAt?.getTime()).toBeGreaterThan(Date.now() + 45_000);
  expect(await rejection(sandbox.keepAlive(0))).toBeInstanceOf(InvalidArgumentError);
});

test("options that can't be used are refused by name", async () => {
  const bad: [object, RegExp][] = [
    [{ metadata: { a: 1 } }, /metadata\.a must be a string, got 1/],
    [{ envs: { "A=B": "x" } }, /envs: "A=B" is no name for a variable/],
    [{ diskSizeBytes: 12 }, /diskSizeBytes must be an integer from 1048576/],
    [{ lifecycle: { onTimeout: "sleep" } }, /lifecycle\.onTimeout must be "kill" or "pause", got "sleep"/],
  ];
  for (const [options, message] of bad) {
    const error = await rejection(Sandbox.create(options));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(message);
  }
});

test("the deadline passes on time while the page is busy, and every later call says so", async () => {
  const sandbox = await Sandbox.create({ timeoutMs: 1_000 });
  const { endAt } = await sandbox.getInfo();
  const stopped = rejection(sandbox.commands.run("while :; do date +%s%3N > /dev/null; sleep 0.01; done"));
  const ended = new Promise<void>((resolve) => {
    sandbox.on("timeout", resolve);
  });
  for (const until = Date.now() + 3_000; Date.now() < until; );
  const error = await stopped;
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toContain("reached its timeout");
  await ended;
  expect(endAt?.getTime()).toBeLessThan(Date.now() - 1_500);
  expect(await sandbox.isRunning()).toBe(false);
  const late = await rejection(sandbox.files.read("x"));
  expect(late).toBeInstanceOf(SandboxNotFoundError);
  expect(late.message).toContain("reached its timeout and was stopped");
  await sandbox.kill();
});

test("kill is idempotent; afterwards only isRunning and kill answer", async () => {
  const sandbox = await Sandbox.create();
  const running = rejection(sandbox.commands.run("sleep 30"));
  await sandbox.commands.run("true");
  await sandbox.kill();
  await sandbox.kill();
  expect(await sandbox.isRunning()).toBe(false);
  expect((await running).message).toContain("was killed");
  for (const call of [
    () => sandbox.commands.run("true"),
    () => sandbox.files.exists("/"),
    () => sandbox.keepAlive(1000),
    () => sandbox.getInfo(),
    () => sandbox.pause(),
  ]) {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(SandboxNotFoundError);
    expect(error.message).toContain("was killed");
  }
  expect(await Sandbox.kill(sandbox.sandboxId)).toBe(false);
});

test("Sandbox.kill ends a running one by its id", async () => {
  const sandbox = await Sandbox.create();
  expect(await Sandbox.kill(sandbox.sandboxId)).toBe(true);
  expect(await sandbox.isRunning()).toBe(false);
});

test("await using kills at the end of the block", async () => {
  let kept: Sandbox;
  {
    await using sandbox = await Sandbox.create();
    kept = sandbox;
    expect(await sandbox.isRunning()).toBe(true);
  }
  expect(await kept.isRunning()).toBe(false);
});

test("two sandboxes don't see each other's files", async () => {
  const [one, two] = await Promise.all([newSandbox(), newSandbox()]);
  await one.files.write("mine", "1");
  expect(await two.files.exists("mine")).toBe(false);
});

test("an unknown id can't be resumed, a running one neither", async () => {
  const unknown = await rejection(Sandbox.resume("sb_nobody"));
  expect(unknown).toBeInstanceOf(SandboxNotFoundError);
  expect(unknown.message).toContain("sb_nobody");
  const sandbox = await newSandbox();
  const running = await rejection(Sandbox.resume(sandbox.sandboxId));
  expect(running).toBeInstanceOf(SandboxError);
  expect(running.message).toContain("is running");
  expect(await rejection(Sandbox.resume(""))).toBeInstanceOf(InvalidArgumentError);
});
