// diff's command line: what is compared how, and how it is shown.

import { readSmallFile } from "../accounts.ts";
import { Failure, type Invocation, UsageError } from "../define.ts";
import { globToRegExp } from "../glob.ts";
import { compileRegex } from "../regex.ts";
import type { Layout, Matcher } from "./diff-format.ts";

type Format = "normal" | "u" | "c" | "e" | "y" | "n";

export interface Settings {
  format: Format;
  layout: Layout;
  key: ((line: string) => string) | null;
  /** Changes whose lines all match don't count: -B, -I. */
  ignored: ((line: string) => boolean) | null;
  /** The options, as the header of a file in a tree repeats them. */
  words: string;
  excluded: RegExp[];
  labels: string[];
}

export function readSettings(invocation: Invocation): Settings {
  const { options, sys } = invocation;
  const styles = new Set<Format>();
  for (const { key } of options.list) {
    if ("cC".includes(key)) styles.add("c");
    else if ("uU".includes(key)) styles.add("u");
    else if (key === "e" || key === "y" || key === "n") styles.add(key);
    else if (key === "normal") styles.add("normal");
  }
  if (styles.size > 1) throw new UsageError("conflicting output style options");
  const format = [...styles][0] ?? (options.has("p") || options.has("F") ? "c" : "normal");
  let context = format === "c" || format === "u" ? 3 : 0;
  for (const { key, value } of options.list) {
    if (!"CU".includes(key) || value === undefined) continue;
    if (!/^\d+$/.test(value)) throw new UsageError(`invalid context length '${value}'`);
    context = Number(value);
  }
  const key = keyOf(invocation);
  const patterns = options.values("I").map((text) => compile(text));
  const blank = options.has("B");
  const skipBlank = (line: string) => (key ? key(line) : line).replace(/\n$/, "") === "";
  const heading = options.value("F");
  const words = rewrittenOptions(invocation);
  const excluded = [...options.values("x")];
  for (const file of options.values("X")) {
    const text = readSmallFile(sys, file);
    if (text === null) throw new Failure(`${file}: No such file or directory`);
    for (const line of text.split("\n")) if (line !== "") excluded.push(line);
  }
  return {
    format,
    layout: {
      context,
      heading: heading !== undefined ? compile(heading) : options.has("p") ? /^[A-Za-z$_]/ : null,
      expandTabs: options.has("t"),
      initialTab: options.has("T"),
      width: Number(options.value("W") ?? 130),
      suppressCommon: options.has("suppress-common-lines"),
      leftColumn: options.has("left-column"),
    },
    key,
    ignored:
      blank || patterns.length > 0
        ? (line) => (blank && skipBlank(line)) || patterns.some((pattern) => pattern.test(line.replace(/\n$/, "")))
        : null,
    words,
    excluded: excluded.map((glob) => globToRegExp(glob)),
    labels: options.list.filter((one) => one.key === "label" || one.key === "L").map(({ value }) => value!),
  };
}

function compile(text: string): Matcher {
  try {
    const regex = compileRegex(text, { syntax: "basic" });
    return { test: (line) => regex.test(line) };
  } catch (error) {
    throw new Failure(`${text}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The words of the command line that were options, as they were given, quoted where the shell needs it. */
function rewrittenOptions({ argv, operands }: Invocation): string {
  const rest = [...operands];
  const words: string[] = [];
  for (const word of argv.slice(1)) {
    if (word === rest[0]) rest.shift();
    else if (word !== "--") words.push(/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  }
  return words.map((word) => ` ${word}`).join("");
}

function keyOf({ options }: Invocation): ((line: string) => string) | null {
  const all = options.has("w");
  const change = options.has("b");
  const trailing = options.has("Z");
  const tabs = options.has("E");
  const fold = options.has("i");
  if (!all && !change && !trailing && !tabs && !fold) return null;
  return (line) => {
    let text = line;
    if (all) text = text.replace(/[\s]+/g, "");
    else if (change) text = `${text.replace(/\s+$/, "").replace(/[ \t\v\f\r]+/g, " ")}\n`;
    else if (trailing) text = `${text.replace(/\s+$/, "")}\n`;
    if (tabs && !all) {
      let column = 0;
      text = text.replace(/\t|[^\t]/g, (one) => {
        const shown = one === "\t" ? " ".repeat(8 - (column % 8)) : one;
        column += shown.length;
        return shown;
      });
    }
    return fold ? text.toLowerCase() : text;
  };
}
