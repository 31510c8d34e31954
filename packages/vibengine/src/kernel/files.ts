// The `files` API, kernel side. Each step is one short section under the lock; long contents go in pieces of 1 MiB, so that
// nobody waits long. Paths are relative to /home/user. New content takes the old one's place at once.

import {
  AT_FDCWD,
  decode,
  EISDIR,
  ENOENT,
  ENOTDIR,
  encode,
  newDirent,
  newStat,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Stat,
  type System,
} from "@vibengine/system";
import { InvalidArgumentError } from "../errors.ts";
import type { EntryInfo } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { fileError, succeed } from "./raise.ts";

const PIECE = 1024 * 1024;
/** What is read at most of a file that says it has no size. */
const UNSIZED = 65_536;
/** Directory entries looked at in one section: about 1 ms. */
const LISTED_AT_ONCE = 256;
const NEW_FILE = 0o644;
const NEW_DIRECTORY = 0o755;
const OWNERS: Record<number, string> = { 0: "root", 1000: "user" };

export class Files {
  readonly #calls: KernelCalls;
  readonly #system: System;

  constructor(calls: KernelCalls, system: System) {
    this.#calls = calls;
    this.#system = system;
  }

  /** The process that the API's calls are made as: `user`, in /home/user. */
  get system(): System {
    return this.#system;
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const fd = await this.openRead(path);
    try {
      const stat = newStat();
      await this.#calls.exclusive(() => this.#system.fstat(fd, stat));
      // Files of /proc have no size.
      const isUnsized = stat.size === 0 && (stat.mode & S_IFMT) === S_IFREG;
      const bytes = new Uint8Array(isUnsized ? UNSIZED : stat.size);
      let at = 0;
      while (at < bytes.length) {
        const count = await this.#calls.exclusive(() =>
          this.#system.read(fd, bytes, at, Math.min(PIECE, bytes.length - at)),
        );
        if (succeed(count, "read", path) === 0) break;
        at += count;
      }
      return at === bytes.length ? bytes : bytes.slice(0, at);
    } finally {
      await this.close(fd);
    }
  }

  async openRead(path: string): Promise<number> {
    const stat = newStat();
    return this.#calls.exclusive(() => {
      // Looked at before it is opened: that alone would let whoever waits to write to a FIFO go on.
      const found = this.#system.stat(AT_FDCWD, encode(path), true, stat);
      if (found >= 0 && (stat.mode & S_IFMT) === S_IFIFO)
        throw new InvalidArgumentError(
          `can't read ${path}: it is a FIFO, whose end may never come; read it with a command`,
        );
      const fd = succeed(this.#system.open(AT_FDCWD, encode(path), O_RDONLY | O_CLOEXEC, 0), "read", path);
      this.#system.fstat(fd, stat);
      if ((stat.mode & S_IFMT) === S_IFDIR) {
        this.#system.close(fd);
        throw fileError(-EISDIR, "read", path);
      }
      return fd;
    });
  }

  async readChunk(fd: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(PIECE);
    const count = succeed(
      await this.#calls.exclusive(() => this.#system.read(fd, bytes, 0, PIECE)),
      "read",
      "the file",
    );
    return count === 0 ? null : bytes.slice(0, count);
  }

  async write(path: string, data: Uint8Array): Promise<EntryInfo> {
    const fd = await this.openWrite();
    try {
      await this.writeChunk(fd, data, path);
      return await this.publish(fd, path);
    } finally {
      await this.close(fd);
    }
  }

  openWrite(): Promise<number> {
    return this.#calls.exclusive(() => succeed(this.#system.openUnnamed(), "write", "a new file"));
  }

  async writeChunk(fd: number, data: Uint8Array, path: string): Promise<void> {
    for (let at = 0; at < data.length; ) {
      const length = Math.min(PIECE, data.length - at);
      at += succeed(await this.#calls.exclusive(() => this.#system.write(fd, data, at, length)), "write", path);
    }
  }

  /** Gives `path` the content written to `fd`, making missing parent directories. */
  publish(fd: number, path: string): Promise<EntryInfo> {
    return this.#calls.exclusive(() => {
      const name = encode(path);
      let result = this.#system.publish(fd, AT_FDCWD, name, NEW_FILE);
      if (result === -ENOENT && this.#makeParents(path)) result = this.#system.publish(fd, AT_FDCWD, name, NEW_FILE);
      succeed(result, "write", path);
      return this.#info(path, "write", true);
    });
  }

  close(fd: number): Promise<number> {
    return this.#calls.exclusive(() => this.#system.close(fd));
  }

  async list(path: string, depth: number): Promise<EntryInfo[]> {
    const found: EntryInfo[] = [];
    const pending = [{ path, level: 1 }];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { path: dir, level } = next;
      for (const entry of await this.#listOne(dir, level === 1)) {
        found.push(entry);
        if (entry.type === "dir" && level < depth) pending.push({ path: entry.path, level: level + 1 });
      }
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  exists(path: string): Promise<boolean> {
    return this.#calls.exclusive(() => {
      const result = this.#system.stat(AT_FDCWD, encode(path), true, newStat());
      if (result < 0 && result !== -ENOENT && result !== -ENOTDIR) throw fileError(result, "look at", path);
      return result === 0;
    });
  }

  info(path: string): Promise<EntryInfo> {
    return this.#calls.exclusive(() => this.#info(path, "look at", false));
  }

  /** Makes the directory and its parents; false when it was there. */
  makeDir(path: string): Promise<boolean> {
    return this.#calls.exclusive(() => {
      const stat = newStat();
      if (this.#system.stat(AT_FDCWD, encode(path), true, stat) === 0) {
        if ((stat.mode & S_IFMT) === S_IFDIR) return false;
        throw new InvalidArgumentError(`can't make directory ${path}: a file has that name`);
      }
      this.#makeParents(path);
      succeed(this.#system.mkdir(AT_FDCWD, encode(path), NEW_DIRECTORY), "make directory", path);
      return true;
    });
  }

  rename(from: string, to: string): Promise<EntryInfo> {
    return this.#calls.exclusive(() => {
      succeed(this.#system.rename(AT_FDCWD, encode(from), AT_FDCWD, encode(to)), `rename to ${to}`, from);
      return this.#info(to, "look at", false);
    });
  }

  /** Removes a file, or a directory with all that is in it. A path that is not there is fine. */
  async remove(path: string): Promise<void> {
    const type = await this.#calls.exclusive(() => this.#typeOf(path));
    if (type === S_IFDIR) for (const entry of await this.list(path, 1)) await this.remove(entry.path);
    const name = encode(path);
    const result = await this.#calls.exclusive(() =>
      type === S_IFDIR ? this.#system.rmdir(AT_FDCWD, name) : this.#system.unlink(AT_FDCWD, name),
    );
    if (result !== -ENOENT && result !== -ENOTDIR) succeed(result, "remove", path);
  }

  #typeOf(path: string): number {
    const stat = newStat();
    return this.#system.stat(AT_FDCWD, encode(path), false, stat) === 0 ? stat.mode & S_IFMT : 0;
  }

  #makeParents(path: string): boolean {
    for (let at = path.indexOf("/", 1); at > 0; at = path.indexOf("/", at + 1)) {
      this.#system.mkdir(AT_FDCWD, encode(path.slice(0, at)), NEW_DIRECTORY);
    }
    return path.includes("/");
  }

  /** The entries of one directory, some at a time. */
  async #listOne(path: string, isFirst: boolean): Promise<EntryInfo[]> {
    const opened = await this.#calls.exclusive(() =>
      this.#system.open(AT_FDCWD, encode(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0),
    );
    // Below the first level a directory may go while we look.
    if (opened < 0 && !isFirst) return [];
    const fd = succeed(opened, "list", path);
    const base = path.endsWith("/") ? path : `${path}/`;
    const entries: EntryInfo[] = [];
    for (let cookie = 0; cookie >= 0; ) {
      cookie = await this.#calls.exclusive(() => this.#listSome(fd, cookie, base, entries));
    }
    await this.close(fd);
    return entries;
  }

  /** Adds entries from `cookie` on; the cookie to go on from, -1 at the end. */
  #listSome(fd: number, cookie: number, base: string, entries: EntryInfo[]): number {
    const dirent = newDirent();
    for (let i = 0; i < LISTED_AT_ONCE; i++) {
      if (this.#system.readdir(fd, cookie, dirent) !== 1) return -1;
      cookie = dirent.cookie;
      const name = decode(dirent.name);
      if (name !== "." && name !== "..") entries.push(this.#info(base + name, "list", false));
    }
    return cookie;
  }

  #info(path: string, doing: string, follow: boolean): EntryInfo {
    const stat = newStat();
    succeed(this.#system.stat(AT_FDCWD, encode(path), follow, stat), doing, path);
    const absolute = normalize(path.startsWith("/") ? path : `${decode(this.#system.getcwd())}/${path}`);
    const entry: EntryInfo = {
      name: absolute.slice(absolute.lastIndexOf("/") + 1) || "/",
      path: absolute,
      type: typeName(stat.mode),
      size: stat.size,
      mode: stat.mode & 0o7777,
      permissions: permissions(stat.mode),
      owner: OWNERS[stat.uid] ?? String(stat.uid),
      group: OWNERS[stat.gid] ?? String(stat.gid),
      modifiedTime: new Date(stat.mtimeSec * 1000 + stat.mtimeNsec / 1e6),
    };
    if ((stat.mode & S_IFMT) === S_IFLNK) entry.symlinkTarget = this.#target(path, stat);
    return entry;
  }

  #target(path: string, stat: Stat): string {
    const target = new Uint8Array(stat.size);
    return decode(target.subarray(0, this.#system.readlink(AT_FDCWD, encode(path), target)));
  }
}

function typeName(mode: number): EntryInfo["type"] {
  const type = mode & S_IFMT;
  return type === S_IFDIR ? "dir" : type === S_IFLNK ? "symlink" : "file";
}

function permissions(mode: number): string {
  const first = { [S_IFDIR]: "d", [S_IFLNK]: "l" }[mode & S_IFMT] ?? "-";
  const bits = [...Array(9).keys()].map((i) => (mode & (0o400 >> i) ? "rwx"[i % 3] : "-"));
  return first + bits.join("");
}

/** Without empty and "." components; ".." is left alone, since a link may stand before it. */
function normalize(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
