// What it costs to use a sandbox that another tab runs: the same calls at home and through a connection, by turns.

import { Sandbox } from "vibengine";
import { median, RUNS, run, timed } from "./measure.ts";

const CALLS = 200;
const OUTPUT_BYTES = 100_000_000;
const MB = 1_000_000;

/** Medians: `echo` and `exists` in ms, `output` and `write` in MB/s. */
export interface Trips {
  echo: number;
  exists: number;
  output: number;
  write: number;
}

/** Leaves a sandbox running for the other tab to reach. */
export async function sharedSandbox(): Promise<string> {
  const { sandboxId } = await Sandbox.create({ timeoutMs: 1_200_000 });
  return sandboxId;
}

/** At home `connect` is the sandbox itself. */
export async function roundTrips(sandboxId: string): Promise<Trips> {
  const sandbox = await Sandbox.connect(sandboxId);
  const echo: number[] = [];
  const exists: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    echo.push(await timed(() => run(sandbox, "echo hi")));
    exists.push(await timed(() => sandbox.files.exists("/etc/passwd")));
  }
  let length = 0;
  const onStdout = (text: string) => {
    length += text.length;
  };
  const output = await timed(() =>
    sandbox.commands.run(`yes | head -c ${OUTPUT_BYTES}`, { onStdout, maxOutputBytes: 1000 }),
  );
  if (length !== OUTPUT_BYTES) throw new Error(`${length} bytes of output came instead of ${OUTPUT_BYTES}`);
  const bytes = new Uint8Array(5 * MB);
  const writes: number[] = [];
  for (let i = 0; i < RUNS; i++) writes.push(await timed(() => sandbox.files.write("five", bytes)));
  return {
    echo: median(echo),
    exists: median(exists),
    output: OUTPUT_BYTES / MB / (output / 1000),
    write: (bytes.length / MB / median(writes)) * 1000,
  };
}
