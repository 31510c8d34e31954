// sort with more to sort than it may hold: runs on the disk, merged, give what sorting in memory gives, and leave nothing behind.

import { AT_FDCWD, encode, O_CREAT, O_TRUNC, O_WRONLY, type System } from "@vibengine/system";
import { expect, test } from "vitest";
import { list } from "./files.ts";
import { run, toolSystem } from "./testing.ts";

let seed = 7;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
};
const WORDS = ["a", "B", "b-c", "Zebra", "common/prefix/x", "common/prefix/y", "", "\xe9t\xe9", "z\0", "z"];
const line = () => `${random(2000)} ${WORDS[random(10)]} ${random(30) - 15}.${random(100)}`;
const linesOf = (count: number) => Array.from({ length: count }, line);

function put(sys: System, name: string, text: string): void {
  const fd = sys.open(AT_FDCWD, encode(name), O_WRONLY | O_CREAT | O_TRUNC, 0o666);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  for (let at = 0; at < bytes.length; ) at += sys.write(fd, bytes, at, bytes.length - at);
  sys.close(fd);
}

/** The smallest memory: a run for every 64 KiB. 1.3 MB are more runs than are merged at once. */
const SMALL = ["-S", "1b"];
const LINES = linesOf(60_000);

test("runs on the disk give the order of the bytes", async () => {
  const sys = toolSystem(16 << 20);
  put(sys, "in", LINES.join("\n"));
  const { stdout, status } = await run(sys, "sort", ...SMALL, "in");
  expect(status).toBe(0);
  expect(stdout === `${LINES.toSorted().join("\n")}\n`).toBe(true);
});

test.each(["-n -k3", "-r", "-u", "-s -k2,2", "-k2,2 -k1nr", "-f -k2", "-n -u", "-d -k2", "-V", "-R -s -k9"])(
  "%s gives the same with little memory as with much",
  async (options) => {
    const sys = toolSystem(16 << 20);
    put(sys, "in", `${LINES.slice(0, 12_000).join("\n")}\n`);
    const much = await run(sys, "sort", ...options.split(" "), "in");
    const little = await run(sys, "sort", ...options.split(" "), ...SMALL, "in");
    expect(much.status).toBe(0);
    expect(much.stdout.length).toBeGreaterThan(0);
    expect(little.stdout === much.stdout).toBe(true);
  },
);

test("temporary files go to -T, or to $TMPDIR, and their failure is told", async () => {
  const sys = toolSystem(16 << 20);
  put(sys, "in", LINES.join("\n"));
  const { status, stderr, stdout } = await run(sys, "sort", ...SMALL, "-T", "/nowhere", "in");
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toBe("sort: cannot create temporary file in '/nowhere': No such file or directory\n");
  // What fits needs none.
  expect((await run(sys, "sort", "-T", "/nowhere", "in")).status).toBe(0);
});

test("nothing is left behind, neither names nor blocks", async () => {
  const sys = toolSystem(6 << 20);
  put(sys, "in", LINES.join("\n"));
  const before = list(sys, "/tmp");
  for (let i = 0; i < 4; i++) expect((await run(sys, "sort", ...SMALL, "-o", "out", "in")).status).toBe(0);
  const after = (list(sys, "/tmp") as string[]).filter((name) => !name.startsWith("."));
  expect(after).toEqual((before as string[]).filter((name) => !name.startsWith(".")));
});

test("a full disk ends it with a message", async () => {
  const sys = toolSystem(2 << 20);
  put(sys, "in", LINES.slice(0, 35_000).join("\n"));
  const { status, stderr } = await run(sys, "sort", ...SMALL, "-o", "out", "in");
  expect(status).toBe(2);
  expect(stderr).toContain("No space left on device");
});

test("-m merges more files than at once, one of them its own output", async () => {
  const sys = toolSystem(16 << 20);
  const names = Array.from({ length: 40 }, (_, i) => `part${i}`);
  for (const [i, name] of names.entries()) {
    const some = LINES.slice(i * 500, (i + 1) * 500).sort();
    // Not all end their last line.
    put(sys, name, some.join("\n") + (i % 2 === 0 ? "\n" : ""));
  }
  expect(await run(sys, "sort", "-m", "-o", "part3", ...names)).toEqual({ status: 0, stdout: "", stderr: "" });
  const { stdout } = await run(sys, "cat", "part3");
  expect(stdout === `${LINES.slice(0, 20_000).sort().join("\n")}\n`).toBe(true);
});

test("-c looks across the pieces it reads", async () => {
  const sys = toolSystem(16 << 20);
  const sorted = LINES.toSorted();
  put(sys, "sorted", sorted.join("\n"));
  expect((await run(sys, "sort", "-c", "sorted")).status).toBe(0);
  put(sys, "odd", [...sorted, "0"].join("\n"));
  const { status, stderr } = await run(sys, "sort", "-c", "odd");
  expect([status, stderr]).toEqual([1, `sort: odd:${sorted.length + 1}: disorder: 0\n`]);
});

test("numbers longer than a double are told apart, and versions to their last digit", async () => {
  const sys = toolSystem();
  const numbers = [
    "100000000000000000018",
    "100000000000000000009",
    "-0.10",
    "-.1",
    "12345678901234567.25",
    "12345678901234567.3",
  ];
  put(sys, "numbers", `${numbers.join("\n")}\n`);
  expect((await run(sys, "sort", "-n", "numbers")).stdout).toBe(
    "-.1\n-0.10\n12345678901234567.25\n12345678901234567.3\n100000000000000000009\n100000000000000000018\n",
  );
  put(sys, "versions", "v34\nv12\nv2\nv1.50\nv1.5\n");
  expect((await run(sys, "sort", "-V", "versions")).stdout).toBe("v1.5\nv1.50\nv2\nv12\nv34\n");
});

test("-g tells apart what GNU's long doubles do, -h what its digits do, also between runs", async () => {
  const sys = toolSystem(16 << 20);
  const general = [
    "x",
    "-inf",
    "-1e4000",
    "-1e400",
    "-1",
    "0",
    "1e-4000",
    "1e-400",
    "\f0x1p1",
    "9007199254740992",
    "9007199254740993",
  ];
  general.push("5e18", "5000000000000000001", "1e400", "1e4000", "inf");
  put(sys, "general", `${general.toReversed().join("\n")}\n`);
  expect((await run(sys, "sort", "-g", "-s", "general")).stdout.split("\n").slice(0, -1)).toEqual(general);
  const human = ["-1M", "-3K", "0T", "9007199254740992", "9007199254740993", "1K", "1.00000000000000001K", "2K", "1G"];
  put(sys, "human", `${human.toReversed().join("\n")}\n`);
  expect((await run(sys, "sort", "-h", "-s", "human")).stdout.split("\n").slice(0, -1)).toEqual(human);
  for (const [i, line] of general.entries()) put(sys, `part${i}`, `${line}\n`);
  const parts = general.map((_, i) => `part${i}`);
  expect((await run(sys, "sort", "-m", "-g", "-u", ...parts)).stdout).toBe(`${general.join("\n")}\n`);
});

test.each(["x", "1q", "-1"])("-S %s is refused", async (size) => {
  const { status, stderr } = await run(toolSystem(), "sort", "-S", size, "/dev/null");
  expect(status).toBe(2);
  expect(stderr).toContain(`-S argument '${size}'`);
});
