// The shell and its tools beside just-bash, in the same page, and beside the machine's own bash and GNU tools, which the runner
// has timed before. A measurement is a whole command, with everything that starting it takes; each has run once before.

import { Bash } from "just-bash/browser";
import { Sandbox } from "vibengine";
import { type Given, median, medianOf, type Row, run, time, timed } from "./measure.ts";

/** Only so often: some of its commands take seconds. */
const PEER_RUNS = 3;
const ECHOES = 30;

export async function shell({ shellCases, lines, native }: Given): Promise<Row[]> {
  await using sandbox = await Sandbox.create({ timeoutMs: 600_000 });
  await sandbox.files.write("lines", lines);
  const rows: Row[] = [];
  await run(sandbox, "echo hi");
  const echoes: number[] = [];
  for (let i = 0; i < ECHOES; i++) echoes.push(await time(sandbox, "echo hi"));
  rows.push({ what: "echo hi on a running sandbox, p50", value: median(echoes), unit: "ms", limit: 3 });
  for (const [i, { what, script, most, peer }] of shellCases.entries()) {
    await run(sandbox, script);
    const own = await medianOf(() => time(sandbox, script));
    rows.push({ what, value: own, unit: "ms" });
    const times = most === undefined ? {} : { limit: most };
    rows.push({
      what: `  times the machine's own (${native[i]!.toFixed(0)} ms)`,
      value: own / native[i]!,
      unit: "×",
      ...times,
    });
    const faster = peer === undefined ? {} : { least: peer };
    const theirs = await peerTime(lines, script);
    rows.push({
      what: `  faster than just-bash (${theirs.toFixed(0)} ms) by`,
      value: theirs / own,
      unit: "×",
      ...faster,
    });
  }
  return rows;
}

async function peerTime(lines: string, script: string): Promise<number> {
  const bash = new Bash({
    files: { "/home/user/lines": lines },
    cwd: "/home/user",
    executionLimits: { maxLoopIterations: 1e9, maxCommandCount: 1e9 },
  });
  const times: number[] = [];
  for (let i = 0; i < PEER_RUNS; i++) {
    times.push(
      await timed(async () => {
        const { exitCode, stderr } = await bash.exec(script);
        if (exitCode !== 0) throw new Error(`just-bash: ${script}: ${stderr}`);
      }),
    );
  }
  return median(times);
}
