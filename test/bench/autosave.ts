// What saving by itself costs a program that keeps writing: the same work with autosave and without. It is without it while the
// database can't be opened, which a connection that won't close sees to for some seconds.

import { Sandbox } from "vibengine";
import { type Given, median, type Row, run, time } from "./measure.ts";

/** Each takes some seconds, so that several saves fall into it, and less than the ten for which the database can be held up. */
const WORKS = [
  {
    what: "a program that computes, and writes a line now and then",
    pairs: 21,
    work:
      "i=0; while [ $i -lt 500000 ]; do i=$((i+1)); " +
      "if [ $((i % 1000)) -eq 0 ]; then echo $i of a log >> log; fi; done; rm log",
  },
  {
    what: "a shell that appends to a file",
    pairs: 7,
    work: "i=0; while [ $i -lt 100000 ]; do echo $i >> log; i=$((i+1)); done; rm log",
  },
  /** 10,000 files of 100 bytes, made anew again and again: 40 MB of blocks for every save. */
  {
    what: "a program that rewrites 10,000 files",
    pairs: 7,
    work: "i=0; while [ $i -lt 80 ]; do ./creates; i=$((i+1)); done",
  },
];

export async function autosave({ programs }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await sandbox.files.write("creates", new Uint8Array(programs.creates));
  await run(sandbox, "chmod +x creates; mkdir made");
  const rows: Row[] = [];
  for (const { what, pairs, work } of WORKS) {
    await time(sandbox, work);
    const [costs, takes]: number[][] = [[], []];
    for (let pair = 0; pair < pairs; pair++) {
      const release = await holdUp();
      const without = await time(sandbox, work);
      await release();
      await untilSaved(sandbox);
      const took = await time(sandbox, work);
      takes!.push(took);
      costs!.push((took / without - 1) * 100);
    }
    rows.push({ what: `autosave slows ${what} by`, value: median(costs!), unit: "%", limit: 2 });
    rows.push({ what: "  which takes, with autosave", value: median(takes!), unit: "ms" });
  }
  return rows;
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
