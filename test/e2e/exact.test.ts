// What comes back is what was there, in every respect that can be told: random trees, changed and saved again and again, by a
// pause or by autosave alone, over real reloads of the page, in both storages. And what autosave keeps while programs go on
// writing is the state of one moment.

import type { Page } from "playwright";
import { expect, onTestFinished, test } from "vitest";
import { newProfile, openBrowser, openPage, reload, servedPage } from "./harness.ts";
import { ATTRIBUTES, CONTENTS, Tree } from "./trees.ts";

const served = servedPage();
/** Trees are random: `VIBENGINE_TREES=40 pnpm test e2e` looks at more of them, `VIBENGINE_SEED` at one certain. */
const TREES = Number(process.env.VIBENGINE_TREES ?? 2);
const SEED = Number(process.env.VIBENGINE_SEED ?? Math.floor(Math.random() * 1e6));
const CYCLES = 3;
const AT_ONCE = 4;

type Sandbox = import("vibengine").Sandbox;
/** What the tests keep in the page between two calls. */
type Held = Window & { held: Sandbox[] };

for (let first = 0; first < TREES; first += AT_ONCE) {
  const seeds = Array.from({ length: Math.min(AT_ONCE, TREES - first) }, (_, i) => SEED + first + i);
  test(`trees of the seeds ${seeds.join(", ")} come back exactly`, { timeout: 300_000 }, async () => {
    const trees = seeds.map((seed) => new Tree(seed));
    const page = await freshPage();
    const ids = await page.evaluate(create, seeds.length);
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const scripts = trees.map((tree) => tree.steps(cycle === 0 ? 70 : 30));
      const isPause = cycle % 2 === 0;
      const before = await page.evaluate(changeAndSave, { scripts, looks: [CONTENTS, ATTRIBUTES], isPause });
      await reload(page);
      const after = await page.evaluate(resumeAndLook, { ids, looks: [ATTRIBUTES, CONTENTS] });
      for (const [i, seed] of seeds.entries()) {
        const told = `VIBENGINE_SEED=${seed}, cycle ${cycle}, ${isPause ? "paused" : "saved by itself"}`;
        const [was, is] = [linesOf(before[i]!.reverse()), linesOf(after[i]!.seen)];
        expect(was.filter((line) => line.startsWith("./")).length, told).toBeGreaterThan(2);
        expect({ lost: without(was, is), new: without(is, was) }, told).toEqual({ lost: [], new: [] });
        expect(after[i], told).toMatchObject({ problems: [], repairs: [] });
      }
    }
    await page.evaluate(killAll);
  });
}

test.each(["indexeddb", "opfs"] as const)("%s: autosave keeps one moment of what is being written", async (storage) => {
  const page = await freshPage();
  const id = await page.evaluate(async (kind) => {
    const options = { storage: kind, timeoutMs: 3_600_000, diskSizeBytes: 64 * 1024 * 1024 };
    const sandbox = await window.vibengine.Sandbox.create(options);
    Object.assign(window, { held: [sandbox] });
    return sandbox.sandboxId;
  }, storage);
  let least = 0;
  for (let round = 0; round < 2; round++) {
    const wait = 300 + Math.random() * 1500;
    const written = await page.evaluate(appendForAWhile, wait);
    await reload(page);
    const found = await page.evaluate(afterAppending, id);
    expect(found.isCounted).toBe(true);
    expect(found.problems).toEqual([]);
    expect([found.b, found.b + 1]).toContain(found.a);
    expect([found.c, found.c + 1]).toContain(found.b);
    expect(found.c).toBeGreaterThanOrEqual(Math.max(least, written));
    least = found.c;
  }
  expect(least).toBeGreaterThan(0);
  await page.evaluate(killAll);
});

/** A page that goes without a word: what it does as it is left is not done. */
async function freshPage(): Promise<Page> {
  const browser = await openBrowser(newProfile());
  onTestFinished(() => browser.close());
  await browser.addInitScript(() => {
    for (const event of ["pagehide", "visibilitychange"])
      addEventListener(event, (one) => one.stopImmediatePropagation(), true);
  });
  return openPage(browser, served.url);
}

function linesOf(base64: string[]): string[] {
  return base64.flatMap((each) => Buffer.from(each, "base64").toString("latin1").split("\n"));
}

function without(lines: string[], others: string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

/** In the page, as all that follow. */
async function create(count: number) {
  const { Sandbox } = window.vibengine;
  const held: Sandbox[] = [];
  for (let i = 0; i < count; i++) {
    const storage = i % 2 === 0 ? "opfs" : "indexeddb";
    held.push(await Sandbox.create({ storage, timeoutMs: 3_600_000, diskSizeBytes: 64 * 1024 * 1024 }));
  }
  Object.assign(window, { held });
  return held.map(({ sandboxId }) => sandboxId);
}

async function changeAndSave({ scripts, looks, isPause }: { scripts: string[]; looks: string[]; isPause: boolean }) {
  const { held } = window as unknown as Held;
  const seen: string[][] = [];
  for (const [i, sandbox] of held.entries()) {
    const { exitCode } = await sandbox.commands.run(scripts[i]!);
    if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}`);
    seen.push([]);
    for (const look of looks) seen.at(-1)!.push((await sandbox.commands.run(look)).stdout);
    const now = Date.now();
    if (isPause) await sandbox.pause();
    else
      while (((await sandbox.getInfo()).savedAt?.getTime() ?? 0) <= now) {
        await sandbox.commands.run("echo x > /tmp/x");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
  }
  return seen;
}

async function resumeAndLook({ ids, looks }: { ids: string[]; looks: string[] }) {
  const { Sandbox } = window.vibengine;
  const held: Sandbox[] = [];
  Object.assign(window, { held });
  const found: { seen: string[]; problems: string[]; repairs: string[] }[] = [];
  for (const id of ids) {
    const sandbox = await Sandbox.resume(id, { timeoutMs: 3_600_000 });
    held.push(sandbox);
    const { problems } = await sandbox.fsck();
    const { repairs = [] } = await sandbox.getInfo();
    const seen: string[] = [];
    for (const look of looks) seen.push((await sandbox.commands.run(look)).stdout);
    found.push({ seen, problems, repairs });
  }
  return found;
}

/** Starts a program that appends each number to `a`, then to `b`, then renames `c` over the old; what was surely saved of it. */
async function appendForAWhile(wait: number) {
  const sandbox = (window as unknown as Held).held[0]!;
  const script =
    "n=$(cat c 2>/dev/null || echo 0); for f in a b; do i=0; : > $f; while [ $i -lt $n ]; do i=$((i+1)); echo $i; done > $f; done; " +
    "while :; do n=$((n+1)); echo $n >> a; echo $n >> b; echo $n > t; mv t c; done";
  await sandbox.commands.run(script, { background: true });
  await new Promise((resolve) => setTimeout(resolve, wait));
  const seen = Number((await sandbox.commands.run("cat c 2>/dev/null || echo 0")).stdout);
  const now = Date.now();
  while (((await sandbox.getInfo()).savedAt?.getTime() ?? 0) <= now)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return seen;
}

async function afterAppending(id: string) {
  const { Sandbox } = window.vibengine;
  const sandbox = await Sandbox.resume(id, { timeoutMs: 3_600_000 });
  Object.assign(window, { held: [sandbox] });
  const { problems } = await sandbox.fsck();
  const [a, b] = (await Promise.all(["a", "b"].map((name) => sandbox.files.read(name)))).map((text) =>
    text.trimEnd().split("\n"),
  );
  const c = Number(await sandbox.files.read("c"));
  const isCounted = [a!, b!].every((lines) => lines.every((line, i) => line === String(i + 1)));
  return { problems, isCounted, a: a!.length, b: b!.length, c };
}

async function killAll() {
  const { Sandbox } = window.vibengine;
  for (const { sandboxId } of await Sandbox.list()) await Sandbox.kill(sandboxId);
}
