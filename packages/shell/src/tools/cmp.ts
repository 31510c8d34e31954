// cmp: compares two files byte by byte.

import { newStat, S_IFMT, S_IFREG } from "@vibengine/system";
import type { Reader } from "../stdio.ts";
import { closeInput, define, type Invocation, openInput, UsageError } from "./define.ts";
import { parseCount } from "./numbers.ts";
import { quotePlain } from "./quote.ts";

export const cmp = define(
  {
    name: "cmp",
    usage: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]",
    failure: 2,
    help: `Compare two files byte by byte. The optional SKIP1 and SKIP2 are the numbers of bytes to skip at the beginning of each.

  -b, --print-bytes          print differing bytes
  -i, --ignore-initial=SKIP  skip first SKIP bytes of both inputs; SKIP1:SKIP2 for each its own
  -l, --verbose              output byte numbers and differing byte values
  -n, --bytes=LIMIT          compare at most LIMIT bytes
  -s, --quiet, --silent      suppress all normal output

Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.`,
    hint: "cmp: Try 'cmp --help' for more information.",
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand after 'cmp'");
    if (operands.length > 4) throw new UsageError(`extra operand '${operands[4]}'`);
    const [first, second = "-"] = operands;
    const count = (text: string, option: string) => {
      const value = parseCount(text);
      if (value === null) throw new UsageError(`invalid ${option} value ${quotePlain(text)}`);
      return value;
    };
    const [skip1, skip2] = (options.value("i") ?? "").split(":");
    const skips = [operands[2] ?? (skip1 || "0"), operands[3] ?? skip2 ?? operands[2] ?? (skip1 || "0")].map((text) =>
      count(text, "--ignore-initial"),
    );
    if (operands[2] !== undefined && operands[3] === undefined) skips[1] = 0;
    const limit = options.has("n") ? count(options.value("n")!, "--bytes") : Number.POSITIVE_INFINITY;
    if (first === second && first !== "-") return 0;
    const a = openInput(invocation, first, (name) => name);
    const b = a && openInput(invocation, second, (name) => name);
    if (!a || !b) return 2;
    const [verbose, silent, bytes] = [options.has("l"), options.has("s"), options.has("b")];
    if (verbose && silent) throw new UsageError("options -l and -s are incompatible");
    await skip(a, skips[0]);
    await skip(b, skips[1]);
    let position = 0;
    let line = 1;
    let last = 0;
    let differs = false;
    let [left, right]: [Uint8Array, Uint8Array] = [EMPTY, EMPTY];
    const width = String(Math.min(limit, largest(invocation, a, b)) || 1).length;
    const show = (byte: number) => byte.toString(8).padStart(3);
    for (;;) {
      if (left.length === 0) left = (await a.read()) ?? EMPTY;
      if (right.length === 0) right = (await b.read()) ?? EMPTY;
      const length = Math.min(left.length, right.length, limit - position);
      if (length === 0) break;
      for (let i = 0; i < length; i++) {
        if (left[i] === right[i]) {
          if (left[i] === 10) line++;
          continue;
        }
        differs = true;
        if (silent) return 1;
        const at = position + i + 1;
        if (!verbose) {
          const detail = bytes ? ` is ${show(left[i])} ${visible(left[i])} ${show(right[i])} ${visible(right[i])}` : "";
          await stdout.write(`${first} ${second} differ: byte ${at}, line ${line}${detail}\n`);
          return 1;
        }
        const cells = bytes
          ? `${show(left[i])} ${visible(left[i]).padEnd(4)} ${show(right[i])} ${visible(right[i])}`
          : `${show(left[i])} ${show(right[i])}`;
        await stdout.write(`${String(at).padStart(width)} ${cells}\n`);
      }
      last = left[length - 1];
      position += length;
      left = left.subarray(length);
      right = right.subarray(length);
    }
    if (position < limit && left.length !== right.length) {
      const shorter = left.length < right.length ? first : second;
      if (!silent) {
        const where =
          position === 0
            ? " which is empty"
            : ` after byte ${position}${verbose ? "" : `, ${last === 10 ? `line ${line - 1}` : `in line ${line}`}`}`;
        await stdout.flush();
        invocation.warn(`EOF on ${shorter === "-" ? "-" : shorter}${where}`, 1);
      }
      return 1;
    }
    closeInput(invocation, a);
    closeInput(invocation, b);
    return differs ? 1 : 0;
  },
);

const EMPTY = new Uint8Array(0);

async function skip(reader: Reader, count: number): Promise<void> {
  while (count > 0) {
    const chunk = await reader.read();
    if (!chunk) return;
    reader.unread(Math.max(0, chunk.length - count));
    count -= Math.min(count, chunk.length);
  }
}

/** The column width of -l comes from the files' sizes where they are known. */
function largest({ sys }: Invocation, a: Reader, b: Reader): number {
  const sizes = [a, b].map(({ fd }) => {
    const out = newStat();
    return sys.fstat(fd, out) === 0 && (out.mode & S_IFMT) === S_IFREG ? out.size : Number.MAX_SAFE_INTEGER;
  });
  return Math.min(...sizes);
}

/** cat -v's notation. */
function visible(byte: number): string {
  const meta = byte >= 128 ? "M-" : "";
  const low = byte & 127;
  return meta + (low < 32 || low === 127 ? `^${String.fromCharCode(low ^ 64)}` : String.fromCharCode(low));
}
