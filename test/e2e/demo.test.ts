// The playground as a person uses it: type a command, drop a program, pause, reload, resume.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import loadWabt from "wabt";
import { site } from "../support/site.mjs";
import { newProfile, openBrowser } from "./harness.ts";

/** A WASI command that prints "dropped". */
const PROGRAM = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\08\\00\\00\\00")
  (data (i32.const 16) "dropped\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))))`;

let demo: { url: string; close(): Promise<void> };
beforeAll(async () => {
  demo = await site("demo");
});
afterAll(() => demo.close());

async function openDemo(viewport = { width: 1280, height: 800 }): Promise<Page> {
  const browser = await openBrowser(newProfile());
  const page = await browser.newPage();
  await page.setViewportSize(viewport);
  await page.goto(demo.url);
  await prompt(page);
  return page;
}

function prompt(page: Page) {
  return page.waitForFunction(() => document.body.dataset.terminal === "prompt", undefined, { timeout: 20_000 });
}

async function type(page: Page, line: string): Promise<void> {
  await page.getByTestId("terminal").click();
  await page.keyboard.type(`${line}\n`);
}

/** Waits until the terminal shows the text. */
function shown(page: Page, text: string) {
  const includes = (wanted: string) =>
    [...document.querySelectorAll(".xterm-rows > div")].some((row) =>
      row.textContent?.replaceAll("\u00a0", " ").includes(wanted),
    );
  return page.waitForFunction(includes, text, { timeout: 20_000 });
}

test("commands run in the terminal, and the file list follows", async () => {
  const page = await openDemo();
  await type(page, "mkdir notes; echo hello > notes/today.txt; cat notes/today.txt | tr a-z A-Z");
  await shown(page, "HELLO");
  await prompt(page);
  await type(page, "cd notes && ls");
  await shown(page, "user@vibengine:~/notes$");
  await page.getByTestId("files").getByText("notes").waitFor();
  await type(page, "false");
  await type(page, "nope");
  await shown(page, "nope: command not found");
});

test("a chosen .wasm program is put on the disk and run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vibengine-drop-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { parseWat } = await loadWabt();
  writeFileSync(join(folder, "hello.wasm"), parseWat("hello.wat", PROGRAM).toBinary({}).buffer);
  const page = await openDemo();
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("file-picker").click();
  await (await chooser).setFiles(join(folder, "hello.wasm"));
  await shown(page, "./hello.wasm");
  await shown(page, "dropped");
});

test("pause, reload, resume: the file is still there", async () => {
  const page = await openDemo();
  await type(page, "echo kept > kept.txt");
  await prompt(page);
  await page.getByTestId("files").getByText("kept.txt").waitFor();
  await page.getByTestId("pause").click();
  await page.waitForFunction(() => document.body.dataset.phase === "paused");
  await page.reload();
  await page.getByTestId("sessions").getByTestId("session-resume").first().click();
  await page.waitForFunction(() => document.body.dataset.phase === "running");
  await prompt(page);
  await type(page, "cat kept.txt | rev");
  await shown(page, "tpek");
});

test("nothing overflows on a phone", async () => {
  const page = await openDemo({ width: 390, height: 844 });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]);
  for (const id of ["terminal", "countdown", "pause", "kill", "keep-alive"]) {
    await page.getByTestId(id).first().waitFor({ state: "visible" });
  }
});
