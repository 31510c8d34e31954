// A peer: memfs, a file system in memory, whose whole content is put into IndexedDB as one record, by idb-keyval.

import { del, get, set } from "idb-keyval";
import { Volume } from "memfs";
import type { Files, Peer } from "./peers.ts";

const KEY = "peer-memfs";

export function memfs(files: Files): Peer {
  const volume = new Volume();
  write(volume, files);
  return {
    name: "memfs + idb-keyval",
    save: () => set(KEY, contents(volume)),
    async load() {
      const loaded = new Volume();
      write(loaded, (await get<Files>(KEY)) ?? []);
      return contents(loaded).reduce((sum, { data }) => sum + data.length, 0);
    },
    remove: () => del(KEY),
  };
}

function write(volume: Volume, files: Files): void {
  for (const { path, data } of files) {
    volume.mkdirSync(`/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    volume.writeFileSync(`/${path}`, data);
  }
}

function contents(volume: Volume): Files {
  const found: Files = [];
  const walk = (folder: string) => {
    for (const name of volume.readdirSync(folder) as string[]) {
      const path = `${folder}/${name}`;
      if (volume.statSync(path).isDirectory()) walk(path);
      else found.push({ path: path.slice(1), data: new Uint8Array(volume.readFileSync(path) as Uint8Array) });
    }
  };
  walk("/tree");
  return found;
}
