// Reads the trace of a command: the pipe into which its processes write a line for each system call. The pipe is small and
// writers wait for room, so a slow listener slows the command down, and no line is lost.

import { EAGAIN } from "@vibengine/system";
import type { TraceSink } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";

const PIECE = 65_536;

/** Hands on whole lines until the last writer is gone, or `isLast` says that those still writing are not waited for. */
export async function pumpTrace(calls: KernelCalls, fd: number, sink: TraceSink, isLast: () => boolean): Promise<void> {
  const { system } = calls;
  const bytes = new Uint8Array(PIECE);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  try {
    for (;;) {
      const count = await calls.until(() => {
        const result = system.read(fd, bytes, 0, PIECE);
        return result === -EAGAIN && isLast() ? 0 : result;
      });
      if (count <= 0) return;
      const lines = (rest + decoder.decode(bytes.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) await sink(lines);
    }
  } finally {
    await calls.exclusive(() => system.close(fd));
  }
}
