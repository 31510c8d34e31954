// od: a file's bytes as numbers and characters, in columns.

import type { Reader } from "../stdio.ts";
import { CONTROL_NAMES, escapedByte, squeezer } from "./byte-dump.ts";
import { EMPTY, generalNumber, joinBytes, parseOffset } from "./bytes.ts";
import { define, eachInput, Failure, UsageError } from "./define.ts";
import { chooseWord } from "./options.ts";
import { quotePlain } from "./quote.ts";

interface Format {
  letter: string;
  size: number;
  /** Columns of one unit without the space before it. */
  width: number;
  /** Columns that a whole line has more than its units need, so that several formats line up. */
  pad: number;
  text: boolean;
}

export const od = define(
  {
    name: "od",
    usage: "[OPTION]... [FILE]...\n[-abcdfilosx]... [FILE] [[+]OFFSET[.][b]]",
    help: `Write an unambiguous representation of FILE, octal 2-byte units by default, to standard output.

  -A, --address-radix=RADIX   output format for file offsets: d, o, x, or n for none
      --endian=ORDER          swap input bytes according to the given order: big or little
  -j, --skip-bytes=BYTES      skip BYTES input bytes first
  -N, --read-bytes=BYTES      limit dump to BYTES input bytes
  -S BYTES, --strings[=BYTES]  show only NUL terminated strings of at least BYTES (3) printable characters
  -t, --format=TYPE           a, c, or d, o, u, x with a size 1, 2, 4, 8 or C, S, I, L, or f with F, D; a trailing z shows the characters too
  -v, --output-duplicates     do not use * to mark line suppression
  -w[BYTES], --width[=BYTES]  output BYTES bytes per output line; 32 is implied when BYTES is not specified
      --traditional           accept arguments in the second form above
  -a                          same as -t a
  -b                          same as -t o1
  -B                          same as -t o2
  -c                          same as -t c
  -d                          same as -t u2
  -D                          same as -t u4
  -f                          same as -t fF
  -e                          same as -t fD
  -F                          same as -t fD
  -h                          same as -t x2
  -H                          same as -t x4
  -i                          same as -t dI
  -I                          same as -t dL
  -l                          same as -t dL
  -L                          same as -t dL
  -o                          same as -t o2
  -O                          same as -t o4
  -s                          same as -t d2
  -x                          same as -t x2
  -X                          same as -t x4`,
  },
  async (invocation) => {
    const { options, stdout } = invocation;
    const formats = options.list.flatMap(({ key, value }) =>
      key === "t" ? parseFormats(value!) : key in SHORT ? parseFormats(SHORT[key]) : [],
    );
    if (formats.length === 0) formats.push(...parseFormats("o2"));
    const count = (key: string, missing: number) => {
      const text = options.value(key);
      if (text === undefined) return missing;
      const value = parseOffset(text);
      if (value === null) throw new Failure(`invalid -${key} argument ${quotePlain(text)}`);
      return value;
    };
    const operands = [...invocation.operands];
    let skip = count("j", 0);
    if (!options.list.some(({ key }) => "AjNtvwS".includes(key)) && operands.length > 0 && operands.length <= 2) {
      const old = /^(\+|(?=\d))(0?x(?=[\da-fA-F]+$))?((?<=x)[\da-fA-F]+|\d+(?=\.)|[0-7]+)(\.?)(b?)$/.exec(
        operands[operands.length - 1],
      );
      if (old && (old[1] === "+" || operands.length === 2)) {
        operands.pop();
        skip = Number.parseInt(old[3], old[2] ? 16 : old[4] ? 10 : 8) * (old[5] ? 512 : 1);
      }
    }
    let left = count("N", Number.POSITIVE_INFINITY);
    const radix = options.value("A") ?? "o";
    if (!/^[doxn]/.test(radix))
      throw new Failure(`invalid output address radix ${quotePlain(radix)}; it must be one character from [doxn]`);
    const endian = options.value("endian");
    const little = endian === undefined || chooseWord(endian, "--endian", ["little", "big"]) === "little";
    const unitSize = Math.max(1, ...formats.map(({ size }) => size));
    let width = options.has("w") ? count("w", 32) : 16;
    if (width === 0 || width % unitSize !== 0) {
      invocation.warn(`warning: invalid width ${width}; using ${unitSize} instead`, 0);
      width = unitSize;
    }
    const widest = Math.max(...formats.map((format) => (format.width + 1) * (width / format.size)));
    for (const format of formats) format.pad = widest - (format.width + 1) * (width / format.size);
    let offset = skip;
    const address = (at: number) =>
      radix[0] === "n"
        ? ""
        : radix[0] === "d"
          ? String(at).padStart(7, "0")
          : at.toString(radix[0] === "x" ? 16 : 8).padStart(radix[0] === "x" ? 6 : 7, "0");
    const squeeze = squeezer(stdout, width, options.has("v"));
    let pending: Uint8Array = EMPTY;
    const line = async (bytes: Uint8Array) => {
      if (!(await squeeze(bytes))) await stdout.write(dumpLine(bytes, width, formats, address(offset), little));
      offset += bytes.length;
    };
    const least = options.has("S") ? count("S", 3) : 0;
    if (options.has("S") && options.has("t")) throw new UsageError("no type may be specified when dumping strings");
    let text = "";
    const strings = async (bytes: Uint8Array) => {
      for (const byte of bytes) {
        offset++;
        if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
        else {
          if (byte === 0 && text.length >= least)
            await stdout.write(`${address(offset - 1 - text.length)}${radix[0] === "n" ? "" : " "}${text}\n`);
          text = "";
        }
      }
    };
    let opened = false;
    const consume = async (reader: Reader) => {
      opened = true;
      while (left > 0) {
        const chunk = await reader.read();
        if (!chunk) break;
        const skipped = Math.min(skip, chunk.length);
        skip -= skipped;
        const taken = chunk.subarray(skipped, Math.min(chunk.length, skipped + left));
        left -= taken.length;
        if (least > 0 || options.has("S")) {
          await strings(taken);
          continue;
        }
        const joined = pending.length > 0 ? joinBytes(pending, taken) : taken;
        let at = 0;
        for (; at + width <= joined.length; at += width) await line(joined.subarray(at, at + width));
        pending = joined.slice(at);
      }
    };
    await eachInput(invocation, operands, consume);
    if (skip > 0 && invocation.status === 0) throw new Failure("cannot skip past end of combined input");
    if (options.has("S") || !opened) return;
    if (pending.length > 0) await line(pending);
    if (radix[0] !== "n") await stdout.write(`${address(offset)}\n`);
  },
);

const SHORT: Record<string, string> = {
  a: "a",
  b: "o1",
  B: "o2",
  c: "c",
  d: "u2",
  D: "u4",
  e: "fD",
  f: "fF",
  F: "fD",
  h: "x2",
  H: "x4",
  i: "dI",
  I: "dL",
  l: "dL",
  L: "dL",
  o: "o2",
  O: "o4",
  s: "d2",
  x: "x2",
  X: "x4",
};

const SIZES: Record<string, number> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };

const WIDTHS: Record<string, Record<number, number>> = {
  d: { 1: 4, 2: 6, 4: 11, 8: 20 },
  u: { 1: 3, 2: 5, 4: 10, 8: 20 },
  o: { 1: 3, 2: 6, 4: 11, 8: 22 },
  x: { 1: 2, 2: 4, 4: 8, 8: 16 },
  f: { 4: 15, 8: 24, 16: 29 },
};

function parseFormats(text: string): Format[] {
  const formats: Format[] = [];
  if (text === "") throw new Failure(`invalid type string ${quotePlain(text)}`);
  for (const match of text.matchAll(/([ac]|[doux](?:\d+|[CSIL])?|f(?:\d+|[FDL])?)(z?)|([^])/g)) {
    const [, type, z, wrong] = match;
    if (wrong !== undefined) throw new Failure(`invalid character '${wrong}' in type string ${quotePlain(text)}`);
    const [letter, sizeText] = [type[0], type.slice(1)];
    const named = letter === "a" || letter === "c";
    const size = named
      ? 1
      : sizeText === ""
        ? letter === "f"
          ? 8
          : 4
        : letter === "f" && sizeText === "L"
          ? 16
          : (SIZES[sizeText] ?? Number(sizeText));
    const width = named ? 3 : WIDTHS[letter][size];
    if (width === undefined) {
      const kind = letter === "f" ? "floating point" : "integral";
      throw new Failure(
        `invalid type string ${quotePlain(text)};\nthis system doesn't provide a ${sizeText}-byte ${kind} type`,
      );
    }
    formats.push({ letter, size, width, pad: 0, text: z === "z" });
  }
  return formats;
}

/** As od has them: a newline is not a line feed, and a space has a name too. */
const NAMES = [...CONTROL_NAMES.map((name) => (name === "lf" ? "nl" : name)), "sp"];

function dumpLine(bytes: Uint8Array, width: number, formats: Format[], address: string, little: boolean): string {
  return formats
    .map((format, i) => {
      const { size, pad } = format;
      const units = width / size;
      const padded = new Uint8Array(Math.ceil(bytes.length / size) * size);
      padded.set(bytes);
      const view = new DataView(padded.buffer);
      let line = i === 0 ? address : " ".repeat(address.length);
      let left = pad;
      let n = units;
      for (let at = 0; at < padded.length; at += size) {
        const next = Math.floor((pad * --n) / units);
        line += ` ${unit(view, at, format, little).padStart(left - next + format.width)}`;
        left = next;
      }
      if (format.text) {
        line += " ".repeat((format.width + 1) * n + left);
        line += `  >${Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("")}<`;
      }
      return `${line}\n`;
    })
    .join("");
}

function unit(view: DataView, at: number, { letter, size, width }: Format, little: boolean): string {
  const byte = view.getUint8(at);
  if (letter === "a") return (byte & 127) === 127 ? "del" : (NAMES[byte & 127] ?? String.fromCharCode(byte & 127));
  if (letter === "c") return escapedByte(byte);
  if (letter === "f" && size === 16) return longDouble(view, at, little);
  if (letter === "f")
    return shortest(size === 4 ? view.getFloat32(at, little) : view.getFloat64(at, little), size === 4);
  if (size === 8) {
    const value = letter === "d" ? view.getBigInt64(at, little) : view.getBigUint64(at, little);
    return letter === "d" || letter === "u"
      ? String(value)
      : value.toString(letter === "x" ? 16 : 8).padStart(width, "0");
  }
  const value = size === 4 ? view.getUint32(at, little) : size === 2 ? view.getUint16(at, little) : byte;
  const bits = 32 - size * 8;
  if (letter === "d") return String((value << bits) >> bits);
  if (letter === "u") return String(value);
  return value.toString(letter === "x" ? 16 : 8).padStart(width, "0");
}

/** x86's 80 bits in 16 bytes: a whole mantissa of 64 bits, in as many digits as a double has. */
function longDouble(view: DataView, at: number, little: boolean): string {
  const [low, high] = little ? [at, at + 8] : [at + 8, at + 6];
  const mantissa = view.getBigUint64(low, little);
  const head = view.getUint16(high, little);
  const exponent = head & 0x7fff;
  const sign = head & 0x8000 ? "-" : "";
  if (exponent === 0x7fff) return mantissa << 1n === 0n || mantissa === 1n << 63n ? `${sign}inf` : `${sign}nan`;
  // A number without its leading bit is none, but for the smallest ones.
  if (exponent !== 0 && mantissa >> 63n === 0n) return `${sign}nan`;
  const value = (Number(mantissa) / 2 ** 63) * 2 ** (Math.max(1, exponent) - 16383);
  return sign + shortest(value, false);
}

/** The fewest digits, from the type's own, that give the value back. */
function shortest(value: number, single: boolean): string {
  if (!Number.isFinite(value)) return generalNumber(value, 6);
  const denormal = Math.abs(value) < (single ? 2 ** -126 : 2 ** -1022);
  for (let digits = denormal ? 1 : single ? 6 : 15; ; digits++) {
    const text = generalNumber(value, digits);
    if (digits >= 17 || (single ? Math.fround(Number(text)) : Number(text)) === value) return text;
  }
}
