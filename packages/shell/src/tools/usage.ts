// df and du: how much of the disk is used, as a whole and by files.

import { strerror } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";
import { compareNames, isDir, join, list, stat } from "./files.ts";
import { humanSize, parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";

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
  -P, --portability     use the POSIX output format
  -T, --print-type      print file system type`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    for (const name of operands) {
      const found = stat(sys, name);
      if (typeof found === "number") invocation.warn(`${name}: ${strerror(found)}`);
    }
    if (operands.length > 0 && invocation.status > 0) return;
    const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
    sys.statfs(out);
    const text = options.value("B");
    const unit = text === undefined ? 1024 : parseCount(/^\d/.test(text) ? text : `1${text}`);
    if (!unit) throw new Failure(`invalid --block-size argument ${quotePlain(text!)}`);
    const base = options.has("h") ? 1024 : options.has("H") ? 1000 : 0;
    const inodes = options.has("i");
    const size = (count: number) =>
      inodes
        ? String(count)
        : base
          ? humanSize(count * out.blockSize, base)
          : String(Math.ceil((count * out.blockSize) / unit));
    const [total, free] = inodes ? [out.inodes, out.freeInodes] : [out.blocks, out.freeBlocks];
    const used = total - free;
    const percent = total === 0 ? "-" : `${Math.ceil((used / total) * 100)}%`;
    const typed = options.has("T");
    const heads = [
      "Filesystem",
      ...(typed ? ["Type"] : []),
      ...(inodes
        ? ["Inodes", "IUsed", "IFree", "IUse%"]
        : [
            base ? "Size" : unit === 1024 ? (options.has("P") ? "1024-blocks" : "1K-blocks") : `${text}-blocks`,
            "Used",
            base ? "Avail" : "Available",
            options.has("P") ? "Capacity" : "Use%",
          ]),
      "Mounted on",
    ];
    const row = ["vibengine", ...(typed ? ["vibe"] : []), size(total), size(used), size(free), percent, "/"];
    const least = [14, ...(typed ? [4] : []), 5, 5, 5, 4, 0];
    const left = (i: number) => i === 0 || (typed && i === 1) || i === row.length - 1;
    const line = (cells: string[]) =>
      cells
        .map((cell, i) => {
          const width = Math.max(heads[i].length, row[i].length, least[i]);
          return i === cells.length - 1 ? cell : left(i) ? cell.padEnd(width) : cell.padStart(width);
        })
        .join(" ");
    await stdout.write(`${line(heads)}\n${line(row)}\n`);
  },
);

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
  -d, --max-depth=N     print the total for a directory only if it is N or fewer levels below the command line argument
  -h, --human-readable  print sizes in human readable format (e.g., 1K 234M 2G)
  -k                    like --block-size=1K
  -L, --dereference     dereference all symbolic links
  -l, --count-links     count sizes many times if hard linked
  -m                    like --block-size=1M
  -S, --separate-dirs   for directories do not include size of subdirectories
  -s, --summarize       display only a total for each argument
  -x, --one-file-system  (ignored)`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const apparent = options.has("apparent-size") || options.has("b");
    const last = options.last("B", "b", "k", "m", "h");
    const text = options.value("B") ?? "1K";
    const unit =
      last === "b"
        ? 1
        : last === "m"
          ? 1048576
          : last === "B"
            ? parseCount(/^\d/.test(text) ? text : `1${text}`)
            : 1024;
    if (!unit) throw new Failure(`invalid -B argument ${quotePlain(text)}`);
    const depthText = options.value("d");
    if (depthText !== undefined && !/^\d+$/.test(depthText))
      throw new UsageError(`invalid maximum depth ${quotePlain(depthText)}`);
    const deepest = options.has("s") ? 0 : Number(depthText ?? Number.POSITIVE_INFINITY);
    const end = options.has("0") ? "\0" : "\n";
    const show = (bytes: number) => (last === "h" ? humanSize(bytes) : String(Math.ceil(bytes / unit)));
    const seen = new Set<string>();
    const visit = async (path: string, depth: number): Promise<number> => {
      const found = stat(sys, path, options.has("L"));
      if (typeof found === "number") {
        invocation.warn(`cannot access ${quote(path)}: ${strerror(found)}`);
        return 0;
      }
      if (found.nlink > 1 && !isDir(found) && !options.has("l")) {
        const key = `${found.dev}:${found.ino}`;
        if (seen.has(key)) return 0;
        seen.add(key);
      }
      const own = apparent ? found.size : found.blocks * 512;
      let total = own;
      if (isDir(found)) {
        await invocation.yield();
        const names = list(sys, path);
        if (typeof names === "number") invocation.warn(`cannot read directory ${quote(path)}: ${strerror(names)}`);
        else {
          for (const name of names.sort(compareNames)) {
            const inner = await visit(join(path, name), depth + 1);
            if (!options.has("S") || !isDir(stat(sys, join(path, name), false))) total += inner;
          }
        }
      }
      if (depth <= deepest && (isDir(found) || depth === 0 || options.has("a")))
        await stdout.write(`${show(total)}\t${path}${end}`);
      return total;
    };
    let all = 0;
    for (const path of operands.length > 0 ? operands : ["."]) all += await visit(path, 0);
    if (options.has("c")) await stdout.write(`${show(all)}\ttotal${end}`);
  },
);
