// After hundreds of commands, programs and kills: no slot, open file, pipe or worker more than before, and every orphan reaped.

import { expect, test } from "vitest";
import { OPEN_FILE_WORDS, OPEN_FILES, PIPE_WORDS, PIPES } from "../../packages/system/src/disk/layout.ts";
import { assemble, install, NOTHING } from "../browser/sandboxes.ts";
import { newWorld, until, type World } from "./world.ts";

/** Sleeps for 1,000 s. */
const SLEEPER = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 1000000000000))
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`;

/** What is in use. */
function inUse({ machine, workers }: World): Record<string, number> {
  const { words } = machine.disk.memory;
  const { layout } = machine.disk;
  const count = (start: number, size: number, number: number) =>
    Array.from({ length: number }, (_, i) => start + i * size).filter((at) => words[at] !== 0 || words[at + 1] !== 0)
      .length;
  return {
    slots: [...machine.slots.live()].length,
    files: Array.from({ length: OPEN_FILES }, (_, i) => words[layout.openFileWord + i * OPEN_FILE_WORDS]).filter(
      Boolean,
    ).length,
    pipes: count(layout.pipeWord, PIPE_WORDS, PIPES),
    workers: workers(),
  };
}

test("hundreds of commands, programs, kills and orphans leave nothing behind", { timeout: 120_000 }, async () => {
  const world = await newWorld();
  const { sandbox, machine } = world;
  await install(sandbox, "nothing.wasm", NOTHING);
  await install(sandbox, "sleeper.wasm", await assemble(SLEEPER));
  const round = async (count: number) => {
    const script = `i=0; while [ $i -lt ${count} ]; do
      ./nothing.wasm | cat; echo $i | tr 0-9 a-j > out; x=$(seq 3 | sort -r); cat <(echo $x) > /dev/null
      ./sleeper.wasm & kill $!; wait $!
      ./sleeper.wasm & kill -STOP $!; kill -KILL $!; wait $!
      sleep 9 | ./sleeper.wasm & kill $(jobs -p) $!; kill %%; wait
      ( sleep 0.01 & ); ( ./nothing.wasm & )
      yes | head -n 1 > /dev/null; ./missing; ./nothing.wasm > /missing/file; timeout 0.01 ./sleeper.wasm
      i=$((i+1)); done 2> /dev/null`;
    expect((await sandbox.commands.run(script)).exitCode).toBe(0);
    await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const handle = await sandbox.commands.run(i % 2 === 0 ? "./sleeper.wasm" : "sleep 9 | cat & sleep 9", {
          background: true,
          stdin: true,
        });
        await handle.kill();
        await handle.wait();
      }),
    );
  };
  // Once, so that what is kept ready stands ready.
  await round(4);
  const rest = async () => (await sandbox.commands.run("ps -ef")).stdout;
  const ended = () =>
    until("all have ended", () => [...machine.slots.live()].length <= 2, 20_000).catch(async (error) => {
      throw new Error(`${error.message}: ${await rest()}`);
    });
  await ended();
  const before = inUse(world);
  for (let i = 0; i < 4; i++) await round(10);
  await ended();
  await until("workers are ended", () => inUse(world).workers <= before.workers, 10_000).catch(() => {});
  const after = inUse(world);
  expect(after).toEqual({ ...before, workers: expect.any(Number) });
  // Two of each kind are kept.
  expect(after.workers).toBeLessThanOrEqual(Math.max(before.workers, 4));
  expect((await sandbox.commands.run("ps -e | grep -c '<defunct>'; ls /proc/1/fd | wc -l")).stdout).toMatch(/^0\n/);
  expect(await world.problems()).toEqual([]);
});
