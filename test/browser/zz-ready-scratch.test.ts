import { Sandbox } from "vibengine";
import { test } from "vitest";

test("ready", async () => {
  const t: number[] = [];
  for (let i = 0; i < 25; i++) {
    const s = performance.now();
    const sb = await Sandbox.create();
    t.push(performance.now() - s);
    await sb.kill();
  }
  t.splice(0, 3);
  t.sort((a, b) => a - b);
  console.log("READY median", t[11].toFixed(2), "min", t[0].toFixed(2), t.map((x) => x.toFixed(0)).join(" "));
});
