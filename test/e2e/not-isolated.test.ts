// A page without the isolation headers is told which ones it needs.

import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, servedPage } from "./harness.ts";

const served = servedPage({ isolated: false });

test("create says which headers are missing", async () => {
  const page = await openPage(await openBrowser(newProfile()), served.url);
  const error = await page.evaluate(async () => {
    const { Sandbox, SandboxError } = window.vibengine;
    return Sandbox.create().catch((reason) => ({ isOurs: reason instanceof SandboxError, message: reason.message }));
  });
  expect(error).toMatchObject({ isOurs: true });
  expect((error as { message: string }).message).toContain("Cross-Origin-Opener-Policy: same-origin");
  expect((error as { message: string }).message).toContain("Cross-Origin-Embedder-Policy: require-corp");
});
