// Reads the trace of a command: the pipe into which its processes write a line for each system call. The pipe is small and
// writers wait for room, so a slow listener slows the command down, and no line is lost.

import type { TraceSink } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { pump } from "./streams.ts";

/** Hands on whole lines until the last writer is gone, or `isLast` says that those still writing are not waited for. */
export async function pumpTrace(calls: KernelCalls, fd: number, sink: TraceSink, isLast: () => boolean): Promise<void> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  await pump(calls, fd, isLast, async (bytes) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) await sink(lines);
  });
}
