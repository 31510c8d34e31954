// The disk as WASI programs use it: looking at files, making small ones, reading a large one from end to end.

import { Sandbox } from "vibengine";
import { type Given, medianOf, type Row, run, time } from "./measure.ts";

const MB = 1_000_000;
const PROGRAMS = ["nothing", "stats", "creates", "read", "readMore", "copy", "copyMore"] as const;

export async function disk({ programs, stats, creates, passes, sequentialBytes }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  for (const name of PROGRAMS) await sandbox.files.write(name, new Uint8Array(programs[name]));
  await run(sandbox, `chmod +x *; echo text > data; head -c ${sequentialBytes} /dev/zero > big`);

  const start = await medianOf(() => time(sandbox, "./nothing"));
  const stat = (await medianOf(() => time(sandbox, "./stats"))) - start;
  const create =
    (await medianOf(async () => {
      await run(sandbox, "rm -rf made; mkdir made");
      return time(sandbox, "./creates");
    })) - start;
  const sequential = async (program: string, input = "") =>
    (await medianOf(() => time(sandbox, `./${program}More ${input}`))) -
    (await medianOf(() => time(sandbox, `./${program} ${input}`)));
  const copy = await sequential("copy");
  const read = await sequential("read", "< big");
  const set = await medianOf(async () => copyShared(sequentialBytes, passes));
  return [
    { what: "stat of a file by a WASI program", value: (stat / stats) * 1000, unit: "µs", limit: 1.5 },
    { what: `create, write, close ${creates} small files`, value: create, unit: "ms", limit: 250 },
    {
      what: "64 MiB read in 64 KiB pieces",
      value: (sequentialBytes * passes) / MB / (read / 1000),
      unit: "MB/s",
    },
    { what: "  share of the speed of Uint8Array.set", value: (set / read) * 100, unit: "%", least: 50 },
    { what: "  share of the speed of WebAssembly's memory.copy", value: (copy / read) * 100, unit: "%" },
  ];
}

/** How long JavaScript takes to copy that much out of shared memory, in pieces of 64 KiB: the least a read could take. */
function copyShared(length: number, passes: number): number {
  const from = new Uint8Array(new WebAssembly.Memory({ initial: 1024, maximum: 1024, shared: true }).buffer).fill(1);
  const into = new Uint8Array(65_536);
  const start = performance.now();
  for (let pass = 0; pass < passes; pass++)
    for (let at = 0; at < length; at += into.length) into.set(from.subarray(at, at + into.length));
  return performance.now() - start;
}
