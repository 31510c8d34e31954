// tee: standard input to standard output and to files.

import { AT_FDCWD, encode, O_APPEND, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { BrokenPipe, WriteError, Writer } from "../stdio.ts";
import { define } from "./define.ts";
import { quoteIfNeeded } from "./quote.ts";

export const tee = define(
  {
    name: "tee",
    usage: "[OPTION]... [FILE]...",
    help: `Copy standard input to each FILE, and also to standard output.

  -a, --append              append to the given FILEs, do not overwrite
  -i, --ignore-interrupts   (ignored)
  -p                        operate in a more appropriate mode with pipes: go on when one breaks
      --output-error[=MODE]  likewise`,
  },
  async (invocation) => {
    const { options, operands, sys, stdin, stdout } = invocation;
    const outputs: { writer: Writer; name: string }[] = [{ writer: stdout, name: "standard output" }];
    const flags = O_WRONLY | O_CREAT | O_CLOEXEC | (options.has("a") ? O_APPEND : O_TRUNC);
    for (const name of operands) {
      const fd = sys.open(AT_FDCWD, encode(name), flags, 0o666);
      if (fd < 0) invocation.warn(`${quoteIfNeeded(name)}: ${strerror(fd)}`);
      else outputs.push({ writer: new Writer(sys, fd), name });
    }
    const goOn = options.has("p") || options.has("output-error");
    for (let chunk = await stdin.read(); chunk; chunk = await stdin.read()) {
      for (const output of [...outputs]) {
        try {
          await output.writer.write(chunk);
          await output.writer.flush();
        } catch (error) {
          if (error instanceof BrokenPipe ? !goOn : !(error instanceof WriteError)) throw error;
          if (error instanceof WriteError) invocation.warn(`${quoteIfNeeded(output.name)}: ${strerror(error.errno)}`);
          outputs.splice(outputs.indexOf(output), 1);
        }
      }
      if (outputs.length === 0) break;
    }
    for (const { writer } of outputs) if (writer !== stdout) sys.close(writer.fd);
    // A stdout that failed has been reported; the flush at the end must not report it again.
    if (!outputs.some(({ writer }) => writer === stdout)) invocation.status ||= 1;
  },
);
