// random_get: cryptographic bytes. getRandomValues refuses shared memory and more than 65,536 bytes at a time, so they
// come in pieces through a private buffer. `crypto` is taken at load: a locked-down worker has none.

import { wasi } from "@bjorn3/browser_wasi_shim";
import type { Binding } from "./process.ts";

const { crypto } = globalThis;
const PIECE = 65_536;

export function randomImports({ guest }: Binding) {
  let piece = new Uint8Array(256);

  return {
    random_get(buffer: number, length: number): number {
      buffer >>>= 0;
      length >>>= 0;
      if (!guest.has(buffer, length)) return wasi.ERRNO_FAULT;
      if (length > piece.length) piece = new Uint8Array(Math.min(length, PIECE));
      for (let done = 0; done < length; done += piece.length) {
        const rest = length - done;
        const part = rest < piece.length ? piece.subarray(0, rest) : piece;
        crypto.getRandomValues(part);
        guest.bytes.set(part, buffer + done);
      }
      return wasi.ERRNO_SUCCESS;
    },
  };
}
