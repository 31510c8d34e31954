// gzip, bzip2 and xz with their other names: one command line over three codecs, each with its own words for what goes wrong.

import {
  AT_FDCWD,
  EEXIST,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  type Stat,
  strerror,
} from "@vibengine/system";
import { ReadError, type Reader, Writer } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import { closeInput, define, Failure, type Invocation, openInput } from "../define.ts";
import { baseName, isDir, isLink, join, list, stat } from "../files.ts";
import { bzip2Codec } from "./bzip2.ts";
import { type Codec, CodecError, crc32 } from "./codec.ts";
import { gzipCodec } from "./deflate.ts";
import { xzCodec } from "./xz.ts";

interface Family {
  name: string;
  codec: Codec;
  suffix: string;
  /** Endings that tell compressed files, and what takes their place. */
  suffixes: Record<string, string>;
  level: number;
  title: string;
  /** Its own ways to say things. */
  missing(name: string, error: string): string;
  exists(name: string): string;
  unknown(name: string): string;
  already(name: string): string;
  directory(name: string): string;
  fault(name: string, error: CodecError): string;
  /** What wrong data comes to; warnings are 2 for gzip and xz. */
  warning: number;
}

const GZIP: Family = {
  name: "gzip",
  codec: gzipCodec,
  suffix: ".gz",
  suffixes: { ".gz": "", ".z": "", "-gz": "", "-z": "", _z: "", ".tgz": ".tar", ".taz": ".tar", ".Z": "" },
  level: 6,
  title: "Compress or uncompress FILEs (by default, compress FILES in-place).",
  missing: (name, error) => `${name}: ${error}`,
  exists: (name) => `${name} already exists;\tnot overwritten`,
  unknown: (name) => `${name}: unknown suffix -- ignored`,
  already: (name) => `${name} already has .gz suffix -- unchanged`,
  directory: (name) => `${name} is a directory -- ignored`,
  fault: (name, { kind, message }) =>
    kind === "garbage" ? `${name}: decompression OK, trailing garbage ignored` : `\n${name}: ${message}`,
  warning: 2,
};

const BZIP2: Family = {
  name: "bzip2",
  codec: bzip2Codec,
  suffix: ".bz2",
  suffixes: { ".bz2": "", ".bz": "", ".tbz2": ".tar", ".tbz": ".tar" },
  level: 9,
  title: "Compress or decompress FILEs with the Burrows-Wheeler block sorting algorithm.",
  missing: (name, error) => `Can't open input file ${name}: ${error}.`,
  exists: (name) => `Output file ${name} already exists.`,
  unknown: (name) => `Can't guess original name for ${name} -- using ${name}.out`,
  already: (name) => `Input file ${name} already has .bz2 suffix.`,
  directory: (name) => `Input file ${name} is a directory.`,
  fault: (name, { kind, message }) =>
    kind === "garbage"
      ? `${name}: trailing garbage after EOF ignored`
      : kind === "format"
        ? `${name} is not a bzip2 file.`
        : kind === "end"
          ? "Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows."
          : `${name}: ${message}`,
  warning: 1,
};

const XZ: Family = {
  name: "xz",
  codec: xzCodec,
  suffix: ".xz",
  suffixes: { ".xz": "", ".txz": ".tar" },
  level: 6,
  title: "Compress or decompress FILEs in the .xz format.",
  missing: (name, error) => `${name}: ${error}`,
  exists: (name) => `${name}: File exists`,
  unknown: (name) => `${name}: File format not recognized`,
  already: (name) => `${name}: File already has '.xz' suffix, skipping`,
  directory: (name) => `${name}: Is a directory, skipping`,
  fault: (name, { kind, message }) => `${name}: ${kind === "garbage" ? "File format not recognized" : message}`,
  warning: 2,
};

const help = (family: Family) => `${family.title}

  -c, --stdout, --to-stdout  write on standard output, keep original files unchanged
  -d, --decompress, --uncompress  decompress
  -f, --force           force overwrite of output file and compress links
  -k, --keep            keep (don't delete) input files
  -l, --list            list compressed file contents (gzip)
  -n, --no-name         do not save or restore the original name and timestamp
  -N, --name            save or restore the original name and timestamp
  -q, --quiet           suppress all warnings
  -r, --recursive       operate recursively on directories
  -S, --suffix=SUF      use suffix SUF on compressed files
  -t, --test            test compressed file integrity
  -v, --verbose         verbose mode
  -z, --compress        compress
  -s, --small           (ignored)
  -e, --extreme         (ignored)
  -T, --threads=NUM     (ignored)
  -F, --format=FORMAT   (ignored)
  -M, --memlimit=LIMIT  (ignored)
      --rsyncable       (ignored)
      --synchronous     (ignored)
  -1, --fast            compress faster
  -2
  -3
  -4
  -5
  -6
  -7
  -8
  -9, --best            compress better
  -0                    (xz: like -1)

With no FILE, or when FILE is -, read standard input.`;

const tool = (name: string, family: Family, implied: string[]) =>
  define({ name, usage: "[OPTION]... [FILE]...", help: help(family) }, (invocation) =>
    run(invocation, family, implied),
  );

export const gzip = tool("gzip", GZIP, []);
export const gunzip = tool("gunzip", GZIP, ["d"]);
export const zcat = tool("zcat", GZIP, ["d", "c"]);
export const bzip2 = tool("bzip2", BZIP2, []);
export const bunzip2 = tool("bunzip2", BZIP2, ["d"]);
export const bzcat = tool("bzcat", BZIP2, ["d", "c"]);
export const xz = tool("xz", XZ, []);
export const unxz = tool("unxz", XZ, ["d"]);
export const xzcat = tool("xzcat", XZ, ["d", "c"]);

interface Settings {
  family: Family;
  decompress: boolean;
  toStdout: boolean;
  test: boolean;
  list: boolean;
  keep: boolean;
  force: boolean;
  verbose: boolean;
  level: number;
  suffix: string;
}

async function run(invocation: Invocation, family: Family, implied: string[]): Promise<number> {
  const { options } = invocation;
  const has = (key: string) => options.has(key) || implied.includes(key);
  const level = options.list.findLast(({ key }) => /^\d$/.test(key))?.key;
  const direction = options.last("d", "z", "t", "l");
  const settings: Settings = {
    family,
    decompress: direction ? direction !== "z" : implied.includes("d"),
    toStdout: has("c"),
    test: options.has("t"),
    list: options.has("l"),
    keep: has("k") || has("c") || has("t") || has("l"),
    force: options.has("f"),
    verbose: options.has("v") && !options.has("q"),
    level: Math.max(family === XZ ? 0 : 1, Number(level ?? family.level)),
    suffix: options.value("S") ?? family.suffix,
  };
  if (family === GZIP && settings.suffix === "") throw new Failure("invalid suffix ''");
  const say: Invocation = {
    ...invocation,
    name: family === GZIP ? family.name : invocation.name,
    warn(text, status = 1) {
      const lead = text.startsWith("\n") ? "\n" : "";
      if (!(options.has("q") && status === 2))
        void invocation.stderr.write(`${lead}${this.name}: ${text.slice(lead.length)}\n`);
      // A warning of gzip's or xz's (2) gives way to an error (1); for bzip2 the larger tells more.
      if (family === BZIP2 ? status > invocation.status : status === 1 || invocation.status === 0)
        invocation.status = status;
    },
  };
  const totals: Totals = { count: 0, packed: 0, size: 0 };
  const operands = invocation.operands.length > 0 ? invocation.operands : ["-"];
  for (const name of operands) await handle(say, settings, name, totals);
  if (settings.list && totals.count > 1 && !options.has("q"))
    await invocation.stdout.write(listLine(totals.packed, totals.size, "(totals)", 0));
  return invocation.status;
}

interface Totals {
  count: number;
  packed: number;
  size: number;
}

async function handle(invocation: Invocation, settings: Settings, given: string, totals: Totals): Promise<void> {
  const { sys, options } = invocation;
  const { family, decompress, toStdout, test } = settings;
  if (given === "-") {
    if (!decompress && sys.isatty(1)) {
      invocation.warn("compressed data not written to a terminal. Use -f to force compression.");
      return;
    }
    const shown = family === GZIP ? "stdin" : "(stdin)";
    await transform(invocation, settings, invocation.stdin, shown, invocation.stdout, null, totals);
    return;
  }
  let name = given;
  let found = stat(sys, name, settings.keep || settings.force);
  if (typeof found === "number" && decompress && !name.endsWith(settings.suffix)) {
    // gunzip x reads x.gz.
    const longer = stat(sys, name + settings.suffix);
    if (typeof longer !== "number" && family !== XZ) [name, found] = [name + settings.suffix, longer];
  }
  if (typeof found === "number") {
    invocation.warn(
      family.missing(
        name +
          (decompress && family === GZIP && !Object.keys(family.suffixes).some((end) => name.endsWith(end))
            ? ".gz"
            : ""),
        strerror(found),
      ),
    );
    return;
  }
  if (isDir(found)) {
    if (!options.has("r")) return invocation.warn(family.directory(name), family.warning);
    const names = list(sys, name);
    if (typeof names === "number") return invocation.warn(family.missing(name, strerror(names)));
    for (const inner of names.sort()) await handle(invocation, settings, join(name, inner), totals);
    return;
  }
  if (isLink(found)) return invocation.warn(`${name} is not a directory or a regular file - ignored`, family.warning);
  let target = "";
  if (!toStdout && !test && !settings.list) {
    if (decompress) {
      const ends = settings.suffix === family.suffix ? family.suffixes : { ...family.suffixes, [settings.suffix]: "" };
      const end = Object.keys(ends).find((one) => name.endsWith(one) && baseName(name).length > one.length);
      if (end === undefined) {
        invocation.warn(family.unknown(name), family === BZIP2 ? 0 : family === XZ ? 1 : family.warning);
        if (family !== BZIP2) return;
        target = `${name}.out`;
      } else target = name.slice(0, -end.length) + (ends as Record<string, string>)[end];
    } else {
      if (
        settings.suffix === family.suffix &&
        !settings.force &&
        Object.keys(family.suffixes).some((end) => name.endsWith(end))
      )
        return invocation.warn(family.already(name), family.warning);
      target = name + settings.suffix;
    }
  }
  const reader = openInput(invocation, name, (path) => family.missing(path, "").replace(/: .?$/, ""));
  if (!reader) return;
  let out = invocation.stdout;
  let fd = -1;
  if (target !== "") {
    const flags = O_WRONLY | O_CREAT | O_CLOEXEC | (settings.force ? O_TRUNC : O_EXCL);
    fd = sys.open(AT_FDCWD, encode(target), flags, 0o600);
    if (fd < 0) {
      closeInput(invocation, reader);
      if (fd === -EEXIST) invocation.warn(family.exists(target), family === XZ ? 1 : family.warning);
      else invocation.warn(`${target}: ${strerror(fd)}`);
      return;
    }
    out = new Writer(sys, fd);
  }
  const done = await transform(invocation, settings, reader, name, out, found, totals);
  closeInput(invocation, reader);
  if (fd < 0) return;
  await out.flush();
  sys.close(fd);
  if (!done) {
    sys.unlink(AT_FDCWD, encode(target));
    return;
  }
  sys.chmod(AT_FDCWD, encode(target), found.mode & 0o777);
  sys.utimens(
    AT_FDCWD,
    encode(target),
    true,
    { sec: found.atimeSec, nsec: found.atimeNsec },
    { sec: found.mtimeSec, nsec: found.mtimeNsec },
  );
  if (settings.verbose) await report(invocation, settings, name, target, done, settings.keep);
  if (!settings.keep) sys.unlink(AT_FDCWD, encode(name));
}

interface Sizes {
  read: number;
  written: number;
}

/** Streams one file through the codec; null when its data was wrong, which has been told. */
async function transform(
  invocation: Invocation,
  settings: Settings,
  reader: Reader,
  name: string,
  out: Writer,
  found: Stat | null,
  totals: Totals,
): Promise<Sizes | null> {
  const { family, decompress, level, force } = settings;
  const { options } = invocation;
  const sizes: Sizes = { read: 0, written: 0 };
  const source = {
    async read() {
      const chunk = await reader.read();
      if (chunk) sizes.read += chunk.length;
      return chunk;
    },
    unread(count: number) {
      sizes.read -= count;
      reader.unread(count);
    },
  };
  const meta = options.has("n") || !found ? {} : { name: baseName(name), time: found.mtimeSec };
  let crc = 0;
  const quiet = settings.test || settings.list;
  try {
    if (decompress && force && settings.toStdout && !quiet) {
      // zcat -f passes what is not compressed.
      const head = await source.read();
      if (head) source.unread(head.length);
      const magic = { gzip: [0x1f, 0x8b], bzip2: [0x42, 0x5a], xz: [0xfd, 0x37] }[family.name]!;
      if (!head || head[0] !== magic[0] || head[1] !== magic[1]) {
        for (let chunk = await source.read(); chunk; chunk = await source.read()) await out.write(chunk);
        return sizes;
      }
    }
    const pieces = decompress ? family.codec.decompress(source) : family.codec.compress(source, level, meta);
    for await (const piece of pieces) {
      sizes.written += piece.length;
      if (settings.list) crc = crc32(piece, crc);
      if (!quiet) await out.write(piece);
    }
  } catch (error) {
    if (error instanceof ReadError) {
      invocation.warn(`${name}: ${strerror(error.errno)}`);
      return null;
    }
    if (!(error instanceof CodecError)) throw error;
    if (!quiet) await out.flush();
    const lead = family === GZIP ? "\n" : "";
    invocation.warn(
      lead + family.fault(name, error).trimStart(),
      error.kind === "garbage" ? family.warning : family === BZIP2 ? 2 : 1,
    );
    if (error.kind !== "garbage") return null;
  }
  if (settings.list) {
    totals.count++;
    totals.packed += sizes.read;
    totals.size += sizes.written;
    const title = options.has("v")
      ? "method  crc     date  time           compressed        uncompressed  ratio uncompressed_name\n"
      : "         compressed        uncompressed  ratio uncompressed_name\n";
    if (totals.count === 1 && !options.has("q")) await invocation.stdout.write(title);
    const detail = options.has("v")
      ? `defla ${crc.toString(16).padStart(8, "0")} ${formatTime("%b %e %H:%M", found?.mtimeSec ?? 0, 0)} `
      : "";
    const shown = name === "stdin" ? "stdout" : name.replace(/\.(gz|z|Z)$/, "").replace(/\.tgz$/, ".tar");
    await invocation.stdout.write(detail + listLine(sizes.read, sizes.written, shown, 18));
  } else if (settings.verbose && (settings.toStdout || settings.test) && found) {
    if (settings.test) void invocation.stderr.write(`${name}:\t OK\n`);
    else await report(invocation, settings, name, "", sizes, true);
  }
  return sizes;
}

function ratio(saved: number, total: number): string {
  const value = total === 0 ? 0 : (100 * saved) / total;
  return `${value.toFixed(1).padStart(5)}%`;
}

function listLine(packed: number, size: number, name: string, header: number): string {
  return `${String(packed).padStart(19)} ${String(size).padStart(19)} ${ratio(size - (packed - header), size)} ${name}\n`;
}

async function report(
  invocation: Invocation,
  { family, decompress }: Settings,
  name: string,
  target: string,
  { read, written }: Sizes,
  kept: boolean,
): Promise<void> {
  const { stderr } = invocation;
  if (family === BZIP2) {
    const [small, large] = decompress ? [read, written] : [written, read];
    if (decompress) await stderr.write(`  ${name}: done\n`);
    else
      await stderr.write(
        `  ${name}: ${(large / small).toFixed(3).padStart(6)}:1, ${((8 * small) / large).toFixed(3).padStart(6)} bits/byte, ${(100 * (1 - small / large)).toFixed(2)}% saved, ${large} in, ${small} out.\n`,
      );
    return;
  }
  const [small, large] = decompress ? [read, written] : [written, read];
  const what = target === "" ? "" : ` -- ${kept ? "created" : "replaced with"} ${target}`;
  await stderr.write(`${name}:\t${ratio(large - small + 18, large)}${what}\n`);
}
