// Python beside Pyodide, in browsers of its own: what is first in a profile, and first after a reload, is seen only from here, and so is
// memory. Everything comes from a server on this machine, which counts what it hands out.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";
import { resident } from "./memories.mjs";

/** @typedef {import("./measure.ts").Row} Row */
/** @typedef {import("./python/page.ts").PythonCalls} Calls */

const PACK = resolve(import.meta.dirname, "../../packages/vibengine/dist/python/pack.json");
const PEER = dirname(fileURLToPath(import.meta.resolve("pyodide/package.json")));

/** Profiles that see a first run. */
const FIRSTS = 3;
const FIRST_LIMIT = 1500;
const RELOAD_LIMIT = 600;
/** MiB. */
const MEMORY_LIMIT = 25;
/** MB. */
const DOWNLOAD_LIMIT = 26;

/** @returns {Promise<Row[]>} none without a pack */
export async function python() {
  if (!existsSync(PACK)) {
    console.error("No Python pack in packages/vibengine/dist: no figures of Python.");
    return [];
  }
  /** @type {Map<string, Buffer>} path → what was handed out */
  const served = new Map();
  const server = await site("test/bench/python", {
    folders: { pyodide: PEER },
    maxAge: 3600,
    onServed: (path, body) => served.set(path, body),
  });
  const figures = { first: [], peerFirst: [], reloaded: [], peerReloaded: [] };
  /** @type {Record<keyof typeof figures, number[]>} */
  const took = figures;
  const downloads = { own: 0, peer: 0 };
  /** @type {Row[]} */
  let rest = [];
  try {
    for (let i = 0; i < FIRSTS; i++) {
      const profile = await mkdtemp(join(tmpdir(), "vibengine-bench-"));
      const browser = await launchChromium({ userDataDir: profile });
      try {
        const page = await browser.newPage();
        const peerUrl = `${server.url}pyodide/`;
        served.clear();
        await page.goto(server.url);
        took.first.push(await call(page, "first"));
        const own = new Map(served);
        took.peerFirst.push(await call(page, "peerFirst", peerUrl));
        if (i === 0) Object.assign(downloads, { own: downloaded(own, false), peer: downloaded(served, true) });
        await call(page, "isKept");
        await page.reload();
        took.reloaded.push(await call(page, "first"));
        took.peerReloaded.push(await call(page, "peerFirst", peerUrl));
        if (i === FIRSTS - 1) rest = await warmRows(browser, page, peerUrl);
      } finally {
        await browser.close();
        await rm(profile, { recursive: true, force: true });
      }
    }
  } finally {
    await server.close();
  }
  return [
    {
      what: "first python3 in a profile, on a running sandbox",
      value: middle(took.first),
      unit: "ms",
      limit: FIRST_LIMIT,
    },
    { what: "  Pyodide's", value: middle(took.peerFirst), unit: "ms" },
    { what: "first python3 after a reload", value: middle(took.reloaded), unit: "ms", limit: RELOAD_LIMIT },
    { what: "  Pyodide's", value: middle(took.peerReloaded), unit: "ms" },
    { what: "download up to its output, gzip", value: downloads.own, unit: "MB", limit: DOWNLOAD_LIMIT },
    { what: "  Pyodide's", value: downloads.peer, unit: "MB" },
    ...rest,
  ];
}

/**
 * @param {import("playwright").BrowserContext} browser
 * @param {import("playwright").Page} page
 * @param {string} peerUrl
 * @returns {Promise<Row[]>}
 */
async function warmRows(browser, page, peerUrl) {
  const rows = [
    ...(await call(page, "warm", peerUrl)),
    ...(await call(page, "programs", peerUrl)),
    ...(await call(page, "ending")),
    ...(await call(page, "packages")),
  ];
  /** @param {() => Promise<number>} start */
  const each = async (start) => {
    await page.requestGC();
    const before = await resident(browser);
    const count = await start();
    await page.requestGC();
    return ((await resident(browser)) - before) / count;
  };
  const own = await each(() => call(page, "idle"));
  const peer = await each(() => call(page, "idlePyodide", peerUrl));
  await call(page, "end");
  return [
    ...rows,
    { what: "the renderer grows by, for each idle python3", value: own, unit: "MiB", limit: MEMORY_LIMIT },
    { what: "  for each idle worker with Pyodide", value: peer, unit: "MiB" },
  ];
}

/**
 * @template {keyof Calls} Name
 * @param {import("playwright").Page} page
 * @param {Name} name
 * @param {Parameters<Calls[Name]>} args
 * @returns {Promise<Awaited<ReturnType<Calls[Name]>>>}
 */
function call(page, name, ...args) {
  return page.evaluate(
    ([name, args]) => /** @type {any} */ (globalThis)[name](...args),
    /** @type {const} */ ([name, args]),
  );
}

/**
 * MB after gzip, of Pyodide's files or of all others.
 * @param {Map<string, Buffer>} served
 * @param {boolean} isPeer
 */
function downloaded(served, isPeer) {
  const bodies = [...served].filter(([path]) => path.startsWith("/pyodide/") === isPeer).map(([, body]) => body);
  return bodies.reduce((sum, body) => sum + Math.min(body.length, gzipSync(body).length), 0) / 1_000_000;
}

/** @param {number[]} values */
function middle(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
