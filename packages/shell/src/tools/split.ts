// split and csplit: one file into several.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, Writer } from "../stdio.ts";
import { checkOperands, closeInput, define, Failure, type Invocation, openInput, UsageError } from "./define.ts";
import { parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";
import { compileRegex, RegexError } from "./regex.ts";

export const split = define(
  {
    name: "split",
    usage: "[OPTION]... [FILE [PREFIX]]",
    help: `Output pieces of FILE to PREFIXaa, PREFIXab, ...; default size is 1000 lines, and default PREFIX is 'x'.

  -a, --suffix-length=N   generate suffixes of length N (default 2)
      --additional-suffix=SUFFIX  append an additional SUFFIX to file names
  -b, --bytes=SIZE        put SIZE bytes per output file
  -C, --line-bytes=SIZE   put at most SIZE bytes of records per output file
  -d                      use numeric suffixes starting at 0
      --numeric-suffixes[=FROM]  same as -d, but allow setting the start value
  -x                      use hex suffixes starting at 0
      --hex-suffixes[=FROM]  same as -x, but allow setting the start value
  -e, --elide-empty-files  do not generate empty output files with '-n'
      --filter=COMMAND    write to shell COMMAND; file name is $FILE
  -l, --lines=NUMBER      put NUMBER lines/records per output file
  -n, --number=CHUNKS     generate CHUNKS output files: N, K/N, l/N, l/K/N, r/N or r/K/N
  -t, --separator=SEP     use SEP instead of newline as the record separator
  -u, --unbuffered        (ignored)
      --verbose           print a diagnostic just before each output file is opened`,
    rewrite: (words) => words.flatMap((word) => (/^-\d+$/.test(word) ? ["-l", word.slice(1)] : [word])),
  },
  async (invocation) => {
    const { options, operands } = invocation;
    checkOperands(operands, 0, 2);
    const kinds = options.list.map(({ key }) => key).filter((key) => "bCln".includes(key));
    if (kinds.length > 1) throw new UsageError("cannot split in more than one way");
    const kind = (kinds[0] ?? "l") as "b" | "C" | "l" | "n";
    const size = (key: string, what: string, missing: number) => {
      const text = options.value(key);
      if (text === undefined) return missing;
      const count = parseCount(text);
      if (!count) throw new Failure(`invalid number of ${what}: ${quotePlain(text)}${count === 0 ? RANGE : ""}`);
      return count;
    };
    const lines = size("l", "lines", 1000);
    const bytes = size("b", "bytes", size("C", "bytes", 0));
    const separatorText = options.value("t") ?? "\n";
    const separator = separatorText === "\\0" ? 0 : encode(separatorText)[0];
    const names = new Names(invocation, operands[1] ?? "x");
    const reader = openInput(invocation, operands[0] ?? "-", (name) => `cannot open ${quote(name)} for reading`);
    if (!reader) return 1;
    const pieces = new Pieces(invocation, names);
    if (kind === "n") await intoChunks(invocation, pieces, await reader.readAll(), options.value("n")!, separator);
    else if (kind === "b") {
      let room = 0;
      for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
        for (let at = 0; at < chunk.length; ) {
          if (room === 0) {
            await pieces.next();
            room = bytes;
          }
          const count = Math.min(room, chunk.length - at);
          await pieces.write(chunk.subarray(at, at + count));
          at += count;
          room -= count;
        }
      }
    } else {
      let count = lines;
      let room = 0;
      for (let block = await reader.lines(separator); block; block = await reader.lines(separator)) {
        for (let at = 0; at < block.length; ) {
          const found = block.indexOf(separator, at);
          let end = found < 0 ? block.length : found + 1;
          if (kind === "l" ? count >= lines : end - at > room) {
            if (kind === "l" || room < bytes) await pieces.next();
            if (pieces.count === 0) await pieces.next();
            count = 0;
            room = bytes;
          }
          // A line that is too long for a file is cut.
          if (kind === "C" && end - at > room) end = at + room;
          await pieces.write(block.subarray(at, end));
          count++;
          room -= end - at;
          at = end;
        }
      }
    }
    await pieces.close();
    closeInput(invocation, reader);
  },
);

const RANGE = ": Numerical result out of range";

class Names {
  #alphabet: string;
  #length: number;
  #grows: boolean;
  #number: number;
  #prefix: string;
  #suffix: string;

  constructor({ options }: Invocation, prefix: string) {
    const kind = options.last("d", "numeric-suffixes", "x", "hex-suffixes");
    const hex = kind === "x" || kind === "hex-suffixes";
    this.#alphabet = kind === undefined ? "abcdefghijklmnopqrstuvwxyz" : hex ? "0123456789abcdef" : "0123456789";
    const from = kind === undefined ? undefined : options.value(kind);
    this.#number = from === undefined ? 0 : Number.parseInt(from, hex ? 16 : 10);
    if (Number.isNaN(this.#number)) throw new Failure(`${from}: invalid start value for numerical suffix`);
    const length = options.value("a");
    if (length !== undefined && !/^\d+$/.test(length))
      throw new Failure(`invalid suffix length: ${quotePlain(length)}`);
    this.#length = Number(length ?? 0) || 2;
    this.#grows = (length === undefined || Number(length) === 0) && from === undefined;
    this.#prefix = prefix;
    this.#suffix = options.value("additional-suffix") ?? "";
    if (this.#suffix.includes("/"))
      throw new Failure(`invalid suffix ${quote(this.#suffix)}, contains directory separator`);
  }

  /** Makes room for that many names. */
  reserve(count: number): void {
    if (!this.#grows) return;
    while (this.#alphabet.length ** this.#length < count) this.#length++;
    this.#grows = false;
  }

  next(): string {
    const base = this.#alphabet.length;
    let number = this.#number++;
    let length = this.#length;
    let prefix = "";
    if (this.#grows) {
      // When the last letter is used up, names become longer by one that says so: zz, zaaa … (9, 990 for digits).
      for (let room = base ** (length - 1) * (base - 1); number >= room; room = base ** (length - 1) * (base - 1)) {
        number -= room;
        prefix += this.#alphabet[base - 1];
        length++;
      }
      length = this.#length + prefix.length;
    } else if (number >= base ** length) throw new Failure("output file suffixes exhausted");
    let suffix = "";
    for (let i = 0; i < length; i++) {
      suffix = this.#alphabet[number % base] + suffix;
      number = Math.floor(number / base);
    }
    return this.#prefix + prefix + suffix + this.#suffix;
  }
}

/** The output files, one after another. */
class Pieces {
  count = 0;
  readonly names: Names;
  #invocation: Invocation;
  #writer: Writer | null = null;
  #command: Promise<number> | null = null;

  constructor(invocation: Invocation, names: Names) {
    this.#invocation = invocation;
    this.names = names;
  }

  async next(): Promise<void> {
    await this.close();
    this.count++;
    const { sys, options, stdout } = this.#invocation;
    const name = this.names.next();
    if (options.has("verbose")) await stdout.write(`creating file ${quote(name)}\n`);
    const filter = options.value("filter");
    if (filter !== undefined) {
      const ends: [number, number] = [-1, -1];
      sys.pipe(ends);
      const child = sys.fork();
      if (typeof child === "number") throw new Failure(`fork: ${strerror(child)}`);
      child.dup2(ends[0], 0);
      for (const fd of ends) child.close(fd);
      sys.close(ends[0]);
      this.#invocation.env.set("FILE", name);
      this.#command = this.#invocation.run(["sh", "-c", filter], child);
      this.#writer = new Writer(sys, ends[1]);
      return;
    }
    const fd = sys.open(AT_FDCWD, encode(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    if (fd < 0) throw new Failure(`${name}: ${strerror(fd)}`);
    this.#writer = new Writer(sys, fd);
  }

  async write(data: Uint8Array): Promise<void> {
    const waiting = this.#writer!.write(data);
    if (waiting) await waiting;
  }

  async close(): Promise<void> {
    if (!this.#writer) return;
    await this.#writer.flush();
    this.#invocation.sys.close(this.#writer.fd);
    this.#writer = null;
    await this.#command;
  }
}

async function intoChunks(invocation: Invocation, pieces: Pieces, data: Uint8Array, text: string, separator: number) {
  const match = /^(?:([lr])\/)?(?:(\d+)\/)?(\d+)$/.exec(text);
  if (!match || Number(match[3]) === 0)
    throw new Failure(`invalid number of chunks: ${quotePlain(text)}${match ? RANGE : ""}`);
  const [, how, only, total] = match;
  const count = Number(total);
  if (only !== undefined && (Number(only) === 0 || Number(only) > count))
    throw new Failure(`invalid chunk number: ${quotePlain(only)}`);
  const chunks: Uint8Array[][] = Array.from({ length: count }, () => []);
  if (how === undefined) {
    const size = Math.floor(data.length / count);
    for (let i = 0, at = 0; i < count; i++) {
      const end = i === count - 1 ? data.length : at + size;
      chunks[i].push(data.subarray(at, end));
      at = end;
    }
  } else {
    const size = Math.max(1, Math.floor(data.length / count));
    for (let at = 0, line = 0; at < data.length; line++) {
      const found = data.indexOf(separator, at);
      const end = found < 0 ? data.length : found + 1;
      // By lines, each goes where its first byte falls.
      chunks[how === "r" ? line % count : Math.min(count - 1, Math.floor(at / size))].push(data.subarray(at, end));
      at = end;
    }
  }
  if (only !== undefined) {
    for (const part of chunks[Number(only) - 1]) await invocation.stdout.write(part);
    return;
  }
  pieces.names.reserve(count);
  for (const chunk of chunks) {
    if (invocation.options.has("e") && chunk.every((part) => part.length === 0)) continue;
    await pieces.next();
    for (const part of chunk) await pieces.write(part);
  }
}

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
  -s, --quiet, --silent      do not print counts of output file sizes
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
    const format = options.value("b");
    const made: string[] = [];
    let at = 0;
    const nameOf = (number: number) =>
      prefix +
      (format === undefined
        ? String(number).padStart(digits, "0")
        : format.replace(/%(0?)(\d*)([dux])/, (_, zero, width, kind) =>
            number.toString(kind === "x" ? 16 : 10).padStart(Number(width || 0), zero || " "),
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
      for (let i = 0; i < patterns.length; i++) {
        const pattern = patterns[i];
        const repeat = /^\{(\d+|\*)\}$/.exec(patterns[i + 1] ?? "");
        if (repeat) i++;
        const times = repeat ? (repeat[1] === "*" ? Number.POSITIVE_INFINITY : Number(repeat[1])) : 0;
        if (/^\d+$/.test(pattern)) {
          if (Number(pattern) === 0) throw new Failure(`${pattern}: line number must be greater than zero`);
          for (let turn = 0; turn <= times; turn++) {
            const line = Number(pattern) * (turn + 1);
            if (
              line - 1 > lines.length ||
              (line - 1 >= lines.length && turn > 0 && times === Number.POSITIVE_INFINITY)
            ) {
              if (times === Number.POSITIVE_INFINITY) break;
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
        if (!match) throw new Failure(`${quotePlain(pattern)}: invalid pattern`);
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
