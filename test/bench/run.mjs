// `pnpm bench`: builds the page in this folder as an application would, runs it in a Chromium with a profile on disk, and
// prints its rows as a table, then as one line of JSON. `pnpm bench reading` runs that part alone.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";
import { CREATES, PASSES, SEQUENTIAL_BYTES, STATS } from "./disk-programs.mjs";
import { newMemories } from "./memories.mjs";
import { FEW_READS, PIPE_BYTES, programs, READS } from "./programs.mjs";

/** @typedef {import("./measure.ts").Row} Row */
/** @typedef {import("./measure.ts").Given} Given */

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
    parts: process.argv.slice(2),
  };
  const rows = await page.evaluate(inPage, given);
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

/** @returns {Promise<Row[]>} */
function inHiddenPage() {
  const { benchHidden } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return benchHidden();
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
