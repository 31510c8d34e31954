// tac, rev and paste: small tools that work line by line on binary strings.

import { decode } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, type Reader } from "../stdio.ts";
import { closeInput, define, eachInput, Failure, openInput } from "./define.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

/** Lines without their ends, whether the last one had its newline, a block at a time. */
export async function* lineBlocks(reader: Reader, end = "\n"): AsyncGenerator<string[]> {
  const code = end.charCodeAt(0);
  for (let block = await reader.lines(code); block; block = await reader.lines(code)) {
    const lines = bytesToBinary(block).split(end);
    if (lines[lines.length - 1] === "") lines.pop();
    yield lines;
  }
}

export const tac = define(
  {
    name: "tac",
    usage: "[OPTION]... [FILE]...",
    help: `Write each FILE to standard output, last line first.

  -b, --before             attach the separator before instead of after
  -s, --separator=STRING   use STRING as the separator instead of newline`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const separator = options.value("s") ?? "\n";
    const before = options.has("b");
    await eachInput(
      invocation,
      operands,
      async (reader) => {
        const text = bytesToBinary(await reader.readAll());
        const parts = text.split(separator || "\0");
        const pieces = parts.map((part, i) =>
          before ? (i === 0 ? part : separator + part) : i === parts.length - 1 ? part : part + separator,
        );
        await stdout.write(binaryToBytes(pieces.reverse().join("")));
      },
      {
        open: (name) => `failed to open ${quote(name)} for reading`,
        read: (name) => `${quoteIfNeeded(name)}: read error`,
      },
    );
  },
);

export const rev = define(
  { name: "rev", usage: "[OPTION]... [FILE]...", help: "Reverse each line, character by character.\n" },
  async (invocation) => {
    await eachInput(
      invocation,
      invocation.operands,
      async (reader) => {
        for (let block = await reader.lines(); block; block = await reader.lines()) {
          const reversed = decode(block)
            .split("\n")
            .map((line) => [...line].reverse().join(""));
          await invocation.stdout.write(reversed.join("\n"));
        }
      },
      { open: (name) => `cannot open ${name}` },
    );
  },
);

export const paste = define(
  {
    name: "paste",
    usage: "[OPTION]... [FILE]...",
    help: `Write lines consisting of the sequentially corresponding lines from each FILE, separated by TABs.
With no FILE, or when FILE is -, read standard input.

  -d, --delimiters=LIST   reuse characters from LIST instead of TABs
  -s, --serial            paste one file at a time instead of in parallel
  -z, --zero-terminated   line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const end = options.has("z") ? "\0" : "\n";
    const list = delimiters(options.value("d") ?? "\t");
    const names = operands.length > 0 ? operands : ["-"];
    const streams = [];
    // All of "-" share stdin, line by line.
    const shared = new Map<Reader, AsyncGenerator<string>>();
    for (const name of names) {
      const reader = openInput(invocation, name);
      if (!reader) {
        if (options.has("s")) continue;
        return 1;
      }
      let lines = shared.get(reader);
      if (!lines) shared.set(reader, (lines = eachLine(reader, end)));
      streams.push({ reader, lines, ended: false });
    }
    const put = (text: string) => stdout.writeBinary(text);
    if (options.has("s")) {
      for (const { lines } of streams) {
        let count = 0;
        for await (const line of lines)
          await put(count === 0 && count++ === 0 ? line : list[(count++ - 1) % list.length] + line);
        await put(end);
      }
    } else {
      for (;;) {
        const cells: string[] = [];
        for (const stream of streams) {
          const next = stream.ended ? { done: true, value: "" } : await stream.lines.next();
          if (next.done) stream.ended = true;
          cells.push(next.done ? "" : next.value);
        }
        if (streams.every((stream) => stream.ended)) break;
        const waiting = put(cells.reduce((row, cell, i) => row + list[(i - 1) % list.length] + cell) + end);
        if (waiting) await waiting;
      }
    }
    for (const { reader } of streams) closeInput(invocation, reader);
  },
);

async function* eachLine(reader: Reader, end: string): AsyncGenerator<string> {
  for await (const lines of lineBlocks(reader, end)) yield* lines;
}

function delimiters(text: string): string[] {
  const list: string[] = [];
  const named: Record<string, string> = { n: "\n", t: "\t", "\\": "\\", "0": "", b: "\b", f: "\f", r: "\r", v: "\v" };
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\") list.push(text[i]);
    else if (i + 1 === text.length) throw new Failure(`delimiter list ends with an unescaped backslash: ${text}`);
    else list.push(named[text[++i]] ?? text[i]);
  }
  return list.length > 0 ? list : [""];
}
