// gzip, bzip2 and xz as compress.ts takes them: codec, suffixes, help, and each one's own words for what goes wrong.

import { bzip2Codec } from "./bzip2.ts";
import type { Codec, CodecError } from "./codec.ts";
import { gzipCodec } from "./deflate.ts";
import { xzCodec } from "./xz.ts";

export interface Family {
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

export const GZIP: Family = {
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

export const BZIP2: Family = {
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

export const XZ: Family = {
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

export const help = (family: Family) => `${family.title}

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

export interface Settings {
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
