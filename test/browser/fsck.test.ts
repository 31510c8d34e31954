// Snapshots that were not saved by a pause, or come from somebody who means harm: mended as they come back, or refused.

import { Sandbox, SandboxError } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { newSandbox, rejection } from "./sandboxes.ts";
import { type Change, changeSnapshot, fingerprint, readSnapshot } from "./stored.ts";

/** A disk of 64 MiB: the superblock is block 0, the bitmap block 1, and the inode table begins at block 2. */
const DISK = { diskSizeBytes: 64 * 1024 * 1024 };
const LEAK: Change = [1, 511, 0xf0];
const ROOT_WORD = 32; // of 128 bytes per inode, the root directory's number is 1

async function paused(): Promise<string> {
  const sandbox = await newSandbox(DISK);
  await sandbox.files.write("work", "precious");
  await sandbox.pause();
  return sandbox.sandboxId;
}

async function resume(sandboxId: string): Promise<Sandbox> {
  const sandbox = await Sandbox.resume(sandboxId);
  onTestFinished(() => sandbox.kill());
  return sandbox;
}

test("a healthy disk has nothing to report, also while it is used", async () => {
  const sandbox = await newSandbox();
  const busy = await sandbox.commands.run("while :; do echo x > f; mkdir d; mv f d; rm -r d; done", {
    background: true,
  });
  for (let i = 0; i < 20; i++) expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
  expect(await sandbox.fsck({ repair: true })).toEqual({ problems: [], isClean: true });
  await busy.kill();
  expect((await sandbox.getInfo()).repairs).toBeUndefined();
});

test("a snapshot that was not saved by a pause is mended as it comes back, and says what was wrong", async () => {
  const id = await paused();
  expect((await readSnapshot(id)).manifest.clean).toBe(true);
  await changeSnapshot(id, [LEAK, [2, 1 * ROOT_WORD + 19, 77]], { clean: false });
  const sandbox = await resume(id);
  expect((await sandbox.getInfo()).repairs).toEqual([
    expect.stringMatching(/^Directory 1 counts 77 entries in place of \d+\.$/),
    "4 blocks are marked as used but belong to no file.",
  ]);
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
  expect(await sandbox.files.read("work")).toBe("precious");
  // The next pause is a clean one, with the repairs in it.
  await sandbox.pause();
  expect((await readSnapshot(id)).manifest.clean).toBe(true);
  const again = await resume(id);
  expect((await again.getInfo()).repairs).toBeUndefined();
  expect(await again.fsck()).toEqual({ problems: [], isClean: true });
});

test("what a pause saved is not looked through", async () => {
  const id = await paused();
  await changeSnapshot(id, [LEAK], { clean: true });
  const sandbox = await resume(id);
  expect((await sandbox.getInfo()).repairs).toBeUndefined();
  const found = { problems: ["4 blocks are marked as used but belong to no file."] };
  expect(await sandbox.fsck()).toEqual({ ...found, isClean: false });
  expect(await sandbox.fsck({ repair: true })).toEqual({ ...found, isClean: true });
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
});

test("one that is damaged beyond repair is refused by name and left as it is", async () => {
  const id = await paused();
  await changeSnapshot(id, [[2, ROOT_WORD, 0]], { clean: false });
  const before = await fingerprint(id);
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await rejection(Sandbox.resume(id));
    expect(error).toBeInstanceOf(SandboxError);
    expect(error.message).toContain(`the snapshot of sandbox ${id} can't be used: its disk is damaged beyond repair`);
    expect(error.message).toContain("There is no root directory.");
  }
  expect(await fingerprint(id)).toEqual(before);
  expect((await Sandbox.list({ state: "paused" })).map(({ sandboxId }) => sandboxId)).toContain(id);
});

test.each([
  ["a superblock of another disk", [[0, 0, 1]], {}, /no superblock/],
  ["an impossible size of the disk", [], { diskSizeBytes: -5 }, /manifest is damaged/],
  ["a huge size of the disk", [], { diskSizeBytes: 2 ** 45 }, /manifest is damaged/],
  ["a mark that is none", [], { clean: "yes" }, /manifest is damaged/],
] as [string, Change[], object, RegExp][])("%s is refused", async (_name, changes, fields, message) => {
  const id = await paused();
  await changeSnapshot(id, changes, fields);
  const before = await fingerprint(id);
  const error = await rejection(Sandbox.resume(id));
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.name).toBe("SandboxError");
  expect(error.message).toMatch(message);
  expect(await fingerprint(id)).toEqual(before);
});
