// Pause and resume of a tree of 5,000 files, 50 MB, in both storages, beside the same bytes written to and read from the browser's
// storage with nothing around it; and the tree as an archive.

import { Sandbox } from "vibengine";
import { median, type Row, timed } from "./measure.ts";
import { rawFiles } from "./raw-files.ts";
import { rawStore } from "./raw-indexeddb.ts";

const TREE_RUNS = 5;
const FILES = 5000;
const FILE_BYTES = 10_000;
const BYTES = FILES * FILE_BYTES;

export async function saving(): Promise<Row[]> {
  const [put, get]: number[][] = [[], []];
  for (let run = 0; run < TREE_RUNS; run++) {
    const store = await rawStore(BYTES);
    put!.push(await timed(() => store.put()));
    get!.push(await timed(() => store.get()));
    await store.remove();
  }
  const files = [];
  for (let run = 0; run < TREE_RUNS; run++) files.push(await rawFiles(BYTES));
  const write = median(files.map((one) => one.write));
  const copy = median(files.map((one) => one.copy));
  return [
    { what: "raw IndexedDB puts of 50 MB", value: median(put!), unit: "ms" },
    { what: "raw IndexedDB gets of 50 MB", value: median(get!), unit: "ms" },
    ...(await cycle("indexeddb", 1.3 * median(put!), 1.3 * median(get!))),
    { what: "50 MB written to a file and flushed", value: write, unit: "ms" },
    { what: "50 MB copied to fresh memory", value: copy, unit: "ms" },
    ...(await cycle("opfs", 1.5 * write, 2 * copy)),
  ];
}

/** `most…`: what a pause and a resume may take (ms). */
async function cycle(storage: "indexeddb" | "opfs", mostPause: number, mostResume: number): Promise<Row[]> {
  const [pause, resume, again]: number[][] = [[], [], []];
  for (let run = 0; run < TREE_RUNS; run++) {
    const sandbox = await Sandbox.create({ timeoutMs: 600_000, storage });
    await sandbox.files.write(tree());
    pause!.push(await timed(() => sandbox.pause()));
    let resumed = sandbox;
    resume!.push(
      await timed(async () => {
        resumed = await Sandbox.resume(sandbox.sandboxId, { timeoutMs: 600_000 });
      }),
    );
    await resumed.files.write(tree().slice(0, FILES / 100));
    again!.push(await timed(() => resumed.pause()));
    await Sandbox.kill(sandbox.sandboxId);
  }
  return [
    { what: `${storage}: pause of 5,000 files, 50 MB`, value: median(pause!), unit: "ms", limit: mostPause },
    { what: `${storage}: resume of that tree`, value: median(resume!), unit: "ms", limit: mostResume },
    { what: `${storage}: pause after 1% of it changed`, value: median(again!), unit: "ms", limit: 25 },
  ];
}

export async function archives(): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await sandbox.files.write(tree());
  let archive = new Blob();
  const raw = new Blob(tree().map(({ data }) => data as Uint8Array<ArrayBuffer>));
  const gzip = await timed(() => new Response(raw.stream().pipeThrough(new CompressionStream("gzip"))).blob());
  const out = await timed(async () => {
    archive = await sandbox.export();
  });
  const back = await timed(async () => (await Sandbox.import(archive)).kill());
  return [
    { what: "export of 5,000 files, 50 MB", value: out, unit: "ms" },
    { what: "  the browser's gzip of the same bytes", value: gzip, unit: "ms" },
    { what: "import of that, and kill", value: back, unit: "ms" },
  ];
}

export function tree(): { path: string; data: Uint8Array }[] {
  return Array.from({ length: FILES }, (_, i) => ({ path: `tree/${i % 100}/${i}`, data: noise(FILE_BYTES) }));
}

/** Bytes that don't compress. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
