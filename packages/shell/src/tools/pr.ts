// pr: text in pages, with headers and columns. Its options are here, the pages are laid out in pr-pages.ts.

import { ERANGE, strerror } from "@vibengine/system";
import type { Reader } from "../stdio.ts";
import { closeInput, define, eachInput, Failure, type Invocation, openInput, UsageError } from "./define.ts";
import { stat } from "./files.ts";
import { lineBlocks } from "./lines.ts";
import { type Layout, Pages } from "./pr-pages.ts";
import { quotePlain } from "./quote.ts";
import { formatInZone, zoneOf } from "./zone.ts";

const HELP = `Paginate or columnate FILE(s) for printing.

  -a, --across              print columns across rather than down
  -COLUMN, --columns=COLUMN  output COLUMN columns and print columns down, unless -a is used
  -d, --double-space        double space the output
  -D, --date-format=FORMAT  use FORMAT for the header date
  -e[CHAR[WIDTH]], --expand-tabs[=CHAR[WIDTH]]  expand input CHARs (TABs) to tab WIDTH (8)
  -F, -f, --form-feed       use form feeds instead of newlines to separate pages
  -h, --header=HEADER       use a centered HEADER instead of filename in page header
  -i[CHAR[WIDTH]], --output-tabs[=CHAR[WIDTH]]  replace spaces with CHARs (TABs) to tab WIDTH (8)
  -J, --join-lines          merge full lines, turns off line truncation
  -l, --length=PAGE_LENGTH  set the page length to PAGE_LENGTH (66) lines
  -m, --merge               print all files in parallel, one in each column
  -n[SEP[DIGITS]], --number-lines[=SEP[DIGITS]]  number lines, use DIGITS (5) digits, then SEP (TAB)
  -N, --first-line-number=NUMBER  start counting with NUMBER at 1st line of first page printed
  -o, --indent=MARGIN       offset each line with MARGIN (zero) spaces
      --pages=FIRST[:LAST]  begin [stop] printing with page FIRST [LAST]; also +FIRST[:LAST]
  -r, --no-file-warnings    omit warning when a file cannot be opened
  -s[CHAR], --separator[=CHAR]  separate columns by a single character, TAB by default
  -S[STRING], --sep-string[=STRING]  separate columns by STRING
  -t, --omit-header         omit page headers and trailers
  -T, --omit-pagination     omit page headers and trailers, eliminate any pagination by form feeds
  -v, --show-nonprinting    use octal backslash notation
  -w, --width=PAGE_WIDTH    set page width to PAGE_WIDTH (72) characters for columns only
  -W, --page-width=PAGE_WIDTH  set page width to PAGE_WIDTH (72) characters always, truncate lines`;

/** Old forms: +FIRST:LAST is --pages, -3 (also behind other letters) is --columns. */
function rewrite(words: string[]): string[] {
  return words.flatMap((word) => {
    if (/^\+\d+(?::\d+)?$/.test(word)) return [`--pages=${word.slice(1)}`];
    const columns = /^-([adFfJmrtTv]*)(\d+)([adFfJmrtTv]*)$/.exec(word);
    if (!columns) return [word];
    const letters = columns[1] + columns[3];
    return [...(letters ? [`-${letters}`] : []), `--columns=${columns[2]}`];
  });
}

export const pr = define({ name: "pr", usage: "[OPTION]... [FILE]...", help: HELP, rewrite }, async (invocation) => {
  const { options, operands, sys, env } = invocation;
  const layout = readLayout(invocation);
  const names = operands.length > 0 ? operands : ["-"];
  const header = (name: string) => {
    const found = name === "-" ? -1 : stat(sys, name);
    const [sec, nsec] =
      typeof found === "number" ? [Math.floor(Date.now() / 1000), 0] : [found.mtimeSec, found.mtimeNsec];
    const format = options.value("D") ?? "%Y-%m-%d %H:%M";
    return {
      date: formatInZone(zoneOf(env.get("TZ")), format, sec, nsec),
      title: options.value("h") ?? (name === "-" || layout.merge ? "" : name),
    };
  };
  const quiet: Invocation = options.has("r")
    ? { ...invocation, warn: () => void (invocation.status = Math.max(invocation.status, 1)) }
    : invocation;
  if (!layout.merge) {
    await eachInput(quiet, names, async (reader, name) => {
      const pages = new Pages(invocation, layout, header(name), [linesOf(reader)]);
      await pages.print();
    });
    return;
  }
  const readers = names.map((name) => openInput(quiet, name)).filter((reader) => reader !== null);
  if (readers.length === 0) return;
  layout.columns = readers.length;
  await new Pages(invocation, layout, header("-"), readers.map(linesOf)).print();
  for (const reader of readers) closeInput(invocation, reader);
});

async function* linesOf(reader: Reader): AsyncGenerator<string> {
  for await (const lines of lineBlocks(reader)) {
    for (const line of lines) {
      // A form feed ends the page, and the line that it stands in.
      const parts = line.split("\f");
      for (let i = 0; i < parts.length - 1; i++) {
        if (parts[i] !== "") yield parts[i];
        yield "\f";
      }
      if (parts.length === 1 || parts[parts.length - 1] !== "") yield parts[parts.length - 1];
    }
  }
}

function readLayout({ options }: Invocation): Layout {
  const number = (key: string, what: string, missing: number, least: number) => {
    const text = options.value(key);
    if (text === undefined) return missing;
    const whole = /^-?\d+$/.test(text);
    if (!whole || Number(text) < least)
      throw new Failure(`${what}: ${quotePlain(text)}${whole ? `: ${strerror(ERANGE)}` : ""}`);
    return Number(text);
  };
  const pages = options.value("pages");
  const range = /^(\d+)(?::(\d+))?$/.exec(pages ?? "1");
  if (!range || Number(range[1]) === 0) throw new Failure(`invalid page range: ${quotePlain(pages!)}`);
  const columns = number("COLUMN", "invalid number of columns", 1, 1);
  const merge = options.has("m");
  const across = options.has("a");
  if (merge && options.has("COLUMN")) throw new Failure("cannot specify number of columns when printing in parallel");
  if (merge && across) throw new Failure("cannot specify both printing across and printing in parallel");
  const several = merge || columns > 1;
  const tab = (key: string, missing: string): { char: string; width: number } | null => {
    if (!options.has(key)) return null;
    const match = /^(\D?)(\d*)$/.exec(options.value(key) ?? "");
    if (!match)
      throw new UsageError(
        `'-${key}' extra characters or invalid number in the argument: ${quotePlain(options.value(key)!)}`,
      );
    return { char: match[1] || missing, width: Number(match[2] || 0) };
  };
  const numbering = tab("n", "\t");
  const expand = tab("e", "\t");
  const squeeze = tab("i", "\t");
  const length = number("l", "'-l PAGE_LENGTH' invalid number of lines", 66, 1);
  const feed = options.has("F");
  const bare = options.has("t") || options.has("T") || length <= 10;
  const separator = options.last("s", "S");
  const joined = options.has("J");
  // Where -s stands without -w, lines are as long as they are.
  const cut = options.has("W") || (several && !joined && !(separator === "s" && !options.has("w")));
  return {
    columns,
    merge,
    across,
    several,
    double: options.has("d"),
    feed,
    body: bare ? length : length - 10,
    bare,
    endless: options.has("T"),
    width: number(
      "W",
      "'-W PAGE_WIDTH' invalid number of characters",
      number("w", "'-w PAGE_WIDTH' invalid number of characters", 72, 1),
      1,
    ),
    cut,
    joined,
    separator:
      separator === "s"
        ? (options.value("s") ?? "\t")
        : separator === "S"
          ? (options.value("S") ?? "")
          : joined
            ? "\t"
            : " ",
    given: separator !== undefined,
    margin: number("o", "'-o MARGIN' invalid line offset", 0, 0),
    numbering: numbering && { char: numbering.char, width: numbering.width || 5 },
    first: number("N", "'-N NUMBER' invalid starting line number", 1, Number.NEGATIVE_INFINITY),
    counted: options.has("N"),
    expand: expand && { char: expand.char, width: expand.width || 8 },
    squeeze: squeeze && { char: squeeze.char, width: squeeze.width || 8 },
    visible: options.has("v"),
    from: Number(range[1]),
    to: range[2] === undefined ? Number.POSITIVE_INFINITY : Number(range[2]),
  };
}
