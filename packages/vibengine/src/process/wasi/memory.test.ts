import { expect, test } from "vitest";
import { GuestMemory } from "./memory.ts";

test("views follow a memory that grows, private or shared", () => {
  for (const shared of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared });
    const guest = new GuestMemory(() => memory);
    expect(guest.has(0, 65_536)).toBe(true);
    expect(guest.has(0, 65_537)).toBe(false);
    guest.bytes[7] = 42;
    memory.grow(1);
    expect(guest.has(65_536, 65_536)).toBe(true);
    expect(guest.bytes[7]).toBe(42);
    memory.grow(1);
    expect(guest.has(0, 8)).toBe(true);
    expect(guest.view.getUint8(7)).toBe(42);
  }
});

test("an address at the end of the address space is outside, not wrapped around", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const guest = new GuestMemory(() => memory);
  expect(guest.has(0xffff_ffff, 1)).toBe(false);
  expect(guest.has(0xffff_ffff, 0xffff_ffff)).toBe(false);
  expect(guest.has(65_536, 0)).toBe(true);
});

test("vectors add up, and one of them outside makes all wrong", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const guest = new GuestMemory(() => memory);
  const view = new DataView(memory.buffer);
  view.setUint32(0, 100, true);
  view.setUint32(4, 10, true);
  view.setUint32(8, 65_530, true);
  view.setUint32(12, 6, true);
  expect(guest.total(0, 2)).toBe(16);
  expect(guest.total(0, 0)).toBe(0);
  view.setUint32(12, 7, true);
  expect(guest.total(0, 2)).toBe(-1);
  expect(guest.total(65_530, 1)).toBe(-1);
  expect(guest.total(0, 0x2000_0000)).toBe(-1);
});

test("numbers and times are exact u64", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const guest = new GuestMemory(() => memory);
  guest.has(0, 8);
  for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 12345, Number.MAX_SAFE_INTEGER]) {
    guest.setU64(0, value);
    expect(guest.view.getBigUint64(0, true)).toBe(BigInt(value));
  }
  for (const [sec, nsec] of [
    [0, 0],
    [0, 999_999_999],
    [1, 1],
    [1_763_000_000, 123_456_789],
    [65_535, 999_999_999],
    [65_536, 0],
    [4_294_967_296, 5],
    [18_446_744_073, 709_551_615],
  ]) {
    guest.setTime(0, sec, nsec);
    expect(guest.view.getBigUint64(0, true)).toBe(BigInt(sec) * 1_000_000_000n + BigInt(nsec));
  }
  guest.setTime(0, -1, 500);
  expect(guest.view.getBigUint64(0, true)).toBe(0n);
});
