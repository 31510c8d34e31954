// dc: its command line and its streams. The machine is in ../dc.

import { DcMachine } from "../dc/machine.ts";
import { bytesToBinary, textToBinary } from "../stdio.ts";
import { closeInput, define, Failure, openInput } from "./define.ts";
import { stat } from "./files.ts";

export const dc = define(
  {
    name: "dc",
    usage: "[OPTION] [FILE ...]",
    help: `Reverse-polish calculator of arbitrary precision.

  -e, --expression=EXPR   evaluate expression
  -f, --file=FILE         evaluate contents of file`,
  },
  async (invocation) => {
    const { options, operands, env, stdin, stdout, stderr } = invocation;
    let lines: string[] = [];
    /** A line of stdin without its end: shared between the program and what ? reads. */
    const readLine = async (): Promise<string | null> => {
      if (lines.length === 0) {
        const block = await stdin.lines();
        if (!block) return null;
        lines = bytesToBinary(block).replace(/\n$/, "").split("\n");
      }
      return lines.shift()!;
    };
    const machine = new DcMachine(
      {
        print: (text) => stdout.writeBinary(text) ?? null,
        warn: (text) => void stderr.write(`dc: ${text}\n`),
        pause: () => invocation.yield(),
        readLine,
        async run(line) {
          await stdout.flush();
          await invocation.run(["sh", "-c", line]);
        },
      },
      Number(env.get("DC_LINE_LENGTH") ?? 70),
    );
    const sources = [
      ...options.list.filter(({ key }) => key === "e" || key === "f"),
      ...operands.map((value) => ({ key: "f", value })),
    ];
    for (const { key, value } of sources) {
      if (key === "e") {
        if (await machine.run(textToBinary(value!))) return 0;
        continue;
      }
      const missing = typeof stat(invocation.sys, value!) === "number";
      if (value !== "-" && missing) throw new Failure(`Could not open file ${value}`);
      const reader = value === "-" ? null : openInput(invocation, value!);
      if (value !== "-" && !reader) return 1;
      const text = reader ? bytesToBinary(await reader.readAll()) : bytesToBinary(await stdin.readAll());
      if (reader) closeInput(invocation, reader);
      if (await machine.run(text)) return 0;
    }
    if (sources.length > 0) return 0;
    // Line by line, so that answers come as questions are asked; a string may go over several.
    for (let line = await readLine(); line !== null; line = await readLine()) {
      let text = line;
      for (let depth = openBrackets(text); depth > 0; depth = openBrackets(text)) {
        const more = await readLine();
        if (more === null) break;
        text += `\n${more}`;
      }
      if (await machine.run(`${text}\n`)) return 0;
      await stdout.flush();
    }
    return 0;
  },
);

/** How many strings are open at the end; comments don't count. */
function openBrackets(text: string): number {
  let depth = 0;
  for (const [mark] of text.matchAll(/[[\]]|#[^\n]*/g)) {
    if (mark === "[") depth++;
    else if (mark === "]") depth = Math.max(0, depth - 1);
  }
  return depth;
}
