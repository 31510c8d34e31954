// System calls that take a path and no open file: stat, mkdir, unlink, rename, links, modes, owners, times, cwd.

import { AT_FDCWD, PATH_MAX, RLIMIT_FSIZE, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../constants.ts";
import { CHMOD, WRITE } from "../disk/event-ring.ts";
import {
  I_ATIME,
  I_ATIME_NS,
  I_BLOCKS,
  I_CTIME,
  I_CTIME_NS,
  I_MODE,
  I_MTIME,
  I_MTIME_NS,
  I_NLINK,
  I_OWNER,
  I_SIZE,
  ROOT,
  type Time,
} from "../disk/inodes.ts";
import { BLOCK_SIZE, DATA_BLOCKS, FREE_BLOCKS, FREE_INODES, VIRTUAL } from "../disk/layout.ts";
import { NAME, type Walk } from "../disk/paths.ts";
import { EBUSY, EEXIST, EFBIG, EINVAL, EISDIR, ENOTDIR, EPERM, EXDEV } from "../errno.ts";
import { P_CWD, P_OWNER, P_UMASK } from "../io/slots.ts";
import { encode } from "../text.ts";
import { Base } from "./base.ts";
import { directoryPath } from "./path-of.ts";
import type { Stat, Statfs } from "./types.ts";

const DEVICE_NUMBER = 1;

export abstract class PathCalls extends Base {
  stat(dirfd: number, path: Uint8Array, follow: boolean, out: Stat): number {
    this.enter();
    let result: number;
    try {
      const ino = this.resolveExisting(dirfd, path, follow);
      if (ino > 0) this.fillStat(ino, out);
      result = Math.min(ino, 0);
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  mkdir(dirfd: number, path: Uint8Array, mode: number): number {
    return this.change(() => {
      const result = this.resolve(this.machine.walk, dirfd, path, NAME);
      if (result < 0) return result;
      const ino = this.create(
        this.machine.walk,
        S_IFDIR | (mode & 0o7777 & ~this.machine.slots.get(this.slot, P_UMASK)),
      );
      return Math.min(ino, 0);
    });
  }

  /** Makes a character device (see `io/devices.ts` for the numbers). */
  mknod(dirfd: number, path: Uint8Array, mode: number, device: number): number {
    return this.change(() => {
      const result = this.resolve(this.machine.walk, dirfd, path, NAME);
      if (result < 0) return result;
      this.machine.disk.inodes.tick();
      const owner = this.machine.slots.get(this.slot, P_OWNER);
      const ino = this.machine.disk.tree.create(this.machine.walk, S_IFCHR | (mode & 0o7777), owner, device);
      return Math.min(ino, 0);
    });
  }

  /** A named pipe. */
  mkfifo(dirfd: number, path: Uint8Array, mode: number): number {
    return this.change(() => {
      const result = this.resolve(this.machine.walk, dirfd, path, NAME);
      if (result < 0) return result;
      this.machine.disk.inodes.tick();
      const ino = this.create(
        this.machine.walk,
        S_IFIFO | (mode & 0o777 & ~this.machine.slots.get(this.slot, P_UMASK)),
      );
      return Math.min(ino, 0);
    });
  }

  rmdir(dirfd: number, path: Uint8Array): number {
    return this.onName(dirfd, path, (walk) => this.machine.disk.tree.rmdir(walk));
  }

  unlink(dirfd: number, path: Uint8Array): number {
    return this.onName(dirfd, path, (walk) => this.machine.disk.tree.unlink(walk));
  }

  rename(fromDirfd: number, from: Uint8Array, toDirfd: number, to: Uint8Array): number {
    return this.change(() => {
      const { walk, otherWalk, disk } = this.machine;
      const first = this.resolve(walk, fromDirfd, from, NAME);
      if (first < 0) return first;
      const second = this.resolve(otherWalk, toDirfd, to, NAME);
      if (second < 0) return second;
      if (isVirtual(walk) || isVirtual(otherWalk)) return isVirtual(walk) && isVirtual(otherWalk) ? -EPERM : -EXDEV;
      disk.inodes.tick();
      return disk.tree.rename(walk, otherWalk);
    });
  }

  link(fromDirfd: number, from: Uint8Array, toDirfd: number, to: Uint8Array, follow: boolean): number {
    return this.change(() => {
      const { otherWalk, disk } = this.machine;
      const ino = this.resolveExisting(fromDirfd, from, follow);
      if (ino < 0) return ino;
      const result = this.resolve(otherWalk, toDirfd, to, NAME);
      if (result < 0) return result;
      if (ino >= VIRTUAL || isVirtual(otherWalk)) return -EXDEV;
      disk.inodes.tick();
      return disk.tree.link(otherWalk, ino);
    });
  }

  symlink(target: Uint8Array, dirfd: number, path: Uint8Array): number {
    const owner = this.machine.slots.get(this.slot, P_OWNER);
    return this.onName(dirfd, path, (walk) =>
      walk.ino !== 0 ? -EEXIST : this.machine.disk.tree.symlink(walk, target, owner),
    );
  }

  /** Copies the link's target into `into` as far as it fits; returns the bytes copied. */
  readlink(dirfd: number, path: Uint8Array, into: Uint8Array): number {
    return this.call(() => {
      const ino = this.resolveExisting(dirfd, path, false);
      if (ino < 0) return ino;
      if (ino >= VIRTUAL) return this.#readVirtualLink(ino, into);
      const { content, tree } = this.machine.disk;
      if (tree.type(ino) !== S_IFLNK) return -EINVAL;
      return content.read(ino, into, 0, into.length, 0);
    });
  }

  /** Permission bits only (0o7777). */
  chmod(dirfd: number, path: Uint8Array, mode: number, follow = true): number {
    return this.change(() => this.changeMode(this.resolveExisting(dirfd, path, follow), mode));
  }

  /** -1 leaves an id as it is. */
  chown(dirfd: number, path: Uint8Array, uid: number, gid: number, follow: boolean): number {
    return this.change(() => this.changeOwner(this.resolveExisting(dirfd, path, follow), uid, gid));
  }

  /** `null` leaves a time as it is. */
  utimens(dirfd: number, path: Uint8Array, follow: boolean, atime: Time | null, mtime: Time | null): number {
    return this.change(() => this.changeTimes(this.resolveExisting(dirfd, path, follow), atime, mtime));
  }

  /** Sets a file's size by path. */
  truncate(dirfd: number, path: Uint8Array, size: number): number {
    return this.change(() => {
      const ino = this.resolveExisting(dirfd, path, true);
      return ino < 0 ? ino : this.resizeInode(ino, size);
    });
  }

  chdir(path: Uint8Array): number {
    return this.call(() => {
      const ino = this.resolveExisting(AT_FDCWD, path, true);
      return ino < 0 ? ino : this.moveTo(ino);
    });
  }

  /** The absolute path of the working directory; empty when it has been removed. */
  getcwd(): Uint8Array<ArrayBuffer> {
    let path: string | null = null;
    this.call(() => {
      path = directoryPath(this.machine, this.machine.slots.get(this.slot, P_CWD));
      return 0;
    });
    const bytes = encode(path ?? "");
    return bytes.length > PATH_MAX ? new Uint8Array(0) : bytes;
  }

  /** Sets the file mode creation mask and returns the one before. */
  umask(mask: number): number {
    return this.call(() => {
      const old = this.machine.slots.get(this.slot, P_UMASK);
      this.machine.slots.set(this.slot, P_UMASK, mask & 0o777);
      return old;
    });
  }

  statfs(out: Statfs): number {
    const { words } = this.machine.disk.memory;
    out.blockSize = BLOCK_SIZE;
    out.blocks = words[DATA_BLOCKS];
    out.freeBlocks = words[FREE_BLOCKS];
    out.inodes = this.machine.disk.layout.inodes - ROOT; // there is no inode 0
    out.freeInodes = words[FREE_INODES];
    return 0;
  }

  protected create(walk: Walk, mode: number): number {
    this.machine.disk.inodes.tick();
    return this.machine.disk.tree.create(walk, mode, this.machine.slots.get(this.slot, P_OWNER));
  }

  protected moveTo(ino: number): number {
    const { disk, slots } = this.machine;
    if (!disk.paths.isDirectory(ino)) return -ENOTDIR;
    const old = slots.get(this.slot, P_CWD);
    disk.tree.hold(ino);
    disk.journal.commit(); // held before it is used: an undone hold must not be let go of later
    slots.set(this.slot, P_CWD, ino);
    disk.tree.letGo(old);
    return 0;
  }

  /** Here and below: `file` is the open file through which an inode is changed, -1 when it was found by its path just now. */
  protected resizeInode(ino: number, size: number, file = -1): number {
    const { disk } = this.machine;
    if (!(size >= 0)) return -EINVAL;
    if (ino >= VIRTUAL) return -EPERM;
    const type = disk.tree.type(ino);
    if (type === S_IFDIR) return -EISDIR;
    if (type !== S_IFREG) return -EINVAL;
    if (size > disk.content.size(ino) && this.allowed(size - 1, 1) < 0) return -EFBIG;
    disk.inodes.tick();
    this.note(WRITE, ino, file);
    return disk.content.resize(ino, size);
  }

  /** How many of `length` bytes may be written to a file from `from` on; -EFBIG when none, which the process was told by a signal. */
  protected allowed(from: number, length: number): number {
    const room = this.machine.slots.limit(this.slot, RLIMIT_FSIZE) - from;
    return room >= length ? length : room > 0 ? room : this.tooLarge();
  }
  protected abstract tooLarge(): number;

  protected changeMode(ino: number, mode: number, file = -1): number {
    if (ino < 0) return ino;
    if (ino >= VIRTUAL) return -EPERM;
    const { inodes } = this.machine.disk;
    inodes.tick();
    inodes.set(ino, I_MODE, (inodes.get(ino, I_MODE) & S_IFMT) | (mode & 0o7777));
    inodes.stamp(ino, I_CTIME);
    this.note(CHMOD, ino, file);
    return 0;
  }

  protected changeOwner(ino: number, uid: number, gid: number, file = -1): number {
    if (ino < 0) return ino;
    if (ino >= VIRTUAL) return -EPERM;
    const { inodes } = this.machine.disk;
    const old = inodes.get(ino, I_OWNER);
    inodes.tick();
    inodes.set(ino, I_OWNER, ((uid < 0 ? old : uid) & 0xffff) | ((gid < 0 ? old >>> 16 : gid) << 16));
    inodes.stamp(ino, I_CTIME);
    this.note(CHMOD, ino, file);
    return 0;
  }

  protected changeTimes(ino: number, atime: Time | null, mtime: Time | null, file = -1): number {
    if (ino < 0) return ino;
    if (ino >= VIRTUAL) return -EPERM;
    const { inodes } = this.machine.disk;
    inodes.tick();
    if (atime !== null) inodes.setTime(ino, I_ATIME, atime);
    if (mtime !== null) inodes.setTime(ino, I_MTIME, mtime);
    inodes.stamp(ino, I_CTIME);
    this.note(CHMOD, ino, file);
    return 0;
  }

  /** Tells those who watch of a change to an inode's content or attributes. To be called before the change is committed. */
  protected note(type: number, ino: number, file: number): void {
    const { disk, files, walk } = this.machine;
    if (!disk.watches.isOn) return;
    if (file < 0) disk.watches.note(type, walk, ino);
    else disk.watches.noteInode(type, ino, files.parent(file));
  }

  protected fillStat(ino: number, out: Stat): void {
    if (ino >= VIRTUAL) return this.machine.virtual.fillStat(ino, out);
    const { inodes } = this.machine.disk;
    const owner = inodes.get(ino, I_OWNER);
    out.dev = DEVICE_NUMBER;
    out.ino = ino;
    out.mode = inodes.get(ino, I_MODE);
    out.nlink = inodes.get(ino, I_NLINK);
    out.uid = owner & 0xffff;
    out.gid = owner >>> 16;
    out.size = inodes.getDouble(ino, I_SIZE);
    out.blocks = inodes.get(ino, I_BLOCKS) * (BLOCK_SIZE / 512);
    out.atimeSec = inodes.getDouble(ino, I_ATIME);
    out.atimeNsec = inodes.get(ino, I_ATIME_NS);
    out.mtimeSec = inodes.getDouble(ino, I_MTIME);
    out.mtimeNsec = inodes.get(ino, I_MTIME_NS);
    out.ctimeSec = inodes.getDouble(ino, I_CTIME);
    out.ctimeNsec = inodes.get(ino, I_CTIME_NS);
  }

  #readVirtualLink(ino: number, into: Uint8Array): number {
    const { virtual } = this.machine;
    if ((virtual.mode(ino) & S_IFMT) !== S_IFLNK) return -EINVAL;
    const target = virtual.target(ino);
    if (typeof target === "number") return target;
    into.set(target.subarray(0, into.length));
    return Math.min(target.length, into.length);
  }

  /** Resolves the name itself, link or not, and runs `body` with the clock read. */
  protected onName(dirfd: number, path: Uint8Array, body: (walk: Walk) => number): number {
    return this.change(() => {
      const { walk, disk, virtual } = this.machine;
      const result = this.resolve(walk, dirfd, path, NAME);
      if (result < 0) return result;
      if (isVirtual(walk)) return virtual.isMountPoint(walk.ino) ? -EBUSY : -EPERM;
      disk.inodes.tick();
      return body(walk);
    });
  }
}

function isVirtual(walk: Walk): boolean {
  return walk.ino >= VIRTUAL || walk.parent >= VIRTUAL;
}
