// zip: makes zip archives, and changes what is in them.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  type System,
  strerror,
} from "@vibengine/system";
import { Reader, Writer } from "../../stdio.ts";
import { define, Failure, type Invocation } from "../define.ts";
import { baseName, compareNames, isDir, isLink, join, list, readLink, stat } from "../files.ts";
import { globToRegExp } from "../glob.ts";
import { lineBlocks } from "../lines.ts";
import { type ByteSource, crc32 } from "./codec.ts";
import { deflateRaw } from "./deflate.ts";
import { readAt } from "./unzip-extract.ts";
import {
  centralDirectory,
  dataDescriptor,
  localHeader,
  readDirectory,
  STREAMED,
  type ZipEntry,
  ZipError,
} from "./zip-format.ts";

export const zip = define(
  {
    name: "zip",
    usage: "[-options] [zipfile list] [-xi list]",
    failure: 12,
    help: `Package and compress files into a ZIP archive; "-" as a file is standard input, as the archive standard output.

  -r, --recurse-paths   recurse into directories
  -j, --junk-paths      junk (don't record) directory names
  -q, --quiet           quiet operation
  -v, --verbose         verbose operation
  -d, --delete          delete entries in zipfile
  -u, --update          update: only changed or new files
  -f, --freshen         freshen: only changed files
  -m, --move            move into zipfile (delete OS files)
  -x, --exclude         exclude the names that follow
  -i, --include         include only the names that follow
  -@, --names-stdin     read names from stdin
  -D, --no-dir-entries  do not add directory entries
  -y, --symlinks        store symbolic links as the link instead of the referenced file
  -X, --no-extra        (ignored)
  -o, --latest-time     (ignored)
  -T, --test            (ignored)
  -l                    (ignored)
  -g, --grow            (ignored)
  -9, --compress-9      compress better
  -8
  -7
  -6
  -5
  -4
  -3
  -2
  -1, --compress-1      compress faster
  -0, --store           store only`,
  },
  async (invocation) => {
    const { options, sys, stdout } = invocation;
    const operands = [...invocation.operands];
    const archiveName = operands.shift();
    if (archiveName === undefined) throw new Failure("nothing to select from", 12);
    const archive = archiveName === "-" || /\.[^/]+$/.test(archiveName) ? archiveName : `${archiveName}.zip`;
    // Words behind -x and -i are patterns, up to the next option.
    const lists = patternLists(invocation);
    const taken = new Set([...lists.excluded, ...lists.included]);
    const names = operands.filter((name) => !taken.has(name));
    if (options.has("@"))
      for await (const lines of lineBlocks(invocation.stdin)) names.push(...lines.filter((line) => line !== ""));
    const excluded = lists.excluded.map((glob) => globToRegExp(glob));
    const included = lists.included.map((glob) => globToRegExp(glob));
    const wanted = (name: string) =>
      !excluded.some((pattern) => pattern.test(name)) &&
      (included.length === 0 || included.some((pattern) => pattern.test(name)));
    const old = archive === "-" ? null : readOld(sys, archive);
    if (options.has("d")) return remove(invocation, archive, old, names);
    const files: { path: string; name: string }[] = [];
    if (names.length === 0 && (options.has("f") || options.has("u")) && old)
      for (const { name } of old.entries) names.push(name);
    for (const name of names) await collect(invocation, name, files, wanted);
    if (files.length === 0) {
      void stdout.write(`\nzip error: Nothing to do! (${archive})\n`);
      return 12;
    }
    return pack(invocation, archive, old, files);
  },
);

interface Old {
  fd: number;
  entries: ZipEntry[];
  comment: string;
}

function patternLists({ argv }: Invocation): { excluded: string[]; included: string[] } {
  const lists: { excluded: string[]; included: string[] } = { excluded: [], included: [] };
  let into: string[] | null = null;
  for (const word of argv.slice(1)) {
    if (/^-[a-zA-Z]*x$/.test(word) || word === "--exclude") into = lists.excluded;
    else if (/^-[a-zA-Z]*i$/.test(word) || word === "--include") into = lists.included;
    else if (word.startsWith("-") && word.length > 1) into = null;
    else if (word === "@") into = null;
    else into?.push(word);
  }
  return lists;
}

function readOld(sys: System, archive: string): Old | null {
  const fd = sys.open(AT_FDCWD, encode(archive), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return null;
  const size = sys.lseek(fd, 0, 2);
  if (size === 0) {
    sys.close(fd);
    return null;
  }
  try {
    const { entries, comment } = readDirectory(size, (at, count) => readAt(sys, fd, at, count));
    return { fd, entries, comment };
  } catch (error) {
    if (!(error instanceof ZipError) && !(error instanceof RangeError)) throw error;
    throw new Failure(`Zip file structure invalid (${archive})`, 3);
  }
}

async function collect(
  invocation: Invocation,
  path: string,
  files: { path: string; name: string }[],
  wanted: (name: string) => boolean,
): Promise<void> {
  const { options, sys, stdout } = invocation;
  const inside = (name: string) =>
    options.has("j") ? baseName(name) : name.replace(/^(\.?\/+)+/, "").replace(/^(\.\.\/)+/, "");
  if (path === "-") {
    files.push({ path, name: "-" });
    return;
  }
  const found = stat(sys, path, !options.has("y"));
  if (typeof found === "number") {
    await stdout.write(`\tzip warning: name not matched: ${path}\n`);
    return;
  }
  if (!isDir(found)) {
    if (wanted(inside(path))) files.push({ path, name: inside(path) });
    return;
  }
  const name = inside(`${path.replace(/\/+$/, "")}/`);
  if (!options.has("D") && !options.has("j") && name !== "" && name !== "./" && wanted(name))
    files.push({ path, name });
  if (!options.has("r")) return;
  const names = list(sys, path);
  if (typeof names === "number") return invocation.warn(`${path}: ${strerror(names)}`, 18);
  for (const inner of names.sort(compareNames))
    await collect(invocation, join(path.replace(/\/+$/, "") || "/", inner), files, wanted);
}

/** Writes the new archive beside the old one, and puts it in its place when it is whole. */
async function pack(
  invocation: Invocation,
  archive: string,
  old: Old | null,
  files: { path: string; name: string }[],
): Promise<number> {
  const { options, sys, stdout, stderr } = invocation;
  const say = archive === "-" ? stderr : stdout;
  const scratch = archive === "-" ? "" : `${archive}.zip-new`;
  const fd = archive === "-" ? 1 : sys.open(AT_FDCWD, encode(scratch), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
  if (fd < 0) {
    await stdout.write(`zip I/O error: ${strerror(fd)}\nzip error: Could not create output file (${archive})\n`);
    return 15;
  }
  const out = archive === "-" ? stdout : new Writer(sys, fd);
  const fresh = new Map(files.map((file) => [file.name, file]));
  const entries: ZipEntry[] = [];
  const place = { at: 0 };
  const put = async (bytes: Uint8Array) => {
    await out.write(bytes);
    place.at += bytes.length;
  };
  const add = async (file: { path: string; name: string }, replaces: boolean) => {
    const entry = await packOne(invocation, file, fd, out, put, place, archive === "-");
    if (!entry) return;
    entries.push(entry);
    if (options.has("q")) return;
    const percent =
      entry.method === 0 ? "stored 0%" : `deflated ${Math.round((100 * (entry.size - entry.packed)) / entry.size)}%`;
    await say.write(`${replaces ? "updating:" : "  adding:"} ${file.name} (${percent})\n`);
  };
  for (const entry of old?.entries ?? []) {
    const file = fresh.get(entry.name);
    fresh.delete(entry.name);
    if (file) {
      const found = stat(sys, file.path);
      const newer = typeof found !== "number" && found.mtimeSec > entry.mtime;
      if ((!options.has("u") && !options.has("f")) || newer) {
        await add(file, true);
        continue;
      }
    }
    entries.push({ ...entry, offset: place.at });
    await copyRaw(invocation, old!.fd, entry, put);
  }
  if (!options.has("f")) for (const file of fresh.values()) await add(file, false);
  await put(centralDirectory(entries, place.at, old?.comment ?? ""));
  await out.flush();
  if (old) sys.close(old.fd);
  if (scratch !== "") {
    sys.close(fd);
    const result = sys.rename(AT_FDCWD, encode(scratch), AT_FDCWD, encode(archive));
    if (result < 0) throw new Failure(`${archive}: ${strerror(result)}`, 15);
  }
  if (options.has("m"))
    for (const { path } of files.reverse())
      if (sys.unlink(AT_FDCWD, encode(path)) < 0) sys.rmdir(AT_FDCWD, encode(path));
  return invocation.status;
}

async function packOne(
  invocation: Invocation,
  { path, name }: { path: string; name: string },
  fd: number,
  out: Writer,
  put: (bytes: Uint8Array) => Promise<void>,
  place: { at: number },
  streamed: boolean,
): Promise<ZipEntry | null> {
  const { options, sys } = invocation;
  const found = path === "-" ? null : stat(sys, path, !options.has("y"));
  if (typeof found === "number") {
    invocation.warn(`${path}: ${strerror(found)}`, 18);
    return null;
  }
  const entry: ZipEntry = {
    name,
    method: 0,
    crc: 0,
    packed: 0,
    size: 0,
    offset: place.at,
    mtime: found?.mtimeSec ?? Math.floor(Date.now() / 1000),
    mode: found?.mode ?? 0o010600,
    flags: 0,
    comment: "",
  };
  if (found && (found.mode & S_IFMT) === S_IFDIR) {
    await put(localHeader(entry));
    return entry;
  }
  if (found && isLink(found) && (found.mode & S_IFMT) === S_IFLNK) {
    const bytes = encode(String(readLink(sys, path)));
    Object.assign(entry, { crc: crc32(bytes), size: bytes.length, packed: bytes.length });
    await put(localHeader(entry));
    await put(bytes);
    return entry;
  }
  const input = path === "-" ? 0 : sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
  if (input < 0) {
    invocation.warn(`warning: could not open for reading: ${path}`, 18);
    return null;
  }
  const reader = path === "-" ? invocation.stdin : new Reader(sys, input, () => invocation.yield());
  const level = Number(options.list.findLast(({ key }) => /^\d$/.test(key))?.key ?? 6);
  const start = place.at;
  entry.method = level === 0 ? 0 : 8;
  entry.flags = streamed ? STREAMED : 0;
  await put(localHeader(entry));
  const counted: ByteSource = {
    async read() {
      const chunk = await reader.read();
      if (chunk) {
        entry.crc = crc32(chunk, entry.crc);
        entry.size += chunk.length;
      }
      return chunk;
    },
    unread() {},
  };
  const data = place.at;
  if (level === 0) for (let chunk = await counted.read(); chunk; chunk = await counted.read()) await put(chunk);
  else for await (const piece of deflateRaw(counted, level)) await put(piece);
  entry.packed = place.at - data;
  if (path !== "-") sys.close(input);
  if (streamed) {
    await put(dataDescriptor(entry));
    return entry;
  }
  await out.flush();
  if (entry.method === 8 && entry.packed >= entry.size && path !== "-") {
    // It did not shrink: it is written again as it is.
    const again = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
    const plain = new Reader(sys, again, () => invocation.yield());
    sys.lseek(fd, data, 0);
    let length = 0;
    for (let chunk = await plain.read(); chunk; chunk = await plain.read()) {
      await out.write(chunk);
      length += chunk.length;
    }
    await out.flush();
    sys.close(again);
    sys.ftruncate(fd, data + length);
    Object.assign(entry, { method: 0, packed: length });
    place.at = data + length;
  }
  const header = localHeader(entry);
  sys.pwrite(fd, header, 0, header.length, start);
  return entry;
}

async function copyRaw(
  invocation: Invocation,
  fd: number,
  entry: ZipEntry,
  put: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { sys } = invocation;
  const local = readAt(sys, fd, entry.offset, 30);
  const lead = 30 + (local[26] | (local[27] << 8)) + (local[28] | (local[29] << 8));
  const total = lead + entry.packed + (entry.flags & STREAMED ? 16 : 0);
  for (let at = 0; at < total; at += 65536) await put(readAt(sys, fd, entry.offset + at, Math.min(65536, total - at)));
}

async function remove(invocation: Invocation, archive: string, old: Old | null, names: string[]): Promise<number> {
  const { options, sys, stdout } = invocation;
  if (!old) {
    await stdout.write(`\tzip warning: ${archive} not found or empty\n\nzip error: Nothing to do! (${archive})\n`);
    return 12;
  }
  const patterns = names.map((name) => globToRegExp(name));
  const gone = old.entries.filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
  if (gone.length === 0) {
    for (const name of names) await stdout.write(`\tzip warning: name not matched: ${name}\n`);
    await stdout.write(`\nzip error: Nothing to do! (${archive})\n`);
    return 12;
  }
  const scratch = `${archive}.zip-new`;
  const fd = sys.open(AT_FDCWD, encode(scratch), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
  if (fd < 0) throw new Failure(`${archive}: ${strerror(fd)}`, 15);
  const out = new Writer(sys, fd);
  let offset = 0;
  const entries: ZipEntry[] = [];
  const put = async (bytes: Uint8Array) => {
    await out.write(bytes);
    offset += bytes.length;
  };
  for (const entry of old.entries) {
    if (gone.includes(entry)) {
      if (!options.has("q")) await stdout.write(`deleting: ${entry.name}\n`);
      continue;
    }
    entries.push({ ...entry, offset });
    await copyRaw(invocation, old.fd, entry, put);
  }
  await put(centralDirectory(entries, offset, old.comment));
  await out.flush();
  sys.close(old.fd);
  sys.close(fd);
  if (entries.length === 0) {
    await stdout.write(`\tzip warning: zip file empty\n`);
    sys.unlink(AT_FDCWD, encode(scratch));
    sys.unlink(AT_FDCWD, encode(archive));
  } else sys.rename(AT_FDCWD, encode(scratch), AT_FDCWD, encode(archive));
  return 0;
}
