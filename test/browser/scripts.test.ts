// A sample of the scripts that were recorded from bash and its tools, run in a sandbox: what Node's tests can't see is whether all
// of it works in a worker, over shared memory, with the tools loaded when they are needed.

import { expect, test } from "vitest";
import { newSandbox } from "./sandboxes.ts";

interface Fixture {
  shell: string;
  cases: { script: string; stdout: string; status: number }[];
}

/** One script of each so many. */
const SAMPLE = 8;
const fixtures = import.meta.glob<Fixture>("../../packages/shell/src/fixtures/*.json", {
  eager: true,
  import: "default",
});

for (const [path, { shell, cases }] of Object.entries(fixtures)) {
  const name = path.split("/").pop() ?? path;
  test(name, async () => {
    const sandbox = await newSandbox();
    for (const { script, stdout, status } of cases.filter((_, i) => i % SAMPLE === 0)) {
      await sandbox.files.remove("work");
      await sandbox.files.makeDir("work");
      await sandbox.files.write("script", script);
      const run = `exec ${shell === "sh" ? "bash --posix" : "bash"} -c "$(cat ../script)"`;
      const result = await sandbox.commands.run(run, { cwd: "work", envs: { LC_ALL: "C.UTF-8" } });
      expect({ stdout: result.stdout, status: result.exitCode }, script).toEqual({ stdout, status });
    }
  });
}
