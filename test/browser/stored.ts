// For tests: a paused sandbox's snapshot in IndexedDB, changed word by word behind the package's back, its checksums made right.

interface Snapshot {
  manifest: Record<string, unknown> & {
    segments: { name: string; runs: Uint32Array; lengths: Uint16Array; checksums: Uint32Array }[];
  };
  packs: Map<string, Uint8Array>;
}

/** One word of the disk's image: which block, which word of it, and what it becomes. */
export type Change = [block: number, word: number, value: number];

/** Changes words of the image, and fields of the manifest. */
export async function changeSnapshot(sandboxId: string, changes: Change[], fields: object): Promise<void> {
  const { manifest, packs } = await readSnapshot(sandboxId);
  for (const [block, word, value] of changes) {
    const segment = manifest.segments.findLast((one) => placeOf(block, one.runs) >= 0)!;
    const place = placeOf(block, segment.runs);
    if (segment.checksums.length !== 1) throw new Error("these snapshots have one pack");
    // Trimmed blocks are given all their bytes, then the word is changed.
    const key = packKey(segment.name, 0);
    const whole = untrim(packs.get(key)!, segment.lengths);
    new Int32Array(whole.buffer)[place * 1024 + word] = value;
    packs.set(key, whole);
    segment.lengths.fill(4096);
    segment.checksums[0] = xxh32(whole);
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
  for (const { name, checksums } of manifest.segments) {
    for (let i = 0; i < checksums.length; i++) packs.set(packKey(name, i), await promised(store.get(packKey(name, i))));
  }
  store.transaction.db.close();
  return { manifest, packs };
}

/** Replaces the first pack of a sandbox by what `change` makes of it (undefined: nothing); returns what it was. */
export async function changePack(
  sandboxId: string,
  change: (bytes: Uint8Array) => Uint8Array | undefined,
): Promise<Uint8Array> {
  const { packs } = await readSnapshot(sandboxId);
  const [key, bytes] = [...packs][0]!;
  const store = await openStore("readwrite");
  const changed = change(bytes?.slice());
  if (changed === undefined) store.delete(key);
  else store.put(changed, key);
  await promised(store.count());
  store.transaction.db.close();
  return bytes;
}

/** Equal for two snapshots that are equal: fast to compare, unlike a million bytes one by one. */
export async function fingerprint(sandboxId: string): Promise<object> {
  const { manifest, packs } = await readSnapshot(sandboxId);
  return { manifest, packs: [...packs].map(([key, bytes]) => [key, bytes.length, xxh32(bytes)]) };
}

/** Keys and values of everything in the store. */
export async function allRecords(): Promise<Map<string, unknown>> {
  const store = await openStore("readonly");
  const keys = (await promised(store.getAllKeys())) as string[];
  const values = await promised(store.getAll());
  store.transaction.db.close();
  return new Map(keys.map((key, i) => [key, values[i]]));
}

export async function putRecords(records: [key: string, value: unknown][]): Promise<void> {
  const store = await openStore("readwrite");
  for (const [key, value] of records) store.put(value, key);
  await promised(store.count());
  store.transaction.db.close();
}

function packKey(segment: string, pack: number): string {
  return `pack:${segment}:${pack}`;
}

function untrim(bytes: Uint8Array, lengths: Uint16Array): Uint8Array {
  const whole = new Uint8Array(lengths.length * 4096);
  let at = 0;
  lengths.forEach((length, i) => {
    whole.set(bytes.subarray(at, at + length), i * 4096);
    at += length;
  });
  return whole;
}

/** Where in a segment's packs a block stands, counted in blocks; -1: nowhere. */
function placeOf(block: number, runs: Uint32Array): number {
  let place = 0;
  for (let i = 0; i < runs.length; i += 2) {
    if (block >= runs[i]! && block < runs[i]! + runs[i + 1]!) return place + block - runs[i]!;
    place += runs[i + 1]!;
  }
  return -1;
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
