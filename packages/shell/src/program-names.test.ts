import { expect, test } from "vitest";
import { programNames } from "./program-names.ts";
import { tools as dataTools } from "./tools/data/index.ts";
import { dataNames } from "./tools/data-names.ts";
import { tools } from "./tools/index.ts";

test("every tool has a stub in /usr/bin, and every stub a tool or the shell behind it", () => {
  expect([...programNames].sort()).toEqual([...Object.keys(tools), ...dataNames, "sh", "bash"].sort());
});

test("the group of data/ has the names that stand for it", () => {
  expect(Object.keys(dataTools).sort()).toEqual([...dataNames].sort());
});
