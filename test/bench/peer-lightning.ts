// A peer: @isomorphic-git/lightning-fs, a file system whose files are records of IndexedDB, each written as it is made.

import FS from "@isomorphic-git/lightning-fs";
import type { Files, Peer } from "./peers.ts";

const NAME = "peer-lightning";

export async function lightning(files: Files): Promise<Peer> {
  const { promises } = new FS(NAME, { wipe: true });
  const folders = new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf("/"))));
  await promises.mkdir("/tree");
  for (const folder of folders) await promises.mkdir(`/${folder}`);
  return {
    name: "lightning-fs",
    async save() {
      await Promise.all(files.map(({ path, data }) => promises.writeFile(`/${path}`, data)));
      await promises.flush();
    },
    async load() {
      const again = new FS(NAME).promises;
      const all = await Promise.all(files.map(({ path }) => again.readFile(`/${path}`)));
      return all.reduce((sum, data) => sum + data.length, 0);
    },
    async remove() {
      indexedDB.deleteDatabase(NAME);
      indexedDB.deleteDatabase(`${NAME}_lock`);
    },
  };
}
