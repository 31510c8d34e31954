// tree: directories as an indented drawing.

import { strerror } from "@vibengine/system";
import { define, Failure, type Invocation } from "./define.ts";
import { compareNames, isDir, isLink, join, list, readLink, stat } from "./files.ts";
import { globToRegExp } from "./glob.ts";
import { modeString } from "./mode.ts";
import { humanSize } from "./numbers.ts";

export const tree = define(
  {
    name: "tree",
    usage: "[OPTION]... [DIRECTORY]...",
    help: `List the contents of directories in a tree-like format.

  -a            all files are listed, hidden ones too
  -d            list directories only
  -l            follow symbolic links like directories
  -f            print the full path prefix for each file
  -L LEVEL      descend only LEVEL directories deep
  -P PATTERN    list only those files that match PATTERN (several behind |)
  -I PATTERN    do not list files that match PATTERN
  -i            don't print indentation lines
  -s            print the size in bytes of each file
  -h            print the size in a more human readable way
  -p            print the protections of each file
  -F            append / * | as ls -F does
  -r            sort in reverse order
  -t            sort by last modification time
  -U            leave files unsorted
  -C            (ignored)
  -n            (ignored)
  -N            (ignored)
  -Q            quote names with double quotes
      --dirsfirst   list directories before files
      --noreport    turn off the count at the end
      --ignore-case  ignore case when matching patterns
      --prune       leave out empty directories
      --charset=X   ascii for plain characters`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const level = options.value("L");
    if (level !== undefined && !/^[1-9]\d*$/.test(level)) throw new Failure("Invalid level, must be greater than 0.");
    const totals = { directories: 0, files: 0 };
    for (const name of operands.length > 0 ? operands : ["."]) {
      const found = stat(invocation.sys, name);
      if (!isDir(found)) {
        await stdout.write(`${name}  [error opening dir]\n`);
        invocation.status = 2;
        continue;
      }
      await stdout.write(`${label(invocation, name, name)}\n`);
      totals.directories++;
      await walk(invocation, name, "", Number(level ?? Number.POSITIVE_INFINITY), totals);
    }
    if (options.has("noreport")) return invocation.status;
    const count = (amount: number, one: string, many: string) => `${amount} ${amount === 1 ? one : many}`;
    const files = options.has("d") ? "" : `, ${count(totals.files, "file", "files")}`;
    await stdout.write(`\n${count(totals.directories, "directory", "directories")}${files}\n`);
    return invocation.status;
  },
);

function label({ options, sys }: Invocation, path: string, name: string): string {
  const found = stat(sys, path, false);
  if (typeof found === "number") return `${name} [${strerror(found)}]`;
  const details: string[] = [];
  if (options.has("p")) details.push(modeString(found.mode));
  if (options.has("h")) details.push(humanSize(found.size).padStart(4));
  else if (options.has("s")) details.push(String(found.size).padStart(11));
  const lead = details.length > 0 ? `[${details.join(" ")}]  ` : "";
  let text = options.has("f") ? path : name;
  if (options.has("Q")) text = `"${text}"`;
  if (isLink(found)) {
    const target = readLink(sys, path);
    text += ` -> ${typeof target === "string" ? target : "?"}`;
  } else if (options.has("F")) text += isDir(found) ? "/" : found.mode & 0o111 ? "*" : "";
  return lead + text;
}

async function walk(
  invocation: Invocation,
  directory: string,
  lead: string,
  left: number,
  totals: { directories: number; files: number },
): Promise<void> {
  if (left <= 0) return;
  const { options, sys, stdout } = invocation;
  await invocation.yield();
  const names = list(sys, directory);
  if (typeof names === "number") return invocation.warn(`${directory}: ${strerror(names)}`, 2);
  const globs = (key: string) =>
    options
      .values(key)
      .flatMap((text) => text.split("|").map((glob) => globToRegExp(glob, options.has("ignore-case"))));
  const [only, never] = [globs("P"), globs("I")];
  let shown = names
    .filter((name) => options.has("a") || !name.startsWith("."))
    .map((name) => {
      const path = join(directory, name);
      const found = stat(sys, path, options.has("l"));
      return { name, path, directory: isDir(found), time: typeof found === "number" ? 0 : found.mtimeSec };
    })
    .filter((one) => !never.some((glob) => glob.test(one.name)))
    .filter(
      (one) => one.directory || (!options.has("d") && (only.length === 0 || only.some((glob) => glob.test(one.name)))),
    );
  if (options.has("prune")) shown = shown.filter((one) => !one.directory || !isEmpty(invocation, one.path));
  if (!options.has("U")) shown.sort((a, b) => (options.has("t") ? a.time - b.time : 0) || compareNames(a.name, b.name));
  if (options.has("r")) shown.reverse();
  if (options.has("dirsfirst")) shown.sort((a, b) => Number(b.directory) - Number(a.directory));
  const plain = options.value("charset")?.toLowerCase() === "ascii";
  const [tee, end, bar] = plain ? ["|-- ", "`-- ", "|   "] : ["├── ", "└── ", "│   "];
  for (const [i, one] of shown.entries()) {
    const last = i === shown.length - 1;
    const indent = options.has("i") ? "" : lead + (last ? end : tee);
    await stdout.write(`${indent}${label(invocation, one.path, one.name)}\n`);
    if (one.directory) {
      totals.directories++;
      await walk(
        invocation,
        one.path,
        lead + (last ? "    " : bar.replace(/ /, plain ? " " : "\u00a0").replace(/ /, plain ? " " : "\u00a0")),
        left - 1,
        totals,
      );
    } else totals.files++;
  }
}

function isEmpty({ sys }: Invocation, path: string): boolean {
  const names = list(sys, path);
  return typeof names !== "number" && names.length === 0;
}
