// Creating tar archives, and adding to them.

import {
  AT_FDCWD,
  encode,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  type Stat,
  strerror,
} from "@vibengine/system";
import { Reader, Writer } from "../../stdio.ts";
import { readAccounts } from "../accounts.ts";
import { skipBytes } from "../bytes.ts";
import { Failure, type Invocation } from "../define.ts";
import { compareNames, isDir, join, list, readLink, stat } from "../files.ts";
import { parseMode } from "../mode.ts";
import { parseMoment } from "../time.ts";
import { PieceSource } from "./codec.ts";
import type { Named, TarSettings } from "./tar.ts";
import { entries } from "./tar-entries.ts";
import { safeName } from "./tar-extract.ts";
import { TarError, writeHeader } from "./tar-format.ts";
import { describe, shown } from "./tar-list.ts";
import { type Entry, padding, RECORD } from "./tar-record.ts";

/** Twenty records a block, as tapes were written. */
const BLOCK = RECORD * 20;

export async function writeArchive(invocation: Invocation, settings: TarSettings, names: Named[]): Promise<number> {
  const { sys } = invocation;
  const { archive } = settings;
  let fd = 1;
  let known: Map<string, number> | null = null;
  let written = 0;
  if (archive !== "-") {
    const appends = settings.operation !== "c";
    const flags = appends ? O_RDWR | O_CREAT : O_WRONLY | O_CREAT | O_TRUNC;
    fd = sys.open(AT_FDCWD, encode(archive), flags | O_CLOEXEC, 0o666);
    if (fd < 0)
      throw new Failure(`${archive}: Cannot open: ${strerror(fd)}\ntar: Error is not recoverable: exiting now`);
    if (appends) {
      if (settings.codec) throw new Failure("Cannot update compressed archives");
      known = new Map();
      const reader = new Reader(sys, fd, () => invocation.yield());
      for await (const entry of entries(reader, false)) {
        known.set(entry.name, entry.mtime);
        const size = entry.size + padding(entry.size);
        await skipBytes(reader, size);
        reader.release();
        written = sys.lseek(fd, 0, 1);
      }
      sys.lseek(fd, written, 0);
    }
  } else if (sys.isatty(1))
    throw new Failure(
      "Refusing to write archive contents to terminal (missing -f option?)\ntar: Error is not recoverable: exiting now",
    );
  const out = archive === "-" ? invocation.stdout : new Writer(sys, fd);
  const pieces = archiveBytes(invocation, settings, names, known, written);
  const stream = settings.codec ? settings.codec.compress(new PieceSource(pieces), 6) : pieces;
  for await (const piece of stream) await out.write(piece);
  await out.flush();
  if (fd > 2) {
    if (settings.operation !== "c") sys.ftruncate(fd, sys.lseek(fd, 0, 1));
    sys.close(fd);
  }
  if (invocation.status !== 0) invocation.warn("Exiting with failure status due to previous errors");
  return invocation.status;
}

async function* archiveBytes(
  invocation: Invocation,
  settings: TarSettings,
  names: Named[],
  known: Map<string, number> | null,
  before: number,
): AsyncGenerator<Uint8Array> {
  const { options, sys } = invocation;
  const packer = new Packer(invocation, settings, known);
  let total = before;
  for (const { name, directory } of names) {
    if (directory) {
      const result = sys.chdir(encode(name));
      if (result < 0)
        throw new Failure(`${name}: Cannot open: ${strerror(result)}\ntar: Error is not recoverable: exiting now`);
      continue;
    }
    for await (const piece of packer.add(name)) {
      total += piece.length;
      yield piece;
    }
  }
  const end = RECORD * 2;
  yield new Uint8Array(Math.ceil((total + end) / BLOCK) * BLOCK - total);
  if (options.has("totals"))
    void invocation.stderr.write(`Total bytes written: ${Math.ceil((total + end) / BLOCK) * BLOCK}\n`);
}

/** What later hard links to a file call it: its name, as changed for links. */
const linkName = (path: string, { transforms }: TarSettings) =>
  transforms.reduce((text, change) => change(text, "h"), path).replace(/^\/+/, "");

class Packer {
  #invocation: Invocation;
  #settings: TarSettings;
  #known: Map<string, number> | null;
  #links = new Map<string, string>();
  #told = new Set<string>();
  #accounts: ReturnType<typeof readAccounts>;
  #archive: { dev: number; ino: number } | null = null;
  #widths = { value: 19 };
  #newer: number;

  constructor(invocation: Invocation, settings: TarSettings, known: Map<string, number> | null) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#known = known;
    this.#accounts = readAccounts(invocation.sys);
    if (settings.archive !== "-") {
      const found = stat(invocation.sys, settings.archive);
      if (typeof found !== "number") this.#archive = found;
    }
    const newer = invocation.options.value("newer") ?? invocation.options.value("N");
    this.#newer = newer === undefined ? Number.NEGATIVE_INFINITY : (parseMoment(newer, Date.now() / 1000)?.sec ?? 0);
  }

  async *add(path: string): AsyncGenerator<Uint8Array> {
    const { options, sys, warn } = this.#invocation;
    const settings = this.#settings;
    if (settings.excluded(path)) return;
    const found = stat(sys, path, options.has("h"));
    if (typeof found === "number") {
      warn(`${shown(path)}: Cannot stat: ${strerror(found)}`);
      return;
    }
    if (this.#archive && found.ino === this.#archive.ino && found.dev === this.#archive.dev) {
      warn(`${shown(path)}: file is the archive; not dumped`, 0);
      return;
    }
    const directory = isDir(found);
    const bare = directory ? path.replace(/(.)\/+$/, "$1") : path;
    let name = settings.transforms.reduce((text, change) => change(text, "r"), bare);
    if (directory && name !== "" && !name.endsWith("/")) name += "/";
    name = safeName(this.#invocation, name, "member names", this.#told);
    const fresh = this.#known === null || settings.operation === "r" || (this.#known.get(name) ?? -1) < found.mtimeSec;
    if (name === "./" && path === "/") name = "/";
    if (fresh && (found.mtimeSec >= this.#newer || directory)) yield* this.#one(path, name, found);
    if (!directory || options.last("no-recursion", "recursion") === "no-recursion") {
      if (options.has("remove-files") && !directory) sys.unlink(AT_FDCWD, encode(path));
      return;
    }
    await this.#invocation.yield();
    const names = list(sys, path);
    if (typeof names === "number") warn(`${shown(path)}: Cannot open: ${strerror(names)}`);
    else
      for (const inner of options.value("sort") === "none" ? names : names.sort(compareNames))
        yield* this.add(join(path, inner));
    if (options.has("remove-files")) sys.rmdir(AT_FDCWD, encode(path));
  }

  #describe(found: Stat, name: string): Entry {
    const { options } = this.#invocation;
    const owner = (key: "owner" | "group", id: number, known: string): [number, string] => {
      const text = options.value(key);
      if (text === undefined) return [id, known];
      const [name, number] = text.replace(/^\+/, "").split(":");
      if (number !== undefined) return [Number(number), name];
      if (/^\d+$/.test(name)) return [Number(name), ""];
      const looked = key === "owner" ? this.#accounts.uidOf(name) : this.#accounts.gidOf(name);
      return [looked < 0 ? id : looked, name];
    };
    const [uid, user] = owner("owner", found.uid, this.#accounts.user(found.uid));
    const [gid, group] = owner("group", found.gid, this.#accounts.group(found.gid));
    const numeric = options.has("numeric-owner");
    const mode = options.value("mode");
    const change = mode === undefined ? null : parseMode(mode);
    if (mode !== undefined && !change) throw new Failure("Invalid mode given on option");
    const { mtime } = this.#settings;
    return {
      name,
      mode: (change ? change(found.mode & 0o7777, isDir(found), 0) : found.mode) & 0o7777,
      uid,
      gid,
      size: 0,
      mtime: mtime?.sec ?? found.mtimeSec,
      mtimeNsec: mtime?.nsec ?? found.mtimeNsec,
      type: "0",
      link: "",
      user: numeric || /^\d+$/.test(user) ? "" : user,
      group: numeric || /^\d+$/.test(group) ? "" : group,
    };
  }

  async *#one(path: string, name: string, found: Stat): AsyncGenerator<Uint8Array> {
    const { options, sys, warn, stdout, stderr } = this.#invocation;
    const settings = this.#settings;
    const entry = this.#describe(found, name);
    const kind = found.mode & S_IFMT;
    let fd = -1;
    if (kind === S_IFDIR) entry.type = "5";
    else if (kind === S_IFLNK) {
      const target = readLink(sys, path);
      if (typeof target === "number") return warn(`${shown(path)}: Cannot readlink: ${strerror(target)}`);
      entry.type = "2";
      entry.link = settings.transforms.reduce((text, change) => change(text, "s"), target);
    } else if (kind === S_IFCHR) {
      entry.type = "3";
      // The null device is the disk's only one, and has these numbers everywhere.
      [entry.major, entry.minor] = [1, 3];
    } else if (kind === S_IFIFO) entry.type = "6";
    const key = `${found.dev}:${found.ino}`;
    const earlier =
      found.nlink > 1 && kind !== S_IFDIR && !options.has("hard-dereference") ? this.#links.get(key) : undefined;
    if (earlier !== undefined) {
      entry.type = "1";
      entry.link = earlier;
    } else if (entry.type === "0") {
      fd = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0);
      if (fd < 0) return warn(`${shown(path)}: Cannot open: ${strerror(fd)}`);
      entry.size = found.size;
    }
    if (found.nlink > 1 && earlier === undefined)
      this.#links.set(key, settings.transforms.length > 0 ? linkName(path, settings) : name);
    if (settings.verbose > 0) {
      const to = settings.archive === "-" ? stderr : stdout;
      await to.write(
        `${settings.verbose > 1 ? describe(entry, options.has("numeric-owner"), this.#widths, options.has("full-time")) : shown(path === name || options.has("show-transformed-names") ? name : isDir(found) && !path.endsWith("/") ? `${path}/` : path)}\n`,
      );
    }
    try {
      yield writeHeader(entry, settings.format);
    } catch (error) {
      if (fd >= 0) sys.close(fd);
      if (!(error instanceof TarError)) throw error;
      return warn(`${shown(name)}: file name is too long (cannot be split); not dumped`);
    }
    if (fd < 0) return;
    // The header has told the size: no more of a file that grows, and zeros for what one has lost.
    const reader = new Reader(sys, fd, () => this.#invocation.yield());
    let left = entry.size;
    try {
      while (left > 0) {
        const chunk = await reader.read();
        if (!chunk) {
          warn(`${shown(path)}: File shrank by ${left} bytes; padding with zeros`, 1);
          for (; left > 0; left -= Math.min(left, 65536)) yield new Uint8Array(Math.min(left, 65536));
          break;
        }
        const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
        left -= part.length;
        yield part;
      }
    } finally {
      sys.close(fd);
    }
    const rest = padding(entry.size);
    if (rest > 0) yield new Uint8Array(rest);
  }
}
