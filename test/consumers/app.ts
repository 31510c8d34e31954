// An application outside this repository that has the packed tarball installed, and what its page does: the same for all bundlers.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import workspace from "../../package.json" with { type: "json" };
import { launchChromium } from "../support/chromium.mjs";

const PACKAGE = resolve(import.meta.dirname, "../../packages/vibengine");
const [PNPM] = workspace.packageManager.split("+") as [string];

/** npm warns about the settings that pnpm hands down. */
export const env = { ...process.env, npm_config_loglevel: "error" };

/** A page that runs a command, and Python if its address ends in `?python`; its title becomes the output. */
export const PAGE = {
  "package.json": JSON.stringify({ name: "consumer", private: true, type: "module" }),
  "index.html": `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
    <script type="module" src="/main.js"></script>`,
  "main.js": mainScript("vibengine"),
};

/** `options`: the arguments of `Sandbox.create`. */
export function mainScript(vibengine: string, options = ""): string {
  return `import { Sandbox } from "${vibengine}";
    async function main() {
      const s = await Sandbox.create(${options});
      const r = await s.commands.run(location.search === "?python" ? "python3 -c 'print(1)'" : "echo hi | gzip | zcat");
      await s.kill();
      return (r.stdout + r.stderr).trim();
    }
    main().then((text) => { document.title = text; }, (error) => { document.title = String(error); });`;
}

/** Installs the tarball and `packages` beside these files; the folder. */
export function newApp(files: Record<string, string>, packages: string[]): string {
  const app = mkdtempSync(join(tmpdir(), "vibengine-consumer-"));
  execFileSync("npx", ["-y", PNPM, "pack", "--pack-destination", app], { cwd: PACKAGE, env });
  const [tarball] = readdirSync(app).filter((name) => name.endsWith(".tgz"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", `./${tarball}`, ...packages], { cwd: app, env });
  return app;
}

/** Loads the page in a fresh profile and expects that it runs a command, without a byte of Python, and then that it runs Python. */
export async function expectToRun(url: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const requests: string[] = [];
    browser.on("request", (request) => requests.push(new URL(request.url()).pathname));
    const titleAt = async (address: string) => {
      await page.goto(address);
      await page.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 });
      return page.title();
    };
    expect(await titleAt(url)).toBe("hi");
    expect(requests).not.toHaveLength(0);
    expect(requests.filter(isOfPython)).toEqual([]);
    expect(await titleAt(`${url}?python`)).toBe("1");
    expect(requests.filter(isOfPython)).not.toHaveLength(0);
  } finally {
    await browser.close();
  }
}

/** By what every bundler leaves of the names of the pack's files. */
function isOfPython(path: string): boolean {
  return /pack|python|stdlib|\.bin$/.test(path);
}
