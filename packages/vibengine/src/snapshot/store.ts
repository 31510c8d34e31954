// Where snapshots are kept: the port, so that the kernel does not know which storage it is. `indexeddb.ts` implements it.

export interface SnapshotStore {
  /** The manifest as it was saved, unchecked; undefined when there is none. */
  manifest(sandboxId: string): Promise<unknown>;
  /** Every manifest, unchecked. */
  manifests(): Promise<unknown[]>;
  /** The bytes of a pack; undefined when there is none. */
  pack(key: string): Promise<unknown>;
  /**
   * In one transaction: writes what `packs` yields, then the manifest it returns, and removes the packs `obsolete`. A cut
   * leaves the old snapshot. `packs` may reuse one buffer: each is copied before the next is asked for.
   */
  save(
    sandboxId: string,
    packs: Iterator<[key: string, bytes: Uint8Array], object>,
    obsolete: readonly string[],
  ): Promise<void>;
  /** Removes a snapshot and its packs; false when there was none. */
  remove(sandboxId: string): Promise<boolean>;
}
