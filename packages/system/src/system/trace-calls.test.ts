// The trace's fd: inherited, invisible, whole lines.

import { expect, test } from "vitest";
import { TRACE_FD } from "../disk/layout.ts";
import { EAGAIN, EBADF, EINVAL, EMFILE } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { newStat } from "./types.ts";

/** A process that reads a trace, and one that is traced. */
function tracedPair(): { reader: System; fd: number; traced: System } {
  const reader = testSystem();
  const ends: [number, number] = [0, 0];
  reader.pipe(ends);
  const traced = reader.fork() as System;
  traced.traceTo(ends[1]);
  for (const fd of ends) traced.close(fd);
  reader.close(ends[1]);
  return { reader, fd: ends[0], traced };
}

function readAll({ reader, fd }: { reader: System; fd: number }): string {
  const bytes = new Uint8Array(100_000);
  const count = reader.read(fd, bytes, 0, bytes.length);
  return count < 0 ? "" : decode(bytes.slice(0, count));
}

test("a process and all it starts write lines with their pids", () => {
  const pair = tracedPair();
  const child = pair.traced.fork() as System;
  expect(pair.reader.isTraced).toBe(false);
  expect(child.isTraced).toBe(true);
  pair.traced.trace("one() = 0");
  child.trace("two() = 0");
  expect(readAll(pair)).toBe(`[${pair.traced.pid}] one() = 0\n[${child.pid}] two() = 0\n`);
});

test("no other call sees it, and closing all fds leaves it open", () => {
  const pair = tracedPair();
  const { traced } = pair;
  expect(traced.fstat(TRACE_FD, newStat())).toBe(-EBADF);
  expect(traced.close(TRACE_FD)).toBe(-EBADF);
  expect(traced.dup(TRACE_FD)).toBe(-EBADF);
  expect(traced.dup2(0, TRACE_FD)).toBe(-EBADF);
  expect(traced.dup(0, TRACE_FD)).toBe(-EMFILE);
  traced.closeOnExec();
  traced.trace("still here");
  expect(readAll(pair)).toContain("still here");
});

test("only a pipe can be one, and only one", () => {
  const { traced } = tracedPair();
  const ends: [number, number] = [0, 0];
  traced.pipe(ends);
  expect(traced.traceTo(ends[1])).toBe(-EINVAL);
  expect(testSystem().traceTo(0)).toBe(-EINVAL);
});

test("it ends with the last process that has it, and nobody minds when its reader is gone", () => {
  const pair = tracedPair();
  const { reader, fd, traced } = pair;
  const bytes = new Uint8Array(10);
  expect(reader.read(fd, bytes, 0, 10)).toBe(-EAGAIN);
  const child = traced.fork() as System;
  traced.exit(0);
  expect(reader.read(fd, bytes, 0, 10)).toBe(-EAGAIN);
  reader.close(fd);
  child.trace("into the void");
  child.exit(0);
  const other = tracedPair();
  other.traced.exit(0);
  expect(other.reader.read(other.fd, bytes, 0, 10)).toBe(0);
});

test("a line too long for a pipe to take whole is cut", () => {
  const pair = tracedPair();
  pair.traced.trace("x".repeat(10_000));
  const text = readAll(pair);
  expect(text.length).toBe(4096);
  expect(text).toMatch(/x\.\.\.\n$/);
  expect(encode(text).length).toBe(4096);
});
