// What the origin's sandboxes and snapshots are, as their manifests tell: who owns one, which are listed, which have outlived
// their time, and what of the storage is nobody's any more. Each change is one transaction, so tabs can't tread on each other.

import {
  CorruptSnapshot,
  checkManifest,
  checkSnapshot,
  type Image,
  type Manifest,
  type Segment,
  type SnapshotManifest,
  segmentsOf,
} from "./manifest.ts";
import { MANIFEST, type Records, SNAPSHOT, type SnapshotStore } from "./store.ts";

/** Thrown when somebody else has become the owner, or removed the sandbox: this one may not write any more. */
export class Replaced extends Error {}
/** Thrown when the packs that a save builds upon are gone, as when the user cleared the site's data: all is to be written. */
export class ChainGone extends Error {}

export async function findManifest(store: SnapshotStore, sandboxId: string): Promise<Manifest | undefined> {
  const value = await store.get(MANIFEST + sandboxId);
  return value === undefined ? undefined : checkManifest(value, sandboxId);
}

export async function findSnapshot(store: SnapshotStore, snapshotId: string): Promise<SnapshotManifest | undefined> {
  const value = await store.get(SNAPSHOT + snapshotId);
  return value === undefined ? undefined : checkSnapshot(value, snapshotId);
}

/** All sandboxes that this version can read. */
export async function allManifests(store: SnapshotStore): Promise<Manifest[]> {
  return readable(await store.all(MANIFEST), (value) => checkManifest(value, (value as Manifest).sandboxId));
}

export async function allSnapshots(store: SnapshotStore): Promise<SnapshotManifest[]> {
  return readable(await store.all(SNAPSHOT), (value) => checkSnapshot(value, (value as SnapshotManifest).snapshotId));
}

function readable<T>(values: unknown[], check: (value: unknown) => T): T[] {
  return values.flatMap((value) => {
    try {
      return [check(value)];
    } catch (error) {
      if (error instanceof CorruptSnapshot) return [];
      throw error;
    }
  });
}

/**
 * Within a transaction: puts the manifest of a sandbox in place of the one its owner wrote before, and removes what of that one's
 * segments nobody names any more. Throws `Replaced` when another has become the owner.
 */
export async function replaceManifest(
  records: Records,
  manifest: Manifest,
  before: Manifest | null,
  gone: readonly Segment[],
): Promise<void> {
  const key = MANIFEST + manifest.sandboxId;
  const stored = (await records.get(key)) as Manifest | undefined;
  if (before !== null && stored === undefined) {
    if (manifest.segments.some((segment) => before.segments.includes(segment))) throw new ChainGone();
  }
  const expected = before === null ? undefined : before.generation;
  if (stored !== undefined && (stored.generation ?? 0) !== expected)
    throw new Replaced(`sandbox ${manifest.sandboxId} has been taken over by another page or tab`);
  records.put(key, manifest);
  await removeUnnamed(records, manifest.storage, gone);
}

/** A manifest in the store for a new sandbox, of a snapshot's segments; null when that is no longer there. */
export function adoptSnapshot(
  store: SnapshotStore,
  snapshot: SnapshotManifest,
  sandboxId: string,
  timeoutMs: number,
): Promise<Manifest | null> {
  const { snapshotId, name: _, ...image } = snapshot;
  const now = Date.now();
  const manifest: Manifest = {
    ...image,
    sandboxId,
    state: "running",
    generation: 0,
    metadata: {},
    createdAt: now,
    startedAt: now,
    savedAt: now,
    endAt: now + timeoutMs,
    onTimeout: "kill",
  };
  return store.write("relaxed", null, async (records) => {
    if ((await records.get(SNAPSHOT + snapshotId)) === undefined) return null;
    records.put(MANIFEST + sandboxId, manifest);
    return manifest;
  });
}

/** Whether its time was up with nobody there to stop it. */
export function isOver({ state, endAt }: Manifest): boolean {
  return state === "running" && endAt !== null && endAt <= Date.now();
}

/**
 * Ends a sandbox whose time is up as it was told to: removed, or paused as it was last saved. For who holds its lock. False when
 * it is gone.
 */
export async function endLate(
  store: SnapshotStore,
  { sandboxId, onTimeout }: Pick<Manifest, "sandboxId" | "onTimeout">,
): Promise<boolean> {
  if (onTimeout === "kill") {
    await removeSandbox(store, sandboxId);
    return false;
  }
  return store.write("relaxed", null, async (records) => {
    const stored = (await records.get(MANIFEST + sandboxId)) as Manifest | undefined;
    if (stored !== undefined) records.put(MANIFEST + sandboxId, { ...stored, state: "paused", endAt: null });
    return stored !== undefined;
  });
}

/** Removes a sandbox; false when there was none. */
export function removeSandbox(store: SnapshotStore, sandboxId: string): Promise<boolean> {
  return removeImage(store, MANIFEST + sandboxId);
}

/** Removes a snapshot; sandboxes made from it keep what they share with it. */
export function removeSnapshot(store: SnapshotStore, snapshotId: string): Promise<boolean> {
  return removeImage(store, SNAPSHOT + snapshotId);
}

function removeImage(store: SnapshotStore, key: string): Promise<boolean> {
  return store.write("relaxed", null, async (records) => {
    const stored = (await records.get(key)) as Partial<Image> | undefined;
    if (stored === undefined) return false;
    records.remove(key);
    // Also what this version can't read goes, as far as it can be told what belongs to it.
    const old = (stored as { packs?: { key: string }[] }).packs?.map((pack) => ({ name: pack.key }));
    await removeUnnamed(records, stored.storage ?? "indexeddb", old ?? segmentsOf(stored));
    return true;
  });
}

/** Removes those of the segments that no manifest names. */
async function removeUnnamed(
  records: Records,
  storage: Image["storage"],
  segments: readonly Pick<Segment, "name">[],
): Promise<void> {
  if (segments.length === 0) return;
  const named = new Set<string>();
  for (const prefix of [MANIFEST, SNAPSHOT]) {
    for (const image of (await records.all(prefix)) as Partial<Image>[])
      for (const { name } of segmentsOf(image)) named.add(name);
  }
  for (const { name } of segments) if (!named.has(name)) records.removeSegment(storage, name);
}
