import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseDirectory, quote, startupText } from "./shell-setup.ts";

test("a shell that has read the startup text reports its status and directory, and has help and clear", () => {
  const script = `${startupText("Some 'help'\n")}\nhelp; cd /; (exit 3); __playground; true; __playground`;
  const { stdout, stderr } = spawnSync(
    "bash",
    ["--norc", "-c", script.replaceAll("> /tmp/.playground", "> /dev/null")],
    {
      encoding: "utf8",
      env: { PATH: process.env.PATH, COLUMNS: "10", LC_ALL: "C.UTF-8" },
    },
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^Some 'help'\n\x1b\]133;D;3\x07\x1b\[90m⏎\x1b\[0m {9}\r/);
  expect(stdout).toContain("\x1b]133;D;0\x07");
  const report = /\x1b\]7;(.*?)\x07/.exec(stdout)?.[1] ?? "";
  expect(parseDirectory(report)).toBe("/");
});

test("a directory is taken from its report, and nothing else is", () => {
  expect(parseDirectory("file://vibengine/home/user/a b%")).toBe("/home/user/a b%");
  expect(parseDirectory("file:///tmp")).toBe("/tmp");
  expect(parseDirectory("http://x/y")).toBeUndefined();
});

test("a quoted word reaches the shell as it is", () => {
  for (const word of ["plain.wasm", "two words", "it's", '$HOME "x"', "a;b", ""]) {
    expect(spawnSync("sh", ["-c", `printf %s ${quote(word)}`], { encoding: "utf8" }).stdout).toBe(word);
  }
});
