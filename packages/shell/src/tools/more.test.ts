// What recordings on a GNU machine can't show: our own names, help for every tool, time limits, kills.

import { AT_FDCWD, encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { builtinTools } from "../builtins/tools.ts";
import { programNames } from "../program-names.ts";
import { tools as dataTools } from "./data/index.ts";
import { tools as firstTools } from "./index.ts";
import { forkOf, run, runSteps, runTool, toolSystem, writeFile } from "./testing.ts";

const tools = { ...firstTools, ...dataTools };

test.each(Object.keys(tools).filter((name) => !(name in builtinTools)))("%s --help and --version", async (name) => {
  const sys = toolSystem();
  const help = await run(sys, name, "--help");
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toMatch(new RegExp(`^Usage: ${name}`));
  expect(help.stdout).toContain("--version");
  expect((await run(sys, name, "--version")).stdout).toMatch(new RegExp(`^${name} \\(vibengine\\) `));
});

test("every tool has a stub's name", () => {
  expect(Object.keys(tools).filter((name) => !programNames.includes(name))).toEqual([]);
});

test("ls -l names owners from /etc/passwd", async () => {
  const sys = toolSystem();
  writeFile(sys, "f", encode("hello"));
  sys.chmod(AT_FDCWD, encode("f"), 0o640);
  sys.utimens(AT_FDCWD, encode("f"), true, null, { sec: 1000000000, nsec: 0 });
  expect((await run(sys, "ls", "-l", "f")).stdout).toBe("-rw-r----- 1 user user 5 Sep  9  2001 f\n");
});

test("uname, whoami, id, hostname, which", async () => {
  const sys = toolSystem();
  expect((await run(sys, "whoami")).stdout).toBe("user\n");
  expect((await run(sys, "id", "-un")).stdout).toBe("user\n");
  expect((await run(sys, "id")).stdout).toBe("uid=1000(user) gid=1000(user) groups=1000(user)\n");
  expect((await run(sys, "hostname")).stdout).toBe("vibengine\n");
  expect((await run(sys, "which", "cat")).stdout).toBe("/usr/bin/cat\n");
});

test("wc counts characters of UTF-8, and words of any script", async () => {
  const sys = toolSystem();
  writeFile(sys, "f", encode("héllo wörld\n日本 語\n"));
  expect((await run(sys, "wc", "-lwm", "f")).stdout).toBe(" 2  4 17 f\n");
});

test("du and df add up", async () => {
  const sys = toolSystem();
  sys.mkdir(AT_FDCWD, encode("d"), 0o755);
  writeFile(sys, "d/f", new Uint8Array(10000));
  expect((await run(sys, "du", "-b", "d/f")).stdout).toBe("10000\td/f\n");
  const total = Number.parseInt((await run(sys, "du", "d")).stdout, 10);
  expect(total).toBeGreaterThanOrEqual(12);
  expect((await run(sys, "df", "-h")).stdout).toMatch(/^Filesystem +Size +Used Avail Use% Mounted on\nvibengine/);
});

test("mktemp makes what it prints", async () => {
  const sys = toolSystem();
  const { stdout } = await run(sys, "mktemp", "-d", "/tmp/x.XXXXXX");
  expect(stdout).toMatch(/^\/tmp\/x\.[A-Za-z0-9]{6}\n$/);
  expect((await run(sys, "stat", "-c", "%F %a", stdout.trim())).stdout).toBe("directory 700\n");
});

test("timeout stops what runs too long, and kills what will not stop", async () => {
  const sys = toolSystem();
  const begin = performance.now();
  expect((await run(sys, "timeout", "0.05", "sleep", "100")).status).toBe(124);
  expect((await run(sys, "timeout", "-s", "KILL", "0.05", "sleep", "100")).status).toBe(137);
  expect(performance.now() - begin).toBeLessThan(5000);
});

test.each([["sed", ":a;ba", "line"], ["seq", "inf"], ["yes"]])("a busy %s dies of a kill", async (...argv) => {
  const sys = toolSystem();
  writeFile(sys, "line", encode("x\n"));
  const child = forkOf(sys);
  const { pid } = child;
  setTimeout(() => sys.kill(pid, 9), 20);
  expect(await runTool(sys, child, argv, new Map())).toBe(137);
});

test("a write error is reported with status 1", async () => {
  const sys = toolSystem();
  const { stderr, status } = await runSteps(sys, [{ commands: [["tee", "/dev/full"]], stdin: "/etc/passwd" }]);
  expect(status).toBe(1);
  expect(stderr).toContain("tee: /dev/full: No space left on device");
});
