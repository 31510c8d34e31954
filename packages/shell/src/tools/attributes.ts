// chmod, touch and ln: tools that change an inode or make another name for it.

import { AT_FDCWD, ENOENT, encode, O_CLOEXEC, O_CREAT, O_WRONLY, strerror, type Time } from "@vibengine/system";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { baseName, dirName, isDir, isLink, join, list, realPath, sameFile, stat } from "./files.ts";
import { type ModeChange, modeString, parseMode } from "./mode.ts";
import { relative } from "./names.ts";
import { quote, quoteIfNeeded, quotePlain } from "./quote.ts";
import { parseMoment, parseStamp } from "./time.ts";
import { zoneOf } from "./zone.ts";

const octal = (mode: number) => (mode & 0o7777).toString(8).padStart(4, "0");

export const chmod = define(
  {
    name: "chmod",
    usage: "[OPTION]... MODE[,MODE]... FILE...\n[OPTION]... OCTAL-MODE FILE...\n[OPTION]... --reference=RFILE FILE...",
    help: `Change the mode of each FILE to MODE. MODE is octal, or of the form '[ugoa]*([-+=]([rwxXst]*|[ugo]))+'.

  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
      --no-preserve-root  (ignored)
      --preserve-root    (ignored)
      --reference=RFILE  use RFILE's mode instead of MODE values
  -R, --recursive        change files and directories recursively`,
    operandLike: /^-[rwxXstugo,=+-]+$/,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    const reference = options.value("reference");
    let change: ModeChange | null;
    if (reference !== undefined) {
      const found = stat(sys, reference);
      if (typeof found === "number")
        throw new Failure(`failed to get attributes of ${quote(reference)}: ${strerror(found)}`);
      change = () => found.mode & 0o7777;
    } else {
      const text = operands.shift();
      if (text === undefined) throw new UsageError("missing operand");
      if (operands.length === 0) throw new UsageError(`missing operand after ${quotePlain(text)}`);
      change = parseMode(text);
      if (!change) throw new UsageError(`invalid mode: ${quotePlain(text)}`);
    }
    const umask = sys.umask(0);
    sys.umask(umask);
    const warn = (text: string) => {
      if (options.has("f")) invocation.status = 1;
      else invocation.warn(text);
    };
    const apply = async (path: string, given: boolean): Promise<void> => {
      let found = stat(sys, path, false);
      if (isLink(found)) {
        // Links met on the way are left alone.
        if (!given) return;
        const target = stat(sys, path);
        if (typeof target === "number") return warn(`cannot operate on dangling symlink ${quote(path)}`);
        found = target;
      }
      if (typeof found === "number") return warn(`cannot access ${quote(path)}: ${strerror(found)}`);
      const mode = change(found.mode & 0o7777, isDir(found), umask) & 0o7777;
      const result = sys.chmod(AT_FDCWD, encode(path), mode);
      if (result < 0) return warn(`changing permissions of ${quote(path)}: ${strerror(result)}`);
      const changed = mode !== (found.mode & 0o7777);
      if (options.has("v") || (options.has("c") && changed)) {
        const show = (bits: number) => `${octal(bits)} (${modeString(bits).slice(1)})`;
        await stdout.write(
          changed
            ? `mode of ${quote(path)} changed from ${show(found.mode)} to ${show(mode)}\n`
            : `mode of ${quote(path)} retained as ${show(mode)}\n`,
        );
      }
      if (!options.has("R") || !isDir(found)) return;
      await invocation.yield();
      const names = list(sys, path);
      if (typeof names === "number") return warn(`cannot read directory ${quote(path)}: ${strerror(names)}`);
      for (const name of names) await apply(join(path, name), false);
    };
    for (const path of operands) await apply(path, true);
  },
);

export const touch = define(
  {
    name: "touch",
    usage: "[OPTION]... FILE...",
    help: `Update the access and modification times of each FILE to the current time.
A FILE argument that does not exist is created empty, unless -c or -h is supplied.

  -a                     change only the access time
  -c, --no-create        do not create any files
  -d, --date=STRING      parse STRING and use it instead of current time
  -f                     (ignored)
  -h, --no-dereference   affect each symbolic link instead of any referenced file
  -m                     change only the modification time
  -r, --reference=FILE   use this file's times instead of current time
  -t STAMP               use [[CC]YY]MMDDhhmm[.ss] instead of current time
      --time=WORD        change the specified time: access, atime, use: like -a; modify, mtime: like -m`,
  },
  async (invocation) => {
    const { options, operands, sys, env } = invocation;
    const now = Date.now();
    const zone = zoneOf(env.get("TZ"));
    let [atime, mtime]: [Time, Time] = [fromMilliseconds(now), fromMilliseconds(now)];
    const [stamp, date, reference] = [options.value("t"), options.value("d"), options.value("r")];
    if ([stamp, date ?? reference].filter((one) => one !== undefined).length > 1)
      throw new UsageError("cannot specify times from more than one source");
    if (reference !== undefined) {
      const found = stat(sys, reference, !options.has("h"));
      if (typeof found === "number")
        throw new Failure(`failed to get attributes of ${quote(reference)}: ${strerror(found)}`);
      atime = { sec: found.atimeSec, nsec: found.atimeNsec };
      mtime = { sec: found.mtimeSec, nsec: found.mtimeNsec };
    }
    if (stamp !== undefined) {
      const seconds = parseStamp(stamp, now / 1000, zone);
      if (seconds === null) throw new Failure(`invalid date format ${quotePlain(stamp)}`);
      atime = mtime = { sec: seconds, nsec: 0 };
    }
    if (date !== undefined) {
      const moment = parseMoment(date, reference === undefined ? now / 1000 : mtime.sec, zone);
      if (moment === null) throw new Failure(`invalid date format ${quotePlain(date)}`);
      atime = mtime = moment;
    }
    if (operands.length === 0) throw new UsageError("missing file operand");
    const word = options.value("time");
    const onlyAccess = options.has("a") || /^(access|atime|use)$/.test(word ?? "");
    const onlyModify = options.has("m") || /^(modify|mtime)$/.test(word ?? "");
    for (const path of operands) {
      const bytes = encode(path);
      const follow = !options.has("h");
      if (typeof stat(sys, path, follow) === "number" && follow && !options.has("c")) {
        const fd = sys.open(AT_FDCWD, bytes, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666);
        if (fd < 0) {
          invocation.warn(`cannot touch ${quote(path)}: ${strerror(fd)}`);
          continue;
        }
        sys.close(fd);
      }
      const result = sys.utimens(
        AT_FDCWD,
        bytes,
        follow,
        onlyModify && !onlyAccess ? null : atime,
        onlyAccess && !onlyModify ? null : mtime,
      );
      if (result < 0 && !(result === -ENOENT && options.has("c")))
        invocation.warn(`setting times of ${quote(path)}: ${strerror(result)}`);
    }
  },
);

const fromMilliseconds = (time: number): Time => ({
  sec: Math.floor(time / 1000),
  nsec: Math.floor((time % 1000) * 1e6),
});

export const ln = define(
  {
    name: "ln",
    usage:
      "[OPTION]... [-T] TARGET LINK_NAME\n[OPTION]... TARGET\n[OPTION]... TARGET... DIRECTORY\n[OPTION]... -t DIRECTORY TARGET...",
    help: `Create links: hard links by default, symbolic links with --symbolic.

  -f, --force                 remove existing destination files
  -i, --interactive           (ignored)
  -L, --logical               dereference TARGETs that are symbolic links
  -n, --no-dereference        treat LINK_NAME as a normal file if it is a symbolic link to a directory
  -P, --physical              make hard links directly to symbolic links
  -r, --relative              with -s, create links relative to link location
  -s, --symbolic              make symbolic links instead of hard links
  -t, --target-directory=DIR  specify the DIRECTORY in which to create the links
  -T, --no-target-directory   treat LINK_NAME as a normal file always
  -v, --verbose               print name of each linked file`,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    if (operands.length === 0) throw new UsageError("missing file operand");
    let directory = options.value("t");
    if (options.has("T")) {
      if (operands.length === 1) throw new UsageError(`missing destination file operand after ${quote(operands[0])}`);
      if (operands.length > 2) throw new UsageError(`extra operand ${quote(operands[2])}`);
      return link(invocation, operands[0], operands[1]);
    }
    if (directory !== undefined) {
      const found = stat(sys, directory);
      if (!isDir(found))
        throw new Failure(
          `target directory ${quote(directory)}: ${typeof found === "number" ? strerror(found) : "Not a directory"}`,
        );
    } else if (operands.length === 1) directory = ".";
    else {
      const last = operands[operands.length - 1];
      const found = stat(sys, last, !options.has("n"));
      if (isDir(found)) directory = operands.pop()!;
      else if (operands.length === 2) return link(invocation, operands[0], last);
      else
        throw new Failure(`target ${quote(last)}: ${typeof found === "number" ? strerror(found) : "Not a directory"}`);
    }
    for (const target of operands)
      await link(invocation, target, directory === "." ? `./${baseName(target)}` : join(directory, baseName(target)));
  },
);

async function link(invocation: Invocation, target: string, name: string): Promise<void> {
  const { options, sys, stdout } = invocation;
  const symbolic = options.has("s");
  const shown = name;
  const from = stat(sys, target, !options.has("P") && options.has("L"));
  if (!symbolic) {
    if (typeof from === "number") return invocation.warn(`failed to access ${quote(target)}: ${strerror(from)}`);
    if (isDir(from)) return invocation.warn(`${quoteIfNeeded(target)}: hard link not allowed for directory`);
  }
  const to = stat(sys, name, false);
  if (typeof to !== "number" && options.has("f")) {
    if (isDir(to)) return invocation.warn(`${quote(shown)}: cannot overwrite directory`);
    if (typeof from !== "number" && sameFile(from, to) && !symbolic)
      return invocation.warn(`${quote(target)} and ${quote(shown)} are the same file`);
    sys.unlink(AT_FDCWD, encode(name));
  }
  let text = target;
  if (symbolic && options.has("r")) {
    const [there, here] = [realPath(sys, target, "any"), realPath(sys, dirName(name), "any")];
    if (typeof there === "string" && typeof here === "string") text = relative(here, there);
  }
  const result = symbolic
    ? sys.symlink(encode(text), AT_FDCWD, encode(name))
    : sys.link(AT_FDCWD, encode(target), AT_FDCWD, encode(name), options.has("L"));
  if (result < 0) {
    const what = symbolic
      ? `symbolic link ${quote(shown)}`
      : `hard link ${quote(shown)}${result === -ENOENT || typeof to === "number" ? ` => ${quote(target)}` : ""}`;
    return invocation.warn(`failed to create ${what}: ${strerror(result)}`);
  }
  if (options.has("v")) await stdout.write(`${quote(shown)} ${symbolic ? "->" : "=>"} ${quote(text)}\n`);
}
