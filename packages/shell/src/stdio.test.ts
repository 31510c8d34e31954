import { AT_FDCWD, encode, O_RDONLY, type System } from "@vibengine/system";
import { expect, test } from "vitest";
import { BrokenPipe, binaryToBytes, bytesToBinary, Reader, WriteError, Writer } from "./stdio.ts";
import { forkOf, runSteps, toolSystem, writeFile } from "./tools/testing.ts";

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  let state = 42;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16);
}

/** As toEqual would say, in a thousandth of its time. */
const same = (a: Uint8Array, b: Uint8Array) => bytesToBinary(a) === bytesToBinary(b);

const open = (sys: System, path: string) => sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);

test("bytes and binary strings convert without loss", () => {
  const bytes = randomBytes(100_000);
  expect(same(binaryToBytes(bytesToBinary(bytes)), bytes)).toBe(true);
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(bytesToBinary(all)).toBe(String.fromCharCode(...all));
});

test("a reader gives every byte once, by chunks, by lines, and all at once", async () => {
  const sys = toolSystem();
  const bytes = randomBytes(300_000);
  writeFile(sys, "random", bytes);
  expect(same(await new Reader(sys, open(sys, "random")).readAll(), bytes)).toBe(true);
  const lines = new Reader(sys, open(sys, "random"));
  const parts: Uint8Array[] = [];
  for (let block = await lines.lines(); block; block = await lines.lines()) parts.push(block.slice());
  expect(parts.slice(0, -1).every((part) => part[part.length - 1] === 10)).toBe(true);
  expect(parts.map(bytesToBinary).join("") === bytesToBinary(bytes)).toBe(true);
});

test("a line longer than the buffer comes whole", async () => {
  const sys = toolSystem();
  writeFile(sys, "long", encode(`${"x".repeat(200_000)}\ny`));
  const reader = new Reader(sys, open(sys, "long"));
  expect((await reader.lines())?.length).toBe(200_001);
  expect(await reader.lines()).toEqual(encode("y"));
  expect(await reader.lines()).toBe(null);
});

test("what is unread comes again, and release moves the shared offset back", async () => {
  const sys = toolSystem();
  writeFile(sys, "f", encode("one\ntwo\n"));
  const fd = open(sys, "f");
  const reader = new Reader(sys, fd);
  const chunk = (await reader.read())!;
  reader.unread(chunk.length - 4);
  reader.release();
  expect(bytesToBinary(await new Reader(sys, fd).readAll())).toBe("two\n");
});

test("a writer waits for the reader of a full pipe, and loses nothing", async () => {
  const sys = toolSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  const [producer, consumer] = [forkOf(sys), forkOf(sys)];
  for (const end of ends) sys.close(end);
  producer.close(ends[0]);
  consumer.close(ends[1]);
  const bytes = randomBytes(1_000_000);
  let waited = 0;
  const produce = async () => {
    const writer = new Writer(producer, ends[1]);
    for (let at = 0; at < bytes.length; at += 1000) {
      const waiting = writer.write(bytes.subarray(at, at + 1000));
      if (waiting) {
        waited++;
        await waiting;
      }
    }
    await writer.flush();
    producer.exit(0);
  };
  const [received] = await Promise.all([new Reader(consumer, ends[0]).readAll(), produce()]);
  expect(same(received, bytes)).toBe(true);
  expect(waited).toBeGreaterThan(0);
});

test("without a reader a write throws BrokenPipe, and so does everything after it", async () => {
  const sys = toolSystem();
  const ends: [number, number] = [0, 0];
  sys.pipe(ends);
  sys.close(ends[0]);
  const writer = new Writer(sys, ends[1]);
  await writer.write("x");
  await expect(writer.flush()).rejects.toThrow(BrokenPipe);
  expect(() => writer.write("y")).toThrow(BrokenPipe);
});

test("a full device is a WriteError, which tools report", async () => {
  const sys = toolSystem();
  const writer = new Writer(sys, sys.open(AT_FDCWD, encode("/dev/full"), 1, 0));
  await writer.write("x");
  await expect(writer.flush()).rejects.toThrow(WriteError);
});

test.each([
  [["cat"]],
  [["cat"], ["cat"]],
  [["tee", "copy"]],
  [["head", "-c", "100000"]],
  [["tail", "-c", "+1"]],
  [["tr", "a", "a"]],
  [["sed", ""]],
  [["grep", "-a", ""]],
  [["base64"], ["base64", "-d"]],
])("100 kB of random bytes pass through %j", async (...commands) => {
  const sys = toolSystem();
  // The last byte is a newline: grep would add one.
  const bytes = randomBytes(100_000);
  bytes[bytes.length - 1] = 10;
  writeFile(sys, "random", bytes);
  const { stdout, status } = await runSteps(sys, [{ commands, stdin: "random" }]);
  expect(status).toBe(0);
  expect(stdout === bytesToBinary(bytes)).toBe(true);
});

test("sort keeps every line of random bytes", async () => {
  const sys = toolSystem();
  const text = bytesToBinary(randomBytes(100_000));
  writeFile(sys, "random", binaryToBytes(text));
  const { stdout } = await runSteps(sys, [{ commands: [["sort"]], stdin: "random" }]);
  expect(stdout === `${text.split("\n").sort().join("\n")}\n`).toBe(true);
});

test("yes ends as soon as head has its line, with status 141 for itself", async () => {
  const sys = toolSystem();
  const { stdout, status } = await runSteps(sys, [{ commands: [["yes"], ["head", "-n", "1"]], stdin: null }]);
  expect([stdout, status]).toEqual(["y\n", 0]);
});
