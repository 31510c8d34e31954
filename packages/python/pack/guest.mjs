// Runs the pack's own CPython while it is built, through tool.py on wasmtime: to compile Python and to learn about the interpreter.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionIndex, withExport, withoutCustomSections } from "../src/wasm-sections.mjs";
import { Unbuildable } from "./downloads.mjs";
import { sha256 } from "./stages.mjs";

/** To make the machine code takes one to two minutes, and longer on a busy machine. */
const LIMIT_MS = 15 * 60_000;

/** @typedef {{ builtin: string[], version: string, signals: Record<string, number> }} Facts what the interpreter is like */

/**
 * @typedef {object} Guest
 * @property {string} python the machine's own
 * @property {string} wasmtime a folder for PYTHONPATH
 * @property {string} cache a folder
 * @property {Uint8Array} module python.wasm as published
 * @property {Uint8Array} library python-stdlib.zip
 */

/**
 * @param {Guest} guest
 * @param {Map<string, { source: Uint8Array, name: string }>} sources by any key; the name is the one in tracebacks
 * @returns {{ compiled: Map<string, Uint8Array>, facts: Facts }} the bytecode under the same keys
 */
export function runGuest({ python, wasmtime, cache, module, library }, sources) {
  mkdirSync(cache, { recursive: true });
  const key = sha256(module).slice(0, 16);
  const prepared = join(cache, `python-${key}.wasm`);
  if (!existsSync(prepared)) writeFileSync(prepared, prepare(module));

  const folder = mkdtempSync(join(cache, "guest-"));
  try {
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib/python315.zip"), library);
    const jobs = [...sources.values()].map(({ source, name }, index) => {
      writeFileSync(join(folder, `${index}.py`), source);
      return [`${index}.py`, `${index}.pyc`, name];
    });
    writeFileSync(join(folder, "jobs.json"), JSON.stringify(jobs));
    const machineCode = join(cache, `python-${key}.cwasm`);
    if (!existsSync(machineCode)) console.log("compiling CPython for this machine, once: one to two minutes …");
    const args = [join(import.meta.dirname, "tool.py"), prepared, machineCode, folder];
    const environment = { ...process.env, PYTHONPATH: wasmtime, PYTHONDONTWRITEBYTECODE: "1" };
    const done = spawnSync(python, args, { encoding: "utf8", env: environment, timeout: LIMIT_MS });
    if (/^ImportError|^ModuleNotFoundError|^OSError/m.test(done.stderr ?? "") && /wasmtime/.test(done.stderr)) {
      throw new Unbuildable("The Python pack was left out: wasmtime does not run on this machine.");
    }
    if (done.status !== 0) throw new Error(done.error?.message ?? `${done.stdout}${done.stderr}`.trim());
    const compiled = [...sources.keys()].map((path, index) => {
      return /** @type {const} */ ([path, readFileSync(join(folder, `${index}.pyc`))]);
    });
    return { compiled: new Map(compiled), facts: JSON.parse(readFileSync(join(folder, "facts.json"), "utf8")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Uint8Array} module */
function prepare(module) {
  const name = "PyErr_SetInterruptEx";
  return withExport(withoutCustomSections(module), name, functionIndex(module, name));
}
