// What the tests see and change behind the package's back: records of the database, files of the origin private file system, locks.

import type { Sandbox } from "vibengine";

/** Everything that the storages have: keys of records with their bytes, names of files with theirs. */
export async function everything(): Promise<[name: string, bytes: number][]> {
  const found: [string, number][] = [];
  await inStore("readonly", async (store) => {
    const [keys, values] = [await promised(store.getAllKeys()), await promised(store.getAll())];
    for (const [i, key] of keys.entries())
      found.push([String(key), values[i].length ?? JSON.stringify(values[i]).length]);
  });
  const folder = await packs();
  for await (const name of folder.keys()) {
    const file = await folder.getFileHandle(name);
    found.push([name, (await file.getFile()).size]);
  }
  return found;
}

/** A sandbox's manifest. */
export function manifest(sandboxId: string): Promise<{ generation: number; segments: { name: string }[] } | undefined> {
  return inStore("readonly", (store) => promised(store.get(`manifest:${sandboxId}`)));
}

/** The segments that manifests of sandboxes and snapshots name. */
export function segments(): Promise<string[]> {
  return inStore("readonly", async (store) => {
    const names = new Set<string>();
    for (const value of await promised(store.getAll())) for (const { name } of value.segments ?? []) names.add(name);
    return [...names];
  });
}

/** Changes fields of a sandbox's manifest. */
export function change(sandboxId: string, fields: object): Promise<void> {
  return inStore("readwrite", async (store) => {
    const key = `manifest:${sandboxId}`;
    store.put({ ...(await promised(store.get(key))), ...fields }, key);
  });
}

/** The locks that are held, by name. */
export async function locks(): Promise<string[]> {
  return ((await navigator.locks.query()).held ?? []).map(({ name }) => name ?? "").sort();
}

/** Waits until no lock is held: a worker's last one goes with its worker, a moment after the sandbox. */
export async function noLocks(): Promise<string[]> {
  for (let i = 0; i < 100 && (await locks()).length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return locks();
}

/** Waits until all that was written before this call is saved. */
export async function saved(sandbox: Sandbox): Promise<void> {
  const now = Date.now();
  await sandbox.commands.run("echo x > /tmp/x");
  while (((await sandbox.getInfo()).savedAt?.getTime() ?? 0) <= now)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The folder of the packs, with what TypeScript's library does not know of it. */
export async function packs(): Promise<FileSystemDirectoryHandle & { keys(): AsyncIterable<string> }> {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle("vibengine", { create: true })) as Awaited<ReturnType<typeof packs>>;
}

async function inStore<T>(mode: IDBTransactionMode, body: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const open = indexedDB.open("vibengine", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("snapshots");
  const db = await promised(open);
  try {
    const transaction = db.transaction("snapshots", mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await body(transaction.objectStore("snapshots"));
    await ended;
    return result;
  } finally {
    db.close();
  }
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
