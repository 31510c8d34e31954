// How much of a new sandbox's memory the system really had to provide, told by Linux: the mappings of the browser's renderers
// that appeared meanwhile and are as large as what a disk of 1 GiB begins with. Elsewhere there is no such row.

import { existsSync, readFileSync } from "node:fs";

/** A disk of 1 GiB begins with tables of some 70 MiB, nearly all of them untouched. In KiB. */
const SMALLEST = 64 * 1024;
const LARGEST = 128 * 1024;
const LIMIT_KIB = 4096;

/**
 * @param {import("playwright").BrowserContext} browser
 * @param {() => Promise<unknown>} create makes an empty sandbox
 * @returns {Promise<import("./measure.ts").Row[]>}
 */
export async function newMemories(browser, create) {
  const before = await mappings(browser);
  await create();
  const after = [...(await mappings(browser))].filter(([place]) => !before.has(place));
  if (after.length === 0) return [];
  const value = Math.max(...after.map(([, kib]) => kib));
  return [{ what: "memory of an empty sandbox, touched", value, unit: "KiB", limit: LIMIT_KIB }];
}

/**
 * Place → resident KiB of what may be a sandbox's memory.
 * @param {import("playwright").BrowserContext} browser
 * @returns {Promise<Map<string, number>>}
 */
async function mappings(browser) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const id of await renderers(browser)) {
    const file = `/proc/${id}/smaps`;
    if (!existsSync(file)) continue;
    const pattern = /^([0-9a-f]+)-\S+ rw.p .*\nSize: +(\d+) kB\n(?:.*\n)*?Rss: +(\d+) kB$/gm;
    for (const [, start, size, resident] of readFileSync(file, "utf8").matchAll(pattern)) {
      if (Number(size) >= SMALLEST && Number(size) <= LARGEST) found.set(`${id} ${start}`, Number(resident));
    }
  }
  return found;
}

/**
 * How much the renderers grow, at most, while `work` runs.
 * @param {import("playwright").BrowserContext} browser
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} MiB
 */
export async function growth(browser, work) {
  const before = await resident(browser);
  let most = before;
  let isDone = false;
  const running = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    most = Math.max(most, await resident(browser));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await running;
  return most - before;
}

/**
 * MiB that the renderers have in memory.
 * @param {import("playwright").BrowserContext} browser
 */
export async function resident(browser) {
  let kib = 0;
  for (const id of await renderers(browser)) {
    const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, "utf8") : "";
    kib += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kib / 1024;
}

/**
 * @param {import("playwright").BrowserContext} browser
 * @returns {Promise<number[]>}
 */
async function renderers(browser) {
  const session = await /** @type {import("playwright").Browser} */ (browser.browser()).newBrowserCDPSession();
  const { processInfo } = /** @type {{ processInfo: { type: string, id: number }[] }} */ (
    await session.send("SystemInfo.getProcessInfo")
  );
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}
