// What saving by itself costs a program that keeps writing: the same work with autosave and without. It is without it while the
// database can't be opened, which a connection that won't close sees to for some seconds.

import { Sandbox } from "vibengine";
import { type Given, median, type Row, run, time } from "./measure.ts";

const PAIRS = 7;
/** Each makes 10,000 files of 100 bytes anew; together they take longer than autosave waits between two saves. */
const PASSES = 20;
const WORK = `i=0; while [ $i -lt ${PASSES} ]; do ./creates; i=$((i+1)); done`;

export async function autosave({ programs }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await sandbox.files.write("creates", new Uint8Array(programs.creates));
  await run(sandbox, "chmod +x creates; mkdir made");
  await time(sandbox, WORK);
  const costs: number[] = [];
  let took = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const release = await holdUp();
    const without = await time(sandbox, WORK);
    await release();
    await untilSaved(sandbox);
    took = await time(sandbox, WORK);
    costs.push((took / without - 1) * 100);
  }
  return [
    { what: "autosave slows a program that rewrites files by", value: median(costs), unit: "%", limit: 2 },
    { what: "  that program takes, with autosave", value: took, unit: "ms" },
  ];
}

/** Lets nobody open the database until what it returns is called. */
async function holdUp(): Promise<() => Promise<void>> {
  const stubborn = await new Promise<IDBDatabase>((resolve, reject) => {
    const open = indexedDB.open("vibengine", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("snapshots");
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
  const deleted = new Promise<void>((resolve) => {
    indexedDB.deleteDatabase("vibengine").onsuccess = () => resolve();
  });
  return () => {
    stubborn.close();
    return deleted;
  };
}

async function untilSaved(sandbox: Sandbox): Promise<void> {
  const now = Date.now();
  await run(sandbox, "echo x > saved");
  while (((await sandbox.getInfo()).savedAt?.getTime() ?? 0) <= now)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
