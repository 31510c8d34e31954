// Reads of 4 KiB by WASI programs: one alone, two at once from files of their own, and beside the way that a WASI shim goes
// whose files are kept by another worker: a message there, and the answer through shared memory.

import { Sandbox } from "vibengine";
import { type Given, medianOf, type Row, run, time } from "./measure.ts";
import { type FromReader, RPC_BYTES, type ToFiles, type ToReader } from "./shim-protocol.ts";

const FILE_BYTES = 65_536;
/** Runs of a program in one measurement of two at once: the start of a process must not count. */
const WARM = "./reads < data && ./reads < other";

export async function reading({ programs, reads, fewReads }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  for (const name of ["nothing", "reads"] as const) await sandbox.files.write(name, new Uint8Array(programs[name]));
  for (const name of ["data", "other"]) await sandbox.files.write(name, new Uint8Array(FILE_BYTES));
  await run(sandbox, `chmod +x nothing reads && ${WARM}`);

  const start = await medianOf(() => time(sandbox, "./nothing"));
  const alone = (await medianOf(() => time(sandbox, "./reads < data"))) - start;
  const both = (await medianOf(() => time(sandbox, "./reads < data & ./reads < other; wait"))) - start;
  const read = (alone / reads) * 1000;
  const overMessages = (await throughMessages(programs.fewReads)) / fewReads;
  return [
    { what: "pread of 4 KiB by a WASI program", value: read, unit: "µs", limit: 1 },
    {
      what: "  faster than browser_wasi_shim over messages by",
      value: (overMessages * 1000) / read,
      unit: "×",
      least: 10,
    },
    { what: "two programs reading two files: one's rate times", value: (2 * alone) / both, unit: "×", least: 1.6 },
  ];
}

/** How long (ms) the program's reads take there. */
async function throughMessages(program: number[]): Promise<number> {
  const files = new Worker(new URL("./shim-files.ts", import.meta.url), { type: "module" });
  const reader = new Worker(new URL("./shim-reader.ts", import.meta.url), { type: "module" });
  const shared = new SharedArrayBuffer(RPC_BYTES);
  const { port1, port2 } = new MessageChannel();
  files.postMessage({ shared, port: port1, bytes: FILE_BYTES } satisfies ToFiles, [port1]);
  reader.postMessage({ shared, port: port2, program: new Uint8Array(program) } satisfies ToReader, [port2]);
  const taken = () =>
    new Promise<number>((resolve) => {
      reader.onmessage = ({ data }: MessageEvent<FromReader>) => resolve(data.ms);
      reader.postMessage("run");
    });
  const median = await medianOf(taken);
  reader.terminate();
  files.terminate();
  return median;
}
