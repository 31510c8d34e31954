// Gets a Chromium onto a machine that has none: Playwright's build first, the system's package manager if that can't be had
// (no download, no libraries, an architecture or a system it does not know).

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findChromium } from "./chromium.mjs";

const PLAYWRIGHT = join(dirname(createRequire(import.meta.url).resolve("playwright/package.json")), "cli.js");

/** Package manager → what it is asked, in turn. */
const SYSTEM = {
  "apt-get": [["update"], ["install", "-y", "--no-install-recommends", "chromium"]],
  dnf: [["install", "-y", "chromium"]],
  pacman: [["-Sy", "--noconfirm", "chromium"]],
  apk: [["add", "--no-cache", "chromium"]],
  brew: [["install", "--cask", "chromium"]],
};

/** The path of the Chromium that is there now, or undefined. */
export function installChromium() {
  console.log("No Chromium found: installing one.");
  return fromPlaywright() ?? fromSystem();
}

function fromPlaywright() {
  if (!run(process.execPath, [PLAYWRIGHT, "install", "--no-shell", "chromium"])) return undefined;
  // It may have been downloaded and still lack libraries of the system.
  return (
    findChromium() ?? (run(process.execPath, [PLAYWRIGHT, "install-deps", "chromium"]) ? findChromium() : undefined)
  );
}

function fromSystem() {
  for (const [manager, calls] of Object.entries(SYSTEM)) {
    if (spawnSync(manager, ["--version"], { stdio: "ignore" }).status !== 0) continue;
    const asRoot = process.getuid?.() === 0 || manager === "brew" ? [] : ["sudo"];
    for (const args of calls) {
      const [command = manager, ...rest] = [...asRoot, manager, ...args];
      run(command, rest);
    }
    const path = findChromium();
    if (path) return path;
  }
  return undefined;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: "inherit", timeout: 15 * 60_000, env }).status === 0;
}
