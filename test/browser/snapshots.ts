// For tests: a paused sandbox's snapshot in IndexedDB, changed word by word behind the package's back, its checksums made right.

interface Snapshot {
  manifest: Record<string, unknown> & { packs: { key: string; blocks: Uint32Array; checksum: number }[] };
  packs: Map<string, Uint8Array>;
}

/** One word of the disk's image: which block, which word of it, and what it becomes. */
export type Change = [block: number, word: number, value: number];

/** Changes words of the image, and fields of the manifest. */
export async function changeSnapshot(sandboxId: string, changes: Change[], fields: object): Promise<void> {
  const { manifest, packs } = await readSnapshot(sandboxId);
  for (const [block, word, value] of changes) {
    const pack = manifest.packs.findLast(({ blocks }) => blocks.includes(block))!;
    const bytes = packs.get(pack.key)!;
    new Int32Array(bytes.buffer, bytes.byteOffset)[pack.blocks.indexOf(block) * 1024 + word] = value;
    pack.checksum = xxh32(bytes);
  }
  const store = await openStore("readwrite");
  for (const [key, bytes] of packs) store.put(bytes, key);
  await promised(store.put({ ...manifest, ...fields }, `manifest:${sandboxId}`));
  store.transaction.db.close();
}

export async function readSnapshot(sandboxId: string): Promise<Snapshot> {
  const store = await openStore("readonly");
  const manifest = await promised<Snapshot["manifest"]>(store.get(`manifest:${sandboxId}`));
  const packs = new Map<string, Uint8Array>();
  for (const { key } of manifest.packs) packs.set(key, await promised(store.get(key)));
  store.transaction.db.close();
  return { manifest, packs };
}

async function openStore(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const db = await promised(indexedDB.open("vibengine"));
  return db.transaction("snapshots", mode).objectStore("snapshots");
}

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** xxHash, 32 bits, seed 0, of a multiple of 16 bytes. */
function xxh32(bytes: Uint8Array): number {
  const [P1, P2, P3] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d];
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const lanes = [P1 + P2, P2, 0, -P1].map((lane) => lane | 0);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let i = 0; i < words.length; i++)
    lanes[i & 3] = Math.imul(rotate((lanes[i & 3]! + Math.imul(words[i]!, P2)) | 0, 13), P1);
  let hash = [1, 7, 12, 18].reduce((sum, by, i) => sum + rotate(lanes[i]!, by), bytes.length) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
