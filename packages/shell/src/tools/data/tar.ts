// tar: its command line. What the operations do is in tar-read.ts and tar-write.ts.

import { encode, strerror } from "@vibengine/system";
import { readSmallFile } from "../accounts.ts";
import { define, Failure, type Invocation, UsageError } from "../define.ts";
import { stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { quotePlain } from "../quote.ts";
import { parseMoment } from "../time.ts";
import { bzip2Codec } from "./bzip2.ts";
import type { Codec } from "./codec.ts";
import { gzipCodec } from "./deflate.ts";
import { deleteMembers, joinArchives } from "./tar-change.ts";
import { readArchive } from "./tar-read.ts";
import { parseTransforms, type Transform } from "./tar-transform.ts";
import { writeArchive } from "./tar-write.ts";
import { xzCodec } from "./xz.ts";

export interface TarSettings {
  operation: "c" | "x" | "t" | "r" | "u" | "d" | "A" | "delete";
  /** "-" is stdin or stdout. */
  archive: string;
  codec: Codec | null;
  verbose: number;
  excluded(name: string): boolean;
  strip: number;
  transforms: Transform[];
  mtime: { sec: number; nsec: number } | null;
  format: "gnu" | "pax" | "ustar";
}

export const tar = define(
  {
    name: "tar",
    usage: "[OPTION...] [FILE]...",
    failure: 2,
    help: `Save many files together in an archive, and restore them from it.

  -c, --create               create a new archive
  -x, --extract, --get       extract files from an archive
  -t, --list                 list the contents of an archive
  -r, --append               append files to the end of an archive
  -u, --update               append files newer than their copy in the archive
  -d, --diff, --compare      find differences between archive and file system
  -A, --catenate, --concatenate  append tar files to an archive
      --delete               delete from the archive
  -f, --file=ARCHIVE         use archive file ARCHIVE (- is stdin or stdout)
  -z, --gzip, --gunzip, --ungzip  filter the archive through gzip
  -j, --bzip2                filter the archive through bzip2
  -J, --xz                   filter the archive through xz
  -a, --auto-compress        use the archive's suffix to determine the compression
  -C, --directory=DIR        change to directory DIR
  -v, --verbose              verbosely list files processed
  -k, --keep-old-files       don't replace existing files when extracting
      --skip-old-files       don't replace existing files, silently
      --keep-newer-files     don't replace files that are newer than their copies
      --overwrite            overwrite existing files
  -U, --unlink-first         remove each file before extracting over it
  -O, --to-stdout            extract files to standard output
  -p, --preserve-permissions, --same-permissions  extract permissions as they are
      --no-same-permissions  apply the umask when extracting
      --same-owner           extract the owner as it is
      --no-same-owner        extract files as yourself (default)
  -o                         extract files as yourself; when creating, like --format=v7
  -m, --touch                don't extract modification times
  -T, --files-from=FILE      get names to extract or create from FILE
      --null                 -T reads NUL-terminated names
      --no-recursion         avoid descending in directories
      --recursion            recurse into directories (default)
  -X, --exclude-from=FILE    exclude patterns listed in FILE
      --exclude=PATTERN      exclude files, given as a PATTERN
      --exclude-vcs          exclude version control directories
      --strip-components=NUMBER  strip NUMBER leading components from names on extraction
      --transform=EXPRESSION, --xform=EXPRESSION  use a sed s command to change names
      --wildcards            members to list or extract are patterns
      --no-wildcards         members are names (default)
      --anchored             (ignored)
      --no-anchored          patterns match after any /
      --ignore-case          ignore case in patterns
  -h, --dereference          follow symbolic links; archive the files they point to
      --hard-dereference     archive hard links as files
  -P, --absolute-names       don't strip leading '/'s from names
  -H, --format=FORMAT        gnu, pax, posix or ustar
      --posix                same as --format=posix
      --owner=NAME           use NAME[:UID] as the owner of added files
      --group=NAME           use NAME[:GID] as the group of added files
      --numeric-owner        always use numbers for user and group names
      --mode=CHANGES         use the mode CHANGES for added files
      --mtime=DATE           use DATE as the time of added files
      --sort=ORDER           order of a directory's files: none (default), name
      --newer=DATE           only store files newer than DATE
  -N DATE, --after-date=DATE  same as --newer
      --remove-files         remove files after adding them to the archive
      --totals               print total bytes after processing
      --full-time            print times to their full resolution
      --show-transformed-names  show names as they were changed
      --warning=KEYWORD      (ignored)
  -b NUM, --blocking-factor=NUM  (ignored)
  -B                         (ignored)
  -i                         ignore zeroed blocks
      --ignore-zeros         ignore zeroed blocks
  -S, --sparse               (ignored)
  -W, --verify               (ignored)
  -w                         (ignored)
      --checkpoint[=N]       (ignored)
      --delay-directory-restore  (ignored)
      --no-overwrite-dir     (ignored)
      --occurrence[=N]       (ignored)
      --use-compress-program=PROG  gzip, bzip2 or xz
  -I PROG                    same as --use-compress-program`,
    // The first word may be options without a dash, whose arguments follow in order.
    rewrite: (words) => {
      const [first, ...rest] = words;
      if (first === undefined || first.startsWith("-") || !/^[A-Za-z]+$/.test(first)) return words;
      const out: string[] = [];
      for (const letter of first) {
        out.push(`-${letter}`);
        if (/[fCTXbHNI]/.test(letter)) {
          const value = rest.shift();
          if (value === undefined) throw new UsageError(`Old option '${letter}' requires an argument.`);
          out.push(value);
        }
      }
      return [...out, ...rest];
    },
    hint: "Try 'tar --help' or 'tar --usage' for more information.",
  },
  async (invocation) => {
    const { options, env, sys } = invocation;
    const operations = options.list.filter(({ key }) => "cxtrudA".includes(key)).map(({ key }) => key);
    if (options.has("delete")) operations.push("delete");
    if (new Set(operations).size > 1)
      throw new UsageError("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option");
    if (operations.length === 0)
      throw new UsageError("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options");
    const operation = operations[0] as TarSettings["operation"];
    const archive = options.value("f") ?? env.get("TAPE") ?? "-";
    const settings: TarSettings = {
      operation,
      archive,
      codec: codecFor(invocation, operation, archive),
      verbose: options.values("v").length,
      excluded: exclusion(invocation),
      strip: Number(options.value("strip-components") ?? 0),
      transforms: options.values("transform").flatMap(parseTransforms),
      mtime: mtimeOf(invocation),
      format: formatOf(options.value("H") ?? (options.has("posix") ? "posix" : "gnu")),
    };
    if (!Number.isInteger(settings.strip) || settings.strip < 0)
      throw new UsageError(`${options.value("strip-components")}: Invalid number of elements`);
    const names = namesOf(invocation);
    if ("cru".includes(operation)) {
      if (names.length === 0 && !options.has("T")) throw new UsageError("Cowardly refusing to create an empty archive");
      return writeArchive(invocation, settings, names);
    }
    if (operation === "delete" || operation === "A") {
      const change = operation === "A" ? joinArchives : deleteMembers;
      return change(
        invocation,
        settings,
        names.map(({ name }) => name),
      );
    }
    const directories = options.values("C");
    return readArchive(
      invocation,
      settings,
      names.filter(({ directory }) => !directory).map(({ name }) => name),
      async () => {
        for (const directory of directories) {
          const result = sys.chdir(encode(directory));
          if (result < 0)
            throw new Failure(
              `${directory}: Cannot open: ${strerror(result)}\ntar: Error is not recoverable: exiting now`,
            );
        }
      },
    );
  },
);

function codecFor({ options }: Invocation, operation: string, archive: string): Codec | null {
  const program = options.value("use-compress-program") ?? options.value("I");
  const kind =
    options.last("z", "j", "J") ?? (program && { gzip: "z", bzip2: "j", xz: "J", pigz: "z" }[program.split(" ")[0]]);
  if (program && !kind) throw new Failure(`${program}: Cannot exec: No such file or directory`);
  if (kind === "z") return gzipCodec;
  if (kind === "j") return bzip2Codec;
  if (kind === "J") return xzCodec;
  if (operation !== "c" || !options.has("a")) return null;
  if (/\.(tar\.gz|tgz|taz|gz)$/.test(archive)) return gzipCodec;
  if (/\.(tar\.bz2|tbz2?|tz2|bz2)$/.test(archive)) return bzip2Codec;
  if (/\.(tar\.xz|txz|xz)$/.test(archive)) return xzCodec;
  return null;
}

function formatOf(text: string): TarSettings["format"] {
  if (text === "gnu" || text === "oldgnu") return "gnu";
  if (text === "posix" || text === "pax") return "pax";
  if (text === "ustar" || text === "v7") return "ustar";
  throw new UsageError(`${text}: Invalid archive format`);
}

function exclusion({ options, sys }: Invocation): (name: string) => boolean {
  const globs = [...options.values("exclude")];
  for (const file of options.values("X")) {
    const text = readSmallFile(sys, file);
    if (text === null) throw new Failure(`${file}: Cannot open: No such file or directory`);
    for (const line of text.split("\n")) if (line !== "") globs.push(line);
  }
  if (options.has("exclude-vcs")) globs.push(".git", ".gitignore", ".svn", "CVS", ".hg", ".bzr");
  const patterns = globs.map((glob) => globToRegExp(glob.replace(/\/+$/, ""), options.has("ignore-case")));
  // A pattern may match from the start or behind any slash.
  return (name) => {
    const path = name.replace(/\/+$/, "");
    const tails = [path];
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) tails.push(path.slice(at + 1));
    return patterns.some((pattern) => tails.some((tail) => pattern.test(tail)));
  };
}

function mtimeOf({ options, sys }: Invocation): TarSettings["mtime"] {
  const text = options.value("mtime");
  if (text === undefined) return null;
  const found = /^[./]/.test(text) ? stat(sys, text) : -1;
  if (typeof found !== "number") return { sec: found.mtimeSec, nsec: found.mtimeNsec };
  const moment = parseMoment(text, Date.now() / 1000);
  if (!moment) throw new Failure(`Substituting -9223372036854775808 for unknown date format ${quotePlain(text)}`);
  return moment;
}

export interface Named {
  name: string;
  /** Not a name to archive: a directory to change to (-C). */
  directory: boolean;
}

/** Operands and -C in the order they were given, and what -T lists. */
function namesOf({ options, operands, argv, sys }: Invocation): Named[] {
  const names: Named[] = [];
  const rest = [...operands];
  const directories = options.values("C");
  if (directories.length === 0) names.push(...rest.map((name) => ({ name, directory: false })));
  else {
    // Where each stood among the words tells what it holds for.
    const pending = [...directories];
    for (let i = 1; i < argv.length; i++) {
      const word = argv[i];
      const next = pending[0];
      if (
        next !== undefined &&
        (word === next || word.endsWith(`C${next}`) || word === `--directory=${next}`) &&
        word !== rest[0]
      ) {
        names.push({ name: next, directory: true });
        pending.shift();
      } else if (next !== undefined && word === next && /^-[A-Za-z]*C$/.test(argv[i - 1] ?? "")) {
        names.push({ name: next, directory: true });
        pending.shift();
      } else if (word === rest[0]) {
        names.push({ name: word, directory: false });
        rest.shift();
      }
    }
    names.push(
      ...pending.map((name) => ({ name, directory: true })),
      ...rest.map((name) => ({ name, directory: false })),
    );
  }
  for (const file of options.values("T")) {
    const text = file === "-" ? readSmallFile(sys, "/dev/stdin") : readSmallFile(sys, file);
    if (text === null)
      throw new Failure(`${file}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`);
    for (const name of text.split(options.has("null") ? "\0" : "\n"))
      if (name !== "") names.push({ name, directory: false });
  }
  return names;
}
