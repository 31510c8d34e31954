// The built pack: what its manifest promises, and that the machine's pip takes its wheels. Without Python on the machine there is no
// pack, and these tests count as skipped.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { findPython } from "../pack/downloads.mjs";
import { readZip } from "../pack/zip.mjs";
import { sections } from "./wasm-sections.mjs";

const DIST = join(import.meta.dirname, "../dist");
const built = existsSync(join(DIST, "pack.json"));
const file = (name: string) => readFileSync(join(DIST, name));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

interface Stored {
  file: string;
  size: number;
  sha256: string;
}
interface Pack {
  python: string;
  module: { parts: Stored[]; size: number; sha256: string };
  signals: Record<string, number>;
  trees: (Stored & { path: string; imageSize: number })[];
  wheels: (Stored & { name: string; version: string; filename: string; requires: string[] })[];
}

describe.skipIf(!built)("the Python pack", () => {
  const pack: Pack = built ? JSON.parse(file("pack.json").toString()) : undefined;

  test("every file is as large as its entry says and has its hash, and there is no other", () => {
    const stored = [...pack.module.parts, ...pack.trees, ...pack.wheels];
    for (const entry of stored) {
      const bytes = file(entry.file);
      expect([entry.file, bytes.length, sha256(bytes)]).toEqual([entry.file, entry.size, entry.sha256]);
      expect(entry.size).toBeLessThanOrEqual(16 * 2 ** 20);
    }
    const others = ["THIRD_PARTY_LICENSES", "key", "pack.json"];
    expect(readdirSync(DIST).sort()).toEqual([...others, ...stored.map((entry) => entry.file)].sort());
    expect(file("THIRD_PARTY_LICENSES").toString()).toMatch(/Apache License[^]*PYTHON SOFTWARE FOUNDATION LICENSE/);
  });

  test("the parts together are the module, with a shared memory and nothing for debuggers", () => {
    const module = gunzipSync(Buffer.concat(pack.module.parts.map((part) => file(part.file))));
    expect([module.length, sha256(module)]).toEqual([pack.module.size, pack.module.sha256]);
    const all = sections(module);
    expect(all.some(({ id }) => id === 0)).toBe(false);
    const memory = all.find(({ id }) => id === 5);
    // One memory, shared, 640 to 16,384 pages.
    expect([...module.subarray(memory?.start, memory?.end)]).toEqual([1, 3, 0x80, 5, 0x80, 0x80, 1]);
  });

  test("the signal words stand where they do in this build of CPython", () => {
    // Found once by hand, relative to _PyRuntime; the build finds them by experiment.
    const runtime = 26_151_952;
    expect(pack.signals).toEqual({
      tripped: runtime + 1180,
      func: runtime + 1184,
      stride: 8,
      isTripped: runtime + 1708,
      mainThreadState: runtime + 948,
      evalBreaker: 12,
      bit: 2,
    });
  });

  test("the trees hold the library, pip and the time zones", () => {
    const roots = pack.trees.map(({ path, file: name, imageSize }) => {
      const image = gunzipSync(file(name));
      expect([image.length, image.toString("latin1", 0, 8)]).toEqual([imageSize, "VIBTREE1"]);
      return [path, { image, names: namesOf(image) }] as const;
    });
    const trees = Object.fromEntries(roots);
    const library = trees["/usr/local/lib/python315.zip"];
    expect(library?.names).toEqual(expect.arrayContaining(["os.pyc", "encodings", "sqlite3", "_vibengine"]));
    // A traceback names the file beside which the bytecode stands.
    expect(library?.image.includes("/usr/local/lib/python315.zip/os.py")).toBe(true);
    expect(library?.image.includes("/usr/local/lib/python315.zip/_vibengine/__init__.py")).toBe(true);
    for (const absent of ["numpy", "six.pyc", "host", "idlelib", "turtle.pyc"])
      expect(library?.names).not.toContain(absent);
    const pip = trees["/usr/lib/python3/dist-packages"];
    expect(pip?.names).toEqual(
      expect.arrayContaining(["pip", "__pip-runner__.py", "cacert.pem", "INSTALLER", "METADATA"]),
    );
    expect(pip?.image.includes("/usr/lib/python3/dist-packages/pip/__main__.py")).toBe(true);
    expect(trees["/usr/share/zoneinfo"]?.names).toEqual(expect.arrayContaining(["UTC", "Berlin", "tzdata.zi"]));
  });

  test("a wheel carries its metadata, its licence and real data files", () => {
    const members = wheel("matplotlib");
    const text = (path: string) => new TextDecoder().decode(members.get(path)?.());
    const info = "matplotlib-3.11.2.dist-info";
    expect(text(`${info}/METADATA`)).toContain("\nName: matplotlib\nVersion: 3.11.2\n");
    expect(text(`${info}/METADATA`)).toContain("\nLicense-File: LICENSE.txt\n");
    expect(text(`${info}/WHEEL`)).toContain("Root-Is-Purelib: false\nTag: cp315-none-wasi_0_0_0_wasm32\n");
    expect(text(`${info}/licenses/LICENSE.txt`)).toContain("Matplotlib");
    expect(text("matplotlib/mpl-data/matplotlibrc")).toContain("backend");
    expect(members.has("matplotlib/mpl-data.zip")).toBe(false);
    expect(new TextDecoder().decode(wheel("tabulate").get("tabulate-0.10.0.dist-info/entry_points.txt")?.())).toContain(
      "[console_scripts]\ntabulate = tabulate:_main",
    );
  });

  test("every requirement that counts here is a bundled package", () => {
    const names = pack.wheels.map(({ name }) => name);
    const needed = pack.wheels.flatMap(({ requires }) =>
      requires.filter((line) => !/extra ?==|sys_platform|platform_system|<\s*['"]3/.test(line)),
    );
    const required = needed.map((line) => (line.match(/^[\w.-]+/)?.[0] ?? "").toLowerCase().replace(/[-_.]+/g, "-"));
    expect(required.filter((name) => !names.includes(name))).toEqual([]);
    expect(required).toEqual(expect.arrayContaining(["numpy", "python-dateutil", "soupsieve", "wrapt"]));
  });

  test("the machine's pip installs every wheel for this interpreter, and checks each file's hash", () => {
    const python = findPython();
    const folder = mkdtempSync(join(tmpdir(), "vibengine-wheels-"));
    try {
      mkdirSync(join(folder, "wheels"));
      for (const { file: name, filename } of pack.wheels)
        copyFileSync(join(DIST, name), join(folder, "wheels", filename));
      const wheels = pack.wheels.map(({ filename }) => join(folder, "wheels", filename));
      const platform = [
        "--platform",
        "wasi_0_0_0_wasm32",
        "--python-version",
        "315",
        "--implementation",
        "cp",
        "--abi",
        "none",
      ];
      const options = ["--no-index", "--no-deps", "--no-compile", "--only-binary", ":all:", "--ignore-requires-python"];
      const target = join(folder, "site");
      const args = ["-m", "pip", "install", ...options, ...platform, "--target", target, ...wheels];
      const done = spawnSync(python, args, { encoding: "utf8" });
      expect([done.status, done.status === 0 ? "" : done.stderr]).toEqual([0, ""]);
      // RECORD is by hand, and pip does not compare it: this does, with Python's own reader of it.
      const check = spawnSync(python, ["-c", CHECK, target], { encoding: "utf8" });
      expect([check.stderr, check.stdout.trim()]).toEqual(["", `${pack.wheels.length} distributions`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** Compares every installed file with its line in RECORD, and every file with there being a line. */
  const CHECK = `
import base64, hashlib, importlib.metadata, pathlib, sys
site = pathlib.Path(sys.argv[1])
listed, count = set(), 0
for one in importlib.metadata.distributions(path=[str(site)]):
    count += 1
    assert one.metadata["Summary"] or one.metadata["Name"] == "threadpoolctl", one.metadata["Name"]
    for path in one.files:
        real = site / path
        if ".." in path.parts:
            continue
        assert real.is_file(), f"{path} is missing"
        listed.add(real)
        if path.hash:
            digest = base64.urlsafe_b64encode(hashlib.sha256(real.read_bytes()).digest()).rstrip(b"=").decode()
            assert path.hash.value == digest and path.size == real.stat().st_size, path
left = [str(path) for path in site.rglob("*") if path.is_file() and path not in listed and path.parent != site / "bin"]
assert not left, left[:3]
print(count, "distributions")
`;

  function wheel(name: string) {
    return readZip(file(`wheel-${name}.bin`));
  }
});

/** The names of all entries of a tree image. */
function namesOf(image: Buffer) {
  return Array.from({ length: image.readUInt32LE(8) }, (_, index) => {
    const at = 24 + 24 * index;
    const start = image.readUInt32LE(at);
    return image.toString("utf8", start, start + image.readUInt16LE(at + 4));
  });
}
