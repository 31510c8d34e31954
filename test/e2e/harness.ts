// A page with the built package in a browser of its own, for tests that reload, restart or crash it.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, onTestFinished, test } from "vitest";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";

declare global {
  interface Window {
    vibengine: typeof import("vibengine");
    /** What a test keeps from one call to the page to the next. */
    tab: {
      sandbox: import("vibengine").Sandbox;
      handle: import("vibengine").CommandHandle;
      seen: string[];
      pending: Promise<unknown>;
    };
    behind: typeof import("./page/behind.ts");
  }
}

/** Serves the test's page for all tests of a file; the result's `url` is there once they run. */
export function servedPage(options: { isolated?: boolean } = {}): { url: string } {
  const served = { url: "" };
  let close = async () => {};
  beforeAll(async () => {
    const built = await site("test/e2e/page", options);
    served.url = built.url;
    close = built.close;
  });
  afterAll(() => close());
  return served;
}

/** A profile's folder that goes with the test. */
export function newProfile(): string {
  const folder = mkdtempSync(join(tmpdir(), "vibengine-profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Opens a browser on that profile, closed at the end of the test if it is still there. */
export async function openBrowser(userDataDir: string): Promise<BrowserContext> {
  const browser = await launchChromium({ userDataDir });
  onTestFinished(() => browser.close().catch(() => {}));
  return browser;
}

export async function openPage(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => "vibengine" in window);
  return page;
}

export async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.waitForFunction(() => "vibengine" in window);
}

/** A sandbox in one tab, and a second tab that is connected to it; both have it as `window.tab.sandbox`. */
export async function twoTabs(url: string): Promise<{ browser: BrowserContext; home: Page; other: Page; id: string }> {
  const browser = await openBrowser(newProfile());
  const home = await openPage(browser, url);
  const id = await home.evaluate(async () => {
    const sandbox = await window.vibengine.Sandbox.create({ timeoutMs: 300_000 });
    window.tab = Object.assign({}, window.tab, { sandbox, seen: [] });
    return sandbox.sandboxId;
  });
  return { browser, home, other: await connectedTab(browser, url, id), id };
}

/** One more tab with that sandbox. */
export async function connectedTab(browser: BrowserContext, url: string, id: string): Promise<Page> {
  const page = await openPage(browser, url);
  await page.evaluate(async (sandboxId) => {
    const sandbox = await window.vibengine.Sandbox.connect(sandboxId);
    window.tab = Object.assign({}, window.tab, { sandbox, seen: [] });
  }, id);
  return page;
}

/** The processes of the browser that runs on this profile. */
export function processesOn(profile: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(profile);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const PACK = join(import.meta.dirname, "../../packages/vibengine/dist/python/pack.json");

/** For tests of Python: left out, by name, where the pack was not built because the machine has no Python to build it with. */
export const pythonTest = test.skipIf(!existsSync(PACK));
