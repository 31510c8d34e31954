// Builds a folder with an index.html as an application would (Vite, the root's configuration) and serves the result.

import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";
import { serve } from "./serve.mjs";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * @param {string} root the folder, relative to the repository's top
 * @param {import("./serve.mjs").ServeOptions & { folders?: Record<string, string> }} [options] as for `serve`; `folders` are served beside,
 *   by name
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function site(root, { folders = {}, ...options } = {}) {
  const outDir = await mkdtemp(join(tmpdir(), "vibengine-site-"));
  const configFile = join(ROOT, "vite.config.ts");
  await build({ root: join(ROOT, root), configFile, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  for (const [name, folder] of Object.entries(folders)) await symlink(folder, join(outDir, name));
  const server = await serve(outDir, options);
  return {
    url: server.url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
