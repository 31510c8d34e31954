// The path_ calls. Each takes a directory fd and a path below it. System resolves the path, and with `resolveBeneath` refuses
// (EPERM) one that leaves the directory by `..` or a symlink; what can be refused from the text alone is refused here.

import { wasi } from "@bjorn3/browser_wasi_shim";
import {
  isUtf8,
  newStat,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  PATH_MAX,
  S_IFLNK,
  S_IFMT,
} from "@vibengine/system";
import { Ambient } from "./ambient.ts";
import { ALL_FDFLAGS, FILESTAT_SIZE, FileTimes, openFlags, SYNC_FLAGS, writeFilestat } from "./fd-stat.ts";
import type { Binding } from "./process.ts";
import { INHERITABLE, NEEDS_WRITE } from "./rights.ts";

const SLASH = 0x2f;
const FOLLOW = 1; // lookupflags has but SYMLINK_FOLLOW
const ALL_OFLAGS = wasi.OFLAGS_CREAT | wasi.OFLAGS_DIRECTORY | wasi.OFLAGS_EXCL | wasi.OFLAGS_TRUNC;

export function pathImports({ process, sys, guest, fds, beneath, waits }: Binding) {
  const stat = newStat();
  const times = new FileTimes();
  const target = new Uint8Array(PATH_MAX);
  const ambient = new Ambient(sys, process.ambient);

  /** Copies a path out of the guest, or says by an errno why it can't be one. */
  const text = (at: number, length: number): Uint8Array | number => {
    at >>>= 0;
    length >>>= 0;
    if (!guest.has(at, length)) return wasi.ERRNO_FAULT;
    if (length >= PATH_MAX) return wasi.ERRNO_NAMETOOLONG;
    const path = guest.bytes.slice(at, at + length);
    if (!isUtf8(path)) return wasi.ERRNO_ILSEQ;
    if (path.includes(0)) return wasi.ERRNO_INVAL;
    return path;
  };

  /** `text`, for a path to look up: not empty, and relative where it must stay beneath its directory. */
  const lookup = (at: number, length: number): Uint8Array | number => {
    const path = text(at, length);
    if (typeof path === "number") return path;
    if (path.length === 0) return wasi.ERRNO_NOENT;
    return beneath && path[0] === SLASH ? wasi.ERRNO_PERM : path;
  };

  /**
   * The errno of a call that makes a name. For one that ends in a slash Linux says EEXIST of whatever has that name; other
   * hosts say what is in the way of seeing a directory there: it is a file, or a symbolic link that leads to none.
   */
  const existing = (result: number, dirfd: number, path: Uint8Array): number => {
    if (result !== -wasi.ERRNO_EXIST || path[path.length - 1] !== SLASH) return errno(result);
    return errno(sys.stat(dirfd, path, true, stat)) || wasi.ERRNO_EXIST;
  };

  /** The fd, once the other side of a FIFO is open as well; a signal ends the wait and closes it. */
  const opened = (fd: number): number => {
    const result = sys.opened(fd) === fd ? fd : waits.until(() => sys.opened(fd), Infinity);
    if (result < 0) sys.close(fd);
    return result;
  };

  const isLink = (dirfd: number, path: Uint8Array): boolean =>
    sys.stat(dirfd, path, false, stat) >= 0 && (stat.mode & S_IFMT) === S_IFLNK;

  return {
    path_open(
      dirfd: number,
      lookupflags: number,
      pathAt: number,
      pathLength: number,
      oflags: number,
      baseRights: bigint,
      inheritingRights: bigint,
      fdflags: number,
      out: number,
    ): number {
      out >>>= 0;
      let needed = wasi.RIGHTS_PATH_OPEN;
      if (oflags & wasi.OFLAGS_CREAT) needed |= wasi.RIGHTS_PATH_CREATE_FILE;
      if (oflags & wasi.OFLAGS_TRUNC) needed |= wasi.RIGHTS_PATH_FILESTAT_SET_SIZE;
      if (!fds.allows(dirfd, needed)) return fds.denial(dirfd, needed);
      if (lookupflags & ~FOLLOW || oflags & ~ALL_OFLAGS || fdflags & ~ALL_FDFLAGS) return wasi.ERRNO_INVAL;
      const creates = wasi.OFLAGS_CREAT | wasi.OFLAGS_EXCL | wasi.OFLAGS_TRUNC;
      if (oflags & wasi.OFLAGS_DIRECTORY && oflags & creates) return wasi.ERRNO_INVAL;

      // Rights that no file can have are ignored; those that the directory can't pass on are refused.
      const passed = fds.inheriting(dirfd);
      const base = Number(BigInt.asUintN(32, baseRights)) & INHERITABLE;
      const inheriting = Number(BigInt.asUintN(32, inheritingRights)) & INHERITABLE;
      if ((base | inheriting) & ~passed) return wasi.ERRNO_NOTCAPABLE;

      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      if (!guest.has(out, 4)) return wasi.ERRNO_FAULT;

      let flags = openFlags(fdflags) | (process.closesOnExec ? O_CLOEXEC : 0);
      if (base & wasi.RIGHTS_FD_WRITE) flags |= base & wasi.RIGHTS_FD_READ ? O_RDWR : O_WRONLY;
      // Truncating takes a mode that writes, even where the fd is given no right to.
      else flags |= oflags & wasi.OFLAGS_TRUNC ? O_RDWR : O_RDONLY;
      if (!(lookupflags & FOLLOW)) flags |= O_NOFOLLOW;
      if (oflags & wasi.OFLAGS_CREAT) flags |= O_CREAT;
      if (oflags & wasi.OFLAGS_DIRECTORY) flags |= O_DIRECTORY;
      if (oflags & wasi.OFLAGS_EXCL) flags |= O_EXCL;
      if (oflags & wasi.OFLAGS_TRUNC) flags |= O_TRUNC;
      const from = ambient.from(dirfd, path, (oflags & wasi.OFLAGS_CREAT) !== 0);
      let fd = sys.open(from, path, flags, 0o666);
      if (fd >= 0 && (flags & O_NONBLOCK) === 0) fd = opened(fd);
      // Linux would say ENOTDIR of a link to a directory; all other opens that may not follow one say ELOOP.
      if (fd === -wasi.ERRNO_NOTDIR && (flags & O_NOFOLLOW) !== 0 && isLink(from, path)) return wasi.ERRNO_LOOP;
      if (fd < 0) return -fd;
      fds.forget(fd);
      if (!fds.isOpen(fd)) return wasi.ERRNO_BADF;
      fds.restrict(fd, openedRights(base, passed), inheriting === 0 ? passed : openedRights(inheriting, passed));
      fds.setSyncFlags(fd, fdflags & SYNC_FLAGS);
      guest.view.setUint32(out, fd, true);
      return wasi.ERRNO_SUCCESS;
    },

    path_create_directory(dirfd: number, pathAt: number, pathLength: number): number {
      const right = wasi.RIGHTS_PATH_CREATE_DIRECTORY;
      if (!fds.allows(dirfd, right)) return fds.denial(dirfd, right);
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      return errno(sys.mkdir(ambient.from(dirfd, path, true), path, 0o777));
    },

    path_remove_directory(dirfd: number, pathAt: number, pathLength: number): number {
      const right = wasi.RIGHTS_PATH_REMOVE_DIRECTORY;
      if (!fds.allows(dirfd, right)) return fds.denial(dirfd, right);
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      return errno(sys.rmdir(ambient.from(dirfd, path, false), path));
    },

    path_unlink_file(dirfd: number, pathAt: number, pathLength: number): number {
      const right = wasi.RIGHTS_PATH_UNLINK_FILE;
      if (!fds.allows(dirfd, right)) return fds.denial(dirfd, right);
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      return errno(sys.unlink(ambient.from(dirfd, path, false), path));
    },

    path_filestat_get(dirfd: number, lookupflags: number, pathAt: number, pathLength: number, out: number): number {
      out >>>= 0;
      const right = wasi.RIGHTS_PATH_FILESTAT_GET;
      if (!fds.allows(dirfd, right)) return fds.denial(dirfd, right);
      if (lookupflags & ~FOLLOW) return wasi.ERRNO_INVAL;
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      if (!guest.has(out, FILESTAT_SIZE)) return wasi.ERRNO_FAULT;
      const result = sys.stat(ambient.from(dirfd, path, false), path, (lookupflags & FOLLOW) !== 0, stat);
      if (result < 0) return -result;
      writeFilestat(guest, out, stat);
      return wasi.ERRNO_SUCCESS;
    },

    path_filestat_set_times(
      dirfd: number,
      lookupflags: number,
      pathAt: number,
      pathLength: number,
      atim: bigint,
      mtim: bigint,
      flags: number,
    ): number {
      const right = wasi.RIGHTS_PATH_FILESTAT_SET_TIMES;
      if (!fds.allows(dirfd, right)) return fds.denial(dirfd, right);
      if (lookupflags & ~FOLLOW || !times.take(atim, mtim, flags)) return wasi.ERRNO_INVAL;
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      const from = ambient.from(dirfd, path, false);
      return errno(sys.utimens(from, path, (lookupflags & FOLLOW) !== 0, times.atime, times.mtime));
    },

    path_link(
      oldDirfd: number,
      lookupflags: number,
      oldAt: number,
      oldLength: number,
      newDirfd: number,
      newAt: number,
      newLength: number,
    ): number {
      if (!fds.allows(oldDirfd, wasi.RIGHTS_PATH_LINK_SOURCE))
        return fds.denial(oldDirfd, wasi.RIGHTS_PATH_LINK_SOURCE);
      if (!fds.allows(newDirfd, wasi.RIGHTS_PATH_LINK_TARGET))
        return fds.denial(newDirfd, wasi.RIGHTS_PATH_LINK_TARGET);
      if (lookupflags & ~FOLLOW) return wasi.ERRNO_INVAL;
      const oldPath = lookup(oldAt, oldLength);
      if (typeof oldPath === "number") return oldPath;
      const newPath = lookup(newAt, newLength);
      if (typeof newPath === "number") return newPath;
      const from = ambient.from(oldDirfd, oldPath, false);
      const to = ambient.from(newDirfd, newPath, true);
      const follow = (lookupflags & FOLLOW) !== 0;
      const result = existing(sys.link(from, oldPath, to, newPath, follow), to, newPath);
      // Other hosts answer EINVAL to SYMLINK_FOLLOW whatever it would lead to. Here it follows; where it leads to nothing, the
      // answer is theirs.
      if (follow && (result === wasi.ERRNO_NOENT || result === wasi.ERRNO_LOOP)) {
        if (isLink(from, oldPath)) return wasi.ERRNO_INVAL;
      }
      return result;
    },

    path_rename(
      oldDirfd: number,
      oldAt: number,
      oldLength: number,
      newDirfd: number,
      newAt: number,
      newLength: number,
    ): number {
      const source = wasi.RIGHTS_PATH_RENAME_SOURCE;
      if (!fds.allows(oldDirfd, source)) return fds.denial(oldDirfd, source);
      const destination = wasi.RIGHTS_PATH_RENAME_TARGET;
      if (!fds.allows(newDirfd, destination)) return fds.denial(newDirfd, destination);
      const oldPath = lookup(oldAt, oldLength);
      if (typeof oldPath === "number") return oldPath;
      const newPath = lookup(newAt, newLength);
      if (typeof newPath === "number") return newPath;
      const from = ambient.from(oldDirfd, oldPath, false);
      return errno(sys.rename(from, oldPath, ambient.from(newDirfd, newPath, true), newPath));
    },

    path_symlink(targetAt: number, targetLength: number, dirfd: number, pathAt: number, pathLength: number): number {
      if (!fds.allows(dirfd, wasi.RIGHTS_PATH_SYMLINK)) return fds.denial(dirfd, wasi.RIGHTS_PATH_SYMLINK);
      // An absolute target would lead outside. A relative one may lead nowhere, or outside: following it is what is refused.
      const content = lookup(targetAt, targetLength);
      if (typeof content === "number") return content;
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      const from = ambient.from(dirfd, path, true);
      return existing(sys.symlink(content, from, path), from, path);
    },

    path_readlink(
      dirfd: number,
      pathAt: number,
      pathLength: number,
      buffer: number,
      length: number,
      out: number,
    ): number {
      buffer >>>= 0;
      length >>>= 0;
      out >>>= 0;
      if (!fds.allows(dirfd, wasi.RIGHTS_PATH_READLINK)) return fds.denial(dirfd, wasi.RIGHTS_PATH_READLINK);
      const path = lookup(pathAt, pathLength);
      if (typeof path === "number") return path;
      if (!guest.has(buffer, length) || !guest.has(out, 4)) return wasi.ERRNO_FAULT;
      const size = sys.readlink(ambient.from(dirfd, path, false), path, target);
      if (size < 0) return -size;
      const used = Math.min(size, length);
      guest.bytes.set(target.subarray(0, used), buffer);
      guest.view.setUint32(out, used, true);
      return wasi.ERRNO_SUCCESS;
    },
  };
}

/**
 * The rights of a file just opened, or those it passes on. The specification gives what is asked for and no more, but runtimes
 * have long taken of it only whether to read and to write, and programs came to ask for nothing else: they open a directory
 * with no rights, or a file with the right to read, and seek in it. So an fd gets all that its directory passes on, less
 * reading or writing where that wasn't asked for. Giving up single rights is for fd_fdstat_set_rights.
 */
function openedRights(asked: number, passed: number): number {
  const denied =
    (asked & wasi.RIGHTS_FD_READ ? 0 : wasi.RIGHTS_FD_READ) | (asked & wasi.RIGHTS_FD_WRITE ? 0 : NEEDS_WRITE);
  return passed & ~denied;
}

function errno(result: number): number {
  return result < 0 ? -result : wasi.ERRNO_SUCCESS;
}
