// fmt and column: text laid out anew.

import { decode } from "@vibengine/system";
import { define, eachInput, Failure } from "./define.ts";
import { quotePlain } from "./quote.ts";

/** Columns a text takes up: a character one, wide ones of East Asia two. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const wide =
      code >= 0x1100 &&
      (code <= 0x115f ||
        (code >= 0x2e80 && code <= 0xa4cf) ||
        (code >= 0xac00 && code <= 0xd7a3) ||
        (code >= 0xf900 && code <= 0xfaff) ||
        (code >= 0xfe30 && code <= 0xfe6f) ||
        (code >= 0xff00 && code <= 0xff60) ||
        (code >= 0x1f300 && code <= 0x1faff) ||
        (code >= 0x20000 && code <= 0x3fffd));
    if (!/\p{Mn}/u.test(character)) width += wide ? 2 : 1;
  }
  return width;
}

export const fmt = define(
  {
    name: "fmt",
    usage: "[-WIDTH] [OPTION]... [FILE]...",
    help: `Reformat each paragraph in the FILE(s), writing to standard output.

  -c, --crown-margin     preserve indentation of first two lines
  -p, --prefix=STRING    reformat only lines beginning with STRING, reattaching the prefix to reformatted lines
  -s, --split-only       split long lines, but do not refill
  -t, --tagged-paragraph  indentation of first line different from second
  -u, --uniform-spacing  one space between words, two after sentences
  -w, --width=WIDTH      maximum line width (default of 75 columns)
  -g, --goal=WIDTH       goal width (default of 93% of width)`,
    rewrite: (words) => words.flatMap((word, i) => (i === 0 && /^-\d+$/.test(word) ? ["-w", word.slice(1)] : [word])),
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const number = (key: string): number | null => {
      const text = options.value(key);
      if (text === undefined) return null;
      if (!/^\d+$/.test(text) || Number(text) > 2500) throw new Failure(`invalid width: ${quotePlain(text)}`);
      return Number(text);
    };
    const givenGoal = number("g");
    const most = number("w") ?? (givenGoal !== null ? givenGoal + 10 : 75);
    const goal = givenGoal ?? Math.floor((most * 187) / 200);
    const rules: FmtRules = {
      most,
      goal,
      crown: options.has("c"),
      tagged: options.has("t"),
      split: options.has("s"),
      uniform: options.has("u"),
      prefix: options.value("p") ?? "",
      tabs: false,
    };
    await eachInput(
      invocation,
      operands,
      async (reader) => {
        const lines = decode(await reader.readAll()).split("\n");
        if (lines[lines.length - 1] === "") lines.pop();
        rules.tabs = lines.some((line) => line.includes("\t"));
        await stdout.write(formatText(lines, rules));
      },
      { open: (name) => `cannot open ${quotePlain(name)} for reading` },
    );
  },
);

interface FmtRules {
  most: number;
  goal: number;
  crown: boolean;
  tagged: boolean;
  split: boolean;
  uniform: boolean;
  prefix: string;
  /** Indentation is written with tabs, as the input has them. */
  tabs: boolean;
}

interface Word {
  text: string;
  width: number;
  /** Blanks behind it. */
  space: number;
  period: boolean;
  final: boolean;
  paren: boolean;
  punct: boolean;
}

function formatText(lines: string[], rules: FmtRules): string {
  const { prefix } = rules;
  let out = "";
  for (let at = 0; at < lines.length; ) {
    const parts = dissect(lines[at], prefix);
    if (!parts || parts.body === "") {
      out += `${lines[at].trimEnd() === "" ? "" : lines[at]}\n`;
      at++;
      continue;
    }
    const paragraph = [parts];
    at++;
    const other = () => (at < lines.length ? dissect(lines[at], prefix) : null);
    let rest = parts.indent;
    if (!rules.split) {
      let next = other();
      if (next && next.body !== "") {
        const free = rules.crown || (rules.tagged && next.indent !== parts.indent);
        if (free || next.indent === parts.indent) {
          rest = next.indent;
          while (next && next.body !== "" && next.indent === rest && next.lead === parts.lead) {
            paragraph.push(next);
            at++;
            next = other();
          }
        }
      }
    }
    const words = paragraph.flatMap(({ body }) => wordsOf(body, rules.uniform));
    out += fill(words, parts.lead + prefix, parts.indent, rest, rules);
  }
  return out;
}

/** A line as what is before the prefix, the indentation behind it, and the rest; null when the prefix is missing. */
function dissect(line: string, prefix: string): { lead: string; indent: number; body: string } | null {
  const expanded = expandTabs(line);
  if (prefix === "") {
    const body = expanded.trimStart();
    return { lead: "", indent: expanded.length - body.length, body: body.trimEnd() };
  }
  const trimmed = prefix.trim();
  const at = expanded.indexOf(trimmed);
  if (at < 0 || expanded.slice(0, at).trim() !== "") return null;
  const behind = expanded.slice(at + trimmed.length);
  const body = behind.trimStart();
  return {
    lead: expanded.slice(0, at),
    indent: behind.length - body.length - (prefix.length - prefix.trimEnd().length),
    body: body.trimEnd(),
  };
}

function expandTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let out = "";
  for (const character of line) out += character === "\t" ? " ".repeat(8 - (out.length % 8)) : character;
  return out;
}

function wordsOf(body: string, uniform: boolean): Word[] {
  const words: Word[] = [];
  for (const [, text, blanks] of body.matchAll(/(\S+)(\s*)/g)) {
    const period = /[.?!]["')\]]*$/.test(text);
    const space = blanks.length;
    const atEnd = blanks === "";
    const final = period && (atEnd || space > 1);
    words.push({
      text,
      width: widthOf(text),
      space: atEnd || uniform ? (final ? 2 : 1) : space,
      period,
      final,
      paren: /^['"([]/.test(text),
      punct: /[!-/:-@[-`{-~]$/.test(text),
    });
  }
  return words;
}

/** Breaks that cost least: the squares of what lines lack of the goal, with care for sentences. */
function fill(
  words: Word[],
  prefix: string,
  first: number,
  rest: number,
  { most, goal, split, tabs }: FmtRules,
): string {
  if (words.length === 0) return "";
  if (split) {
    const own = words.reduce(
      (sum, word, i) => sum + word.width + (i > 0 ? words[i - 1].space : 0),
      first + prefix.length,
    );
    if (own < most) return line(words, prefix, first, tabs);
  }
  const count = words.length;
  const best = new Array<number>(count + 1).fill(Number.POSITIVE_INFINITY);
  const next = new Array<number>(count + 1).fill(count);
  const lengths = new Array<number>(count + 1).fill(0);
  best[count] = 0;
  for (let start = count - 1; start >= 0; start--) {
    let width = prefix.length + (start === 0 ? first : rest);
    for (let end = start; end < count; ) {
      width += words[end].width;
      end++;
      const length = width;
      let cost = best[end];
      if (end < count) {
        cost += ((goal - length) * 10) ** 2;
        if (next[end] < count) cost += ((length - lengths[end]) * 5) ** 2;
      }
      if (cost + breakCost(words, start) <= best[start] || end === start + 1) {
        const whole = cost + breakCost(words, start);
        if (whole < best[start] || end === start + 1) {
          best[start] = whole;
          next[start] = end;
          lengths[start] = length;
        }
      }
      if (end < count) width += words[end - 1].space;
      if (width + (words[end]?.width ?? 0) >= most) break;
    }
  }
  let out = "";
  for (let at = 0; at < count; at = next[at])
    out += line(words.slice(at, next[at]), prefix, at === 0 ? first : rest, tabs);
  return out;
}

/** How good it is to begin a line with this word. */
function breakCost(words: Word[], at: number): number {
  let cost = 70 ** 2;
  if (at > 0) {
    const before = words[at - 1];
    if (before.period) cost += before.final ? -(50 ** 2) : 600 ** 2;
    else if (before.punct) cost -= 40 ** 2;
    else if (at > 1 && words[at - 2].final) cost += 200 ** 2 / (before.width + 2);
  }
  const word = words[at];
  if (word.paren) cost -= 40 ** 2;
  else if (word.final) cost += 150 ** 2 / (word.width + 2);
  return cost;
}

function line(words: Word[], prefix: string, indent: number, tabs: boolean): string {
  let out = prefix;
  let column = prefix.length;
  const space = (width: number) => {
    const target = column + width;
    const stop = Math.floor(target / 8) * 8;
    if (tabs && column + 1 < stop) {
      for (; column < stop; column = (Math.floor(column / 8) + 1) * 8) out += "\t";
    }
    out += " ".repeat(target - column);
    column = target;
  };
  space(Math.max(0, indent));
  words.forEach((word, i) => {
    out += word.text;
    column += word.width;
    if (i < words.length - 1) space(word.space);
  });
  return `${out}\n`;
}

export const column = define(
  {
    name: "column",
    usage: "[OPTION]... [FILE]...",
    help: `Columnate lists.

  -t, --table              create a table
  -c, --output-width=WIDTH  width of output in number of characters
  -s, --separator=STRING   possible table delimiters
  -o, --output-separator=STRING  columns separator for table output (default is two spaces)
  -x, --fillrows           fill rows before columns
  -N, --table-columns=NAMES  comma separated columns names
  -R, --table-right=COLUMNS  right align text in these columns
  -l, --table-columns-limit=NUM  maximal number of input columns
  -H, --table-hide=COLUMNS  don't print the columns
  -L, --keep-empty-lines   don't ignore empty lines
  -n, --table-name=NAME    (ignored)`,
  },
  async (invocation) => {
    const { options, operands, stdout, env } = invocation;
    let text = "";
    await eachInput(
      invocation,
      operands,
      async (reader) => {
        text += decode(await reader.readAll());
      },
      { open: (name) => name },
    );
    const keepEmpty = options.has("L");
    const lines = text
      .replace(/\n$/, "")
      .split("\n")
      .filter((line) => keepEmpty || line.trim() !== "");
    if (text === "") return;
    if (options.has("t")) {
      const separator = options.value("s");
      const limit = Number(options.value("l") ?? Number.POSITIVE_INFINITY);
      const rows = lines.map((line) => {
        let cells: string[];
        if (separator === undefined) cells = line.trim() === "" ? [] : line.trim().split(/[ \t]+/);
        else {
          cells = [""];
          for (const character of line) {
            if (separator.includes(character)) cells.push("");
            else cells[cells.length - 1] += character;
          }
        }
        if (cells.length > limit) {
          const glue = separator?.[0] ?? " ";
          cells = [...cells.slice(0, limit - 1), cells.slice(limit - 1).join(glue)];
        }
        return cells;
      });
      const names = options.value("N")?.split(",") ?? [];
      if (names.length > 0) rows.unshift(names);
      await stdout.write(
        table(
          rows,
          options.value("o") ?? "  ",
          choose(options.value("R"), names, rows),
          choose(options.value("H"), names, rows),
        ),
      );
      return;
    }
    const width = Number(options.value("c") ?? env.get("COLUMNS") ?? 80);
    await stdout.write(inColumns(lines, width, options.has("x")));
  },
);

/** Numbers of columns that are named, by number or name. */
function choose(text: string | undefined, names: string[], rows: string[][]): Set<number> {
  const last = Math.max(0, ...rows.map((row) => row.length)) - 1;
  const one = (name: string) => (name === "-1" ? last : /^\d+$/.test(name) ? Number(name) - 1 : names.indexOf(name));
  if (text === "0") return new Set(Array.from({ length: last + 1 }, (_, i) => i));
  return new Set((text ?? "").split(",").filter(Boolean).map(one));
}

function table(rows: string[][], separator: string, right: Set<number>, hidden: Set<number>): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  let out = "";
  for (const row of rows) {
    const cells = widths.map((width, i) => {
      const cell = row[i] ?? "";
      const missing = " ".repeat(width - widthOf(cell));
      return right.has(i) ? missing + cell : cell + missing;
    });
    const shown = cells.filter((_, i) => !hidden.has(i));
    const line = shown.join(separator);
    out += `${right.has(widths.length - 1) ? line : line.slice(0, line.length - trailing(row, widths, hidden))}\n`;
  }
  return out;
}

/** The last column is not padded. */
function trailing(row: string[], widths: number[], hidden: Set<number>): number {
  let last = widths.length - 1;
  while (last >= 0 && hidden.has(last)) last--;
  return last < 0 ? 0 : widths[last] - widthOf(row[last] ?? "");
}

function inColumns(lines: string[], width: number, byRows: boolean): string {
  // Columns are multiples of a tab apart.
  const widest = Math.max(0, ...lines.map(widthOf));
  const size = (Math.floor(widest / 8) + 1) * 8;
  const columns = Math.max(1, Math.floor(width / size));
  if (widest >= width) return lines.map((line) => `${line}\n`).join("");
  const rows = Math.ceil(lines.length / columns);
  let out = "";
  for (let row = 0; row < rows; row++) {
    let line = "";
    let at = 0;
    for (let column = 0; column < columns; column++) {
      const index = byRows ? row * columns + column : column * rows + row;
      if (index >= lines.length) break;
      for (; at < column * size; at = (Math.floor(at / 8) + 1) * 8) line += "\t";
      line += lines[index];
      at += widthOf(lines[index]);
    }
    out += `${line}\n`;
  }
  return out;
}
