// `pnpm test`: everything from a fresh checkout on. Finds a Chromium or installs one, builds, runs the three projects of
// vite.config.ts one after the other, and ends with the sum of them all: `N passed, N failed`.
// `pnpm test node browser` runs those projects only.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findChromium } from "./support/chromium.mjs";
import { installChromium } from "./support/install-chromium.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const PROJECTS = ["node", "browser", "e2e"];

/** A project that takes longer hangs. */
const LIMIT_MS = 30 * 60_000;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PROJECTS.includes(name));
if (unknown.length > 0) throw new Error(`no such project: ${unknown.join(" ")}; there are ${PROJECTS.join(", ")}`);

const chromium = findChromium() ?? installChromium();
if (chromium) process.env.CHROMIUM_PATH = chromium;
else console.error("No Chromium here, and none could be installed: set CHROMIUM_PATH. Tests that need one will fail.");

const total = { passed: 0, failed: 0, skipped: 0 };
// Without Python on the machine there is no Python pack: the tests that need it count as skipped, by name.
const built = node("packages/python/build.mjs", "--optional") === 0 && node("packages/vibengine/build.mjs") === 0;
if (built) {
  for (const project of asked.length > 0 ? asked : PROJECTS) add(runProject(project));
} else {
  add({ passed: 0, failed: 1, skipped: 0 });
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/**
 * Runs one vitest project and counts its tests. A run that fails without a failed test (a file that does not load, an
 * unhandled error, no report at all) counts as one failure.
 * @param {string} project
 */
function runProject(project) {
  console.log(`\n— ${project} —`);
  const folder = mkdtempSync(join(tmpdir(), "vibengine-report-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = node("node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters);
  const counts = countTests(report);
  rmSync(folder, { recursive: true });
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * @param {string} report the path of what vitest's JSON reporter wrote
 */
function countTests(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of readReport(report)) {
    const before = counts.failed;
    for (const { status } of file.assertionResults) {
      if (status === "passed") counts.passed++;
      else if (status === "skipped" || status === "todo") counts.skipped++;
      else counts.failed++;
    }
    if (file.status === "failed" && counts.failed === before) counts.failed++;
  }
  return counts;
}

/**
 * @param {string} report
 * @returns {{ status: string, assertionResults: { status: string }[] }[]}
 */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, "utf8")).testResults;
  } catch {
    return [];
  }
}

/**
 * Runs a script of this repository in Node.
 * @param {string} script
 * @param {string[]} args
 */
function node(script, ...args) {
  const options = /** @type {const} */ ({ cwd: ROOT, stdio: "inherit", timeout: LIMIT_MS, killSignal: "SIGKILL" });
  return spawnSync(process.execPath, [join(ROOT, script), ...args], options).status;
}

/** @param {typeof total} counts */
function add(counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
