// Listing and extracting tar archives, member by member.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { Reader } from "../../stdio.ts";
import { skipBytes } from "../bytes.ts";
import { Failure, type Invocation } from "../define.ts";
import { bzip2Codec } from "./bzip2.ts";
import { type ByteSource, type Codec, CodecError, PieceSource } from "./codec.ts";
import { gzipCodec } from "./deflate.ts";
import type { TarSettings } from "./tar.ts";
import { compareEntry } from "./tar-compare.ts";
import { entries, FATAL } from "./tar-entries.ts";
import { type ExtractState, extractEntry, type Later, stripComponents } from "./tar-extract.ts";
import { TarError } from "./tar-format.ts";
import { describe, shown } from "./tar-list.ts";
import { MemberNames } from "./tar-names.ts";
import { type Entry, padding } from "./tar-record.ts";
import { xzCodec } from "./xz.ts";

/** The archive's bytes, decompressed as its first bytes ask for. */
export async function openArchive(invocation: Invocation, settings: TarSettings): Promise<ByteSource> {
  const { sys } = invocation;
  let reader = invocation.stdin;
  if (settings.archive !== "-") {
    const fd = sys.open(AT_FDCWD, encode(settings.archive), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) throw new Failure(`${settings.archive}: Cannot open: ${strerror(fd)}${FATAL}`);
    reader = new Reader(sys, fd, () => invocation.yield());
  }
  let codec: Codec | null = settings.codec;
  const head = await reader.read();
  if (head) {
    reader.unread(head.length);
    if (head[0] === 0x1f && head[1] === 0x8b) codec = gzipCodec;
    else if (head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68) codec = bzip2Codec;
    else if (head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a) codec = xzCodec;
  }
  return codec ? new PieceSource(codec.decompress(reader)) : reader;
}

export async function readArchive(
  invocation: Invocation,
  settings: TarSettings,
  wanted: string[],
  enter: () => Promise<void>,
): Promise<number> {
  const { options, sys } = invocation;
  const out = options.has("O") ? invocation.stderr : invocation.stdout;
  const source = await openArchive(invocation, settings);
  const extract = settings.operation === "x";
  if (extract || options.has("C")) await enter();
  const names = new MemberNames(invocation, wanted);
  const widths = { value: 19 };
  const umask = sys.umask(0);
  sys.umask(umask);
  const directories: Later[] = [];
  const links: { path: string; target: string; entry: Entry }[] = [];
  const state: ExtractState = { stripped: new Set(), umask, directories, links };
  try {
    for await (const entry of entries(source, options.has("i") || options.has("ignore-zeros"))) {
      const bare = entry.name.replace(/\/+$/, "");
      let take = !settings.excluded(entry.name);
      if (take && !names.isEmpty) take = names.include(bare);
      let left = entry.size;
      if (take) {
        let name = entry.name;
        if (settings.transforms.length > 0) {
          const slash = name.endsWith("/") ? "/" : "";
          name = settings.transforms.reduce((text, change) => change(text, "r"), bare) + slash;
          const kind = entry.type === "1" ? "h" : "s";
          if (entry.type === "1" || entry.type === "2")
            entry.link = settings.transforms.reduce((text, change) => change(text, kind), entry.link);
        }
        name = stripComponents(name, settings.strip);
        if (name === "" && settings.strip > 0) take = false;
        else {
          if (settings.verbose > 0 || settings.operation === "t") {
            const listed = { ...entry, name: options.has("show-transformed-names") ? name : entry.name };
            const long = settings.verbose > (settings.operation === "t" ? 0 : 1);
            await out.write(
              `${long ? describe(listed, options.has("numeric-owner"), widths, options.has("full-time")) : shown(listed.name)}\n`,
            );
          }
          if (settings.operation === "d") left = await compareEntry(invocation, entry, source, state.stripped);
          if (extract) {
            await out.flush();
            left = await extractEntry(invocation, settings, { ...entry, name }, source, state);
          }
        }
      }
      if ((await skipBytes(source, left)) > 0) throw new TarError("end");
      await skipBytes(source, padding(entry.size));
    }
  } catch (error) {
    await out.flush();
    if (error instanceof CodecError) {
      const program = settings.codec === bzip2Codec ? "bzip2" : settings.codec === xzCodec ? "xz" : "gzip";
      void invocation.stderr.write(`\n${program}: stdin: ${error.message}\n`);
      if (error.kind !== "garbage")
        throw new Failure(
          `${error.kind === "end" ? "Unexpected EOF in archive\ntar: " : ""}Child returned status 1${FATAL}`,
        );
    } else if (error instanceof TarError) {
      if (error.message === "not") invocation.warn("This does not look like a tar archive");
      else if (error.message === "skip") invocation.warn("Skipping to next header");
      else throw new Failure(`Unexpected EOF in archive${FATAL}`);
      invocation.status = 2;
    } else throw error;
  }
  // Modes and times of directories come last: what was put into them would change them again.
  for (const { path, target, entry } of links) {
    const result = sys.symlink(encode(target), AT_FDCWD, encode(path));
    if (result < 0)
      invocation.warn(
        `${shown(path)}: Cannot create symlink to ‘${target}’: ${strerror(result)}`.replace(/[‘’]/g, "'"),
      );
    else if (!options.has("m")) {
      const time = { sec: entry.mtime, nsec: entry.mtimeNsec };
      sys.utimens(AT_FDCWD, encode(path), false, time, time);
    }
  }
  for (const { path, mode, mtime } of directories.reverse()) {
    sys.chmod(AT_FDCWD, encode(path), mode);
    if (!options.has("m")) sys.utimens(AT_FDCWD, encode(path), true, mtime, mtime);
  }
  names.tellMissing();
  await out.flush();
  if (invocation.status > (settings.operation === "d" ? 1 : 0))
    invocation.warn("Exiting with failure status due to previous errors");
  return invocation.status;
}
