// cp and mv. mv renames, and where that is not possible copies and removes.

import { AT_FDCWD, EXDEV, encode, strerror } from "@vibengine/system";
import { Copier, mayReplace } from "./copier.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { baseName, dirName, isDir, join, list, realPath, sameFile, stat, trimSlashes } from "./files.ts";
import { quote } from "./quote.ts";

const TARGETS = `  -S, --suffix=SUFFIX          override the usual backup suffix '~'
  -b, --backup[=CONTROL]       make a simple backup of each existing destination file
  -t, --target-directory=DIR   copy all SOURCE arguments into DIR
  -T, --no-target-directory    treat DEST as a normal file
  -u, --update                 only when the SOURCE file is newer than the destination file or when it is missing
  -v, --verbose                explain what is being done`;

export const cp = define(
  {
    name: "cp",
    usage: "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...",
    help: `Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.

  -a, --archive                same as -dR --preserve=all
  -d                           same as --no-dereference --preserve=links
  -f, --force                  if an existing destination file cannot be opened, remove it and try again
  -H                           follow command-line symbolic links in SOURCE
  -i, --interactive            prompt before overwrite (overrides a previous -n)
  -l, --link                   hard link files instead of copying
  -L, --dereference            always follow symbolic links in SOURCE
  -n, --no-clobber             do not overwrite an existing file
  -P, --no-dereference         never follow symbolic links in SOURCE
  -p                           same as --preserve=mode,ownership,timestamps
      --preserve[=ATTR_LIST]   preserve the specified attributes
      --no-preserve=ATTR_LIST  (ignored)
      --parents                use full source file name under DIRECTORY
  -R, -r, --recursive          copy directories recursively
      --reflink[=WHEN]         (ignored)
      --remove-destination     remove each existing destination file before attempting to open it
      --sparse=WHEN            (ignored)
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE argument
  -s, --symbolic-link          make symbolic links instead of copying
  -x, --one-file-system        (ignored)
${TARGETS}`,
  },
  async (invocation) => {
    const { options } = invocation;
    const archive = options.has("a");
    const preserved = options.list
      .filter(({ key }) => key === "preserve")
      .flatMap(({ value }) => (value ?? "mode,ownership,timestamps").split(","));
    const all = archive || preserved.includes("all");
    const keeps = (what: string) =>
      all ||
      (options.has("p") && what !== "links") ||
      preserved.includes(what) ||
      (what === "links" && options.has("d"));
    const follow = options.last("L", "P", "H", "d", "a");
    const recursive = options.has("R") || archive;
    const copier = new Copier(invocation, {
      recursive,
      follow: follow === "L" ? "all" : follow === "H" ? "given" : follow ? "none" : recursive ? "none" : "all",
      keepMode: keeps("mode"),
      keepOwner: keeps("ownership"),
      keepTimes: keeps("timestamps"),
      keepLinks: keeps("links"),
      asLink: options.last("l", "s") as "l" | "s" | undefined,
    });
    await eachTarget(invocation, async (source, target) => {
      await copier.copy(source, target, true);
    });
  },
);

export const mv = define(
  {
    name: "mv",
    usage: "[OPTION]... [-T] SOURCE DEST\n[OPTION]... SOURCE... DIRECTORY\n[OPTION]... -t DIRECTORY SOURCE...",
    help: `Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.

  -f, --force                  do not prompt before overwriting
  -i, --interactive            prompt before overwrite
  -n, --no-clobber             do not overwrite an existing file
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE argument
${TARGETS}`,
  },
  async (invocation) => {
    await eachTarget(invocation, (source, target) => move(invocation, source, target));
  },
);

async function eachTarget(
  invocation: Invocation,
  act: (source: string, target: string) => Promise<void>,
): Promise<void> {
  const { options, operands, sys } = invocation;
  let directory = options.value("t");
  const plain = options.has("T");
  if (directory !== undefined && plain)
    throw new Failure("cannot combine --target-directory (-t) and --no-target-directory (-T)");
  if (operands.length === 0) throw new UsageError("missing file operand");
  if (operands.length === 1 && directory === undefined)
    throw new UsageError(`missing destination file operand after ${quote(operands[0])}`);
  if (plain && operands.length > 2) throw new UsageError(`extra operand ${quote(operands[2])}`);
  if (directory !== undefined) {
    const found = stat(sys, directory);
    if (!isDir(found)) {
      const why = typeof found === "number" ? strerror(found) : "Not a directory";
      throw new Failure(`target directory ${quote(directory)}: ${why}`);
    }
  } else {
    const last = operands.pop()!;
    const found = stat(sys, last);
    if (!plain && isDir(found)) directory = last;
    else {
      if (operands.length > 1) {
        throw new Failure(`target ${quote(last)}: ${typeof found === "number" ? strerror(found) : "Not a directory"}`);
      }
      return act(strip(operands[0]), last);
    }
  }
  for (const source of operands) {
    const name = options.has("parents") ? strip(source).replace(/^\/+/, "") : baseName(source);
    if (options.has("parents")) {
      let made = directory;
      let origin: string | null = null;
      for (const part of dirName(name).split("/")) {
        made = join(made, part);
        origin = origin === null ? (source.startsWith("/") ? `/${part}` : part) : join(origin, part);
        const from = stat(sys, origin);
        sys.mkdir(AT_FDCWD, encode(made), typeof from === "number" ? 0o777 : from.mode & 0o777);
      }
    }
    await act(strip(source), join(directory, name === ".." ? "." : name));
  }
  function strip(source: string): string {
    return options.has("strip-trailing-slashes") ? trimSlashes(source) : source;
  }
}

async function move(invocation: Invocation, source: string, target: string): Promise<void> {
  const { sys, options, stdout } = invocation;
  const from = stat(sys, source, false);
  if (typeof from === "number") return invocation.warn(`cannot stat ${quote(source)}: ${strerror(from)}`);
  const to = stat(sys, target, false);
  if (typeof to !== "number") {
    if (
      sameFile(from, to) &&
      realPath(sys, dirName(source), "none") === realPath(sys, dirName(target), "none") &&
      baseName(source) === baseName(target)
    ) {
      return invocation.warn(`${quote(source)} and ${quote(target)} are the same file`);
    }
    if (sameFile(from, to) && !isDir(from) && from.nlink > 1) {
      // Two links to one file: rename(2) would do nothing.
      sys.unlink(AT_FDCWD, encode(source));
      return;
    }
    if (isDir(from) && !isDir(to))
      return invocation.warn(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
    if (!isDir(from) && isDir(to))
      return invocation.warn(`cannot overwrite directory ${quote(target)} with non-directory`);
    if (!(await mayReplace(invocation, from, to, target))) return;
  }
  if (isDir(from)) {
    const [inside, outside] = [realPath(sys, target, "any"), realPath(sys, source, "none")];
    if (typeof inside === "string" && typeof outside === "string" && join(inside, "").startsWith(join(outside, ""))) {
      return invocation.warn(`cannot move ${quote(source)} to a subdirectory of itself, ${quote(target)}`);
    }
  }
  const result = sys.rename(AT_FDCWD, encode(source), AT_FDCWD, encode(target));
  if (result === -EXDEV) {
    const copier = new Copier(invocation, {
      recursive: true,
      follow: "none",
      keepMode: true,
      keepOwner: true,
      keepTimes: true,
      keepLinks: true,
    });
    await copier.copy(source, target, true);
    if (!copier.failed) removeAll(invocation, source, isDir(from));
    return;
  }
  if (result < 0) return invocation.warn(`cannot move ${quote(source)} to ${quote(target)}: ${strerror(result)}`);
  if (options.has("v")) await stdout.write(`renamed ${quote(source)} -> ${quote(target)}\n`);
}

function removeAll(invocation: Invocation, path: string, directory: boolean): void {
  const { sys } = invocation;
  if (directory) {
    const names = list(sys, path);
    if (typeof names !== "number")
      for (const name of names) removeAll(invocation, join(path, name), isDir(stat(sys, join(path, name), false)));
  }
  const result = directory ? sys.rmdir(AT_FDCWD, encode(path)) : sys.unlink(AT_FDCWD, encode(path));
  if (result < 0) invocation.warn(`cannot remove ${quote(path)}: ${strerror(result)}`);
}
