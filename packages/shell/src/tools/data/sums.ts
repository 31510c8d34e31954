// md5sum, sha*sum, b2sum, cksum and sum: digests of files, and checks against lists of them.

import { ENOENT, strerror } from "@vibengine/system";
import {
  createBLAKE2b,
  createMD5,
  createSHA1,
  createSHA224,
  createSHA256,
  createSHA384,
  createSHA512,
  createSM3,
} from "hash-wasm";
import { binaryToText, ReadError, type Reader } from "../../stdio.ts";
import { closeInput, define, eachInput, Failure, type Invocation, openInput, UsageError } from "../define.ts";
import { lineBlocks } from "../lines.ts";
import { chooseWord } from "../options.ts";
import { quoteIfNeeded, quotePlain } from "../quote.ts";

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): string;
}

interface Algorithm {
  /** What --tag calls it. */
  tag: string;
  /** Hexadecimal digits of a digest; 0: chosen by -l. */
  digits: number;
  create(bits: number): Promise<Hash>;
}

const ALGORITHMS: Record<string, Algorithm> = {
  md5: { tag: "MD5", digits: 32, create: () => createMD5() },
  sha1: { tag: "SHA1", digits: 40, create: () => createSHA1() },
  sha224: { tag: "SHA224", digits: 56, create: () => createSHA224() },
  sha256: { tag: "SHA256", digits: 64, create: () => createSHA256() },
  sha384: { tag: "SHA384", digits: 96, create: () => createSHA384() },
  sha512: { tag: "SHA512", digits: 128, create: () => createSHA512() },
  blake2b: { tag: "BLAKE2b", digits: 0, create: (bits) => createBLAKE2b(bits) },
  sm3: { tag: "SM3", digits: 64, create: () => createSM3() },
};

const CHECKING = `  -c, --check           read checksums from the FILEs and check them
      --tag             create a BSD-style checksum
  -z, --zero            end each output line with NUL, not newline, and disable file name escaping

The following five options are useful only when verifying checksums:
      --ignore-missing  don't fail or report status for missing files
      --quiet           don't print OK for each successfully verified file
      --status          don't output anything, status code shows success
      --strict          exit non-zero for improperly formatted checksum lines
  -w, --warn            warn about improperly formatted checksum lines`;

const tool = (name: string, kind: string, more = "") =>
  define(
    {
      name,
      usage: "[OPTION]... [FILE]...",
      help: `Print or check ${ALGORITHMS[kind].tag} checksums. With no FILE, or when FILE is -, read standard input.

  -b, --binary          read in binary mode
  -t, --text            read in text mode (default)
${more}${CHECKING}`,
    },
    (invocation) => sums(invocation, kind, false),
  );

export const md5sum = tool("md5sum", "md5");
export const sha1sum = tool("sha1sum", "sha1");
export const sha224sum = tool("sha224sum", "sha224");
export const sha256sum = tool("sha256sum", "sha256");
export const sha384sum = tool("sha384sum", "sha384");
export const sha512sum = tool("sha512sum", "sha512");
const LENGTH =
  "  -l, --length=BITS     digest length in bits; must not exceed the max for the blake2 algorithm and must be a multiple of 8\n";
export const b2sum = tool("b2sum", "blake2b", LENGTH);

function lengthOf({ options, name }: Invocation): number {
  const text = options.value("l") ?? "0";
  if (!/^\d+$/.test(text)) throw new Failure(`invalid length: ${quotePlain(text)}`);
  const bits = Number(text);
  if (bits % 8 !== 0) throw new Failure(`invalid length: ${quotePlain(text)}\n${name}: length is not a multiple of 8`);
  if (bits > 512)
    throw new Failure(`invalid length: ${quotePlain(text)}\n${name}: maximum digest length for 'BLAKE2b' is 512 bits`);
  return bits || 512;
}

async function sums(invocation: Invocation, kind: string, bsd: boolean): Promise<void> {
  const { options, operands, stdout } = invocation;
  const algorithm = ALGORITHMS[kind];
  const bits = algorithm.digits * 4 || lengthOf(invocation);
  if (options.has("c")) {
    if (options.has("tag")) throw new UsageError("the --tag option is meaningless when verifying checksums");
    return check(invocation, kind);
  }
  for (const key of ["ignore-missing", "quiet", "status", "strict", "w"])
    if (options.has(key))
      throw new UsageError(`the --${key === "w" ? "warn" : key} option is meaningful only when verifying checksums`);
  const tagged = bsd || options.has("tag");
  if (tagged && options.last("b", "t") === "t") throw new UsageError("--tag does not support --text mode");
  const end = options.has("z") ? "\0" : "\n";
  await eachInput(invocation, operands, async (reader, name) => {
    const digest = await digestOf(await algorithm.create(bits), reader);
    const escaped = options.has("z") ? name : escapeName(name);
    const mark = escaped === name ? "" : "\\";
    const tag = algorithm.digits === 0 && bits !== 512 ? `${algorithm.tag}-${bits}` : algorithm.tag;
    await stdout.write(
      tagged
        ? `${mark}${tag} (${escaped}) = ${digest}${end}`
        : `${mark}${digest} ${options.last("b", "t") === "b" ? "*" : " "}${escaped}${end}`,
    );
  });
}

const escapeName = (name: string) =>
  name.replace(/[\\\n\r]/g, (character) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r" })[character]!);
const unescapeName = (name: string) =>
  name.replace(/\\([\\nr])/g, (_, letter: string) => ({ "\\": "\\", n: "\n", r: "\r" })[letter]!);

async function digestOf(hash: Hash, reader: Reader): Promise<string> {
  // The hash's memory must not be shared.
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) hash.update(chunk);
  return hash.digest();
}

const plural = (count: number, one: string, many: string) => `WARNING: ${count} ${count === 1 ? one : many}`;

async function check(invocation: Invocation, kind: string | null): Promise<void> {
  const { options, operands, stdout } = invocation;
  const silent = options.has("status");
  await eachInput(invocation, operands, async (reader, listName) => {
    let [valid, bad, mismatched, unreadable, verified, number] = [0, 0, 0, 0, 0, 0];
    for await (const lines of lineBlocks(reader)) {
      for (const raw of lines) {
        number++;
        const line = raw.replace(/\r$/, "");
        if (line.startsWith("#")) continue;
        const entry = parseLine(line, kind);
        if (!entry) {
          bad++;
          if (options.has("w"))
            invocation.warn(
              `${quoteIfNeeded(listName)}: ${number}: improperly formatted ${kind === null ? "" : `${ALGORITHMS[kind].tag} `}checksum line`,
              0,
            );
          continue;
        }
        valid++;
        const { name, digest, algorithm } = entry;
        // A backslash alone is shown as it is.
        const shown = name.includes("\n") ? `\\${escapeName(name)}` : name;
        const missing = options.has("ignore-missing");
        const file = openOrMissing(invocation, name, missing);
        if (file === null) continue;
        let found: string | undefined;
        if (file) {
          try {
            found = await digestOf(await algorithm.create(digest.length * 4), file);
          } catch (error) {
            if (!(error instanceof ReadError)) throw error;
            invocation.warn(`${quoteIfNeeded(name)}: ${strerror(error.errno)}`);
          }
          closeInput(invocation, file);
        }
        if (found === undefined) {
          unreadable++;
          if (!silent) await stdout.write(`${shown}: FAILED open or read\n`);
          continue;
        }
        if (found === digest.toLowerCase()) {
          verified++;
          if (!silent && !options.has("quiet")) await stdout.write(`${shown}: OK\n`);
        } else {
          mismatched++;
          if (!silent) await stdout.write(`${shown}: FAILED\n`);
        }
      }
    }
    await stdout.flush();
    const shownList = listName === "-" ? "'standard input'" : quoteIfNeeded(listName);
    if (valid === 0) {
      invocation.warn(`${shownList}: no properly formatted checksum lines found`);
      return;
    }
    if (!silent) {
      if (bad > 0) invocation.warn(plural(bad, "line is improperly formatted", "lines are improperly formatted"), 0);
      if (unreadable > 0)
        invocation.warn(plural(unreadable, "listed file could not be read", "listed files could not be read"), 0);
      if (mismatched > 0)
        invocation.warn(plural(mismatched, "computed checksum did NOT match", "computed checksums did NOT match"), 0);
      if (options.has("ignore-missing") && verified === 0) invocation.warn(`${shownList}: no file was verified`);
    }
    if (mismatched > 0 || unreadable > 0 || (bad > 0 && options.has("strict"))) invocation.status = 1;
    if (options.has("ignore-missing") && verified === 0) invocation.status = 1;
  });
}

/** A reader; undefined when it can't be opened, which has been told; null when it is missing and that is no fault. */
function openOrMissing(invocation: Invocation, name: string, missing: boolean): Reader | undefined | null {
  let absent = false;
  const { warn } = invocation;
  const quiet: Invocation = {
    ...invocation,
    warn(text, status) {
      absent = missing && text.endsWith(strerror(ENOENT));
      if (!absent) warn.call(invocation, text, status);
    },
  };
  const reader = openInput(quiet, name);
  if (reader) return reader;
  return absent ? null : undefined;
}

function parseLine(line: string, kind: string | null): { name: string; digest: string; algorithm: Algorithm } | null {
  const escaped = line.startsWith("\\");
  const text = escaped ? line.slice(1) : line;
  const name = (raw: string) => binaryToText(escaped ? unescapeName(raw) : raw);
  const tagged = /^\s*([A-Za-z0-9]+)(?:-(\d+))? ?\((.*)\) = ([0-9a-fA-F]+)$/s.exec(text);
  if (tagged) {
    const known = Object.keys(ALGORITHMS).find((key) => ALGORITHMS[key].tag === tagged[1]);
    if (known && (kind === null || known === kind)) {
      const { digits } = ALGORITHMS[known];
      const expected = digits || (tagged[2] ? Number(tagged[2]) / 4 : 128);
      if (tagged[4].length === expected)
        return { name: name(tagged[3]), digest: tagged[4], algorithm: ALGORITHMS[known] };
    }
    return null;
  }
  const plain = /^\s*([0-9a-fA-F]+) [ *](.+)$/s.exec(text) ?? /^\s*([0-9a-fA-F]+)\s+\*?(.+)$/s.exec(text);
  if (!plain || kind === null) return null;
  const { digits } = ALGORITHMS[kind];
  if (digits > 0 ? plain[1].length !== digits : plain[1].length % 2 !== 0 || plain[1].length > 128) return null;
  return { name: name(plain[2]), digest: plain[1], algorithm: ALGORITHMS[kind] };
}

/** Lines are binary strings; names are text. */

export const cksum = define(
  {
    name: "cksum",
    usage: "[OPTION]... [FILE]...",
    help: `Print or verify checksums. By default use the 32 bit CRC algorithm.

  -a, --algorithm=TYPE  select the digest type to use: sysv, bsd, crc, md5, sha1, sha224, sha256, sha384, sha512, blake2b, sm3
      --debug           (ignored)
      --untagged        create a reversed style checksum, without digest type
${LENGTH}${CHECKING}`,
  },
  async (invocation) => {
    const { options } = invocation;
    const type = options.value("a");
    const kind =
      type === undefined
        ? undefined
        : chooseWord(type, "--algorithm", ["bsd", "sysv", "crc", ...Object.keys(ALGORITHMS)]);
    if (kind === undefined ? options.has("c") : options.has("c") && kind in ALGORITHMS)
      return check(invocation, kind ?? null);
    if (options.has("l") && kind !== "blake2b")
      throw new Failure("--length is only supported with --algorithm=blake2b");
    if (kind !== undefined && kind in ALGORITHMS) return sums(invocation, kind, !options.has("untagged"));
    if (options.has("c")) throw new Failure("--check is not supported with --algorithm={bsd,sysv,crc}");
    if (kind === "bsd" || kind === "sysv") return checksums(invocation, kind);
    await eachInput(invocation, invocation.operands, async (reader, name) => {
      const { crc, length } = await posixCrc(reader);
      await invocation.stdout.write(`${crc} ${length}${invocation.operands.length > 0 ? ` ${name}` : ""}\n`);
    });
  },
);

export const sum = define(
  {
    name: "sum",
    usage: "[OPTION]... [FILE]...",
    help: `Print or check BSD (16-bit) checksums.

  -r              use BSD sum algorithm (the default), use 1K blocks
  -s, --sysv      use System V sum algorithm, use 512 bytes blocks`,
  },
  (invocation) => checksums(invocation, invocation.options.last("r", "s") === "s" ? "sysv" : "bsd"),
);

async function checksums(invocation: Invocation, kind: "bsd" | "sysv"): Promise<void> {
  await eachInput(invocation, invocation.operands, async (reader, name) => {
    let value = 0;
    let length = 0;
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
      length += chunk.length;
      if (kind === "sysv") for (const byte of chunk) value = (value + byte) >>> 0;
      else for (const byte of chunk) value = (((value >> 1) | ((value & 1) << 15)) + byte) & 0xffff;
    }
    const label = invocation.operands.length > 0 ? ` ${name}` : "";
    if (kind === "sysv") {
      const folded = (value & 0xffff) + (value >>> 16);
      await invocation.stdout.write(`${(folded & 0xffff) + (folded >>> 16)} ${Math.ceil(length / 512)}${label}\n`);
      return;
    }
    const blocks = String(Math.ceil(length / 1024)).padStart(5);
    await invocation.stdout.write(`${String(value).padStart(5, "0")} ${blocks}${label}\n`);
  });
}

async function posixCrc(reader: Reader): Promise<{ crc: number; length: number }> {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let value = i << 24;
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
    table[i] = value >>> 0;
  }
  let crc = 0;
  let length = 0;
  const push = (byte: number) => {
    crc = (crc << 8) ^ table[((crc >>> 24) ^ byte) & 255];
  };
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    length += chunk.length;
    for (let i = 0; i < chunk.length; i++) push(chunk[i]);
  }
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) push(rest & 255);
  return { crc: ~crc >>> 0, length };
}
