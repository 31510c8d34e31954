// df and du: how much of the disk is used, as a whole and by files.

import { strerror } from "@vibengine/system";
import { type BlockSize, humanBlocks, parseBlockSize, plainBlocks, scaled, unitName } from "./block-size.ts";
import { define, Failure, UsageError } from "./define.ts";
import { compareNames, isDir, join, list, stat } from "./files.ts";
import { FILE_SYSTEM } from "./find-printf.ts";
import { globToRegExp } from "./glob.ts";
import { humanSize, parseCount } from "./numbers.ts";
import type { Options } from "./options.ts";
import { quote, quoteIfNeeded, quotePlain } from "./quote.ts";

/** The columns of df --output, in the order they have when all are asked for. */
const FIELDS: Record<string, { head: string; left?: boolean; least: number }> = {
  source: { head: "Filesystem", left: true, least: 14 },
  fstype: { head: "Type", left: true, least: 4 },
  itotal: { head: "Inodes", least: 5 },
  iused: { head: "IUsed", least: 5 },
  iavail: { head: "IFree", least: 5 },
  ipcent: { head: "IUse%", least: 4 },
  size: { head: "blocks", least: 5 },
  used: { head: "Used", least: 5 },
  avail: { head: "Avail", least: 5 },
  pcent: { head: "Use%", least: 4 },
  file: { head: "File", left: true, least: 0 },
  target: { head: "Mounted on", left: true, least: 0 },
};

export const df = define(
  {
    name: "df",
    usage: "[OPTION]... [FILE]...",
    help: `Show information about the file system on which each FILE resides.

  -a, --all             (ignored)
  -B, --block-size=SIZE  scale sizes by SIZE before printing them
  -h, --human-readable  print sizes in powers of 1024 (e.g., 1023M)
  -H, --si              print sizes in powers of 1000 (e.g., 1.1G)
  -i, --inodes          list inode information instead of block usage
  -k                    like --block-size=1K
  -l, --local           (ignored)
      --no-sync         (ignored)
      --output[=FIELD_LIST]  use the output format defined by FIELD_LIST, or print all fields if it is omitted:
                        source fstype itotal iused iavail ipcent size used avail pcent file target
  -P, --portability     use the POSIX output format
      --sync            (ignored)
      --total           also print a grand total
  -t, --type=TYPE       limit listing to file systems of type TYPE
  -T, --print-type      print file system type
  -v                    (ignored)
  -x, --exclude-type=TYPE  limit listing to file systems not of type TYPE`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (options.has("output")) {
      const other = options.last("i", "P", "T");
      if (other) throw new UsageError(`options -${other} and --output are mutually exclusive`);
    }
    const files: string[] = [];
    for (const name of operands) {
      const found = stat(sys, name);
      if (typeof found === "number") invocation.warn(`${quoteIfNeeded(name)}: ${strerror(found)}`);
      else files.push(name);
    }
    const types = options.values("t");
    const listed = (types.length === 0 || types.includes(FILE_SYSTEM)) && !options.values("x").includes(FILE_SYSTEM);
    if ((operands.length > 0 && files.length === 0) || !listed) {
      if (!listed || operands.length === 0) throw new Failure("no file systems processed");
      return;
    }
    const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
    sys.statfs(out);
    const key = options.last("B", "h", "H", "k");
    const blocks =
      key === "B"
        ? parseBlockSize(options.value("B")!, "-B")
        : key === "h"
          ? humanBlocks(1024)
          : key === "H"
            ? humanBlocks(1000)
            : plainBlocks(1024);
    const size = (count: number) => scaled(count * out.blockSize, blocks);
    const inodes = (count: number) => (blocks.human ? humanSize(count, blocks.human) : String(count));
    const percent = (used: number, total: number) => (total === 0 ? "-" : `${Math.ceil((used / total) * 100)}%`);
    const posix = options.has("P");
    const fields = outputFields(options);
    const row = (file: string, total = false): Record<string, string> => ({
      source: total ? "total" : "vibengine",
      fstype: total ? "-" : FILE_SYSTEM,
      itotal: inodes(out.inodes),
      iused: inodes(out.inodes - out.freeInodes),
      iavail: inodes(out.freeInodes),
      ipcent: percent(out.inodes - out.freeInodes, out.inodes),
      size: size(out.blocks),
      used: size(out.blocks - out.freeBlocks),
      avail: size(out.freeBlocks),
      pcent: percent(out.blocks - out.freeBlocks, out.blocks),
      file: total ? "-" : file,
      target: total ? "-" : "/",
    });
    const rows = (files.length > 0 ? files : ["-"]).map((file) => row(file));
    if (options.has("total")) rows.push(row("-", true));
    const head = (field: string) => {
      if (field === "size") return blocks.human ? "Size" : `${posix ? blocks.unit : unitName(blocks)}-blocks`;
      if (field === "avail") return blocks.human || options.has("output") ? "Avail" : "Available";
      return field === "pcent" && posix ? "Capacity" : FIELDS[field].head;
    };
    const heads = Object.fromEntries(fields.map((field) => [field, head(field)]));
    const lines = [heads, ...rows].map((cells) =>
      fields
        .map((field, i) => {
          const { left, least } = FIELDS[field];
          const width = Math.max(least, ...[heads, ...rows].map((one) => one[field].length));
          if (left) return i === fields.length - 1 ? cells[field] : cells[field].padEnd(width);
          return cells[field].padStart(width);
        })
        .join(" "),
    );
    await stdout.write(`${lines.join("\n")}\n`);
  },
);

function outputFields(options: Options): string[] {
  if (!options.has("output")) {
    const counts = options.has("i") ? ["itotal", "iused", "iavail", "ipcent"] : ["size", "used", "avail", "pcent"];
    return ["source", ...(options.has("T") ? ["fstype"] : []), ...counts, "target"];
  }
  const words = options.values("output").flatMap((list) => (list === "" ? [] : list.split(",")));
  for (const [i, word] of words.entries()) {
    if (!(word in FIELDS)) throw new UsageError(`option --output: field ${quotePlain(word)} unknown`);
    if (words.indexOf(word) < i) throw new UsageError(`option --output: field ${quotePlain(word)} used more than once`);
  }
  return words.length > 0 ? words : Object.keys(FIELDS);
}

export const du = define(
  {
    name: "du",
    usage: "[OPTION]... [FILE]...",
    help: `Summarize device usage of the set of FILEs, recursively for directories.

  -0, --null            end each output line with NUL, not newline
  -a, --all             write counts for all files, not just directories
      --apparent-size   print apparent sizes rather than device usage
  -B, --block-size=SIZE  scale sizes by SIZE before printing them
  -b, --bytes           equivalent to '--apparent-size --block-size=1'
  -c, --total           produce a grand total
  -D, -H, --dereference-args  dereference only symlinks that are listed on the command line
      --exclude=PATTERN  exclude files that match PATTERN
  -d, --max-depth=N     print the total for a directory only if it is N or fewer levels below the command line argument
  -h, --human-readable  print sizes in human readable format (e.g., 1K 234M 2G)
      --inodes          list inode usage information instead of block usage
  -k                    like --block-size=1K
  -L, --dereference     dereference all symbolic links
  -l, --count-links     count sizes many times if hard linked
  -m                    like --block-size=1M
  -P, --no-dereference  don't follow any symbolic links (the default)
  -S, --separate-dirs   for directories do not include size of subdirectories
      --si              like -h, but use powers of 1000 not 1024
  -s, --summarize       display only a total for each argument
  -t, --threshold=SIZE  exclude entries smaller than SIZE if positive, or entries greater than SIZE if negative
  -x, --one-file-system  (ignored)`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const apparent = options.has("apparent-size") || options.has("b");
    const last = options.last("B", "b", "k", "m", "h", "si");
    const units: Record<string, BlockSize> = {
      b: plainBlocks(1),
      m: plainBlocks(1048576),
      h: humanBlocks(1024),
      si: humanBlocks(1000),
    };
    const unit = last === "B" ? parseBlockSize(options.value("B")!, "-B") : (units[last ?? "k"] ?? plainBlocks(1024));
    const counting = options.has("inodes");
    const threshold = options.value("t");
    const limit = threshold === undefined ? 0 : parseCount(threshold.replace(/^-/, ""));
    if (limit === null || threshold === "-0")
      throw new Failure(`invalid --threshold argument ${quotePlain(threshold!)}`);
    const excluded = options.values("exclude").map((glob) => globToRegExp(glob));
    const hidden = (path: string) =>
      excluded.some((one) => one.test(path) || one.test(path.slice(path.lastIndexOf("/") + 1)));
    const follow = options.last("D", "L", "P");
    const depthText = options.value("d");
    if (depthText !== undefined && !/^\d+$/.test(depthText))
      throw new UsageError(`invalid maximum depth ${quotePlain(depthText)}`);
    const deepest = options.has("s") ? 0 : Number(depthText ?? Number.POSITIVE_INFINITY);
    const end = options.has("0") ? "\0" : "\n";
    const show = (bytes: number) => (counting && !unit.human ? String(bytes) : scaled(bytes, unit));
    const seen = new Set<string>();
    const ancestors = new Set<string>();
    // Everything may come up twice where links are followed or several trees are given.
    const remember = follow === "L" || operands.length > 1;
    const visit = async (path: string, depth: number): Promise<number> => {
      if (hidden(path)) return 0;
      const found = stat(sys, path, follow === "L" || (follow === "D" && depth === 0));
      if (typeof found === "number") {
        invocation.warn(`cannot access ${quote(path)}: ${strerror(found)}`);
        return 0;
      }
      const key = `${found.dev}:${found.ino}`;
      if (ancestors.has(key)) return 0;
      if ((remember || (found.nlink > 1 && !isDir(found))) && !options.has("l")) {
        if (seen.has(key)) return 0;
        seen.add(key);
      }
      const own = counting ? 1 : apparent ? found.size : found.blocks * 512;
      let total = own;
      if (isDir(found)) {
        await invocation.yield();
        const names = list(sys, path);
        if (typeof names === "number") invocation.warn(`cannot read directory ${quote(path)}: ${strerror(names)}`);
        else {
          ancestors.add(key);
          for (const name of names.sort(compareNames)) {
            const inner = await visit(join(path, name), depth + 1);
            if (!options.has("S") || !isDir(stat(sys, join(path, name), false))) total += inner;
          }
          ancestors.delete(key);
        }
      }
      const counted = threshold?.startsWith("-") ? total <= limit : total >= limit;
      if (depth <= deepest && (isDir(found) || depth === 0 || options.has("a")) && counted)
        await stdout.write(`${show(total)}\t${path}${end}`);
      return total;
    };
    let all = 0;
    for (const path of operands.length > 0 ? operands : ["."]) all += await visit(path, 0);
    if (options.has("c")) await stdout.write(`${show(all)}\ttotal${end}`);
  },
);
