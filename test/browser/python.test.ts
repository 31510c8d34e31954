// Python, as a user would run it.

import { expect, test } from "vitest";
import { newSandbox } from "./sandboxes.ts";

test("python3 -c", async () => {
  const sandbox = await newSandbox();
  const t = performance.now();
  const result = await sandbox.commands.run(`python3 -c 'print(1)'`);
  console.log(performance.now() - t, JSON.stringify(result));
  for (let i = 0; i < 5; i++) {
    const t = performance.now();
    const result = await sandbox.commands.run(`python3 -c 'import sys; print(sys.version, sys.path)'`);
    console.log(performance.now() - t, JSON.stringify(result));
  }
  expect(result).toEqual({ exitCode: 0, stdout: "1\n", stderr: "" });
});
