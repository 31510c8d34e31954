// Where snapshots are kept: the port, so that the kernel does not know which storage it is. `indexeddb.ts` implements it, and
// `opfs.ts` the variant whose packs are files.

import type { Segment, Storage } from "./manifest.ts";

/** Manifests by key, within a transaction: nothing but these may be awaited in it. */
export interface Records {
  get(key: string): Promise<unknown>;
  /** Values of all keys that begin so. */
  all(prefix: string): Promise<unknown[]>;
  put(key: string, value: object): void;
  remove(key: string): void;
  /** Removes the packs of a segment as the transaction ends well. */
  removeSegment(storage: Storage, name: string): void;
}

/** Packs to be written under one name. */
export interface NewSegment {
  name: string;
  storage: Storage;
  /** One buffer may serve for all of them: each is copied before the next is asked for. */
  packs: Iterator<Uint8Array>;
}

export interface SnapshotStore {
  /** The record as it was saved, unchecked; undefined when there is none. */
  get(key: string): Promise<unknown>;
  /** Values of all keys that begin so, unchecked. */
  all(prefix: string): Promise<unknown[]>;
  /**
   * Whether all these segments are there, as far as no transaction can tell: files may be removed behind its back, with the
   * manifest still in place.
   */
  has(storage: Storage, segments: readonly Pick<Segment, "name">[]): Promise<boolean>;
  /** Opens a segment for reading. */
  open(storage: Storage, name: string): Promise<SegmentReader>;
  /**
   * All or nothing: writes a segment, if there is one, then what `commit` does to the records. What `commit` throws undoes it
   * all. `strict`: on the medium when it resolves; `relaxed`: it survives the browser's end, not that of the machine's power.
   */
  write<T>(
    durability: "strict" | "relaxed",
    segment: NewSegment | null,
    commit: (records: Records) => Promise<T>,
  ): Promise<T>;
  /** Removes packs that no manifest names, which a crash may have left behind. */
  sweep(): Promise<void>;
}

export interface SegmentReader {
  /** Packs to ask for before the first of them is looked at. */
  readonly depth: number;
  /**
   * The pack with that number, of that length, in pieces that are to be used one at a time: one buffer may serve for all of them.
   * They are shorter together, or there are none, when it is missing.
   */
  pack(index: number, length: number): Promise<Iterable<Uint8Array>>;
  close(): void;
}

/** Bytes of a piece: what is read, hashed and put in its place while it stands in a processor's cache. */
export const PIECE_BYTES = 256 * 1024;

/** What was read whole as pieces. */
export function* pieces(pack: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < pack.length; at += PIECE_BYTES) yield pack.subarray(at, at + PIECE_BYTES);
}

export const MANIFEST = "manifest:";
export const SNAPSHOT = "snapshot:";
