// The packed tarball in a fresh Vite application outside this repository: built, and on the development server, both with
// Vite's defaults but for the isolation headers.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ISOLATION_HEADERS, serve } from "../support/serve.mjs";
import { env, expectToRun, newApp, PAGE } from "./app.ts";

const CONFIG = `const headers = ${JSON.stringify(ISOLATION_HEADERS)};
  export default { server: { headers }, preview: { headers } };`;

let app: string;

beforeAll(() => {
  app = newApp({ ...PAGE, "vite.config.js": CONFIG }, ["vite@8"]);
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

test("the tarball brings no other package along", () => {
  const manifest = execFileSync("npm", ["ls", "--all", "--json", "vibengine"], { cwd: app, env, encoding: "utf8" });
  expect(JSON.parse(manifest).dependencies.vibengine).not.toHaveProperty("dependencies");
});

test("a production build runs a command, and Python", async () => {
  vite("build");
  const server = await serve(join(app, "dist"));
  try {
    await expectToRun(server.url);
  } finally {
    await server.close();
  }
});

test("the development server runs a command, and Python, on the first load and on the next", async () => {
  const { url, server } = await startDevServer();
  try {
    await expectToRun(url);
    await expectToRun(url);
  } finally {
    server.kill();
    await once(server, "exit");
  }
});

const VITE = "node_modules/vite/bin/vite.js";

function vite(...args: string[]): void {
  execFileSync(process.execPath, [VITE, ...args], { cwd: app, stdio: "pipe" });
}

/** On the first free port from Vite's own upwards. */
async function startDevServer(): Promise<{ url: string; server: ChildProcess }> {
  // Colours would stand within the URL, and Vite has them on where CI is set.
  const env = { ...process.env, NO_COLOR: "1" };
  const server = spawn(process.execPath, [VITE], { cwd: app, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of server.stdout) {
    output += chunk;
    const [url] = /http:\/\/localhost:\d+\//.exec(output) ?? [];
    if (url) return { url, server };
  }
  throw new Error(`vite ended early: ${output}`);
}
