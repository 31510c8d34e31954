// Saving a sandbox that this kernel owns: by itself while it runs, at most a second behind, and when it is asked to. One save at
// a time. What the storage has is always one state of the disk, whole; a save that fails changes nothing there, and the next one
// makes up for it.

import { type Disk, hasDirtyBlocks } from "@vibengine/system";
import { type Manifest, type Segment, SNAPSHOT_FORMAT } from "../snapshot/manifest.ts";
import { ChainGone, Replaced, replaceManifest } from "../snapshot/registry.ts";
import type { Exclusive, Harvest } from "../snapshot/save.ts";
import type { Records, SnapshotStore } from "../snapshot/store.ts";
import { nextTurn } from "../turn.ts";
import type { KernelCalls } from "./calls.ts";
import { loadSaving, type Saving } from "./late.ts";

/** How often (ms) is looked whether something changed, and how long after the beginning of one save the next one may begin. */
const LOOK_MS = 100;
const PACE_MS = 700;
/**
 * A save that costs more comes less often: the lock is held for at most a fiftieth of the time, and most of the time nothing is
 * written. But never longer (ms) than this after the last one.
 */
const REST_PER_HELD = 50;
const REST_PER_WORK = 2;
const LONGEST_REST_MS = 2000;
/** How long (ms) after a save that failed the next is tried. */
const RETRY_MS = 5000;

/** What a manifest says besides the disk; fields that a change leaves out stay. */
export type About = Omit<Manifest, "format" | "segments" | "ahead" | "clean" | "savedAt">;

export interface SaveOptions {
  /** `strict`: on the medium when it resolves. */
  durability: "strict" | "relaxed";
  /** Nobody uses the disk: it need not be copied. */
  isAtRest?: boolean;
  change?: Partial<About>;
  /** What is to be written in the same transaction. */
  also?: (records: Records, manifest: Manifest) => void;
}

export class Saves {
  readonly #store: SnapshotStore;
  readonly #calls: KernelCalls;
  readonly #onReplaced: () => void;
  readonly #savingUrl: string;
  /** What the store has, once it has something. */
  #stored: Manifest | null = null;
  #about: About;
  /** Segments that make up the disk as far as it is saved. */
  #chain: Segment[] = [];
  /** Nothing of the disk is in the store, though its blocks are not marked as changed. */
  #isAllNew: boolean;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  /** How long (ms) the lock was held, of late, by saves of a disk in use. */
  #heldMs = 0;
  /** Saves of a disk at rest that wait for their turn: one that programs have changed since is not worth finishing. */
  #waiting = 0;

  /**
   * `stored`: the manifest that the disk was read from, null for a new one. `onReplaced` is called when another page turns out to
   * have become the owner.
   */
  constructor(
    store: SnapshotStore,
    calls: KernelCalls,
    about: About,
    stored: Manifest | null,
    savingUrl: string,
    onReplaced: () => void,
  ) {
    this.#store = store;
    this.#calls = calls;
    this.#about = about;
    this.#stored = stored;
    this.#chain = stored?.segments ?? [];
    this.#isAllNew = this.#chain.length === 0;
    this.#savingUrl = savingUrl;
    this.#onReplaced = onReplaced;
  }

  /** When the disk was last saved (ms since 1970); null: never. */
  get savedAt(): number | null {
    return this.#stored?.savedAt ?? null;
  }

  /** Writes what is new about the sandbox, without its disk. Claims it: from here on, an older owner can't write. */
  update(change: Partial<About>): Promise<void> {
    return this.#enqueue(async () => {
      this.#about = { ...this.#about, ...change };
      const {
        segments,
        ahead = [],
        clean,
        savedAt,
      } = this.#stored ?? {
        segments: [],
        clean: true,
        savedAt: null,
      };
      await this.#put(this.#manifest(segments, ahead, clean, savedAt), "relaxed", null, []);
    });
  }

  /** Saves the disk; resolves when that is done. */
  save(options: SaveOptions): Promise<void> {
    if (options.isAtRest) this.#waiting++;
    return this.#enqueue(async () => {
      if (options.isAtRest) this.#waiting--;
      const before = this.#about;
      this.#about = { ...before, ...options.change };
      try {
        await this.#save(options);
      } catch (error) {
        this.#about = before;
        throw error;
      }
    });
  }

  /** Saves whenever something changed, until `close`. */
  start(): void {
    this.#look(LOOK_MS);
  }

  /** Stops saving, and resolves when nothing is being written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#queue.catch(() => {});
  }

  #look(after: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (!hasDirtyBlocks(this.#disk)) return this.#look(LOOK_MS);
      const begun = performance.now();
      try {
        this.#heldMs = 0;
        await this.save({ durability: "relaxed" });
        const took = performance.now() - begun;
        const rest = Math.min(LONGEST_REST_MS, Math.max(this.#heldMs * REST_PER_HELD, took * REST_PER_WORK));
        this.#look(Math.max(LOOK_MS, PACE_MS - took, rest));
      } catch {
        this.#look(RETRY_MS); // `pause` says what is wrong; until then the user's program goes on
      }
    }, after);
  }

  async #save(options: SaveOptions): Promise<void> {
    try {
      if (!(await this.#store.has(this.#about.storage, this.#chain))) throw new ChainGone();
      await this.#write(options);
    } catch (error) {
      if (!(error instanceof ChainGone)) throw error;
      if (this.#stored !== null) this.#stored = { ...this.#stored, segments: [], ahead: [], savedAt: null };
      this.#chain = [];
      this.#isAllNew = true;
      await this.#write(options);
    }
  }

  async #write(options: SaveOptions): Promise<void> {
    const saving = await loadSaving(this.#savingUrl);
    if (options.isAtRest) return this.#calls.holdStill((exclusive) => this.#writeFrom(options, saving, exclusive));
    return this.#writeFrom(options, saving, (section) => this.#calls.exclusive(() => this.#timed(section)));
  }

  #timed<T>(section: () => T): T {
    const begun = performance.now();
    try {
      return section();
    } finally {
      this.#heldMs += performance.now() - begun;
    }
  }

  async #writeFrom(options: SaveOptions, saving: Saving, exclusive: Exclusive): Promise<void> {
    const disk = this.#disk;
    if (this.#isAllNew) {
      await exclusive(() => {
        for (let block = 0; block < disk.usedEnd; block++) if (disk.isKept(block)) disk.markDirty(block);
      });
      this.#isAllNew = false;
    }
    const isWeak = options.durability === "strict" ? saving.isUnsettled : () => false;
    if (!options.isAtRest) {
      await saving.markRewritten(disk, this.#chain, isWeak, exclusive);
      await this.#writeAhead(options.durability, saving, exclusive);
    }
    const taken = options.isAtRest
      ? await saving.harvestAtRest(disk, this.#chain, isWeak, exclusive)
      : await saving.harvest(disk, this.#chain, isWeak, exclusive, nextTurn);
    await saving.orDirty(disk, taken.blocks, () => this.#writeHarvest(taken, options));
  }

  async #writeHarvest(taken: Harvest, { durability, also }: SaveOptions): Promise<void> {
    const { segment, packs, kept, dropped, clean, takenAt } = taken;
    const isEmpty = segment.runs.length === 0;
    const segments = isEmpty ? kept : [...kept, this.#dated(segment, durability)];
    const manifest = this.#manifest(segments, [], clean, takenAt);
    // What was written ahead by a save that was never finished belongs to no chain.
    const unfinished = (this.#stored?.ahead ?? []).filter((one) => !segments.includes(one));
    await this.#put(manifest, durability, isEmpty ? null : { ...segment, packs }, [...dropped, ...unfinished], also);
    this.#chain = segments;
  }

  /** As much of a large change as leaves little enough to be copied at once. */
  async #writeAhead(
    durability: SaveOptions["durability"],
    { harvestAhead, orDirty }: Saving,
    exclusive: Exclusive,
  ): Promise<void> {
    const written = new Set<number>();
    for (;;) {
      const taken = await harvestAhead(this.#disk, (block) => written.has(block), exclusive);
      if (taken === null) return;
      for (const block of taken.blocks) written.add(block);
      const { segments = [], ahead = [], clean = true, savedAt = null } = this.#stored ?? {};
      const segment = this.#dated(taken.segment, durability);
      const manifest = this.#manifest(segments, [...ahead, segment], clean, savedAt);
      const packs = { ...segment, packs: taken.packs };
      await orDirty(this.#disk, taken.blocks, () => this.#put(manifest, durability, packs, []));
      this.#chain = [...this.#chain, segment];
    }
  }

  async #put(
    manifest: Manifest,
    durability: SaveOptions["durability"],
    segment: { name: string; packs: Iterator<Uint8Array> } | null,
    dropped: readonly Segment[],
    also?: SaveOptions["also"],
  ): Promise<void> {
    const { storage } = manifest;
    try {
      const written = segment && { name: segment.name, storage, packs: this.#unlessWaited(segment.packs, durability) };
      await this.#store.write(durability, written, async (records) => {
        await replaceManifest(records, manifest, this.#stored, dropped);
        also?.(records, manifest);
      });
    } catch (error) {
      if (error instanceof Replaced) this.#onReplaced();
      throw error;
    }
    this.#stored = manifest;
  }

  /** The same packs, up to the moment that a better save waits for its turn. */
  *#unlessWaited(packs: Iterator<Uint8Array>, durability: SaveOptions["durability"]): Generator<Uint8Array> {
    for (let next = packs.next(); !next.done; next = packs.next()) {
      if (durability === "relaxed" && this.#waiting > 0) throw new Error("a save of the disk at rest comes first");
      yield next.value;
    }
  }

  #manifest(segments: Segment[], ahead: Segment[], clean: boolean, savedAt: number | null): Manifest {
    const manifest: Manifest = { ...this.#about, format: SNAPSHOT_FORMAT, segments, clean, savedAt };
    if (ahead.length > 0) manifest.ahead = ahead;
    return manifest;
  }

  /** Files are flushed, records are not. */
  #dated(segment: Segment, durability: SaveOptions["durability"]): Segment {
    const isFlushed = durability === "strict" || this.#about.storage === "opfs";
    if (!isFlushed) segment.relaxedAt = Date.now();
    return segment;
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => {});
    return result;
  }

  get #disk(): Disk {
    return this.#calls.machine.disk;
  }
}
