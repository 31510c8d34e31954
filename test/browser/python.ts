// Tests of Python: left out, by name, where the pack was not built because the machine has no Python to build it with.

import { test } from "vitest";

export const isPythonBuilt = await fetch(new URL("../../packages/vibengine/dist/python/pack.json", import.meta.url))
  .then(async (response) => response.ok && (await response.text()).startsWith("{"))
  .catch(() => false);

export const pythonTest = test.skipIf(!isPythonBuilt);
