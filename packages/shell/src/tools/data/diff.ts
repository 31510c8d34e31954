// diff: differences between files and between trees of them.

import { newStat, S_IFMT, S_IFREG, type Stat, strerror } from "@vibengine/system";
import { bytesToBinary, type Reader } from "../../stdio.ts";
import { closeInput, define, Failure, type Invocation, openInput, UsageError } from "../define.ts";
import { baseName, compareNames, isDir, join, list, sameFile, stat } from "../files.ts";
import { kindOf } from "../mode.ts";
import { compareLines } from "./diff-lines.ts";
import { readSettings, type Settings } from "./diff-options.ts";

export const diff = define(
  {
    name: "diff",
    usage: "[OPTION]... FILES",
    failure: 2,
    help: `Compare FILES line by line.

      --normal                  output a normal diff (the default)
  -q, --brief                   report only when files differ
  -s, --report-identical-files  report when two files are the same
  -c                            output 3 lines of copied context
  -C NUM, --context[=NUM]       output NUM (default 3) lines of copied context
  -u                            output 3 lines of unified context
  -U NUM, --unified[=NUM]       output NUM (default 3) lines of unified context
  -e, --ed                      output an ed script
  -n, --rcs                     output an RCS format diff
  -y, --side-by-side            output in two columns
  -W, --width=NUM               output at most NUM (default 130) print columns
      --left-column             output only the left column of common lines
      --suppress-common-lines   do not output common lines
  -p, --show-c-function         show which C function each change is in
  -F, --show-function-line=RE   show the most recent line matching RE
      --label=LABEL             use LABEL instead of file name and timestamp (can be repeated)
  -t, --expand-tabs             expand tabs to spaces in output
  -T, --initial-tab             make tabs line up by prepending a tab
  -r, --recursive               recursively compare any subdirectories found
      --no-dereference          don't follow symbolic links
  -N, --new-file                treat absent files as empty
      --unidirectional-new-file  treat absent first files as empty
  -P                            (same as --unidirectional-new-file)
  -x, --exclude=PAT             exclude files that match PAT
  -X, --exclude-from=FILE       exclude files that match any pattern in FILE
  -S, --starting-file=FILE      start with FILE when comparing directories
      --from-file=FILE1         compare FILE1 to all operands
      --to-file=FILE2           compare all operands to FILE2
  -i, --ignore-case             ignore case differences in file contents
  -E, --ignore-tab-expansion    ignore changes due to tab expansion
  -Z, --ignore-trailing-space   ignore white space at line end
  -b, --ignore-space-change     ignore changes in the amount of white space
  -w, --ignore-all-space        ignore all white space
  -B, --ignore-blank-lines      ignore changes where lines are all blank
  -I, --ignore-matching-lines=RE  ignore changes where all lines match RE
  -a, --text                    treat all files as text
      --strip-trailing-cr       strip trailing carriage return on input
  -d, --minimal                 (ignored)
  -H, --speed-large-files       (ignored)
      --horizon-lines=NUM       (ignored)
      --tabsize=NUM             (ignored)
      --color[=WHEN]            (ignored)
      --palette=PALETTE         (ignored)
  -L LABEL                      (same as --label)

FILES are 'FILE1 FILE2' or 'DIR1 DIR2' or 'DIR FILE' or 'FILE DIR'. If a FILE is '-', read standard input.
Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.`,
    hint: "diff: Try 'diff --help' for more information.",
    rewrite: (words) =>
      words.flatMap((word) => {
        const old = /^-([a-zA-Z]*?)(\d+)$/.exec(word);
        if (!old || /[UCWFxXILS]/.test(old[1])) return [word];
        return [
          ...(old[1] ? [`-${old[1]}`] : []),
          /[cu]/.test(old[1]) ? `-${old[1].includes("c") ? "C" : "U"}${old[2]}` : `-U${old[2]}`,
        ];
      }),
  },
  async (invocation) => {
    const { options, operands } = invocation;
    const settings = readSettings(invocation);
    const [from, to] = [options.value("from-file"), options.value("to-file")];
    const pairs: [string, string][] = [];
    if (from !== undefined) for (const name of operands) pairs.push([from, name]);
    else if (to !== undefined) for (const name of operands) pairs.push([name, to]);
    else {
      if (operands.length === 0) throw new UsageError("missing operand after 'diff'");
      if (operands.length === 1) throw new UsageError(`missing operand after '${operands[0]}'`);
      if (operands.length > 2) throw new UsageError(`extra operand '${operands[2]}'`);
      pairs.push([operands[0], operands[1]]);
    }
    let status = 0;
    for (const [left, right] of pairs)
      status = Math.max(status, await compare(invocation, settings, left, right, null));
    return status;
  },
);

/** Compares two names; `inside` is set for what was met in a tree. The exit status. */
async function compare(
  invocation: Invocation,
  settings: Settings,
  left: string,
  right: string,
  inside: { missing?: "left" | "right"; named?: boolean } | null,
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const follow = !options.has("no-dereference");
  const look = (name: string, absent: boolean): Stat | number => {
    if (absent) return newStat();
    if (name !== "-") return stat(sys, name, follow);
    const found = newStat();
    const result = sys.fstat(0, found);
    return result < 0 ? result : found;
  };
  let [a, b] = [look(left, inside?.missing === "left"), look(right, inside?.missing === "right")];
  const absent = { left: inside?.missing === "left", right: inside?.missing === "right" };
  if (!inside && (options.has("N") || options.has("P") || options.has("unidirectional-new-file"))) {
    if (typeof a === "number" && typeof b !== "number") [a, absent.left] = [newStat(), true];
    else if (typeof b === "number" && typeof a !== "number" && options.has("N")) [b, absent.right] = [newStat(), true];
  }
  for (const [name, found] of [
    [left, a],
    [right, b],
  ] as const)
    if (typeof found === "number") invocation.warn(`${name}: ${strerror(found)}`);
  if (typeof a === "number" || typeof b === "number") return 2;
  // A directory that is absent on one side is an empty directory.
  const [aDir, bDir] = [isDir(a) || (absent.left && isDir(b)), isDir(b) || (absent.right && isDir(a))];
  if (!inside && aDir !== bDir && !absent.left && !absent.right) {
    if (left === "-" || right === "-") throw new Failure("cannot compare '-' to a directory");
    return aDir
      ? compare(invocation, settings, join(left, baseName(right)), right, { named: true })
      : compare(invocation, settings, left, join(right, baseName(left)), { named: true });
  }
  if (aDir && bDir) {
    if (inside && !options.has("r")) {
      await stdout.write(`Common subdirectories: ${left} and ${right}\n`);
      return 0;
    }
    return compareTrees(invocation, settings, left, right, absent);
  }
  if (
    aDir !== bDir ||
    (inside && !absent.left && !absent.right && kindOf(a) !== kindOf(b) && !(regular(a) && regular(b)))
  ) {
    await stdout.write(`File ${left} is a ${kindOf(a)} while file ${right} is a ${kindOf(b)}\n`);
    return 1;
  }
  if (!absent.left && !absent.right && (left === right || (sameFile(a, b) && left !== "-" && right !== "-"))) {
    if (options.has("s")) await stdout.write(`Files ${left} and ${right} are identical\n`);
    return 0;
  }
  const one = absent.left ? [] : await readLines(invocation, left);
  const two = absent.right ? [] : await readLines(invocation, right);
  if (!one || !two) return 2;
  const status = await compareLines(
    invocation,
    settings,
    { name: left, stat: absent.left ? null : a, lines: one },
    { name: right, stat: absent.right ? null : b, lines: two },
    inside !== null && !inside.named,
  );
  if (status === 0 && options.has("s")) await stdout.write(`Files ${left} and ${right} are identical\n`);
  return status;
}

const regular = ({ mode }: Stat) => (mode & S_IFMT) === S_IFREG;

async function compareTrees(
  invocation: Invocation,
  settings: Settings,
  left: string,
  right: string,
  absent: { left: boolean; right: boolean },
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const [a, b] = [absent.left ? [] : list(sys, left), absent.right ? [] : list(sys, right)];
  for (const [name, names] of [
    [left, a],
    [right, b],
  ] as const)
    if (typeof names === "number") invocation.warn(`${name}: ${strerror(names)}`);
  if (typeof a === "number" || typeof b === "number") return 2;
  const [inLeft, inRight] = [new Set(a), new Set(b)];
  let status = 0;
  const start = options.value("S");
  for (const name of [...new Set([...a, ...b])].sort(compareNames)) {
    if (settings.excluded.some((pattern) => pattern.test(name))) continue;
    if (start !== undefined && compareNames(name, start) < 0) continue;
    await invocation.yield();
    const missing = inLeft.has(name) ? (inRight.has(name) ? undefined : "right") : "left";
    const filled =
      options.has("N") || (missing === "left" && (options.has("P") || options.has("unidirectional-new-file")));
    if (missing && !filled) {
      await stdout.write(`Only in ${missing === "right" ? left : right}: ${name}\n`);
      status = Math.max(status, 1);
    } else
      status = Math.max(status, await compare(invocation, settings, join(left, name), join(right, name), { missing }));
  }
  return status;
}

/** A file's lines, as binary strings with their newlines; null when it could not be read, which has been told. */
async function readLines(invocation: Invocation, name: string): Promise<string[] | null> {
  const reader: Reader | null = openInput(invocation, name, (path) => path);
  if (!reader) return null;
  const text = bytesToBinary(await reader.readAll());
  closeInput(invocation, reader);
  const lines = text.split(/(?<=\n)/);
  if (lines[0] === "") lines.pop();
  return invocation.options.has("strip-trailing-cr") ? lines.map((line) => line.replace(/\r\n$/, "\n")) : lines;
}
