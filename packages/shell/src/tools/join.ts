// comm and join: two sorted files, line by line. Lines are binary strings, compared by their bytes.

import { bytesToBinary, type Reader, textToBinary } from "../stdio.ts";
import { checkOperands, closeInput, define, Failure, type Invocation, openInput } from "./define.ts";
import { quotePlain } from "./quote.ts";

/** Lines one at a time, with one looked at ahead. */
class Lines {
  line: string | null = null;
  number = 0;
  #reader: Reader;
  #end: string;
  #block: string[] = [];
  #at = 0;

  constructor(reader: Reader, end: string) {
    this.#reader = reader;
    this.#end = end;
  }

  /** Goes to the next line: at once (void) while the block lasts. */
  next(): void | Promise<void> {
    if (this.#at < this.#block.length) {
      this.line = this.#block[this.#at++];
      this.number++;
      return;
    }
    return this.#fill();
  }

  async #fill(): Promise<void> {
    const block = await this.#reader.lines(this.#end.charCodeAt(0));
    if (!block) {
      this.line = null;
      return;
    }
    this.#block = bytesToBinary(block).split(this.#end);
    if (this.#block[this.#block.length - 1] === "") this.#block.pop();
    this.#at = 1;
    this.line = this.#block[0];
    this.number++;
  }
}

function openBoth(invocation: Invocation): { readers: Reader[]; lines: Lines[] } | null {
  const end = invocation.options.has("z") ? "\0" : "\n";
  const readers: Reader[] = [];
  if (invocation.operands[0] === "-" && invocation.operands[1] === "-" && invocation.name === "join")
    throw new Failure("both files cannot be standard input");
  for (const name of invocation.operands) {
    const reader = openInput(invocation, name);
    if (!reader) return null;
    readers.push(reader);
  }
  return { readers, lines: readers.map((reader) => new Lines(reader, end)) };
}

export const comm = define(
  {
    name: "comm",
    usage: "[OPTION]... FILE1 FILE2",
    help: `Compare sorted files FILE1 and FILE2 line by line: lines only in FILE1, only in FILE2, in both.

  -1                       suppress column 1 (lines unique to FILE1)
  -2                       suppress column 2 (lines unique to FILE2)
  -3                       suppress column 3 (lines that appear in both files)
      --check-order        check that the input is correctly sorted, even if all lines are pairable
      --nocheck-order      do not check that the input is correctly sorted
      --output-delimiter=STR  separate columns with STR
      --total              output a summary
  -z, --zero-terminated    line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    checkOperands(operands, 2, 2);
    const opened = openBoth(invocation);
    if (!opened) return 1;
    const [left, right] = opened.lines;
    const end = options.has("z") ? "\0" : "\n";
    const delimiter = textToBinary(options.value("output-delimiter") ?? "\t") || "\0";
    const shown = ["1", "2", "3"].map((key) => !options.has(key));
    const prefixes = ["", shown[0] ? delimiter : "", (shown[0] ? delimiter : "") + (shown[1] ? delimiter : "")];
    const totals = [0, 0, 0];
    const check = options.last("check-order", "nocheck-order");
    const complained = [false, false];
    let unpaired = false;
    let fatal = false;
    const advance = async (which: number): Promise<void> => {
      const lines = opened.lines[which];
      const before = lines.line!;
      const waiting = lines.next();
      if (waiting) await waiting;
      if (check === "nocheck-order" || complained[which] || lines.line === null || lines.line >= before) return;
      if (check !== "check-order" && !unpaired) return;
      complained[which] = true;
      invocation.warn(`file ${which + 1} is not in sorted order`);
      fatal = check === "check-order";
    };
    await left.next();
    await right.next();
    let out = "";
    while ((left.line !== null || right.line !== null) && !fatal) {
      const order =
        left.line === null
          ? 1
          : right.line === null
            ? -1
            : left.line < right.line
              ? -1
              : left.line > right.line
                ? 1
                : 0;
      const column = order < 0 ? 0 : order > 0 ? 1 : 2;
      totals[column]++;
      if (shown[column]) out += prefixes[column] + (order > 0 ? right.line : left.line) + end;
      if (out.length > 32768) {
        await stdout.writeBinary(out);
        out = "";
      }
      if (column < 2) unpaired = true;
      if (order <= 0) await advance(0);
      if (order >= 0) await advance(1);
    }
    if (options.has("total")) out += `${totals.join(delimiter)}${delimiter}total${end}`;
    await stdout.writeBinary(out);
    for (const reader of opened.readers) closeInput(invocation, reader);
    if (complained.includes(true) && !fatal) invocation.warn("input is not in sorted order");
  },
);

export const join = define(
  {
    name: "join",
    usage: "[OPTION]... FILE1 FILE2",
    help: `For each pair of input lines with identical join fields, write a line to standard output.

  -a FILENUM             also print unpairable lines from file FILENUM, 1 or 2
  -e STRING              replace missing input fields with STRING
  -i, --ignore-case      ignore differences in case when comparing fields
  -j FIELD               equivalent to '-1 FIELD -2 FIELD'
  -o FORMAT              obey FORMAT while constructing output line: FILENUM.FIELD or 0, or 'auto'
  -t CHAR                use CHAR as input and output field separator
  -v FILENUM             like -a FILENUM, but suppress joined output lines
  -1 FIELD               join on this FIELD of file 1
  -2 FIELD               join on this FIELD of file 2
      --check-order      check that the input is correctly sorted
      --nocheck-order    do not check that the input is correctly sorted
      --header           treat the first line in each file as field headers
  -z, --zero-terminated  line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    // `-o 1.1 2.2` of old: the list goes on in the operands.
    while (options.has("o") && operands.length > 2 && /^(0|[12]\.\d+)([, ](0|[12]\.\d+))*$/.test(operands[0])) {
      options.list.push({ key: "o", value: operands.shift() });
    }
    checkOperands(operands, 2, 2);
    const opened = openBoth(invocation);
    if (!opened) return 1;
    const fieldNumber = (text: string) => {
      if (!/^\d+$/.test(text) || Number(text) === 0) throw new Failure(`invalid field number: ${quotePlain(text)}`);
      return Number(text) - 1;
    };
    const joint = options.value("j");
    const fields = ["1", "2"].map((key) => fieldNumber(options.value(key) ?? joint ?? "1"));
    const separator = options.value("t");
    if (separator !== undefined && separator !== "\\0" && [...separator].length > 1) {
      throw new Failure(`multi-character tab ${quotePlain(separator)}`);
    }
    const between = separator === undefined ? " " : separator === "\\0" ? "\0" : textToBinary(separator);
    const end = options.has("z") ? "\0" : "\n";
    const fold = options.has("i");
    const empty = textToBinary(options.value("e") ?? "");
    const unpaired = [false, false];
    for (const key of ["a", "v"]) {
      for (const text of options.values(key)) {
        if (text !== "1" && text !== "2") throw new Failure(`invalid field number: ${quotePlain(text)}`);
        unpaired[Number(text) - 1] = true;
      }
    }
    const onlyUnpaired = options.has("v");
    const split = (line: string): string[] =>
      separator === undefined
        ? line.replace(/^[ \t\n]+/, "").split(/[ \t\n]+/)
        : between === ""
          ? [line]
          : line.split(between);
    const keyOf = (parts: string[], which: number): string => {
      const key = parts[fields[which]] ?? "";
      return fold ? key.toUpperCase() : key;
    };
    let format: { file: number; field: number }[] | null = null;
    const given = options.values("o").join(",");
    const auto = given === "auto";
    if (given && !auto) {
      format = given.split(/[, \t]+/).map((text) => {
        const match = /^(?:(0)|([12])\.(\d+))$/.exec(text);
        if (!match) throw new Failure(`invalid field specifier: ${quotePlain(text)}`);
        return match[1] ? { file: -1, field: 0 } : { file: Number(match[2]) - 1, field: fieldNumber(match[3]) };
      });
    }
    let counts = [0, 0];
    let out = "";
    const put = async (left: string[] | null, right: string[] | null): Promise<void> => {
      const both = [left, right];
      const key = (left ? left[fields[0]] : right![fields[1]]) ?? "";
      let cells: string[];
      if (format) {
        cells = format.map(({ file, field }) => (file < 0 ? key : (both[file]?.[field] ?? "")) || empty);
      } else {
        cells = [key || empty];
        for (const which of [0, 1]) {
          const parts = both[which];
          const length = auto ? counts[which] : (parts?.length ?? 0);
          for (let i = 0; i < length; i++) if (i !== fields[which]) cells.push(parts?.[i] || empty);
        }
      }
      out += cells.join(between) + end;
      if (out.length > 32768) {
        const text = out;
        out = "";
        await stdout.writeBinary(text);
      }
    };
    const last: (string | null)[] = [null, null];
    const complained = [false, false];
    const order = options.last("check-order", "nocheck-order");
    let anyUnpaired = false;
    const advance = async (which: number): Promise<string[] | null> => {
      const lines = opened.lines[which];
      const waiting = lines.next();
      if (waiting) await waiting;
      if (lines.line === null) return null;
      const parts = split(lines.line);
      const key = keyOf(parts, which);
      const before = last[which];
      last[which] = key;
      if (
        before !== null &&
        key < before &&
        order !== "nocheck-order" &&
        !complained[which] &&
        (order || anyUnpaired)
      ) {
        complained[which] = true;
        const name = operands[which];
        const message = `${name}:${lines.number}: is not sorted: ${lines.line}`;
        if (order) throw new Failure(message);
        invocation.warn(message);
      }
      return parts;
    };
    let a = await advance(0);
    let b = await advance(1);
    counts = [a?.length ?? 0, b?.length ?? 0];
    if (options.has("header") && (a || b)) {
      await put(a, b);
      last[0] = last[1] = null;
      a = await advance(0);
      b = await advance(1);
    }
    while (a && b) {
      const [x, y] = [keyOf(a, 0), keyOf(b, 1)];
      if (x !== y) {
        anyUnpaired = true;
        if (x < y) {
          if (unpaired[0]) await put(a, null);
          a = await advance(0);
        } else {
          if (unpaired[1]) await put(null, b);
          b = await advance(1);
        }
        continue;
      }
      const group: string[][] = [];
      for (; b && keyOf(b, 1) === y; b = await advance(1)) group.push(b);
      for (; a && keyOf(a, 0) === x; a = await advance(0)) {
        if (!onlyUnpaired) for (const other of group) await put(a, other);
      }
    }
    anyUnpaired ||= a !== null || b !== null;
    for (; a; a = await advance(0)) if (unpaired[0]) await put(a, null);
    for (; b; b = await advance(1)) if (unpaired[1]) await put(null, b);
    await stdout.writeBinary(out);
    if (complained.includes(true)) invocation.warn("input is not in sorted order");
    for (const reader of opened.readers) closeInput(invocation, reader);
  },
);
