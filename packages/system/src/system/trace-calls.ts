// The trace of a process's system calls: a pipe at a reserved fd that no other call can see or close, inherited by everything
// the process starts. Whoever runs the process writes a line for each call; the kernel reads them.

import { FDS_PER_SLOT, TRACE_FD } from "../disk/layout.ts";
import { EBADF, EINVAL } from "../errno.ts";
import { KIND_PIPE } from "../io/open-files.ts";
import { PIPE_BUF } from "../io/pipe.ts";
import { P_FD_END } from "../io/slots.ts";
import { encode } from "../text.ts";
import { TtyCalls } from "./tty-calls.ts";

export class TraceCalls extends TtyCalls {
  /** Whether someone follows the calls of this process. */
  get isTraced(): boolean {
    return this.#traceWord() !== 0;
  }

  /** Makes the pipe's write end `fd` the trace of this process and of all that it starts from now on. */
  traceTo(fd: number): number {
    return this.call(() => {
      const { slots, disk, files } = this.machine;
      const file = this.file(fd);
      if (file < 0) return file;
      if (files.kind(file) !== KIND_PIPE || this.isTraced) return -EINVAL;
      files.addReference(file);
      disk.memory.words[slots.fdWord(this.slot) + TRACE_FD] = file + 1;
      slots.set(this.slot, P_FD_END, FDS_PER_SLOT);
      return 0;
    });
  }

  /** Writes one line, whole; -EAGAIN when there is no room yet, -EBADF without a trace, -EPIPE when nobody reads it. */
  writeTrace(line: Uint8Array): number {
    return this.call(() => {
      const word = this.#traceWord();
      if (word === 0) return -EBADF;
      return this.machine.pipes.write(this.machine.files.object(word - 1), line, 0, line.length, this.slot);
    });
  }

  #traceWord(): number {
    return this.machine.disk.memory.words[this.machine.slots.fdWord(this.slot) + TRACE_FD];
  }
}

/** A line as it goes into the trace. No longer than what a pipe takes in whole, so that lines of several processes stay apart. */
export function traceLine(pid: number, line: string): Uint8Array {
  const bytes = encode(`[${pid}] ${line}\n`);
  if (bytes.length <= PIPE_BUF) return bytes;
  const cut = bytes.slice(0, PIPE_BUF);
  cut.set(encode("...\n"), PIPE_BUF - 4);
  return cut;
}
