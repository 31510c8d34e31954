// A frame of `host.call`: fields, each followed by a NUL but the last. A request is taken apart from the left; its last field may
// hold any bytes.

import { decode, EINVAL, encode } from "@vibengine/system";

const NUL = 0;
const SEPARATOR = Uint8Array.of(NUL);

/** Thrown when a request has not the fields that its call needs, and caught where calls are answered. */
export class CallError extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

export class Request {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  field(): Uint8Array {
    if (this.#at > this.#bytes.length) throw new CallError(EINVAL);
    const end = this.#bytes.indexOf(NUL, this.#at);
    const stop = end < 0 ? this.#bytes.length : end;
    const field = this.#bytes.subarray(this.#at, stop);
    this.#at = stop + 1;
    return field;
  }

  text(): string {
    return decode(this.field());
  }

  number(): number {
    const value = Number(this.text() || Number.NaN);
    if (!Number.isFinite(value)) throw new CallError(EINVAL);
    return value;
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  /** A length, and so many fields as `read` takes. */
  list<T>(read: () => T): T[] {
    const length = this.number();
    // Each takes a byte at least.
    if (!(length >= 0 && length <= this.#bytes.length)) throw new CallError(EINVAL);
    return Array.from({ length }, read);
  }

  /** What is left, NULs and all. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#at);
    this.#at = this.#bytes.length + 1;
    return rest;
  }
}

/** What a call answers: a result of at least 0 or -errno, alone or followed by more. */
export type Reply = number | [number, ...(number | Uint8Array)[]];

export function encodeReply(reply: Reply): Uint8Array {
  if (typeof reply === "number") return encode(String(reply));
  const parts = reply.map((field) => (typeof field === "number" ? encode(String(field)) : field));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, -1));
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (i > 0) bytes.set(SEPARATOR, at++);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
