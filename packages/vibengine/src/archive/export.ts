// A sandbox's disk as a Blob. A generator makes the tar's pieces from the disk, each with the lock held; the driver takes a batch
// of them in one short section, and pushes them through gzip meanwhile. Memory is a batch, and the tree's names.

import { joinBytes, RECORD } from "@vibengine/shell/tar";
import { type Disk, encode, TreeNames } from "@vibengine/system";
import { SandboxError } from "../errors.ts";
import {
  ARCHIVE_FORMAT,
  type ArchiveManifest,
  limitsFor,
  MANIFEST_LIMIT,
  MANIFEST_NAME,
  PATH_LIMIT,
  ROOT_NAME,
  shown,
} from "./format.ts";
import { inodePieces, linkHeaders, textFile } from "./tar-write.ts";

/** What one section takes at most: bytes, and ms. A piece that is begun is made whole. */
const BATCH_BYTES = 1 << 20;
const BATCH_MS = 4;
/** Looks through the whole tree that may be cut short: after so many it is looked through in one go, or a busy disk would never be. */
const SHORT_LOOKS = 32;
/** Compressed bytes that are given to the browser in one go, which keeps them out of this worker's memory. */
const PART_BYTES = 4 << 20;
/** Of each entry: its header, that of its pax records, and those but for the path. */
const ENTRY_BYTES = 2048;
const SLASH = encode("/");

export interface ExportAbout {
  sandboxId: string;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  diskSizeBytes: number;
  createdAt: number;
}

/** Runs what it is given with the lock held: the kernel's `KernelCalls`. */
export interface Sections {
  exclusive<T>(section: () => T): Promise<T>;
}

/** An export of `disk`, to be run once. */
export const newExport = (disk: Disk) => new Export(disk);

export class Export {
  readonly #disk: Disk;
  readonly #names: TreeNames;
  #stopped: Error | null = null;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.#names = new TreeNames(disk);
  }

  /** Ends it at once, with `error`. To be called with the lock held. */
  stop(error: Error): void {
    this.#stopped ??= error;
    this.#names.letGo();
  }

  async run(sections: Sections, about: ExportAbout): Promise<Blob> {
    const section = <T>(body: () => T) =>
      sections.exclusive(() => {
        if (this.#stopped !== null) throw this.#stopped;
        this.#disk.sync();
        return body();
      });
    const gzip = new CompressionStream("gzip");
    const writer = gzip.writable.getWriter();
    const archive = collect(gzip.readable);
    archive.catch(() => {});
    try {
      for (let looks = 1; ; looks++) {
        const end = looks > SHORT_LOOKS ? Number.POSITIVE_INFINITY : performance.now() + BATCH_MS;
        if (await section(() => this.#names.walk(() => performance.now() > end))) break;
      }
      const pieces = this.#pieces(about);
      for (;;) {
        const batch = await section(() => take(pieces));
        if (batch.length === 0) break;
        await writer.write(batch);
      }
      await writer.close();
      return await archive;
    } catch (error) {
      writer.abort(error).catch(() => {});
      throw error;
    } finally {
      await sections.exclusive(() => this.#names.letGo());
    }
  }

  *#pieces(about: ExportAbout): Generator<Uint8Array> {
    const names = this.#names;
    const now = Date.now();
    const manifest: ArchiveManifest = {
      format: ARCHIVE_FORMAT,
      madeBy: "vibengine",
      sandboxId: about.sandboxId,
      metadata: about.metadata,
      envs: about.envs,
      diskSizeBytes: about.diskSizeBytes,
      createdAt: new Date(about.createdAt).toISOString(),
      exportedAt: new Date(now).toISOString(),
      entries: names.length,
      contentBytes: names.contentBytes,
    };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    if (text.length > MANIFEST_LIMIT / 4) throw new SandboxError("metadata and envs are too long to export");
    yield textFile(MANIFEST_NAME, text, now);
    let [directory, base] = [-1, encode(ROOT_NAME)];
    let headerBytes = 0;
    for (let index = 0; index < names.length; index++) {
      const ino = names.ino(index);
      if (index > 0 && names.parent(index) !== directory) {
        directory = names.parent(index);
        base = this.#path(directory);
      }
      const slash = this.#isDirectory(ino) ? "/" : "";
      const path = index === 0 ? encode(`${ROOT_NAME}/`) : joinBytes(base, SLASH, names.name(index), encode(slash));
      headerBytes += path.length + ENTRY_BYTES;
      if (path.length > PATH_LIMIT || headerBytes > limitsFor(about.diskSizeBytes).headerBytes) {
        throw new SandboxError(`the paths below ${shown(path)} are too long to export: move what is there further up`);
      }
      const first = names.first(index);
      if (first < 0) yield* inodePieces(this.#disk, ino, path);
      else yield linkHeaders(this.#disk, ino, path, this.#path(first));
      names.letGo(index + 1);
    }
    yield new Uint8Array(2 * RECORD);
  }

  #isDirectory(ino: number): boolean {
    return this.#disk.paths.isDirectory(ino);
  }

  /** The whole path in the archive, without a slash at its end. */
  #path(index: number): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [];
    for (let at = index; at > 0; at = this.#names.parent(at)) parts.push(this.#names.name(at), SLASH);
    return joinBytes(encode(ROOT_NAME), ...parts.reverse());
  }
}

/** The next pieces, joined: as many as one section may take. None: that was all. */
function take(pieces: Generator<Uint8Array>): Uint8Array<ArrayBuffer> {
  const end = performance.now() + BATCH_MS;
  const batch: Uint8Array[] = [];
  for (let length = 0; length < BATCH_BYTES && performance.now() < end; ) {
    const next = pieces.next();
    if (next.done) break;
    batch.push(next.value);
    length += next.value.length;
  }
  return joinBytes(...batch);
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const reader = stream.getReader();
  const parts: Blob[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pending.push(next.value);
    length += next.value.length;
    if (length < PART_BYTES) continue;
    parts.push(new Blob(pending));
    pending = [];
    length = 0;
  }
  return new Blob([...parts, ...pending], { type: "application/gzip" });
}
