// What is kept of a sandbox: a manifest that names segments, and segments of changed 4 KiB blocks. Later segments overrule earlier
// ones. A manifest of an older format is read as one of today's; one of a newer format is refused and left as it is.

import { BLOCK_SIZE } from "@vibengine/system";
import { isDiskSize } from "../options.ts";

/**
 * Number of this format. 1: a list of packs, of paused sandboxes only. 2: segments, running sandboxes, snapshots by name.
 * One that is higher was written by a newer version and is refused.
 */
export const SNAPSHOT_FORMAT = 2;

/** Bytes in a pack. A block may begin in one and end in the next. */
export const PACK_BYTES = 1024 * 1024;

/** Where packs are kept: in IndexedDB, or as files in the origin private file system. */
export type Storage = "indexeddb" | "opfs";

/** What one save wrote: the bytes of its blocks one after the other, in packs of 1 MiB, the last one perhaps shorter. */
export interface Segment {
  name: string;
  /** The image blocks it holds, in its order, as pairs: first block, how many. */
  runs: Uint32Array<ArrayBuffer>;
  /**
   * Bytes that the packs have of each block, its zeros at the end left out, in the order of the runs. Absent: they have whole
   * blocks. The last block of a file is half empty on average, and some tables are hardly filled.
   */
  lengths?: Uint16Array<ArrayBuffer>;
  /** xxHash (32 bits, seed 0) of each pack's bytes. */
  checksums: Uint32Array<ArrayBuffer>;
  /** When it was written (ms since 1970), if the storage did not promise that it survives the loss of power. */
  relaxedAt?: number;
}

/** A disk's image as it was at one moment. */
export interface Image {
  format: number;
  storage: Storage;
  diskSizeBytes: number;
  /** False when something was in use as it was saved: it is checked and mended as it comes back. */
  clean: boolean;
  /** None: a new sandbox whose disk nobody has changed. */
  segments: Segment[];
  /** What a save that was too large to be written at once has written ahead: to be left out by who reads the image. */
  ahead?: Segment[];
}

/** A sandbox. Times in ms since 1970. */
export interface Manifest extends Image {
  sandboxId: string;
  state: "running" | "paused";
  /** Grows with each owner: one who has an older number has been replaced, and may not write. */
  generation: number;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  createdAt: number;
  startedAt: number;
  /** Null: nothing had to be saved yet. */
  savedAt: number | null;
  /** Null while it is paused. */
  endAt: number | null;
  onTimeout: "kill" | "pause";
}

/** An image with a life of its own, from which sandboxes are made. */
export interface SnapshotManifest extends Image {
  snapshotId: string;
  name?: string;
  envs: Record<string, string>;
  createdAt: number;
}

/** Thrown when what the store holds can't be what was saved. Nothing is deleted. */
export class CorruptSnapshot extends Error {
  override name = "CorruptSnapshot";
}

/** Everything of it that stands in the store. */
export function segmentsOf({ segments = [], ahead = [] }: Partial<Image>): Segment[] {
  return [...segments, ...ahead];
}

/** Bytes that an image has in the store, those included that others share. */
export function imageBytes(image: Image): number {
  return segmentsOf(image).reduce((sum, segment) => sum + packedBytes(segment), 0);
}

/** Bytes in all the packs of a segment. */
export function packedBytes(segment: Segment): number {
  return segment.lengths?.reduce((sum, length) => sum + length, 0) ?? blockCount(segment) * BLOCK_SIZE;
}

export function blockCount({ runs }: Segment): number {
  let count = 0;
  for (let i = 1; i < runs.length; i += 2) count += runs[i];
  return count;
}

/** Ascending block numbers as runs. */
export function toRuns(blocks: readonly number[]): Uint32Array<ArrayBuffer> {
  const runs: number[] = [];
  for (const block of blocks) {
    const last = runs.length - 2;
    if (last >= 0 && runs[last] + runs[last + 1] === block) runs[last + 1]++;
    else runs.push(block, 1);
  }
  return Uint32Array.from(runs);
}

/** Checks a sandbox's manifest's own shape; the packs are checked as they are read. */
export function checkManifest(value: unknown, sandboxId: string): Manifest {
  const manifest = checkFormat<Manifest>(value);
  if (manifest.format === 1) upgrade(manifest as Partial<Manifest> & OldManifest);
  const isWhole =
    isImage(manifest) &&
    manifest.sandboxId === sandboxId &&
    (manifest.state === "running" || manifest.state === "paused") &&
    (manifest.onTimeout === "kill" || manifest.onTimeout === "pause") &&
    isRecord(manifest.metadata) &&
    isRecord(manifest.envs) &&
    [manifest.generation, manifest.createdAt, manifest.startedAt].every(Number.isFinite) &&
    [manifest.savedAt, manifest.endAt].every((time) => time === null || Number.isFinite(time));
  if (!isWhole) throw new CorruptSnapshot("its manifest is damaged");
  return manifest as Manifest;
}

export function checkSnapshot(value: unknown, snapshotId: string): SnapshotManifest {
  const manifest = checkFormat<SnapshotManifest>(value);
  const isWhole =
    isImage(manifest) &&
    manifest.snapshotId === snapshotId &&
    ["string", "undefined"].includes(typeof manifest.name) &&
    isRecord(manifest.envs) &&
    Number.isFinite(manifest.createdAt);
  if (!isWhole) throw new CorruptSnapshot("its manifest is damaged");
  return manifest as SnapshotManifest;
}

function checkFormat<T extends Image>(value: unknown): Partial<T> {
  const manifest = value as Partial<T> | null;
  if (typeof manifest !== "object" || manifest === null || typeof manifest.format !== "number")
    throw new CorruptSnapshot("its manifest is unreadable");
  if (manifest.format > SNAPSHOT_FORMAT) {
    throw new CorruptSnapshot(
      `it has format ${manifest.format} and was written by a newer version; this one reads up to format ${SNAPSHOT_FORMAT}`,
    );
  }
  return { ...manifest };
}

/** What format 1 had: a pack was a segment of one pack, named by its whole key. */
interface OldManifest {
  packs?: { key: string; blocks: Uint32Array; checksum: number }[];
}

function upgrade(manifest: Partial<Manifest> & OldManifest): void {
  const { packs, createdAt } = manifest;
  const isWhole =
    Array.isArray(packs) && packs.every((pack) => typeof pack?.key === "string" && pack.blocks instanceof Uint32Array);
  if (!isWhole) throw new CorruptSnapshot("its manifest is damaged");
  manifest.segments = packs.map(({ key, blocks, checksum }) => ({
    name: key,
    runs: toRuns([...blocks]),
    checksums: Uint32Array.of(checksum),
  }));
  manifest.clean ??= true;
  manifest.storage = "indexeddb";
  manifest.generation = 0;
  manifest.startedAt = createdAt;
  manifest.endAt = null;
  manifest.onTimeout = "kill";
  delete manifest.packs;
  manifest.format = SNAPSHOT_FORMAT;
}

function isImage(manifest: Partial<Image>): boolean {
  const { storage, diskSizeBytes, clean, segments } = manifest;
  return (
    (storage === "indexeddb" || storage === "opfs") &&
    isDiskSize(diskSizeBytes as number) &&
    typeof clean === "boolean" &&
    Array.isArray(segments) &&
    segmentsOf(manifest).every(isSegment)
  );
}

function isSegment(segment: Segment): boolean {
  return (
    typeof segment?.name === "string" &&
    segment.runs instanceof Uint32Array &&
    segment.runs.length % 2 === 0 &&
    isLengths(segment) &&
    segment.checksums instanceof Uint32Array &&
    segment.checksums.length === Math.ceil(packedBytes(segment) / PACK_BYTES)
  );
}

function isLengths(segment: Segment): boolean {
  const { lengths } = segment;
  if (lengths === undefined) return true;
  return (
    lengths instanceof Uint16Array &&
    lengths.length === blockCount(segment) &&
    lengths.every((length) => length <= BLOCK_SIZE)
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
}
