// ls: reads directories, sorts, and leaves the looks to ls-format.ts.

import { ENOENT, type Stat, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { humanBlocks, parseBlockSize, plainBlocks } from "./block-size.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { compareNames, isDir, isLink, join, list, readLink, stat } from "./files.ts";
import { globToRegExp } from "./glob.ts";
import { readColors } from "./ls-colors.ts";
import { blockCount, type Entry, formatEntries, type Layout, QUOTINGS, type Quoting } from "./ls-format.ts";
import { chooseWord } from "./options.ts";
import { quote, quotePlain } from "./quote.ts";
import { compareVersions } from "./sort-values.ts";
import { zoneOf } from "./zone.ts";

const HELP = `List information about the FILEs (the current directory by default), sorted by name.

  -a, --all                  do not ignore entries starting with .
  -A, --almost-all           do not list implied . and ..
      --author               with -l, print the author of each file
  -b, --escape               print C-style escapes for nongraphic characters
      --block-size=SIZE      with -l, scale sizes by SIZE when printing them
  -B, --ignore-backups       do not list implied entries ending with ~
  -c                         with -lt: sort by, and show, ctime; with -l: show ctime; otherwise: sort by ctime
  -C                         list entries by columns
      --color[=WHEN]         color the output WHEN: always, auto, or never
  -d, --directory            list directories themselves, not their contents
  -f                         list all entries in directory order
  -F, --classify             append indicator (one of */=>@|) to entries
      --file-type            likewise, except do not append '*'
      --format=WORD          across -x, commas -m, horizontal -x, long -l, single-column -1, verbose -l, vertical -C
      --full-time            like -l --time-style=full-iso
  -g                         like -l, but do not list owner
      --group-directories-first  group directories before files
  -G, --no-group             in a long listing, don't print group names
  -h, --human-readable       with -l and -s, print sizes like 1K 234M 2G etc.
      --si                   likewise, but use powers of 1000 not 1024
  -H, --dereference-command-line  follow symbolic links listed on the command line
      --hide=PATTERN         do not list implied entries matching shell PATTERN
      --indicator-style=WORD  append indicator with style WORD: none (default), slash (-p), file-type, classify (-F)
      --hyperlink[=WHEN]     (ignored)
  -i, --inode                print the index number of each file
  -I, --ignore=PATTERN       do not list implied entries matching shell PATTERN
  -k, --kibibytes            (ignored)
  -l                         use a long listing format
  -L, --dereference          show information for what a symbolic link refers to
  -m                         fill width with a comma separated list of entries
  -n, --numeric-uid-gid      like -l, but list numeric user and group IDs
  -N, --literal              print entry names without quoting
  -o                         like -l, but do not list group information
  -p                         append / indicator to directories
  -q, --hide-control-chars   print ? instead of nongraphic characters
      --show-control-chars   show nongraphic characters as-is
  -Q, --quote-name           enclose entry names in double quotes
      --quoting-style=WORD   literal, shell, shell-always, shell-escape, shell-escape-always, c, c-maybe, escape, locale
  -r, --reverse              reverse order while sorting
  -R, --recursive            list subdirectories recursively
  -s, --size                 print the allocated size of each file, in blocks
  -S                         sort by file size, largest first
      --sort=WORD            sort by WORD instead of name: none (-U), size (-S), time (-t), version (-v), extension (-X)
      --time=WORD            which timestamp: atime (-u), access, use; ctime (-c), status; birth, creation
      --time-style=TIME_STYLE  full-iso, long-iso, iso, locale, or +FORMAT
  -t                         sort by time, newest first
  -T, --tabsize=COLS         assume tab stops at each COLS instead of 8
  -u                         with -lt: sort by, and show, access time; with -l: show it; otherwise: sort by it
  -U                         do not sort; list entries in directory order
  -v                         natural sort of (version) numbers within text
  -w, --width=COLS           set output width to COLS. 0 means no limit
  -x                         list entries by lines instead of by columns
  -X                         sort alphabetically by entry extension
  -Z, --context              (ignored)
      --zero                 end each output line with NUL, not newline
  -1                         list one file per line

Exit status is 0 if OK, 1 if minor problems (e.g., cannot access subdirectory), 2 if serious trouble.`;

export const ls = define({ name: "ls", usage: "[OPTION]... [FILE]...", help: HELP, failure: 2 }, run);

const FORMATS: Record<string, Layout["format"]> = {
  l: "long",
  g: "long",
  o: "long",
  n: "long",
  "full-time": "long",
  C: "columns",
  x: "across",
  m: "commas",
  "1": "single",
  zero: "single",
  verbose: "long",
  long: "long",
  commas: "commas",
  horizontal: "across",
  across: "across",
  vertical: "columns",
  "single-column": "single",
};

async function run(invocation: Invocation): Promise<void> {
  const { options, operands, sys, stdout } = invocation;
  const has = (key: string) => options.has(key);
  const tty = sys.isatty(1);
  const layout = readLayout(invocation, tty);
  const follow = has("L") ? "all" : has("H") ? "given" : "none";
  const order = sorting(invocation, layout);
  const accounts = readAccounts(sys);
  const needStat =
    layout.format === "long" ||
    layout.inodes ||
    layout.blocks ||
    layout.colors ||
    layout.marks !== "none" ||
    has("R") ||
    has("group-directories-first") ||
    order.needsStat;
  const makeEntry = (path: string, name: string, given: boolean): Entry | null => {
    if (!needStat && !given) return { name, stat: null };
    // Links given are followed to directories, unless -l, -d or -F ask about the link itself.
    const followGiven =
      given &&
      (follow === "given" ||
        (follow === "none" && layout.format !== "long" && !has("d") && layout.marks !== "classify"));
    let found = stat(sys, path, follow === "all" || followGiven);
    // Only a link to nothing, given without -L or -H, is shown as the link it is.
    if (found === -ENOENT && followGiven && follow === "none") found = stat(sys, path, false);
    if (typeof found === "number") {
      invocation.warn(`cannot access ${quote(path)}: ${strerror(found)}`, given ? 2 : 1);
      return given ? null : { name, stat: null };
    }
    const entry: Entry = { name, stat: found };
    if (isLink(found) && (layout.format === "long" || layout.colors || has("group-directories-first"))) {
      const target = readLink(sys, path);
      if (typeof target === "string") entry.target = target;
      const there = stat(sys, path);
      entry.targetStat = typeof there === "number" ? null : there;
    }
    return entry;
  };
  const shown = nameFilter(invocation);

  const files: Entry[] = [];
  const directories: Entry[] = [];
  for (const name of operands.length > 0 ? operands : ["."]) {
    const entry = makeEntry(name, name, true);
    if (!entry) continue;
    (isDir(entry.stat ?? 0) && !has("d") ? directories : files).push(entry);
  }
  await stdout.write(formatEntries(order.sort(files), layout, accounts));
  let blank = files.length > 0;
  const headings = operands.length > 1 || has("R");
  const listDirectory = async (path: string): Promise<void> => {
    await invocation.yield();
    const names = list(sys, path);
    if (typeof names === "number") {
      invocation.warn(`cannot open directory ${quote(path)}: ${strerror(names)}`, operands.includes(path) ? 2 : 1);
      return;
    }
    if (headings) await stdout.write(`${blank ? "\n" : ""}${path}:\n`);
    blank = true;
    if (has("a") || has("f")) names.push(".", "..");
    const entries: Entry[] = [];
    for (const name of names) {
      if (!shown(name)) continue;
      const entry = makeEntry(join(path, name), name, false);
      if (entry) entries.push(entry);
    }
    order.sort(entries);
    if (layout.format === "long" || layout.blocks) {
      const total = { blocks: entries.reduce((sum, { stat }) => sum + (stat?.blocks ?? 0), 0) } as Stat;
      await stdout.write(`total ${blockCount(total, layout)}${layout.end}`);
    }
    await stdout.write(formatEntries(entries, layout, accounts));
    if (!has("R")) return;
    for (const { name, stat } of entries) {
      if (stat && isDir(stat) && name !== "." && name !== "..") await listDirectory(join(path, name));
    }
  };
  for (const { name } of order.sort(directories)) await listDirectory(name);
}

function readLayout({ options, env, sys }: Invocation, tty: boolean): Layout {
  const has = (key: string) => options.has(key);
  let format: Layout["format"] = tty ? "columns" : "single";
  for (const { key, value } of options.list) {
    if (key === "format")
      format =
        FORMATS[
          chooseWord(
            value!,
            "--format",
            Object.keys(FORMATS).filter((word) => word.length > 1),
          )
        ];
    // -1 does not undo -l.
    else if (FORMATS[key] && !(key === "1" && format === "long")) format = FORMATS[key];
  }
  const indicator = options.last("F", "p", "file-type", "indicator-style");
  const marks: Layout["marks"] =
    indicator === "F"
      ? "classify"
      : indicator === "p"
        ? "slash"
        : indicator === "file-type"
          ? "file-type"
          : indicator
            ? (chooseWord(options.value("indicator-style")!, "--indicator-style", [
                "none",
                "slash",
                "file-type",
                "classify",
              ]) as "slash")
            : "none";
  const color = has("color")
    ? chooseWord(options.value("color") ?? "always", "--color", [
        "always,yes,force",
        "never,no,none",
        "auto,tty,if-tty",
      ])
    : "never";
  const style = options.last("N", "b", "Q", "quoting-style");
  const word = style === "quoting-style" ? options.value("quoting-style")! : "";
  const quoting: Quoting =
    style === "N"
      ? "literal"
      : style === "b"
        ? "escape"
        : style === "Q"
          ? "c"
          : style
            ? (chooseWord(word, "--quoting-style", [...QUOTINGS]) as Quoting)
            : tty
              ? "shell-escape"
              : "literal";
  const width = options.value("w") ?? env.get("COLUMNS") ?? String(screenWidth(sys));
  if (!/^\d+$/.test(width) && has("w")) throw new Failure(`invalid line width: ${quotePlain(width)}`);
  const timeWord = options.value("time");
  const timeKey = options.last("c", "u", "time");
  if (timeWord !== undefined) chooseWord(timeWord, "--time", TIME_WORDS);
  const time =
    timeKey === "c" || (timeKey === "time" && /^(ctime|status)$/.test(timeWord!))
      ? "ctimeSec"
      : timeKey === "u" || (timeKey === "time" && /^(atime|access|use)$/.test(timeWord!))
        ? "atimeSec"
        : "mtimeSec";
  const size = options.last("h", "si", "block-size", "k");
  const sizes =
    size === "h"
      ? humanBlocks(1024)
      : size === "si"
        ? humanBlocks(1000)
        : size === "block-size"
          ? parseBlockSize(options.value("block-size")!)
          : plainBlocks(1);
  const timeStyle = has("full-time")
    ? "full-iso"
    : (options.value("time-style") ?? env.get("TIME_STYLE") ?? "locale").replace(/^posix-/, "");
  if (format === "long" && !timeStyle.startsWith("+") && !TIME_STYLES.includes(timeStyle))
    throw new UsageError(
      `invalid argument ${quotePlain(timeStyle)} for 'time style'\nValid arguments are:\n${TIME_STYLES.map((one) => `  - [posix-]${one}\n`).join("")}  - +FORMAT (e.g., +%H:%M) for a 'date'-style format`,
    );
  const tabs = options.value("T") ?? "8";
  if (!/^\d+$/.test(tabs)) throw new Failure(`invalid tab size: ${quotePlain(tabs)}`);
  const painted =
    (color === "always" || (color === "auto" && tty)) &&
    ["TERM", "COLORTERM", "LS_COLORS"].some((name) => env.get(name));
  return {
    format,
    owner: !has("g"),
    group: !has("o") && !has("G"),
    author: has("author"),
    numericIds: has("n"),
    inodes: has("i"),
    blocks: has("s"),
    sizes,
    blockSizes: size && size !== "k" ? sizes : plainBlocks(1024),
    time,
    timeStyle,
    marks,
    colors: painted ? readColors(env.get("LS_COLORS")) : null,
    quoting,
    hideControls: has("q") || (tty && !has("show-control-chars")),
    width: Number(width) || 1e9,
    end: has("zero") ? "\0" : "\n",
    // GNU uses spaces alone once colours are on.
    tabSize: painted ? 0 : Number(tabs),
    zone: zoneOf(env.get("TZ")),
    now: Date.now() / 1000,
  };
}

const TIME_STYLES = ["full-iso", "long-iso", "iso", "locale"];
const TIME_WORDS = ["atime,access,use", "ctime,status", "birth,creation"];

/** The width of the terminal it writes to. */
function screenWidth(sys: Invocation["sys"]): number {
  const size = sys.windowSize(1);
  return typeof size === "number" || size.columns === 0 ? 80 : size.columns;
}

function sorting({ options }: Invocation, layout: Layout) {
  const words = ["none", "time", "size", "extension", "version", "width"];
  let by = "name";
  for (const { key, value } of options.list) {
    if (key === "sort") by = chooseWord(value!, "--sort", words);
    else by = { U: "none", f: "none", S: "size", t: "time", v: "version", X: "extension" }[key as "U"] ?? by;
  }
  // -c and -u sort by their time as long as the listing does not show it.
  if (by === "name" && layout.time !== "mtimeSec" && layout.format !== "long" && !options.has("sort")) by = "time";
  const nsec = layout.time.replace("Sec", "Nsec") as "mtimeNsec";
  const time = ({ stat }: Entry) => (stat ? stat[layout.time] + stat[nsec] / 1e9 : 0);
  const extension = ({ name }: Entry) => (name.includes(".") ? name.slice(name.lastIndexOf(".")) : "");
  const sign = options.has("r") ? -1 : 1;
  const first = options.has("group-directories-first");
  const isDirectory = ({ stat, targetStat }: Entry) => isDir(targetStat ?? stat ?? 0);
  const compare = (a: Entry, b: Entry): number => {
    let result = 0;
    if (by === "size") result = (b.stat?.size ?? 0) - (a.stat?.size ?? 0);
    else if (by === "time") result = time(b) - time(a);
    else if (by === "version") result = compareVersions(a.name, b.name);
    else if (by === "extension") result = compareNames(extension(a), extension(b));
    else if (by === "width") result = a.name.length - b.name.length;
    return sign * (result || compareNames(a.name, b.name));
  };
  return {
    needsStat: by === "size" || by === "time",
    sort(entries: Entry[]): Entry[] {
      if (by === "none") return entries;
      return entries.sort((a, b) => (first ? Number(isDirectory(b)) - Number(isDirectory(a)) : 0) || compare(a, b));
    },
  };
}

function nameFilter({ options }: Invocation): (name: string) => boolean {
  const dots = options.has("a") || options.has("A") || options.has("f");
  const ignored = options.values("I").map((glob) => globToRegExp(glob));
  if (options.has("B")) ignored.push(/~$/);
  if (!dots) ignored.push(...options.values("hide").map((glob) => globToRegExp(glob)));
  return (name) => (dots || !name.startsWith(".")) && !ignored.some((pattern) => pattern.test(name));
}
