// uniq: adjacent equal lines, merged, counted or selected.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { bytesToBinary, Writer } from "../stdio.ts";
import { checkOperands, define, eachInput, Failure, UsageError } from "./define.ts";
import { chooseWord } from "./options.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

export const uniq = define(
  {
    name: "uniq",
    usage: "[OPTION]... [INPUT [OUTPUT]]",
    help: `Filter adjacent matching lines from INPUT (or standard input), writing to OUTPUT (or standard output).
With no options, matching lines are merged to the first occurrence.

  -c, --count             prefix lines by the number of occurrences
  -d, --repeated          only print duplicate lines, one for each group
  -D, --all-repeated[=METHOD]  print all duplicate lines; METHOD is 'none', 'prepend' or 'separate': empty lines between groups
      --group[=METHOD]    show all items, groups apart by an empty line; METHOD is 'separate', 'prepend', 'append' or 'both'
  -f, --skip-fields=N     avoid comparing the first N fields
  -i, --ignore-case       ignore differences in case when comparing
  -s, --skip-chars=N      avoid comparing the first N characters
  -u, --unique            only print unique lines
  -z, --zero-terminated   line delimiter is NUL, not newline
  -w, --check-chars=N     compare no more than N characters in lines`,
    // -2 means -f 2.
    rewrite: (words) =>
      words.flatMap((word, i) =>
        /^-\d+$/.test(word) && !/^-[fsw]$/.test(words[i - 1] ?? "") ? ["-f", word.slice(1)] : [word],
      ),
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    checkOperands(operands, 0, 2);
    const number = (key: string, what: string, missing: number) => {
      const text = options.value(key);
      if (text === undefined) return missing;
      if (!/^\d+$/.test(text)) throw new Failure(`${text}: invalid number of ${what}`);
      return Number(text);
    };
    const skipFields = number("f", "fields to skip", 0);
    const skipBytes = number("s", "bytes to skip", 0);
    const compareBytes = number("w", "bytes to compare", Number.POSITIVE_INFINITY);
    const fold = options.has("i");
    const end = String.fromCharCode(options.has("z") ? 0 : 10);
    const plain = skipFields === 0 && skipBytes === 0 && compareBytes === Number.POSITIVE_INFINITY && !fold;
    const keyOf = (line: string): string => {
      let at = 0;
      for (let field = 0; field < skipFields; field++) {
        while (at < line.length && (line[at] === " " || line[at] === "\t")) at++;
        while (at < line.length && line[at] !== " " && line[at] !== "\t") at++;
      }
      at += skipBytes;
      const key = line.slice(at, compareBytes === Number.POSITIVE_INFINITY ? undefined : at + compareBytes);
      return fold ? key.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : key;
    };
    const counted = options.has("c");
    const [repeated, all, single] = [options.has("d"), options.has("D"), options.has("u")];
    const grouping = options.has("group");
    const method = grouping
      ? chooseWord(options.value("group") ?? "separate", "--group", ["prepend", "append", "separate", "both"])
      : chooseWord(options.value("D") ?? "none", "--all-repeated", ["none", "prepend", "separate"]);
    if (grouping && (counted || repeated || all || single))
      throw new UsageError("--group is mutually exclusive with -c/-d/-D/-u");
    const before = method === "prepend" || method === "both";
    if (counted && all) throw new Failure("printing all duplicated lines and repeat counts is meaningless");

    let output = invocation.stdout;
    if (operands.length === 2 && operands[1] !== "-") {
      const fd = sys.open(AT_FDCWD, encode(operands[1]), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) throw new Failure(`${quoteIfNeeded(operands[1])}: ${strerror(fd)}`);
      output = new Writer(sys, fd);
    }
    await eachInput(
      invocation,
      operands.slice(0, 1),
      async (reader) => {
        let group: string | null = null;
        let groupKey = "";
        let count = 0;
        let out = "";
        let groups = 0;
        /** What stands before a group that is shown whole. */
        const opening = () => (groups++ > 0 ? (method === "none" ? "" : end) : before ? end : "");
        const close = () => {
          if (grouping || group === null || (count === 1 ? repeated : single)) return;
          if (!all) out += counted ? `${String(count).padStart(7)} ${group}${end}` : group + end;
        };
        for (let block = await reader.lines(end.charCodeAt(0)); block; block = await reader.lines(end.charCodeAt(0))) {
          const lines = bytesToBinary(block).split(end);
          if (lines[lines.length - 1] === "") lines.pop();
          for (const line of lines) {
            const key = plain ? line : keyOf(line);
            if (group !== null && key === groupKey) {
              count++;
              if (grouping) out += line + end;
              else if (all && !single) out += count === 2 ? opening() + group + end + line + end : line + end;
              continue;
            }
            close();
            group = line;
            groupKey = key;
            count = 1;
            if (grouping) out += opening() + line + end;
          }
          await output.writeBinary(out);
          out = "";
        }
        close();
        if (grouping && groups > 0 && (method === "append" || method === "both")) out += end;
        await output.writeBinary(out);
      },
      { read: (name) => `error reading ${quote(name)}` },
    );
    await output.flush();
    if (output !== invocation.stdout) sys.close(output.fd);
  },
);
