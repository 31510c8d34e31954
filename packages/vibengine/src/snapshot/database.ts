// The database: one object store for manifests and packs alike, opened when first needed, closed when another tab wants to
// upgrade or delete it. Nothing here knows what the records mean.

import { promisifyRequest } from "idb-keyval";
import { SandboxError } from "../errors.ts";

/** Never changes, nor does the version: what an older version saved must be found, and a newer one must not lock it out. */
const DATABASE = "vibengine";
const VERSION = 1;
export const STORE = "snapshots";
/**
 * How long (ms) to wait for the database to open: it takes some milliseconds, but with no end and no word while its deletion
 * waits for a connection that somebody else does not close.
 */
const OPENED_WITHIN_MS = 10_000;

let opened: Promise<IDBDatabase> | undefined;

/** Runs `body` in a transaction, in which only its requests may be awaited. Rejects, with nothing changed, when it throws. */
export async function transaction<T>(
  mode: IDBTransactionMode,
  durability: IDBTransactionDurability,
  body: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const db = await database();
  let onClose = () => {};
  try {
    const begun = db.transaction(STORE, mode, { durability });
    const ended = new Promise<void>((resolve, reject) => {
      begun.oncomplete = () => resolve();
      begun.onabort = () => reject(begun.error ?? new DOMException("the transaction was aborted", "AbortError"));
      // Of one that begins as the site's data are cleared, Chromium tells neither the end nor that of its requests.
      onClose = () => reject(new DOMException("the site's data were cleared", "AbortError"));
      db.addEventListener("close", onClose);
    });
    const failed = new Promise<never>((_, reject) => ended.catch(reject));
    failed.catch(() => {});
    try {
      const result = await Promise.race([body(begun.objectStore(STORE)), failed]);
      await ended;
      return result;
    } catch (error) {
      abort(begun);
      // A quota that was hit shows as the reason of the transaction's end, not of each request.
      await ended.catch((reason) => {
        if (reason?.name === "QuotaExceededError") throw reason;
      });
      throw error;
    }
  } catch (error) {
    throw inWords(error);
  } finally {
    db.removeEventListener("close", onClose);
  }
}

/** What callers are told of a database that fails, as when its data is cleared meanwhile; that it is full they handle themselves. */
function inWords(cause: unknown): unknown {
  if (!(cause instanceof DOMException) || cause.name === "QuotaExceededError") return cause;
  return new SandboxError(`the browser's storage can't be used: ${cause.message}`, { cause });
}

/** The range of all keys that begin with `prefix`. */
export function keysFrom(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

/** The database, opened. */
export function database(): Promise<IDBDatabase> {
  opened ??= open();
  return opened;
}

async function open(): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const db = await inTime(request);
    const forget = () => {
      opened = undefined;
    };
    db.onversionchange = () => {
      db.close();
      forget();
    };
    db.onclose = forget;
    return db;
  } catch (error) {
    opened = undefined;
    throw inWords(error);
  }
}

async function inTime(request: IDBOpenDBRequest): Promise<IDBDatabase> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      request.onsuccess = () => request.result.close();
      const waited = `the browser's database did not open within ${OPENED_WITHIN_MS / 1000} s`;
      reject(
        new DOMException(`${waited}: another page or tab may be holding it up; close it and try again`, "TimeoutError"),
      );
    }, OPENED_WITHIN_MS);
  });
  try {
    return await Promise.race([promisifyRequest(request), late]);
  } finally {
    clearTimeout(timer);
  }
}

function abort(begun: IDBTransaction): void {
  try {
    begun.abort();
  } catch {
    // It has ended already.
  }
}
