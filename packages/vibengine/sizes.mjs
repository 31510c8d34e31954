// The size budget of what a page downloads. Prints the sizes of dist/ after a build; run on its own (`pnpm check` does) it
// fails when a limit is passed.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = join(import.meta.dirname, "dist");

/**
 * Limits in bytes after gzip: the part that stands in the application's own bundle, all that the first `echo` loads, what the
 * first WebAssembly program loads besides, and the shell up to its first prompt.
 */
const BUDGETS = [
  { what: "the SDK", files: ["index.js"], limit: 15_000 },
  { what: "everything up to the first echo", files: ["index.js", "kernel.js", "shell.js"], limit: 150_000 },
  { what: "the first program besides", files: ["process.js"], limit: 50_000 },
  { what: "the shell up to its first prompt", files: ["shell.js"], limit: 90_000 },
];

/** Vite makes a smaller asset a `data:` URL, which can't be the script of a worker in a page of its own origin. */
const SMALLEST_ASSET = 4096;
const ASSETS = ["process.js", "shell.js", "tools.js", "data.js", "saving.js"];

export function printSizes() {
  for (const name of [
    "index.js",
    "kernel.js",
    "process.js",
    "shell.js",
    "tools.js",
    "data.js",
    "saving.js",
    "index.d.ts",
  ]) {
    const bytes = readFileSync(join(DIST, name));
    console.log(`${name.padEnd(11)} ${kB(bytes.length).padStart(10)}   gzip ${kB(gzipSync(bytes).length).padStart(9)}`);
  }
}

function checkBudgets() {
  for (const { what, files, limit } of BUDGETS) {
    const size = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, name))).length, 0);
    const line = `${what} (${files.join(" + ")}): ${kB(size)} gzip, limit ${kB(limit)}`;
    if (size <= limit) console.log(`ok: ${line}`);
    else fail(`over budget: ${line}`);
  }
  for (const name of ASSETS) {
    const { length } = readFileSync(join(DIST, name));
    if (length <= SMALLEST_ASSET) fail(`${name} is ${length} bytes: Vite would inline it as a data: URL`);
  }
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) checkBudgets();
