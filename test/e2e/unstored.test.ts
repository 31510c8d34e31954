// Browsers that won't store, or clear what they stored in the middle of a save: a sandbox runs all the same, says what it can't do,
// and loses nothing that it still has in memory.

import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, reload, servedPage } from "./harness.ts";

const served = servedPage();
const CLEARINGS = 6;

type Sandbox = import("vibengine").Sandbox;

test("where there is no IndexedDB a sandbox runs, and what needs storage says why it can't be had", async () => {
  const browser = await openBrowser(newProfile());
  const refuse =
    'Object.defineProperty(globalThis, "indexedDB", { get() { throw new DOMException("storage is switched off", "SecurityError") } });';
  await browser.addInitScript({ content: refuse });
  await browser.route(/\/kernel[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${refuse}\n${await response.text()}` });
  });
  const page = await openPage(browser, served.url);
  const told = await page.evaluate(async () => {
    const { Sandbox, SandboxError } = window.vibengine;
    const sandbox = await Sandbox.create();
    const { stdout } = await sandbox.commands.run("echo hello | tee greeting");
    const words = async (promise: Promise<unknown>) => {
      const error = await promise.then(
        () => new Error("it went well"),
        (reason) => reason,
      );
      return `${error instanceof SandboxError} ${error.message}`;
    };
    const errors = [
      await words(sandbox.pause()),
      await words(sandbox.createSnapshot()),
      await words(sandbox.fork()),
      await words(Sandbox.resume("sb_elsewhere")),
      await words(Sandbox.list()),
      await words(Sandbox.listSnapshots()),
      await words(Sandbox.storage()),
      await words(Sandbox.deleteSnapshot("snap_none")),
      await words(Sandbox.kill("sb_elsewhere")),
    ];
    const text = await sandbox.files.read("greeting");
    await sandbox.kill();
    // With nowhere to pause to, a deadline still ends it.
    const brief = await Sandbox.create({ timeoutMs: 200, lifecycle: { onTimeout: "pause" } });
    await new Promise<void>((resolve) => brief.on("timeout", resolve));
    return { stdout, errors, text, locks: await window.behind.noLocks() };
  });
  expect(told).toMatchObject({ stdout: "hello\n", text: "hello\n", locks: [] });
  for (const error of told.errors) expect(error).toMatch(/^true .*storage is switched off/);
});

test.each(["indexeddb", "opfs"] as const)(
  "%s: site data is cleared again and again while a sandbox saves",
  async (storage) => {
    const browser = await openBrowser(newProfile());
    const page = await openPage(browser, served.url);
    const devtools = await browser.newCDPSession(page);
    const { origin } = new URL(served.url);
    const id = await page.evaluate(begin, storage);
    for (let i = 0; i < CLEARINGS; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 500));
      await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
      // Not by DevTools: Chromium never answers a synchronous write to a file that they clear at that moment.
      if (storage === "opfs") await page.evaluate(removeFiles);
    }
    const made = await page.evaluate(end);
    expect(made.files).toBeGreaterThan(0);
    await reload(page);
    const found = await page.evaluate(async (sandboxId) => {
      const sandbox = await window.vibengine.Sandbox.resume(sandboxId);
      const { stdout } = await sandbox.commands.run(
        "cat big | md5sum; ls made | wc -l; cat made/* | sort -n | uniq | wc -l",
      );
      const { problems } = await sandbox.fsck();
      await sandbox.kill();
      // Files whose names were cleared while one of them was open are nobody's: whoever looks at the storage sweeps them away.
      await window.vibengine.Sandbox.storage();
      return { stdout, problems, left: await window.behind.everything() };
    }, id);
    expect(found).toEqual({ stdout: `${made.sum}${made.files}\n${made.files}\n`, problems: [], left: [] });
  },
);

/** What the page keeps between two calls. */
type Held = Window & { work: { sandbox: Sandbox; isOver: boolean; sum: string; done: Promise<number> } };

/** In the page, as the next: a sandbox that files are written to, and snapshots made of, without end. */
async function begin(storage: "indexeddb" | "opfs") {
  const { Sandbox, SandboxError } = window.vibengine;
  const sandbox = await Sandbox.create({ storage, timeoutMs: 600_000, diskSizeBytes: 64 * 1024 * 1024 });
  const { stdout } = await sandbox.commands.run("head -c 9000000 /dev/urandom > big; cat big | md5sum");
  const work = { sandbox, isOver: false, sum: stdout, done: Promise.resolve(0) };
  Object.assign(window, { work });
  work.done = (async () => {
    let files = 0;
    while (!work.isOver) {
      files++;
      await sandbox.files.write(`made/${files}`, `${files}\n`);
      if (files % 20 !== 0) continue;
      // It may fail, in words; nothing may be lost by that.
      const allow = (error: unknown) => {
        if (error instanceof SandboxError) return error;
        throw error;
      };
      const failed = await sandbox.createSnapshot().catch(allow);
      if (!(failed instanceof Error)) await Sandbox.deleteSnapshot(failed.snapshotId).catch(allow);
    }
    return files;
  })();
  return sandbox.sandboxId;
}

async function removeFiles() {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("vibengine", { recursive: true }).catch(() => {}); // one of them is open just now
}

async function end() {
  const { work } = window as unknown as Held;
  work.isOver = true;
  const files = await work.done;
  await work.sandbox.pause();
  return { files, sum: work.sum };
}
