// shuf and tsort: lines in another order. look: lines that begin with a word.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { bytesToBinary, textToBinary, Writer } from "../stdio.ts";
import { checkOperands, closeInput, define, eachInput, Failure, openInput, UsageError } from "./define.ts";
import { lineBlocks } from "./lines.ts";
import { quoteIfNeeded, quotePlain } from "./quote.ts";

export const shuf = define(
  {
    name: "shuf",
    usage: "[OPTION]... [FILE]\n-e [OPTION]... [ARG]...\n-i LO-HI [OPTION]...",
    help: `Write a random permutation of the input lines to standard output.

  -e, --echo                treat each ARG as an input line
  -i, --input-range=LO-HI   treat each number LO through HI as an input line
  -n, --head-count=COUNT    output at most COUNT lines
  -o, --output=FILE         write result to FILE instead of standard output
      --random-source=FILE  (ignored)
  -r, --repeat              output lines can be repeated
  -z, --zero-terminated     line delimiter is NUL, not newline`,
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const end = options.has("z") ? "\0" : "\n";
    const repeat = options.has("r");
    const countText = options.value("n");
    if (countText !== undefined && !/^\d+$/.test(countText))
      throw new Failure(`invalid line count: ${quotePlain(countText)}`);
    let most = countText === undefined ? Number.POSITIVE_INFINITY : Number(countText);
    const range = options.value("i");
    if (range !== undefined && options.has("e")) throw new UsageError("cannot combine -e and -i options");
    let size: number;
    let line: (i: number) => string;
    if (range !== undefined) {
      const match = /^(\d+)-(\d+)$/.exec(range);
      if (!match || Number(match[2]) < Number(match[1]) - 1)
        throw new Failure(`invalid input range: ${quotePlain(range)}`);
      checkOperands(operands, 0, 0);
      const low = Number(match[1]);
      size = Number(match[2]) - low + 1;
      line = (i) => String(low + i);
    } else {
      let lines = operands.map(textToBinary);
      if (!options.has("e")) {
        checkOperands(operands, 0, 1);
        lines = [];
        await eachInput(invocation, operands, async (reader) => {
          for await (const some of lineBlocks(reader, end)) for (const one of some) lines.push(one);
        });
        if (invocation.status > 0) return;
      }
      size = lines.length;
      line = (i) => lines[i];
    }
    let writer = invocation.stdout;
    const output = options.value("o");
    if (output !== undefined) {
      const fd = sys.open(AT_FDCWD, encode(output), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) throw new Failure(`${quoteIfNeeded(output)}: ${strerror(fd)}`);
      writer = new Writer(sys, fd);
    }
    if (!repeat) most = Math.min(most, size);
    else if (size === 0 && most > 0) throw new Failure("no lines to repeat");
    // Swapped on the way, and only what was touched is kept: a range may be huge.
    const moved = new Map<number, number>();
    for (let i = 0; i < most; i++) {
      const other = repeat ? Math.floor(Math.random() * size) : i + Math.floor(Math.random() * (size - i));
      const chosen = repeat ? other : (moved.get(other) ?? other);
      if (!repeat) moved.set(other, moved.get(i) ?? i);
      const waiting = writer.writeBinary(line(chosen) + end);
      if (waiting) await waiting;
      if ((i & 4095) === 4095) await invocation.yield();
    }
    await writer.flush();
    if (output !== undefined) sys.close(writer.fd);
  },
);

export const tsort = define(
  {
    name: "tsort",
    usage: "[OPTION] [FILE]",
    help: "Write totally ordered list consistent with the partial ordering in FILE: pairs of words, the first before the second.\n",
  },
  async (invocation) => {
    const { operands, stdout } = invocation;
    checkOperands(operands, 0, 1);
    const name = operands[0] ?? "-";
    const reader = openInput(invocation, name);
    if (!reader) return 1;
    const words = bytesToBinary(await reader.readAll())
      .split(/[ \t\n]+/)
      .filter(Boolean);
    closeInput(invocation, reader);
    if (words.length % 2 === 1) throw new Failure(`${quoteIfNeeded(name)}: input contains an odd number of tokens`);
    interface Item {
      word: string;
      before: number;
      after: Item[];
      /** On the way along a loop: the item behind it there. */
      link: Item | null;
    }
    const items = new Map<string, Item>();
    const item = (word: string): Item => {
      let found = items.get(word);
      if (!found) items.set(word, (found = { word, before: 0, after: [], link: null }));
      return found;
    };
    for (let i = 0; i < words.length; i += 2) {
      const [left, right] = [item(words[i]), item(words[i + 1])];
      if (left === right) continue;
      left.after.unshift(right);
      right.before++;
    }
    const sorted = [...items.values()].sort((a, b) => (a.word < b.word ? -1 : 1));
    const left = new Set(sorted);
    let out = "";
    /** Goes backwards along what is left until an item comes up again; tells the loop and breaks it. */
    const breakLoop = () => {
      for (let loop: Item | null = null; ; ) {
        for (const one of sorted) {
          if (one.before === 0) continue;
          if (!loop) {
            loop = one;
            continue;
          }
          const at: number = one.after.indexOf(loop);
          if (at < 0) continue;
          if (!one.link) {
            one.link = loop;
            loop = one;
            continue;
          }
          for (let here: Item | null = loop; here; here = here.link) {
            invocation.warn(here.word);
            if (here !== one) continue;
            loop.before--;
            one.after.splice(at, 1);
            break;
          }
          for (const each of sorted) each.link = null;
          return;
        }
      }
    };
    while (left.size > 0) {
      const next = sorted.filter((one) => one.before === 0 && left.has(one));
      if (next.length === 0) {
        invocation.warn(`${quoteIfNeeded(name)}: input contains a loop:`);
        breakLoop();
        continue;
      }
      for (let i = 0; i < next.length; i++) {
        left.delete(next[i]);
        out += `${next[i].word}\n`;
        for (const after of next[i].after) if (--after.before === 0) next.push(after);
      }
      await invocation.yield();
    }
    await stdout.writeBinary(out);
  },
);

export const look = define(
  {
    name: "look",
    usage: "[OPTION]... STRING [FILE]",
    help: `Display lines beginning with STRING of the sorted FILE.

  -a, --alternative      (ignored)
  -d, --alphanum         compare only blanks and alphanumeric characters
  -f, --ignore-case      ignore case differences when comparing
  -t, --terminate=CHAR   only compare up to and including CHAR`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length === 0) throw new UsageError("bad usage");
    const file = operands[1] ?? "/usr/share/dict/words";
    const reader = openInput(invocation, file, (name) => name);
    if (!reader) return 1;
    const dictionary = options.has("d") || operands.length === 1;
    const fold = options.has("f") || operands.length === 1;
    const normal = (text: string) => {
      const plain = dictionary ? text.replace(/[^A-Za-z0-9 \t\n]/g, "") : text;
      return fold ? plain.toLowerCase() : plain;
    };
    let wanted = textToBinary(operands[0]);
    const terminator = options.value("t");
    if (terminator && wanted.includes(terminator)) wanted = wanted.slice(0, wanted.indexOf(terminator) + 1);
    wanted = normal(wanted);
    let found = false;
    for await (const lines of lineBlocks(reader)) {
      for (const line of lines) {
        if (!normal(line).startsWith(wanted)) continue;
        found = true;
        await stdout.writeBinary(`${line}\n`);
      }
    }
    closeInput(invocation, reader);
    return found ? 0 : 1;
  },
);
