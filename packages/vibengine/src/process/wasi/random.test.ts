import { expect, test } from "vitest";
import { testGuest } from "./test-guest.ts";

const FAULT = 21;

test("random_get fills exactly the buffer, also one larger than getRandomValues takes", () => {
  const guest = testGuest();
  for (const size of [1, 16, 65_536, 65_537, 200_001]) {
    const buffer = guest.room(size + 1);
    expect(guest.call("random_get", buffer, size)).toBe(0);
    const bytes = guest.bytes(buffer, size + 1);
    expect(bytes[size]).toBe(0);
    if (size > 1000) {
      // 256 values, each about as often: a byte that never changes would show, and so would a piece left out.
      const zeros = bytes.filter((byte) => byte === 0).length;
      expect(zeros).toBeLessThan((size / 256) * 2 + 2);
      expect(bytes.subarray(size - 64, size).some((byte) => byte !== 0)).toBe(true);
    }
  }
});

test("random_get works on shared memory, which crypto itself rejects", () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 64, shared: true });
  const guest = testGuest({ memory: () => memory });
  const buffer = guest.room(64);
  expect(guest.call("random_get", buffer, 64)).toBe(0);
  expect(guest.bytes(buffer, 64).some((byte) => byte !== 0)).toBe(true);
});

test("two calls differ; nothing asked is nothing done; outside is EFAULT", () => {
  const guest = testGuest();
  const [a, b] = [guest.room(32), guest.room(32)];
  guest.call("random_get", a, 32);
  guest.call("random_get", b, 32);
  expect(guest.bytes(a, 32)).not.toEqual(guest.bytes(b, 32));
  expect(guest.call("random_get", a, 0)).toBe(0);
  expect(guest.call("random_get", guest.memory.buffer.byteLength - 3, 4)).toBe(FAULT);
});
