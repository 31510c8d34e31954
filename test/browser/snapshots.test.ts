// Snapshots, forks and where they are kept: that they are exact, independent of each other, and gone when nobody needs them.

import { InvalidArgumentError, Sandbox, SandboxNotFoundError, type SnapshotInfo } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { isSame, newSandbox, rejection } from "./sandboxes.ts";
import { allRecords } from "./stored.ts";

const STORAGES = ["indexeddb", "opfs"] as const;

/** Kills the sandbox at the end of the test. */
function mine(sandbox: Sandbox): Sandbox {
  onTestFinished(() => sandbox.kill());
  return sandbox;
}

/** A snapshot that is deleted at the end of the test, if it is still there. */
async function snap(sandbox: Sandbox, options?: { name: string }): Promise<SnapshotInfo> {
  const info = await sandbox.createSnapshot(options);
  onTestFinished(async () => void (await Sandbox.deleteSnapshot(info.snapshotId)));
  return info;
}

async function leftovers(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const files: string[] = [];
  const folder = await root.getDirectoryHandle("vibengine", { create: true });
  for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) files.push(name);
  return [...(await allRecords()).keys(), ...files];
}

test.each(STORAGES)(
  "%s: a snapshot outlives its source, and makes sandboxes that go their own ways",
  async (storage) => {
    const source = await newSandbox({ storage, envs: { STAGE: "test" }, metadata: { of: "source" } });
    const big = crypto.getRandomValues(new Uint8Array(60_000));
    await source.files.write("big", big);
    await source.files.write("text", "one");
    const info = await snap(source, { name: "first" });
    expect(info.snapshotId).toMatch(/^snap_[0-9a-z]{20}$/);
    expect(info.name).toBe("first");
    expect(info.sizeBytes).toBeGreaterThan(60_000);
    await source.files.write("text", "two");
    const second = await snap(source);
    expect((await Sandbox.listSnapshots()).map(({ snapshotId }) => snapshotId)).toEqual([
      second.snapshotId,
      info.snapshotId,
    ]);
    await source.kill();
    const one = mine(await Sandbox.create(info.snapshotId, { timeoutMs: 100_000 }));
    const two = mine(await Sandbox.create(second.snapshotId));
    expect(await one.files.read("text")).toBe("one");
    expect(await two.files.read("text")).toBe("two");
    expect(isSame(await one.files.read("big", { format: "bytes" }), big)).toBe(true);
    expect((await one.commands.run("echo $STAGE")).stdout).toBe("test\n");
    expect((await one.getInfo()).metadata).toEqual({});
    await one.files.write("text", "three");
    await one.pause();
    const again = mine(await Sandbox.create(info.snapshotId));
    expect(await again.files.read("text")).toBe("one");
    const resumed = mine(await Sandbox.resume(one.sandboxId));
    expect(await resumed.files.read("text")).toBe("three");
    expect(await Sandbox.deleteSnapshot(info.snapshotId)).toBe(true);
    expect(await Sandbox.deleteSnapshot(info.snapshotId)).toBe(false);
    expect(isSame(await resumed.files.read("big", { format: "bytes" }), big)).toBe(true);
    await resumed.pause();
    const last = mine(await Sandbox.resume(one.sandboxId));
    expect(isSame(await last.files.read("big", { format: "bytes" }), big)).toBe(true);
    expect(await last.fsck()).toEqual({ problems: [], isClean: true });
    for (const sandbox of [last, two, again]) await sandbox.kill();
    expect(await Sandbox.deleteSnapshot(second.snapshotId)).toBe(true);
    expect(await leftovers()).toEqual([]);
  },
);

test.each(STORAGES)("%s: forks have all that the source has, and nothing of what comes after", async (storage) => {
  const source = await newSandbox({ storage, envs: { STAGE: "test" }, metadata: { of: "source" } });
  await source.files.write("text", "before");
  const busy = await source.commands.run("while :; do echo x >> log; sleep 0.01; done", { background: true });
  const forks = await source.fork({ count: 3, timeoutMs: 50_000 });
  for (const fork of forks) mine(fork);
  expect(new Set([source, ...forks].map(({ sandboxId }) => sandboxId)).size).toBe(4);
  await source.files.write("text", "after");
  for (const [i, fork] of forks.entries()) {
    expect(await fork.files.read("text")).toBe("before");
    await fork.files.write("text", `fork ${i}`);
    expect((await fork.getInfo()).metadata).toEqual({ of: "source" });
    expect((await fork.commands.run("echo $STAGE; ps | grep -c sleep")).stdout).toBe("test\n0\n");
  }
  await busy.kill();
  expect(await source.files.read("text")).toBe("after");
  await source.kill();
  for (const [i, fork] of forks.entries()) {
    await fork.pause();
    const again = mine(await Sandbox.resume(fork.sandboxId));
    expect(await again.files.read("text")).toBe(`fork ${i}`);
    expect(await again.fsck()).toEqual({ problems: [], isClean: true });
    await again.kill();
  }
  expect(await leftovers()).toEqual([]);
});

test.each(STORAGES)("%s: many small saves and pauses leave no more than what is needed", async (storage) => {
  let sandbox = await newSandbox({ storage, diskSizeBytes: 16 * 1024 * 1024 });
  await sandbox.commands.run("head -c 2000000 /dev/urandom > base");
  const sum = (await sandbox.commands.run("md5sum base")).stdout;
  for (let round = 0; round < 40; round++) {
    await sandbox.commands.run(
      `head -c 300000 /dev/urandom > f${round % 5}; echo ${round} >> log; dd if=/dev/urandom of=base2 bs=4096 count=1 seek=${round} conv=notrunc 2>/dev/null`,
    );
    if (round % 3 === 0) await sandbox.createSnapshot().then(({ snapshotId }) => Sandbox.deleteSnapshot(snapshotId));
    if (round % 4 !== 0) continue;
    await sandbox.pause();
    sandbox = mine(await Sandbox.resume(sandbox.sandboxId));
  }
  expect((await sandbox.commands.run("md5sum base")).stdout).toBe(sum);
  expect((await sandbox.commands.run("wc -l < log")).stdout).toBe("40\n");
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
  await sandbox.pause();
  const { sandboxes } = await Sandbox.storage();
  const { bytes } = sandboxes.find(({ sandboxId }) => sandboxId === sandbox.sandboxId)!;
  // 2 MB, five times 300 kB, 160 kB and less than 1 MiB of the base system: at most half as much again is dead.
  expect(bytes).toBeLessThan(1.5 * 4.8e6 + 64 * 4096);
  await Sandbox.kill(sandbox.sandboxId);
  expect(await leftovers()).toEqual([]);
});

test.each(STORAGES)("%s: a large snapshot is whole, and was never copied all at once", async (storage) => {
  const sandbox = await newSandbox({ storage });
  await sandbox.commands.run("head -c 50000000 /dev/urandom > a");
  const busy = await sandbox.commands.run("while :; do echo x >> log; done", { background: true });
  await sandbox.commands.run("head -c 50000000 /dev/urandom > b");
  const { snapshotId } = await snap(sandbox);
  const { segments } = (await allRecords()).get(`snapshot:${snapshotId}`) as { segments: { lengths: Uint16Array }[] };
  // 48 MiB, and what changed meanwhile: never the 100 MB at once, which are 24,414 blocks.
  for (const { lengths } of segments) expect(lengths.length).toBeLessThan(2 * 8192);
  await busy.kill();
  const copy = mine(await Sandbox.create(snapshotId));
  const sums = "md5sum a b";
  expect((await copy.commands.run(sums)).stdout).toBe((await sandbox.commands.run(sums)).stdout);
  expect(await copy.fsck()).toEqual({ problems: [], isClean: true });
});

test("what is asked for in wrong ways is refused in words", async () => {
  const sandbox = await newSandbox();
  for (const count of [0, 101, 1.5, Number.NaN, "2" as unknown as number])
    expect(await rejection(sandbox.fork({ count }))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(sandbox.fork({ timeoutMs: 0 }))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(sandbox.createSnapshot({ name: 7 as unknown as string }))).toBeInstanceOf(
    InvalidArgumentError,
  );
  expect(await rejection(Sandbox.create("ubuntu"))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(Sandbox.create("snap_doesnotexist"))).toBeInstanceOf(SandboxNotFoundError);
  expect(await rejection(Sandbox.deleteSnapshot(sandbox.sandboxId))).toBeInstanceOf(InvalidArgumentError);
  expect(await rejection(Sandbox.create({ storage: "floppy" as "opfs" }))).toBeInstanceOf(InvalidArgumentError);
});

test("the store tells what it holds", async () => {
  const sandbox = await newSandbox();
  await sandbox.files.write("big", crypto.getRandomValues(new Uint8Array(60_000)));
  await sandbox
    .createSnapshot()
    .then(({ snapshotId }) => onTestFinished(async () => void (await Sandbox.deleteSnapshot(snapshotId))));
  const storage = await Sandbox.storage({ persist: true });
  expect(storage.quotaBytes).toBeGreaterThan(1e6);
  expect(typeof storage.persisted).toBe("boolean");
  const { bytes } = storage.sandboxes.find(({ sandboxId }) => sandboxId === sandbox.sandboxId)!;
  expect(bytes).toBeGreaterThan(60_000);
  expect(storage.usageBytes).toBeGreaterThan(30_000); // the browser compresses what repeats itself, not the random bytes
});
