// Scripts as people write them, run by the sandbox's Python: they print what the machine's CPython printed, and end as they did there.

import { Sandbox } from "vibengine";
import { afterAll, beforeAll, test } from "vitest";
import outputs from "../python/fixtures/cases.json";
import { pythonSuite, recordings, runRecorded } from "./python-recorded.ts";

const scripts = import.meta.glob<string>("../python/cases/*", { eager: true, query: "?raw", import: "default" });

/** What no script here shows, because it can't be as on the machine, or is not. Printed with the results. */
const KNOWN_DIFFERENCES = [
  // They are compiled into CPython and its C library.
  "the numbers of errno are WASI's (ENOENT is 44), and some of strerror's words are its C library's",
  // The C library has neither, and localtime is in C.
  "no time.tzset, and TZ is not looked at: local time is UTC (zoneinfo works)",
  // Linked without OpenSSL and libmpdec.
  "no hashlib.scrypt; decimal is its Python version, with other words in its errors",
  // wasm32: pointers and C longs.
  "32 bits: sys.maxsize, hashes of floats (and random.Random(1.5)), memory sizes, numpy's default integer",
  // The interpreter is started before the environment is read.
  "PYTHONHASHSEED is not looked at",
  // The environment of children is os.environ.
  "os.putenv, called by itself, does not reach children",
  // The functions of the platform layer are written in Python.
  "a signal handler's frame is that of the platform layer's function, if that was being called",
  // The reactor reads sys.stdout before anything of ours runs.
  "python3 >&- ends with 1",
];

pythonSuite("Python scripts", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.create({ timeoutMs: 120_000 });
  });
  afterAll(async () => {
    console.info(`Known differences from CPython on Linux:\n- ${KNOWN_DIFFERENCES.join("\n- ")}`);
    await sandbox.kill();
  });

  for (const recorded of recordings(scripts, outputs)) test(recorded.name, () => runRecorded(sandbox, recorded));
});
