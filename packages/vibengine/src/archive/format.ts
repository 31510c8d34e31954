// What an exported sandbox is: a gzip-compressed pax tar whose first entry is a manifest and whose others stand below one
// directory. Names, numbers and limits that both ways share. Runs in the kernel's worker, from tools.js.

import { BLOCK_SIZE, decode } from "@vibengine/system";
import { InvalidArgumentError } from "../errors.ts";
import { checkEnvs, checkStrings, isDiskSize } from "../options.ts";

/** Number of this format. A newer library reads what an older one wrote; an archive of a higher number is refused. */
export const ARCHIVE_FORMAT = 1;
/** The two names at the archive's top. In any order of names the manifest stays first when somebody packs it anew. */
export const MANIFEST_NAME = "vibengine.json";
export const ROOT_NAME = "vibengine.root";

/** The manifest as JSON. Its counts are for people: who edits the tree and packs it anew need not mend them. */
export interface ArchiveManifest {
  format: number;
  madeBy: string;
  sandboxId: string;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  diskSizeBytes: number;
  /** ISO 8601. */
  createdAt: string;
  exportedAt: string;
  /** Entries below the directory, itself included, and bytes of all plain files, each counted once, holes included. */
  entries: number;
  contentBytes: number;
}

export const MANIFEST_LIMIT = 1 << 20;
/** Bytes of a path in the archive: 16 times what a system call takes. */
export const PATH_LIMIT = 65_535;
/** Bytes of the records that go ahead of one entry. */
export const RECORDS_LIMIT = 1 << 18;

/** What the archive of a disk may hold at most, so that a bomb is stopped: bytes of contents, and of headers. */
export interface Limits {
  contentBytes: number;
  headerBytes: number;
}

/** A disk has as many inodes as blocks; 4 KiB of headers for each is twice what long names need. */
export function limitsFor(diskSizeBytes: number): Limits {
  const blocks = Math.ceil(diskSizeBytes / BLOCK_SIZE);
  return { contentBytes: blocks * BLOCK_SIZE, headerBytes: 64 * 1024 * 1024 + blocks * 4096 };
}

/** The error for an archive that can't be imported. */
export function refuse(what: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    `the archive can't be imported: ${what}`,
    cause === undefined ? undefined : { cause },
  );
}

/** A name as messages show it. */
export function shown(name: Uint8Array): string {
  const text = decode(name.slice(0, 200));
  return JSON.stringify(name.length > 200 ? `${text}…` : text);
}

export function parseManifest(bytes: Uint8Array): ArchiveManifest {
  const wrong = (what: string, cause?: unknown) => refuse(`its manifest, ${MANIFEST_NAME}, ${what}`, cause);
  let manifest: Partial<ArchiveManifest> | null;
  try {
    manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw wrong(`is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof manifest !== "object" || manifest === null || !Number.isInteger(manifest.format)) {
    throw wrong('has no "format" number');
  }
  const format = manifest.format as number;
  if (format > ARCHIVE_FORMAT) {
    throw refuse(
      `it has format ${format} and was written by a newer version; this one reads up to format ${ARCHIVE_FORMAT}`,
    );
  }
  if (format < 1) throw wrong(`says format ${format}, which never was`);
  const { diskSizeBytes, metadata, envs } = manifest;
  if (!isDiskSize(diskSizeBytes as number)) throw wrong(`has no usable "diskSizeBytes": ${String(diskSizeBytes)}`);
  try {
    checkStrings("metadata", metadata as Record<string, string>);
    checkEnvs(envs as Record<string, string>);
  } catch (cause) {
    throw wrong(`is damaged: ${(cause as Error).message}`, cause);
  }
  return manifest as ArchiveManifest;
}
