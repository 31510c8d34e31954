// A browser whose storage is full: the pause fails with a typed error, and nothing is lost.

import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, servedPage } from "./harness.ts";

const served = servedPage();

test("a pause over quota is refused, the sandbox runs on, and a later pause works", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const devtools = await browser.newCDPSession(page);
  const { origin } = new URL(served.url);
  const id = await page.evaluate(async () => {
    const sandbox = await window.vibengine.Sandbox.create({ timeoutMs: 300_000 });
    Object.assign(window, { sandbox });
    await sandbox.files.write("work", crypto.getRandomValues(new Uint8Array(60_000)));
    await sandbox.commands.run("for i in $(seq 200); do cat work; done > large");
    return sandbox.sandboxId;
  });
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 2_000_000 });
  const refused = await page.evaluate(async () => {
    const { sandbox, vibengine } = window as unknown as { sandbox: import("vibengine").Sandbox } & Window;
    const error = await sandbox.pause().catch((reason) => reason);
    const { stdout } = await sandbox.commands.run("wc -c < large");
    const info = await sandbox.files.getInfo("work");
    return {
      isTyped: error instanceof vibengine.NotEnoughSpaceError,
      message: error.message as string,
      isRunning: await sandbox.isRunning(),
      stdout,
      size: info.size,
    };
  });
  expect(refused).toMatchObject({ isTyped: true, isRunning: true, stdout: "12000000\n", size: 60_000 });
  expect(refused.message).toContain("storage is full");
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  const size = await page.evaluate(async (sandboxId) => {
    const { sandbox, vibengine } = window as unknown as { sandbox: import("vibengine").Sandbox } & Window;
    await sandbox.pause();
    const again = await vibengine.Sandbox.resume(sandboxId);
    const info = await again.files.getInfo("large");
    await again.kill();
    return info.size;
  }, id);
  expect(size).toBe(12_000_000);
});
