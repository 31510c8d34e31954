// Archives of our own come back whole; that pip and Python's zipfile take them is for pack.test.ts.

import { expect, test } from "vitest";
import { readZip, writeZip } from "../pack/zip.mjs";

const FILES: [string, Uint8Array][] = [
  ["a/long.txt", new TextEncoder().encode("abc".repeat(1000))],
  ["a/short", new TextEncoder().encode("x")],
  ["ünï.txt", new TextEncoder().encode("ü")],
  ["empty", new Uint8Array()],
];

test("an archive holds the files put in, and is smaller for what repeats", () => {
  const archive = writeZip(FILES);
  expect([...readZip(archive)].map(([name, read]) => [name, Uint8Array.from(read())])).toEqual(FILES);
  expect(archive.length).toBeLessThan(1000);
  expect(writeZip(FILES)).toEqual(archive);
});

test("a damaged member is noticed, and what is no archive, too", () => {
  const archive = Uint8Array.from(writeZip([["short", new TextEncoder().encode("x")]]));
  const at = archive.indexOf("x".charCodeAt(0), 30 + "short".length);
  archive[at] = "y".charCodeAt(0);
  expect(() => readZip(archive).get("short")?.()).toThrow("short is damaged in its archive");
  expect(() => readZip(new Uint8Array(100))).toThrow("no zip archive");
});
