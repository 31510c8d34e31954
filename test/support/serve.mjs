// A static server for tests and benchmarks: files of one folder, with or without the headers of cross-origin isolation.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** What makes a page `crossOriginIsolated`, and so gives it shared memory. */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * @typedef {object} ServeOptions
 * @property {boolean} [isolated] default true: send `ISOLATION_HEADERS`
 * @property {number} [maxAge] for how many seconds a browser may keep a file without asking; default: it asks each time
 * @property {(path: string, body: Buffer) => void} [onServed] told of each file that was handed out
 */

/**
 * Serves `dir` on a free port of localhost.
 * @param {string} dir
 * @param {ServeOptions} [options]
 * @returns {Promise<{ url: string, close(): Promise<void> }>} `url` ends in a slash
 */
export async function serve(dir, { isolated = true, maxAge = 0, onServed } = {}) {
  const headers = isolated ? ISOLATION_HEADERS : {};
  const caching = maxAge > 0 ? `max-age=${maxAge}` : "no-cache";
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(dir, path.endsWith("/") ? `${path}index.html` : path);
    try {
      const body = await readFile(file);
      const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type, "Cache-Control": caching }).end(body);
      onServed?.(path, body);
    } catch {
      response.writeHead(404, headers).end(`not found: ${path}`);
    }
  });
  await new Promise((resolve) => server.listen(0, "localhost", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
