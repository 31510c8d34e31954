// The packed tarball in a fresh Vite application outside this repository: built, and on the development server, both with
// Vite's defaults but for the isolation headers.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import workspace from "../../package.json" with { type: "json" };
import { launchChromium } from "../support/chromium.mjs";
import { ISOLATION_HEADERS, serve } from "../support/serve.mjs";

const PACKAGE = resolve(import.meta.dirname, "../../packages/vibengine");
const [PNPM] = workspace.packageManager.split("+") as [string];

const FILES = {
  "package.json": JSON.stringify({ name: "consumer", private: true, type: "module" }),
  "index.html": `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
    <script type="module" src="/main.js"></script>`,
  "main.js": `import { Sandbox } from "vibengine";
    async function main() {
      const s = await Sandbox.create();
      const r = await s.commands.run("echo hi | gzip | zcat");
      await s.kill();
      return r.stdout.trim();
    }
    main().then((text) => { document.title = text; }, (error) => { document.title = String(error); });`,
  "vite.config.js": `const headers = ${JSON.stringify(ISOLATION_HEADERS)};
    export default { server: { headers }, preview: { headers } };`,
};

/** npm warns about the settings that pnpm hands down. */
const env = { ...process.env, npm_config_loglevel: "error" };

let app: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "vibengine-consumer-"));
  execFileSync("npx", ["-y", PNPM, "pack", "--pack-destination", app], { cwd: PACKAGE, env });
  const [tarball] = readdirSync(app).filter((name) => name.endsWith(".tgz"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(app, name), text);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", `./${tarball}`, "vite@8"], { cwd: app, env });
}, 300_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

test("the tarball brings no other package along", () => {
  const manifest = execFileSync("npm", ["ls", "--all", "--json", "vibengine"], { cwd: app, env, encoding: "utf8" });
  expect(JSON.parse(manifest).dependencies.vibengine).not.toHaveProperty("dependencies");
});

test("a production build runs a command", async () => {
  vite("build");
  const server = await serve(join(app, "dist"));
  try {
    expect(await titleOf(server.url)).toBe("hi");
  } finally {
    await server.close();
  }
});

test("the development server runs a command, on the first load and on the next", async () => {
  const { url, server } = await startDevServer();
  try {
    expect(await titleOf(url)).toBe("hi");
    expect(await titleOf(url)).toBe("hi");
  } finally {
    server.kill();
    await once(server, "exit");
  }
});

/** What the page's title becomes. */
async function titleOf(url: string): Promise<string> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.title !== "", undefined, { timeout: 30_000 });
    return await page.title();
  } finally {
    await browser.close();
  }
}

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
