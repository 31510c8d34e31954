// What a caller gives as bytes, on its way to the kernel.

import { InvalidArgumentError } from "./errors.ts";

export function toBytes(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return ownBytes(data);
  throw new InvalidArgumentError(`input must be a string or a Uint8Array, got ${typeof data}`);
}

/** Just these bytes: a small view of a large buffer would be posted with all of it, one on shared memory not as a copy. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return isWhole ? bytes : bytes.slice();
}
