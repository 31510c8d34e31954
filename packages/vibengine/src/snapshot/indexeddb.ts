// The snapshot store in IndexedDB, by idb-keyval with a store of our own: its write transactions ask for strict durability
// (the data are on the disk when `pause` resolves), and it closes when another tab wants to upgrade or delete the database.

import { promisifyRequest, type UseStore } from "idb-keyval";
import type { SnapshotStore } from "./store.ts";

/** Never changes: what an older version saved must be found. */
const DATABASE = "vibengine";
const STORE = "snapshots";
/** Puts under way at once: enough to keep the database busy, few enough to bound what is copied. */
const PIPELINE = 8;

export function indexedDbStore(): SnapshotStore {
  const useStore = openStore();
  return {
    manifest: (sandboxId) => useStore("readonly", (store) => promisifyRequest(store.get(manifestKey(sandboxId)))),
    manifests: () =>
      useStore("readonly", (store) =>
        promisifyRequest(store.getAll(IDBKeyRange.bound(manifestKey(""), manifestKey("\uffff")))),
      ),
    pack: (key) => useStore("readonly", (store) => promisifyRequest(store.get(key))),
    save: (sandboxId, packs, obsolete) =>
      useStore("readwrite", async (store) => {
        const ended = transactionEnd(store.transaction);
        try {
          const manifest = await putAll(store, packs);
          for (const key of obsolete) store.delete(key);
          store.put(manifest, manifestKey(sandboxId));
        } catch (error) {
          abort(store.transaction);
          await ended.catch((cause) => {
            throw cause ?? error;
          });
          throw error;
        }
        await ended;
      }),
    remove: (sandboxId) =>
      useStore("readwrite", async (store) => {
        const ended = transactionEnd(store.transaction);
        const count = await promisifyRequest(store.count(manifestKey(sandboxId)));
        store.delete(manifestKey(sandboxId));
        store.delete(IDBKeyRange.bound(packKey(sandboxId, ""), packKey(sandboxId, "\uffff")));
        await ended;
        return count > 0;
      }),
  };
}

/** Key of a pack: all of a sandbox's packs stand side by side. */
export function packKey(sandboxId: string, name: string): string {
  return `pack:${sandboxId}:${name}`;
}

function manifestKey(sandboxId: string): string {
  return `manifest:${sandboxId}`;
}

function openStore(): UseStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = promisifyRequest(request);
    database.then(
      (db) => {
        const forget = () => {
          opened = undefined;
        };
        db.onversionchange = () => {
          db.close();
          forget();
        };
        db.onclose = forget;
      },
      () => {
        opened = undefined;
      },
    );
    return database;
  };
  return async (mode, callback) => {
    opened ??= open();
    const db = await opened;
    return callback(
      db.transaction(STORE, mode, { durability: mode === "readwrite" ? "strict" : "default" }).objectStore(STORE),
    );
  };
}

/** Puts each pack, a few at a time; the manifest that the iterator returns at its end. */
async function putAll(store: IDBObjectStore, packs: Iterator<[string, Uint8Array], object>): Promise<object> {
  const pending: Promise<unknown>[] = [];
  for (;;) {
    const next = packs.next();
    if (next.done) {
      await Promise.all(pending);
      return next.value;
    }
    const [key, bytes] = next.value;
    pending.push(promisifyRequest(store.put(bytes, key)));
    if (pending.length >= PIPELINE) await pending.shift();
  }
}

function transactionEnd(transaction: IDBTransaction): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException("the transaction was aborted", "AbortError"));
  });
  ended.catch(() => {});
  return ended;
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}
