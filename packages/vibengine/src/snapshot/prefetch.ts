// Reading begins while the kernel's worker still starts: the page gets the first packs of a disk and sends them on, and the kernel,
// once it owns the sandbox and has read the manifest itself, takes those that this one names. The name of a segment is never
// used twice and its packs never change, so what was read too early is useless at worst. Checksums are looked at as ever.

import { indexedDbStore, packGetter, READ_AHEAD } from "./indexeddb.ts";
import type { Image } from "./manifest.ts";
import { pieces, type SnapshotStore } from "./store.ts";

/** Packs that are sent at most: 64 MiB, which may be in memory besides the disk until they are placed. */
const MOST = 16;

/** First the names of the packs that will come, then each, in that order. Null: no more will. */
type Sent = string[] | Uint8Array<ArrayBuffer> | null;

const nameOf = (segment: string, index: number) => `${segment}:${index}`;

/** The page's side: reads what the record of that key names. The port that it returns is for the kernel. */
export function sendPacks(key: string): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const post = (message: Sent) => port1.postMessage(message, message instanceof Uint8Array ? [message.buffer] : []);
  send(key, post)
    .catch(() => {}) // the kernel will come across the same, and say so
    .finally(() => post(null));
  return port2;
}

async function send(key: string, post: (message: Sent) => void): Promise<void> {
  const { storage, segments = [] } = ((await indexedDbStore().get(key)) ?? {}) as Partial<Image>;
  if (storage !== "indexeddb") return;
  const packs = segments
    .flatMap(({ name, checksums }) => Array.from(checksums, (_, index) => ({ name, index })))
    .slice(0, MOST);
  post(packs.map(({ name, index }) => nameOf(name, index)));
  const get = await packGetter();
  const reads: Promise<unknown>[] = [];
  for (let i = 0; i < packs.length; i++) {
    for (let next = reads.length; next < Math.min(i + READ_AHEAD, packs.length); next++) {
      const read = get(packs[next].name, packs[next].index);
      read.catch(() => {});
      reads.push(read);
    }
    const bytes = await reads[i];
    if (!(bytes instanceof Uint8Array)) return;
    post(bytes as Uint8Array<ArrayBuffer>);
    reads[i] = Promise.resolve();
  }
}

/** The kernel's side: a store that has the packs which come over the port, and for all else is `store`. */
export function receivePacks(store: SnapshotStore, port: MessagePort): SnapshotStore {
  const packs = new Map<string, Promise<Uint8Array | null>>();
  let waiting: ((bytes: Uint8Array | null) => void)[] = [];
  port.onmessage = ({ data }: MessageEvent<Sent>) => {
    if (Array.isArray(data)) {
      for (const name of data) packs.set(name, new Promise((resolve) => waiting.push(resolve)));
      return;
    }
    waiting.shift()?.(data);
    if (data !== null) return;
    for (const resolve of waiting) resolve(null);
    waiting = [];
    port.close();
  };
  return {
    ...store,
    open: async (storage, segment) => {
      const reader = await store.open(storage, segment);
      return {
        depth: reader.depth + packs.size,
        pack: async (index, length) => {
          const name = nameOf(segment, index);
          const bytes = await packs.get(name);
          packs.delete(name);
          return bytes?.length === length ? pieces(bytes) : reader.pack(index, length);
        },
        close: reader.close,
      };
    },
  };
}
