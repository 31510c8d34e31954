// diff: differences between files and between trees of them.

import { newStat, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, type Stat, strerror } from "@vibengine/system";
import { bytesToBinary, type Reader } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import { readSmallFile } from "../accounts.ts";
import { closeInput, define, Failure, type Invocation, openInput, UsageError } from "../define.ts";
import { baseName, compareNames, isDir, join, list, sameFile, stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { compileRegex } from "../regex.ts";
import {
  type Change,
  contextDiff,
  edScript,
  type Layout,
  type Matcher,
  normalDiff,
  rcsScript,
  type Side,
  sideBySide,
  unifiedDiff,
} from "./diff-format.ts";
import { compareSequences } from "./myers.ts";

type Format = "normal" | "u" | "c" | "e" | "y" | "n";

interface Settings {
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

export const diff = define(
  {
    name: "diff",
    usage: "[OPTION]... FILES",
    failure: 2,
    help: `Compare FILES line by line.

      --normal                  output a normal diff (the default)
  -q, --brief                   report only when files differ
  -s, --report-identical-files  report when two files are the same
  -c                            output 3 lines of copied context
  -C NUM, --context[=NUM]       output NUM (default 3) lines of copied context
  -u                            output 3 lines of unified context
  -U NUM, --unified[=NUM]       output NUM (default 3) lines of unified context
  -e, --ed                      output an ed script
  -n, --rcs                     output an RCS format diff
  -y, --side-by-side            output in two columns
  -W, --width=NUM               output at most NUM (default 130) print columns
      --left-column             output only the left column of common lines
      --suppress-common-lines   do not output common lines
  -p, --show-c-function         show which C function each change is in
  -F, --show-function-line=RE   show the most recent line matching RE
      --label=LABEL             use LABEL instead of file name and timestamp (can be repeated)
  -t, --expand-tabs             expand tabs to spaces in output
  -T, --initial-tab             make tabs line up by prepending a tab
  -r, --recursive               recursively compare any subdirectories found
      --no-dereference          don't follow symbolic links
  -N, --new-file                treat absent files as empty
      --unidirectional-new-file  treat absent first files as empty
  -P                            (same as --unidirectional-new-file)
  -x, --exclude=PAT             exclude files that match PAT
  -X, --exclude-from=FILE       exclude files that match any pattern in FILE
  -S, --starting-file=FILE      start with FILE when comparing directories
      --from-file=FILE1         compare FILE1 to all operands
      --to-file=FILE2           compare all operands to FILE2
  -i, --ignore-case             ignore case differences in file contents
  -E, --ignore-tab-expansion    ignore changes due to tab expansion
  -Z, --ignore-trailing-space   ignore white space at line end
  -b, --ignore-space-change     ignore changes in the amount of white space
  -w, --ignore-all-space        ignore all white space
  -B, --ignore-blank-lines      ignore changes where lines are all blank
  -I, --ignore-matching-lines=RE  ignore changes where all lines match RE
  -a, --text                    treat all files as text
      --strip-trailing-cr       strip trailing carriage return on input
  -d, --minimal                 (ignored)
  -H, --speed-large-files       (ignored)
      --horizon-lines=NUM       (ignored)
      --tabsize=NUM             (ignored)
      --color[=WHEN]            (ignored)
      --palette=PALETTE         (ignored)
  -L LABEL                      (same as --label)

FILES are 'FILE1 FILE2' or 'DIR1 DIR2' or 'DIR FILE' or 'FILE DIR'. If a FILE is '-', read standard input.
Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.`,
    hint: "diff: Try 'diff --help' for more information.",
    rewrite: (words) =>
      words.flatMap((word) => {
        const old = /^-([a-zA-Z]*?)(\d+)$/.exec(word);
        if (!old || /[UCWFxXILS]/.test(old[1])) return [word];
        return [
          ...(old[1] ? [`-${old[1]}`] : []),
          /[cu]/.test(old[1]) ? `-${old[1].includes("c") ? "C" : "U"}${old[2]}` : `-U${old[2]}`,
        ];
      }),
  },
  async (invocation) => {
    const { options, operands } = invocation;
    const settings = readSettings(invocation);
    const [from, to] = [options.value("from-file"), options.value("to-file")];
    const pairs: [string, string][] = [];
    if (from !== undefined) for (const name of operands) pairs.push([from, name]);
    else if (to !== undefined) for (const name of operands) pairs.push([name, to]);
    else {
      if (operands.length === 0) throw new UsageError("missing operand after 'diff'");
      if (operands.length === 1) throw new UsageError(`missing operand after '${operands[0]}'`);
      if (operands.length > 2) throw new UsageError(`extra operand '${operands[2]}'`);
      pairs.push([operands[0], operands[1]]);
    }
    let status = 0;
    for (const [left, right] of pairs)
      status = Math.max(status, await compare(invocation, settings, left, right, null));
    return status;
  },
);

function readSettings(invocation: Invocation): Settings {
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
    excluded.push(...text.split("\n").filter((line) => line !== ""));
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

/** Compares two names; `inside` is set for what was met in a tree. The exit status. */
async function compare(
  invocation: Invocation,
  settings: Settings,
  left: string,
  right: string,
  inside: { missing?: "left" | "right"; named?: boolean } | null,
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const follow = !options.has("no-dereference");
  const look = (name: string, absent: boolean): Stat | number => {
    if (absent) return newStat();
    if (name !== "-") return stat(sys, name, follow);
    const found = newStat();
    const result = sys.fstat(0, found);
    return result < 0 ? result : found;
  };
  let [a, b] = [look(left, inside?.missing === "left"), look(right, inside?.missing === "right")];
  const absent = { left: inside?.missing === "left", right: inside?.missing === "right" };
  if (!inside && (options.has("N") || options.has("P") || options.has("unidirectional-new-file"))) {
    if (typeof a === "number" && typeof b !== "number") [a, absent.left] = [newStat(), true];
    else if (typeof b === "number" && typeof a !== "number" && options.has("N")) [b, absent.right] = [newStat(), true];
  }
  for (const [name, found] of [
    [left, a],
    [right, b],
  ] as const)
    if (typeof found === "number") invocation.warn(`${name}: ${strerror(found)}`);
  if (typeof a === "number" || typeof b === "number") return 2;
  // A directory that is absent on one side is an empty directory.
  const [aDir, bDir] = [isDir(a) || (absent.left && isDir(b)), isDir(b) || (absent.right && isDir(a))];
  if (!inside && aDir !== bDir && !absent.left && !absent.right) {
    if (left === "-" || right === "-") throw new Failure("cannot compare '-' to a directory");
    return aDir
      ? compare(invocation, settings, join(left, baseName(right)), right, { named: true })
      : compare(invocation, settings, left, join(right, baseName(left)), { named: true });
  }
  if (aDir && bDir) {
    if (inside && !options.has("r")) {
      await stdout.write(`Common subdirectories: ${left} and ${right}\n`);
      return 0;
    }
    return compareTrees(invocation, settings, left, right, absent);
  }
  if (
    aDir !== bDir ||
    (inside && !absent.left && !absent.right && kind(a) !== kind(b) && !(regular(a) && regular(b)))
  ) {
    await stdout.write(`File ${left} is a ${kind(a)} while file ${right} is a ${kind(b)}\n`);
    return 1;
  }
  if (!absent.left && !absent.right && (left === right || (sameFile(a, b) && left !== "-" && right !== "-"))) {
    if (options.has("s")) await stdout.write(`Files ${left} and ${right} are identical\n`);
    return 0;
  }
  const one = absent.left ? [] : await readLines(invocation, left);
  const two = absent.right ? [] : await readLines(invocation, right);
  if (!one || !two) return 2;
  const status = await compareLines(
    invocation,
    settings,
    { name: left, stat: absent.left ? null : a, lines: one },
    { name: right, stat: absent.right ? null : b, lines: two },
    inside !== null && !inside.named,
  );
  if (status === 0 && options.has("s")) await stdout.write(`Files ${left} and ${right} are identical\n`);
  return status;
}

const regular = ({ mode }: Stat) => (mode & S_IFMT) === S_IFREG;

function kind({ mode, size }: Stat): string {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "directory";
    case S_IFCHR:
      return "character special file";
    case S_IFIFO:
      return "fifo";
    case S_IFREG:
      return size === 0 ? "regular empty file" : "regular file";
  }
  return "symbolic link";
}

async function compareTrees(
  invocation: Invocation,
  settings: Settings,
  left: string,
  right: string,
  absent: { left: boolean; right: boolean },
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const [a, b] = [absent.left ? [] : list(sys, left), absent.right ? [] : list(sys, right)];
  for (const [name, names] of [
    [left, a],
    [right, b],
  ] as const)
    if (typeof names === "number") invocation.warn(`${name}: ${strerror(names)}`);
  if (typeof a === "number" || typeof b === "number") return 2;
  const [inLeft, inRight] = [new Set(a), new Set(b)];
  let status = 0;
  const start = options.value("S");
  for (const name of [...new Set([...a, ...b])].sort(compareNames)) {
    if (settings.excluded.some((pattern) => pattern.test(name))) continue;
    if (start !== undefined && compareNames(name, start) < 0) continue;
    await invocation.yield();
    const missing = inLeft.has(name) ? (inRight.has(name) ? undefined : "right") : "left";
    const filled =
      options.has("N") || (missing === "left" && (options.has("P") || options.has("unidirectional-new-file")));
    if (missing && !filled) {
      await stdout.write(`Only in ${missing === "right" ? left : right}: ${name}\n`);
      status = Math.max(status, 1);
    } else
      status = Math.max(status, await compare(invocation, settings, join(left, name), join(right, name), { missing }));
  }
  return status;
}

/** A file's lines, as binary strings with their newlines; null when it could not be read, which has been told. */
async function readLines(invocation: Invocation, name: string): Promise<string[] | null> {
  const reader: Reader | null = openInput(invocation, name, (path) => path);
  if (!reader) return null;
  const text = bytesToBinary(await reader.readAll());
  closeInput(invocation, reader);
  const lines = text.split(/(?<=\n)/);
  if (lines[0] === "") lines.pop();
  return invocation.options.has("strip-trailing-cr") ? lines.map((line) => line.replace(/\r\n$/, "\n")) : lines;
}

interface File {
  name: string;
  stat: Stat | null;
  lines: string[];
}

async function compareLines(
  invocation: Invocation,
  settings: Settings,
  left: File,
  right: File,
  inTree: boolean,
): Promise<number> {
  const { options, stdout } = invocation;
  const brief = options.has("q");
  const same = left.lines.length === right.lines.length && left.lines.every((line, i) => line === right.lines[i]);
  if (same && settings.format !== "y") return 0;
  // A NUL in the first block tells a binary file, as in grep.
  const binary = (file: File) => {
    let seen = 0;
    for (const line of file.lines) {
      if (line.includes("\0")) return true;
      seen += line.length;
      if (seen > 65536) return false;
    }
    return false;
  };
  if (!options.has("a") && !same && (binary(left) || binary(right))) {
    await stdout.write(`${brief ? "Files" : "Binary files"} ${left.name} and ${right.name} differ\n`);
    return 1;
  }
  const changes = await findChanges(invocation, settings, left.lines, right.lines);
  const real =
    settings.ignored === null ? changes : changes.filter((change) => !isIgnored(change, settings, left, right));
  if (real.length === 0 && settings.format !== "y") return 0;
  if (brief) {
    if (real.length === 0) return 0;
    await stdout.write(`Files ${left.name} and ${right.name} differ\n`);
    return 1;
  }
  if (inTree && settings.format !== "y") await stdout.write(`diff${settings.words} ${left.name} ${right.name}\n`);
  const titles = [left, right].map((file, i) => settings.labels[i] ?? titleOf(file));
  const sides: [Side, Side] = [
    { lines: left.lines, title: titles[0] },
    { lines: right.lines, title: titles[1] },
  ];
  const { layout, format } = settings;
  // Ignored changes are shown where they fall into the context of others.
  const visible = settings.ignored === null ? changes : keepNear(changes, real, layout.context);
  const text =
    format === "u"
      ? unifiedDiff(...sides, visible, layout)
      : format === "c"
        ? contextDiff(...sides, visible, layout)
        : format === "e"
          ? edScript(sides[1], real)
          : format === "n"
            ? rcsScript(sides[1], real)
            : format === "y"
              ? sideBySide(...sides, changes, layout)
              : normalDiff(...sides, real, layout);
  let pending = "";
  for (const piece of text) {
    pending += piece;
    if (pending.length < 32768) continue;
    await stdout.writeBinary(pending);
    pending = "";
    await invocation.yield();
  }
  await stdout.writeBinary(pending);
  if (format === "e")
    for (const { name, lines } of [left, right])
      if (lines.length > 0 && !lines[lines.length - 1].endsWith("\n"))
        invocation.warn(`${name}: No newline at end of file\n`, 0);
  return real.length > 0 ? 1 : 0;
}

function keepNear(changes: Change[], real: Change[], context: number): Change[] {
  const kept = new Set(real);
  const near = (one: Change, other: Change) => one.a <= other.aEnd + context && other.a <= one.aEnd + context;
  return changes.filter((change) => kept.has(change) || real.some((other) => near(change, other)));
}

function isIgnored({ a, aEnd, b, bEnd }: Change, { ignored }: Settings, left: File, right: File): boolean {
  return left.lines.slice(a, aEnd).every(ignored!) && right.lines.slice(b, bEnd).every(ignored!);
}

async function findChanges(
  invocation: Invocation,
  { key }: Settings,
  left: string[],
  right: string[],
): Promise<Change[]> {
  const ids = new Map<string, number>();
  const number = (lines: string[]) =>
    Int32Array.from(lines, (line) => {
      const text = key ? key(line) : line;
      let id = ids.get(text);
      if (id === undefined) {
        id = ids.size;
        ids.set(text, id);
      }
      return id;
    });
  const changed = await compareSequences(number(left), number(right), () => invocation.yield());
  const changes: Change[] = [];
  for (let a = 0, b = 0; a < left.length || b < right.length; a++, b++) {
    if (changed.a[a] === 0 && changed.b[b] === 0) continue;
    const start = { a, b };
    while (changed.a[a] !== 0) a++;
    while (changed.b[b] !== 0) b++;
    changes.push({ ...start, aEnd: a, bEnd: b });
    if (a >= left.length && b >= right.length) break;
  }
  return changes;
}

function titleOf({ name, stat: found }: File): string {
  const time = found ?? newStat();
  const shown = /[\s"\\]/.test(name)
    ? `"${name.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`
    : name;
  return `${/[\n\t"\\]/.test(name) ? shown : name}\t${formatTime("%Y-%m-%d %H:%M:%S.%N %z", time.mtimeSec, time.mtimeNsec)}`;
}
