// From disk to packs and back. A save takes the blocks that changed since the last one; it keeps the packs there are while
// enough of them is alive, and writes everything anew when it is not. Knows the disk and the store's port, not the storage.

import { BLOCK_SIZE, type Disk, restoreDisk, wasmBacking } from "@vibengine/system";
import xxhash from "xxhash-wasm";
import { CorruptSnapshot, type Manifest, type PackEntry, SNAPSHOT_FORMAT } from "./manifest.ts";
import type { SnapshotStore } from "./store.ts";

/** Blocks in a pack: 1 MiB. */
const PACK_BLOCKS = 256;
/** Packs read from the store at once. */
const PIPELINE = 8;
/** Everything is written anew when the packs hold more than this many times the blocks in use. */
const DEAD_WEIGHT = 2;

export type SavedAbout = Pick<Manifest, "sandboxId" | "diskSizeBytes" | "metadata" | "envs" | "createdAt" | "clean">;

/**
 * Saves the disk as the sandbox's snapshot; `last` is what was saved or loaded before. Nobody may change the disk meanwhile.
 * Returns the new manifest. When it throws, the store has the old snapshot and the disk knows what it still has to save.
 */
export async function saveDisk(
  store: SnapshotStore,
  disk: Disk,
  about: SavedAbout,
  last: Manifest | null,
  packKey: (name: string) => string,
): Promise<Manifest> {
  const { h32Raw } = await xxhash();
  const inUse = usedBlocks(disk);
  const held = last === null ? 0 : last.packs.reduce((sum, pack) => sum + pack.blocks.length, 0);
  const isFull = last === null || held > inUse.length * DEAD_WEIGHT;
  const blocks = isFull ? inUse : inUse.filter((block) => disk.isDirty(block));
  const kept = isFull ? [] : last.packs;
  const obsolete = isFull && last !== null ? last.packs.map((pack) => pack.key) : [];
  const stamp = `${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`;

  const manifest: Manifest = {
    ...about,
    format: SNAPSHOT_FORMAT,
    state: "paused",
    savedAt: Date.now(),
    packs: [...kept],
  };
  function* packs(): Generator<[string, Uint8Array], Manifest> {
    const scratch = new Uint8Array(PACK_BLOCKS * BLOCK_SIZE);
    for (let start = 0; start < blocks.length; start += PACK_BLOCKS) {
      const numbers = Uint32Array.from(blocks.slice(start, start + PACK_BLOCKS));
      // A view of a larger buffer would be stored with all of that buffer.
      const bytes = numbers.length === PACK_BLOCKS ? scratch : new Uint8Array(numbers.length * BLOCK_SIZE);
      copyBlocks(disk, numbers, bytes, "out");
      const entry: PackEntry = {
        key: packKey(`${stamp}-${start / PACK_BLOCKS}`),
        blocks: numbers,
        checksum: h32Raw(bytes),
      };
      manifest.packs.push(entry);
      yield [entry.key, bytes];
    }
    return manifest;
  }
  await store.save(about.sandboxId, packs(), obsolete);
  for (const block of blocks) disk.markClean(block);
  return manifest;
}

/** Fills fresh memory with the disk that a manifest describes. Throws `CorruptSnapshot` saying what is wrong. */
export async function loadDisk(store: SnapshotStore, manifest: Manifest, memory: WebAssembly.Memory): Promise<Disk> {
  const { h32Raw } = await xxhash();
  try {
    return await restoreDisk(wasmBacking(memory), manifest.diskSizeBytes, async (disk) => {
      growFor(disk, manifest);
      const reads: Promise<unknown>[] = [];
      for (let i = 0; i < manifest.packs.length; i++) {
        for (let ahead = reads.length; ahead < Math.min(i + PIPELINE, manifest.packs.length); ahead++) {
          const read = store.pack(manifest.packs[ahead].key);
          read.catch(() => {});
          reads.push(read);
        }
        const pack = manifest.packs[i];
        const bytes = await reads[i];
        reads[i] = Promise.resolve();
        if (!(bytes instanceof Uint8Array))
          throw new CorruptSnapshot(`pack ${i + 1} of ${manifest.packs.length} is missing`);
        if (bytes.length !== pack.blocks.length * BLOCK_SIZE || h32Raw(bytes) !== pack.checksum) {
          throw new CorruptSnapshot(
            `pack ${i + 1} of ${manifest.packs.length} is damaged: its checksum does not match`,
          );
        }
        copyBlocks(disk, pack.blocks, bytes, "in");
      }
    });
  } catch (error) {
    if (error instanceof CorruptSnapshot || error instanceof DOMException) throw error;
    throw new CorruptSnapshot((error as Error).message, { cause: error });
  }
}

/** Blocks that a snapshot must keep: touched metadata, and data blocks in use. */
function usedBlocks(disk: Disk): number[] {
  const used: number[] = [];
  for (let block = 0; block < disk.usedEnd; block++) if (disk.isKept(block)) used.push(block);
  return used;
}

function growFor(disk: Disk, manifest: Manifest): void {
  let highest = 0;
  for (const pack of manifest.packs) for (const block of pack.blocks) if (block > highest) highest = block;
  if (highest >= disk.layout.imageBlocks) throw new CorruptSnapshot("it names blocks beyond the end of its disk");
  if (!disk.grow(disk.blocks.byteOf(highest + 1)))
    throw new RangeError("the browser has too little memory for this disk");
}

/** Copies blocks between disk and pack, neighbours together. */
function copyBlocks(disk: Disk, numbers: Uint32Array, pack: Uint8Array, way: "in" | "out"): void {
  const { bytes } = disk.memory;
  for (let start = 0, end = 0; start < numbers.length; start = end) {
    end = start + 1;
    while (end < numbers.length && numbers[end] === numbers[end - 1] + 1) end++;
    const at = disk.blocks.byteOf(numbers[start]);
    const length = (end - start) * BLOCK_SIZE;
    const inPack = start * BLOCK_SIZE;
    if (way === "out") pack.set(bytes.subarray(at, at + length), inPack);
    else bytes.set(pack.subarray(inPack, inPack + length), at);
  }
}
