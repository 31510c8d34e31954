// A page with the built package in a browser of its own, for tests that reload, restart or crash it.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";

declare global {
  interface Window {
    vibengine: typeof import("vibengine");
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
