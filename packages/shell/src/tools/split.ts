// split: one file into several, by size, lines or number.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { Writer } from "../stdio.ts";
import { checkOperands, closeInput, define, Failure, type Invocation, openInput, UsageError } from "./define.ts";
import { parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";

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
    const status = await this.#command;
    this.#command = null;
    if (!status) return;
    const { env, options } = this.#invocation;
    throw new Failure(`with FILE=${env.get("FILE")}, exit ${status} from command: ${options.value("filter")}`);
  }
}

async function intoChunks(invocation: Invocation, pieces: Pieces, data: Uint8Array, text: string, separator: number) {
  const match = /^(?:([lr])\/)?(?:(\d+)\/)?(\d+)$/.exec(text);
  if (!match || Number(match[3]) === 0)
    throw new Failure(`invalid number of chunks: ${quotePlain(text)}${match ? RANGE : ""}`);
  const [, how, only, total] = match;
  const count = Number(total);
  if (only !== undefined && (Number(only) === 0 || Number(only) > count))
    throw new Failure(`invalid chunk number: ${quotePlain(only)}${RANGE}`);
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
