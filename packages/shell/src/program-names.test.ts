import { expect, test } from "vitest";
import { programNames } from "./program-names.ts";
import { tools } from "./tools/index.ts";

test("every tool has a stub in /usr/bin, and every stub a tool or the shell behind it", () => {
  expect([...programNames].sort()).toEqual([...Object.keys(tools), "sh", "bash"].sort());
});
