// rm, rmdir and mkdir.

import { AT_FDCWD, decode, EEXIST, ENOENT, ENOTDIR, ENOTEMPTY, encode, type System, strerror } from "@vibengine/system";
import { checkOperands, define, Failure, type Invocation, UsageError } from "./define.ts";
import { baseName, dirName, isDir, isDirectory, join, list, stat, trimSlashes } from "./files.ts";
import { parseMode } from "./mode.ts";
import { quote, quotePlain } from "./quote.ts";

export const rm = define(
  {
    name: "rm",
    usage: "[OPTION]... [FILE]...",
    help: `Remove (unlink) the FILE(s). Directories are removed with -r or -d only; / and . and .. never are.

  -f, --force           ignore nonexistent files and arguments, never prompt
  -i                    prompt before every removal
  -I                    prompt once before removing more than three files, or when removing recursively
      --interactive[=WHEN]  prompt according to WHEN: never, once (-I), or always (-i)
      --one-file-system (ignored)
      --no-preserve-root  (ignored)
      --preserve-root[=all]  do not remove '/' (always)
  -r, -R, --recursive   remove directories and their contents recursively
  -d, --dir             remove empty directories
  -v, --verbose         explain what is being done`,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const force = options.last("f", "i", "I", "interactive") === "f";
    if (operands.length === 0) {
      if (force) return;
      throw new UsageError("missing operand");
    }
    const recursive = options.has("r");
    const asked = options.last("f", "i", "I", "interactive");
    const when = options.value("interactive");
    const ask = asked === "i" || (asked === "interactive" && (when === undefined || /^(always|yes)$/.test(when)));
    const once = (asked === "I" || (asked === "interactive" && when === "once")) && (operands.length > 3 || recursive);
    if (once) {
      const what = `${operands.length} argument${operands.length === 1 ? "" : "s"}${recursive ? " recursively" : ""}`;
      if (!(await confirm(invocation, `remove ${what}? `))) return;
    }
    for (const name of operands) {
      const base = baseName(name);
      if (base === "." || base === "..") {
        invocation.warn(`refusing to remove '.' or '..' directory: skipping ${quote(name)}`);
        continue;
      }
      const found = stat(sys, name, name.endsWith("/"));
      if (typeof found === "number") {
        if (!(force && (found === -ENOENT || found === -ENOTDIR)))
          invocation.warn(`cannot remove ${quote(name)}: ${strerror(found)}`);
        continue;
      }
      if (recursive && isRoot(sys, name)) {
        invocation.warn(
          `it is dangerous to operate recursively on ${quote(name)}${trimSlashes(name) === "/" ? "" : " (same as '/')"}`,
        );
        invocation.warn("use --no-preserve-root to override this failsafe");
        continue;
      }
      if (isDir(found) && !recursive && !options.has("d")) {
        invocation.warn(`cannot remove ${quote(name)}: Is a directory`);
        continue;
      }
      await removeTree(invocation, name, isDir(found), recursive, ask);
    }
  },
);

function isRoot(sys: System, name: string): boolean {
  const [here, root] = [stat(sys, name), stat(sys, "/")];
  return typeof here !== "number" && typeof root !== "number" && here.ino === root.ino && here.dev === root.dev;
}

async function confirm({ name, stdin, stderr }: Invocation, question: string): Promise<boolean> {
  await stderr.write(`${name}: ${question}`);
  const line = await stdin.lines();
  if (!line) return false;
  const end = line.indexOf(10);
  if (end >= 0) stdin.unread(line.length - end - 1);
  return /^[yY]/.test(decode(line));
}

async function removeTree(
  invocation: Invocation,
  path: string,
  directory: boolean,
  recursive: boolean,
  ask: boolean,
): Promise<boolean> {
  const { sys, stdout, options } = invocation;
  let emptied = true;
  if (directory && recursive) {
    await invocation.yield();
    const names = list(sys, path);
    if (typeof names === "number") {
      invocation.warn(`cannot remove ${quote(path)}: ${strerror(names)}`);
      return false;
    }
    if (ask && names.length > 0 && !(await confirm(invocation, `descend into directory ${quote(path)}? `)))
      return false;
    for (const name of names) {
      const inner = join(path, name);
      const found = stat(sys, inner, false);
      if (!(await removeTree(invocation, inner, isDir(found), true, ask))) emptied = false;
    }
    if (!emptied) return false;
  }
  if (ask) {
    const found = stat(sys, path, false);
    const kind = directory
      ? "directory"
      : typeof found !== "number" && found.size === 0
        ? "regular empty file"
        : "regular file";
    if (!(await confirm(invocation, `remove ${kind} ${quote(path)}? `))) return false;
  }
  const bytes = encode(path);
  const result = directory ? sys.rmdir(AT_FDCWD, bytes) : sys.unlink(AT_FDCWD, bytes);
  if (result < 0) {
    invocation.warn(`cannot remove ${quote(path)}: ${strerror(result)}`);
    return false;
  }
  if (options.has("v")) await stdout.write(`removed ${directory ? "directory " : ""}${quote(path)}\n`);
  return true;
}

export const rmdir = define(
  {
    name: "rmdir",
    usage: "[OPTION]... DIRECTORY...",
    help: `Remove the DIRECTORY(ies), if they are empty.

      --ignore-fail-on-non-empty  ignore each failure that is solely because a directory is not empty
  -p, --parents   remove DIRECTORY and its ancestors
  -v, --verbose   output a diagnostic for every directory processed`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    for (const operand of operands) {
      let path = operand;
      for (;;) {
        if (options.has("v")) await stdout.write(`rmdir: removing directory, ${quote(path)}\n`);
        const result = sys.rmdir(AT_FDCWD, encode(path));
        if (result < 0) {
          if (result === -ENOTEMPTY && options.has("ignore-fail-on-non-empty")) break;
          invocation.warn(
            `failed to remove ${path === operand ? "" : "directory "}${quote(path)}: ${strerror(result)}`,
          );
          break;
        }
        if (!options.has("p")) break;
        const parent = dirName(path);
        if (parent === "." || parent === "/") break;
        path = parent;
      }
    }
  },
);

export const mkdir = define(
  {
    name: "mkdir",
    usage: "[OPTION]... DIRECTORY...",
    help: `Create the DIRECTORY(ies), if they do not already exist.

  -m, --mode=MODE   set file mode (as in chmod), not a=rwx - umask
  -p, --parents     no error if existing, make parent directories as needed
  -v, --verbose     print a message for each created directory`,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    const text = options.value("m");
    const change = text === undefined ? null : parseMode(text);
    if (text !== undefined && !change) throw new Failure(`invalid mode ${quotePlain(text)}`);
    const umask = sys.umask(0);
    sys.umask(umask);
    const make = async (path: string): Promise<number> => {
      const result = sys.mkdir(AT_FDCWD, encode(path), 0o777);
      if (result === 0 && options.has("v")) await stdout.write(`mkdir: created directory ${quote(path)}\n`);
      return result;
    };
    for (const path of operands) {
      if (options.has("p")) {
        const parents = ancestors(path);
        const failed = await makeParents(parents, make, sys);
        if (failed) {
          invocation.warn(`cannot create directory ${quote(failed.path)}: ${strerror(failed.result)}`);
          continue;
        }
      }
      const result = await make(path);
      if (result === -EEXIST && options.has("p") && isDirectory(sys, path)) continue;
      if (result < 0) invocation.warn(`cannot create directory ${quote(path)}: ${strerror(result)}`);
      else if (change) sys.chmod(AT_FDCWD, encode(path), change(0o777, true, umask));
    }
  },
);

/** a/b/c: a, a/b. */
function ancestors(path: string): string[] {
  const found: string[] = [];
  const trimmed = trimSlashes(path);
  for (let at = trimmed.indexOf("/", 1); at > 0; at = trimmed.indexOf("/", at + 1)) {
    if (trimmed[at - 1] !== "/") found.push(trimmed.slice(0, at));
  }
  return found;
}

async function makeParents(
  parents: string[],
  make: (path: string) => Promise<number>,
  sys: System,
): Promise<{ path: string; result: number } | null> {
  for (const path of parents) {
    if (isDirectory(sys, path)) continue;
    const result = await make(path);
    // What is there and is no directory can't hold one.
    if (result < 0) return { path, result: result === -EEXIST ? -ENOTDIR : result };
  }
  return null;
}
