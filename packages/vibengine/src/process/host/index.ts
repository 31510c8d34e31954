// `host.call`: the door of interpreters from packs, one frame of bytes each way, for what preview1 lacks. The same system calls as
// everyone's, and as the import module `vibengine` has; packages/python/HOST_CALLS.md says what each call takes and answers. Reading order:
// frame.ts, then the families: processes, files, terminals, kernel (what only the kernel can do).

import { ENOSYS, Killed } from "@vibengine/system";
import type { Host } from "../imports/index.ts";
import { type GuestMemory, uncatchable } from "../wasi/index.ts";
import { fileCalls } from "./files.ts";
import { CallError, encodeReply, type Reply, Request } from "./frame.ts";
import { kernelCalls } from "./kernel.ts";
import { processCalls } from "./processes.ts";
import { terminalCalls } from "./terminals.ts";

/** Changes when a program written for it would no longer work. */
const VERSION = 1;
/** More than any request needs. */
const MOST_BYTES = 256 * 1024 * 1024;

export type Call = (request: Request) => Reply;

/** The import module `host`. `allocate` is the guest's `host_alloc`; `after` runs when a call has been made. */
export function hostImports(host: Host, allocate: (length: number) => number, after: () => void) {
  const calls: Record<string, Call> = {
    version: () => VERSION,
    ...processCalls(host),
    ...fileCalls(host),
    ...terminalCalls(host),
    ...kernelCalls(host),
  };
  return {
    call(at: number, length: number, replyOut: number, lengthOut: number): number {
      at >>>= 0;
      length >>>= 0;
      const { guest } = host;
      if (length > MOST_BYTES || !guest.has(at, length)) return -1;
      try {
        const request = new Request(guest.bytes.slice(at, at + length));
        const name = request.text();
        const reply = Object.hasOwn(calls, name) ? answer(calls[name], request) : -ENOSYS;
        host.trace?.(`host.${name}() = ${typeof reply === "number" ? reply : reply[0]}`);
        after();
        return give(guest, encodeReply(reply), allocate, replyOut >>> 0, lengthOut >>> 0);
      } catch (error) {
        // The guest must not catch its own end and run on.
        throw error instanceof Killed ? uncatchable(error) : error;
      }
    },
  };
}

function answer(call: Call, request: Request): Reply {
  try {
    return call(request);
  } catch (error) {
    if (error instanceof CallError) return -error.errno;
    throw error;
  }
}

/** Puts the reply into memory that the guest gives for it. */
function give(
  guest: GuestMemory,
  reply: Uint8Array,
  allocate: (length: number) => number,
  replyOut: number,
  lengthOut: number,
): number {
  const at = allocate(reply.length) >>> 0;
  if (at === 0 || !guest.has(at, reply.length) || !guest.has(replyOut, 4) || !guest.has(lengthOut, 4)) return -1;
  guest.bytes.set(reply, at);
  guest.view.setUint32(replyOut, at, true);
  guest.view.setUint32(lengthOut, reply.length, true);
  return 0;
}
