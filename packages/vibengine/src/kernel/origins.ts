// Where a sandbox comes from: nothing, a snapshot, an archive, or what is stored of it. Each gives a disk, the manifest in the
// store that it was read from, and what is known of the sandbox besides.

import { SandboxNotFoundError } from "../errors.ts";
import { DEFAULT_DISK_BYTES } from "../options.ts";
import type { BootOptions } from "../protocol.ts";
import type { Manifest } from "../snapshot/manifest.ts";
import { adoptSnapshot, endLate, findManifest, findSnapshot, isOver, removeSandbox } from "../snapshot/registry.ts";
import type { SnapshotStore } from "../snapshot/store.ts";
import { type Booted, bootFrom, bootNew, bootOn, unusable } from "./boot.ts";
import { loadTools } from "./late.ts";
import { formatDisk, newMemory } from "./memory.ts";
import type { About } from "./saves.ts";

export interface Origin {
  booted: Booted;
  /** Null for what is not in the store yet. */
  stored: Manifest | null;
  about: Omit<About, "state" | "startedAt" | "endAt">;
}

export function fromNothing(options: BootOptions): Origin {
  const { diskSizeBytes = DEFAULT_DISK_BYTES } = options;
  return { booted: bootNew(diskSizeBytes), stored: null, about: newAbout(options, diskSizeBytes) };
}

export async function fromSnapshot(store: SnapshotStore, options: BootOptions, snapshotId: string): Promise<Origin> {
  const what = `snapshot ${snapshotId}`;
  const snapshot = await findSnapshot(store, snapshotId).catch((error) => {
    throw unusable(error, what);
  });
  const missing = new SandboxNotFoundError(`there is no ${what}: it was deleted, or never existed`);
  if (snapshot === undefined) throw missing;
  // The new sandbox holds on to what it is made of before it reads it.
  const stored = await adoptSnapshot(store, snapshot, options.sandboxId, options.timeoutMs);
  if (stored === null) throw missing;
  try {
    const booted = await bootFrom(store, stored, options.assets, what);
    return { booted, stored, about: { ...stored, generation: stored.generation + 1 } };
  } catch (error) {
    await removeSandbox(store, options.sandboxId).catch(() => false);
    throw error;
  }
}

export async function fromArchive(options: BootOptions, archive: Blob): Promise<Origin> {
  const { importArchive } = await loadTools(options.assets.tools);
  const { disk, manifest, diskSizeBytes } = await importArchive(archive, {
    diskSizeBytes: options.diskSizeBytes,
    makeDisk: (bytes) => formatDisk(newMemory(bytes), bytes),
  });
  const booted = bootOn(disk, disk.memory.backing.memory as WebAssembly.Memory, []);
  const { metadata, envs } = manifest;
  return { booted, stored: null, about: { ...newAbout(options, diskSizeBytes), metadata, envs } };
}

/** A paused sandbox, or one whose page has gone; to be called by its owner. */
export async function fromStore(store: SnapshotStore, { sandboxId, assets }: BootOptions): Promise<Origin> {
  const what = `the snapshot of sandbox ${sandboxId}`;
  const stored = await findManifest(store, sandboxId).catch((error) => {
    throw unusable(error, what);
  });
  if (stored === undefined || (isOver(stored) && !(await endLate(store, stored)))) {
    throw new SandboxNotFoundError(
      `there is no paused sandbox ${sandboxId}: it was killed, timed out, or never existed`,
    );
  }
  const booted = await bootFrom(store, stored, assets, what);
  return { booted, stored, about: { ...stored, generation: stored.generation + 1 } };
}

function newAbout({ sandboxId, storage = "indexeddb" }: BootOptions, diskSizeBytes: number): Origin["about"] {
  const now = Date.now();
  return {
    sandboxId,
    storage,
    diskSizeBytes,
    generation: 1,
    metadata: {},
    envs: {},
    createdAt: now,
    onTimeout: "kill",
  };
}
