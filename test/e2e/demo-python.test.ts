// Python in the playground, as a person uses it: run a script, have its packages installed, see its picture, stop a loop, come back.
// Without Python on the machine there is no Python pack, and these tests count as skipped.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { site } from "../support/site.mjs";
import { newProfile, openBrowser } from "./harness.ts";

const built = existsSync(join(import.meta.dirname, "../../packages/python/dist/pack.json"));
const WAIT = { timeout: 30_000 };

describe.skipIf(!built)("Python in the playground", () => {
  let demo: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    demo = await site("demo");
  });
  afterAll(() => demo.close());

  async function open(): Promise<Page> {
    const browser = await openBrowser(newProfile());
    const page = await browser.newPage();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(demo.url);
    await page.getByTestId("mode-python").click();
    await state(page, "idle");
    return page;
  }

  function state(page: Page, wanted: string) {
    return page.waitForFunction((name) => document.body.dataset.python === name, wanted, WAIT);
  }

  /** Picks an example and runs it to its end. */
  async function run(page: Page, title: string): Promise<void> {
    await page.getByTestId("python-example").selectOption({ label: title });
    await page.getByTestId("python-run").click();
    await state(page, "idle");
  }

  function said(page: Page, text: RegExp) {
    return page.getByTestId("python-state").filter({ hasText: text }).waitFor(WAIT);
  }

  test("a script prints, stderr apart, after a download that is told in megabytes", async () => {
    const page = await open();
    const megabytes = page.waitForFunction(
      () => {
        const card = document.getElementById("python-download");
        const text = document.getElementById("python-megabytes")?.textContent ?? "";
        return card && !card.hidden && /^[\d.]+ of 2\d\.\d MB$/.test(text);
      },
      undefined,
      WAIT,
    );
    await run(page, "Hello");
    await megabytes;
    await said(page, /^Finished in /);
    const output = page.getByTestId("python-output");
    expect(await output.locator(".stdout").first().textContent()).toMatch(/^Hello from CPython 3\.15\./);
    expect(await output.locator(".stderr").allTextContents()).toEqual(["stderr has a colour of its own.\n"]);
    expect(await page.getByTestId("python-download").isVisible()).toBe(false);

    await page.getByTestId("python-code").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("print(6 * 7)\n1 / 0");
    await page.keyboard.press("Control+Enter");
    await said(page, /^Exited with status 1 /);
    expect(await output.textContent()).toMatch(/^\s*42\n[^]*ZeroDivisionError/);

    await page.keyboard.type("\n# typed last");
    await page.getByTestId("pause").click();
    await page.getByTestId("overlay-resume").click();
    await state(page, "idle");
    expect(await page.getByTestId("python-code").textContent()).toContain("# typed last");
    await expect
      .poll(() => page.evaluate(() => window.sandbox?.files.read("/home/user/hello.py")), WAIT)
      .toContain("# typed last");
  });

  test("a plot is shown once pip has run in the terminal, again after a pause and a reload; Stop interrupts a loop", async () => {
    const page = await open();
    await page.getByTestId("python-example").selectOption({ label: "matplotlib: a picture" });
    await page.getByTestId("python-note").getByText("Needs matplotlib and numpy.").waitFor();
    await run(page, "matplotlib: a picture");
    await said(page, /^Finished in /);
    await page.locator(".xterm-rows").getByText("Successfully installed").first().waitFor(WAIT);
    const picture = page.getByTestId("python-picture").locator("img");
    expect(await picture.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])).toEqual([
      770, 462,
    ]);
    await page.getByTestId("files").getByText("plot.png").waitFor();

    await page.getByTestId("python-example").selectOption({ label: "A loop to stop" });
    await page.getByTestId("python-run").click();
    await page.getByTestId("python-output").getByText("primes up to").waitFor(WAIT);
    await page.getByTestId("python-stop").click();
    await said(page, /^Interrupted after /);
    expect(await page.getByTestId("python-output").textContent()).toContain("\nKeyboardInterrupt\n");

    await page.getByTestId("pause").click();
    await page.waitForFunction(() => document.body.dataset.phase === "paused", undefined, WAIT);
    await page.reload();
    await page.getByTestId("overlay-resume").click();
    await state(page, "idle");
    await run(page, "matplotlib: a picture");
    await said(page, /^Finished in /);
    await picture.waitFor();
    expect(await page.locator(".xterm-rows").textContent()).not.toContain("pip install");
  });
});
