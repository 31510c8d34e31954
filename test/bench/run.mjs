// `pnpm bench`: builds the page in this folder as an application would, runs it in a Chromium with a profile on disk, and
// prints its rows as a table, then as one line of JSON.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";
import { PIPE_BYTES, programs, READS } from "./programs.mjs";

/** @typedef {import("./bench.ts").Row} Row */
/** @typedef {import("./bench.ts").Given} Given */

const profile = await mkdtemp(join(tmpdir(), "vibengine-bench-"));
const server = await site("test/bench");
const browser = await launchChromium({ userDataDir: profile });
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  const given = { programs: await programs(), reads: READS, pipeBytes: PIPE_BYTES };
  const rows = await page.evaluate(inPage, given);
  await (await browser.newPage()).bringToFront();
  print([...rows, ...(await page.evaluate(inHiddenPage))]);
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

/** @returns {Promise<Row[]>} */
function inHiddenPage() {
  const { benchHidden } = /** @type {typeof import("./bench.ts")} */ (/** @type {unknown} */ (globalThis));
  return benchHidden();
}

/** @param {Row[]} rows */
function print(rows) {
  for (const { what, value, unit, limit } of rows) {
    const verdict =
      limit === undefined ? "" : value <= limit ? `ok, limit ${figure(limit)}` : `OVER, limit ${figure(limit)}`;
    console.log(`${what.padEnd(54)} ${figure(value).padStart(8)} ${unit.padEnd(5)} ${verdict}`.trimEnd());
  }
  console.log(JSON.stringify(rows));
}

/** @param {number} value */
function figure(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
