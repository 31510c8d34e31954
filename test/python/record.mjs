// Records what this machine's CPython prints for the scripts beside this file, for test/browser to compare with.
//   node test/python/record.mjs cases                    test/python/cases    into fixtures/cases.json
//   node test/python/record.mjs pandas PYTHON            test/python/pandas   into fixtures/pandas.json
// PYTHON is an interpreter that has pandas and numpy. A `.py` file is run by python3, a `.sh` file by bash, each as the only file of
// /tmp/case: tracebacks name the script by its path. Use CPython 3.11 and bash 5.2.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** As in test/browser/python-recorded.ts. */
const DIRECTORY = "/tmp/case";
const ENVIRONMENT = { HOME: "/home/user", LC_ALL: "C.UTF-8" };

const [set, python = "python3"] = process.argv.slice(2);
if (set !== "cases" && set !== "pandas") throw new Error("usage: record.mjs cases | record.mjs pandas PYTHON");

const folder = join(import.meta.dirname, set);
/** @type {Record<string, { stdout: string, stderr?: string, status: number | null }>} */
const recorded = {};
for (const name of readdirSync(folder).sort()) {
  if (!/\.(py|sh)$/.test(name)) continue;
  mkdirSync(DIRECTORY);
  try {
    copyFileSync(join(folder, name), join(DIRECTORY, name));
    recorded[name] = run(name);
  } finally {
    rmSync(DIRECTORY, { recursive: true });
  }
}
mkdirSync(join(import.meta.dirname, "fixtures"), { recursive: true });
writeFileSync(join(import.meta.dirname, `fixtures/${set}.json`), `${JSON.stringify(recorded, null, 1)}\n`);

/** @param {string} name */
function run(name) {
  const result = spawnSync(name.endsWith(".sh") ? "bash" : python, [name], {
    cwd: DIRECTORY,
    env: { ...ENVIRONMENT, PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  const text = (/** @type {Buffer} */ bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const stdout = text(result.stdout);
  // Where 3.11 and 3.15 word stderr otherwise, the script says so in its first line.
  const isComparable = !/^# stderr: /.test(readFileSync(join(folder, name), "utf8"));
  return isComparable
    ? { stdout, stderr: text(result.stderr), status: result.status }
    : { stdout, status: result.status };
}
