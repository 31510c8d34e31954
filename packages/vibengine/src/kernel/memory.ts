// A sandbox's memory: one shared WebAssembly.Memory with a disk in it, made empty or filled from a snapshot.

import { type Disk, formatDisk as format, layoutFor, wasmBacking } from "@vibengine/system";
import { NotEnoughSpaceError } from "../errors.ts";

const WASM_PAGE = 65_536;

/** Memory for a disk of that size: reserved in full, touched only as it is used. */
export function newMemory(diskSizeBytes: number): WebAssembly.Memory {
  const { initialBytes, totalBytes } = layoutFor(diskSizeBytes);
  try {
    return new WebAssembly.Memory({
      initial: Math.ceil(initialBytes / WASM_PAGE),
      maximum: Math.ceil(totalBytes / WASM_PAGE),
      shared: true,
    });
  } catch (cause) {
    throw new NotEnoughSpaceError(
      `the browser can't reserve ${totalBytes} bytes of memory for a disk of ${diskSizeBytes} bytes: ` +
        "close other sandboxes or choose a smaller diskSizeBytes",
      { cause },
    );
  }
}

export function formatDisk(memory: WebAssembly.Memory, diskSizeBytes: number): Disk {
  return format(wasmBacking(memory), diskSizeBytes);
}
