// Python over a reload: what was installed and written is there again, with nothing fetched anew.

import { expect } from "vitest";
import { newProfile, openBrowser, openPage, reload, servedPage, pythonTest as test } from "./harness.ts";

const served = servedPage();

const TRAIN = `import pandas as pd
df = pd.read_csv("/home/user/data.csv")
print(df.groupby("kind")["value"].mean().to_dict())
df.describe().to_csv("/home/user/summary.csv")
`;

test("pip install, write, run, pause; reload; resume, run again, without the pack's server", async () => {
  const browser = await openBrowser(newProfile());
  const page = await openPage(browser, served.url);
  const first = await page.evaluate(async (train) => {
    const { Sandbox } = window.vibengine;
    const sandbox = await Sandbox.create({ timeoutMs: 300_000 });
    await sandbox.commands.run("pip install pandas numpy");
    await sandbox.files.write("/home/user/data.csv", "kind,value\na,1\nb,2\na,3\n");
    await sandbox.files.write("/home/user/train.py", train);
    const { stdout } = await sandbox.commands.run('python3 -c "import pandas; print(pandas.__version__)"');
    const result = await sandbox.commands.run("python3 /home/user/train.py");
    await sandbox.pause();
    localStorage.setItem("sandboxId", sandbox.sandboxId);
    return { version: stdout, result };
  }, TRAIN);
  expect(first.version).toMatch(/^3\.\d+\.\d+\n$/);
  expect(first.result).toEqual({ exitCode: 0, stdout: "{'a': 2.0, 'b': 2.0}\n", stderr: "" });

  await reload(page);
  // Nothing of the pack is to be had any more; what the browser kept does.
  const asked: string[] = [];
  await page.route(/\/(pack|python|stdlib|pip|zoneinfo|wheel)[-\w.]*\.(bin|json)$/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  const second = await page.evaluate(async () => {
    const { Sandbox } = window.vibengine;
    const sandbox = await Sandbox.resume(localStorage.getItem("sandboxId") as string, { timeoutMs: 120_000 });
    const result = await sandbox.commands.run("python3 /home/user/train.py; head -n 2 summary.csv");
    const list = await sandbox.commands.run("pip list | tail -n 3; pip check");
    const [fork] = await sandbox.fork();
    const forked = await fork.commands.run("python3 -c 'import numpy; print(numpy.arange(4).sum())'");
    await Promise.all([fork.kill(), sandbox.kill()]);
    return { result, list: list.stdout, forked: forked.stdout };
  });
  expect(second.result).toEqual({ exitCode: 0, stdout: "{'a': 2.0, 'b': 2.0}\n,value\ncount,3.0\n", stderr: "" });
  expect(second.list).toMatch(/^pip +\S+\npython-dateutil +\S+\nsix +\S+\nNo broken requirements found\.\n$/);
  expect(second.forked).toBe("6\n");
  expect(asked.every((url) => /pack[-\w]*\.json$/.test(url))).toBe(true);
});
