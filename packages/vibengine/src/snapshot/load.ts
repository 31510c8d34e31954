// From segments to a disk: reads pack after pack, some of them ahead, puts their blocks where they belong and checks each pack.
// Throws `CorruptSnapshot` saying what is wrong: then the disk is of no use. The store is not changed.

import { BLOCK_SIZE, type Disk } from "@vibengine/system";
import { running } from "./checksum.ts";
import { CorruptSnapshot, type Image, PACK_BYTES, packedBytes, type Segment } from "./manifest.ts";
import type { SnapshotStore } from "./store.ts";

/** Fills a blank disk with what an image describes. */
export async function fillDisk(disk: Disk, store: SnapshotStore, image: Image): Promise<void> {
  const newSum = await running();
  growFor(disk, image.segments);
  for (const segment of image.segments) {
    const place = placer(disk, segment, segment === image.segments[0]);
    await loadSegment(store, image, segment, place, newSum);
  }
}

async function loadSegment(
  store: SnapshotStore,
  image: Image,
  segment: Segment,
  place: (bytes: Uint8Array) => void,
  newSum: Awaited<ReturnType<typeof running>>,
): Promise<void> {
  const reader = await store.open(image.storage, segment.name);
  const count = segment.checksums.length;
  const total = packedBytes(segment);
  const lengthOf = (pack: number) => Math.min(PACK_BYTES, total - pack * PACK_BYTES);
  const reads: Promise<Iterable<Uint8Array>>[] = [];
  try {
    for (let pack = 0; pack < count; pack++) {
      for (let ahead = reads.length; ahead < Math.min(pack + reader.depth, count); ahead++) {
        const read = reader.pack(ahead, lengthOf(ahead));
        read.catch(() => {});
        reads.push(read);
      }
      const pieces = await reads[pack];
      reads[pack] = Promise.resolve([]);
      const sum = newSum();
      let length = 0;
      for (const piece of pieces) {
        sum.update(piece);
        place(piece);
        length += piece.length;
      }
      const named = `pack ${pack + 1} of ${count} of segment ${segment.name}`;
      if (length !== lengthOf(pack)) throw new CorruptSnapshot(`${named} is missing`);
      if (sum.digest() !== segment.checksums[pack])
        throw new CorruptSnapshot(`${named} is damaged: its checksum does not match`);
    }
  } finally {
    reader.close();
  }
}

/** Puts one piece after the other where the segment says. `isFresh`: the memory has nothing but zeros. */
function placer(disk: Disk, segment: Segment, isFresh: boolean): (bytes: Uint8Array) => void {
  const { memory } = disk;
  const extents = extentsOf(segment);
  let next = extents.next();
  let within = 0;
  return (bytes) => {
    for (let at = 0; !next.done; ) {
      const { block, length, end } = next.value;
      const to = disk.blocks.byteOf(block);
      const count = Math.min(length - within, bytes.length - at);
      if (count > 0) memory.bytes.set(bytes.subarray(at, at + count), to + within);
      at += count;
      within += count;
      if (within < length) return;
      if (!isFresh) memory.bytes.fill(0, to + length, disk.blocks.byteOf(end));
      next = extents.next();
      within = 0;
    }
  };
}

/** Blocks whose bytes follow each other in the packs as on the disk: all are whole, but perhaps the last. */
function* extentsOf({ runs, lengths }: Segment): Generator<{ block: number; end: number; length: number }> {
  let index = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const last = runs[i] + runs[i + 1];
    let block = runs[i];
    for (let end = block + 1; end <= last; end++) {
      const length = lengths?.[index++] ?? BLOCK_SIZE;
      if (length === BLOCK_SIZE && end < last) continue;
      yield { block, end, length: (end - 1 - block) * BLOCK_SIZE + length };
      block = end;
    }
  }
}

function growFor(disk: Disk, segments: readonly Segment[]): void {
  let end = 0;
  for (const { runs } of segments) for (let i = 0; i < runs.length; i += 2) end = Math.max(end, runs[i] + runs[i + 1]);
  if (end > disk.layout.imageBlocks) throw new CorruptSnapshot("it names blocks beyond the end of its disk");
  if (!disk.grow(disk.blocks.byteOf(end))) throw new RangeError("the browser has too little memory for this disk");
}
