// The vectors beside plain loops, over texts of many lengths and bytes of all kinds; and that the code is that of the .wat file.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { assemble } from "../../../../test/support/wat.mjs";
import { countBytes, countWords, findBytes } from "./byte-scan.ts";
import { BYTE_SCAN } from "./byte-scan-code.ts";

let seed = 1;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
};
const TEXT = new TextEncoder().encode("ab \t\n\r\v\fzZ09é€😀");
const textOf = (length: number) => Uint8Array.from({ length }, () => TEXT[random(13)]);
const LENGTHS = [0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000, 65_535, 65_536];

test("the assembled code is that of byte-scan.wat", async () => {
  const code = await assemble(readFileSync(new URL("byte-scan.wat", import.meta.url), "utf8"));
  expect(Buffer.from(code).toString("base64")).toBe(BYTE_SCAN);
});

test.each([...LENGTHS, 65_537, 200_003])("bytes are counted and found in %i bytes", (length) => {
  // What a longer text left behind must not count.
  countBytes(new Uint8Array(65_536).fill(10), 10);
  const text = textOf(length);
  const places: number[] = [];
  findBytes(text, 10, 1000, (some) => places.push(...some));
  const expected = [...text.keys()].filter((at) => text[at] === 10).map((at) => 1000 + at + 1);
  expect(places).toEqual(expected);
  expect(countBytes(text, 10)).toBe(expected.length);
});

test.each(LENGTHS)("words are counted in %i bytes", (length) => {
  countBytes(new Uint8Array(65_536).fill(97), 10);
  const text = textOf(length);
  const plain = new TextDecoder("latin1").decode(text);
  const words = plain.split(/[ \t\n\r\v\f]+/).filter(Boolean).length;
  const within = /^[^ \t\n\r\v\f]/.test(plain) ? 1 : 0;
  const space = length === 0 || /[ \t\n\r\v\f]$/.test(plain);
  expect(countWords(text, true)).toEqual({ words, space });
  expect(countWords(text, false)).toEqual({ words: words - within, space: length > 0 && space });
});

test("characters of several bytes are words, what is no character is left to others", () => {
  const count = (bytes: number[], space = true) => countWords(Uint8Array.from(bytes), space)?.words;
  expect(countWords(new TextEncoder().encode("é €uro 😀"), true)?.words).toBe(3);
  for (const odd of [0, 1, 8, 14, 31, 127, 0xc0, 0xc1, 0xf5, 0xff]) expect(count([97, odd, 97])).toBeUndefined();
  expect(count([0xa9, 97])).toBeUndefined();
  expect(count([0xa9, 97], false)).toBe(0);
});
