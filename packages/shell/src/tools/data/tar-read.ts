// Listing and extracting tar archives. Names that lead out of the directory are refused, also by way of links the archive brings along.

import {
  AT_FDCWD,
  EEXIST,
  ENOENT,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_WRONLY,
  type System,
  strerror,
} from "@vibengine/system";
import { Reader, Writer } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import { readExactly, skipBytes } from "../bytes.ts";
import { Failure, type Invocation } from "../define.ts";
import { isDir, stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { modeString } from "../mode.ts";
import { bzip2Codec } from "./bzip2.ts";
import { type ByteSource, type Codec, CodecError, PieceSource } from "./codec.ts";
import { gzipCodec } from "./deflate.ts";
import type { TarSettings } from "./tar.ts";
import { type Entry, parsePax, RECORD, readHeader, TarError } from "./tar-format.ts";
import { xzCodec } from "./xz.ts";

const KINDS: Record<string, number> = {
  "0": 0o100000,
  "1": 0o100000,
  "2": 0o120000,
  "3": 0o020000,
  "5": 0o040000,
  "6": 0o010000,
};

const FATAL = "\ntar: Error is not recoverable: exiting now";

/** The entries of an archive; between two of them the source stands at the first one's data. */
export async function* entries(source: ByteSource, skipZeros: boolean): AsyncGenerator<Entry> {
  let global: Record<string, string> = {};
  let local: Record<string, string> = {};
  let [longName, longLink]: [string | null, string | null] = [null, null];
  let zeros = 0;
  for (let first = true; ; first = false) {
    const record = await readExactly(source, RECORD);
    if (record.length < RECORD) {
      if (first) throw new TarError("not");
      return;
    }
    let entry: Entry | null;
    try {
      entry = readHeader(record);
    } catch (error) {
      if (error instanceof TarError) throw new TarError(first ? "not" : "skip");
      throw error;
    }
    if (!entry) {
      if (++zeros === 2 && !skipZeros) return;
      continue;
    }
    zeros = 0;
    const small = async () => {
      if (entry.size > 1 << 20) throw new TarError("long");
      const data = await readExactly(source, entry.size);
      await skipBytes(source, padding(entry.size));
      return data;
    };
    if (entry.type === "L" || entry.type === "K") {
      const data = await small();
      const end = data.indexOf(0);
      const name = decodeName(end < 0 ? data : data.subarray(0, end));
      if (entry.type === "L") longName = name;
      else longLink = name;
      continue;
    }
    if (entry.type === "x" || entry.type === "g") {
      const found = parsePax(await small());
      if (entry.type === "g") global = { ...global, ...found };
      else local = found;
      continue;
    }
    const pax = { ...global, ...local };
    local = {};
    entry.name = pax.path ?? longName ?? entry.name;
    entry.link = pax.linkpath ?? longLink ?? entry.link;
    if (pax.size !== undefined) entry.size = Number(pax.size);
    if (pax.mtime !== undefined) {
      entry.mtime = Math.floor(Number(pax.mtime));
      entry.mtimeNsec = Number((pax.mtime.split(".")[1] ?? "").padEnd(9, "0").slice(0, 9));
    }
    if (pax.uname !== undefined) entry.user = pax.uname;
    if (pax.gname !== undefined) entry.group = pax.gname;
    [longName, longLink] = [null, null];
    if (entry.name.endsWith("/") && entry.type === "0") entry.type = "5";
    if ("12345".includes(entry.type) && entry.type !== "1") entry.size = entry.type === "5" ? 0 : entry.size;
    yield entry;
  }
}

const decoder = new TextDecoder();
const decodeName = (bytes: Uint8Array) => decoder.decode(bytes.slice());
export const padding = (size: number) => (RECORD - (size % RECORD)) % RECORD;

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

export function describe(entry: Entry, numeric: boolean, widths: { value: number }, full: boolean): string {
  const mode = modeString((KINDS[entry.type] ?? 0o100000) | entry.mode);
  const letter = entry.type === "1" ? "h" : mode[0];
  const owner = `${(!numeric && entry.user) || entry.uid}/${(!numeric && entry.group) || entry.gid}`;
  const size = String(entry.size);
  // The columns of owner and size grow together.
  widths.value = Math.max(widths.value, owner.length + 1 + size.length);
  const time = formatTime(full ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M", entry.mtime, 0);
  const link =
    entry.type === "1" ? ` link to ${shown(entry.link)}` : entry.type === "2" ? ` -> ${shown(entry.link)}` : "";
  return `${letter}${mode.slice(1)} ${owner}${" ".repeat(widths.value - owner.length - size.length)}${size} ${time} ${shown(entry.name)}${link}`;
}

/** Names in listings have their control characters escaped. */
export const shown = (name: string) =>
  name.replace(/[\\\x00-\x1f\x7f]/g, (character) => {
    const named: Record<string, string> = {
      "\\": "\\\\",
      "\n": "\\n",
      "\t": "\\t",
      "\r": "\\r",
      "\b": "\\b",
      "\f": "\\f",
      "\v": "\\v",
      "\x07": "\\a",
    };
    return named[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });

interface Later {
  path: string;
  mode: number;
  mtime: { sec: number; nsec: number };
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
  const patterns = wanted.map((name) => {
    const bare = name.replace(/\/+$/, "");
    const glob = options.has("wildcards") ? globToRegExp(bare, options.has("ignore-case")) : null;
    return {
      name,
      found: false,
      matches: (path: string) =>
        glob
          ? glob.test(path) || parents(path).some((one) => glob.test(one))
          : path === bare || path.startsWith(`${bare}/`),
    };
  });
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
      if (take && patterns.length > 0) {
        const matching = patterns.filter((pattern) => pattern.matches(bare));
        for (const pattern of matching) pattern.found = true;
        take = matching.length > 0;
      }
      let left = entry.size;
      if (take) {
        let name = entry.name;
        for (const change of settings.transforms) name = change(name);
        name = stripComponents(name, settings.strip);
        if (name === "" && settings.strip > 0) take = false;
        else {
          if (settings.verbose > 0 || !extract) {
            const listed = { ...entry, name: options.has("show-transformed-names") ? name : entry.name };
            const long = settings.verbose > (extract ? 1 : 0);
            await out.write(
              `${long ? describe(listed, options.has("numeric-owner"), widths, options.has("full-time")) : shown(listed.name)}\n`,
            );
          }
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
  for (const { name, found } of patterns) {
    if (found) continue;
    if (/[*?[]/.test(name) && !options.has("wildcards") && !options.has("no-wildcards"))
      invocation.warn(
        "Pattern matching characters used in file names\ntar: Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning",
        0,
      );
    invocation.warn(`${shown(name)}: Not found in archive`);
  }
  await out.flush();
  if (invocation.status !== 0) invocation.warn("Exiting with failure status due to previous errors");
  return invocation.status;
}

const parents = (path: string): string[] => {
  const found: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) found.push(path.slice(0, at));
  return found;
};

function stripComponents(name: string, count: number): string {
  let rest = name;
  for (let i = 0; i < count; i++) {
    const slash = rest.search(/\/+/);
    if (slash < 0) return "";
    rest = rest.slice(slash).replace(/^\/+/, "");
  }
  return rest;
}

interface ExtractState {
  /** Prefixes removed so far, each told once. */
  stripped: Set<string>;
  umask: number;
  directories: Later[];
  /** Symbolic links that lead out are made at the end, when nothing can be written through them any more. */
  links: { path: string; target: string; entry: Entry }[];
}

/** The name without what leads out of the directory; told once for each such prefix. */
export function safeName(invocation: Invocation, name: string, what: string, told: Set<string>): string {
  if (invocation.options.has("P")) return name;
  const prefix = /^(?:.*\/)?\.\.(?:\/+|$)|^\/+/.exec(name)?.[0] ?? "";
  if (prefix === "") return name;
  const key = `${what} ${prefix}`;
  if (!told.has(key)) {
    told.add(key);
    invocation.warn(`Removing leading \`${shown(prefix)}' from ${what}`, 0);
  }
  return name.slice(prefix.length).replace(/^\/+/, "") || ".";
}

/** Extracts one entry; how many of its bytes are left in the source. */
async function extractEntry(
  invocation: Invocation,
  settings: TarSettings,
  entry: Entry,
  source: ByteSource,
  state: ExtractState,
): Promise<number> {
  const { options, sys, stdout } = invocation;
  const pump = async (out: Writer): Promise<number> => {
    let left = entry.size;
    while (left > 0) {
      const chunk = await source.read();
      if (!chunk) throw new TarError("end");
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
      if (chunk.length > left) source.unread(chunk.length - left);
      // The whole part is written before the source is asked again: it may reuse the bytes.
      await out.write(part);
      left -= part.length;
    }
    return 0;
  };
  if (options.has("O")) return entry.type === "0" ? pump(stdout) : entry.size;
  if (!options.has("P") && entry.name.split("/").includes("..")) {
    invocation.warn(`${shown(entry.name)}: Member name contains '..'`);
    return entry.size;
  }
  const name = safeName(invocation, entry.name, "member names", state.stripped);
  const path = name.replace(/\/+$/, "") || ".";
  const bytes = encode(path);
  const fail = (what: string, result: number) => invocation.warn(`${shown(path)}: Cannot ${what}: ${strerror(result)}`);
  const time = { sec: settings.mtime?.sec ?? entry.mtime, nsec: entry.mtimeNsec };
  const mode = options.has("p") ? entry.mode : entry.mode & 0o777 & ~state.umask;
  const existing = stat(sys, path, false);
  if (entry.type === "5") {
    makeParents(sys, path);
    const result = sys.mkdir(AT_FDCWD, bytes, 0o700 | mode);
    if (result < 0 && !(result === -EEXIST && isDir(stat(sys, path)))) {
      if (result !== -EEXIST || isDir(existing)) {
        fail("mkdir", result);
        return entry.size;
      }
      sys.unlink(AT_FDCWD, bytes);
      const again = sys.mkdir(AT_FDCWD, bytes, 0o700 | mode);
      if (again < 0) {
        fail("mkdir", again);
        return entry.size;
      }
    }
    // "." is the user's own directory.
    if (path !== ".") state.directories.push({ path, mode, mtime: time });
    return entry.size;
  }
  if (typeof existing !== "number") {
    if (options.has("skip-old-files")) return entry.size;
    if (options.has("k")) {
      fail("open", -EEXIST);
      return entry.size;
    }
    if (options.has("keep-newer-files") && existing.mtimeSec >= entry.mtime) {
      invocation.warn(`Current '${shown(path)}' is newer or same age`, 0);
      return entry.size;
    }
    if (isDir(existing)) {
      const result = sys.rmdir(AT_FDCWD, bytes);
      if (result < 0) {
        fail("open", result === -ENOENT ? result : -EEXIST);
        return entry.size;
      }
    } else sys.unlink(AT_FDCWD, bytes);
  }
  makeParents(sys, path);
  if (entry.type === "2") {
    const outward = !options.has("P") && (entry.link.startsWith("/") || entry.link.split("/").includes(".."));
    if (outward) {
      state.links.push({ path, target: entry.link, entry });
      return entry.size;
    }
    const result = sys.symlink(encode(entry.link), AT_FDCWD, bytes);
    if (result < 0) fail(`create symlink to '${entry.link}'`, result);
    else if (!options.has("m")) sys.utimens(AT_FDCWD, bytes, false, time, time);
    return entry.size;
  }
  if (entry.type === "1") {
    const target = safeName(
      invocation,
      stripComponents(entry.link, settings.strip),
      "hard link targets",
      state.stripped,
    );
    const result = sys.link(AT_FDCWD, encode(target), AT_FDCWD, bytes, false);
    if (result < 0) fail(`hard link to '${target}'`, result);
    return entry.size;
  }
  if (entry.type !== "0") {
    if (entry.type === "3" || entry.type === "4" || entry.type === "6") fail("mknod", -63);
    else invocation.warn(`${shown(path)}: Unknown file type '${entry.type}', extracted as normal file`, 0);
    if ("346".includes(entry.type)) return entry.size;
  }
  const fd = sys.open(AT_FDCWD, bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0o777);
  if (fd < 0) {
    fail("open", fd);
    return entry.size;
  }
  const out = new Writer(sys, fd);
  await pump(out);
  await out.flush();
  sys.close(fd);
  sys.chmod(AT_FDCWD, bytes, mode);
  if (!options.has("m")) sys.utimens(AT_FDCWD, bytes, true, time, time);
  return 0;
}

function makeParents(sys: System, path: string): void {
  const parts = path.split("/");
  for (let i = 1; i < parts.length; i++) {
    const parent = parts.slice(0, i).join("/");
    if (parent !== "" && parent !== ".") sys.mkdir(AT_FDCWD, encode(parent), 0o777);
  }
}
