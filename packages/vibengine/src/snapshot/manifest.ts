// What a snapshot is: a manifest that names packs, and packs of changed 4 KiB blocks. Later packs overrule earlier ones.

import { isDiskSize } from "../options.ts";

/** Number of this format. One that is higher was written by a newer version and is refused. */
export const SNAPSHOT_FORMAT = 1;

export interface PackEntry {
  /** Key of the pack in the store. */
  key: string;
  /** Image block numbers, in the order in which the blocks stand in the pack. */
  blocks: Uint32Array<ArrayBuffer>;
  /** xxHash (32 bits, seed 0) of the pack's bytes. */
  checksum: number;
}

export interface Manifest {
  format: number;
  sandboxId: string;
  state: "paused";
  diskSizeBytes: number;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  /** ms since 1970: when the sandbox was first created, and when this was saved. */
  createdAt: number;
  savedAt: number;
  /** False when the disk was in use as it was saved: it is checked and mended as it comes back. Absent: true. */
  clean?: boolean;
  packs: PackEntry[];
}

/** Thrown when what the store holds can't be a snapshot that was saved. Nothing is deleted. */
export class CorruptSnapshot extends Error {}

/** Checks a manifest's own shape; the packs are checked as they are read. */
export function checkManifest(value: unknown, sandboxId: string): Manifest {
  const manifest = value as Partial<Manifest> | null;
  if (typeof manifest !== "object" || manifest === null || typeof manifest.format !== "number") {
    throw new CorruptSnapshot("its manifest is unreadable");
  }
  if (manifest.format > SNAPSHOT_FORMAT) {
    throw new CorruptSnapshot(
      `it has format ${manifest.format} and was written by a newer version; this one reads up to format ${SNAPSHOT_FORMAT}`,
    );
  }
  const isWhole =
    manifest.sandboxId === sandboxId &&
    isDiskSize(manifest.diskSizeBytes as number) &&
    typeof manifest.createdAt === "number" &&
    typeof manifest.savedAt === "number" &&
    ["boolean", "undefined"].includes(typeof manifest.clean) &&
    isRecord(manifest.metadata) &&
    isRecord(manifest.envs) &&
    Array.isArray(manifest.packs) &&
    manifest.packs.every((pack) => typeof pack?.key === "string" && pack.blocks instanceof Uint32Array);
  if (!isWhole) throw new CorruptSnapshot("its manifest is damaged");
  return manifest as Manifest;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
}
