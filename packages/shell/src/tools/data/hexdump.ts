// hexdump: bytes through a format language. The usual displays (-C, -x …) are formats of it.

import { bytesToBinary, type Reader } from "../../stdio.ts";
import { CONTROL_NAMES, escapedByte, squeezer } from "../byte-dump.ts";
import { EMPTY, generalNumber, joinBytes, parseOffset } from "../bytes.ts";
import { closeInput, define, Failure, openInput } from "../define.ts";
import { quotePlain } from "../quote.ts";

interface Conversion {
  /** What printf would read: flags, width, precision; and the letter, with a leading _ for hexdump's own. */
  flags: string;
  width: number;
  precision: number;
  letter: string;
  size: number;
}

/** A format unit: `reps/bytes "text"`. */
interface Unit {
  reps: number;
  fixed: boolean;
  bytes: number;
  parts: (string | Conversion)[];
}

const ADDRESS = '"%07.7_Ax\\n"\n"%07.7_ax ';
const DISPLAYS: Record<string, string> = {
  b: `${ADDRESS}" 16/1 "%03o " "\\n"`,
  c: `${ADDRESS}" 16/1 "%3_c " "\\n"`,
  C: '"%08.8_Ax\\n"\n"%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x "\n"  |" 16/1 "%_p" "|\\n"',
  d: `${ADDRESS}" 8/2 "  %05u " "\\n"`,
  o: `${ADDRESS}" 8/2 " %06o " "\\n"`,
  x: `${ADDRESS}" 8/2 "   %04x " "\\n"`,
  X: `${ADDRESS}" 16/1 " %02x " "\\n"`,
};
const STANDARD = `${ADDRESS}" 8/2 "%04x " "\\n"`;

export const hexdump = define(
  {
    name: "hexdump",
    usage: "[options] <file>...",
    help: `Display file contents in hexadecimal, decimal, octal, or ascii.

  -b, --one-byte-octal      one-byte octal display
  -X, --one-byte-hex        one-byte hexadecimal display
  -c, --one-byte-char       one-byte character display
  -C, --canonical           canonical hex+ASCII display
  -d, --two-bytes-decimal   two-byte decimal display
  -o, --two-bytes-octal     two-byte octal display
  -x, --two-bytes-hex       two-byte hexadecimal display
  -e, --format=FORMAT       format string to be used for displaying data
  -f, --format-file=FILE    file that contains format strings
  -n, --length=LENGTH       interpret only length bytes of input
  -s, --skip=OFFSET         skip offset bytes from the beginning
  -v, --no-squeezing        output identical lines`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const strings: Unit[][] = [];
    for (const { key, value } of options.list) {
      if (key in DISPLAYS) strings.push(...DISPLAYS[key].split("\n").map(parseFormat));
      else if (key === "e") strings.push(parseFormat(value!));
      else if (key === "f") {
        const reader = openInput(invocation, value!);
        if (!reader) return 1;
        for (const line of bytesToBinary(await reader.readAll()).split("\n"))
          if (line.trim() !== "" && !line.startsWith("#")) strings.push(parseFormat(line));
        closeInput(invocation, reader);
      }
    }
    if (strings.length === 0) strings.push(...STANDARD.split("\n").map(parseFormat));
    const total = (units: Unit[]) => units.reduce((sum, unit) => sum + unit.reps * unit.bytes, 0);
    const size = Math.max(...strings.map(total));
    for (const units of strings) {
      const last = units[units.length - 1];
      if (last && !last.fixed && last.bytes > 0 && total(units) < size)
        last.reps += Math.floor((size - total(units)) / last.bytes);
    }
    const count = (key: string, missing: number) => {
      const text = options.value(key);
      const value = text === undefined ? missing : parseOffset(text);
      if (value === null)
        throw new Failure(`failed to parse ${key === "n" ? "length" : "offset"}: ${quotePlain(text!)}`);
      return value;
    };
    let left = count("n", Number.POSITIVE_INFINITY);
    let skip = count("s", 0);
    let offset = skip;
    const squeeze = squeezer(stdout, size, options.has("v"));
    const block = async (bytes: Uint8Array) => {
      if (!(await squeeze(bytes)))
        for (const units of strings) await stdout.writeBinary(display(units, bytes, offset, false));
      offset += bytes.length;
    };
    let pending: Uint8Array = EMPTY;
    const consume = async (reader: Reader) => {
      while (left > 0 && size > 0) {
        const chunk = await reader.read();
        if (!chunk) break;
        const skipped = Math.min(skip, chunk.length);
        skip -= skipped;
        const taken = chunk.subarray(skipped, Math.min(chunk.length, skipped + left));
        left -= taken.length;
        const joined = pending.length > 0 ? joinBytes(pending, taken) : taken;
        let at = 0;
        for (; at + size <= joined.length; at += size) await block(joined.subarray(at, at + size));
        pending = joined.slice(at);
      }
    };
    let opened = 0;
    for (const name of operands.length > 0 ? operands : ["-"]) {
      const reader = openInput(invocation, name, (path) => path);
      if (!reader) continue;
      opened++;
      await consume(reader);
      closeInput(invocation, reader);
    }
    if (opened === 0) throw new Failure("all input file arguments failed");
    if (pending.length > 0) await block(pending);
    if (offset > 0) for (const units of strings) await stdout.writeBinary(display(units, EMPTY, offset, true));
  },
);

function parseFormat(text: string): Unit[] {
  const units: Unit[] = [];
  const unit = /\s*(?:(\d+)?(?:\/(\d+))?\s*)"((?:[^"\\]|\\[^])*)"\s*/gy;
  for (let at = 0; at < text.length; at = unit.lastIndex) {
    unit.lastIndex = at;
    const match = unit.exec(text);
    if (!match) {
      if (text.slice(at).trim() === "") break;
      throw new Failure(`bad format {${text}}`);
    }
    const [, reps, bytes, format] = match;
    const parts = parseText(format);
    const own = parts.reduce((sum, part) => sum + (typeof part === "string" ? 0 : part.size), 0);
    const conversions = parts.filter((part) => typeof part !== "string" && part.size > 0) as Conversion[];
    if (bytes !== undefined && conversions.length === 1) conversions[0].size = Number(bytes);
    units.push({
      reps: reps === undefined ? 1 : Number(reps),
      fixed: reps !== undefined,
      bytes: bytes === undefined ? own : conversions.length === 0 ? 0 : Number(bytes),
      parts,
    });
  }
  return units;
}

const NAMED: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" };

function parseText(format: string): (string | Conversion)[] {
  const parts: (string | Conversion)[] = [];
  const text = format.replace(/\\([^])/g, (_, letter: string) => NAMED[letter] ?? letter);
  for (const [whole, flags, width, precision, letter] of text.matchAll(
    /%([-+ 0#]*)(\d*)(?:\.(\d*))?(_[acpu][dox]?|_A[dox]|[a-zA-Z%])|[^%]+|%/g,
  )) {
    if (letter === undefined || letter === "%") {
      parts.push(letter === "%" ? "%" : whole);
      continue;
    }
    const kind = letter[1] === "a" || letter[1] === "A" ? letter : letter.slice(0, 2);
    const size = /^_[aA]/.test(kind)
      ? 0
      : kind[0] === "_" || kind === "c"
        ? 1
        : "eEfgG".includes(kind)
          ? 8
          : kind === "s"
            ? Number(precision || 1)
            : 4;
    if (!/^(_[aA][dox]|_[cpu]|[cdiouxXeEfgGs])$/.test(kind)) throw new Failure(`bad conversion character %${letter}`);
    parts.push({
      flags,
      width: Number(width),
      precision: precision === undefined ? -1 : Number(precision),
      letter: kind,
      size,
    });
    if (letter.length > kind.length) parts.push(letter.slice(kind.length));
  }
  return parts;
}

/** One block through a format; at the end of all input only what shows the last address. */
function display(units: Unit[], bytes: Uint8Array, offset: number, ending: boolean): string {
  let out = "";
  let at = 0;
  for (const { reps, bytes: size, parts } of units) {
    for (let i = 0; i < reps; i++) {
      let own = at;
      let text = "";
      for (const [index, part] of parts.entries()) {
        if (typeof part === "string") {
          // Blanks that only keep the repetitions apart do not follow the last.
          const last = reps > 1 && i === reps - 1 && index === parts.length - 1;
          if (!ending) text += last ? part.replace(/[ \t]+$/, "") : part;
        } else if (part.letter.startsWith("_A")) {
          if (!ending) return out;
          text += convert(part, BigInt(offset + bytes.length));
          const rest = parts.slice(parts.indexOf(part) + 1);
          return text + rest.filter((one) => typeof one === "string").join("");
        } else if (ending) return "";
        else if (part.letter.startsWith("_a")) text += convert(part, BigInt(offset + at));
        else {
          const piece = bytes.subarray(own, own + part.size);
          own += part.size;
          text += piece.length === 0 ? blank(part) : show(part, piece);
        }
      }
      out += text;
      at += size;
    }
  }
  return out;
}

const blank = (part: Conversion): string =>
  " ".repeat(
    part.letter === "_p" || part.letter === "_c" || part.letter === "_u" || part.width > 0
      ? part.width
      : Math.max(0, part.precision),
  );

function show(part: Conversion, piece: Uint8Array): string {
  const byte = piece[0];
  const printable = byte >= 32 && byte < 127;
  const character = String.fromCharCode(byte);
  switch (part.letter) {
    case "_p":
      return pad(printable ? character : ".", part);
    case "_c":
      return pad(escapedByte(byte), part);
    case "_u":
      return pad(byte === 127 ? "del" : (CONTROL_NAMES[byte] ?? (printable ? character : byte.toString(16))), part);
    case "c":
      return pad(character, part);
    case "s":
      return pad(bytesToBinary(piece).replace(/\0[^]*/, ""), part);
  }
  const full = new Uint8Array(part.size);
  full.set(piece);
  if ("eEfgG".includes(part.letter)) {
    const view = new DataView(full.buffer);
    const value = part.size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    const digits = part.precision < 0 ? 6 : part.precision;
    const text =
      part.letter === "f"
        ? value.toFixed(digits)
        : part.letter === "e" || part.letter === "E"
          ? value.toExponential(digits).replace(/e([-+])(\d)$/, "e$10$2")
          : generalNumber(value, digits || 1);
    return pad(part.letter === "E" || part.letter === "G" ? text.toUpperCase() : text, part);
  }
  let value = 0n;
  for (let i = full.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(full[i]);
  if (part.letter === "d" || part.letter === "i") value = BigInt.asIntN(part.size * 8, value);
  return convert(part, value);
}

function convert(part: Conversion, value: bigint): string {
  const kind = part.letter.replace(/^_[aA]/, "");
  const digits = (value < 0n ? -value : value).toString(kind === "o" ? 8 : kind === "x" || kind === "X" ? 16 : 10);
  let text = part.precision > 0 ? digits.padStart(part.precision, "0") : digits;
  if (part.flags.includes("#") && value !== 0n)
    text = (kind === "o" ? "0" : kind === "x" || kind === "X" ? "0x" : "") + text;
  if (kind === "X") text = text.toUpperCase();
  const sign = value < 0n ? "-" : part.flags.includes("+") ? "+" : part.flags.includes(" ") ? " " : "";
  if (part.flags.includes("0") && !part.flags.includes("-") && part.precision < 0)
    text = text.padStart(part.width - sign.length, "0");
  return pad(sign + text, part);
}

const pad = (text: string, { width, flags }: Conversion): string =>
  flags.includes("-") ? text.padEnd(width) : text.padStart(width);
