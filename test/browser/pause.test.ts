// Pause and resume within one page. Reloads, restarts and crashes are in test/e2e.

import { Sandbox, SandboxError, SandboxNotFoundError } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { isSame, newSandbox, rejection } from "./sandboxes.ts";
import { changePack } from "./stored.ts";

test("everything comes back exactly: bytes, names, links, modes, times, empty directories", async () => {
  const sandbox = await newSandbox();
  await sandbox.files.write("random", crypto.getRandomValues(new Uint8Array(50_001)));
  await sandbox.commands.run(
    "mkdir -p empty 'odd name' d; printf x > 'odd name/\u00e9\n*'; ln -s ../random d/soft; ln random d/hard; chmod 4751 random; " +
      "touch -d '2001-02-03 04:05:06.123456789' random; : > zero; mkdir -m 700 private; head -c 9000 /dev/zero > holes",
  );
  const look =
    "find / -path /proc -prune -o -print | sort | while IFS= read -r f; do stat -c '%n %F %s %a %h %u %g %Y %y' \"$f\"; done; cat random holes | base64 | sort | head -c 20000";
  const before = await sandbox.commands.run(look);
  expect(before.exitCode).toBe(0);
  expect(before.stdout.length).toBeGreaterThan(5000);
  await sandbox.pause();
  const again = await Sandbox.resume(sandbox.sandboxId);
  onTestFinished(() => again.kill());
  expect(again.sandboxId).toBe(sandbox.sandboxId);
  expect(await again.commands.run(look)).toEqual(before);
});

test("five pauses in a row lose nothing", async () => {
  let sandbox = await newSandbox();
  for (let round = 1; round <= 5; round++) {
    await sandbox.files.write(`round${round}`, `written in round ${round}`);
    await sandbox.commands.run(`echo ${round} >> log; rm -rf big; head -c 3000000 /dev/urandom > big`);
    const content = await sandbox.files.read("big", { format: "bytes" });
    await sandbox.pause();
    sandbox = await Sandbox.resume(sandbox.sandboxId);
    expect(isSame(await sandbox.files.read("big", { format: "bytes" }), content)).toBe(true);
    for (let past = 1; past <= round; past++)
      expect(await sandbox.files.read(`round${past}`)).toBe(`written in round ${past}`);
    expect((await sandbox.files.read("log")).trim().split("\n").length).toBe(round);
  }
});

test("metadata and envs come back, a new timeout starts, processes are gone", async () => {
  const sandbox = await newSandbox({
    metadata: { userId: "ada" },
    envs: { TOKEN: "t" },
    diskSizeBytes: 64 * 1024 * 1024,
  });
  const running = rejection(sandbox.commands.run("sleep 60"));
  await sandbox.commands.run("true");
  await sandbox.pause();
  expect((await running).message).toContain("paused");
  expect(await sandbox.isRunning()).toBe(false);
  const gone = await rejection(sandbox.commands.run("true"));
  expect(gone).toBeInstanceOf(SandboxNotFoundError);
  expect(gone.message).toContain("is paused");
  const [listed] = await Sandbox.list({ state: "paused", metadata: { userId: "ada" } });
  expect(listed).toMatchObject({
    sandboxId: sandbox.sandboxId,
    state: "paused",
    metadata: { userId: "ada" },
    endAt: null,
  });
  const again = await Sandbox.resume(sandbox.sandboxId, { timeoutMs: 5_000 });
  onTestFinished(() => again.kill());
  const info = await again.getInfo();
  expect(info.metadata).toEqual({ userId: "ada" });
  expect(info.endAt?.getTime()).toBeLessThanOrEqual(Date.now() + 5_000);
  expect((await again.commands.run("echo $TOKEN")).stdout).toBe("t\n");
  expect(await Sandbox.list({ state: "paused", metadata: { userId: "ada" } })).toEqual([]);
});

test("a paused sandbox that is killed is gone", async () => {
  const sandbox = await newSandbox();
  await sandbox.pause();
  expect(await Sandbox.kill(sandbox.sandboxId)).toBe(true);
  expect(await rejection(Sandbox.resume(sandbox.sandboxId))).toBeInstanceOf(SandboxNotFoundError);
  expect(await Sandbox.kill(sandbox.sandboxId)).toBe(false);
});

test("a timeout with onTimeout: pause saves first", async () => {
  const sandbox = await Sandbox.create({ timeoutMs: 500, lifecycle: { onTimeout: "pause" } });
  const paused = new Promise<void>((resolve) => {
    sandbox.on("paused", resolve);
  });
  await sandbox.files.write("kept", "work");
  await paused;
  const again = await Sandbox.resume(sandbox.sandboxId);
  onTestFinished(() => again.kill());
  expect(await again.files.read("kept")).toBe("work");
});

test.each([
  ["a changed byte", "damaged", (bytes: Uint8Array) => bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte))],
  ["a missing pack", "missing", () => undefined],
  ["a pack cut short", "missing", (bytes: Uint8Array) => bytes.slice(0, 100)],
])("a snapshot with %s is refused, and not deleted", async (_, word, spoil) => {
  const sandbox = await newSandbox();
  await sandbox.files.write("work", "precious");
  await sandbox.pause();
  const original = await changePack(sandbox.sandboxId, spoil);
  const error = await rejection(Sandbox.resume(sandbox.sandboxId));
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.message).toContain(sandbox.sandboxId);
  expect(error.message).toContain(word);
  // Whoever can mend it still finds it all.
  await changePack(sandbox.sandboxId, () => original);
  const again = await Sandbox.resume(sandbox.sandboxId);
  onTestFinished(() => again.kill());
  expect(await again.files.read("work")).toBe("precious");
});
