// basename, dirname, readlink, realpath, mktemp and which: tools about paths.

import { AT_FDCWD, EEXIST, encode, O_CREAT, O_EXCL, O_RDWR, type System, strerror } from "@vibengine/system";
import { checkOperands, define, Failure, UsageError } from "./define.ts";
import { baseName, dirName, join, readLink, realPath, stat } from "./files.ts";
import { findProgram } from "./programs.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

export const basename = define(
  {
    name: "basename",
    usage: "NAME [SUFFIX]\nOPTION... NAME...",
    help: `Print NAME with any leading directory components removed, and SUFFIX if specified.

  -a, --multiple       support multiple arguments and treat each as a NAME
  -s, --suffix=SUFFIX  remove a trailing SUFFIX; implies -a
  -z, --zero           end each output line with NUL, not newline`,
    inOrder: true,
  },
  async ({ options, operands, stdout }) => {
    const many = options.has("a") || options.has("s");
    checkOperands(operands, 1, many ? Number.POSITIVE_INFINITY : 2);
    const suffix = many ? (options.value("s") ?? "") : (operands[1] ?? "");
    for (const name of many ? operands : operands.slice(0, 1)) {
      let base = baseName(name);
      if (suffix && base !== suffix && base.endsWith(suffix)) base = base.slice(0, -suffix.length);
      await stdout.write(base + (options.has("z") ? "\0" : "\n"));
    }
  },
);

export const dirname = define(
  {
    name: "dirname",
    usage: "[OPTION] NAME...",
    help: `Output each NAME with its last non-slash component and trailing slashes removed.

  -z, --zero           end each output line with NUL, not newline`,
  },
  async ({ options, operands, stdout }) => {
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    for (const name of operands) await stdout.write(dirName(name) + (options.has("z") ? "\0" : "\n"));
  },
);

const CANONICAL = `  -e, --canonicalize-existing  all components of the path must exist
  -m, --canonicalize-missing   no path components need exist or be a directory`;

export const readlink = define(
  {
    name: "readlink",
    usage: "[OPTION]... FILE...",
    help: `Print value of a symbolic link or canonical file name.

  -f, --canonicalize           follow every symlink in every component; all but the last component must exist
${CANONICAL}
  -n, --no-newline             do not output the trailing delimiter
  -q, --quiet                  suppress most error messages (the default)
  -s, --silent                 suppress most error messages (the default)
  -v, --verbose                report error messages
  -z, --zero                   end each output line with NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, stdout, sys } = invocation;
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    const mode = options.last("f", "e", "m");
    const verbose = options.last("v", "q", "s") === "v";
    let end = options.has("z") ? "\0" : "\n";
    if (options.has("n")) {
      if (operands.length > 1) invocation.warn("ignoring --no-newline with multiple arguments", 0);
      else end = "";
    }
    for (const name of operands) {
      const missing = mode === "e" ? "none" : mode === "m" ? "any" : "last";
      const result = mode ? realPath(sys, name, missing) : readLink(sys, name);
      if (typeof result === "string") await stdout.write(result + end);
      else if (verbose) invocation.warn(`${quoteIfNeeded(name)}: ${strerror(result)}`);
      else invocation.status = 1;
    }
  },
);

export const realpath = define(
  {
    name: "realpath",
    usage: "[OPTION]... FILE...",
    help: `Print the resolved absolute file name; all but the last component must exist.

${CANONICAL}
  -L, --logical                resolve '..' components before symlinks
  -P, --physical               resolve symlinks as encountered (default)
  -q, --quiet                  suppress most error messages
      --relative-to=DIR        print the resolved path relative to DIR
      --relative-base=DIR      print absolute paths unless paths below DIR
  -s, --strip, --no-symlinks   don't expand symlinks
  -z, --zero                   end each output line with NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, stdout, sys } = invocation;
    checkOperands(operands, 1, Number.POSITIVE_INFINITY);
    const mode = options.last("e", "m");
    const missing = mode === "e" ? "none" : mode === "m" ? "any" : "last";
    const physical = !options.has("s");
    const resolve = (name: string) => {
      if (!options.has("L")) return realPath(sys, name, missing, physical);
      const logical = realPath(sys, name, "any", false);
      return typeof logical === "number" || !physical ? logical : realPath(sys, logical, missing);
    };
    const directory = (key: string) => {
      const given = options.value(key);
      if (given === undefined) return undefined;
      const path = resolve(given);
      if (typeof path === "number") throw new Failure(`${quoteIfNeeded(given)}: ${strerror(path)}`);
      return path;
    };
    const base = directory("relative-base");
    const to = directory("relative-to") ?? base;
    const below = (path: string) => base === undefined || path === base || path.startsWith(join(base, ""));
    for (const name of operands) {
      const path = resolve(name);
      if (typeof path === "number") {
        if (options.has("q")) invocation.status = 1;
        else invocation.warn(`${quoteIfNeeded(name)}: ${strerror(path)}`);
        continue;
      }
      const shown = to !== undefined && below(path) && below(to) ? relative(to, path) : path;
      await stdout.write(shown + (options.has("z") ? "\0" : "\n"));
    }
  },
);

export function relative(from: string, to: string): string {
  const a = from.split("/").filter(Boolean);
  const b = to.split("/").filter(Boolean);
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/") || ".";
}

export const mktemp = define(
  {
    name: "mktemp",
    usage: "[OPTION]... [TEMPLATE]",
    help: `Create a temporary file or directory, safely, and print its name.
TEMPLATE must contain at least 3 consecutive 'X's in its last component; tmp.XXXXXXXXXX unless given, and then --tmpdir is implied.

  -d, --directory     create a directory, not a file
  -u, --dry-run       do not create anything; merely print a name
  -q, --quiet         suppress diagnostics about file/dir-creation failure
      --suffix=SUFF   append SUFF to TEMPLATE; SUFF must not contain a slash
  -p DIR, --tmpdir[=DIR]  interpret TEMPLATE relative to DIR; if DIR is not given, use $TMPDIR if set, else /tmp
  -t                  interpret TEMPLATE as a single file name component, relative to a directory: $TMPDIR, else -p's, else /tmp`,
  },
  async (invocation) => {
    const { options, operands, sys, env, stdout } = invocation;
    if (operands.length > 1) throw new UsageError("too many templates");
    const template = operands[0] ?? "tmp.XXXXXXXXXX";
    const match = /^(.*?)(X{3,})([^X/]*)$/s.exec(template);
    if (!match) throw new Failure(`too few X's in template ${quote(template)}`);
    const [, prefix, marks, ownSuffix] = match;
    const suffix = options.value("suffix") ?? ownSuffix;
    if (options.has("suffix") && ownSuffix)
      throw new Failure(`with --suffix, template ${quote(template)} must end in X`);
    if (suffix.includes("/")) throw new Failure(`invalid suffix ${quote(suffix)}, contains directory separator`);
    let directory: string | undefined;
    if (options.has("t")) directory = env.get("TMPDIR") || options.value("p") || "/tmp";
    else if (options.has("p") || operands.length === 0) directory = options.value("p") || env.get("TMPDIR") || "/tmp";
    if (directory !== undefined && options.has("t") && prefix.includes("/")) {
      throw new Failure(`invalid template, ${quote(template)}, contains directory separator`);
    }
    const kind = options.has("d") ? "directory" : "file";
    for (let attempt = 0; ; attempt++) {
      const name = prefix + letters(marks.length) + suffix;
      const path = directory === undefined ? name : join(directory, name);
      const result = create(sys, path, kind, options.has("u"));
      if (result === 0) {
        await stdout.write(`${path}\n`);
        return 0;
      }
      if (result !== -EEXIST || attempt > 100) {
        if (options.has("q")) return 1;
        const shown = directory === undefined ? template : join(directory, template);
        throw new Failure(`failed to create ${kind} via template ${quote(shown)}: ${strerror(result)}`);
      }
    }
  },
);

function create(sys: System, path: string, kind: string, dry: boolean): number {
  if (dry) return typeof stat(sys, path, false) === "number" ? 0 : -EEXIST;
  if (kind === "directory") return sys.mkdir(AT_FDCWD, encode(path), 0o700);
  const fd = sys.open(AT_FDCWD, encode(path), O_RDWR | O_CREAT | O_EXCL, 0o600);
  return fd < 0 ? fd : sys.close(fd);
}

function letters(count: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const random = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(random, (byte) => alphabet[byte % alphabet.length]).join("");
}

export const which = define(
  {
    name: "which",
    usage: "[-a] COMMAND...",
    help: `Print the path of the file that would be executed for each COMMAND.

  -a    print all matching files on PATH, not just the first`,
  },
  async ({ options, operands, sys, env, stdout }) => {
    let status = operands.length === 0 ? 1 : 0;
    for (const name of operands) {
      const found = findProgram(sys, name, env.get("PATH"), options.has("a"));
      if (found.paths.length === 0) status = 1;
      for (const path of found.paths) await stdout.write(`${path}\n`);
    }
    return status;
  },
);
