// date, id, whoami, uname, hostname, nproc, df and du: what the machine has to say about itself.

import { strerror } from "@vibengine/system";
import { readAccounts, readSmallFile } from "./accounts.ts";
import { checkOperands, define, Failure, type Invocation, UsageError } from "./define.ts";
import { compareNames, isDir, join, list, stat } from "./files.ts";
import { humanSize, parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";
import { formatTime, parseMoment } from "./time.ts";

export const date = define(
  {
    name: "date",
    usage: "[OPTION]... [+FORMAT]",
    help: `Display date and time in the given FORMAT, in UTC.

  -d, --date=STRING        display time described by STRING, not 'now'
  -I[TIMESPEC], --iso-8601[=TIMESPEC]  ISO 8601 format: date (the default), hours, minutes, seconds, or ns
  -R, --rfc-email          RFC 5322 format
      --rfc-3339=TIMESPEC  RFC 3339 format: date, seconds, or ns
  -r, --reference=FILE     display the last modification time of FILE
  -u, --utc, --universal   (always)

FORMAT: %% %a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %n %N %p %P %q %r %R %s %S %t %T %u %U %V %w %W %x %X %y %Y %z %Z,
with the flags - _ 0 ^ # and a width.`,
  },
  async ({ options, operands, sys, stdout }) => {
    const now = Date.now();
    let [sec, nsec] = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const text = options.value("d");
    const reference = options.value("r");
    if (text !== undefined) {
      const moment = parseMoment(text, sec);
      if (!moment) throw new Failure(`invalid date ${quotePlain(text)}`);
      ({ sec, nsec } = moment);
    } else if (reference !== undefined) {
      const found = stat(sys, reference);
      if (typeof found === "number") throw new Failure(`${reference}: ${strerror(found)}`);
      [sec, nsec] = [found.mtimeSec, found.mtimeNsec];
    }
    if (operands.length > 1) throw new UsageError(`extra operand ${quotePlain(operands[1])}`);
    let format = "%a %b %e %H:%M:%S %Z %Y";
    if (operands.length === 1) {
      if (!operands[0].startsWith("+")) throw new Failure(`invalid date ${quotePlain(operands[0])}`);
      format = operands[0].slice(1);
    } else if (options.has("I")) {
      const formats: Record<string, string> = { date: "", hours: "T%H%:z", minutes: "T%H:%M%:z", seconds: "T%H:%M:%S%:z", ns: "T%H:%M:%S,%N%:z" };
      format = `%Y-%m-%d${formats[options.value("I") ?? "date"] ?? ""}`;
    } else if (options.has("rfc-3339")) {
      format = { date: "%Y-%m-%d", seconds: "%Y-%m-%d %H:%M:%S%:z", ns: "%Y-%m-%d %H:%M:%S.%N%:z" }[options.value("rfc-3339")!] ?? "%Y-%m-%d";
    } else if (options.has("R")) format = "%a, %d %b %Y %H:%M:%S %z";
    await stdout.write(`${formatTime(format, sec, nsec)}\n`);
  },
);

/** The System has no user ids of its own: everything runs as the owner of the working directory's home, /etc/passwd's entry for $USER. */
function identity({ sys, env }: Invocation): { uid: number; gid: number } {
  const name = env.get("USER") ?? env.get("LOGNAME") ?? "user";
  for (const line of (readSmallFile(sys, "/etc/passwd") ?? "").split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 1000, gid: 1000 };
}

export const id = define(
  {
    name: "id",
    usage: "[OPTION]... [USER]...",
    help: `Print user and group information for each specified USER, or for the current user.

  -g, --group   print only the effective group ID
  -G, --groups  print all group IDs
  -n, --name    print a name instead of a number, for -ugG
  -r, --real    (ignored)
  -u, --user    print only the effective user ID
  -z, --zero    delimit entries with NUL characters`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const accounts = readAccounts(sys);
    const kind = options.last("g", "G", "u");
    const named = options.has("n");
    if (named && !kind) throw new Failure("cannot print only names or real IDs in default format");
    for (const name of operands.length > 0 ? operands : [null]) {
      let { uid, gid } = identity(invocation);
      if (name !== null) {
        uid = accounts.uidOf(name);
        const entry = (readSmallFile(sys, "/etc/passwd") ?? "").split("\n").map((line) => line.split(":")).find((fields) => Number(fields[2]) === uid);
        if (uid < 0 || !entry) {
          invocation.warn(`${quotePlain(name)}: no such user`);
          continue;
        }
        gid = Number(entry[3]);
      }
      const [user, group] = [accounts.user(uid), accounts.group(gid)];
      const text =
        kind === "u" ? (named ? user : String(uid)) : kind ? (named ? group : String(gid)) : `uid=${uid}(${user}) gid=${gid}(${group}) groups=${gid}(${group})`;
      await stdout.write(text + (options.has("z") ? "\0" : "\n"));
    }
  },
);

export const whoami = define({ name: "whoami", usage: "[OPTION]...", help: "Print the user name associated with the current effective user ID.\n" }, async (invocation) => {
  checkOperands(invocation.operands, 0, 0);
  await invocation.stdout.write(`${readAccounts(invocation.sys).user(identity(invocation).uid)}\n`);
});

const hostName = ({ sys, env }: Invocation) => (readSmallFile(sys, "/etc/hostname") ?? env.get("HOSTNAME") ?? "vibengine").trim();

export const hostname = define({ name: "hostname", usage: "[OPTION]...", help: `Print the name of the machine.

  -s, --short  the name up to the first dot
  -f, --fqdn, --long  the whole name` }, async (invocation) => {
  const name = hostName(invocation);
  await invocation.stdout.write(`${invocation.options.has("s") ? name.split(".", 1)[0] : name}\n`);
});

export const uname = define(
  {
    name: "uname",
    usage: "[OPTION]...",
    help: `Print certain system information. With no OPTION, same as -s.

  -a, --all                print all information
  -s, --kernel-name        print the kernel name
  -n, --nodename           print the network node hostname
  -r, --kernel-release     print the kernel release
  -v, --kernel-version     print the kernel version
  -m, --machine            print the machine hardware name
  -p, --processor          print the processor type
  -i, --hardware-platform  print the hardware platform
  -o, --operating-system   print the operating system`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length > 0) throw new UsageError(`extra operand ${quote(operands[0])}`);
    const parts: [string, string][] = [
      ["s", "Linux"], ["n", hostName(invocation)], ["r", "6.1.0-vibengine"], ["v", "#1 vibengine"], ["m", "wasm32"], ["p", "unknown"], ["i", "unknown"], ["o", "GNU/Linux"],
    ];
    const all = options.has("a");
    const shown = parts.filter(([key, text]) => (all ? text !== "unknown" : options.has(key)));
    await stdout.write(`${(shown.length > 0 ? shown : parts.slice(0, 1)).map(([, text]) => text).join(" ")}\n`);
  },
);

export const nproc = define(
  { name: "nproc", usage: "[OPTION]...", help: `Print the number of processing units available.

      --all       print the number of installed processors
      --ignore=N  if possible, exclude N processing units` },
  async ({ options, stdout }) => {
    const ignored = options.value("ignore") ?? "0";
    if (!/^\d+$/.test(ignored)) throw new Failure(`invalid number: ${quotePlain(ignored)}`);
    await stdout.write(`${Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 1) - Number(ignored))}\n`);
  },
);

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
    const size = (count: number) => (inodes ? String(count) : base ? humanSize(count * out.blockSize, base) : String(Math.ceil((count * out.blockSize) / unit)));
    const [total, free] = inodes ? [out.inodes, out.freeInodes] : [out.blocks, out.freeBlocks];
    const used = total - free;
    const percent = total === 0 ? "-" : `${Math.ceil((used / total) * 100)}%`;
    const typed = options.has("T");
    const heads = ["Filesystem", ...(typed ? ["Type"] : []), ...(inodes ? ["Inodes", "IUsed", "IFree", "IUse%"] : [base ? "Size" : unit === 1024 ? (options.has("P") ? "1024-blocks" : "1K-blocks") : `${text}-blocks`, "Used", base ? "Avail" : "Available", options.has("P") ? "Capacity" : "Use%"]), "Mounted on"];
    const row = ["vibengine", ...(typed ? ["vibe"] : []), size(total), size(used), size(free), percent, "/"];
    const least = [14, ...(typed ? [4] : []), 5, 5, 5, 4, 0];
    const left = (i: number) => i === 0 || (typed && i === 1) || i === row.length - 1;
    const line = (cells: string[]) =>
      cells.map((cell, i) => {
        const width = Math.max(heads[i].length, row[i].length, least[i]);
        return i === cells.length - 1 ? cell : left(i) ? cell.padEnd(width) : cell.padStart(width);
      }).join(" ");
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
    const unit = last === "b" ? 1 : last === "m" ? 1048576 : last === "B" ? parseCount(/^\d/.test(text) ? text : `1${text}`) : 1024;
    if (!unit) throw new Failure(`invalid -B argument ${quotePlain(text)}`);
    const depthText = options.value("d");
    if (depthText !== undefined && !/^\d+$/.test(depthText)) throw new UsageError(`invalid maximum depth ${quotePlain(depthText)}`);
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
      if (depth <= deepest && (isDir(found) || depth === 0 || options.has("a"))) await stdout.write(`${show(total)}\t${path}${end}`);
      return total;
    };
    let all = 0;
    for (const path of operands.length > 0 ? operands : ["."]) all += await visit(path, 0);
    if (options.has("c")) await stdout.write(`${show(all)}\ttotal${end}`);
  },
);
