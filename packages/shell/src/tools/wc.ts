// wc: counts lines, words, characters (UTF-8), bytes, and the longest line's width.

import { newStat, S_IFMT, S_IFREG } from "@vibengine/system";
import { isBytewise } from "../locale.ts";
import type { Reader } from "../stdio.ts";
import { countBytes, countWords } from "./byte-scan.ts";
import { define, eachInput, type Invocation } from "./define.ts";
import { stat } from "./files.ts";
import { quoteIfNeeded } from "./quote.ts";

export const wc = define(
  {
    name: "wc",
    usage: "[OPTION]... [FILE]...",
    help: `Print newline, word, and byte counts for each FILE, and a total line if more than one FILE is given.
A word is a non-empty sequence of non white space. With no FILE, or when FILE is -, read standard input.

  -c, --bytes            print the byte counts
  -m, --chars            print the character counts
  -l, --lines            print the newline counts
  -L, --max-line-length  print the maximum display width
  -w, --words            print the word counts`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    let columns = COLUMNS.filter((column) => options.has(column));
    if (isBytewise((name) => invocation.env.get(name)))
      columns = columns.map((column) => (column === "m" ? "c" : column));
    if (columns.length === 0) columns = ["l", "w", "c"];
    const width = numberWidth(invocation, columns.length);
    const total = newCounts();
    const print = (counts: Counts, name: string | null) => {
      const numbers = columns.map((column) => String(counts[column]).padStart(width)).join(" ");
      return stdout.write(name === null ? `${numbers}\n` : `${numbers} ${name}\n`);
    };
    await eachInput(invocation, operands, async (reader, name) => {
      const counts = newCounts();
      try {
        await count(reader, counts, columns);
      } finally {
        // A directory gets its line of zeros after the complaint, as GNU prints it.
        for (const column of COLUMNS) {
          total[column] = column === "L" ? Math.max(total.L, counts.L) : total[column] + counts[column];
        }
        await print(counts, operands.length === 0 ? null : quoteIfNeeded(name));
      }
    });
    if (operands.length > 1) await print(total, "total");
  },
);

const COLUMNS = ["l", "w", "m", "c", "L"] as const;
type Counts = Record<(typeof COLUMNS)[number], number>;
const newCounts = (): Counts => ({ l: 0, w: 0, m: 0, c: 0, L: 0 });

/** Wide enough for the sum of the regular files' sizes; 7 as soon as something is no regular file; 1 for one number. */
function numberWidth({ sys, operands }: Invocation, columns: number): number {
  if (operands.length <= 1 && columns === 1) return 1;
  let least = 1;
  let sum = 0;
  for (const name of operands.length > 0 ? operands : ["-"]) {
    const own = newStat();
    const found = name === "-" ? (sys.fstat(0, own) < 0 ? -1 : own) : stat(sys, name);
    if (typeof found === "number") continue;
    if ((found.mode & S_IFMT) === S_IFREG) sum += found.size;
    else least = 7;
  }
  return Math.max(least, String(sum).length);
}

// What a byte does to a word: 0 nothing (control characters, and what does not begin a UTF-8 character), 1 begins it, 2 ends it.
const KIND = new Uint8Array(256);
KIND.fill(1, 32, 128);
KIND.fill(1, 0xc2, 0xf5);
KIND[127] = 0;
for (const space of [9, 10, 11, 12, 13, 32]) KIND[space] = 2;

// Bytes that begin no UTF-8 character.
const NO_CHARACTER = new Uint8Array(256).fill(1, 0x80, 0xc2);
NO_CHARACTER.fill(1, 0xf5);

async function count(reader: Reader, counts: Counts, columns: readonly string[]): Promise<void> {
  const words = columns.includes("w");
  const characters = columns.includes("m");
  const widths = columns.includes("L");
  const lines = columns.includes("l");
  let inWord = 0;
  let position = 0;
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    counts.c += chunk.length;
    if (lines) counts.l += countBytes(chunk, 10);
    if (words) {
      const quick = countWords(chunk, inWord === 0);
      if (quick) {
        counts.w += quick.words;
        inWord = quick.space ? 0 : 1;
      } else inWord = countOddWords(chunk, inWord, counts);
    }
    if (characters) {
      let continued = 0;
      for (let i = 0; i < chunk.length; i++) if (NO_CHARACTER[chunk[i]] === 1) continued++;
      counts.m += chunk.length - continued;
    }
    if (widths) {
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i];
        if (byte === 10 || byte === 13 || byte === 12) {
          if (position > counts.L) counts.L = position;
          position = 0;
        } else if (byte === 9) position += 8 - (position % 8);
        else if (byte >= 32 && byte !== 127 && (byte & 0xc0) !== 0x80) position++;
      }
    }
  }
  if (position > counts.L) counts.L = position;
}

/** The words of any bytes. */
function countOddWords(chunk: Uint8Array, inWord: number, counts: Counts): number {
  for (let i = 0; i < chunk.length; i++) {
    const kind = KIND[chunk[i]];
    if (kind === 2) inWord = 0;
    else if (kind > inWord) {
      counts.w++;
      inWord = 1;
    }
  }
  return inWord;
}
