// grep, egrep and fgrep: the command line, the files, and what is printed around a match. The search itself is grep-search.ts.

import { AT_FDCWD, decode, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { isBytewise } from "../locale.ts";
import { ReadError, Reader, textToBinary } from "../stdio.ts";
import type { Tool } from "../tool.ts";
import { define, Failure, type Invocation, openInput, UsageError } from "./define.ts";
import { compareNames, isDir, join, list, stat } from "./files.ts";
import { globToRegExp } from "./glob.ts";
import { type Plan, Search } from "./grep-search.ts";
import { chooseWord, type Options } from "./options.ts";
import { CharacterClassError, compileRegex, type Regex, RegexError, type RegexRules } from "./regex.ts";

const HELP = `Search for PATTERNS in each FILE. With no FILE, read standard input, or the working directory with -r.

  -E, --extended-regexp     PATTERNS are extended regular expressions
  -F, --fixed-strings       PATTERNS are strings
  -G, --basic-regexp        PATTERNS are basic regular expressions (the default)
  -P, --perl-regexp         PATTERNS are regular expressions of the JavaScript kind, near to Perl's
  -e, --regexp=PATTERNS     use PATTERNS for matching
  -f, --file=FILE           take PATTERNS from FILE
  -i, -y, --ignore-case     ignore case distinctions in patterns and data
      --no-ignore-case      do not ignore case distinctions (default)
  -w, --word-regexp         match only whole words
  -x, --line-regexp         match only whole lines
  -z, --null-data           a data line ends in 0 byte, not newline
  -s, --no-messages         suppress error messages
  -v, --invert-match        select non-matching lines
  -m, --max-count=NUM       stop after NUM selected lines
  -b, --byte-offset         print the byte offset with output lines
  -n, --line-number         print line number with output lines
      --line-buffered       (ignored)
  -H, --with-filename       print file name with output lines
  -h, --no-filename         suppress the file name prefix on output
      --label=LABEL         use LABEL as the standard input file name prefix
  -o, --only-matching       show only nonempty parts of lines that match
  -q, --quiet, --silent     suppress all normal output
      --binary-files=TYPE   assume that binary files are TYPE: 'binary', 'text', or 'without-match'
  -a, --text                equivalent to --binary-files=text
  -I                        equivalent to --binary-files=without-match
  -d, --directories=ACTION  how to handle directories: 'read', 'recurse', or 'skip'
  -D, --devices=ACTION      (ignored)
  -r, --recursive           like --directories=recurse
  -R, --dereference-recursive  likewise, but follow all symlinks
      --include=GLOB        search only files that match GLOB
      --exclude=GLOB        skip files that match GLOB
      --exclude-from=FILE   skip files that match any file pattern from FILE
      --exclude-dir=GLOB    skip directories that match GLOB
  -L, --files-without-match  print only names of FILEs with no selected lines
  -l, --files-with-matches  print only names of FILEs with selected lines
  -c, --count               print only a count of selected lines per FILE
  -T, --initial-tab         make tabs line up (if needed)
  -U, --binary              (ignored)
  -Z, --null                print 0 byte after FILE name
  -B, --before-context=NUM  print NUM lines of leading context
  -A, --after-context=NUM   print NUM lines of trailing context
  -C, --context=NUM         print NUM lines of output context
      --group-separator=SEP  print SEP on line between matches with context
      --no-group-separator  do not print separator for matches with context
      --color[=WHEN], --colour[=WHEN]  highlight the matching strings; WHEN is 'always', 'never', or 'auto'

When FILE is '-', read standard input. Exit status is 0 if any line is selected, 1 otherwise; if any error occurs
and -q is not given, the exit status is 2.`;

const USAGE = "[OPTION]... PATTERNS [FILE]...";

function grepTool(name: string, syntax: RegexRules["syntax"]): Tool {
  return define(
    {
      name,
      usage: USAGE,
      help: HELP,
      failure: 2,
      hint: `Usage: ${name} ${USAGE}\nTry '${name} --help' for more information.`,
      // -5 means -C 5.
      rewrite: (words) => {
        const end = words.indexOf("--");
        return words.flatMap((word, i) =>
          /^-\d+$/.test(word) && (end < 0 || i < end) ? ["-C", word.slice(1)] : [word],
        );
      },
    },
    (invocation) => run(invocation, syntax),
  );
}

export const grep = grepTool("grep", "basic");
export const egrep = grepTool("egrep", "extended");
export const fgrep = grepTool("fgrep", "fixed");

async function run(invocation: Invocation, standard: RegexRules["syntax"]): Promise<number> {
  const { options, operands, stdout } = invocation;
  const patterns = await readPatterns(invocation);
  const kinds = { E: "extended", F: "fixed", G: "basic", P: "perl" } as const;
  const kind = options.last("E", "F", "G", "P") as keyof typeof kinds | undefined;
  const nul = options.has("z");
  let regex: Regex;
  try {
    regex = compileRegex(patterns, {
      syntax: kind ? kinds[kind] : standard,
      ignoreCase: options.last("i", "no-ignore-case") === "i",
      lines: !nul,
      bytes: isBytewise((name) => invocation.env.get(name)),
      whole: options.has("x") ? "line" : options.has("w") ? "word" : null,
    });
  } catch (error) {
    if (error instanceof CharacterClassError) throw new Failure("character class syntax is [[:space:]], not [:space:]");
    if (error instanceof RegexError) throw new Failure(error.message);
    throw error;
  }
  for (const warning of new Set(regex.warnings)) invocation.warn(`warning: ${warning}`, 0);

  const recursive = options.last("r", "R") !== undefined || options.value("d") === "recurse";
  const files = operands.length > 0 ? operands : recursive ? ["."] : ["-"];
  const binary = options.last("binary-files", "a", "I");
  const names = options.last("H", "h");
  const color = options.value("color");
  const plan: Plan = {
    regex,
    matchesNothing: patterns.length === 0,
    invert: options.has("v"),
    most: number(options, "m", "invalid max count", Number.POSITIVE_INFINITY),
    before: number(options, "B", "context", number(options, "C", "context", 0)),
    context: ["A", "B", "C"].some((key) => options.has(key)),
    after: number(options, "A", "context", number(options, "C", "context", 0)),
    separator:
      options.last("group-separator", "no-group-separator") === "no-group-separator"
        ? null
        : textToBinary(options.value("group-separator") ?? "--"),
    mode: options.has("q")
      ? "quiet"
      : ((options.last("l", "L") as "l" | "L") ?? (options.has("c") ? "count" : options.has("o") ? "only" : "lines")),
    lineNumbers: options.has("n"),
    byteOffsets: options.has("b"),
    names: names
      ? names === "H"
      : operands.length > 1 || (recursive && (operands.length === 0 || isDir(stat(invocation.sys, operands[0])))),
    nameEnd: options.has("Z") ? "\0" : null,
    initialTab: options.has("T"),
    color:
      options.has("color") &&
      chooseWord(color ?? "auto", "--color", ["always", "never", "auto"]) !== "never" &&
      (color === "always" || invocation.sys.isatty(1)),
    end: nul ? "\0" : "\n",
    binary: binary === "a" ? "text" : binary === "I" ? "without-match" : (options.value("binary-files") ?? "binary"),
  };
  if (!["binary", "text", "without-match"].includes(plan.binary)) throw new Failure("unknown binary-files type");
  if (plan.most === 0 && plan.mode !== "L") return 1;
  const search = new Search(plan, stdout);
  let failed = false;
  const warn = (text: string) => {
    failed = true;
    if (!options.has("s")) invocation.warn(text);
  };
  const searchFile = async (reader: Reader, name: string) => {
    try {
      if ((await search.file(reader, textToBinary(name))) === "binary") {
        await stdout.flush();
        invocation.warn(`${name}: binary file matches`, 0);
      }
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      warn(`${name}: ${strerror(error.errno)}`);
    }
  };
  const filter = await fileFilter(invocation);
  const visit = async (path: string, given: boolean): Promise<void> => {
    const { sys } = invocation;
    if (given && path === "-") return searchFile(invocation.stdin, options.value("label") ?? "(standard input)");
    const found = stat(sys, path, given || options.has("R"));
    if (isDir(found)) {
      if (recursive) return walk(path, given);
      if (options.value("d") === "skip") return;
    }
    if (!given && typeof found !== "number" && (found.mode & 0o170000) !== 0o100000) return;
    if (!filter.file(path, given)) return;
    const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return warn(`${path}: ${strerror(fd)}`);
    await searchFile(new Reader(sys, fd, () => invocation.yield()), path);
    sys.close(fd);
  };
  const walk = async (path: string, given: boolean): Promise<void> => {
    if (!filter.directory(path, given)) return;
    const names = list(invocation.sys, path);
    if (typeof names === "number") return warn(`${path}: ${strerror(names)}`);
    for (const name of names.sort(compareNames)) {
      if (search.done) return;
      await visit(operands.length === 0 && path === "." ? name : join(path, name), false);
    }
  };
  for (const file of files) {
    await visit(file, true);
    if (search.done) break;
  }
  const selected = plan.mode === "L" ? search.listed : search.selected;
  if (failed && !(plan.mode === "quiet" && selected)) return 2;
  return selected ? 0 : 1;
}

async function readPatterns(invocation: Invocation): Promise<string[]> {
  const { options } = invocation;
  let given = options.list.filter(({ key }) => key === "e" || key === "f");
  if (given.length === 0) {
    if (invocation.operands.length === 0) throw new UsageError("");
    given = [{ key: "e", value: invocation.operands.shift()! }];
  }
  const patterns: string[] = [];
  for (const { key, value } of given) {
    if (key === "e") {
      for (const line of value!.split("\n")) patterns.push(line);
      continue;
    }
    const reader = openInput(invocation, value!, (name) => name);
    if (!reader) throw new Failure("");
    const lines = decode(await reader.readAll()).split("\n");
    if (lines[lines.length - 1] === "") lines.pop();
    for (const line of lines) patterns.push(line);
  }
  return patterns;
}

function number(options: Options, key: string, what: string, missing: number): number {
  const text = options.value(key);
  if (text === undefined) return missing;
  if (!/^-?\d+$/.test(text) || (text[0] === "-" && key !== "m")) {
    throw new Failure(key === "m" ? what : `${text}: invalid context length argument`);
  }
  return text[0] === "-" ? Number.POSITIVE_INFINITY : Number(text);
}

/** --include, --exclude and --exclude-dir: globs against the whole name as given, or its last component. */
async function fileFilter(invocation: Invocation) {
  const { options } = invocation;
  const globs = (key: string) => options.values(key).map((glob) => globToRegExp(glob.replace(/(.)\/+$/, "$1")));
  const [include, exclude, excludeDirectory] = [globs("include"), globs("exclude"), globs("exclude-dir")];
  for (const file of options.values("exclude-from")) {
    const reader = openInput(invocation, file, (name) => name);
    if (!reader) throw new Failure("");
    for (const glob of decode(await reader.readAll()).split("\n")) if (glob) exclude.push(globToRegExp(glob));
  }
  const matches = (patterns: RegExp[], path: string) =>
    patterns.some((pattern) => pattern.test(path) || pattern.test(path.slice(path.lastIndexOf("/") + 1)));
  return {
    file: (path: string, _given: boolean) =>
      !matches(exclude, path) && (include.length === 0 || matches(include, path)),
    directory: (path: string, given: boolean) => given || !matches(excludeDirectory, path),
  };
}
