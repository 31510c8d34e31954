// The figures, measured in the page: each the median of several runs. Where a limit depends on the machine (raw IndexedDB),
// it is measured in the same run.

import { Sandbox } from "vibengine";
import { autosave } from "./autosave.ts";
import { lateness, spin, wait } from "./deadline.ts";
import { disk } from "./disk.ts";
import { killing } from "./killing.ts";
import { type Given, median, medianOf, type Row, RUNS, run, time, timed } from "./measure.ts";
import { peers } from "./peers.ts";
import { reading } from "./reading.ts";
import { archives, saving, tree } from "./saving.ts";
import { shell } from "./shell.ts";
import { roundTrips, sharedSandbox } from "./tabs.ts";

const SPAWNS = 50;
const MB = 1_000_000;

const PARTS: Record<string, (given: Given) => Promise<Row[]>> = {
  starting,
  running,
  reading,
  disk,
  killing,
  shell,
  saving,
  autosave,
  peers: () => peers(tree()),
  archives,
  deadline,
};

export async function bench(given: Given): Promise<Row[]> {
  const unknown = given.parts.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no such part: ${unknown.join(" ")}; there are ${Object.keys(PARTS).join(", ")}`);
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (given.parts.length === 0 || given.parts.includes(name)) rows.push(...(await part(given)));
  }
  return rows;
}

async function starting(): Promise<Row[]> {
  const ready: number[] = [];
  const echo: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const sandbox = await Sandbox.create();
    ready.push(performance.now() - start);
    const { stdout } = await sandbox.commands.run("echo hi");
    if (stdout !== "hi\n") throw new Error(`echo hi printed ${JSON.stringify(stdout)}`);
    echo.push(performance.now() - start);
    await sandbox.kill();
  }
  return [
    { what: "create → ready", value: median(ready), unit: "ms" },
    { what: "create → output of the first echo", value: median(echo), unit: "ms", limit: 150 },
    { what: "the same, the very first on this page", value: echo[0]!, unit: "ms" },
  ];
}

async function running({ programs, pipeBytes }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  for (const [name, bytes] of Object.entries(programs)) await sandbox.files.write(name, new Uint8Array(bytes));
  await run(sandbox, "chmod +x nothing source sink");

  const repeat = (command: string) => `i=0; while [ $i -lt ${SPAWNS} ]; do ${command}; i=$((i+1)); done`;
  const bare = await medianOf(() => time(sandbox, repeat(":")));
  const spawn = (await medianOf(() => time(sandbox, repeat("./nothing")))) - bare;
  const start = await medianOf(() => time(sandbox, "./nothing"));
  const pipe = (await medianOf(() => time(sandbox, "./source | ./sink"))) - start;
  return [
    { what: "spawn and exit of a WASI program, warm pool", value: spawn / SPAWNS, unit: "ms", limit: 3 },
    { what: "commands.run of that program alone", value: start, unit: "ms" },
    { what: "pipe between two WASI programs", value: pipeBytes / MB / (pipe / 1000), unit: "MB/s", least: 1000 },
  ];
}

/** To be measured while another tab is in front. */
export async function benchHidden(): Promise<Row[]> {
  const what = `deadline passed with the page ${document.hidden ? "hidden" : "in the background"}, late by`;
  return [{ what, value: await lateness(wait), unit: "ms", limit: 250 }];
}

async function deadline(): Promise<Row[]> {
  const what = "deadline passed with the page spinning for 3 s, late by";
  return [{ what, value: await lateness(spin), unit: "ms", limit: 250 }];
}

/** One that is left running, for its memory to be looked at from outside. */
export async function emptySandbox(): Promise<void> {
  await Sandbox.create({ timeoutMs: 1_200_000 });
}

/** Writes `bytes` of output to a callback; how long that takes, in ms. */
export async function muchOutput(bytes: number): Promise<number> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  let length = 0;
  const onStdout = (text: string) => {
    length += text.length;
  };
  const took = await timed(() => sandbox.commands.run(`yes | head -c ${bytes}`, { onStdout, maxOutputBytes: 1000 }));
  if (length !== bytes) throw new Error(`${length} bytes of output came instead of ${bytes}`);
  return took;
}

Object.assign(globalThis, { bench, benchHidden, emptySandbox, muchOutput, roundTrips, sharedSandbox });
