// Snapshots as a page sees them: what is told of one, which there are, and what all of it takes in the browser's storage. They
// belong to the origin, not to a sandbox.

import { InvalidArgumentError } from "./errors.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import { imageBytes, type SnapshotManifest } from "./snapshot/manifest.ts";
import { allSnapshots, removeSnapshot } from "./snapshot/registry.ts";
import { reclaim } from "./upkeep.ts";

/** A sandbox's files as they were at one moment, kept until they are deleted. */
export interface SnapshotInfo {
  /** `"snap_"` and 20 random characters. */
  snapshotId: string;
  name?: string;
  createdAt: Date;
  /** What its packs take in the browser's storage. Packs are shared with the sandbox it was made of, and with forks. */
  sizeBytes: number;
}

/** What vibengine keeps in the browser's storage. */
export interface StorageInfo {
  /** Of the whole origin, as the browser tells it. */
  usageBytes: number;
  /** How much the browser lets the origin have at most. */
  quotaBytes: number;
  /** Whether the browser has promised not to clear it when space gets short. */
  persisted: boolean;
  /** What the packs of each sandbox take, running or paused. Packs that forks share count for each of them. */
  sandboxes: { sandboxId: string; bytes: number }[];
}

const PREFIX = "snap_";

export function isSnapshotId(id: string): boolean {
  return id.startsWith(PREFIX);
}

export function snapshotId(random: string): string {
  return PREFIX + random;
}

export function snapshotInfo(manifest: SnapshotManifest): SnapshotInfo {
  const { snapshotId, name, createdAt } = manifest;
  return {
    snapshotId,
    ...(name !== undefined && { name }),
    createdAt: new Date(createdAt),
    sizeBytes: imageBytes(manifest),
  };
}

/** Newest first. */
export async function listSnapshots(): Promise<SnapshotInfo[]> {
  const infos = (await allSnapshots(indexedDbStore())).map(snapshotInfo);
  return infos.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

export function deleteSnapshot(snapshotId: string): Promise<boolean> {
  if (typeof snapshotId !== "string" || !isSnapshotId(snapshotId))
    throw new InvalidArgumentError(`snapshotId must be a string that begins with "${PREFIX}", got ${snapshotId}`);
  return removeSnapshot(indexedDbStore(), snapshotId);
}

export async function storageInfo(persist: boolean): Promise<StorageInfo> {
  const store = indexedDbStore();
  const manifests = await reclaim(store);
  await store.sweep();
  const persisted = persist ? await navigator.storage.persist() : await navigator.storage.persisted();
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const sandboxes = manifests.map((manifest) => ({ sandboxId: manifest.sandboxId, bytes: imageBytes(manifest) }));
  return { usageBytes: usage, quotaBytes: quota, persisted, sandboxes };
}
