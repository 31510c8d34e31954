// xxd: a hex dump, and back from one.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { bytesToBinary, type Reader, Writer } from "../../stdio.ts";
import { hex, parseOffset, pieces, skipBytes } from "../bytes.ts";
import { closeInput, define, Failure, type Invocation, openInput } from "../define.ts";
import { ebcdicToAscii } from "../ebcdic.ts";

export const xxd = define(
  {
    name: "xxd",
    usage: "[options] [infile [outfile]]\n-r [-s [-]offset] [-c cols] [-p] [infile [outfile]]",
    help: `Make a hexdump or do the reverse.

  -a, --autoskip        a single '*' replaces runs of NUL lines
  -b, --bits            binary digit dump
  -C, --capitalize      capitalize variable names in C include file style (-i)
  -c, --cols=COLS       format COLS octets per line: 16, -i 12, -p 30 unless given
  -d                    show offset in decimal instead of hex
  -E, --EBCDIC          show the characters that the bytes are in EBCDIC
  -e                    little-endian dump
  -g, --groupsize=BYTES  number of octets per group in normal output: 2, -e 4 unless given
  -h                    print this help
  -i, --include         output in C include file style
  -l, --len=LEN         stop after LEN octets
  -n, --name=NAME       set the variable name used in C include output
  -o, --offset=OFF      add OFF to the displayed file position
  -p, --postscript, --plain  plain hexdump style
  -r, --revert          reverse operation: convert (or patch) hexdump into binary
  -s, --seek=OFFSET     start at OFFSET bytes; with -r, add OFFSET to file positions found in hexdump
  -u                    use upper case hex letters
  -v                    show version`,
    rewrite: (words) =>
      words.map((word) =>
        word === "-ps"
          ? "-p"
          : word === "-EBCDIC"
            ? "-E"
            : /^-(bits|cols|seek|len|autoskip|include|revert|plain|postscript|groupsize|capitalize|offset|name)$/.test(
                  word,
                )
              ? `-${word}`
              : word,
      ),
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const [input = "-", output] = operands;
    if (options.has("v")) {
      await invocation.stderr.write("xxd (vibengine)\n");
      return 0;
    }
    const reader = openInput(invocation, input, (name) => name);
    if (!reader) return 2;
    let out = invocation.stdout;
    let fd = -1;
    if (output !== undefined && output !== "-") {
      const flags = O_WRONLY | O_CREAT | O_CLOEXEC | (options.has("r") ? 0 : O_TRUNC);
      fd = sys.open(AT_FDCWD, encode(output), flags, 0o666);
      if (fd < 0) throw new Failure(`${output}: ${strerror(fd)}`, 3);
      out = new Writer(sys, fd);
    }
    const scoped: Invocation = { ...invocation, stdout: out };
    const status = options.has("r") ? await revert(scoped, reader, fd) : await dump(scoped, reader, input);
    await out.flush();
    if (fd >= 0) sys.close(fd);
    closeInput(invocation, reader);
    return status;
  },
);

function count({ options }: Invocation, key: string, missing: number): number {
  const text = options.value(key);
  if (text === undefined) return missing;
  const match = /^([-+]*)(.*)$/.exec(text)!;
  const value = parseOffset(match[2]);
  if (value === null) throw new Failure(`invalid number '${text}'`);
  return match[1].includes("-") ? -value : value;
}

async function dump(invocation: Invocation, reader: Reader, input: string): Promise<number> {
  const { options, stdout, sys } = invocation;
  const limit = count(invocation, "l", Number.POSITIVE_INFINITY);
  const seek = count(invocation, "s", 0);
  let offset = seek;
  if (seek < 0) {
    offset = sys.lseek(reader.fd, seek, 2);
    if (offset < 0) throw new Failure("Sorry, cannot seek.", 4);
  } else if (seek > 0 && (await skipBytes(reader, seek)) > 0) return 0;
  offset += count(invocation, "o", 0);
  const upper = options.has("u");
  const cased = (text: string) => (upper ? text.toUpperCase() : text);
  if (options.has("i")) return include(invocation, reader, input, limit, cased);
  const plain = options.has("p");
  const bits = options.has("b");
  const little = options.has("e");
  let columns = count(invocation, "c", plain ? 30 : bits ? 6 : 16);
  if (columns === 0 && !plain) columns = bits ? 6 : 16;
  if (columns < 0 || (!plain && columns > 256)) throw new Failure("invalid number of columns (max. 256).");
  if (plain) {
    const width = columns === 0 ? 65536 : columns;
    let wrote = false;
    for await (const piece of pieces(reader, width, limit)) {
      await stdout.write(cased(hex(piece)) + (columns === 0 ? "" : "\n"));
      wrote = true;
    }
    if (columns === 0 && wrote) await stdout.write("\n");
    return 0;
  }
  let group = count(invocation, "g", bits ? 1 : little ? 4 : 2);
  if (group <= 0 || group > columns) group = columns;
  if (little && (group & (group - 1)) !== 0)
    throw new Failure("number of octets per group must be a power of 2 with -e.");
  const digits = bits ? 8 : 2;
  const cells = Math.ceil(columns / group);
  const width = columns * digits + cells - 1 + (little ? cells * group * 2 - columns * 2 : 0);
  const address = (at: number) => (options.has("d") ? String(at).padStart(8, "0") : at.toString(16).padStart(8, "0"));
  const shown = (byte: number) => (byte >= 32 && byte < 127 ? byte : 46);
  const inAscii = options.has("E") ? (byte: number) => shown(ebcdicToAscii[byte]) : shown;
  let zeros = 0;
  let held = "";
  for await (const piece of pieces(reader, columns, limit)) {
    const groups: string[] = [];
    for (let at = 0; at < piece.length; at += group) {
      const part = piece.subarray(at, at + group);
      if (bits) groups.push(Array.from(part, (byte) => byte.toString(2).padStart(8, "0")).join(""));
      else if (little) groups.push(cased(hex(part.slice().reverse())).padStart(group * 2));
      else groups.push(cased(hex(part)));
    }
    const text = bytesToBinary(piece.map(inAscii));
    const line = `${address(offset)}: ${groups.join(" ").padEnd(width)}  ${text}\n`;
    offset += piece.length;
    if (options.has("a") && piece.length === columns && piece.every((byte) => byte === 0)) {
      zeros++;
      if (zeros === 2) held = line;
      else if (zeros > 2) held = "*\n";
      if (zeros > 1) continue;
    } else zeros = 0;
    await stdout.write(held + line);
    held = "";
  }
  if (held) await stdout.write(held);
  return 0;
}

async function include(
  { options, stdout }: Invocation,
  reader: Reader,
  input: string,
  limit: number,
  cased: (text: string) => string,
): Promise<number> {
  const columns = Number(options.value("c") ?? 12) || 12;
  let name = options.value("n") ?? (input === "-" ? undefined : input);
  if (name !== undefined) {
    name = (/^\d/.test(name) ? `__${name}` : name).replace(/[^A-Za-z0-9]/g, "_");
    if (options.has("C")) name = name.toUpperCase();
    await stdout.write(`unsigned char ${name}[] = {\n`);
  }
  let total = 0;
  for await (const piece of pieces(reader, columns, limit)) {
    const cells = Array.from(
      piece,
      (byte) => `0${options.has("u") ? "X" : "x"}${cased(byte.toString(16).padStart(2, "0"))}`,
    );
    await stdout.write(`${total > 0 ? ",\n" : ""}  ${cells.join(", ")}`);
    total += piece.length;
  }
  if (total > 0) await stdout.write("\n");
  if (name !== undefined)
    await stdout.write(`};\nunsigned int ${name}_${options.has("C") ? "LEN" : "len"} = ${total};\n`);
  return 0;
}

async function revert(invocation: Invocation, reader: Reader, fd: number): Promise<number> {
  const { options, stdout, sys } = invocation;
  const base = count(invocation, "s", 0);
  if (options.has("p")) {
    let high = -1;
    let wrong = 0;
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
      const out = new Uint8Array(chunk.length + 1);
      let length = 0;
      for (const byte of chunk) {
        const value = digit(byte);
        if (byte === 10) wrong = 0;
        // A character that is no digit drops the half byte before it; after two of them the rest of the line is not data.
        if (wrong > 1) continue;
        if (value < 0) {
          if (byte > 32) wrong++;
          if (byte !== 10 && byte !== 13) high = -1;
          continue;
        }
        wrong = 0;
        if (high < 0) high = value;
        else {
          out[length++] = high * 16 + value;
          high = -1;
        }
      }
      await stdout.write(out.slice(0, length));
    }
    return 0;
  }
  const columns = Number(options.value("c") ?? 16);
  let position = 0;
  for (let block = await reader.lines(); block; block = await reader.lines()) {
    for (const line of bytesToBinary(block).split("\n")) {
      const match = /^\s*([0-9a-fA-F]+):?\s?(.*)$/s.exec(line);
      if (!match) continue;
      const data = match[2]
        .trimStart()
        .split(/ {2,}|\t/, 1)[0]
        .replace(/ /g, "");
      const digits = /^[0-9a-fA-F]*/.exec(data)![0].slice(0, columns * 2);
      const bytes = new Uint8Array(digits.length >> 1);
      for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
      const at = Number.parseInt(match[1], 16) + base;
      if (at !== position) {
        await stdout.flush();
        if (fd >= 0 && sys.lseek(fd, at, 0) >= 0) position = at;
        else if (at < position) throw new Failure("Sorry, cannot seek backwards.", 5);
        else for (; position < at; position++) await stdout.writeByte(0);
      }
      await stdout.write(bytes);
      position += bytes.length;
    }
  }
  return 0;
}

function digit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
