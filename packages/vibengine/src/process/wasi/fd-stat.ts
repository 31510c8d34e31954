// The calls about an fd's attributes: fdstat (type, flags, rights), filestat (size, times), allocate. And the layout of
// filestat and the reading of times, which path.ts uses too.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { newStat, O_APPEND, O_NONBLOCK, type Stat, type Time } from "@vibengine/system";
import { realtime } from "./clock.ts";
import type { GuestMemory } from "./memory.ts";
import type { Binding } from "./process.ts";
import { filetypeOf } from "./rights.ts";

export const FILESTAT_SIZE = 64;
/** The flags about durability, which the fd keeps but System doesn't know: its disk is as durable with and without. */
export const SYNC_FLAGS = wasi.FDFLAGS_DSYNC | wasi.FDFLAGS_RSYNC | wasi.FDFLAGS_SYNC;
export const ALL_FDFLAGS = wasi.FDFLAGS_APPEND | wasi.FDFLAGS_NONBLOCK | SYNC_FLAGS;

const FDSTAT_SIZE = 24;
const ALL_FSTFLAGS = wasi.FSTFLAGS_ATIM | wasi.FSTFLAGS_ATIM_NOW | wasi.FSTFLAGS_MTIM | wasi.FSTFLAGS_MTIM_NOW;

export function fdStatImports({ sys, guest, fds }: Binding) {
  const stat = newStat();
  const times = new FileTimes();

  return {
    fd_fdstat_get(fd: number, out: number): number {
      out >>>= 0;
      if (!fds.isOpen(fd)) return wasi.ERRNO_BADF;
      if (!guest.has(out, FDSTAT_SIZE)) return wasi.ERRNO_FAULT;
      const { view } = guest;
      view.setUint8(out, fds.filetype(fd));
      view.setUint16(out + 2, fdflags(sys.getFlags(fd)) | fds.syncFlags(fd), true);
      guest.setU64(out + 8, fds.base(fd));
      guest.setU64(out + 16, fds.inheriting(fd));
      return wasi.ERRNO_SUCCESS;
    },

    fd_fdstat_set_flags(fd: number, flags: number): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_FDSTAT_SET_FLAGS)) return fds.denial(fd, wasi.RIGHTS_FD_FDSTAT_SET_FLAGS);
      // As with fcntl, durability is chosen at open. Naming the flags that are set already is fine: F_GETFL, then F_SETFL.
      if (flags & ~ALL_FDFLAGS || flags & SYNC_FLAGS & ~fds.syncFlags(fd)) return wasi.ERRNO_INVAL;
      const result = sys.setFlags(fd, openFlags(flags));
      return result < 0 ? -result : wasi.ERRNO_SUCCESS;
    },

    fd_fdstat_set_rights(fd: number, base: bigint, inheriting: bigint): number {
      if (!fds.isOpen(fd)) return wasi.ERRNO_BADF;
      const adds = (base & ~BigInt(fds.base(fd))) | (inheriting & ~BigInt(fds.inheriting(fd)));
      if (adds !== 0n) return wasi.ERRNO_NOTCAPABLE;
      fds.restrict(fd, Number(base), Number(inheriting));
      return wasi.ERRNO_SUCCESS;
    },

    fd_filestat_get(fd: number, out: number): number {
      out >>>= 0;
      if (!fds.allows(fd, wasi.RIGHTS_FD_FILESTAT_GET)) return fds.denial(fd, wasi.RIGHTS_FD_FILESTAT_GET);
      if (!guest.has(out, FILESTAT_SIZE)) return wasi.ERRNO_FAULT;
      const result = sys.fstat(fd, stat);
      if (result < 0) return -result;
      writeFilestat(guest, out, stat);
      return wasi.ERRNO_SUCCESS;
    },

    fd_filestat_set_size(fd: number, size: bigint): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_FILESTAT_SET_SIZE)) return fds.denial(fd, wasi.RIGHTS_FD_FILESTAT_SET_SIZE);
      const bytes = Number(size);
      if (bytes < 0) return wasi.ERRNO_INVAL;
      if (bytes > Number.MAX_SAFE_INTEGER) return wasi.ERRNO_FBIG;
      const result = sys.ftruncate(fd, bytes);
      return result < 0 ? -result : wasi.ERRNO_SUCCESS;
    },

    fd_filestat_set_times(fd: number, atim: bigint, mtim: bigint, flags: number): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_FILESTAT_SET_TIMES)) return fds.denial(fd, wasi.RIGHTS_FD_FILESTAT_SET_TIMES);
      if (!times.take(atim, mtim, flags)) return wasi.ERRNO_INVAL;
      const result = sys.futimens(fd, times.atime, times.mtime);
      return result < 0 ? -result : wasi.ERRNO_SUCCESS;
    },

    fd_allocate(fd: number, offset: bigint, length: bigint): number {
      if (!fds.allows(fd, wasi.RIGHTS_FD_ALLOCATE)) return fds.denial(fd, wasi.RIGHTS_FD_ALLOCATE);
      if (offset < 0n || length <= 0n) return wasi.ERRNO_INVAL;
      if (Number(offset) + Number(length) > Number.MAX_SAFE_INTEGER) return wasi.ERRNO_FBIG;
      if (fds.filetype(fd) !== wasi.FILETYPE_REGULAR_FILE) return wasi.ERRNO_NODEV;
      const result = sys.fallocate(fd, Number(offset), Number(length));
      return result < 0 ? -result : wasi.ERRNO_SUCCESS;
    },
  };
}

/** Writes a filestat of 64 bytes at `out`, which must be in bounds. */
export function writeFilestat(guest: GuestMemory, out: number, stat: Stat): void {
  guest.setU64(out, stat.dev);
  guest.setU64(out + 8, stat.ino);
  guest.setU64(out + 16, filetypeOf(stat.mode >> 12));
  guest.setU64(out + 24, stat.nlink);
  guest.setU64(out + 32, stat.size);
  guest.setTime(out + 40, stat.atimeSec, stat.atimeNsec);
  guest.setTime(out + 48, stat.mtimeSec, stat.mtimeNsec);
  guest.setTime(out + 56, stat.ctimeSec, stat.ctimeNsec);
}

/** Linux's O_ flags of preview1's APPEND and NONBLOCK. */
export function openFlags(fdflags: number): number {
  return (fdflags & wasi.FDFLAGS_APPEND ? O_APPEND : 0) | (fdflags & wasi.FDFLAGS_NONBLOCK ? O_NONBLOCK : 0);
}

function fdflags(flags: number): number {
  return (flags & O_APPEND ? wasi.FDFLAGS_APPEND : 0) | (flags & O_NONBLOCK ? wasi.FDFLAGS_NONBLOCK : 0);
}

/** The two times of a set_times call, as System takes them: null leaves one as it is. */
export class FileTimes {
  atime: Time | null = null;
  mtime: Time | null = null;
  #atime: Time = { sec: 0, nsec: 0 };
  #mtime: Time = { sec: 0, nsec: 0 };

  /** Reads the arguments. False: the flags contradict each other, or name what does not exist. */
  take(atim: bigint, mtim: bigint, flags: number): boolean {
    const both = (value: number, now: number): boolean => (flags & value) !== 0 && (flags & now) !== 0;
    if (flags & ~ALL_FSTFLAGS) return false;
    if (both(wasi.FSTFLAGS_ATIM, wasi.FSTFLAGS_ATIM_NOW)) return false;
    if (both(wasi.FSTFLAGS_MTIM, wasi.FSTFLAGS_MTIM_NOW)) return false;
    this.atime = choose(this.#atime, atim, flags & wasi.FSTFLAGS_ATIM, flags & wasi.FSTFLAGS_ATIM_NOW);
    this.mtime = choose(this.#mtime, mtim, flags & wasi.FSTFLAGS_MTIM, flags & wasi.FSTFLAGS_MTIM_NOW);
    return true;
  }
}

function choose(time: Time, ns: bigint, value: number, now: number): Time | null {
  if (value) {
    const unsigned = BigInt.asUintN(64, ns);
    time.sec = Number(unsigned / 1_000_000_000n);
    time.nsec = Number(unsigned % 1_000_000_000n);
    return time;
  }
  if (!now) return null;
  realtime(time);
  return time;
}
