// fmt: paragraphs filled anew, their lines broken where it costs least.

import { decode } from "@vibengine/system";
import { define, eachInput, Failure } from "./define.ts";
import { quotePlain } from "./quote.ts";
import { widthOf } from "./width.ts";

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
export function fill(
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

export function line(words: Word[], prefix: string, indent: number, tabs: boolean): string {
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
