// A paused sandbox outlives its page and its browser.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/chromium.mjs";
import { site } from "../support/site.mjs";

const userDataDir = mkdtempSync(join(tmpdir(), "vibengine-profile-"));
let server: Awaited<ReturnType<typeof site>>;

beforeAll(async () => {
  server = await site("test/e2e/page");
});

afterAll(async () => {
  await server.close();
  rmSync(userDataDir, { recursive: true, force: true });
});

/** Opens the page in a browser of its own, on the same profile each time. */
async function session<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const browser = await launchChromium({ userDataDir });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    return await work(page);
  } finally {
    await browser.close();
  }
}

test("what one browser paused, the next one resumes", async () => {
  const id = await session((page) =>
    page.evaluate(async () => {
      const sandbox = await vibengine.Sandbox.create({ metadata: { userId: "ada" }, envs: { STAGE: "one" } });
      await sandbox.commands.run(
        "mkdir -p app/empty; echo 'port: 80' > app/config.yaml; chmod 640 app/config.yaml; ln -s app/config.yaml c",
      );
      await sandbox.pause();
      return sandbox.sandboxId;
    }),
  );
  const found = await session((page) =>
    page.evaluate(async (id) => {
      const sandbox = await vibengine.Sandbox.resume(id, { timeoutMs: 30_000 });
      const { stdout } = await sandbox.commands.run(
        "echo $STAGE; cat c; stat -c '%a %F' app/config.yaml app/empty; readlink c",
      );
      const { metadata } = await sandbox.getInfo();
      await sandbox.kill();
      return { id: sandbox.sandboxId, metadata, stdout };
    }, id),
  );
  expect(found).toEqual({
    id,
    metadata: { userId: "ada" },
    stdout: "one\nport: 80\n640 regular file\n755 directory\napp/config.yaml\n",
  });
});

test("a killed one is gone for the next browser", async () => {
  const id = await session((page) =>
    page.evaluate(async () => {
      const sandbox = await vibengine.Sandbox.create();
      await sandbox.pause();
      await vibengine.Sandbox.kill(sandbox.sandboxId);
      return sandbox.sandboxId;
    }),
  );
  const outcome = await session((page) =>
    page.evaluate(
      (id) => vibengine.Sandbox.resume(id).then(String, (error) => error instanceof vibengine.SandboxNotFoundError),
      id,
    ),
  );
  expect(outcome).toBe(true);
});
