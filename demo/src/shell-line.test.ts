import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { parseState, quote, STATE_PATH, shortPath, wrapLine } from "./shell-line.ts";

/** Runs a wrapped line in the machine's own sh, with the state going to stdout behind a mark instead of a file. */
function run(line: string, lastStatus = 0) {
  const script = wrapLine(line, lastStatus).replace(`> ${STATE_PATH}`, "2>&1");
  const { stdout, status, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8", cwd: "/usr" });
  return { stdout, status, stderr };
}

test("a wrapped line keeps its exit status and its output", () => {
  expect(run("false").status).toBe(1);
  expect(run("exit 7").status).toBe(7);
  expect(run("echo hi # a comment").stdout.startsWith("hi\n/usr\n")).toBe(true);
  expect(run("cat <<E\nbody\nE").stdout.startsWith("body\n/usr\n")).toBe(true);
});

test("quotes in the line stay as they are, a syntax error shows the line alone", () => {
  expect(run(`echo 'it'\\''s' "$HOME" # it's`).stdout).toContain("it's ");
  const { status, stderr } = run("echo a; fi");
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/fi/);
  expect(stderr).not.toMatch(/set -a|__status/);
});

test("$? of the last line is there at the start of the next", () => {
  expect(run("echo $?", 3).stdout.startsWith("3\n")).toBe(true);
  expect(run("echo $?").stdout.startsWith("0\n")).toBe(true);
});

test("directory and variables are reported, exported or not", () => {
  const { stdout } = run("cd /tmp; x=1; export Y='a b'");
  const state = parseState(stdout);
  expect(state?.cwd).toBe("/tmp");
  expect(state?.envs).toMatchObject({ x: "1", Y: "a b" });
  expect(state?.envs).not.toHaveProperty("PWD");
  expect(state?.envs).not.toHaveProperty("__status");
});

test("a value of several lines stays one value; a broken report is no state", () => {
  expect(parseState("/home\nA=1\nB=x\ny=\n\nC=2\n")).toEqual({
    cwd: "/home",
    envs: { A: "1", B: "x", y: "\n", C: "2" },
  });
  expect(parseState("/home\nA=one\n two\n")?.envs).toEqual({ A: "one\n two" });
  expect(parseState("")).toBeUndefined();
  expect(parseState("half a file")).toBeUndefined();
});

test("paths are shown with ~ for the home directory", () => {
  expect(shortPath("/home/user")).toBe("~");
  expect(shortPath("/home/user/src")).toBe("~/src");
  expect(shortPath("/home/username")).toBe("/home/username");
});

test("quoted words come through the shell as they are", () => {
  for (const word of ["plain.wasm", "two words", "it's", '$HOME "x"', "a;b", ""]) {
    expect(spawnSync("sh", ["-c", `printf %s ${quote(word)}`], { encoding: "utf8" }).stdout).toBe(word);
  }
});
