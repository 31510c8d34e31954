// What the parts of the benchmark share: a row of its table, and how time is taken.

import type { Sandbox } from "vibengine";

/** One figure, and what it may be at most or must be at least. */
export interface Row {
  what: string;
  value: number;
  unit: string;
  /** At most this; for a `least`, at least. */
  limit?: number;
  least?: number;
}

type DiskProgram = "stats" | "creates" | "read" | "readMore" | "copy" | "copyMore";

/** What the runner hands over. */
export interface Given {
  programs: Record<
    "nothing" | "sleeper" | "forever" | "reads" | "fewReads" | "source" | "sink" | DiskProgram,
    number[]
  >;
  reads: number;
  fewReads: number;
  pipeBytes: number;
  stats: number;
  creates: number;
  passes: number;
  sequentialBytes: number;
  /** For the shell: its scripts, the text they work on, and how long (ms) the machine's own bash takes for each. */
  shellCases: { what: string; script: string; most?: number; peer?: number }[];
  lines: string;
  native: number[];
  /** Names of the parts to run; none = all. */
  parts: string[];
}

export const RUNS = 7;

/** Runs a command that must succeed. */
export async function run(sandbox: Sandbox, command: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.commands.run(command);
  if (exitCode !== 0) throw new Error(`${command}: exit code ${exitCode}: ${stderr}`);
}

/** How long (ms) a command takes. */
export const time = (sandbox: Sandbox, command: string): Promise<number> => timed(() => run(sandbox, command));

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export async function medianOf(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < RUNS; i++) values.push(await measure());
  return median(values);
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
