// Every script of fixtures/*.json prints what bash 5.2 printed, and ends with its status.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runScript } from "./testing.ts";

const folder = new URL("./fixtures/", import.meta.url);

interface Fixture {
  shell: string;
  cases: { script: string; stdout: string; status: number }[];
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const fixture: Fixture = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  describe(file, () => {
    test.each(fixture.cases)("$script", async ({ script, stdout, status }) => {
      const result = await runScript(script, { shell: fixture.shell });
      expect({ stdout: result.stdout, status: result.status }, result.stderr).toEqual({ stdout, status });
    });
  });
}
