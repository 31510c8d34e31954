// Bytes between the kernel and a command: pipes, reading them to their end, writing what a caller gives. A reader that is slow
// keeps the pipe full, and the pipe holds the command back.

import { EAGAIN, EPIPE, ETIMEDOUT } from "@vibengine/system";
import type { KernelCalls } from "./calls.ts";
import { succeed } from "./raise.ts";

const PIECE = 65_536;
/** How long (ms) a write waits before it looks again whether its target was closed. */
const LOOK_MS = 1000;

/** Both ends, close-on-exec. To be called within `exclusive`. */
export function openPipe({ system }: KernelCalls): [readEnd: number, writeEnd: number] {
  const ends: [number, number] = [-1, -1];
  succeed(system.pipe(ends), "open", "a pipe");
  for (const fd of ends) system.setCloexec(fd, true);
  return ends;
}

/**
 * Reads `fd` to its end and closes it; `take` gets each piece, and the next one is read when it is done. Once `isLast` says so,
 * what is there is read and nothing waited for.
 */
export async function pump(
  calls: KernelCalls,
  fd: number,
  isLast: () => boolean,
  take: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Promise<void> {
  const { system } = calls;
  const bytes = new Uint8Array(PIECE);
  try {
    for (;;) {
      const count = await calls.until(() => {
        const result = system.read(fd, bytes, 0, PIECE);
        return result === -EAGAIN && isLast() ? 0 : result;
      });
      if (count <= 0) return;
      await take(bytes.subarray(0, count));
    }
  } finally {
    await calls.exclusive(() => system.close(fd));
  }
}

/** Writes all of `data` by `write`, which says how much it took, or -errno: then, and once `isOpen` is false, no more. */
export async function feed(
  calls: KernelCalls,
  data: Uint8Array,
  isOpen: () => boolean,
  write: (piece: Uint8Array) => number,
): Promise<void> {
  for (let at = 0; at < data.length && isOpen(); ) {
    const attempt = () => (isOpen() ? write(data.subarray(at)) : -EPIPE);
    const count = await calls.until(attempt, performance.now() + LOOK_MS);
    if (count === -ETIMEDOUT) continue;
    if (count < 0) return;
    at += count;
  }
}
