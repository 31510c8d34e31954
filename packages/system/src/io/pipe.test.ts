import { expect, test } from "vitest";
import { AT_FDCWD, O_RDONLY } from "../constants.ts";
import { PIPE_SIZE, PIPES } from "../disk/layout.ts";
import { EAGAIN, ENFILE, EPIPE } from "../errno.ts";
import type { System } from "../system/system.ts";
import { testSystem } from "../testing.ts";
import { encode } from "../text.ts";
import { PIPE_BUF } from "./pipe.ts";

function pipe(sys: System): [number, number] {
  const ends: [number, number] = [0, 0];
  expect(sys.pipe(ends)).toBe(0);
  return ends;
}

/** `length` bytes that differ from any shifted copy of themselves. */
function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((start + i) * 31) ^ ((start + i) >>> 8));
}

test("bytes come out as they went in, however writes and reads are cut, round the ring and round again", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const total = 5 * PIPE_SIZE + 777;
  const into = new Uint8Array(70_000);
  let written = 0;
  let read = 0;
  for (let i = 1; read < total; i++) {
    const length = Math.min((i * 7919) % 70_000, total - written);
    const count = length === 0 ? 0 : sys.write(writer, pattern(length, written), 0, length);
    if (count > 0) written += count;
    const got = sys.read(reader, into, 0, (i * 5003) % 70_000);
    if (got <= 0) continue;
    expect(Buffer.compare(into.subarray(0, got), pattern(got, read))).toBe(0);
    read += got;
  }
  expect(sys.read(reader, into, 0, 1)).toBe(-EAGAIN);
});

test("a full pipe takes no more; what fits of a long write is taken", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const bytes = new Uint8Array(2 * PIPE_SIZE);
  expect(sys.write(writer, bytes, 0, bytes.length)).toBe(PIPE_SIZE);
  expect(sys.write(writer, bytes, 0, 1)).toBe(-EAGAIN);
  expect(sys.read(reader, bytes, 0, 100)).toBe(100);
  expect(sys.write(writer, bytes, 0, bytes.length)).toBe(100);
});

test("a write of up to PIPE_BUF bytes goes in whole or not at all", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const bytes = new Uint8Array(PIPE_SIZE);
  sys.write(writer, bytes, 0, PIPE_SIZE - PIPE_BUF + 1);
  expect(sys.write(writer, bytes, 0, PIPE_BUF)).toBe(-EAGAIN);
  expect(sys.write(writer, bytes, 0, PIPE_BUF - 1)).toBe(PIPE_BUF - 1);
  sys.read(reader, bytes, 0, PIPE_BUF - 1);
  expect(sys.write(writer, bytes, 0, PIPE_BUF)).toBe(-EAGAIN);
  expect(sys.write(writer, bytes, 0, PIPE_BUF + 1)).toBe(PIPE_BUF - 1);
});

test("the end: no writer left is 0 once all is read, no reader left is EPIPE", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const twin = sys.dup(writer);
  sys.write(writer, encode("last words"), 0, 10);
  sys.close(writer);
  const into = new Uint8Array(100);
  expect(sys.read(reader, into, 0, 4)).toBe(4);
  sys.close(twin);
  expect(sys.read(reader, into, 0, 100)).toBe(6);
  expect(sys.read(reader, into, 0, 100)).toBe(0);
  const [other, end] = pipe(sys);
  expect(sys.read(other, into, 0, 0)).toBe(0);
  expect(sys.write(end, into, 0, 0)).toBe(0);
  sys.close(other);
  expect(sys.write(end, into, 0, 1)).toBe(-EPIPE);
});

test("a child's copies keep an end open", () => {
  const sys = testSystem();
  const [reader, writer] = pipe(sys);
  const child = sys.fork();
  if (typeof child === "number") throw new Error("no process");
  sys.close(writer);
  const into = new Uint8Array(10);
  expect(sys.read(reader, into, 0, 10)).toBe(-EAGAIN);
  expect(child.write(writer, encode("x"), 0, 1)).toBe(1);
  child.exit(0);
  expect(sys.read(reader, into, 0, 10)).toBe(1);
  expect(sys.read(reader, into, 0, 10)).toBe(0);
});

test("there are so many pipes and no more; a closed one starts empty again", () => {
  const sys = testSystem();
  const made: [number, number][] = [];
  // Fds end before pipes do: a second process has the rest.
  const other = sys.fork();
  if (typeof other === "number") throw new Error("no process");
  for (let i = 0; i < PIPES; i++) {
    const ends: [number, number] = [0, 0];
    expect((i < 400 ? sys : other).pipe(ends)).toBe(0);
    made.push(ends);
  }
  expect(other.pipe([0, 0])).toBe(-ENFILE);
  sys.write(made[7][1], encode("old"), 0, 3);
  sys.close(made[7][0]);
  expect(other.pipe([0, 0])).toBe(-ENFILE); // one end is open still
  sys.close(made[7][1]);
  const [reader, writer] = pipe(sys);
  expect(sys.read(reader, new Uint8Array(10), 0, 10)).toBe(-EAGAIN);
  expect(sys.write(writer, encode("new"), 0, 3)).toBe(3);
  expect(sys.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0)).toBeGreaterThan(0); // files are not pipes
});
