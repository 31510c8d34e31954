// expand, unexpand and fold: tools that count the columns of a line. Lines are binary strings; a UTF-8 character is one column.

import { bytesToBinary } from "../stdio.ts";
import { define, eachInput, Failure, type Invocation } from "./define.ts";
import { quotePlain } from "./quote.ts";

/** Tab stops: places listed, then every `step` columns (from `origin`), or single blanks when there is no step. */
interface Stops {
  places: number[];
  step: number;
  origin: number;
}

function parseStops(texts: string[]): Stops {
  const words = texts.flatMap((text) => text.split(/[, \t]+/).filter(Boolean));
  const stops: Stops = { places: [], step: 0, origin: 0 };
  for (const [i, word] of words.entries()) {
    const [, mark, digits, rest] = /^([+/]?)(\d*)(.*)$/s.exec(word)!;
    if (rest !== "" || digits === "")
      throw new Failure(`tab size contains invalid character(s): ${quotePlain(rest || word)}`);
    const size = Number(digits);
    if (mark) {
      if (i !== words.length - 1) throw new Failure(`'${mark}' specifier only allowed with the last value`);
      stops.step = size;
      stops.origin = mark === "+" ? (stops.places.at(-1) ?? 0) : 0;
      return stops;
    }
    if (size === 0) throw new Failure("tab size cannot be 0");
    if (stops.places.length > 0 && size <= stops.places[stops.places.length - 1])
      throw new Failure("tab sizes must be ascending");
    stops.places.push(size);
  }
  if (stops.places.length <= 1) return { places: [], step: stops.places[0] ?? 8, origin: 0 };
  return stops;
}

/** The first stop behind a column; -1 behind the last. */
function nextStop({ places, step, origin }: Stops, column: number): number {
  const place = places.find((one) => one > column);
  if (place !== undefined) return place;
  return step > 0 ? column + step - ((column - origin) % step) : -1;
}

const DIGITS = /^-\d/;

/** `-4,8` means -t 4,8. */
const oldStops = (words: string[]) => words.flatMap((word) => (DIGITS.test(word) ? ["-t", word.slice(1)] : [word]));

const isContinuation = (code: number) => (code & 0xc0) === 0x80;

export const expand = define(
  {
    name: "expand",
    usage: "[OPTION]... [FILE]...",
    help: `Convert tabs in each FILE to spaces, writing to standard output.

  -i, --initial    do not convert tabs after non blanks
  -t, --tabs=LIST  have tabs LIST characters apart, or at these places, not 8`,
    rewrite: oldStops,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const stops = parseStops(options.values("t"));
    const initial = options.has("i");
    await eachInput(invocation, operands, async (reader) => {
      for (let block = await reader.lines(); block; block = await reader.lines()) {
        if (!block.includes(9)) {
          await stdout.write(block);
          continue;
        }
        let out = "";
        let column = 0;
        let leading = true;
        for (const byte of block) {
          if (byte === 9 && (leading || !initial)) {
            const stop = nextStop(stops, column);
            const width = stop < 0 ? 1 : stop - column;
            out += " ".repeat(width);
            column += width;
            continue;
          }
          out += String.fromCharCode(byte);
          if (byte === 10) {
            column = 0;
            leading = true;
          } else {
            if (byte === 8) column = Math.max(0, column - 1);
            else if (!isContinuation(byte)) column++;
            if (byte !== 32 && byte !== 9) leading = false;
          }
        }
        await stdout.writeBinary(out);
      }
    });
  },
);

export const unexpand = define(
  {
    name: "unexpand",
    usage: "[OPTION]... [FILE]...",
    help: `Convert blanks in each FILE to tabs, writing to standard output.

  -a, --all         convert all blanks, instead of just initial blanks
      --first-only  convert only leading sequences of blanks (overrides -a)
  -t, --tabs=LIST   have tabs LIST characters apart, or at these places, not 8 (enables -a)`,
    rewrite: oldStops,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const stops = parseStops(options.values("t"));
    const all = !options.has("first-only") && (options.has("a") || options.has("t"));
    await eachInput(invocation, operands, async (reader) => {
      for (let block = await reader.lines(); block; block = await reader.lines()) {
        const lines = bytesToBinary(block).split("\n");
        await stdout.writeBinary(lines.map((line) => unexpandLine(line, stops, all)).join("\n"));
      }
    });
  },
);

function unexpandLine(line: string, stops: Stops, all: boolean): string {
  let out = "";
  let column = 0;
  for (let i = 0; i < line.length; ) {
    const code = line.charCodeAt(i);
    if (code !== 32 && code !== 9) {
      if (!all) return out + line.slice(i);
      out += line[i++];
      if (code === 8) column = Math.max(0, column - 1);
      else if (!isContinuation(code)) column++;
      continue;
    }
    // A run of blanks: a tab for every stop it reaches, then what is left.
    let waiting = "";
    for (; i < line.length && (line[i] === " " || line[i] === "\t"); i++) {
      const stop = nextStop(stops, column);
      if (stop < 0) {
        out += waiting + line[i];
        waiting = "";
        column++;
      } else if (line[i] === "\t" || column + 1 === stop) {
        // One blank before a stop stays one, unless more follow.
        const single = line[i] === " " && waiting === "" && !/[ \t]/.test(line[i + 1] ?? "");
        out += single ? " " : "\t";
        waiting = "";
        column = stop;
      } else {
        waiting += " ";
        column++;
      }
    }
    out += waiting;
  }
  return out;
}

export const fold = define(
  {
    name: "fold",
    usage: "[OPTION]... [FILE]...",
    help: `Wrap input lines in each FILE, writing to standard output.

  -b, --bytes         count bytes rather than columns
  -s, --spaces        break at spaces
  -w, --width=WIDTH   use WIDTH columns instead of 80`,
    rewrite: (words) => words.flatMap((word) => (/^-\d+$/.test(word) ? ["-w", word.slice(1)] : [word])),
  },
  async (invocation: Invocation) => {
    const { options, operands, stdout } = invocation;
    const given = options.value("w") ?? "80";
    if (!/^\d+$/.test(given) || Number(given) === 0) {
      const range = /^0+$/.test(given) ? ": Numerical result out of range" : "";
      throw new Failure(`invalid number of columns: ${quotePlain(given)}${range}`);
    }
    const width = Number(given);
    const bytes = options.has("b");
    await eachInput(invocation, operands, async (reader) => {
      for (let block = await reader.lines(); block; block = await reader.lines()) {
        const text = bytesToBinary(block);
        const ends = text.endsWith("\n");
        const lines = (ends ? text.slice(0, -1) : text).split("\n");
        const folded = lines.map((line) => foldLine(line, width, bytes, options.has("s")));
        await stdout.writeBinary(folded.join("\n") + (ends ? "\n" : ""));
      }
    });
  },
);

function foldLine(line: string, width: number, bytes: boolean, atSpaces: boolean): string {
  if (line.length <= width && !line.includes("\t")) return line;
  let out = "";
  let begin = 0;
  let column = 0;
  let space = -1;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    const next = bytes ? column + 1 : advance(column, code);
    if (next > width && i > begin) {
      const cut = atSpaces && space >= begin ? space + 1 : i;
      out += `${line.slice(begin, cut)}\n`;
      begin = cut;
      column = 0;
      for (let j = cut; j < i; j++) column = bytes ? column + 1 : advance(column, line.charCodeAt(j));
      space = -1;
      i--;
      continue;
    }
    column = next;
    if (code === 32 || code === 9) space = i;
  }
  return out + line.slice(begin);
}

function advance(column: number, code: number): number {
  if (code === 9) return column + 8 - (column % 8);
  if (code === 8) return Math.max(0, column - 1);
  if (code === 13) return 0;
  return isContinuation(code) ? column : column + 1;
}
