// What each fd is and may do: its filetype, the rights of preview1 (base and inheriting), its sync flags.
// Rights start from the file's type and the mode it is open in; they only shrink from there. A call that lacks one gets
// ENOTCAPABLE, unless the file itself could never do it: then the errno that POSIX has for it. Calls System.fstat and getFlags.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { newStat, O_ACCMODE, O_RDONLY, O_WRONLY, type System } from "@vibengine/system";

/** All rights of preview1: the shim ends one short, at SOCK_SHUTDOWN. */
export const ALL_RIGHTS = (wasi.RIGHTS_SOCK_SHUTDOWN << 2) - 1;

const TRANSFER = wasi.RIGHTS_FD_READ | wasi.RIGHTS_FD_WRITE;
const POSITION = wasi.RIGHTS_FD_SEEK | wasi.RIGHTS_FD_TELL;
const SEEKABLE = POSITION | wasi.RIGHTS_FD_ADVISE | wasi.RIGHTS_FD_ALLOCATE;
/** What only an fd open for writing can do. */
export const NEEDS_WRITE = wasi.RIGHTS_FD_WRITE | wasi.RIGHTS_FD_ALLOCATE | wasi.RIGHTS_FD_FILESTAT_SET_SIZE;
const ANY_FILE = wasi.RIGHTS_FD_FILESTAT_GET | wasi.RIGHTS_FD_FILESTAT_SET_TIMES;
// Not a directory's, which Linux would sync: other runtimes answer EBADF, as here.
const SYNC = wasi.RIGHTS_FD_DATASYNC | wasi.RIGHTS_FD_SYNC;

const STREAM_RIGHTS = ANY_FILE | SYNC | TRANSFER | wasi.RIGHTS_FD_FDSTAT_SET_FLAGS | wasi.RIGHTS_POLL_FD_READWRITE;
const FILE_RIGHTS = STREAM_RIGHTS | SEEKABLE | wasi.RIGHTS_FD_FILESTAT_SET_SIZE;
const DIRECTORY_RIGHTS =
  ANY_FILE |
  wasi.RIGHTS_PATH_CREATE_DIRECTORY |
  wasi.RIGHTS_PATH_CREATE_FILE |
  wasi.RIGHTS_PATH_LINK_SOURCE |
  wasi.RIGHTS_PATH_LINK_TARGET |
  wasi.RIGHTS_PATH_OPEN |
  wasi.RIGHTS_FD_READDIR |
  wasi.RIGHTS_PATH_READLINK |
  wasi.RIGHTS_PATH_RENAME_SOURCE |
  wasi.RIGHTS_PATH_RENAME_TARGET |
  wasi.RIGHTS_PATH_FILESTAT_GET |
  wasi.RIGHTS_PATH_FILESTAT_SET_SIZE |
  wasi.RIGHTS_PATH_FILESTAT_SET_TIMES |
  wasi.RIGHTS_PATH_SYMLINK |
  wasi.RIGHTS_PATH_REMOVE_DIRECTORY |
  wasi.RIGHTS_PATH_UNLINK_FILE;
/** What a directory can pass on: every right that some file can have. */
export const INHERITABLE = DIRECTORY_RIGHTS | FILE_RIGHTS;

/** Set in a known fd's base rights: tells an fd without rights from one not looked at yet. Above all rights. */
const KNOWN = 1 << 30;

// mode >> 12 → filetype. A fifo has none: preview1 never had a code for it.
const FILETYPES = new Uint8Array(16);
FILETYPES[2] = wasi.FILETYPE_CHARACTER_DEVICE;
FILETYPES[4] = wasi.FILETYPE_DIRECTORY;
FILETYPES[6] = wasi.FILETYPE_BLOCK_DEVICE;
FILETYPES[8] = wasi.FILETYPE_REGULAR_FILE;
FILETYPES[10] = wasi.FILETYPE_SYMBOLIC_LINK;
FILETYPES[12] = wasi.FILETYPE_SOCKET_STREAM;

/** The preview1 filetype of a mode's upper four bits (`mode >> 12`). */
export function filetypeOf(format: number): number {
  return FILETYPES[format & 15];
}

/** The rights of a process's fds. An fd not seen before has all that its type and mode allow. */
export class Fds {
  #sys: System;
  #stat = newStat();
  #base = new Int32Array(64);
  #inheriting = new Int32Array(64);
  #type = new Uint8Array(64);
  #sync = new Uint8Array(64);

  constructor(sys: System) {
    this.#sys = sys;
  }

  /** Whether `fd` is open and has all of `rights`. When not, `denial` says which errno that is. */
  allows(fd: number, rights: number): boolean {
    const base = this.#base[fd];
    if ((base & rights) === rights && base !== 0) return true;
    return !(base & KNOWN) && this.isOpen(fd) && (this.#base[fd] & rights) === rights;
  }

  /** Whether `fd` is open. Looks at the file when the fd is a new one. */
  isOpen(fd: number): boolean {
    if (this.#base[fd] & KNOWN) return true;
    if (fd < 0 || this.#sys.fstat(fd, this.#stat) < 0) return false;
    const format = this.#stat.mode >> 12;
    const type = filetypeOf(format);
    if (type === wasi.FILETYPE_DIRECTORY) {
      this.#set(fd, type, DIRECTORY_RIGHTS, INHERITABLE);
      return true;
    }
    let rights = this.#isStream(fd, type) ? STREAM_RIGHTS : FILE_RIGHTS;
    const access = this.#sys.getFlags(fd) & O_ACCMODE;
    if (access === O_RDONLY) rights &= ~NEEDS_WRITE;
    if (access === O_WRONLY) rights &= ~wasi.RIGHTS_FD_READ;
    this.#set(fd, type, rights, 0);
    return true;
  }

  /** Of an open fd. */
  filetype(fd: number): number {
    return this.isOpen(fd) ? this.#type[fd] : wasi.FILETYPE_UNKNOWN;
  }

  base(fd: number): number {
    return this.#base[fd] & ALL_RIGHTS;
  }

  inheriting(fd: number): number {
    return this.#inheriting[fd];
  }

  /** The flags DSYNC, RSYNC and SYNC that `fd` was opened with. Every write is as durable as any other here. */
  syncFlags(fd: number): number {
    return this.#sync[fd];
  }

  setSyncFlags(fd: number, flags: number): void {
    this.#sync[fd] = flags;
  }

  /** Takes away every right of an open fd that is not in `base` and `inheriting`. */
  restrict(fd: number, base: number, inheriting: number): void {
    this.#base[fd] &= base | KNOWN;
    this.#inheriting[fd] &= inheriting;
  }

  /** Forgets an fd that was closed, or replaced behind the binding's back. */
  forget(fd: number): void {
    if (fd < 0 || fd >= this.#base.length) return;
    this.#base[fd] = 0;
    this.#inheriting[fd] = 0;
    this.#sync[fd] = 0;
  }

  /** `to` becomes what `from` was; `from` is forgotten. */
  move(from: number, to: number): void {
    this.#set(to, this.#type[from], this.#base[from], this.#inheriting[from]);
    this.#sync[to] = this.#sync[from];
    this.forget(from);
  }

  /** Why `allows(fd, rights)` was false. */
  denial(fd: number, rights: number): number {
    if (!this.isOpen(fd)) return wasi.ERRNO_BADF;
    const type = this.#type[fd];
    if (type === wasi.FILETYPE_DIRECTORY) return rights & ~DIRECTORY_RIGHTS ? wasi.ERRNO_BADF : wasi.ERRNO_NOTCAPABLE;
    if (rights & ~FILE_RIGHTS) return wasi.ERRNO_NOTDIR;
    const missing = rights & ~this.#base[fd];
    if (this.#isStream(fd, type)) {
      if (missing & SEEKABLE) return wasi.ERRNO_SPIPE;
      if (missing & wasi.RIGHTS_FD_FILESTAT_SET_SIZE) return wasi.ERRNO_INVAL;
    }
    const access = this.#sys.getFlags(fd) & O_ACCMODE;
    if (access === O_WRONLY && missing & wasi.RIGHTS_FD_READ) return wasi.ERRNO_BADF;
    if (access === O_RDONLY && missing & (wasi.RIGHTS_FD_WRITE | wasi.RIGHTS_FD_ALLOCATE)) return wasi.ERRNO_BADF;
    if (access === O_RDONLY && missing & wasi.RIGHTS_FD_FILESTAT_SET_SIZE) return wasi.ERRNO_INVAL;
    return wasi.ERRNO_NOTCAPABLE;
  }

  // Pipes and terminals: no position. Other character devices keep the right to seek, by which wasi-libc's isatty() tells
  // /dev/null from a terminal.
  #isStream(fd: number, type: number): boolean {
    if (type === wasi.FILETYPE_CHARACTER_DEVICE) return this.#sys.isatty(fd);
    return type === wasi.FILETYPE_UNKNOWN || type === wasi.FILETYPE_SOCKET_STREAM;
  }

  #set(fd: number, type: number, base: number, inheriting: number): void {
    if (fd >= this.#base.length) this.#grow(fd + 1);
    this.#base[fd] = base | KNOWN;
    this.#inheriting[fd] = inheriting;
    this.#type[fd] = type;
  }

  #grow(length: number): void {
    const size = Math.max(length, this.#base.length * 2);
    const larger = <T extends Int32Array | Uint8Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    this.#base = larger(new Int32Array(size), this.#base);
    this.#inheriting = larger(new Int32Array(size), this.#inheriting);
    this.#type = larger(new Uint8Array(size), this.#type);
    this.#sync = larger(new Uint8Array(size), this.#sync);
  }
}
