// What any page does for sandboxes that nobody looks after: one whose page has gone and whose time is up is stopped, as its kernel
// would have done, and its storage is freed. Done by whoever looks next: `list`, `create`, `connect` and `storage` begin with it.

import { holdSandbox, lockName } from "./kernel/ownership.ts";
import { announce } from "./lifecycle-events.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import type { Manifest } from "./snapshot/manifest.ts";
import { allManifests, endLate, findManifest, isOver } from "./snapshot/registry.ts";
import type { SnapshotStore } from "./snapshot/store.ts";

/** Stops the sandboxes that have outlived their time with nobody there to stop them. Returns what is known of the others. */
export async function reclaim(store: SnapshotStore): Promise<Manifest[]> {
  const manifests = await allManifests(store);
  const late = manifests.filter(isOver);
  if (late.length === 0) return manifests;
  const { held = [] } = await navigator.locks.query();
  const owned = new Set(held.map((lock) => lock.name));
  for (const { sandboxId } of late) if (!owned.has(lockName(sandboxId))) await stop(store, sandboxId);
  await store.sweep();
  return allManifests(store);
}

/** The same, with nobody waiting for it. */
export function reclaimLater(): void {
  reclaim(indexedDbStore()).catch(() => {});
}

async function stop(store: SnapshotStore, sandboxId: string): Promise<void> {
  const hold = await holdSandbox(sandboxId);
  if (hold === null) return; // its kernel is there after all, or somebody else is at it
  try {
    const manifest = await findManifest(store, sandboxId);
    if (manifest === undefined || !isOver(manifest)) return;
    announce(sandboxId, (await endLate(store, manifest)) ? "paused" : "timeout");
  } finally {
    await hold.release();
  }
}
