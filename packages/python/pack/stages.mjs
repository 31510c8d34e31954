// The build's cache: what one stage made is kept under the hash of all that went into it. Files in, files out.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ files: Map<string, Uint8Array>, facts: any }} Made what a stage made: files by name, and what to write of them in pack.json */

/**
 * @param {Uint8Array | string} bytes
 * @returns {string} in hexadecimal
 */
export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Runs a stage, or reads what it made the last time from the same inputs.
 * @param {string} cache the folder of all stages
 * @param {string} name
 * @param {string} key a hash of everything the stage reads
 * @param {() => Made} make
 * @returns {Made}
 */
export function stage(cache, name, key, make) {
  const folder = join(cache, `${name}-${key.slice(0, 16)}`);
  if (existsSync(folder)) return read(folder);
  const started = Date.now();
  const made = make();
  mkdirSync(cache, { recursive: true });
  // Only the newest of each stage stays.
  for (const other of readdirSync(cache)) {
    if (other.startsWith(`${name}-`)) rmSync(join(cache, other), { recursive: true });
  }
  write(`${folder}.new`, made);
  renameSync(`${folder}.new`, folder);
  console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return made;
}

/**
 * @param {string} folder
 * @param {Made} made
 */
function write(folder, { files, facts }) {
  mkdirSync(join(folder, "files"), { recursive: true });
  writeFileSync(join(folder, "facts.json"), JSON.stringify(facts));
  for (const [file, bytes] of files) writeFileSync(join(folder, "files", file), bytes);
}

/**
 * @param {string} folder
 * @returns {Made}
 */
function read(folder) {
  const files = readdirSync(join(folder, "files")).sort();
  return {
    files: new Map(files.map((file) => [file, readFileSync(join(folder, "files", file))])),
    facts: JSON.parse(readFileSync(join(folder, "facts.json"), "utf8")),
  };
}
