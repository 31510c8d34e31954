// From a disk to a segment. At rest, blocks go from the disk to the storage with nothing in between. While programs run, the
// image must be that of one moment and nobody may be held up for long: the blocks that changed are copied while the programs go
// on, then, with the lock held, those again that changed meanwhile, which are few. Knows the disk, not the storage.

import { BLOCK_SIZE, type Disk, dirtyBlocks, isAtRest } from "@vibengine/system";
import { plan } from "./chain.ts";
import { checksummer } from "./checksum.ts";
import { blockCount, PACK_BYTES, type Segment, toRuns } from "./manifest.ts";

/** Copied between two turns of the event loop: 4 MiB, about 1 ms. */
const SLICE_BLOCKS = 1024;
/**
 * Copies held at once: 48 MiB, and what programs change again while it is saved. More is written in several segments, of which only
 * the last makes the image whole.
 */
export const COPY_BLOCKS = 12_288;

/** Operating systems write what they hold back after 30 s (Linux, macOS) or less (Windows); four times that is safe. */
const SETTLED_MS = 120_000;

/** A segment to be written, with its packs. */
export interface Taken {
  segment: Segment;
  packs: Iterator<Uint8Array>;
}

/** What a save takes from the disk. */
export interface Harvest extends Taken {
  /** What of the chain stays, and what nothing needs any more. */
  kept: Segment[];
  dropped: Segment[];
  clean: boolean;
  /** The moment whose state it is (ms since 1970). */
  takenAt: number;
  /** To be marked dirty again if the save fails. */
  blocks: readonly number[];
}

/** Runs a section with the lock held. */
export type Exclusive = <T>(section: () => T) => Promise<T>;

/** Segments to be written again whatever they hold. */
export type IsWeak = (segment: Segment) => boolean;

/** For a save that must survive the loss of power: what was written so lately, without that promise, that it may not yet. */
export function isUnsettled({ relaxedAt = 0 }: Segment): boolean {
  return relaxedAt > Date.now() - SETTLED_MS;
}

/** Everything at once, while nobody else changes the disk: `packs` reads it as it goes. */
export async function harvestAtRest(
  disk: Disk,
  chain: readonly Segment[],
  isWeak: IsWeak,
  exclusive: Exclusive,
): Promise<Harvest> {
  const hash = await checksummer();
  return exclusive(() => {
    disk.sync();
    const dirty = dirtyBlocks(disk);
    const { blocks, kept, dropped } = plan(chain, dirty, (block) => disk.isKept(block), isWeak);
    for (const block of dirty) disk.markClean(block);
    const source: Source = (block) => ({ bytes: disk.memory.bytes, at: disk.blocks.byteOf(block) });
    const takenAt = Date.now();
    return { ...packed(blocks, source, hash), kept, dropped, clean: isAtRest(disk), takenAt, blocks: dirty };
  });
}

/** The same while programs run. Copies what it takes; `turn` lets others have this thread. */
export async function harvest(
  disk: Disk,
  chain: readonly Segment[],
  isWeak: IsWeak,
  exclusive: Exclusive,
  turn: () => Promise<void>,
): Promise<Harvest> {
  const hash = await checksummer();
  const isNeeded = (block: number) => disk.isKept(block);
  const first = await exclusive(() => {
    disk.sync();
    const dirty = dirtyBlocks(disk);
    for (const block of dirty) disk.markClean(block);
    return { dirty, ...plan(chain, dirty, isNeeded, isWeak) };
  });
  return orDirty(disk, first.dirty, async () => {
    const copies = new Copies(disk);
    for (let i = 0; i < first.blocks.length; i += SLICE_BLOCKS) {
      copies.take(first.blocks.slice(i, i + SLICE_BLOCKS));
      await turn();
    }
    const last = await exclusive(() => {
      disk.sync();
      const dirty = dirtyBlocks(disk);
      copies.take(dirty.filter(isNeeded));
      for (const block of dirty) disk.markClean(block);
      return { dirty, clean: isAtRest(disk), takenAt: Date.now() };
    });
    const { kept, dropped } = first;
    const { clean, takenAt } = last;
    const blocks = [...first.dirty, ...last.dirty];
    return orDirty(disk, last.dirty, async () => ({ ...copies.packed(hash), kept, dropped, clean, takenAt, blocks }));
  });
}

/**
 * Marks what a save would write anew of the chain as changed, if it is more than should be copied at once: then it is written ahead
 * like all that changed.
 */
export async function markRewritten(
  disk: Disk,
  chain: readonly Segment[],
  isWeak: IsWeak,
  exclusive: Exclusive,
): Promise<void> {
  if (chain.reduce((sum, segment) => sum + blockCount(segment), 0) <= COPY_BLOCKS) return;
  await exclusive(() => {
    disk.sync();
    const { blocks } = plan(chain, dirtyBlocks(disk), (block) => disk.isKept(block), isWeak);
    if (blocks.length > COPY_BLOCKS) for (const block of blocks) disk.markDirty(block);
  });
}

/**
 * Some of the changed blocks, if they are more than one save should copy: to be written ahead. Null when they are not. None that
 * `isWritten`: a block that programs change again and again would never come to an end.
 */
export async function harvestAhead(
  disk: Disk,
  isWritten: (block: number) => boolean,
  exclusive: Exclusive,
): Promise<(Taken & { blocks: number[] }) | null> {
  const hash = await checksummer();
  const blocks = await exclusive(() => {
    disk.sync();
    const all = dirtyBlocks(disk);
    if (all.length <= COPY_BLOCKS) return null; // most often, and the lock is held
    const dirty = all.filter((block) => disk.isKept(block) && !isWritten(block));
    if (dirty.length <= COPY_BLOCKS) return null;
    const some = dirty.slice(0, COPY_BLOCKS);
    for (const block of some) disk.markClean(block);
    return some;
  });
  if (blocks === null) return null;
  return orDirty(disk, blocks, async () => {
    const copies = new Copies(disk);
    copies.take(blocks);
    return { ...copies.packed(hash), blocks };
  });
}

/** Does `work`; when that fails, as for want of memory, the blocks are changed ones as before. */
export async function orDirty<T>(disk: Disk, blocks: readonly number[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const block of blocks) disk.markDirty(block);
    throw error;
  }
}

/** Blocks copied out of a disk that is in use; of one that was taken twice the later copy counts. */
class Copies {
  readonly #disk: Disk;
  readonly #places = new Map<number, { bytes: Uint8Array; at: number }>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** `blocks`: ascending. */
  take(blocks: readonly number[]): void {
    const { memory } = this.#disk;
    const fresh = blocks.filter((block) => !this.#places.has(block)).length;
    const bytes = new Uint8Array(fresh * BLOCK_SIZE);
    let at = 0;
    const places = blocks.map((block) => {
      let place = this.#places.get(block);
      if (place === undefined) {
        place = { bytes, at };
        at += BLOCK_SIZE;
        this.#places.set(block, place);
      }
      return place;
    });
    // Neighbours that were taken together stand together, too, and are copied in one go: who waits for the lock waits for this.
    for (let i = 0; i < blocks.length; ) {
      const place = places[i];
      let count = 1;
      const isNext = (next: number) => blocks[next] === blocks[i] + count && places[next].bytes === place.bytes;
      while (i + count < blocks.length && isNext(i + count)) count++;
      const from = this.#disk.blocks.byteOf(blocks[i]);
      place.bytes.set(memory.bytes.subarray(from, from + count * BLOCK_SIZE), place.at);
      i += count;
    }
  }

  packed(hash: Hash): Taken {
    const blocks = [...this.#places.keys()].sort((a, b) => a - b);
    return packed(blocks, (block) => this.#places.get(block)!, hash);
  }
}

type Hash = (bytes: Uint8Array) => number;

/** Where a block's bytes are. */
type Source = (block: number) => { bytes: Uint8Array; at: number };

/** A segment of these blocks. Its checksums are known when its packs have been taken. */
function packed(blocks: readonly number[], source: Source, hash: Hash): Taken {
  const lengths = Uint16Array.from(blocks, (block) => filled(source(block)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const checksums = new Uint32Array(Math.ceil(total / PACK_BYTES));
  const name = `${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 13)}`;
  function* packs(): Generator<Uint8Array> {
    // A view of a larger buffer would be stored with all of that buffer.
    const pack = new Uint8Array(Math.min(PACK_BYTES, total));
    let done = 0;
    let into = pack;
    let at = 0;
    for (let i = 0; i < blocks.length; i++) {
      const { bytes, at: start } = source(blocks[i]);
      for (let from = 0; from < lengths[i]; ) {
        const count = Math.min(lengths[i] - from, into.length - at);
        into.set(bytes.subarray(start + from, start + from + count), at);
        from += count;
        at += count;
        if (at < into.length) continue;
        checksums[done / PACK_BYTES] = hash(into);
        yield into;
        done += PACK_BYTES;
        if (total - done < PACK_BYTES) into = new Uint8Array(Math.max(0, total - done));
        at = 0;
      }
    }
  }
  return { segment: { name, runs: toRuns(blocks), lengths, checksums }, packs: packs() };
}

/** How many bytes of a block there are before nothing but zeros: a multiple of 4. */
function filled({ bytes, at }: ReturnType<Source>): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, BLOCK_SIZE / 4);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0) end--;
  return end * 4;
}
