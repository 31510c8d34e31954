// How late a sandbox stops after its deadline, told by the last sign of life of a program in it: so by the kernel's own
// clock, however busy the page is.

import { Sandbox } from "vibengine";

const TIMEOUT_MS = 1500;
const RUNS = 3;

/** The worst of some runs, in ms; `meanwhile` keeps the page occupied for twice the timeout. */
export async function lateness(meanwhile: () => void | Promise<void>): Promise<number> {
  const late: number[] = [];
  for (let run = 0; run < RUNS; run++) late.push(await oneRun(meanwhile));
  return Math.max(...late);
}

/** Blocks the page's thread for 3 s. */
export function spin(): void {
  for (const until = performance.now() + 2 * TIMEOUT_MS; performance.now() < until; );
}

export function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS));
}

async function oneRun(meanwhile: () => void | Promise<void>): Promise<number> {
  const sandbox = await Sandbox.create({ timeoutMs: TIMEOUT_MS, lifecycle: { onTimeout: "pause" } });
  const { endAt } = await sandbox.getInfo();
  const paused = new Promise<void>((resolve) => {
    sandbox.on("paused", resolve);
  });
  const signs = sandbox.commands.run("while :; do date +%s%3N > life; sleep 0.005; done").catch(() => {});
  await sandbox.commands.run("until [ -s life ]; do sleep 0.01; done");
  await meanwhile();
  await Promise.all([paused, signs]);
  await using resumed = await Sandbox.resume(sandbox.sandboxId);
  return Number(await resumed.files.read("life")) - endAt!.getTime();
}
