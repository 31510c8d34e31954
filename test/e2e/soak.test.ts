// Many small lives in a row: work, autosave, pause, resume, snapshot, fork, delete, reload, kill, in both storages. At every moment the
// storage has what the live sandboxes and snapshots need, little more, and nothing that nobody names; at the end, nothing.

import type { Page } from "playwright";
import { expect, test } from "vitest";
import { newProfile, openBrowser, openPage, reload, servedPage } from "./harness.ts";

const served = servedPage();
/** Five hundred are for `VIBENGINE_CYCLES=500 pnpm test e2e`; the suite makes do with these. */
const CYCLES = Number(process.env.VIBENGINE_CYCLES ?? 25);
const MOST_SANDBOXES = 4;
const MOST_SNAPSHOTS = 4;
const LOOK_EVERY = 5;
/** What a disk takes besides its files: the base system's tree, tables, and what may be dead of a small one. */
const CONSTANT_BYTES = 1.5 * 700_000 + 64 * 4096;

type Sandbox = import("vibengine").Sandbox;
/** What the page keeps between two calls. */
type Held = Window & { held: Map<string, Sandbox> };

/** What a sandbox or a snapshot should have in its file `log`. */
interface Known {
  id: string;
  log: string;
}

test(`${CYCLES} cycles leave nothing behind`, { timeout: 60_000 + CYCLES * 5000 }, async () => {
  const page = await openPage(await openBrowser(newProfile()), served.url);
  await page.evaluate(keepSandboxes);
  let sandboxes: Known[] = [];
  let snapshots: Known[] = [];
  const counts: Record<string, number> = {};
  const add = async (from?: Known) => {
    const storage = (["indexeddb", "opfs"] as const)[Math.floor(Math.random() * 2)]!;
    const id = await page.evaluate(create, { storage, from: from?.id ?? null });
    sandboxes.push({ id, log: from?.log ?? "" });
  };
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    if (sandboxes.length === 0) await add();
    const one = pick(sandboxes)!;
    const old = pick(snapshots);
    await page.evaluate(work, { id: one.id, cycle });
    one.log += `${cycle}\n`;
    const isFull = sandboxes.length >= MOST_SANDBOXES;
    const deeds: Record<string, () => Promise<void>> = {
      autosave: () => page.evaluate(waitUntilSaved, one.id),
      pause: () => page.evaluate(pauseAndResume, one.id),
      ...(!isFull && { create: () => add() }),
      ...(!isFull && old && { restore: () => add(old) }),
      ...(!isFull && {
        fork: async () => void sandboxes.push({ id: await page.evaluate(fork, one.id), log: one.log }),
      }),
      ...(snapshots.length < MOST_SNAPSHOTS && {
        snapshot: async () => void snapshots.push({ id: await page.evaluate(snapshot, one.id), log: one.log }),
      }),
      ...(old && {
        forget: async () => {
          await page.evaluate((id) => window.vibengine.Sandbox.deleteSnapshot(id), old.id);
          snapshots = snapshots.filter((each) => each !== old);
        },
      }),
      kill: async () => {
        await page.evaluate((id) => (window as unknown as Held).held.get(id)!.kill(), one.id);
        sandboxes = sandboxes.filter((each) => each !== one);
      },
      reload: async () => {
        await page.evaluate(waitUntilSaved, one.id);
        for (const { id } of sandboxes) if (id !== one.id) await page.evaluate(waitUntilSaved, id);
        await reload(page);
        await page.evaluate(keepSandboxes);
        for (const { id } of sandboxes) await page.evaluate(resume, id);
      },
    };
    const name = pick(Object.keys(deeds))!;
    counts[name] = (counts[name] ?? 0) + 1;
    await deeds[name]!();
    for (const { id, log } of sandboxes)
      expect(await page.evaluate(readLog, id), `cycle ${cycle}: ${name}, of ${one.id}`).toBe(log);
    if (cycle % LOOK_EVERY === 0) await checkStorage(page, sandboxes, snapshots);
  }
  console.log(JSON.stringify(counts));
  for (const { id } of sandboxes) await page.evaluate((one) => window.vibengine.Sandbox.kill(one), id);
  for (const { id } of snapshots) await page.evaluate((one) => window.vibengine.Sandbox.deleteSnapshot(one), id);
  expect(await page.evaluate(whatIsLeft)).toEqual({ everything: [], cached: 0, locks: [] });
});

function pick<T>(from: readonly T[]): T | undefined {
  return from[Math.floor(Math.random() * from.length)];
}

async function checkStorage(page: Page, sandboxes: Known[], snapshots: Known[]): Promise<void> {
  await Promise.all(sandboxes.map(({ id }) => page.evaluate(waitUntilSaved, id)));
  let found = await page.evaluate(measure);
  // A save between two looks shows as a difference that the next look does not have.
  for (let i = 0; i < 5 && found.unnamed.length + found.missing.length > 0; i++) found = await page.evaluate(measure);
  expect(found.locks.filter((name) => name.startsWith("vibengine:sb_"))).toEqual(
    sandboxes.map(({ id }) => `vibengine:${id}`).sort(),
  );
  expect(found.unnamed).toEqual([]);
  expect(found.missing).toEqual([]);
  expect(found.images.map(({ id }) => id).sort()).toEqual([...sandboxes, ...snapshots].map(({ id }) => id).sort());
  for (const { id, used, bytes } of found.images)
    if (used !== null) expect(bytes, id).toBeLessThanOrEqual(1.5 * used + CONSTANT_BYTES);
  const sum = found.images.reduce((total, { bytes }) => total + bytes, 0);
  expect(found.stored).toBeLessThanOrEqual(sum);
}

/** In the page, as all that follow. */
function keepSandboxes() {
  Object.assign(window, { held: new Map() });
}

async function create({ storage, from }: { storage: "indexeddb" | "opfs"; from: string | null }) {
  const { Sandbox } = window.vibengine;
  const timeoutMs = 3_600_000;
  const sandbox =
    from === null
      ? await Sandbox.create({ storage, timeoutMs, diskSizeBytes: 16 * 1024 * 1024 })
      : await Sandbox.create(from, { timeoutMs });
  (window as unknown as Held).held.set(sandbox.sandboxId, sandbox);
  return sandbox.sandboxId;
}

async function work({ id, cycle }: { id: string; cycle: number }) {
  const steps = [
    "head -c $((RANDOM * 10)) /dev/urandom > f$((RANDOM % 5))",
    "rm -rf d; mkdir -p d/e; for i in 1 2 3 4 5 6 7 8 9; do echo $i > d/e/$i; done",
    "dd if=/dev/urandom of=block bs=4096 count=1 seek=$((RANDOM % 50)) conv=notrunc status=none",
    "rm -f f?; ln -sf x y; mv block other 2>/dev/null",
  ];
  const step = steps[Math.floor(Math.random() * steps.length)];
  await (window as unknown as Held).held.get(id)!.commands.run(`${step}; echo ${cycle} >> log`);
}

function waitUntilSaved(id: string) {
  return window.behind.saved((window as unknown as Held).held.get(id)!);
}

async function pauseAndResume(id: string) {
  const { held } = window as unknown as Held;
  await held.get(id)!.pause();
  held.set(id, await window.vibengine.Sandbox.resume(id, { timeoutMs: 3_600_000 }));
}

async function resume(id: string) {
  const sandbox = await window.vibengine.Sandbox.resume(id, { timeoutMs: 3_600_000 });
  (window as unknown as Held).held.set(id, sandbox);
}

async function fork(id: string) {
  const { held } = window as unknown as Held;
  const [sandbox] = await held.get(id)!.fork({ timeoutMs: 3_600_000 });
  held.set(sandbox!.sandboxId, sandbox!);
  return sandbox!.sandboxId;
}

async function snapshot(id: string) {
  return (await (window as unknown as Held).held.get(id)!.createSnapshot()).snapshotId;
}

async function readLog(id: string) {
  const { files } = (window as unknown as Held).held.get(id)!;
  return (await files.exists("log")) ? files.read("log") : "";
}

/** What the storages have beside what the manifests name. */
async function measure() {
  const { Sandbox } = window.vibengine;
  const { held } = window as unknown as Held;
  const { sandboxes } = await Sandbox.storage();
  const used = new Map<string, number>();
  for (const [id, sandbox] of held)
    if (await sandbox.isRunning()) used.set(id, Number((await sandbox.commands.run("du -s -B1 . | cut -f1")).stdout));
  const snapshots = (await Sandbox.listSnapshots()).map(({ snapshotId, sizeBytes }) => ({
    id: snapshotId,
    bytes: sizeBytes,
  }));
  const images = [...sandboxes.map(({ sandboxId, bytes }) => ({ id: sandboxId, bytes })), ...snapshots];
  const named = new Set(await window.behind.segments());
  const everything = await window.behind.everything();
  const packs = everything.filter(([name]) => !/^(manifest|snapshot):/.test(name));
  const segmentOf = (name: string) => name.replace(/^pack:(.*):\d+$/, "$1");
  const present = new Set(packs.map(([name]) => segmentOf(name)));
  return {
    images: images.map((image) => ({ ...image, used: used.get(image.id) ?? null })),
    stored: packs.reduce((sum, [, bytes]) => sum + bytes, 0),
    unnamed: [...present].filter((name) => !named.has(name)),
    missing: [...named].filter((name) => !present.has(name)),
    locks: await window.behind.locks(),
  };
}

async function whatIsLeft() {
  await window.vibengine.Sandbox.storage();
  return {
    everything: await window.behind.everything(),
    cached: (await caches.keys()).length,
    locks: await window.behind.noLocks(),
  };
}
