// A process that ends itself holds the lock while it closes its files, which may take long: nobody may take the lock from it
// then, though its slot says already that it is dead. Whoever was killed by another has no such protection.

import { expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDWR, SIGKILL } from "../constants.ts";
import { testSystem } from "../testing.ts";
import { encode } from "../text.ts";
import type { System } from "./system.ts";

/** A process with a file of its own that has no name any more, and what a waiter sees while the file is freed. */
function doomed(): { parent: System; child: System; seen: boolean[] } {
  const parent = testSystem();
  const child = parent.fork();
  if (typeof child === "number") throw new Error("no slot");
  child.open(AT_FDCWD, encode("file"), O_CREAT | O_RDWR, 0o644);
  child.unlink(AT_FDCWD, encode("file"));
  const seen: boolean[] = [];
  const { tree } = child.machine.disk;
  const letGo = tree.letGo.bind(tree);
  tree.letGo = (ino) => {
    seen.push(child.machine.slots.isDead(child.pid));
    letGo(ino);
  };
  return { parent, child, seen };
}

test("exit: alive until the lock is free", () => {
  const { child, seen } = doomed();
  child.exit(0);
  expect(seen).toEqual(Array(seen.length).fill(false));
  expect(seen.length).toBeGreaterThan(0);
  expect(child.machine.slots.isDead(child.pid)).toBe(true);
  expect(child.machine.lock.isFree).toBe(true);
});

test("a signal to itself: alive until the lock is free", () => {
  const { child, seen } = doomed();
  expect(() => child.kill(child.pid, SIGKILL)).toThrow("killed");
  expect(seen).toEqual(Array(seen.length).fill(false));
  expect(seen.length).toBeGreaterThan(0);
  expect(child.machine.slots.isDead(child.pid)).toBe(true);
});

test("a signal from another: dead at once", () => {
  const { parent, child, seen } = doomed();
  parent.kill(child.pid, SIGKILL);
  expect(seen).toEqual(Array(seen.length).fill(true));
  expect(seen.length).toBeGreaterThan(0);
});
