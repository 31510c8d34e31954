// The files a sed script names: those it writes (w, W, s///w), open for the whole run, and those it reads (r).

import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, ReadError, Reader, Writer } from "../stdio.ts";
import { Failure, type Invocation } from "./define.ts";

/** Names are binary strings. /dev/stdout is not here: what goes there must keep its place in sed's own output. */
export class SedFiles {
  #invocation: Invocation;
  #writers = new Map<string, Writer>();
  #lacking = new Set<string>();

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** Creates a file that the script writes, before its first line runs. */
  open(name: string): void {
    if (this.#writers.has(name) || name === "/dev/stdout") return;
    const { sys, stderr } = this.#invocation;
    if (name === "/dev/stderr") {
      this.#writers.set(name, stderr);
      return;
    }
    const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    if (fd < 0) throw new Failure(`couldn't open file ${name}: ${strerror(fd)}`, 4);
    this.#writers.set(name, new Writer(sys, fd));
  }

  /** The line is in the file before this resolves: a later r, or another program, sees it. */
  async write(name: string, line: string, end: string, lacksEnd: boolean): Promise<void> {
    const writer = this.#writers.get(name)!;
    // Behind a line without its end comes that first.
    const before = this.#lacking.delete(name) ? end : "";
    if (lacksEnd) this.#lacking.add(name);
    await writer.writeBinary(before + line + (lacksEnd ? "" : end));
    await writer.flush();
  }

  /** All of a file; one that can't be read is empty, as r has it. */
  async read(name: string): Promise<string> {
    const { sys, stdin } = this.#invocation;
    if (name === "/dev/stdin") return bytesToBinary(await stdin.readAll());
    const fd = sys.open(AT_FDCWD, binaryToBytes(name), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return "";
    try {
      return bytesToBinary(await new Reader(sys, fd).readAll());
    } catch (error) {
      if (error instanceof ReadError) return "";
      throw error;
    } finally {
      sys.close(fd);
    }
  }

  async close(): Promise<void> {
    for (const [name, writer] of this.#writers) {
      await writer.flush();
      if (name !== "/dev/stderr") this.#invocation.sys.close(writer.fd);
    }
  }
}
