// From segments to a disk: reads pack after pack, some of them ahead, checks each and puts its blocks where they belong.
// Throws `CorruptSnapshot` saying what is wrong; the store is not changed.

import { BLOCK_SIZE, type Disk, restoreDisk, wasmBacking } from "@vibengine/system";
import xxhash from "xxhash-wasm";
import { SandboxError } from "../errors.ts";
import { CorruptSnapshot, type Image, PACK_BYTES, packedBytes, type Segment } from "./manifest.ts";
import type { SnapshotStore } from "./store.ts";

/** Fills fresh memory with the disk that an image describes. */
export async function loadDisk(store: SnapshotStore, image: Image, memory: WebAssembly.Memory): Promise<Disk> {
  const { h32Raw } = await xxhash();
  try {
    return await restoreDisk(wasmBacking(memory), image.diskSizeBytes, async (disk) => {
      growFor(disk, image.segments);
      for (const segment of image.segments) await loadSegment(store, image, segment, disk, h32Raw);
    });
  } catch (error) {
    if ([CorruptSnapshot, SandboxError, DOMException].some((kind) => error instanceof kind)) throw error;
    throw new CorruptSnapshot((error as Error).message, { cause: error });
  }
}

async function loadSegment(
  store: SnapshotStore,
  image: Image,
  segment: Segment,
  disk: Disk,
  hash: (bytes: Uint8Array) => number,
): Promise<void> {
  const reader = await store.open(image.storage, segment.name);
  const place = placer(disk, segment);
  const count = segment.checksums.length;
  const total = packedBytes(segment);
  const lengthOf = (pack: number) => Math.min(PACK_BYTES, total - pack * PACK_BYTES);
  const reads: Promise<Uint8Array | undefined>[] = [];
  try {
    for (let pack = 0; pack < count; pack++) {
      for (let ahead = reads.length; ahead < Math.min(pack + reader.depth, count); ahead++) {
        const read = reader.pack(ahead, lengthOf(ahead));
        read.catch(() => {});
        reads.push(read);
      }
      const bytes = await reads[pack];
      reads[pack] = Promise.resolve(undefined);
      const named = `pack ${pack + 1} of ${count} of segment ${segment.name}`;
      if (bytes === undefined) throw new CorruptSnapshot(`${named} is missing`);
      if (hash(bytes) !== segment.checksums[pack])
        throw new CorruptSnapshot(`${named} is damaged: its checksum does not match`);
      place(bytes);
    }
  } finally {
    reader.close();
  }
}

/** Puts the bytes of one pack after the other where the segment says. */
function placer(disk: Disk, { runs, lengths }: Segment): (bytes: Uint8Array) => void {
  const { memory } = disk;
  const blocks = blocksOf(runs);
  let index = 0;
  let within = 0;
  const next = (to: number) => {
    memory.bytes.fill(0, to + within, to + BLOCK_SIZE);
    index++;
    within = 0;
  };
  return (bytes) => {
    for (let at = 0; index < blocks.length; ) {
      const to = disk.blocks.byteOf(blocks[index]);
      const left = (lengths?.[index] ?? BLOCK_SIZE) - within;
      const count = Math.min(left, bytes.length - at);
      if (count > 0) memory.bytes.set(bytes.subarray(at, at + count), to + within);
      at += count;
      within += count;
      if (count < left) return;
      next(to);
    }
  };
}

function blocksOf(runs: Uint32Array): number[] {
  const blocks: number[] = [];
  for (let i = 0; i < runs.length; i += 2)
    for (let block = runs[i]; block < runs[i] + runs[i + 1]; block++) blocks.push(block);
  return blocks;
}

function growFor(disk: Disk, segments: readonly Segment[]): void {
  let end = 0;
  for (const { runs } of segments) for (let i = 0; i < runs.length; i += 2) end = Math.max(end, runs[i] + runs[i + 1]);
  if (end > disk.layout.imageBlocks) throw new CorruptSnapshot("it names blocks beyond the end of its disk");
  if (!disk.grow(disk.blocks.byteOf(end))) throw new RangeError("the browser has too little memory for this disk");
}
