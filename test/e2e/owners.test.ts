// Whose a sandbox is: pages that go without a word, deadlines that pass with nobody there, machines that sleep, two tabs that want
// the same one, and an owner who is one no longer.

import type { Page } from "playwright";
import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, processesOn, servedPage } from "./harness.ts";

const served = servedPage();
const ROUNDS = 20;
const STORAGES = ["indexeddb", "opfs"] as const;
const ENDS = ["kill", "pause"] as const;

type Sandbox = import("vibengine").Sandbox;
/** What the tests keep in the page between two calls. */
type Held = Window & { sandbox: Sandbox };

test("a page that goes without a word: its sandboxes run on for others until their time is up", async () => {
  const browser = await openBrowser(newProfile());
  const other = await openPage(browser, served.url);
  for (const storage of STORAGES) {
    const page = await openPage(browser, served.url);
    const id = await page.evaluate(begin, { storage, timeoutMs: 600_000, onTimeout: ENDS[0] });
    await page.close();
    await untilFree(other, [id]);
    const found = await other.evaluate(async (sandboxId) => {
      const { Sandbox } = window.vibengine;
      const [listed] = await Sandbox.list();
      const sandbox = await Sandbox.resume(sandboxId);
      const text = await sandbox.files.read("work");
      const { problems } = await sandbox.fsck();
      await sandbox.kill();
      return { listed, text, problems };
    }, id);
    expect(found).toMatchObject({ listed: { sandboxId: id, state: "running" }, text: "precious", problems: [] });
  }
  expect(await other.evaluate(() => window.behind.everything())).toEqual([]);
});

test("whoever looks after the deadline finds them gone, or paused as they were last saved", async () => {
  const browser = await openBrowser(newProfile());
  const other = await openPage(browser, served.url);
  for (const way of ["list", "create", "storage", "resume"] as const) {
    const page = await openPage(browser, served.url);
    const orphans: Orphan[] = [];
    for (const storage of STORAGES)
      for (const onTimeout of ENDS) {
        const options = { storage, onTimeout, timeoutMs: 600_000 };
        orphans.push({ ...options, id: await page.evaluate(begin, options) });
      }
    await page.close();
    await untilFree(
      other,
      orphans.map(({ id }) => id),
    );
    for (const { id } of orphans)
      await other.evaluate((sandboxId) => window.behind.change(sandboxId, { endAt: Date.now() - 1 }), id);
    await other.evaluate(lookIn, { way, orphans });
    const ids = way === "create" ? orphans.filter(({ onTimeout }) => onTimeout === "kill").map(({ id }) => id) : [];
    await expect.poll(() => other.evaluate(remaining, ids), { timeout: 10_000 }).toEqual([]);
    expect(await other.evaluate(resumeAndKill, orphans), way).toEqual(orphans.map(fateOf));
    expect(await other.evaluate(() => window.behind.everything()), way).toEqual([]);
  }
});

test("a deadline that passes while no tab is open holds when one is opened", async () => {
  const profile = newProfile();
  const first = await openBrowser(profile);
  const page = await openPage(first, served.url);
  const orphans: Orphan[] = [];
  for (const onTimeout of ENDS) {
    const options = { storage: STORAGES[1], onTimeout, timeoutMs: 4000 };
    orphans.push({ ...options, id: await page.evaluate(begin, options) });
  }
  await first.close();
  const second = await openPage(await openBrowser(profile), served.url);
  await expect
    .poll(() => second.evaluate(async () => (await window.vibengine.Sandbox.list()).map(({ state }) => state)), {
      timeout: 10_000,
    })
    .toEqual(["paused"]);
  expect(await second.evaluate(resumeAndKill, orphans)).toEqual(orphans.map(fateOf));
  expect(await second.evaluate(() => window.behind.everything())).toEqual([]);
});

test("a deadline that passes while the machine sleeps holds when it wakes", async () => {
  const profile = newProfile();
  const page = await openPage(await openBrowser(profile), served.url);
  const id = await page.evaluate(begin, { storage: STORAGES[0], timeoutMs: 3000, onTimeout: ENDS[0] });
  await page.evaluate(() => {
    const { sandbox } = window as unknown as Held;
    const told = sandbox.commands.run("sleep 600").catch((error) => `${error.name}: ${error.message}`);
    const timeout = new Promise<string>((resolve) => sandbox.on("timeout", () => resolve("timeout")));
    Object.assign(window, { told: Promise.all([told, timeout]) });
  });
  const pids = processesOn(profile);
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 3500));
  for (const pid of pids) process.kill(pid, "SIGCONT");
  const [error, event] = await page.evaluate(() => (window as unknown as { told: Promise<string[]> }).told);
  expect(error).toMatch(/reached its timeout/);
  expect(event).toBe("timeout");
  expect(await page.evaluate((sandboxId) => window.vibengine.Sandbox.kill(sandboxId), id)).toBe(false);
  expect(await page.evaluate(() => window.behind.everything())).toEqual([]);
});

test(`of two tabs that resume one sandbox at once, one has it: ${ROUNDS} times`, async () => {
  const browser = await openBrowser(newProfile());
  const tabs = [await openPage(browser, served.url), await openPage(browser, served.url)] as const;
  const ids = [];
  for (const storage of STORAGES) {
    ids.push(await tabs[0].evaluate(begin, { storage, timeoutMs: 600_000, onTimeout: ENDS[0] }));
    await tabs[0].evaluate(() => (window as unknown as Held).sandbox.pause());
  }
  for (let round = 0; round < ROUNDS; round++) {
    const id = ids[round % 2]!;
    const results = await Promise.all(tabs.map((tab) => tab.evaluate(tryToResume, { id, round })));
    const lost = results.filter((result) => result !== "won");
    expect(lost, `round ${round}`).toHaveLength(1);
    expect(lost[0]).toMatch(/^SandboxError: .*running in another page or tab/);
    await tabs[results.indexOf("won")]!.evaluate(() => (window as unknown as Held).sandbox.pause());
  }
  for (const [i, id] of ids.entries()) {
    const log = await tabs[1].evaluate(async (sandboxId) => {
      const sandbox = await window.vibengine.Sandbox.resume(sandboxId);
      const text = await sandbox.files.read("log");
      await sandbox.kill();
      return text;
    }, id);
    const mine = Array.from({ length: ROUNDS }, (_, round) => round).filter((round) => round % 2 === i);
    expect(log).toBe(mine.map((round) => `${round}\n`).join(""));
  }
});

test("an owner that has been replaced changes nothing any more, and ends", async () => {
  const browser = await openBrowser(newProfile());
  const [old, other] = [await openPage(browser, served.url), await openPage(browser, served.url)];
  for (const storage of STORAGES)
    for (const way of ["pause", "autosave", "stolen lock"] as const) {
      const id = await old.evaluate(begin, { storage, timeoutMs: 600_000, onTimeout: ENDS[0] });
      const before = await other.evaluate(way === "stolen lock" ? steal : raise, id);
      const told = await old.evaluate(useInVain, way);
      const which = `${storage}, ${way}`;
      for (const text of told) expect(text, which).toMatch(/^SandboxNotFoundError|^SandboxError/);
      expect(told.at(-1), which).toMatch(/taken over by another page/);
      await other.evaluate(() => window.vibengine.Sandbox.storage()); // sweeps
      if (before === null) {
        expect(await other.evaluate(() => (window as unknown as Held).sandbox.files.read("work")), which).toBe("new");
        expect(await other.evaluate(() => (window as unknown as Held).sandbox.fsck()), which).toMatchObject({
          problems: [],
        });
        await other.evaluate(() => (window as unknown as Held).sandbox.pause());
      } else {
        expect(await other.evaluate(() => window.behind.everything()), which).toEqual(before);
      }
      const text = await other.evaluate(async (sandboxId) => {
        const sandbox = await window.vibengine.Sandbox.resume(sandboxId);
        const work = await sandbox.files.read("work");
        await sandbox.kill();
        return work;
      }, id);
      expect(text, which).toBe(before === null ? "new" : "precious");
      expect(await other.evaluate(() => window.behind.everything()), which).toEqual([]);
    }
});

test("a kill while a pause saves leaves nothing, and a pause in time is kept however long it takes", async () => {
  const page = await openPage(await openBrowser(newProfile()), served.url);
  const kept = await page.evaluate(async () => {
    const { Sandbox } = window.vibengine;
    const told: string[] = [];
    for (let i = 0; i < 6; i++) {
      const sandbox = await Sandbox.create({ storage: i % 2 === 0 ? "opfs" : "indexeddb" });
      await sandbox.commands.run("head -c 5000000 /dev/urandom > big");
      const pausing = sandbox.pause().catch((error) => told.push(error.message));
      await new Promise((resolve) => setTimeout(resolve, i * 3));
      await sandbox.kill();
      await pausing;
      if ((await Sandbox.list({ state: "paused" })).length > 0) await Sandbox.kill(sandbox.sandboxId); // it was faster
    }
    const late = await Sandbox.create({ timeoutMs: 86_400_000 });
    await late.commands.run("head -c 30000000 /dev/urandom > big");
    await late.keepAlive(150);
    await late.pause();
    const state = (await Sandbox.list())[0]?.state;
    await Sandbox.kill(late.sandboxId);
    return { state, told, left: await window.behind.everything(), locks: await window.behind.noLocks() };
  });
  for (const text of kept.told) expect(text).toMatch(/was killed/);
  expect(kept).toMatchObject({ state: "paused", left: [], locks: [] });
});

interface Orphan {
  id: string;
  storage: "indexeddb" | "opfs";
  onTimeout: "kill" | "pause";
  timeoutMs: number;
}

function fateOf({ onTimeout }: Orphan): string {
  return onTimeout === "kill" ? "SandboxNotFoundError" : "precious";
}

/** Until the page that had them is gone for good. */
async function untilFree(page: Page, ids: string[]): Promise<void> {
  await expect
    .poll(
      async () =>
        (await page.evaluate(() => window.behind.locks())).filter((name) => ids.some((id) => name.includes(id))),
      {
        timeout: 10_000,
      },
    )
    .toEqual([]);
}

/** In the page, as all that follow: a sandbox whose work is saved. */
async function begin({
  onTimeout,
  ...options
}: {
  storage: "indexeddb" | "opfs";
  timeoutMs: number;
  onTimeout: "kill" | "pause";
}) {
  const sandbox = await window.vibengine.Sandbox.create({ ...options, lifecycle: { onTimeout } });
  await sandbox.files.write("work", "precious");
  await window.behind.saved(sandbox);
  Object.assign(window, { sandbox });
  return sandbox.sandboxId;
}

async function lookIn({ way, orphans }: { way: "list" | "create" | "storage" | "resume"; orphans: Orphan[] }) {
  const { Sandbox } = window.vibengine;
  if (way === "list") await Sandbox.list();
  if (way === "storage") await Sandbox.storage();
  if (way === "create") await (await Sandbox.create()).kill();
  if (way === "resume")
    for (const { id, onTimeout } of orphans) if (onTimeout === "kill") await Sandbox.resume(id).catch(() => {});
}

/** Those of these sandboxes that have a manifest. */
async function remaining(ids: string[]) {
  const found: string[] = [];
  for (const id of ids) if (await window.behind.manifest(id)) found.push(id);
  return found;
}

/** What resuming them gives: their work, or the error's name. */
function resumeAndKill(orphans: Orphan[]) {
  const { Sandbox } = window.vibengine;
  return Promise.all(
    orphans.map(async ({ id }) => {
      try {
        const sandbox = await Sandbox.resume(id);
        const text = await sandbox.files.read("work");
        await sandbox.kill();
        return text;
      } catch (error) {
        return (error as Error).name;
      }
    }),
  );
}

async function tryToResume({ id, round }: { id: string; round: number }) {
  try {
    const sandbox = await window.vibengine.Sandbox.resume(id);
    Object.assign(window, { sandbox });
    await sandbox.commands.run(`echo ${round} >> log`);
    return "won";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** As if another owner had saved it: what is in the storages then. */
async function raise(id: string) {
  const manifest = await window.behind.manifest(id);
  await window.behind.change(id, { generation: manifest!.generation + 1 });
  return window.behind.everything();
}

/** Takes it over by force. */
async function steal(id: string) {
  await navigator.locks.request(`vibengine:${id}`, { steal: true }, () => {});
  const sandbox = await window.vibengine.Sandbox.resume(id);
  await sandbox.files.write("work", "new");
  Object.assign(window, { sandbox });
  return null;
}

/** What the old owner is told. */
async function useInVain(way: "pause" | "autosave" | "stolen lock") {
  const { sandbox } = window as unknown as Held;
  const told: string[] = [];
  const tell = (error: Error) => void told.push(`${error.name}: ${error.message}`);
  if (way !== "stolen lock") await sandbox.files.write("work", "of no use");
  if (way === "pause") await sandbox.pause().catch(tell);
  while (await sandbox.isRunning()) await new Promise((resolve) => setTimeout(resolve, 20));
  await sandbox.commands.run("true").catch(tell);
  return told;
}
