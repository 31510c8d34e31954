// bc: its command line, and the loop that reads statements as they come. The language is in ../bc.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY } from "@vibengine/system";
import { BcError, Calculator, Halt } from "../bc/calculator.ts";
import { LIBRARY } from "../bc/library.ts";
import { BcParser } from "../bc/parser.ts";
import { isComplete } from "../bc/tokens.ts";
import { bytesToBinary, Reader } from "../stdio.ts";
import { define, type Invocation } from "./define.ts";

export const bc = define(
  {
    name: "bc",
    usage: "[OPTION]... [FILE]...",
    help: `Arbitrary precision calculator language.

  -l, --mathlib      use the predefined math routines s, c, a, l, e, j; scale is 20
  -q, --quiet        (ignored)
  -s, --standard     (ignored)
  -w, --warn         (ignored)
  -i, --interactive  (ignored)
  -e, --expression=TEXT  run TEXT before any file`,
  },
  async (invocation) => {
    const { options, operands, stdin, stdout, stderr, sys } = invocation;
    const lines = stdinLines(stdin);
    const calculator = new Calculator(
      {
        print: (text) => stdout.writeBinary(text) ?? null,
        warn: (text) => void stderr.write(`${text}\n`),
        pause: () => invocation.yield(),
        readLine: async () => (await lines.next()).value ?? null,
      },
      Number(invocation.env.get("BC_LINE_LENGTH") ?? 70),
    );
    /** True when the program said quit. */
    const run = async (text: string): Promise<boolean> => {
      try {
        for (const statement of new BcParser(text).run()) await calculator.run(statement);
      } catch (error) {
        if (error instanceof Halt) return true;
        if (!(error instanceof BcError)) throw error;
        await stdout.flush();
        await stderr.write(`${error.message}\n`);
        calculator.reset();
      }
      return false;
    };
    if (options.has("l")) {
      await run(LIBRARY);
      await run("scale=20\n");
    }
    for (const text of options.values("e")) if (await run(`${text}\n`)) return 0;
    for (const name of operands) {
      const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) {
        await stderr.write(`File ${name} is unavailable.\n`);
        return 1;
      }
      const text = bytesToBinary(await new Reader(sys, fd).readAll());
      sys.close(fd);
      if (await runPieces(text, run)) return 0;
    }
    if (options.has("e") && operands.length === 0) return 0;
    let pending = "";
    for await (const line of lines) {
      pending += line;
      if (!isComplete(pending)) continue;
      const text = pending;
      pending = "";
      if (await run(text)) return 0;
      await flush(invocation);
    }
    if (pending) await run(`${pending}\n`);
    return 0;
  },
);

async function flush({ stdout, sys }: Invocation): Promise<void> {
  if (sys.isatty(1)) await stdout.flush();
}

async function runPieces(text: string, run: (piece: string) => Promise<boolean>): Promise<boolean> {
  let pending = "";
  for (const line of text.split(/(?<=\n)/)) {
    pending += line;
    if (!isComplete(pending)) continue;
    const piece = pending;
    pending = "";
    if (await run(piece)) return true;
  }
  return pending !== "" && run(`${pending}\n`);
}

async function* stdinLines(reader: Reader): AsyncGenerator<string> {
  for (let block = await reader.lines(); block; block = await reader.lines()) {
    for (const line of bytesToBinary(block).split(/(?<=\n)/)) yield line;
  }
}
