// The files of packs: fetched, checked against what their manifest says, and kept in Cache Storage. Called by source.ts, on the page.

import { PackError } from "../errors.ts";
import type { PackFile } from "./manifest.ts";

const CACHE = "vibengine-packs";
/** The first program of a page has started by then (ms). */
const UNPACK_AFTER_MS = 1000;

/** The URL of a pack's file; undefined where there is none. */
export type UrlOf = (file: string) => string | undefined;

export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** A file that is here or on its way. */
interface Obtained {
  /** All of it; rejects with a `PackError` when it is not what the manifest says. */
  bytes: Promise<Uint8Array<ArrayBuffer>>;
  /** The same as it arrives: not to be trusted before `bytes` has resolved. */
  stream: Bytes;
  /** What it is kept under. */
  key: string;
  /** Resolves when it is kept, or is not to be. */
  kept: Promise<void>;
}

/** A file, from the cache or the network; one from the network is kept as soon as it was checked. */
export async function obtain(file: PackFile, urlOf: UrlOf, progress: (bytes: number) => void): Promise<Obtained> {
  const key = keyOf(urlOf(file.file) ?? file.file, file.sha256, "file");
  const cache = await openCache();
  const found = await cache?.match(key);
  if (found !== undefined) {
    const bytes = new Uint8Array(await found.arrayBuffer());
    if (bytes.length === file.size) {
      return { bytes: Promise.resolve(bytes), stream: new Blob([bytes]).stream(), key, kept: Promise.resolve() };
    }
  }
  const { bytes, stream } = download(file, urlOf, progress);
  // Where there is no room to keep it, it is fetched again next time.
  const kept = bytes.then((checked) => cache?.put(key, new Response(checked))).catch(() => {});
  return { bytes, stream, key, kept };
}

/**
 * Keeps `response` in the place of those files, later: a program is about to start, and it is what somebody waits for. Until then, and
 * where there is no room, the files do.
 */
export function keepInstead(key: string, response: () => Promise<Response>, files: Obtained[]): void {
  setTimeout(async () => {
    const cache = await openCache();
    try {
      await Promise.all(files.map(({ kept }) => kept));
      await cache?.put(key, await response());
      for (const file of files) await cache?.delete(file.key);
    } catch {}
  }, UNPACK_AFTER_MS);
}

function download(file: PackFile, urlOf: UrlOf, progress: (bytes: number) => void): Pick<Obtained, "bytes" | "stream"> {
  let to!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let isWanted = true;
  const stream: Bytes = new ReadableStream({
    start(controller) {
      to = controller;
    },
    cancel() {
      // Nobody unpacks it any more, but whether it is right is still asked.
      isWanted = false;
    },
  });
  const bytes = fetchChecked(file, urlOf, (piece) => {
    progress(piece.length);
    if (!isWanted) return;
    to.enqueue(piece);
    if (piece.byteOffset + piece.length === file.size) to.close();
  });
  bytes.catch((error) => to.error(error));
  return { bytes, stream };
}

async function fetchChecked(
  { file, size, sha256 }: PackFile,
  urlOf: UrlOf,
  onPiece: (piece: Uint8Array<ArrayBuffer>) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = urlOf(file);
  if (url === undefined) throw new PackError(`the pack lacks its file ${file}`);
  const { body } = await request(url);
  const bytes = new Uint8Array(size);
  let at = 0;
  let digest: Promise<ArrayBuffer> | undefined;
  try {
    for (const reader = (body as ReadableStream<Uint8Array>).getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      if (at + value.length <= size) {
        bytes.set(value, at);
        onPiece(bytes.subarray(at, at + value.length));
      }
      at += value.length;
      // Not only at its end, which a page that is busy unpacking learns of late.
      if (at === size) digest = crypto.subtle.digest("SHA-256", bytes);
    }
  } catch (cause) {
    throw new PackError(`${url} did not load: the connection broke after ${at} of ${size} bytes`, { cause });
  }
  if (at !== size || digest === undefined)
    throw new PackError(`${url} has ${at} bytes where the pack's manifest says ${size}`);
  const found = Array.from(new Uint8Array(await digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) throw new PackError(`${url} is not what the pack's manifest says: its SHA-256 is ${found}`);
  return bytes;
}

export async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new PackError(`${url} did not load: ${(cause as Error).message}`, { cause });
  }
  if (response.ok) return response;
  throw new PackError(`${url} did not load: status ${response.status} ${response.statusText}`.trimEnd());
}

let opened: Promise<Cache | undefined> | undefined;

/** Undefined where there is none, as in a private window: then everything is fetched each time. */
export function openCache(): Promise<Cache | undefined> {
  opened ??= caches.open(CACHE).catch(() => undefined);
  return opened;
}

/** What a file is kept under: another version of it is another file. */
export function keyOf(url: string, sha256: string, what: string): string {
  return `${url}?${what}=${sha256}`;
}
