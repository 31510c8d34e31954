// dd: copies blocks from one place to another.

import {
  AT_FDCWD,
  encode,
  newStat,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  strerror,
} from "@vibengine/system";
import { defineRaw, Failure, printHelp, printVersion, UsageError } from "./define.ts";
import { asciiToEbcdic, asciiToIbm, ebcdicToAscii } from "./ebcdic.ts";
import { blocking } from "./files.ts";
import { humanSize } from "./numbers.ts";
import { quote, quoteIfNeeded, quotePlain } from "./quote.ts";

const DESCRIPTION = {
  name: "dd",
  usage: "[OPERAND]...\nOPTION",
  help: `Copy a file, converting and formatting according to the operands.

  bs=BYTES        read and write up to BYTES bytes at a time (default: 512); overrides ibs and obs
  cbs=BYTES       convert BYTES bytes at a time
  conv=CONVS      convert the file as per the comma separated symbol list: lcase ucase swab noerror notrunc nocreat excl
                  sync (pad every input block with NULs) fsync fdatasync sparse block unblock ascii ebcdic ibm
  count=N         copy only N input blocks
  ibs=BYTES       read up to BYTES bytes at a time (default: 512)
  if=FILE         read from FILE instead of stdin
  iflag=FLAGS     read as per the comma separated symbol list: fullblock count_bytes skip_bytes …
  obs=BYTES       write BYTES bytes at a time (default: 512)
  of=FILE         write to FILE instead of stdout
  oflag=FLAGS     write as per the comma separated symbol list: append seek_bytes …
  seek=N          skip N obs-sized blocks at start of output
  skip=N          skip N ibs-sized blocks at start of input
  status=LEVEL    what to print to stderr: none, noxfer (no speed), progress
N and BYTES may have suffixes: c=1, w=2, b=512, kB=1000, K=1024, MB=1000*1000, M=1024*1024, xM=M, GB, G, and so on; a B counts bytes.`,
};

const FLAGS =
  "append direct directory dsync sync fullblock nonblock noatime nocache noctty nofollow count_bytes skip_bytes seek_bytes".split(
    " ",
  );
const CONVERSIONS =
  "lcase ucase swab noerror notrunc nocreat excl sync fsync fdatasync sparse block unblock ascii ebcdic ibm".split(" ");
const UNITS: Record<string, number> = { "": 1, c: 1, w: 2, b: 512 };

function bytes(text: string): number {
  // Factors may be multiplied: 2x512.
  let product = 1;
  for (const part of text
    .split("x")
    .filter((one, i, all) => !(one === "" && all.length === 1) && !(i > 0 && one === ""))) {
    const match = /^(\d+)(c|w|b|[kKMGTPEZY](?:i?B)?|B)?$/.exec(part);
    if (!match) throw new Failure(`invalid number: ${quotePlain(text)}`);
    const [, digits, unit = ""] = match;
    const power = "KMGTPEZY".indexOf(unit[0]?.toUpperCase() ?? "-") + 1;
    product *=
      Number(digits) *
      (unit === "B" ? 1 : (UNITS[unit] ?? (unit.endsWith("B") && !unit.includes("i") ? 1000 : 1024) ** power));
  }
  return product;
}

export const dd = defineRaw(DESCRIPTION, async (invocation) => {
  const { argv, sys, stderr } = invocation;
  const values = new Map<string, string>();
  for (const word of argv.slice(1)) {
    if (word === "--help") return printHelp(invocation, DESCRIPTION);
    if (word === "--version") return printVersion(invocation);
    if (word === "--") continue;
    const equals = word.indexOf("=");
    const key = word.slice(0, equals);
    if (word.startsWith("-"))
      throw new UsageError(word.startsWith("--") ? `unrecognized option '${word}'` : `invalid option -- '${word[1]}'`);
    if (
      equals < 0 ||
      !"bs cbs conv count ibs if iflag obs of oflag seek skip iseek oseek status".split(" ").includes(key)
    )
      throw new UsageError(`unrecognized operand ${quotePlain(word)}`);
    values.set(key, word.slice(equals + 1));
  }
  const list = (key: string, known: string[], what: string) => {
    const words = values.get(key)?.split(",") ?? [];
    const wrong = words.find((word) => !known.includes(word));
    if (wrong !== undefined) throw new UsageError(`invalid ${what}: ${quotePlain(wrong)}`);
    return new Set(words);
  };
  const conversions = list("conv", CONVERSIONS, "conversion");
  for (const [one, other] of [
    ["lcase", "ucase"],
    ["block", "unblock"],
    ["excl", "nocreat"],
    ["ascii", "ebcdic"],
    ["ascii", "ibm"],
    ["ebcdic", "ibm"],
  ])
    if (conversions.has(one) && conversions.has(other) && (one !== "block" || values.has("cbs")))
      throw new Failure(CLASH[one] ?? `cannot combine ${one} and ${other}`);
  const [inFlags, outFlags] = [list("iflag", FLAGS, "input flag"), list("oflag", FLAGS, "output flag")];
  const level = values.get("status") ?? "";
  if (!["", "none", "noxfer", "progress"].includes(level))
    throw new UsageError(`invalid status level: ${quotePlain(level)}`);
  const size = (key: string, missing: number) => {
    const text = values.get("bs") ?? values.get(key);
    const value = text === undefined ? missing : bytes(text);
    if (value === 0) throw new Failure(`invalid number: ${quotePlain(text!)}`);
    return value;
  };
  const [inSize, outSize] = [size("ibs", 512), size("obs", 512)];
  if (inSize > 2 ** 30)
    throw new Failure(`memory exhausted by input buffer of size ${inSize} bytes (${humanSize(inSize)}iB)`);
  const amount = (keys: string[], block: number, byBytes: boolean) => {
    const text = keys.map((key) => values.get(key)).find((one) => one !== undefined);
    if (text === undefined) return null;
    return bytes(text) * (byBytes || /\dB$/.test(text) ? 1 : block);
  };
  const skip = amount(["skip", "iseek"], inSize, inFlags.has("skip_bytes")) ?? 0;
  const seek = amount(["seek", "oseek"], outSize, outFlags.has("seek_bytes")) ?? 0;
  const limit = amount(["count"], inSize, inFlags.has("count_bytes")) ?? Number.POSITIVE_INFINITY;
  const countsBytes = inFlags.has("count_bytes") || /\dB$/.test(values.get("count") ?? "");
  let [input, output] = [0, 1];
  const source = values.get("if");
  if (source !== undefined) {
    input = sys.open(AT_FDCWD, encode(source), O_RDONLY | O_CLOEXEC, 0);
    if (input < 0) throw new Failure(`failed to open ${quote(source)}: ${strerror(input)}`);
  }
  const target = values.get("of");
  if (target !== undefined) {
    const keeps = conversions.has("notrunc") || seek > 0 || outFlags.has("append");
    const flags =
      O_WRONLY |
      O_CLOEXEC |
      (conversions.has("nocreat") ? 0 : O_CREAT) |
      (conversions.has("excl") ? O_EXCL : 0) |
      (keeps ? 0 : O_TRUNC) |
      (outFlags.has("append") ? 0o2000 : 0);
    output = sys.open(AT_FDCWD, encode(target), flags, 0o666);
    if (output < 0) throw new Failure(`failed to open ${quote(target)}: ${strerror(output)}`);
    if (seek > 0 && !conversions.has("notrunc")) sys.ftruncate(output, seek);
  }
  const start = performance.now();
  const buffer = new Uint8Array(inSize);
  const read = async (most: number): Promise<number> => {
    const full = inFlags.has("fullblock");
    let length = 0;
    do {
      const count = await blocking(sys, () => sys.read(input, buffer, length, most - length));
      if (count < 0) {
        if (!conversions.has("noerror"))
          throw new Failure(`error reading ${quote(source ?? "standard input")}: ${strerror(count)}`);
        invocation.warn(`error reading ${quote(source ?? "standard input")}: ${strerror(count)}`);
        return length;
      }
      if (count === 0) break;
      length += count;
    } while (full && length < most);
    return length;
  };
  const own = newStat();
  sys.fstat(input, own);
  const seekable = sys.lseek(input, 0, 1) >= 0;
  if (skip > 0 && seekable && (own.mode & S_IFMT) === S_IFREG && skip > own.size)
    invocation.warn(
      `${source === undefined ? "'standard input'" : quoteIfNeeded(source)}: cannot skip to specified offset`,
      0,
    );
  else if (skip > 0 && sys.lseek(input, skip, 1) < 0) {
    for (let left = skip; left > 0; ) {
      const count = await read(Math.min(left, inSize));
      if (count === 0) {
        invocation.warn(`${quote(source ?? "standard input")}: cannot skip to specified offset`, 0);
        break;
      }
      left -= count;
    }
  }
  if (seek > 0 && !outFlags.has("append") && sys.lseek(output, seek, 1) < 0) {
    const zeros = new Uint8Array(Math.min(seek, 65536));
    for (let left = seek; left > 0; ) {
      const count = await blocking(sys, () => sys.write(output, zeros, 0, Math.min(left, zeros.length)));
      if (count < 0) throw new Failure(`${quote(target ?? "standard output")}: cannot seek: ${strerror(count)}`);
      left -= count;
    }
  }
  const records = { inFull: 0, inPart: 0, outFull: 0, outPart: 0, bytes: 0 };
  const put = async (data: Uint8Array) => {
    for (let at = 0; at < data.length; ) {
      const count = await blocking(sys, () => sys.write(output, data, at, data.length - at));
      if (count < 0) throw new Failure(`error writing ${quote(target ?? "standard output")}: ${strerror(count)}`);
      at += count;
    }
    if (data.length === outSize) records.outFull++;
    else records.outPart++;
    records.bytes += data.length;
  };
  // With bs each block goes out as it came; else blocks of obs are gathered.
  const direct = values.has("bs") && !conversions.has("block") && !conversions.has("unblock");
  let gathered = new Uint8Array(0);
  const gather = async (data: Uint8Array) => {
    const all = new Uint8Array(gathered.length + data.length);
    all.set(gathered);
    all.set(data, gathered.length);
    let at = 0;
    for (; at + outSize <= all.length; at += outSize) await put(all.subarray(at, at + outSize));
    gathered = all.slice(at);
  };
  const convert = converter(conversions, values.has("cbs") ? bytes(values.get("cbs")!) : 0);
  let failure: unknown;
  try {
    let left = limit;
    for (let blocks = 0; left > 0 && (countsBytes || blocks < limit / inSize); blocks++) {
      let count = await read(countsBytes ? Math.min(inSize, left) : inSize);
      if (count === 0) break;
      if (count === inSize) records.inFull++;
      else records.inPart++;
      if (countsBytes) left -= count;
      if (conversions.has("sync") && count < inSize) {
        buffer.fill(conversions.has("block") || conversions.has("unblock") ? 32 : 0, count);
        count = inSize;
      }
      const data = convert(buffer.slice(0, count));
      if (direct) await put(data);
      else await gather(data);
      await invocation.yield();
    }
    const rest = convert(null);
    if (rest.length > 0) await gather(rest);
    if (gathered.length > 0) await put(gathered);
  } catch (error) {
    failure = error;
  }
  if (conversions.has("fsync") || conversions.has("fdatasync")) sys.fsync(output);
  if (target !== undefined) sys.close(output);
  if (source !== undefined) sys.close(input);
  if (failure instanceof Failure) invocation.warn(failure.message);
  else if (failure !== undefined) throw failure;
  if (level !== "none") {
    const seconds = (performance.now() - start) / 1000;
    await stderr.write(
      `${records.inFull}+${records.inPart} records in\n${records.outFull}+${records.outPart} records out\n`,
    );
    if (level !== "noxfer") await stderr.write(`${summary(records.bytes, seconds)}\n`);
  }
  return invocation.status;
});

const CLASH: Record<string, string> = {
  ascii: "cannot combine any two of {ascii,ebcdic,ibm}",
  ebcdic: "cannot combine any two of {ascii,ebcdic,ibm}",
};

function summary(count: number, seconds: number): string {
  const human = (value: number, base: number) => {
    let [power, left] = [0, value];
    while (left >= base && power < 8) {
      left /= base;
      power++;
    }
    const text = left < 10 && power > 0 ? left.toFixed(1) : String(Math.round(left));
    const letter = " KMGTPEZY"[power].trim();
    return `${text} ${base === 1000 && letter === "K" ? "k" : letter}${base === 1024 && letter ? "i" : ""}B`;
  };
  const sizes =
    count < 1000 ? "" : count < 1024 ? ` (${human(count, 1000)})` : ` (${human(count, 1000)}, ${human(count, 1024)})`;
  const time = Number(seconds.toPrecision(6));
  return `${count} byte${count === 1 ? "" : "s"}${sizes} copied, ${time} s, ${human(seconds > 0 ? count / seconds : count, 1000)}/s`;
}

/** The conversions in their order; null ends the data. */
function converter(asked: Set<string>, width: number): (data: Uint8Array | null) => Uint8Array {
  const encoded = asked.has("ebcdic") ? asciiToEbcdic : asked.has("ibm") ? asciiToIbm : null;
  const conversions = new Set(asked);
  // A record size makes lines of what was EBCDIC, and records of what will be.
  if (width > 0 && (encoded || asked.has("ascii"))) conversions.add(encoded ? "block" : "unblock");
  const convert = plainConverter(conversions, width);
  return (data) => {
    const out = convert(data && asked.has("ascii") ? data.map((byte) => ebcdicToAscii[byte]) : data);
    return encoded ? out.map((byte) => encoded[byte]) : out;
  };
}

function plainConverter(conversions: Set<string>, width: number): (data: Uint8Array | null) => Uint8Array {
  let odd: number | null = null;
  let line: number[] = [];
  return (data) => {
    if (data === null) {
      const rest: number[] = odd === null ? [] : [odd];
      if (conversions.has("block") && line.length > 0) append(rest, padded(line, width));
      if (conversions.has("unblock") && line.length > 0) append(rest, trimmed(line), [10]);
      return Uint8Array.from(rest);
    }
    let out = data;
    if (conversions.has("swab")) {
      const all: Uint8Array = odd === null ? out : Uint8Array.of(odd, ...out);
      odd = all.length % 2 === 1 ? all[all.length - 1] : null;
      out = all.slice(0, all.length - (all.length % 2));
      for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [out[i + 1], out[i]];
    }
    if (conversions.has("lcase")) out = out.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
    if (conversions.has("ucase")) out = out.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
    if (width > 0 && conversions.has("block")) {
      const found: number[] = [];
      for (const byte of out) {
        if (byte === 10) {
          append(found, padded(line, width));
          line = [];
        } else if (line.length < width) line.push(byte);
      }
      return Uint8Array.from(found);
    }
    if (width > 0 && conversions.has("unblock")) {
      const found: number[] = [];
      for (const byte of out) {
        line.push(byte);
        if (line.length === width) {
          append(found, trimmed(line), [10]);
          line = [];
        }
      }
      return Uint8Array.from(found);
    }
    return out;
  };
}

function append(bytes: number[], ...parts: number[][]): void {
  for (const part of parts) for (const byte of part) bytes.push(byte);
}

const padded = (line: number[], width: number): number[] => [...line, ...new Array(width - line.length).fill(32)];

function trimmed(line: number[]): number[] {
  let end = line.length;
  while (end > 0 && line[end - 1] === 32) end--;
  return line.slice(0, end);
}
