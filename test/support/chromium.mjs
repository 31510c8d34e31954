// Finds a Chromium on this machine, and starts it. Plain JavaScript, because `pnpm test` calls it before anything is built.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "playwright";

/** No traffic of the browser's own, no GPU; and as root it can't have its sandbox. */
export const CHROMIUM_FLAGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
];

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC = ["Google Chrome", "Chromium"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/** The path of a Chromium that starts, or undefined. `CHROMIUM_PATH` comes first, then the system's, then Playwright's. */
export function findChromium() {
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(":")];
  const installed = folders.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`));
  const candidates = [process.env.CHROMIUM_PATH, ...installed, ...MAC, chromium.executablePath()];
  return candidates.find((path) => path && existsSync(path) && starts(path));
}

/** As `findChromium`, but it is an error that there is none. */
export function chromiumPath() {
  const path = findChromium();
  if (!path) throw new Error("no Chromium found: set CHROMIUM_PATH, or run `pnpm test`, which installs one");
  return path;
}

/**
 * A browser for one test; close it at its end. With `userDataDir`, its profile outlives it and a later launch on the same
 * folder finds IndexedDB as it was left. Without, it starts empty.
 * @param {{ userDataDir?: string }} [options]
 * @returns {Promise<import("playwright").BrowserContext>} closing it closes the browser
 */
export async function launchChromium({ userDataDir = "" } = {}) {
  return chromium.launchPersistentContext(userDataDir, { executablePath: chromiumPath(), args: CHROMIUM_FLAGS });
}

/**
 * A browser may be there and lack the libraries it needs.
 * @param {string} path
 */
function starts(path) {
  return spawnSync(path, ["--version"], { timeout: 30_000, stdio: "ignore" }).status === 0;
}
