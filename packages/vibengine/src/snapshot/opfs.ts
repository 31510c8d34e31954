// Packs as files of the origin private file system: one file for each segment, pack after pack. Written and flushed before the
// transaction that names it; a file that nothing names, after a crash in between, is swept away later.

import { PACK_BYTES } from "./manifest.ts";
import { type NewSegment, PIECE_BYTES, type SegmentReader } from "./store.ts";

const DIRECTORY = "vibengine";
/** Held shared while a file is there that no manifest names yet, and alone by who sweeps. */
const FILES_LOCK = "vibengine:files";
/** How long (ms) a sweep waits to be told what the files are for. */
const PATIENCE_MS = 5000;

/** TypeScript's library does not know the option that lets several read at once; browsers without it ignore it. */
type Open = (options?: { mode: "read-only" }) => Promise<FileSystemSyncAccessHandle>;

/** Runs `body`, which writes files and then what names them, while nobody sweeps. */
export function withFiles<T>(body: () => Promise<T>): Promise<T> {
  return navigator.locks.request(FILES_LOCK, { mode: "shared" }, body) as Promise<T>;
}

export async function writeFile({ name, packs }: NewSegment): Promise<void> {
  const folder = await directory();
  try {
    const file = await folder.getFileHandle(name, { create: true });
    const handle = await file.createSyncAccessHandle();
    try {
      let at = 0;
      for (let next = packs.next(); !next.done; next = packs.next()) {
        const written = handle.write(next.value, { at });
        if (written < next.value.length) throw new DOMException("the file could not be written", "QuotaExceededError");
        at += written;
      }
      handle.flush();
    } finally {
      handle.close();
    }
  } catch (error) {
    await removeFiles([name]);
    throw error;
  }
}

export async function openFile(name: string): Promise<SegmentReader> {
  const folder = await directory();
  let handle: FileSystemSyncAccessHandle | undefined;
  try {
    const file = await folder.getFileHandle(name);
    handle = await (file.createSyncAccessHandle as Open).call(file, { mode: "read-only" });
  } catch (error) {
    if ((error as Error).name !== "NotFoundError") throw error;
  }
  const scratch = new Uint8Array(PIECE_BYTES);
  function* read(at: number, end: number): Generator<Uint8Array> {
    for (let from = at; from < end; from += PIECE_BYTES) {
      const piece = scratch.subarray(0, end - from);
      if (handle?.read(piece, { at: from }) !== piece.length) return;
      yield piece;
    }
  }
  return {
    depth: 1,
    pack: async (index, length) => read(index * PACK_BYTES, index * PACK_BYTES + length),
    close: () => handle?.close(),
  };
}

/** Whether there are files of all these names. */
export async function hasFiles(names: readonly string[]): Promise<boolean> {
  try {
    const folder = await directory();
    await Promise.all(names.map((name) => folder.getFileHandle(name)));
    return true;
  } catch (error) {
    if ((error as Error).name === "NotFoundError") return false;
    throw error;
  }
}

/** Never fails: a file that can't be removed now, or that has gone, is left to the next sweep. */
export async function removeFiles(names: Iterable<string>): Promise<void> {
  try {
    const folder = await directory();
    await Promise.all([...names].map((name) => folder.removeEntry(name).catch(() => {})));
  } catch {
    // The whole storage can't be had: what was saved before this is saved all the same.
  }
}

/** Removes the files that nothing names, unless some are being written. */
export async function sweepFiles(named: () => Promise<Set<string>>): Promise<void> {
  await navigator.locks.request(FILES_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    const present = await fileNames();
    if (present.length === 0) return;
    // Who writes waits for this lock: a database that does not answer must not hold it up. What is not swept now is swept later.
    const names = await Promise.race([named(), new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
    if (names === null) return;
    await removeFiles(present.filter((name) => !names.has(name)));
  });
}

async function fileNames(): Promise<string[]> {
  const names: string[] = [];
  const root = await navigator.storage.getDirectory();
  try {
    const folder = await root.getDirectoryHandle(DIRECTORY);
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
  } catch (error) {
    if ((error as Error).name !== "NotFoundError") throw error;
  }
  return names;
}

async function directory(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(DIRECTORY, { create: true });
}
