// pandas, numpy and matplotlib, installed by pip: they print what the machine's CPython printed with pandas 3.0.6 and numpy 2.4.6.

import { Sandbox } from "vibengine";
import { afterAll, beforeAll, expect, test } from "vitest";
import outputs from "../python/fixtures/pandas.json";
import { pythonSuite, recordings, runRecorded } from "./python-recorded.ts";

const scripts = import.meta.glob<string>("../python/pandas/*", { eager: true, query: "?raw", import: "default" });

pythonSuite("pandas and numpy", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.create({ timeoutMs: 120_000 });
    const installed = await sandbox.commands.run("pip install pandas numpy matplotlib", { timeoutMs: 60_000 });
    expect(installed.exitCode, installed.stderr).toBe(0);
  }, 60_000);
  afterAll(() => sandbox.kill());

  for (const recorded of recordings(scripts, outputs)) test(recorded.name, () => runRecorded(sandbox, recorded));

  test("the picture that picture.py drew is a PNG, as files.read returns it", async () => {
    const png = await sandbox.files.read("/tmp/picture.png", { format: "bytes" });
    const head = new DataView(png.buffer, png.byteOffset);
    expect([head.getUint32(0), head.getUint32(4)]).toEqual([0x89504e47, 0x0d0a1a0a]);
    const image = await createImageBitmap(new Blob([Uint8Array.from(png)], { type: "image/png" }));
    expect([image.width, image.height]).toEqual([600, 300]);
  });
});
