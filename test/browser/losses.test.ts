// The storage is cleared, damaged or held up under a sandbox that runs: nothing that is still in memory is lost, nothing that is
// damaged is used, and what can't be done is told.

import { Sandbox, SandboxError } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { isSame, newSandbox, rejection } from "./sandboxes.ts";
import { allRecords } from "./stored.ts";

const STORAGES = ["indexeddb", "opfs"] as const;

type Storage = (typeof STORAGES)[number];

/** The ways in which a user, or the browser, clears what a page has. */
const CLEARINGS: [string, Storage, () => Promise<void>][] = [
  ["the database", "indexeddb", deleteDatabase],
  ["the database", "opfs", deleteDatabase],
  ["the files", "opfs", deleteFiles],
  ["all", "opfs", () => Promise.all([deleteDatabase(), deleteFiles()]).then(() => {})],
];

test.each(CLEARINGS)(
  "%s of a running sandbox's %s storage is cleared: a pause saves all of it anew",
  async (_, storage, clear) => {
    const { sandbox, big } = await sandboxWithWork(storage);
    await clear();
    await sandbox.files.write("late", "after");
    await sandbox.pause();
    const again = await resume(sandbox);
    expect(isSame(await again.files.read("big", { format: "bytes" }), big)).toBe(true);
    expect(await again.files.read("late")).toBe("after");
    expect(await again.fsck()).toEqual({ problems: [], isClean: true });
    // And again: what was saved by then is the base of what comes.
    await again.files.write("latest", "more");
    await again.pause();
    const last = await resume(sandbox);
    expect(await last.files.read("latest")).toBe("more");
    expect(isSame(await last.files.read("big", { format: "bytes" }), big)).toBe(true);
  },
);

test.each(CLEARINGS)(
  "%s of its %s storage is cleared: autosave and snapshots save all of it anew",
  async (_, storage, clear) => {
    const { sandbox, big } = await sandboxWithWork(storage);
    await clear();
    const now = Date.now();
    await sandbox.files.write("late", "after");
    await expect
      .poll(async () => (await sandbox.getInfo()).savedAt?.getTime() ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(now);
    const { snapshotId } = await sandbox.createSnapshot();
    onTestFinished(async () => void (await Sandbox.deleteSnapshot(snapshotId)));
    const copy = await Sandbox.create(snapshotId);
    onTestFinished(() => copy.kill());
    expect(isSame(await copy.files.read("big", { format: "bytes" }), big)).toBe(true);
    expect(await copy.files.read("late")).toBe("after");
  },
);

test.each([
  [
    "a changed byte",
    "damaged",
    (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
  ],
  ["half of it", "missing", (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, bytes.length >> 1)],
  ["nothing in it", "missing", () => new Uint8Array()],
  ["no file", "missing", () => undefined],
])("a snapshot in files, with %s for a pack, is refused, and nothing is deleted", async (_, word, spoil) => {
  const { sandbox } = await sandboxWithWork("opfs");
  await sandbox.pause();
  const [name] = await fileNames();
  const original = await readPack(name!);
  await writePack(name!, spoil(original));
  const before = await fingerprint();
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await rejection(Sandbox.resume(sandbox.sandboxId));
    expect(error).toBeInstanceOf(SandboxError);
    expect(error.message).toContain(sandbox.sandboxId);
    expect(error.message).toContain(word);
  }
  await Sandbox.storage();
  expect(await fingerprint()).toEqual(before);
  await writePack(name!, original);
  const again = await resume(sandbox);
  expect(await again.files.read("work")).toBe("precious");
});

test.each(STORAGES)("%s: no phantom is left of a sandbox that a damaged snapshot could not become", async (storage) => {
  const { sandbox } = await sandboxWithWork(storage);
  const { snapshotId } = await sandbox.createSnapshot();
  onTestFinished(async () => void (await Sandbox.deleteSnapshot(snapshotId)));
  await sandbox.kill();
  const keys = [...(await allRecords()).keys()];
  if (storage === "opfs") await writePack((await fileNames())[0]!, undefined);
  else await inDatabase((store) => store.delete(keys.find((key) => key.startsWith("pack:"))!));
  const error = await rejection(Sandbox.create(snapshotId));
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.message).toContain(snapshotId);
  expect(await Sandbox.list()).toEqual([]);
});

test("while somebody holds up the database a pause says so, and goes through when it is free", async () => {
  const { sandbox, big } = await sandboxWithWork("indexeddb");
  // A connection that stays open when asked to close: the deletion waits for it, and all that want to open wait for the deletion.
  const stubborn = await opened();
  const isAsked = new Promise((resolve) => {
    stubborn.onversionchange = resolve;
  });
  const deleted = deleteDatabase();
  await isAsked;
  await sandbox.commands.run("sleep 0.2"); // the kernel's own connection hears of it at about the same time, and closes
  const error = await rejection(sandbox.pause());
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.message).toMatch(/could not be saved: .*did not open within/);
  expect(await sandbox.isRunning()).toBe(true);
  stubborn.close();
  await deleted;
  await sandbox.pause();
  const again = await resume(sandbox);
  expect(isSame(await again.files.read("big", { format: "bytes" }), big)).toBe(true);
});

test.each(STORAGES)("%s: a pause that files are written during is of one moment", async (storage) => {
  let sandbox = await newSandbox({ storage, diskSizeBytes: 64 * 1024 * 1024 });
  await sandbox.commands.run("head -c 8000000 /dev/urandom > big");
  for (let round = 0; round < 6; round++) {
    const writes = Array.from({ length: 150 }, (_, i) =>
      sandbox.files.write(`d${i % 7}/${round}-${i}`, new Uint8Array(9000).fill(i)),
    );
    await Promise.race([Promise.allSettled(writes), new Promise((resolve) => setTimeout(resolve, round * 7))]);
    await sandbox.pause();
    await Promise.allSettled(writes);
    sandbox = await resume(sandbox);
    expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
    const { stdout } = await sandbox.commands.run("find d* -type f -size -9000c | wc -l");
    expect(stdout).toBe("0\n");
  }
});

async function sandboxWithWork(storage: Storage) {
  const sandbox = await newSandbox({ storage });
  const big = crypto.getRandomValues(new Uint8Array(60_000));
  await sandbox.files.write("big", big);
  const now = Date.now();
  await sandbox.files.write("work", "precious");
  await expect.poll(async () => (await sandbox.getInfo()).savedAt?.getTime() ?? 0).toBeGreaterThan(now);
  return { sandbox, big };
}

async function resume({ sandboxId }: Sandbox): Promise<Sandbox> {
  const sandbox = await Sandbox.resume(sandboxId);
  onTestFinished(() => sandbox.kill());
  return sandbox;
}

function deleteDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("vibengine");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

async function deleteFiles(): Promise<void> {
  await (await navigator.storage.getDirectory()).removeEntry("vibengine", { recursive: true });
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("vibengine", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("snapshots");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inDatabase(body: (store: IDBObjectStore) => void): Promise<void> {
  const db = await opened();
  const transaction = db.transaction("snapshots", "readwrite");
  body(transaction.objectStore("snapshots"));
  await new Promise<void>((resolve) => {
    transaction.oncomplete = () => resolve();
  });
  db.close();
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle("vibengine", { create: true });
}

async function fileNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of ((await folder()) as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
  return names.sort();
}

async function readPack(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await (await (await folder()).getFileHandle(name)).getFile();
  return new Uint8Array(await file.arrayBuffer());
}

async function writePack(name: string, bytes: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
  if (bytes === undefined) return (await folder()).removeEntry(name);
  const writable = await (await (await folder()).getFileHandle(name, { create: true })).createWritable();
  await writable.write(bytes);
  await writable.close();
}

/** What all files and records are. */
async function fingerprint(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const name of await fileNames()) {
    const hash = await crypto.subtle.digest("SHA-256", await readPack(name));
    all.push([name, new Uint8Array(hash).join(" ")]);
  }
  return [...all, ...(await allRecords())];
}
