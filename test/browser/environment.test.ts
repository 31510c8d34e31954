// What every other test in the browser takes for granted.

import { expect, test } from "vitest";

test("the page is cross-origin isolated, so memory can be shared", () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer).toBeInstanceOf(SharedArrayBuffer);
});
