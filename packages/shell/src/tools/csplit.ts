// csplit: one file into several, at lines that match.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, Writer } from "../stdio.ts";
import { checkOperands, closeInput, define, Failure, openInput } from "./define.ts";
import { quote, quotePlain } from "./quote.ts";
import { compileRegex, RegexError } from "./regex.ts";

export const csplit = define(
  {
    name: "csplit",
    usage: "[OPTION]... FILE PATTERN...",
    help: `Output pieces of FILE separated by PATTERN(s) to files 'xx00', 'xx01', ..., and output byte counts of each piece.

  -b, --suffix-format=FORMAT  use sprintf FORMAT instead of %02d
  -f, --prefix=PREFIX        use PREFIX instead of 'xx'
  -k, --keep-files           do not remove output files on errors
      --suppress-matched     suppress the lines matching PATTERN
  -n, --digits=DIGITS        use specified number of digits instead of 2
  -s, -q, --quiet, --silent      do not print counts of output file sizes
  -z, --elide-empty-files    suppress empty output files

Each PATTERN may be:
  INTEGER            copy up to but not including specified line number
  /REGEXP/[OFFSET]   copy up to but not including a matching line
  %REGEXP%[OFFSET]   skip to, but not including a matching line
  {INTEGER}          repeat the previous pattern specified number of times
  {*}                repeat the previous pattern as many times as possible`,
    operandLike: /^-\d+$/,
  },
  async (invocation) => {
    const { options, operands, stdout, sys } = invocation;
    if (operands.length < 2) checkOperands(operands, 2, 1000);
    const reader = openInput(invocation, operands[0], (name) => `cannot open ${quote(name)} for reading`);
    if (!reader) return 1;
    const text = bytesToBinary(await reader.readAll());
    closeInput(invocation, reader);
    const lines = text.split(/(?<=\n)/);
    if (text === "") lines.length = 0;
    const prefix = options.value("f") ?? "xx";
    const digits = Number(options.value("n") ?? 2);
    if (Number.isNaN(digits)) throw new Failure(`invalid number: ${quotePlain(options.value("n")!)}`);
    const format = options.value("b");
    checkSuffix(format);
    const made: string[] = [];
    let at = 0;
    const nameOf = (number: number) =>
      prefix +
      (format === undefined
        ? String(number).padStart(digits, "0")
        : format.replace(/%(0?)(\d*)([diuoxX])/, (_, zero, width, kind) =>
            number.toString(/x/i.test(kind) ? 16 : kind === "o" ? 8 : 10).padStart(Number(width || 0), zero || " "),
          ));
    const put = async (part: string[]): Promise<void> => {
      const piece = part.join("");
      if (piece === "" && options.has("z")) return;
      const name = nameOf(made.length);
      const fd = sys.open(AT_FDCWD, encode(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) throw new Failure(`${name}: ${strerror(fd)}`);
      made.push(name);
      const writer = new Writer(sys, fd);
      await writer.write(binaryToBytes(piece));
      await writer.flush();
      sys.close(fd);
      if (!options.has("s")) await stdout.write(`${piece.length}\n`);
    };
    try {
      const patterns = operands.slice(1);
      const numbers = patterns.filter((pattern) => /^\d+$/.test(pattern)).map(Number);
      const less = numbers.findIndex((number, n) => n > 0 && number < numbers[n - 1]);
      if (less > 0)
        throw new Failure(`line number '${numbers[less]}' is smaller than preceding line number, ${numbers[less - 1]}`);
      for (let i = 0; i < patterns.length; i++) {
        const pattern = patterns[i];
        const repeat = /^\{(\d+|\*)\}$/.exec(patterns[i + 1] ?? "");
        if (repeat) i++;
        else if (/^\{.*\}$/.test(patterns[i + 1] ?? ""))
          throw new Failure(`${quotePlain(patterns[i + 1].slice(0, -1))}}: integer required between '{' and '}'`);
        const times = repeat ? (repeat[1] === "*" ? Number.POSITIVE_INFINITY : Number(repeat[1])) : 0;
        if (/^\d+$/.test(pattern)) {
          if (Number(pattern) === 0) throw new Failure(`${pattern}: line number must be greater than zero`);
          for (let turn = 0; turn <= times; turn++) {
            const line = Number(pattern) * (turn + 1);
            if (line - 1 >= lines.length) {
              await put(lines.slice(at));
              at = lines.length;
              throw new Failure(
                `${quotePlain(pattern)}: line number out of range${turn > 0 ? ` on repetition ${turn}` : ""}`,
              );
            }
            await put(lines.slice(at, line - 1));
            at = options.has("suppress-matched") ? line : line - 1;
          }
          continue;
        }
        const match = /^([/%])([^]*)\1([+-]?\d+)?$/.exec(pattern);
        if (!match) throw new Failure(wrongPattern(pattern));
        const [, mark, source, offsetText] = match;
        const offset = Number(offsetText ?? 0);
        const regex = compileRegex(source, { syntax: "basic" });
        let from = at;
        for (let turn = 0; turn <= times; turn++) {
          // The line that a piece begins with is not looked at again.
          const first = made.length === 0 && turn === 0 && from === 0 ? 0 : from + 1;
          const found = lines.findIndex((line, n) => n >= first && regex.test(line.replace(/\n$/, "")));
          if (found < 0) {
            if (times === Number.POSITIVE_INFINITY && (turn > 0 || repeat)) break;
            if (mark === "/") {
              await put(lines.slice(at));
              at = lines.length;
            }
            throw new Failure(`${quotePlain(pattern)}: match not found${turn > 0 ? ` on repetition ${turn}` : ""}`);
          }
          const end = found + offset;
          if (end < at || end > lines.length) throw new Failure(`${quotePlain(pattern)}: line number out of range`);
          if (mark === "/") await put(lines.slice(at, end));
          from = found;
          at = end + (options.has("suppress-matched") && offset === 0 ? 1 : 0);
        }
      }
      await put(lines.slice(at));
    } catch (error) {
      if (!options.has("k") && (error instanceof Failure || error instanceof RegexError)) {
        for (const name of made) sys.unlink(AT_FDCWD, encode(name));
      }
      if (error instanceof RegexError) throw new Failure(error.message);
      throw error;
    }
  },
);

function wrongPattern(pattern: string): string {
  const mark = pattern[0];
  if (mark !== "/" && mark !== "%") return `${quotePlain(pattern)}: invalid pattern`;
  return pattern.indexOf(mark, 1) < 0
    ? `${pattern}: closing delimiter '${mark}' missing`
    : `${quotePlain(pattern)}: integer expected after delimiter`;
}

/** A suffix has one number in it. */
function checkSuffix(format: string | undefined): void {
  if (format === undefined) return;
  const directives = [...format.replaceAll("%%", "").matchAll(/%[-+ 0#']*\d*(?:\.\d*)?([^]?)/g)];
  if (directives.length === 0) throw new Failure("missing % conversion specification in suffix");
  const [, kind] = directives[0];
  if (kind === "") throw new Failure("missing conversion specifier in suffix");
  if (!/[diuoxX]/.test(kind)) throw new Failure(`invalid conversion specifier in suffix: ${kind}`);
  if (directives.length > 1) throw new Failure("too many % conversion specifications in suffix");
}
