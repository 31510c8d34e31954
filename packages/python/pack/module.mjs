// The interpreter's stage: python.wasm as it is shipped, gzip'd in parts that any static host takes.

import { gzipSync } from "node:zlib";
import { withoutCustomSections, withSharedMemory } from "../src/wasm-sections.mjs";
import { sha256 } from "./stages.mjs";

/** Some hosts refuse files above 20 or 25 MB. */
const PART_BYTES = 16 << 20;

/** 1 GiB in pages: what a process may grow to. */
const MAXIMUM_PAGES = 16_384;

/**
 * @param {Uint8Array} python the module as its authors published it
 * @returns {import("./stages.mjs").Made}
 */
export function shippedModule(python) {
  const module = withSharedMemory(withoutCustomSections(python), MAXIMUM_PAGES);
  const packed = gzipSync(module, { level: 9 });
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  const parts = [];
  for (let at = 0; at < packed.length; at += PART_BYTES) {
    const bytes = packed.subarray(at, at + PART_BYTES);
    const file = `python-${at / PART_BYTES}.bin`;
    files.set(file, bytes);
    parts.push({ file, size: bytes.length, sha256: sha256(bytes) });
  }
  return { files, facts: { parts, size: module.length, sha256: sha256(module) } };
}
