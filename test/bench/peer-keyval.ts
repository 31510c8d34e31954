// A peer: the files of a file system in memory, put into IndexedDB as one record by idb-keyval, as people save memfs. Without memfs
// itself, which does not load in a browser as it is: it wants Node's buffer, stream and events.

import { del, get, set } from "idb-keyval";
import type { Files, Peer } from "./peers.ts";

const KEY = "peer-keyval";

export async function keyval(files: Files): Promise<Peer> {
  return {
    name: "one record, by idb-keyval",
    save: () => set(KEY, new Map(files.map(({ path, data }) => [path, data]))),
    async load() {
      const loaded = (await get<Map<string, Uint8Array>>(KEY)) ?? new Map<string, Uint8Array>();
      return [...loaded.values()].reduce((sum, data) => sum + data.length, 0);
    },
    remove: () => del(KEY),
  };
}
