// head and tail: the first or last lines or bytes of their inputs. What must be held back (head -n -N, tail -n N) is held in
// a queue of chunks no longer than needed.

import type { Reader, Writer } from "../stdio.ts";
import { countBytes } from "./byte-scan.ts";
import { define, eachInput, Failure, type Invocation } from "./define.ts";
import { follow } from "./follow.ts";
import { parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";

const COMMON = `  -q, --quiet, --silent    never print headers giving file names
  -v, --verbose            always print headers giving file names
  -z, --zero-terminated    line delimiter is NUL, not newline

NUM may have a multiplier suffix: b 512, kB 1000, K 1024, MB 1000*1000, M 1024*1024, and so on for G, T, P, E.`;

export const head = define(
  {
    name: "head",
    usage: "[OPTION]... [FILE]...",
    help: `Print the first 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.
With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[-]NUM       print the first NUM bytes; with a leading -, all but the last NUM
  -n, --lines=[-]NUM       print the first NUM lines; with a leading -, all but the last NUM
${COMMON}`,
    rewrite: (words) => rewriteOld(words, /^-(\d+)([bkm]?)([clqvz]*)$/),
  },
  (invocation) =>
    eachWithHeader(invocation, async (reader, amount) => {
      const { stdout } = invocation;
      if (amount.sign === "-") await allButLast(reader, stdout, amount);
      else if (amount.unit === "c") await firstBytes(reader, stdout, amount.count);
      else await firstLines(reader, stdout, amount);
      reader.release();
    }),
);

export const tail = define(
  {
    name: "tail",
    usage: "[OPTION]... [FILE]...",
    help: `Print the last 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.
With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[+]NUM       output the last NUM bytes; with a leading +, starting with byte NUM
  -n, --lines=[+]NUM       output the last NUM lines; with a leading +, starting with line NUM
  -f, --follow[=HOW]       output appended data as the file grows; HOW is 'descriptor' (the default) or 'name'
  -F                       same as --follow=name --retry
      --pid=PID            with -f, terminate after process PID dies
      --retry              keep trying to open a file if it is inaccessible
  -s, --sleep-interval=N   with -f, sleep for N seconds (default 1.0) between looks
      --max-unchanged-stats=N  (ignored)
${COMMON}`,
    rewrite: (words) => rewriteOld(words, /^([-+]\d*)([bkm]?)([cflqvz]*)$/),
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    await eachWithHeader(invocation, (reader, amount) =>
      amount.sign === "+" ? from(reader, stdout, amount) : last(reader, stdout, amount),
    );
    const how = options.last("f", "F");
    if (how === undefined || operands.length === 0) return;
    const seconds = Number(options.value("s") ?? 1);
    if (!(seconds >= 0)) throw new Failure(`invalid number of seconds: ${quotePlain(options.value("s")!)}`);
    await stdout.flush();
    await follow(invocation, operands, operands[operands.length - 1], {
      byName: how === "F" || options.value("f") === "name",
      headers: (options.last("q", "v") ?? (operands.length > 1 ? "v" : "q")) === "v",
      seconds,
      pid: Number(options.value("pid") ?? 0),
    });
  },
);

interface Amount {
  sign: string;
  count: number;
  unit: "c" | "n";
  delimiter: number;
}

/** `-5`, `+3c`, `-20lq`: the first word only, as POSIX once had it. */
function rewriteOld(words: string[], form: RegExp): string[] {
  const match = words.length > 0 && /\d/.test(words[0]) ? form.exec(words[0]) : null;
  if (!match) return words;
  const [, number, suffix, letters] = match;
  const rest = letters.replace(/[cl]/g, "");
  const unit = letters.includes("c") || suffix ? "-c" : "-n";
  return [unit, number + (suffix === "m" ? "M" : suffix), ...(rest ? [`-${rest}`] : []), ...words.slice(1)];
}

async function eachWithHeader(
  invocation: Invocation,
  print: (reader: Reader, amount: Amount) => Promise<void>,
): Promise<void> {
  const { name: tool, options, operands, stdout } = invocation;
  const unit = options.last("c", "n") === "c" ? "c" : "n";
  const given = options.value(unit) ?? "10";
  const [, sign, digits] = /^([-+]?)(.*)$/s.exec(given)!;
  const count = parseCount(digits);
  if (count === null) {
    const shown = tool === "head" && sign === "-" ? digits : given;
    throw new Failure(`invalid number of ${unit === "c" ? "bytes" : "lines"}: ${quotePlain(shown)}`);
  }
  const amount: Amount = { sign, count, unit, delimiter: options.has("z") ? 0 : 10 };
  const headers = (options.last("q", "v") ?? (operands.length > 1 ? "v" : "q")) === "v";
  let first = true;
  const shown = (name: string) => (name === "-" ? "standard input" : name);
  await eachInput(
    invocation,
    operands,
    async (reader, name) => {
      if (headers) await stdout.write(`${first ? "" : "\n"}==> ${shown(name)} <==\n`);
      first = false;
      await print(reader, amount);
    },
    {
      open: (name) => `cannot open ${quote(name)} for reading`,
      read: (name) => `error reading ${quote(shown(name))}`,
    },
  );
}

async function firstBytes(reader: Reader, stdout: Writer, count: number): Promise<void> {
  while (count > 0) {
    const chunk = await reader.read();
    if (!chunk) return;
    const taken = Math.min(count, chunk.length);
    await stdout.write(chunk.subarray(0, taken));
    count -= taken;
    reader.unread(chunk.length - taken);
  }
}

async function firstLines(reader: Reader, stdout: Writer, { count, delimiter }: Amount): Promise<void> {
  while (count > 0) {
    const chunk = await reader.read();
    if (!chunk) return;
    let end = 0;
    while (count > 0) {
      const next = chunk.indexOf(delimiter, end);
      if (next < 0) break;
      end = next + 1;
      count--;
    }
    if (count > 0) end = chunk.length;
    await stdout.write(chunk.subarray(0, end));
    reader.unread(chunk.length - end);
  }
}

/** Everything from the NUMth line or byte on. */
async function from(reader: Reader, stdout: Writer, { count, unit, delimiter }: Amount): Promise<void> {
  let skip = Math.max(0, count - 1);
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    let start = 0;
    if (unit === "c") {
      start = Math.min(skip, chunk.length);
      skip -= start;
    } else {
      while (skip > 0 && start < chunk.length) {
        const next = chunk.indexOf(delimiter, start);
        start = next < 0 ? chunk.length : next + 1;
        if (next >= 0) skip--;
      }
    }
    if (start < chunk.length) {
      await stdout.write(chunk.subarray(start));
      await stdout.flush();
    }
  }
}

/** A queue of copied chunks that knows how much it holds, in bytes or delimiters. */
class Queue {
  chunks: { bytes: Uint8Array; amount: number }[] = [];
  held = 0;
  #amount: Amount;

  constructor(amount: Amount) {
    this.#amount = amount;
  }

  push(chunk: Uint8Array): void {
    const amount = this.#amount.unit === "c" ? chunk.length : countBytes(chunk, this.#amount.delimiter);
    this.chunks.push({ bytes: chunk.slice(), amount });
    this.held += amount;
  }

  shift(): Uint8Array {
    const { bytes, amount } = this.chunks.shift()!;
    this.held -= amount;
    return bytes;
  }

  /** Where the last NUM lines or bytes start in what is held, counted from the first chunk. */
  split(): { all: Uint8Array; at: number } {
    const all = new Uint8Array(this.chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk.bytes, at);
      at += chunk.bytes.length;
    }
    const { count, unit, delimiter } = this.#amount;
    if (unit === "c") return { all, at: Math.max(0, all.length - count) };
    if (count === 0) return { all, at: all.length };
    // A last line without its delimiter counts as a line.
    let end = all.length - 1;
    for (let left = count; left > 0; left--) {
      if (end < 1) return { all, at: 0 };
      end = all.lastIndexOf(delimiter, end - 1);
      if (end < 0) return { all, at: 0 };
    }
    return { all, at: end + 1 };
  }
}

async function last(reader: Reader, stdout: Writer, amount: Amount): Promise<void> {
  const queue = new Queue(amount);
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    queue.push(chunk);
    while (queue.chunks.length > 1 && queue.held - queue.chunks[0].amount > amount.count) queue.shift();
  }
  const { all, at } = queue.split();
  await stdout.write(all.subarray(at));
}

async function allButLast(reader: Reader, stdout: Writer, amount: Amount): Promise<void> {
  const queue = new Queue(amount);
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    queue.push(chunk);
    while (queue.chunks.length > 1 && queue.held - queue.chunks[0].amount > amount.count)
      await stdout.write(queue.shift());
  }
  const { all, at } = queue.split();
  await stdout.write(all.subarray(0, at));
}
