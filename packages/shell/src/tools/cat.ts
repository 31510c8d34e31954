// cat: copies its inputs to stdout, numbering lines and showing control characters when asked.

import { newStat, S_IFMT, S_IFREG } from "@vibengine/system";
import type { Reader } from "../stdio.ts";
import { define, eachInput, type Invocation } from "./define.ts";
import { quoteIfNeeded } from "./quote.ts";

export const cat = define(
  {
    name: "cat",
    usage: "[OPTION]... [FILE]...",
    help: `Concatenate FILE(s) to standard output. With no FILE, or when FILE is -, read standard input.

  -A, --show-all          equivalent to -vET
  -b, --number-nonblank   number nonempty output lines, overrides -n
  -e                      equivalent to -vE
  -E, --show-ends         display $ at end of each line
  -n, --number            number all output lines
  -s, --squeeze-blank     suppress repeated empty output lines
  -t                      equivalent to -vT
  -T, --show-tabs         display TAB characters as ^I
  -u                      (ignored)
  -v, --show-nonprinting  use ^ and M- notation, except for LFD and TAB`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const has = (...keys: string[]) => keys.some((key) => options.has(key));
    const style: Style = {
      numberAll: has("n"),
      numberFilled: has("b"),
      squeeze: has("s"),
      ends: has("A", "e", "E"),
      tabs: has("A", "t", "T"),
      controls: has("A", "e", "t", "v"),
    };
    const plain = !Object.values(style).includes(true);
    const formatter = new Formatter(style);
    await eachInput(invocation, operands, async (reader, name) => {
      if (isOwnOutput(invocation, reader)) {
        invocation.warn(`${quoteIfNeeded(name)}: input file is output file`);
        return;
      }
      for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
        await stdout.write(plain ? chunk : formatter.format(chunk));
        await stdout.flush();
      }
    });
  },
);

/** Appending a file to itself would never end. */
function isOwnOutput({ sys }: Invocation, reader: Reader): boolean {
  const from = newStat();
  const to = newStat();
  if (sys.fstat(reader.fd, from) < 0 || sys.fstat(1, to) < 0) return false;
  return (to.mode & S_IFMT) === S_IFREG && to.size > 0 && from.ino === to.ino && from.dev === to.dev;
}

interface Style {
  numberAll: boolean;
  numberFilled: boolean;
  squeeze: boolean;
  ends: boolean;
  tabs: boolean;
  controls: boolean;
}

/** Its state runs on over chunks and files, as the line numbers do. */
class Formatter {
  #style: Style;
  #number = 0;
  #atLineStart = true;
  #emptyBefore = false;
  #out = new Uint8Array(0);

  constructor(style: Style) {
    this.#style = style;
  }

  format(chunk: Uint8Array): Uint8Array {
    const { numberAll, numberFilled, squeeze, ends, tabs, controls } = this.#style;
    // An empty line may grow from 1 byte to 19: a number of up to 16 digits, a tab, "$", newline; other bytes to 4 at most.
    if (this.#out.length < chunk.length * 20) this.#out = new Uint8Array(chunk.length * 20);
    const out = this.#out;
    let used = 0;
    for (let i = 0; i < chunk.length; i++) {
      let byte = chunk[i];
      if (this.#atLineStart) {
        if (byte === 10) {
          if (squeeze && this.#emptyBefore) continue;
          this.#emptyBefore = true;
        } else this.#emptyBefore = false;
        if (numberFilled ? byte !== 10 : numberAll) {
          const digits = `${String(++this.#number).padStart(6)}\t`;
          for (let d = 0; d < digits.length; d++) out[used++] = digits.charCodeAt(d);
        }
        this.#atLineStart = false;
      }
      if (byte === 10) {
        if (ends) out[used++] = 36;
        out[used++] = 10;
        this.#atLineStart = true;
      } else if (byte === 9) {
        if (tabs) out[used++] = 94;
        out[used++] = tabs ? 73 : 9;
      } else if (byte === 13 && ends && !controls && chunk[i + 1] === 10) {
        out[used++] = 94;
        out[used++] = 77;
      } else if (controls) {
        if (byte >= 128) {
          out[used++] = 77;
          out[used++] = 45;
          byte -= 128;
        }
        if (byte < 32 || byte === 127) {
          out[used++] = 94;
          byte ^= 64;
        }
        out[used++] = byte;
      } else out[used++] = byte;
    }
    return out.subarray(0, used);
  }
}
