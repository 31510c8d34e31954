// The packed tarball where it is not Vite that serves it: bundled by webpack and by esbuild, and as it is, with no bundler at all.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { serve } from "../support/serve.mjs";
import { env, expectToRun, mainScript, newApp, PAGE } from "./app.ts";

/**
 * webpack minifies nothing: it would take half a minute over what is minified already. esbuild leaves what it finds in `new URL` alone: the
 * application says where it has put vibengine's files.
 */
const SCRIPTS = {
  "webpack.mjs": `import webpack from "webpack";
    const output = { path: process.cwd() + "/webpack", filename: "main.js" };
    webpack({ mode: "production", entry: "./main.js", output, optimization: { minimize: false } },
      (error, stats) => {
        if (error) throw error;
        if (stats.hasErrors()) throw new Error(stats.toString());
      });`,
  "esbuild.mjs": `import { build } from "esbuild";
    await build({ entryPoints: ["based.js"], outfile: "esbuild/main.js", bundle: true, format: "esm" });`,
  "based.js": mainScript("vibengine", '{ assetBase: "/files/" }'),
};

let app: string;

beforeAll(() => {
  app = newApp({ ...PAGE, ...SCRIPTS }, ["webpack@5", "esbuild@0.28"]);
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

test("webpack 5", async () => {
  build("webpack.mjs");
  await expectServed("webpack");
});

test("esbuild, with the files put elsewhere", async () => {
  build("esbuild.mjs");
  cpSync(join(app, "node_modules/vibengine/dist"), join(app, "esbuild/files"), { recursive: true });
  await expectServed("esbuild");
});

test("a static page with no bundler", async () => {
  mkdirSync(join(app, "static"));
  cpSync(join(app, "node_modules/vibengine/dist"), join(app, "static/vibengine"), { recursive: true });
  writeFileSync(join(app, "static/main.js"), mainScript("./vibengine/index.js"));
  await expectServed("static");
});

function build(script: string): void {
  execFileSync(process.execPath, [script], { cwd: app, env, stdio: "pipe" });
}

async function expectServed(folder: string): Promise<void> {
  writeFileSync(join(app, folder, "index.html"), PAGE["index.html"]);
  const server = await serve(join(app, folder));
  try {
    await expectToRun(server.url);
  } finally {
    await server.close();
  }
}
