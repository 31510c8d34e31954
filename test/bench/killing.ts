// How long after its kill a command is over for whoever waits for it, and its worker gone, thread and memory: of a program that
// waits, and of one that computes. A worker holds a Web Lock as long as its thread lives.

import { Sandbox } from "vibengine";
import { type Given, median, type Row, run, timed } from "./measure.ts";

const KILLS = 20;

export async function killing({ programs }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  const rows: Row[] = [];
  for (const [name, kind, limit] of [
    ["sleeper", "waiting", 10],
    ["forever", "busy", 100],
  ] as const) {
    await sandbox.files.write(name, new Uint8Array(programs[name]));
    await run(sandbox, `chmod +x ${name}`);
    const took: number[] = [];
    const gone: number[] = [];
    for (let i = 0; i < KILLS; i++) {
      const handle = await sandbox.commands.run(`exec ./${name}`, { background: true });
      await run(sandbox, `until ps -e | grep -q ${name}; do sleep 0.01; done`);
      const before = await workers();
      const start = performance.now();
      took.push(await timed(() => handle.kill().then(() => handle.wait())));
      for (let now = before; [...before].every((name) => now.has(name)); ) now = await workers();
      gone.push(performance.now() - start);
    }
    rows.push({ what: `kill of a ${kind} program → dead for everybody, p50`, value: median(took), unit: "ms", limit });
    rows.push({ what: `kill of a ${kind} program → dead for everybody, max`, value: Math.max(...took), unit: "ms" });
    const most = kind === "waiting" ? { limit } : {};
    rows.push({ what: `kill of a ${kind} program → worker gone, p50`, value: median(gone), unit: "ms", ...most });
  }
  return rows;
}

/** The locks of all workers that live. */
async function workers(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name = "" }) => name).filter((name) => name.startsWith("vibengine-worker:")));
}
