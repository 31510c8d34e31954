// How long after its kill a command is over for whoever waits for it: of a program that waits, and of one that computes. That the
// worker of one that waits unwinds by itself is tested in test/browser/process-limits.test.ts.

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
    for (let i = 0; i < KILLS; i++) {
      const handle = await sandbox.commands.run(`exec ./${name}`, { background: true });
      await run(sandbox, `until ps -e | grep -q ${name}; do sleep 0.01; done`);
      took.push(await timed(() => handle.kill().then(() => handle.wait())));
    }
    rows.push({ what: `kill of a ${kind} program → dead for everybody, p50`, value: median(took), unit: "ms", limit });
    rows.push({ what: `kill of a ${kind} program → dead for everybody, max`, value: Math.max(...took), unit: "ms" });
  }
  return rows;
}
