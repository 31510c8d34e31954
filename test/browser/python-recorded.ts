// Scripts that test/python/record.mjs recorded from the machine's CPython, and running them in a sandbox.

import type { Sandbox } from "vibengine";
import { describe, expect } from "vitest";
import { isPythonBuilt } from "./python.ts";

/** As in record.mjs. */
const DIRECTORY = "/tmp/case";
const ENVIRONMENT = { HOME: "/home/user", LC_ALL: "C.UTF-8" };

interface Output {
  stdout: string;
  /** Left out where the versions of Python word it otherwise. */
  stderr?: string;
  status: number;
}

interface Recorded {
  name: string;
  script: string;
  output: Output;
}

/** Like `describe`: left out, by name, where there is no Python. */
export const pythonSuite = describe.skipIf(!isPythonBuilt);

/** All scripts of a folder with what they printed. */
export function recordings(scripts: Record<string, string>, outputs: Record<string, Output>): Recorded[] {
  return Object.entries(scripts).map(([path, script]) => {
    const name = path.split("/").pop() ?? path;
    const output = outputs[name];
    if (output === undefined) throw new Error(`${path} was not recorded: see test/python/record.mjs`);
    return { name, script, output };
  });
}

/** Runs it as the only file of its directory. */
export async function runRecorded(sandbox: Sandbox, { name, script, output }: Recorded): Promise<void> {
  await sandbox.files.remove(DIRECTORY);
  await sandbox.files.write(`${DIRECTORY}/${name}`, script);
  const run = `${name.endsWith(".sh") ? "bash" : "python3"} ${name}`;
  const { stdout, stderr, exitCode } = await sandbox.commands.run(run, { cwd: DIRECTORY, envs: ENVIRONMENT });
  const printed: Output = { stdout, status: exitCode };
  if (output.stderr !== undefined) printed.stderr = stderr;
  expect(printed, stderr).toEqual(output);
}
