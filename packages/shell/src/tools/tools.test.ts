// Replays what GNU's tools were recorded to print (see record-tools.mjs): stdout, status, stderr and the files left behind.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeTestTree, runSteps, type Step, snapshot, toolSystem } from "./testing.ts";

interface Recording {
  line: string;
  steps: Step[];
  status: number;
  stdout: string;
  stderr: string;
  changes: Record<string, string | null>;
}

const fixtures = new URL("fixtures/", import.meta.url);
const load = (name: string) => JSON.parse(readFileSync(new URL(name, fixtures), "utf8"));
const tree = load("tree.json");

for (const file of readdirSync(fixtures).filter((name) => name.endsWith(".json") && name !== "tree.json")) {
  describe(file.replace(".json", ""), () => {
    test.each(load(file) as Recording[])("$line", async (recorded) => {
      const sys = toolSystem();
      makeTestTree(sys, "/tmp/tools-scratch", tree);
      const before = await snapshot(sys);
      const { status, stdout, stderr } = await runSteps(sys, recorded.steps);
      const after = await snapshot(sys);
      const changes: Record<string, string | null> = {};
      for (const name of Object.keys({ ...before, ...after }).sort()) {
        if (before[name] !== after[name]) changes[name] = after[name] ?? null;
      }
      const normal = (text: string) => normalize(text, recorded.line);
      expect({ stdout: normal(stdout), status, stderr: complaint(stderr), changes }).toEqual({
        stdout: normal(recorded.stdout),
        status: recorded.status,
        stderr: complaint(recorded.stderr),
        changes: recorded.changes,
      });
    });
  });
}

/** How many blocks a directory's files take is the disk's own affair, and so is the order in which a directory gives its names. */
function normalize(text: string, line: string): string {
  if (/^(find|grep -r|rm -rv|cp -rv)/.test(line))
    return text
      .split(/(?<=[\n\0])/)
      .sort()
      .join("");
  return text.replace(/^total \d+$/gm, "total N");
}

/** sed prints its whole help for wrong usage; ours is another text. */
function complaint(text: string): string {
  return text.replace(/^(Usage: .*\n)[^]*/m, "$1");
}
