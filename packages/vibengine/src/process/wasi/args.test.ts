import { encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { testGuest } from "./test-guest.ts";

const FAULT = 21;
const args = ["prog", "", "naïve 🦀", "a b"].map(encode);
const env = ["HOME=/home/user", "GRÜSSE=ü"].map(encode);

test("sizes count UTF-8 bytes and a NUL for each string", () => {
  const guest = testGuest({ args, env });
  const out = guest.room(8);
  expect(guest.call("args_sizes_get", out, out + 4)).toBe(0);
  expect([guest.u32(out), guest.u32(out + 4)]).toEqual([4, 5 + 1 + 12 + 4]);
  expect(guest.call("environ_sizes_get", out, out + 4)).toBe(0);
  expect([guest.u32(out), guest.u32(out + 4)]).toEqual([2, 16 + 11]);
});

test("args_get fills pointers and NUL-terminated strings", () => {
  const guest = testGuest({ args });
  const pointers = guest.room(16);
  const buffer = guest.room(22);
  expect(guest.call("args_get", pointers, buffer)).toBe(0);
  expect(guest.text(buffer, 22)).toBe("prog\0\0naïve 🦀\0a b\0");
  expect([0, 4, 8, 12].map((i) => guest.u32(pointers + i) - buffer)).toEqual([0, 5, 6, 18]);
});

test("environ_get gives K=V", () => {
  const guest = testGuest({ env });
  const pointers = guest.room(8);
  const buffer = guest.room(27);
  expect(guest.call("environ_get", pointers, buffer)).toBe(0);
  expect(guest.text(buffer, 27)).toBe("HOME=/home/user\0GRÜSSE=ü\0");
});

test("a program without arguments and variables gets zeros", () => {
  const guest = testGuest();
  const out = guest.put(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9));
  expect(guest.call("environ_sizes_get", out, out + 4)).toBe(0);
  expect(guest.u64(out)).toBe(0n);
  expect(guest.call("args_get", out, out)).toBe(0);
});

test("a pointer outside the memory is EFAULT", () => {
  const guest = testGuest({ args, env });
  const end = guest.memory.buffer.byteLength;
  const inside = guest.room(64);
  expect(guest.call("args_sizes_get", end - 3, inside)).toBe(FAULT);
  expect(guest.call("args_sizes_get", inside, -1)).toBe(FAULT);
  expect(guest.call("args_get", end - 12, inside)).toBe(FAULT);
  expect(guest.call("args_get", inside, end - 21)).toBe(FAULT);
  expect(guest.call("environ_sizes_get", -4, inside)).toBe(FAULT);
  expect(guest.call("environ_get", inside, end)).toBe(FAULT);
});
