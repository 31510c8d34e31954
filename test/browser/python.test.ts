// Python, as a user would run it.

import { expect, test } from "vitest";
import { newSandbox } from "./sandboxes.ts";

const run = async (...cmds: string[]) => {
  const sandbox = await newSandbox();
  for (const cmd of cmds) {
    const t = performance.now();
    const result = await sandbox.commands.run(cmd, { timeoutMs: 30000 }).catch((e) => ({ e: String(e), out: e.stdout, err: e.stderr }));
    console.log(cmd, Math.round(performance.now() - t), JSON.stringify(result));
  }
  return sandbox;
};

test("python3 -c", { timeout: 100000 }, async () => {
  const sandbox = await run(
    `python3 -c 'print(1)'`,
    `python3 -c 'print(1)'`,
    `ls -la /usr/local/lib/python315.zip | head -5; cd /usr/local/lib/python315.zip/json && pwd && ls .. | wc -l && stat decoder.pyc && cd .. && cd .. && pwd; touch /usr/local/lib/python315.zip/x; rm -rf /usr/local/lib/python315.zip/json; df`,
    `time python3 -c 'import json, re, asyncio, subprocess; print(json.dumps([1,2]), subprocess.run(["ls","/"],capture_output=True))'`,
    `pip --version`,
    `pip list`,
    `pip install pandas numpy`,
    `ls -la /usr/local/lib/python3.15/site-packages /usr/local/bin`,
    `python3 -c 'import pandas; print(pandas.__version__)'`,
    `python3 -c 'import pandas; print(pandas.__version__)'`,
    `timeout -s INT 1 python3 -c 'while True: pass'; echo $?`,
    `python3 -c 'import time; time.sleep(5)' & sleep 0.5; kill -TERM $!; wait $!; echo $?`,
  );
});
