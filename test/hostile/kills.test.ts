// Random kills of several workers that hammer one tree: whatever moment a kill hits, nobody is ever stuck, and neither the disk
// nor the tables beside it are broken. `VITE_HOSTILE_KILLS=1000 pnpm test browser` for more of them.

import type { CommandHandle } from "vibengine";
import { expect, test } from "vitest";
import { CHANGES } from "../../packages/system/src/index.ts";
import { assemble, install } from "../browser/sandboxes.ts";
import { HAMMER } from "./programs.ts";
import { newWorld, randomFrom, sleep, timed, until } from "./world.ts";

const KILLS = Number(import.meta.env.VITE_HOSTILE_KILLS ?? 200);
const BATCH = 20;
const AT_ONCE = 4;
/** When the kill comes, after the command's start: half of them while it starts, half once it is hard at work. */
const LONGEST_MS = 20;
const START_MS = 30;
/** Two hammers for each shell. The shells' own names are among those that the programs use. */
const COMMANDS = [
  "exec ./hammer.wasm",
  "./hammer.wasm",
  `while :; do for n in aa ab ac ba bb bc; do
     echo $n >> d0/$n; cat d1/$n > d2/$n; mv d2/$n d3/$n; rm -f d3/a?; done; done 2>/dev/null`,
];

test(`${KILLS} random kills`, { timeout: 60_000 + KILLS * 300 }, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const { sandbox, machine, problems, workers } = await newWorld();
  await install(sandbox, "hammer.wasm", await assemble(HAMMER));
  await sandbox.commands.run("mkdir d0 d1 d2 d3");
  const slotsBefore = [...machine.slots.live()].length;
  const changesBefore = machine.disk.memory.words[CHANGES];
  const start = performance.now();
  let slowest = 0;
  let slowestDeath = 0;
  for (let done = 0; done < KILLS; done += BATCH) {
    const victims: Promise<void>[] = Array.from({ length: AT_ONCE }, async () => {
      for (let i = 0; i < BATCH / AT_ONCE; i++) {
        const command = COMMANDS[Math.floor(random() * COMMANDS.length)];
        const handle = await sandbox.commands.run(command, { background: true });
        await sleep((random() < 0.5 ? 0 : START_MS) + random() * LONGEST_MS);
        slowestDeath = Math.max(slowestDeath, await timed(die(handle)));
      }
    });
    await Promise.all(victims);
    const command = sandbox.commands.run("echo alive > answer && cat answer");
    slowest = Math.max(slowest, await timed(command));
    expect((await command).stdout).toBe("alive\n");
  }
  const took = performance.now() - start;
  const changes = machine.disk.memory.words[CHANGES] - changesBefore;
  await until("all processes are gone", () => [...machine.slots.live()].length <= slotsBefore, 5000);
  expect(await problems()).toEqual([]);
  // What the tree says is there can be read, and adds up.
  const { stdout, stderr } = await sandbox.commands.run(
    "find d? -type f | wc -l; cat $(find d? -type f) | wc -c; rm -r d?",
  );
  const [files, bytes] = stdout.trim().split("\n").map(Number);
  expect(stderr).toBe("");
  expect(files).toBeGreaterThan(0);
  expect(await problems()).toEqual([]);
  console.log(
    `${KILLS} kills among ${changes} changes in ${Math.round(took)} ms; slowest death ${slowestDeath.toFixed(1)} ms, slowest answer ` +
      `${slowest.toFixed(1)} ms; ${files} files with ${bytes} bytes; ${workers()} workers`,
  );
  expect(changes).toBeGreaterThan(KILLS * 10);
  expect(slowest).toBeLessThan(2000);
});

async function die(handle: CommandHandle): Promise<void> {
  const wasAlive = await handle.kill();
  const { exitCode, stderr } = await handle.wait();
  expect({ wasAlive, exitCode, stderr }).toEqual({ wasAlive: true, exitCode: 137, stderr: "" });
}
