// `pnpm bench`: builds the page in this folder as an application would, runs it in a Chromium with a profile on disk, and
// prints its rows as a table, then as one line of JSON. `pnpm bench reading` runs that part alone.

import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";
import { CREATES, PASSES, SEQUENTIAL_BYTES, STATS } from "./disk-programs.mjs";
import { growth, newMemories } from "./memories.mjs";
import { FEW_READS, PIPE_BYTES, programs, READS } from "./programs.mjs";
import { linesText, SHELL_CASES } from "./shell-cases.mjs";

/** @typedef {import("./measure.ts").Row} Row */
/** @typedef {import("./measure.ts").Given} Given */

const NATIVE_RUNS = 5;
const OUTPUT_BYTES = 1_000_000_000;

const profile = await mkdtemp(join(tmpdir(), "vibengine-bench-"));
const server = await site("test/bench");
const browser = await launchChromium({ userDataDir: profile });
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  const given = {
    programs: await programs(),
    reads: READS,
    fewReads: FEW_READS,
    pipeBytes: PIPE_BYTES,
    stats: STATS,
    creates: CREATES,
    passes: PASSES,
    sequentialBytes: SEQUENTIAL_BYTES,
    shellCases: SHELL_CASES,
    lines: linesText(),
    native: await nativeTimes(),
    parts: process.argv.slice(2),
  };
  const rows = given.parts.includes("output") ? [] : await page.evaluate(inPage, given);
  if (given.parts.length === 0 || given.parts.includes("output")) {
    let took = 0;
    const grown = await growth(browser, async () => {
      took = await page.evaluate(inPageOutput, OUTPUT_BYTES);
    });
    rows.push({ what: "1 GB of output to a callback", value: OUTPUT_BYTES / 1000 / took, unit: "MB/s" });
    rows.push({ what: "  memory of the page meanwhile grows by", value: grown, unit: "MiB", limit: 200 });
  }
  if (given.parts.length === 0) {
    rows.push(...(await newMemories(browser, () => page.evaluate(inPageEmpty))));
    await (await browser.newPage()).bringToFront();
    rows.push(...(await page.evaluate(inHiddenPage)));
  }
  print(rows);
} finally {
  await browser.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}

/**
 * @param {Given} given
 * @returns {Promise<Row[]>}
 */
function inPage(given) {
  const { bench } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return bench(given);
}

/** Leaves an empty sandbox running. */
function inPageEmpty() {
  const { emptySandbox } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return emptySandbox();
}

/**
 * @param {number} bytes
 * @returns {Promise<number>}
 */
function inPageOutput(bytes) {
  const { muchOutput } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return muchOutput(bytes);
}

/** @returns {Promise<Row[]>} */
function inHiddenPage() {
  const { benchHidden } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return benchHidden();
}

/**
 * How long (ms) the machine's own bash takes for each script of the shell's part, told by itself, so without its own start: the
 * best of some runs; NaN without a bash.
 */
async function nativeTimes() {
  const cwd = await mkdtemp(join(tmpdir(), "vibengine-native-"));
  await writeFile(join(cwd, "lines"), linesText());
  const times = SHELL_CASES.map(({ script }) => {
    const timed = `TIMEFORMAT=%R; time { ${script}; }`;
    let best = Number.NaN;
    for (let i = 0; i < NATIVE_RUNS; i++) {
      const environment = { PATH: process.env.PATH, LC_ALL: "C" };
      const { status, stderr } = spawnSync("bash", ["--norc", "-c", timed], {
        cwd,
        env: environment,
        encoding: "utf8",
      });
      if (status === 0) best = Math.min(Number(stderr) * 1000, Number.isNaN(best) ? Number.POSITIVE_INFINITY : best);
    }
    return best;
  });
  await rm(cwd, { recursive: true });
  return times;
}

/** @param {Row[]} rows */
function print(rows) {
  for (const row of rows) {
    const { what, value, unit } = row;
    console.log(`${what.padEnd(54)} ${figure(value).padStart(8)} ${unit.padEnd(5)} ${verdictOf(row)}`.trimEnd());
  }
  console.log(JSON.stringify(rows));
}

/**
 * What there is to say of a row that has a limit.
 * @param {Row} row
 */
function verdictOf({ value, limit, least }) {
  if (limit !== undefined) return `${value <= limit ? "ok" : "OVER"}, limit ${figure(limit)}`;
  if (least !== undefined) return `${value >= least ? "ok" : "UNDER"}, at least ${figure(least)}`;
  return "";
}

/** @param {number} value */
function figure(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
