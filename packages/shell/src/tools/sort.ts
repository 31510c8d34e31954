// sort: its command line, and the way from the inputs to the output. What fits into its memory is sorted there; of more than that,
// sorted runs are laid aside and merged (sort-merge.ts). Lines stay bytes all the way.

import {
  AT_FDCWD,
  encode,
  newStat,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  strerror,
} from "@vibengine/system";
import { ReadError, textToBinary, Writer } from "../stdio.ts";
import { closeInput, define, eachInput, Failure, type Invocation, openInput } from "./define.ts";
import { sameFile, stat } from "./files.ts";
import { LineOutput } from "./line-output.ts";
import { LineStore } from "./line-store.ts";
import { quoteIfNeeded, quotePlain } from "./quote.ts";
import { textAt } from "./sort-columns.ts";
import { KernelStore, SortKernel } from "./sort-kernel.ts";
import { parseKey, parseOrder } from "./sort-keys.ts";
import { memoryFor, SortedLines } from "./sort-lines.ts";
import { type Merging, merge, type Source, Spill } from "./sort-merge.ts";
import { Ordering, Sortable } from "./sort-order.ts";

/** How much is held in memory without -S. */
const MEMORY = 64 * 1024 * 1024;
/** And at most: a WebAssembly memory ends at four times that, and grows by doubling. */
const MOST_MEMORY = 1024 * 1024 * 1024;
/** Others run at least so often (ms). */
const SHARE = 10;

export const sort = define(
  {
    name: "sort",
    usage: "[OPTION]... [FILE]...",
    failure: 2,
    help: `Write sorted concatenation of all FILE(s) to standard output, in byte order.
With no FILE, or when FILE is -, read standard input.

  -b, --ignore-leading-blanks  ignore leading blanks
  -d, --dictionary-order       consider only blanks and alphanumeric characters
  -f, --ignore-case            fold lower case to upper case characters
  -g, --general-numeric-sort   compare according to general numerical value
  -i, --ignore-nonprinting     consider only printable characters
  -M, --month-sort             compare (unknown) < 'JAN' < ... < 'DEC'
  -h, --human-numeric-sort     compare human readable numbers (e.g., 2K 1G)
  -n, --numeric-sort           compare according to string numerical value
  -R, --random-sort            shuffle, but group identical keys
  -r, --reverse                reverse the result of comparisons
  -V, --version-sort           natural sort of (version) numbers within text
      --sort=WORD              sort according to WORD: general-numeric, human-numeric, month, numeric, random, version
  -c, --check[=WHEN]           check for sorted input; do not sort
  -C                           like -c, but do not report first bad line
  -k, --key=KEYDEF             sort via a key: F[.C][OPTS][,F[.C][OPTS]]
  -m, --merge                  merge already sorted files; do not sort
  -o, --output=FILE            write result to FILE instead of standard output
  -s, --stable                 stabilize sort by disabling last-resort comparison
  -S, --buffer-size=SIZE       use SIZE for main memory, and temporary files for what is more (default 64M)
  -t, --field-separator=SEP    use SEP instead of non-blank to blank transition
  -T, --temporary-directory=DIR  use DIR for temporary files, not $TMPDIR or /tmp
      --parallel=N             (ignored)
  -u, --unique                 output only the first of an equal run; with -c, check for strict ordering
  -z, --zero-terminated        line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands } = invocation;
    for (const option of options.list)
      if (option.key === "c" && /^(quiet|silent)$/.test(option.value ?? "")) option.key = "C";
    const kernel = SortKernel.borrow();
    try {
      const plan = readPlan(invocation, kernel);
      const inputs = operands.length > 0 ? operands : ["-"];
      if (options.has("c") || options.has("C")) return await check(invocation, inputs, plan);
      for (const name of inputs) {
        const reader = openInput(invocation, name, cannotRead);
        if (!reader) return 2;
        closeInput(invocation, reader);
      }
      if (options.has("m")) return await mergeInputs(invocation, inputs, plan);
      return await sortInputs(invocation, inputs, plan);
    } finally {
      kernel.giveBack();
    }
  },
);

const cannotRead = (name: string) => `cannot read: ${quoteIfNeeded(name)}`;

interface Plan extends Merging {
  /** How many bytes may be held. */
  memory: number;
}

function readPlan(invocation: Invocation, kernel: SortKernel): Plan {
  const { options, sys, env } = invocation;
  const words: Record<string, string> = {
    "general-numeric": "g",
    "human-numeric": "h",
    month: "M",
    numeric: "n",
    random: "R",
    version: "V",
  };
  let letters = options.list
    .filter(({ key }) => /^[dfghiMnRrV]$/.test(key))
    .map(({ key }) => key)
    .join("");
  const word = options.value("sort");
  if (word !== undefined) letters += words[word] ?? "";
  letters = [...new Set(letters)].join("");
  const global = { ...parseOrder(letters), blanks: options.has("b") };
  const keys = options.values("k").map((text) => parseKey(text, global));
  const ordered = global.numeric !== null || global.dictionary || global.fold || global.printable || global.blanks;
  if (keys.length === 0 && ordered) {
    keys.push({
      ...global,
      startField: 1,
      startCharacter: 1,
      endField: 0,
      endCharacter: 0,
      skipStartBlanks: global.blanks,
      skipEndBlanks: false,
    });
  }
  const separator = options.value("t");
  if (separator === "") throw new Failure("empty tab");
  if (separator !== undefined && separator !== "\\0" && encode(separator).length > 1) {
    throw new Failure(`multi-character tab ${quotePlain(separator)}`);
  }
  const tab = separator === undefined ? -1 : separator === "\\0" ? 0 : encode(separator)[0];
  const unique = options.has("u");
  const whole = keys.length === 0 || !(unique || options.has("s"));
  return {
    sys,
    ordering: new Ordering(kernel, keys, tab, whole, global.reverse),
    unique,
    delimiter: options.has("z") ? 0 : 10,
    directory: options.value("T") ?? (env.get("TMPDIR") || "/tmp"),
    memory: Math.min(memorySize(options.value("S")), MOST_MEMORY),
    pause: pauseOf(invocation),
  };
}

function pauseOf(invocation: Invocation): () => Promise<void> | void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < SHARE) return;
    return invocation.yield().then(() => {
      last = performance.now();
    });
  };
}

/** -S: kibibytes unless a suffix says otherwise; a percentage is one of twice what is used without -S. */
function memorySize(text: string | undefined): number {
  if (text === undefined) return MEMORY;
  const [, digits, suffix] = /^(\d+)([bkKmMgGtTPEZY%]?)$/.exec(text) ?? [];
  if (digits === undefined) {
    const why = /^\d/.test(text) ? "invalid suffix in -S argument" : "invalid -S argument";
    throw new Failure(`${why} ${quotePlain(text)}`);
  }
  if (suffix === "%") return (Number(digits) / 100) * 2 * MEMORY;
  return suffix === "b" ? Number(digits) : Number(digits) * 1024 ** " KMGTPEZY".indexOf(suffix.toUpperCase() || "K");
}

/** As much as the file is long, so that it is read into its place. */
function roomFor({ sys }: Invocation, name: string, memory: number): number | undefined {
  const own = newStat();
  const found = name === "-" ? (sys.fstat(0, own) < 0 ? -1 : own) : stat(sys, name);
  if (typeof found === "number" || (found.mode & S_IFMT) !== S_IFREG) return undefined;
  return Math.min(found.size + 1, memory);
}

async function sortInputs(invocation: Invocation, inputs: string[], plan: Plan): Promise<void> {
  const { kernel, keys } = plan.ordering;
  const lines = new KernelStore(kernel, plan.delimiter, roomFor(invocation, inputs[0], plan.memory));
  const spill = new Spill(plan);
  const layAside = async () => {
    await spill.add((run) => putSorted(lines, plan, run));
    lines.drop(lines.count);
  };
  try {
    await eachInput(
      invocation,
      inputs,
      async (reader) => {
        for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
          lines.add(chunk);
          if (lines.count > 0 && memoryFor(keys, lines.used, lines.count) >= plan.memory) await layAside();
        }
        lines.endLine();
      },
      { read: (name) => `read failed: ${quoteIfNeeded(name)}` },
    );
    if (invocation.status > 0) return;
    if (spill.count > 0 && lines.count > 0) await layAside();
    await toOutput(invocation, (output) =>
      spill.count > 0 ? merge(plan, spill.count, (i) => spill.run(i), output) : putSorted(lines, plan, output),
    );
  } finally {
    spill.close();
  }
}

async function putSorted(lines: KernelStore, { ordering, unique, pause }: Plan, output: LineOutput): Promise<void> {
  const sorted = new SortedLines(lines, ordering);
  const run = async (steps: Generator<void>) => {
    while (!steps.next().done) await pause();
  };
  await run(sorted.sort());
  if (unique) await run(sorted.unique());
  for (const piece of sorted.pieces()) {
    await output.put(piece);
    await pause();
  }
  lines.release();
}

/** Runs `write` over -o's file or the standard output. */
async function toOutput(
  { options, sys, stdout }: Invocation,
  write: (output: LineOutput) => Promise<void>,
): Promise<void> {
  const name = options.value("o");
  let fd = -1;
  if (name !== undefined) {
    fd = sys.open(AT_FDCWD, encode(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    if (fd < 0) throw new Failure(`open failed: ${quoteIfNeeded(name)}: ${strerror(fd)}`);
  }
  const output = new LineOutput(name === undefined ? stdout : new Writer(sys, fd));
  await write(output);
  await output.flush();
  if (name !== undefined) sys.close(fd);
}

/** -m. An input that is the output too is laid aside first. */
async function mergeInputs(invocation: Invocation, inputs: string[], plan: Plan): Promise<void> {
  const { sys, options } = invocation;
  const output = options.value("o");
  const target = output === undefined ? -1 : stat(sys, output);
  const own = newStat();
  const spill = new Spill(plan);
  const aside = new Map<number, number>();
  try {
    for (const [i, name] of inputs.entries()) {
      if (typeof target === "number") break;
      const found = name === "-" ? (sys.fstat(0, own) < 0 ? -1 : own) : stat(sys, name);
      if (typeof found === "number" || !sameFile(found, target)) continue;
      aside.set(i, spill.count);
      const source = inputSource(invocation, name);
      await spill.add(async (run) => {
        for (let chunk = await source(); chunk; chunk = await source()) await run.put(chunk);
      });
    }
    const open = (i: number) => (aside.has(i) ? spill.run(aside.get(i)!) : inputSource(invocation, inputs[i]));
    await toOutput(invocation, (lines) => merge(plan, inputs.length, open, lines));
  } finally {
    spill.close();
  }
}

/** The bytes of an input, which is closed at its end. */
function inputSource(invocation: Invocation, name: string): Source {
  const reader = openInput(invocation, name, cannotRead);
  if (!reader) throw new Failure(cannotRead(name));
  return async () => {
    const chunk = await reader.read().catch((error) => {
      if (!(error instanceof ReadError)) throw error;
      throw new Failure(`read failed: ${quoteIfNeeded(name)}: ${strerror(error.errno)}`);
    });
    if (!chunk) closeInput(invocation, reader);
    return chunk;
  };
}

async function check(invocation: Invocation, inputs: string[], plan: Plan): Promise<number> {
  if (inputs.length > 1) throw new Failure(`extra operand ${quotePlain(inputs[1])} not allowed with -c`);
  const [name] = inputs;
  const reader = openInput(invocation, name, cannotRead);
  if (!reader) return 2;
  const lines = new LineStore(plan.delimiter);
  /** How many lines have gone. */
  let gone = 0;
  for (let ended = false; !ended; ) {
    const chunk = await reader.read();
    if (chunk) lines.add(chunk);
    else lines.endLine();
    ended = chunk === null;
    const all = new Sortable(lines);
    for (let i = 1; i < lines.count; i++) {
      const result = plan.ordering.compare(all, i - 1, all, i);
      if (result < 0 || (result === 0 && !plan.unique)) continue;
      if (invocation.options.last("c", "C") === "c") {
        // The line is bytes: it goes out as such.
        const line = textAt(lines.bytes, lines.starts[i], lines.starts[i + 1] - 1);
        await invocation.stderr.writeBinary(`sort: ${textToBinary(name)}:${gone + i + 1}: disorder: ${line}\n`);
      }
      return 1;
    }
    // The last one is compared with what comes.
    const most = Math.max(0, lines.count - 1);
    lines.drop(most);
    gone += most;
  }
  closeInput(invocation, reader);
  return 0;
}
