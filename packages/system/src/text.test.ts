import { expect, test } from "vitest";
import { decode, encode, isUtf8 } from "./text.ts";

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    yield x >>> 8;
  }
}

test("any bytes come back", () => {
  const random = numbers(1);
  for (let round = 0; round < 2000; round++) {
    // Mostly bytes of UTF-8's upper half, where what is valid and what is not lie close together.
    const bytes = Uint8Array.from({ length: random.next().value % 60 }, () => 0x70 + (random.next().value % 0x90));
    expect([...encode(decode(bytes))]).toEqual([...bytes]);
  }
});

test("text that is UTF-8 is decoded as everywhere, byte order mark included", () => {
  for (const text of ["", "plain", "größer € 𝄞 😀", "\ufeffmark", "日本語".repeat(100)]) {
    expect([...encode(text)]).toEqual([...new TextEncoder().encode(text)]);
    expect(decode(new TextEncoder().encode(text))).toBe(text);
    expect(isUtf8(encode(text))).toBe(true);
  }
});

test("a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte", () => {
  expect(decode(Uint8Array.of(0x61, 0xff, 0x62))).toBe("a\udcffb");
  expect(decode(Uint8Array.of(0xe2, 0x82))).toBe("\udce2\udc82");
  expect([...encode("\udce2\udc82\udcac")]).toEqual([0xe2, 0x82, 0xac]);
});

test("other lone surrogates become U+FFFD", () => {
  expect([...encode("\ud800x\udbff")]).toEqual([0xef, 0xbf, 0xbd, 0x78, 0xef, 0xbf, 0xbd]);
  expect([...encode("\udc00")]).toEqual([0xef, 0xbf, 0xbd]);
});

test("overlong forms, surrogates and what lies beyond U+10FFFF are not UTF-8", () => {
  for (const bytes of [
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0x80],
    [0xc3],
    [0xc3, 0x28],
  ]) {
    expect(isUtf8(Uint8Array.from(bytes)), `${bytes}`).toBe(false);
    expect([...encode(decode(Uint8Array.from(bytes)))]).toEqual(bytes);
  }
  for (const bytes of [
    [0xc2, 0x80],
    [0xe0, 0xa0, 0x80],
    [0xed, 0x9f, 0xbf],
    [0xf0, 0x90, 0x80, 0x80],
    [0xf4, 0x8f, 0xbf, 0xbf],
  ]) {
    expect(isUtf8(Uint8Array.from(bytes)), `${bytes}`).toBe(true);
  }
});

test("views on shared memory are decoded too", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(100));
  shared.set(encode("ein längerer Text, der nicht ASCII ist, sondern mehr"));
  expect(decode(shared.subarray(0, 53))).toBe("ein längerer Text, der nicht ASCII ist, sondern mehr");
});
