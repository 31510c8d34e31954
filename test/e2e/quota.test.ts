// A browser whose storage is full: the pause fails with a typed error, and nothing is lost.

import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, servedPage } from "./harness.ts";

const served = servedPage();

/** What the tests keep in the page between two calls. */
type Held = Window & { sandbox: import("vibengine").Sandbox };

for (const storage of ["indexeddb", "opfs"] as const) {
  test(`${storage}: a pause over quota is refused, the sandbox runs on, and the old snapshot stays whole`, async () => {
    const browser = await openBrowser(newProfile());
    const page = await openPage(browser, served.url);
    const devtools = await browser.newCDPSession(page);
    const { origin } = new URL(served.url);
    // From the start: the browser remembers for half a minute how much room there was as it last looked.
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 4_000_000 });
    const id = await page.evaluate(async (kind) => {
      const { Sandbox } = window.vibengine;
      const first = await Sandbox.create({ timeoutMs: 300_000, storage: kind });
      await first.files.write("work", crypto.getRandomValues(new Uint8Array(60_000)));
      await first.pause();
      const sandbox = await Sandbox.resume(first.sandboxId, { timeoutMs: 300_000 });
      Object.assign(window, { sandbox });
      await sandbox.commands.run("for i in $(seq 200); do cat work; done > large");
      return sandbox.sandboxId;
    }, storage);
    const refused = await page.evaluate(async () => {
      const { sandbox, vibengine } = window as unknown as Held;
      const error = await sandbox.pause().catch((reason) => reason);
      const { stdout } = await sandbox.commands.run("wc -c < large");
      return {
        isTyped: error instanceof vibengine.NotEnoughSpaceError,
        message: error.message as string,
        isRunning: await sandbox.isRunning(),
        snapshot: await sandbox.createSnapshot().catch((reason) => reason instanceof vibengine.NotEnoughSpaceError),
        stdout,
      };
    });
    expect(refused).toMatchObject({ isTyped: true, isRunning: true, snapshot: true, stdout: "12000000\n" });
    expect(refused.message).toContain("storage is full");

    // What was paused before is there as it was, for whoever finds the sandbox without its page.
    await page.reload();
    await page.waitForFunction(() => "vibengine" in window);
    const old = await page.evaluate(async (sandboxId) => {
      const sandbox = await window.vibengine.Sandbox.resume(sandboxId, { timeoutMs: 300_000 });
      Object.assign(window, { sandbox });
      const { stdout } = await sandbox.commands.run("wc -c < work");
      const { problems } = await sandbox.fsck();
      await sandbox.commands.run("for i in $(seq 200); do cat work; done > large");
      return {
        stdout,
        problems,
        isRefused: await sandbox.pause().then(
          () => false,
          () => true,
        ),
      };
    }, id);
    expect(old).toEqual({ stdout: "60000\n", problems: [], isRefused: true });

    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    const after = await page.evaluate(async (sandboxId) => {
      const { sandbox, vibengine } = window as unknown as Held;
      await sandbox.pause();
      const again = await vibengine.Sandbox.resume(sandboxId);
      const info = await again.files.getInfo("large");
      const { problems } = await again.fsck();
      await again.kill();
      return { size: info.size, problems, left: (await vibengine.Sandbox.storage()).sandboxes };
    }, id);
    expect(after).toEqual({ size: 12_000_000, problems: [], left: [] });
  });
}
