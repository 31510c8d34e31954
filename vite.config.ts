// What the demo, the tests and the benchmark share: the isolation headers, and the three kinds of tests.
//   node     unit tests beside the sources, and test/node: no browser
//   browser  test/browser and test/hostile: inside a page of Chromium, against the built package
//   e2e      test/e2e and test/consumers: in Node, driving a whole browser (reloads, profiles, kill -9, packed tarball)

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, findChromium } from "./test/support/chromium.mjs";
import { ISOLATION_HEADERS } from "./test/support/serve.mjs";
import { assemble } from "./test/support/wat.mjs";

/**
 * Serves the package's workers as they were built: vitest rewrites every `import()` to go through its own runner, which a
 * worker does not have.
 */
const builtFiles: Plugin = {
  name: "vibengine-built-files",
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const [path] = (request.url ?? "").split("?");
      if (!/\/packages\/vibengine\/dist\/(kernel|process|shell|tools|data|saving|packs)\.js$/.test(path)) return next();
      for (const [name, value] of Object.entries(ISOLATION_HEADERS)) response.setHeader(name, value);
      response.setHeader("Content-Type", "text/javascript");
      response.end(readFileSync(join(import.meta.dirname, "packages/vibengine/dist", basename(path))));
    });
  },
};

export default defineConfig({
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          testTimeout: 30_000,
          include: ["{packages/*,demo}/src/**/*.test.ts", "test/node/**/*.test.ts"],
        },
      },
      {
        extends: true,
        plugins: [builtFiles],
        test: {
          name: "browser",
          include: ["test/{browser,hostile}/**/*.test.ts"],
          // One at a time: several measure time.
          fileParallelism: false,
          testTimeout: 30_000,
          browser: {
            // Some tests have the page's heap collected first: memories are few, and garbage counts until then.
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium(), args: [...CHROMIUM_FLAGS, "--js-flags=--expose-gc"] },
            }),
            instances: [{ browser: "chromium" }],
            commands: { assemble: (_context, wat: string) => assemble(wat) },
          },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/{e2e,consumers}/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
