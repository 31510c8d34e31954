// A worker that dies in the middle of a change, with the lock held, in a real browser and under the real kernel's hands: the
// kernel, which never waits, takes the lock from the killed owner, and all goes on.

import { expect, onTestFinished, test } from "vitest";
import { fsck } from "../../packages/system/src/index.ts";
import { NOTHING } from "../browser/sandboxes.ts";
import { startGuests } from "../support/guests.ts";
import { tableProblems } from "./tables.ts";
import { until } from "./world.ts";

const POINTS = [1, 2, 3, 5, 8, 13, 21];

test("killed in mid-change: the kernel takes the lock over, and the disk is whole", { timeout: 60_000 }, async () => {
  const url = new URL("./parking-worker.ts", import.meta.url).href;
  await Promise.all(
    POINTS.map(async (stores) => {
      const guests = await startGuests(url);
      onTestFinished(() => guests.close());
      await guests.install("old", Uint8Array.of(1, 2, 3));
      await guests.install("program.wasm", NOTHING);
      const { pid, gone } = await guests.start("program.wasm", { args: [String(stores)] });
      await until(`it holds the lock after ${stores} stores`, () => guests.owner() === pid, 20_000);
      // The kernel asks for the lock, in vain.
      let isThere = false;
      const asked = guests.exclusive(() => {
        isThere = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([isThere, guests.owner()]).toEqual([false, pid]);
      guests.flag(pid);
      await asked;
      expect(guests.owner()).toBe(0);
      await guests.kill(pid);
      expect((await gone).byForce).toBe(true);
      await guests.exclusive((machine) => {
        const { problems } = fsck(machine.disk, { repair: false });
        expect([...problems, ...tableProblems(machine)], `after ${stores} stores`).toEqual([]);
      });
      expect([3, 50_000]).toContain(await guests.sizeOf("old"));
      await guests.install("another", Uint8Array.of(1));
      expect(await guests.sizeOf("another")).toBe(1);
    }),
  );
});
