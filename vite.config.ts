// What the demo, the tests and the benchmark share: the isolation headers, and the three kinds of tests.
//   node     unit tests beside the sources, and test/node: no browser
//   browser  test/browser: inside a page of Chromium, against the built package
//   e2e      test/e2e and test/consumers: in Node, driving a whole browser (reloads, profiles, kill -9, packed tarball)

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, findChromium } from "./test/support/chromium.mjs";
import { ISOLATION_HEADERS } from "./test/support/serve.mjs";

export default defineConfig({
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  test: {
    projects: [
      {
        extends: true,
        test: { name: "node", include: ["{packages/*,demo}/src/**/*.test.ts", "test/node/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          // One at a time: several measure time.
          fileParallelism: false,
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } }),
            instances: [{ browser: "chromium" }],
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
