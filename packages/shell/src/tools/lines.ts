// tac, rev and paste: small tools that work line by line on binary strings.

import { decode } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, type Reader, textToBinary } from "../stdio.ts";
import { closeInput, define, eachInput, Failure, openInput } from "./define.ts";
import { quote, quoteIfNeeded } from "./quote.ts";
import { compileRegex, emacsPattern, type Regex } from "./regex.ts";

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
  -r, --regex              interpret the separator as a regular expression
  -s, --separator=STRING   use STRING as the separator instead of newline`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const separator = textToBinary(options.value("s") ?? "\n") || "\0";
    const regex = options.has("r") ? compileRegex(emacsPattern(separator), { syntax: "basic" }) : null;
    const before = options.has("b");
    await eachInput(
      invocation,
      operands,
      async (reader) => {
        const text = bytesToBinary(await reader.readAll());
        const ends = regex ? lastFirst(text, regex) : endsOf(text, separator);
        const cuts = [0, ...ends.map(([start, end]) => (before ? start : end)), text.length];
        for (let i = cuts.length - 1; i > 0; i--) {
          const waiting = stdout.write(binaryToBytes(text.slice(cuts[i - 1], cuts[i])));
          if (waiting) await waiting;
          if (i % 65536 === 0) await invocation.yield();
        }
      },
      {
        open: (name) => `failed to open ${quote(name)} for reading`,
        read: (name) => `${quoteIfNeeded(name)}: read error`,
      },
    );
  },
);

/** Where separators start and end, in their order. */
function endsOf(text: string, separator: string): [number, number][] {
  const ends: [number, number][] = [];
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + separator.length))
    ends.push([at, at + separator.length]);
  return ends;
}

/** What matches, looked for from the end backwards as tac does: of "22" behind each other each 2 is one match of [0-9]+. */
function lastFirst(text: string, regex: Regex): [number, number][] {
  const starts: number[] = [];
  for (let at = 0; at < text.length && regex.find(text, at); at = regex.spans[0] + 1) starts.push(regex.spans[0]);
  const ends: [number, number][] = [];
  let limit = text.length;
  for (const start of starts.reverse()) {
    if (!regex.find(text.slice(0, limit), start) || regex.spans[0] !== start || regex.spans[1] === start) continue;
    ends.push([start, regex.spans[1]]);
    limit = start;
  }
  return ends.reverse();
}

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
