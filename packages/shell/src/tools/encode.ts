// base64 and od: bytes as text.

import { binaryToBytes, bytesToBinary, type Reader } from "../stdio.ts";
import { define, eachInput, Failure, UsageError } from "./define.ts";
import { parseCount } from "./numbers.ts";
import { quote, quotePlain } from "./quote.ts";

export const base64 = define(
  {
    name: "base64",
    usage: "[OPTION]... [FILE]",
    help: `Base64 encode or decode FILE, or standard input, to standard output.

  -d, --decode          decode data
  -i, --ignore-garbage  when decoding, ignore non-alphabet characters
  -w, --wrap=COLS       wrap encoded lines after COLS characters (default 76). Use 0 to disable line wrapping`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length > 1) throw new UsageError(`extra operand ${quote(operands[1])}`);
    const wrap = options.value("w") ?? "76";
    if (!/^\d+$/.test(wrap)) throw new Failure(`invalid wrap size: ${quotePlain(wrap)}`);
    const columns = Number(wrap);
    await eachInput(invocation, operands, async (reader) => {
      if (options.has("d")) {
        let left = "";
        const put = async (text: string) => {
          try {
            await stdout.write(binaryToBytes(atob(text)));
          } catch (error) {
            if (!(error instanceof DOMException)) throw error;
            throw new Failure("invalid input");
          }
        };
        for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
          const text = left + bytesToBinary(chunk).replace(options.has("i") ? /[^A-Za-z0-9+/=]/g : /\n/g, "");
          const whole = text.length - (text.length % 4);
          const bad = /[^A-Za-z0-9+/=]/.exec(text);
          if (bad) {
            await put(text.slice(0, bad.index - (bad.index % 4)));
            throw new Failure("invalid input");
          }
          await put(text.slice(0, whole));
          left = text.slice(whole);
        }
        if (left !== "") {
          await put(left.length > 1 ? left : "");
          throw new Failure("invalid input");
        }
        return;
      }
      let left = new Uint8Array(0);
      let column = 0;
      const put = async (bytes: Uint8Array) => {
        let text = btoa(bytesToBinary(bytes));
        if (columns === 0) return stdout.write(text);
        let out = "";
        while (text.length > 0) {
          const part = text.slice(0, columns - column);
          out += part;
          column += part.length;
          text = text.slice(part.length);
          if (column === columns) {
            out += "\n";
            column = 0;
          }
        }
        return stdout.write(out);
      };
      for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
        const joined = new Uint8Array(left.length + chunk.length);
        joined.set(left);
        joined.set(chunk, left.length);
        const whole = joined.length - (joined.length % 3);
        await put(joined.subarray(0, whole));
        left = joined.slice(whole);
      }
      if (left.length > 0) await put(left);
      if (column > 0) await stdout.write("\n");
    });
  },
);

interface Format {
  letter: string;
  size: number;
  text: boolean;
}

export const od = define(
  {
    name: "od",
    usage: "[OPTION]... [FILE]...",
    help: `Write an unambiguous representation of FILE, octal 2-byte units by default, to standard output.

  -A, --address-radix=RADIX   output format for file offsets: d, o, x, or n for none
  -j, --skip-bytes=BYTES      skip BYTES input bytes first
  -N, --read-bytes=BYTES      limit dump to BYTES input bytes
  -t, --format=TYPE           a, c, or d, o, u, x with a size 1, 2, 4, 8; a trailing z shows the characters too
  -v, --output-duplicates     do not use * to mark line suppression
  -w[BYTES], --width[=BYTES]  output BYTES bytes per output line; 32 is implied when BYTES is not specified
  -a                          same as -t a
  -b                          same as -t o1
  -c                          same as -t c
  -d                          same as -t u2
  -i                          same as -t dI
  -l                          same as -t dL
  -o                          same as -t o2
  -s                          same as -t d2
  -x                          same as -t x2`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const short: Record<string, string> = {
      a: "a",
      b: "o1",
      c: "c",
      d: "u2",
      i: "d4",
      l: "d8",
      o: "o2",
      s: "d2",
      x: "x2",
    };
    const formats: Format[] = options.list.flatMap(({ key, value }) =>
      key === "t" ? parseFormats(value!) : key in short ? parseFormats(short[key]) : [],
    );
    if (formats.length === 0) formats.push({ letter: "o", size: 2, text: false });
    const count = (key: string, missing: number) => {
      const text = options.value(key);
      if (text === undefined) return missing;
      const value = text.startsWith("0x") ? Number(text) : parseCount(text);
      if (value === null || Number.isNaN(value)) throw new Failure(`invalid -${key} argument ${quotePlain(text)}`);
      return value;
    };
    const width = options.has("w") ? count("w", 32) : 16;
    let skip = count("j", 0);
    let left = count("N", Number.POSITIVE_INFINITY);
    const radix = options.value("A") ?? "o";
    if (!"doxn".includes(radix))
      throw new Failure(`invalid output address radix ${quotePlain(radix)}; it must be one character from [doxn]`);
    let offset = skip;
    const address = (at: number) =>
      radix === "n"
        ? ""
        : radix === "d"
          ? String(at).padStart(7, "0")
          : at.toString(radix === "x" ? 16 : 8).padStart(radix === "x" ? 6 : 7, "0");
    let before: string | null = null;
    let starred = false;
    let pending = new Uint8Array(0);
    const line = async (bytes: Uint8Array) => {
      const key = bytesToBinary(bytes);
      if (key === before && bytes.length === width && !options.has("v")) {
        if (!starred) await stdout.write("*\n");
        starred = true;
      } else {
        starred = false;
        await stdout.write(dumpLine(bytes, width, formats, address(offset)));
      }
      before = key;
      offset += bytes.length;
    };
    const consume = async (reader: Reader) => {
      for (let chunk = left > 0 ? await reader.read() : null; chunk; chunk = left > 0 ? await reader.read() : null) {
        const skipped = Math.min(skip, chunk.length);
        skip -= skipped;
        const taken = chunk.subarray(skipped, Math.min(chunk.length, skipped + left));
        left -= taken.length;
        const joined = new Uint8Array(pending.length + taken.length);
        joined.set(pending);
        joined.set(taken, pending.length);
        let at = 0;
        for (; at + width <= joined.length; at += width) await line(joined.subarray(at, at + width));
        pending = joined.slice(at);
      }
    };
    await eachInput(invocation, operands, consume);
    if (skip > 0) throw new Failure("cannot skip past end of combined input");
    if (pending.length > 0) await line(pending);
    if (radix !== "n") await stdout.write(`${address(offset)}\n`);
  },
);

function parseFormats(text: string): Format[] {
  const formats: Format[] = [];
  for (const match of text.matchAll(/([acdoux])([1248CSIL]?)(z?)|[^]/g)) {
    const [whole, letter, size, z] = match;
    if (!letter) throw new Failure(`invalid character '${whole}' in type string ${quotePlain(text)}`);
    const sizes: Record<string, number> = { C: 1, S: 2, I: 4, L: 8 };
    formats.push({
      letter,
      size: letter === "a" || letter === "c" ? 1 : Number(size ? (sizes[size] ?? size) : 4),
      text: z === "z",
    });
  }
  return formats;
}

/** Widest text of one unit, by letter and size. */
function unitWidth({ letter, size }: Format): number {
  switch (letter) {
    case "a":
    case "c":
      return 3;
    case "x":
      return size * 2;
    case "o":
      return Math.ceil((size * 8) / 3);
    case "u":
      return [3, 5, 10, 20][Math.log2(size)];
  }
  return [4, 6, 11, 20][Math.log2(size)];
}

const NAMES =
  "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp".split(
    " ",
  );
const ESCAPES: Record<number, string> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
};

function dumpLine(bytes: Uint8Array, width: number, formats: Format[], address: string): string {
  // Columns of several formats line up: each unit takes as much room as the widest for its bytes.
  const perByte = Math.max(...formats.map((format) => (unitWidth(format) + 1) / format.size));
  return formats
    .map((format, i) => {
      const cell = Math.ceil(perByte * format.size);
      const padded = new Uint8Array(Math.ceil(bytes.length / format.size) * format.size);
      padded.set(bytes);
      let line = i === 0 ? address : " ".repeat(address.length);
      for (let at = 0; at < padded.length; at += format.size) line += unit(padded, at, format).padStart(cell);
      if (format.text) {
        line += " ".repeat(Math.round(((width - padded.length) / format.size) * cell));
        line += `  >${Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("")}<`;
      }
      return `${line}\n`;
    })
    .join("");
}

function unit(bytes: Uint8Array, at: number, format: Format): string {
  const { letter, size } = format;
  const byte = bytes[at];
  if (letter === "a") return (byte & 127) === 127 ? "del" : (NAMES[byte & 127] ?? String.fromCharCode(byte & 127));
  if (letter === "c")
    return ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0"));
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]);
  if (letter === "d") return BigInt.asIntN(size * 8, value).toString();
  if (letter === "u") return value.toString();
  return value.toString(letter === "x" ? 16 : 8).padStart(unitWidth(format), "0");
}
