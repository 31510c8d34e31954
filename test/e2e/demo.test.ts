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

/** Types a line and presses Enter. */
async function type(page: Page, line: string): Promise<void> {
  await keys(page, `${line}\n`);
}

async function keys(page: Page, text: string): Promise<void> {
  await page.getByTestId("terminal").click();
  await page.keyboard.type(text);
}

/** Types a line, and waits until it has run. */
async function run(page: Page, line: string): Promise<void> {
  await prompt(page);
  await type(page, line);
  await prompt(page);
}

/** Waits until a command runs. */
function running(page: Page) {
  return page.waitForFunction(() => document.body.dataset.terminal === "running", undefined, { timeout: 20_000 });
}

/** What goes wrong in the page without being shown there. */
function complaints(page: Page): string[] {
  const seen: string[] = [];
  page.on("pageerror", (error) => seen.push(error.message));
  page.on("console", (message) => message.type() === "error" && seen.push(message.text()));
  return seen;
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
  await run(page, "mkdir notes; echo hello > notes/today.txt; cat notes/today.txt | tr a-z A-Z");
  await shown(page, "HELLO");
  await run(page, "cd notes && ls");
  await shown(page, "user@vibengine:~/notes$");
  await page.getByTestId("files").getByText("today.txt").waitFor();
  await run(page, "printf unfinished; false");
  await shown(page, "unfinished⏎");
  await shown(page, "[1] user@vibengine:~/notes$");
  await run(page, "nope");
  await shown(page, "nope: command not found");
});

test("a chosen .wasm program is put on the disk, and run once the prompt is back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vibengine-drop-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { parseWat } = await loadWabt();
  writeFileSync(join(folder, "hello.wasm"), parseWat("hello.wat", PROGRAM).toBinary({}).buffer);
  const page = await openDemo();
  await type(page, "cat");
  await running(page);
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("file-picker").click();
  await (await chooser).setFiles(join(folder, "hello.wasm"));
  await page.getByTestId("status").getByText("Uploaded hello.wasm").waitFor();
  await keys(page, "still read\n");
  await shown(page, "still read");
  await page.keyboard.press("Control+d");
  await shown(page, "./hello.wasm");
  await shown(page, "dropped");
});

test("a line is edited, completed and recalled with the keys of a shell", async () => {
  const page = await openDemo();
  await run(page, "mkdir documents; echo inside > documents/letter.txt");
  await keys(page, "cat docu\tlet\t");
  await shown(page, "$ cat documents/letter.txt");
  await page.keyboard.press("Home");
  await page.keyboard.press("Delete");
  await page.keyboard.type("c");
  await run(page, "");
  await shown(page, "inside");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.type(" | rev\n");
  await shown(page, "edisni");
  await page.keyboard.press("Control+r");
  await page.keyboard.type("mkd");
  await shown(page, "(reverse-i-search)`mkd': mkdir documents");
  await page.keyboard.press("Control+c");
  await shown(page, "^C");
  await keys(page, "ls /etc/host\t\t");
  await shown(page, "hostname  hosts");
});

test("ctrl-c ends a loop, ctrl-z and fg stop a job and let it go on, ctrl-d ends the shell, and a key starts another", async () => {
  const page = await openDemo();
  const complained = complaints(page);
  await type(page, "while :; do :; done");
  await running(page);
  await page.keyboard.press("Control+c");
  await prompt(page);
  await shown(page, "[130] user@vibengine:~$");
  await type(page, "cat");
  await running(page);
  await page.keyboard.press("Control+z");
  await prompt(page);
  await shown(page, "[1]+  Stopped                 cat");
  await type(page, "fg");
  await running(page);
  await page.keyboard.type("again\n");
  await shown(page, "again");
  await page.keyboard.press("Control+d");
  await run(page, "cd /tmp");
  await page.keyboard.press("Control+d");
  await shown(page, "The shell has ended with status 0.");
  await page.waitForFunction(() => document.body.dataset.terminal === "off");
  await page.keyboard.press("Enter");
  await prompt(page);
  await shown(page, "user@vibengine:/tmp$");
  expect(complained).toEqual([]);
});

test("the shell knows the size of the screen, also when it has changed", async () => {
  const page = await openDemo();
  const columns = async () => {
    await run(page, "clear; echo $COLUMNS columns");
    const text = await page
      .locator(".xterm-rows > div")
      .filter({ hasText: /^\d+\scolumns/ })
      .textContent();
    return Number.parseInt(text ?? "", 10);
  };
  const wide = await columns();
  await page.setViewportSize({ width: 1000, height: 800 });
  await expect.poll(columns).toBeLessThan(wide);
});

test("a suggestion replaces what was typed", async () => {
  const page = await openDemo();
  await keys(page, "not this");
  await page.getByTestId("chip").nth(1).click();
  await shown(page, "$ seq 1 1000 | grep 7 | wc -l");
  await shown(page, "271");
});

test("pause, reload, resume: the file is still there, and the shell is where it was", async () => {
  const page = await openDemo();
  const complained = complaints(page);
  await run(page, "mkdir kept; cd kept; echo kept > kept.txt");
  await page.getByTestId("files").getByText("kept.txt").waitFor();
  await page.getByTestId("pause").click();
  await page.waitForFunction(() => document.body.dataset.phase === "paused");
  await page.reload();
  await page.getByTestId("sessions").getByTestId("session-resume").first().click();
  await page.waitForFunction(() => document.body.dataset.phase === "running");
  await prompt(page);
  await shown(page, "user@vibengine:~/kept$");
  await page.getByTestId("files").getByText("kept.txt").waitFor();
  await page.getByTestId("terminal").click();
  await page.keyboard.press("ArrowUp");
  await run(page, " && cat kept.txt | rev");
  await shown(page, "tpek");
  await type(page, "sleep 100");
  await running(page);
  await page.getByTestId("kill").click();
  await page.waitForFunction(() => document.body.dataset.terminal === "off");
  await page.getByTestId("overlay-new").click();
  await prompt(page);
  await shown(page, "user@vibengine:~$");
  expect(complained).toEqual([]);
});

test("nothing overflows on a phone", async () => {
  const page = await openDemo({ width: 390, height: 844 });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]);
  for (const id of ["terminal", "countdown", "pause", "kill", "keep-alive"]) {
    await page.getByTestId(id).first().waitFor({ state: "visible" });
  }
});
