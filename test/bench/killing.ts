// How long a killed program lives on: one that waits, with its worker and memory; one that computes, for everybody else.

import { Sandbox } from "vibengine";
import { startGuests } from "../support/guests.ts";
import { type Given, median, type Row, RUNS, run, timed } from "./measure.ts";

const KILLS = 40;

/** From the kill to the worker's being gone, and to the command's being over for whoever waits for it. */
export async function killing({ programs }: Given): Promise<Row[]> {
  const guests = await startGuests();
  await guests.install("sleeper", new Uint8Array(programs.sleeper));
  const gone: number[] = [];
  for (let i = 0; i < KILLS; i++) {
    const { pid, gone: ended } = await guests.start("sleeper");
    await guests.waits(pid);
    const start = performance.now();
    await guests.kill(pid);
    gone.push((await ended).at - start);
  }
  guests.close();
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await sandbox.files.write("forever", new Uint8Array(programs.forever));
  const dead: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const busy = await sandbox.commands.run("chmod +x forever; exec ./forever", { background: true });
    await run(sandbox, "until ps -e | grep -q forever; do sleep 0.01; done");
    dead.push(await timed(() => busy.kill().then(() => busy.wait())));
  }
  return [
    { what: "kill of a waiting program → gone, p50", value: median(gone), unit: "ms", limit: 10 },
    { what: "kill of a waiting program → gone, max", value: Math.max(...gone), unit: "ms" },
    { what: "kill of a busy program → dead for everybody, p50", value: median(dead), unit: "ms", limit: 100 },
    { what: "kill of a busy program → dead for everybody, max", value: Math.max(...dead), unit: "ms", limit: 100 },
  ];
}
