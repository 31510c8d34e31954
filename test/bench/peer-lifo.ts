// A peer: @lifo-sh/core, a shell and file system of JavaScript, whose tree is kept in IndexedDB by its own persistence.

import { IndexedDBPersistenceBackend, Kernel, PersistenceManager } from "@lifo-sh/core";
import type { Files, Peer } from "./peers.ts";

export async function lifo(files: Files): Promise<Peer> {
  const { vfs } = new Kernel();
  for (const { path, data } of files) {
    vfs.mkdir(`/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    vfs.writeFile(`/${path}`, data);
  }
  const manager = new PersistenceManager(new IndexedDBPersistenceBackend());
  await manager.open();
  return {
    name: "@lifo-sh/core",
    save: () => manager.save(vfs.getRoot()),
    async load() {
      const root = await manager.load();
      const loaded = new Kernel().vfs;
      if (root !== null) loaded.loadFromSerialized(root);
      return files.reduce((sum, { path }) => sum + loaded.readFile(`/${path}`).length, 0);
    },
    async remove() {},
  };
}
