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
import { python } from "./python.mjs";
import { linesText, SHELL_CASES } from "./shell-cases.mjs";

/** @typedef {import("./measure.ts").Row} Row */
/** @typedef {import("./measure.ts").Given} Given */

const NATIVE_RUNS = 5;
const OUTPUT_BYTES = 1_000_000_000;
const TAB_ROUNDS = 5;

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
  // These are driven from here.
  const inside = given.parts.filter((name) => !["output", "tabs", "python"].includes(name));
  const isAll = given.parts.length === 0;
  const rows = isAll || inside.length > 0 ? await page.evaluate(inPage, { ...given, parts: inside }) : [];
  if (isAll || given.parts.includes("tabs")) rows.push(...(await tabs(page)));
  if (isAll || given.parts.includes("output")) {
    let took = 0;
    const grown = await growth(browser, async () => {
      took = await page.evaluate(inPageOutput, OUTPUT_BYTES);
    });
    rows.push({ what: "1 GB of output to a callback", value: OUTPUT_BYTES / 1000 / took, unit: "MB/s" });
    rows.push({ what: "  memory of the page meanwhile grows by", value: grown, unit: "MiB", limit: 200 });
  }
  if (isAll) {
    rows.push(...(await newMemories(browser, () => page.evaluate(inPageEmpty))));
    await (await browser.newPage()).bringToFront();
    rows.push(...(await page.evaluate(inHiddenPage)));
  }
  if (isAll || given.parts.includes("python")) rows.push(...(await python()));
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
 * The same calls in the tab that runs a sandbox and in one that is connected to it, by turns; the median of the rounds.
 * @param {import("playwright").Page} home
 * @returns {Promise<Row[]>}
 */
async function tabs(home) {
  const other = await browser.newPage();
  await other.goto(server.url);
  const id = await home.evaluate(inPageShared);
  /** @type {Record<"home" | "other", import("./tabs.ts").Trips[]>} */
  const rounds = { home: [], other: [] };
  for (let i = 0; i < TAB_ROUNDS; i++) {
    rounds.home.push(await home.evaluate(inPageTrips, id));
    rounds.other.push(await other.evaluate(inPageTrips, id));
  }
  await other.close();
  /** @param {keyof import("./tabs.ts").Trips} what */
  const both = (what) => [rounds.home, rounds.other].map((tab) => middle(tab.map((trips) => trips[what])));
  const rows = [];
  for (const [name, what] of /** @type {const} */ ([
    ["echo", "commands.run of echo hi"],
    ["exists", "files.exists"],
  ])) {
    const [own = 0, connected = 0] = both(name);
    rows.push({ what: `${what}, at home`, value: own, unit: "ms" });
    rows.push({ what: "  from another tab", value: connected, unit: "ms", limit: own + 2 });
  }
  for (const [name, what] of /** @type {const} */ ([
    ["output", "100 MB of output to a callback"],
    ["write", "files.write of 5 MB"],
  ])) {
    const [own = 0, connected = 0] = both(name);
    rows.push({ what: `${what}, at home`, value: own, unit: "MB/s" });
    rows.push({ what: "  from another tab", value: connected, unit: "MB/s" });
  }
  return rows;
}

/** @param {number[]} values */
function middle(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @returns {Promise<string>} */
function inPageShared() {
  const { sharedSandbox } = /** @type {typeof import("./tabs.ts")} */ (/** @type {unknown} */ (globalThis));
  return sharedSandbox();
}

/**
 * @param {string} id
 * @returns {Promise<import("./tabs.ts").Trips>}
 */
function inPageTrips(id) {
  const { roundTrips } = /** @type {typeof import("./tabs.ts")} */ (/** @type {unknown} */ (globalThis));
  return roundTrips(id);
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
