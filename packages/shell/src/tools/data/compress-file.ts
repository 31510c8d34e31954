// One file packed or unpacked by gzip and its kind: where it goes, what becomes of the old one, what is said of it.

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
import { closeInput, type Invocation, openInput } from "../define.ts";
import { baseName, isDir, isLink, join, list, stat } from "../files.ts";
import { CodecError, crc32 } from "./codec.ts";
import { BZIP2, GZIP, type Settings, XZ } from "./compress-families.ts";
import { listLine, report, type Sizes } from "./compress-report.ts";

export interface Totals {
  count: number;
  packed: number;
  size: number;
}

export async function handle(invocation: Invocation, settings: Settings, given: string, totals: Totals): Promise<void> {
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
