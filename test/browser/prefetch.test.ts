// What the page reads ahead for a kernel that is still starting: it is used, it is checked like all else, and when it is of no use,
// or does not come, the sandbox comes back all the same.

import { Sandbox, SandboxNotFoundError } from "vibengine";
import { expect, onTestFinished, test, vi } from "vitest";
import { isSame, newSandbox, rejection } from "./sandboxes.ts";
import { allRecords } from "./stored.ts";

/** More than four packs, of several segments. */
const PARTS = 3;
const part = () => {
  const bytes = new Uint8Array(6_000_000);
  for (let at = 0; at < bytes.length; at += 60_000) crypto.getRandomValues(bytes.subarray(at, at + 60_000));
  return bytes;
};

/** A paused sandbox, and what is in its files. */
async function paused(): Promise<{ id: string; files: Uint8Array[] }> {
  let sandbox = await newSandbox();
  const files: Uint8Array[] = [];
  for (let i = 0; i < PARTS; i++) {
    if (i > 0) sandbox = await Sandbox.resume(sandbox.sandboxId);
    files.push(part());
    await sandbox.files.write(`part${i}`, files[i]!);
    await sandbox.pause();
  }
  return { id: sandbox.sandboxId, files };
}

async function expectWhole(sandbox: Sandbox, files: Uint8Array[]): Promise<void> {
  for (const [i, bytes] of files.entries())
    expect(isSame(await sandbox.files.read(`part${i}`, { format: "bytes" }), bytes)).toBe(true);
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
}

/** Lets `change` see each message that the page sends over a port, before it is sent. Returns how many packs went. */
function intercept(change: (message: unknown) => unknown): () => number {
  const post = MessagePort.prototype.postMessage;
  let packs = 0;
  const spy = vi.spyOn(MessagePort.prototype, "postMessage").mockImplementation(function (
    this: MessagePort,
    message: unknown,
    transfer?: unknown,
  ) {
    if (message instanceof Uint8Array) packs++;
    post.call(this, change(message), transfer as StructuredSerializeOptions);
  });
  onTestFinished(() => spy.mockRestore());
  return () => packs;
}

test("a resume, and a sandbox made from a snapshot, take what the page has read, and check it", async () => {
  const { id, files } = await paused();
  const sent = intercept((message) => message);
  const sandbox = await Sandbox.resume(id);
  expect(sent()).toBeGreaterThan(4);
  await expectWhole(sandbox, files);
  const { snapshotId } = await sandbox.createSnapshot();
  onTestFinished(() => Sandbox.deleteSnapshot(snapshotId).then(() => {}));
  const before = sent();
  const copy = await Sandbox.create(snapshotId);
  onTestFinished(() => copy.kill());
  expect(sent()).toBeGreaterThan(before + 4);
  await expectWhole(copy, files);
  await sandbox.pause();

  vi.restoreAllMocks();
  intercept((message) => {
    if (message instanceof Uint8Array) message[1000]! ^= 1;
    return message;
  });
  expect((await rejection(Sandbox.resume(id))).message).toMatch(/is damaged: its checksum does not match/);
  vi.restoreAllMocks();
  await expectWhole(await Sandbox.resume(id), files);
});

test("what was read ahead of a manifest that has changed since, or is too short, is left alone", async () => {
  const { id, files } = await paused();
  intercept((message) => (Array.isArray(message) ? message.map((name) => `old${name}`) : message));
  const sandbox = await Sandbox.resume(id);
  await expectWhole(sandbox, files);
  await sandbox.pause();
  vi.restoreAllMocks();
  intercept((message) => (message instanceof Uint8Array ? message.slice(0, 100) : message));
  await expectWhole(await Sandbox.resume(id), files);
});

test("when the page can't read, at once or after some packs, the kernel does", async () => {
  const { id, files } = await paused();
  for (const most of [0, 2]) {
    const get = IDBObjectStore.prototype.get;
    let left = most;
    const spy = vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, key) {
      if (String(key).startsWith("pack:") && left-- <= 0) throw new DOMException("the disk is ill", "UnknownError");
      return get.call(this, key);
    });
    const sandbox = await Sandbox.resume(id);
    spy.mockRestore();
    expect(left).toBeLessThan(0);
    await expectWhole(sandbox, files);
    await sandbox.pause();
  }
});

test("a sandbox that is killed while the page reads is not found, and nothing of it stays", async () => {
  const { id } = await paused();
  // The kernel hears of it only when the page has packs and the sandbox is gone.
  const removed = Promise.withResolvers<void>();
  const post = Worker.prototype.postMessage;
  const held = vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...message) {
    removed.promise.then(() => post.apply(this, message as Parameters<typeof post>));
  });
  onTestFinished(() => held.mockRestore());
  const first = Promise.withResolvers<void>();
  intercept((message) => {
    if (message instanceof Uint8Array) first.resolve();
    return message;
  });
  const resumed = rejection(Sandbox.resume(id));
  await first.promise;
  expect(await Sandbox.kill(id)).toBe(true);
  removed.resolve();
  expect(await resumed).toBeInstanceOf(SandboxNotFoundError);
  expect([...(await allRecords()).keys()]).toEqual([]);
});
