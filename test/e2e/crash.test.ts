// The browser is killed at random moments, again and again on one profile, while a sandbox is written to, saves itself and is
// paused. What comes back is one state of the disk, whole, and not older than what was last acknowledged.

import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, processesOn, servedPage } from "./harness.ts";

const served = servedPage();
/** A hundred is for `VIBENGINE_CRASHES=100 pnpm test`; the suite makes do with these. */
const CRASHES = Number(process.env.VIBENGINE_CRASHES ?? 8);
const FILES = 24;
/** From the start of the work to the kill (ms). */
const SHORTEST = 200;
const LONGEST = 2500;

for (const storage of ["indexeddb", "opfs"] as const) {
  test(`${CRASHES} kills of the browser: ${storage}`, { timeout: 60_000 + CRASHES * 15_000 }, async () => {
    const profile = newProfile();
    let id: string | null = null;
    let acknowledged = 0;
    let recovered = 0;
    for (let crash = 0; crash <= CRASHES; crash++) {
      const browser = await openBrowser(profile);
      const page = await openPage(browser, served.url);
      if (id !== null) {
        const found = await page.evaluate(lookAndCheck, id);
        expect(found, `after kill ${crash}`).toMatchObject({ problems: [], isOneState: true });
        expect(found.newest, `after kill ${crash}`).toBeGreaterThanOrEqual(acknowledged);
        if (found.newest > 0) recovered++;
      }
      if (crash === CRASHES) {
        expect(await page.evaluate(killAll)).toEqual({ records: 0, files: 0 });
        await browser.close();
        break;
      }
      page.on("console", (message) => {
        const [word, value] = message.text().split(" ");
        if (word === "acknowledged") acknowledged = Number(value);
      });
      id = await page.evaluate(begin, { id, storage, first: acknowledged + 1, files: FILES });
      await new Promise((resolve) => setTimeout(resolve, SHORTEST + Math.random() * (LONGEST - SHORTEST)));
      for (const pid of processesOn(profile)) process.kill(pid, "SIGKILL");
      await browser.close().catch(() => {});
    }
    expect(recovered).toBeGreaterThan(0);
  });
}

/** In the page: takes the sandbox over, and goes on writing without end; what is safe by now is told on the console. */
async function begin({
  id,
  storage,
  first,
  files,
}: {
  id: string | null;
  storage: "indexeddb" | "opfs";
  first: number;
  files: number;
}) {
  const { Sandbox } = window.vibengine;
  let sandbox =
    id === null
      ? await Sandbox.create({ storage, timeoutMs: 3_600_000, diskSizeBytes: 64 * 1024 * 1024 })
      : ((window as unknown as { sandbox: import("vibengine").Sandbox }).sandbox ?? (await Sandbox.resume(id)));
  const { sandboxId } = sandbox;
  const work = async () => {
    for (let round = first; ; round++) {
      // Each round gives every file the round's number, one after the other, and moves a heap of other bytes about.
      await sandbox.commands.run(
        `i=0; while [ $i -lt ${files} ]; do echo ${round} > f$i; i=$((i+1)); done; ` +
          `head -c $((RANDOM * 40)) /dev/urandom > big$((RANDOM % 4)); rm -rf d; mkdir -p d/e; ln -s x d/e/l; echo ${round} >> log`,
      );
      const written = Date.now();
      if (round % 5 === 0) {
        await sandbox.pause();
        console.log(`acknowledged ${round}`);
        sandbox = await Sandbox.resume(sandboxId, { timeoutMs: 3_600_000 });
      } else if (round % 3 === 0) {
        while (((await sandbox.getInfo()).savedAt?.getTime() ?? 0) <= written)
          await new Promise((resolve) => setTimeout(resolve, 20));
        console.log(`acknowledged ${round}`);
      }
    }
  };
  void work();
  return sandboxId;
}

/** In the page: what came back. */
async function lookAndCheck(id: string) {
  const { Sandbox } = window.vibengine;
  const sandbox = await Sandbox.resume(id, { timeoutMs: 3_600_000 });
  Object.assign(window, { sandbox });
  const { stdout } = await sandbox.commands.run("cat f? f?? 2>/dev/null; tail -1 log 2>/dev/null");
  const numbers = stdout.split("\n").filter(Boolean).map(Number);
  const oldest = numbers.length === 0 ? 0 : Math.min(...numbers);
  const newest = numbers.length === 0 ? 0 : Math.max(...numbers);
  const { problems } = await sandbox.fsck();
  // A round that was cut short has some files of its own, the rest of the round before.
  return { problems, isOneState: newest - oldest <= 1 || oldest === 0, newest: numbers.at(-1) ?? 0 };
}

/** In the page: ends every sandbox; what the storages have then. */
async function killAll() {
  const { Sandbox } = window.vibengine;
  for (const { sandboxId } of await Sandbox.list()) await Sandbox.kill(sandboxId);
  await Sandbox.storage();
  const db = await new Promise<IDBDatabase>((resolve) => {
    const open = indexedDB.open("vibengine");
    open.onsuccess = () => resolve(open.result);
  });
  const records = await new Promise<number>((resolve) => {
    const count = db.transaction("snapshots").objectStore("snapshots").count();
    count.onsuccess = () => resolve(count.result);
  });
  let files = 0;
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("vibengine", { create: true });
  for await (const _ of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) files++;
  return { records, files };
}
