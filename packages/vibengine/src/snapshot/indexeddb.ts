// The snapshot store: manifests in IndexedDB, packs there too or in the origin private file system, as each image says.

import { promisifyRequest } from "idb-keyval";
import { database, keysFrom, STORE, transaction } from "./database.ts";
import { type Image, type Storage, segmentsOf } from "./manifest.ts";
import { hasFiles, openFile, removeFiles, sweepFiles, withFiles, writeFile } from "./opfs.ts";
import {
  MANIFEST,
  type NewSegment,
  pieces,
  type Records,
  type SegmentReader,
  SNAPSHOT,
  type SnapshotStore,
} from "./store.ts";

/** Puts under way at once: enough to keep the database busy, few enough to bound what is copied. */
const PIPELINE = 4;
/** Gets under way at once. */
export const READ_AHEAD = 6;

export function indexedDbStore(): SnapshotStore {
  return {
    get: (key) => transaction("readonly", "default", (store) => promisifyRequest(store.get(key))),
    all: (prefix) => transaction("readonly", "default", (store) => promisifyRequest(store.getAll(keysFrom(prefix)))),
    has: async (storage, segments) => storage !== "opfs" || hasFiles(segments.map(({ name }) => name)),
    open: async (storage, name) => (storage === "opfs" ? openFile(name) : openPacks(name)),
    write: (durability, segment, commit) =>
      segment?.storage === "opfs"
        ? withFiles(async () => {
            await writeFile(segment);
            try {
              return await write(durability, null, commit);
            } catch (error) {
              await removeFiles([segment.name]);
              throw error;
            }
          })
        : write(durability, segment, commit),
    sweep: () => sweepFiles(namedFiles),
  };
}

/** The transaction that makes a save valid; the packs that it frees go with it. */
async function write<T>(
  durability: "strict" | "relaxed",
  segment: NewSegment | null,
  commit: (records: Records) => Promise<T>,
): Promise<T> {
  const freed: string[] = [];
  const result = await transaction("readwrite", durability, async (store) => {
    if (segment !== null) await putPacks(store, segment);
    return commit(recordsIn(store, freed));
  });
  if (freed.length > 0) await removeFiles(freed);
  return result;
}

function recordsIn(store: IDBObjectStore, freed: string[]): Records {
  return {
    get: (key) => promisifyRequest(store.get(key)),
    all: (prefix) => promisifyRequest(store.getAll(keysFrom(prefix))),
    put: (key, value) => store.put(value, key),
    remove: (key) => store.delete(key),
    removeSegment: (storage: Storage, name: string) => {
      if (storage === "opfs") freed.push(name);
      else for (const keys of [name, keysFrom(packKey(name, ""))]) store.delete(keys);
    },
  };
}

/** Format 1 named each pack by its whole key: such a "segment" is that one record. */
function packKey(segment: string, index: number | ""): string {
  return segment.startsWith("pack:") ? segment : `pack:${segment}:${index}`;
}

async function putPacks(store: IDBObjectStore, { name, packs }: NewSegment): Promise<void> {
  const pending: Promise<unknown>[] = [];
  for (let index = 0; ; index++) {
    const next = packs.next();
    if (next.done) break;
    const put = promisifyRequest(store.put(next.value, packKey(name, index)));
    put.catch(() => {}); // told once, by whoever is awaited first
    pending.push(put);
    if (pending.length >= PIPELINE) await pending.shift();
  }
  await Promise.all(pending);
}

async function openPacks(name: string): Promise<SegmentReader> {
  const get = await packGetter();
  return {
    depth: READ_AHEAD,
    pack: async (index, length) => {
      const bytes = await get(name, index);
      return bytes instanceof Uint8Array && bytes.length === length ? pieces(bytes) : [];
    },
    close: () => {},
  };
}

/** All reads in one transaction as long as one is always under way, which costs least; in another when it has ended. */
export async function packGetter(): Promise<(segment: string, index: number) => Promise<unknown>> {
  const db = await database();
  const begin = () => db.transaction(STORE, "readonly").objectStore(STORE);
  let store = begin();
  const ask = (key: string) => {
    try {
      return store.get(key);
    } catch {
      store = begin();
      return store.get(key);
    }
  };
  return (segment, index) => promisifyRequest(ask(packKey(segment, index)));
}

/** The files that images in the store name. */
async function namedFiles(): Promise<Set<string>> {
  const images = await transaction("readonly", "default", async (store) => [
    ...(await promisifyRequest(store.getAll(keysFrom(MANIFEST)))),
    ...(await promisifyRequest(store.getAll(keysFrom(SNAPSHOT)))),
  ]);
  const names = new Set<string>();
  for (const image of images as Partial<Image>[]) for (const { name } of segmentsOf(image)) names.add(name);
  return names;
}
