// System calls on an open fd: read, write, seek, stat, directories, sizes, poll. A call that would have to wait answers
// -EAGAIN and has put the process among the waiters; `waiting.ts` sleeps and tries again.

import { monotonicMs } from "../clock.ts";
import {
  O_ACCMODE,
  O_APPEND,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../constants.ts";
import { Entry } from "../disk/directories.ts";
import { WRITE } from "../disk/event-ring.ts";
import { I_ATIME, I_MODE, I_MTIME, I_NLINK, I_PARENT, type Time } from "../disk/inodes.ts";
import { VIRTUAL, WATCHES } from "../disk/layout.ts";
import { EAGAIN, EBADF, EFBIG, EINVAL, EISDIR, ENOTDIR, ENOTSUP, EPIPE, ESPIPE } from "../errno.ts";
import { readDevice, writeDevice } from "../io/devices.ts";
import { KIND_DEVICE, KIND_INODE, KIND_PIPE, KIND_TTY, KIND_VIRTUAL } from "../io/open-files.ts";
import { OpenCalls } from "./open-calls.ts";
import type { Dirent, PollFd, Stat } from "./types.ts";

const CURRENT = -1;
/** From how many bytes on a read at the file's own offset takes the lock for the offset only. */
const LONG_READ = 2048;
/** A read that did just that: what remains is to copy. */
const CLAIMED = Number.MAX_SAFE_INTEGER;
const DOT = Uint8Array.of(0x2e);
const DOT_DOT = Uint8Array.of(0x2e, 0x2e);
/** Cookies 1 and 2 stand behind "." and ".."; an entry's cookie is its end's offset + this. */
const FIRST_COOKIE = 2;

export abstract class FdCalls extends OpenCalls {
  readonly #entry = new Entry();
  #claimed = 0;
  #claimedFrom = 0;

  /** Up to `length` bytes to `into[at…]`. 0 at the end; -EAGAIN when it would block. */
  read(fd: number, into: Uint8Array, at: number, length: number): number {
    const count = this.#transfer(fd, into, at, length, CURRENT, false);
    return count === CLAIMED ? this.pread(fd, into, at, this.#claimed, this.#claimedFrom) : count;
  }
  /** Bytes written, maybe fewer than asked; -EAGAIN when it would block; -EPIPE when nobody reads. */
  write(fd: number, from: Uint8Array, at: number, length: number): number {
    return this.#transfer(fd, from, at, length, CURRENT, true);
  }
  pread(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    if (position < 0) return -EINVAL;
    const count = this.#readUnlocked(fd, into, at, length, position);
    return count >= 0 ? count : this.#transfer(fd, into, at, length, position, false);
  }
  pwrite(fd: number, from: Uint8Array, at: number, length: number, position: number): number {
    return position < 0 ? -EINVAL : this.#transfer(fd, from, at, length, position, true);
  }

  /** The new offset from the start of the file. */
  lseek(fd: number, delta: number, whence: number): number {
    return this.call(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      const { files, disk } = this.machine;
      const kind = files.kind(file);
      if (kind === KIND_DEVICE) return 0;
      if (kind === KIND_PIPE || kind === KIND_TTY) return -ESPIPE;
      let base = 0;
      if (whence === SEEK_CUR) base = files.offset(file);
      else if (whence === SEEK_END)
        base =
          kind === KIND_VIRTUAL ? this.machine.virtual.size(files.object(file)) : disk.content.size(files.object(file));
      else if (whence !== SEEK_SET) return -EINVAL;
      if (!(base + delta >= 0) || !Number.isSafeInteger(base + delta)) return -EINVAL;
      files.setOffset(file, base + delta);
      return base + delta;
    });
  }

  fstat(fd: number, out: Stat): number {
    this.enter();
    let result: number;
    try {
      result = this.file(fd);
      if (result >= 0) result = this.#fillStatOf(result, out);
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  ftruncate(fd: number, size: number): number {
    return this.change(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      const { files } = this.machine;
      if (files.kind(file) !== KIND_INODE || (files.flags(file) & O_ACCMODE) === O_RDONLY) return -EINVAL;
      return this.resizeInode(files.object(file), size, file);
    });
  }

  /** Allocates the range's blocks and grows the file to its end. */
  fallocate(fd: number, position: number, length: number): number {
    return this.change(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      const { files, disk } = this.machine;
      if ((files.flags(file) & O_ACCMODE) === O_RDONLY) return -EBADF;
      if (files.kind(file) !== KIND_INODE) return -ESPIPE;
      if (!(position >= 0) || !(length > 0)) return -EINVAL;
      if (this.allowed(position + length - 1, 1) < 0) return -EFBIG;
      disk.inodes.tick();
      const result = disk.content.reserve(files.object(file), position, length);
      if (result === 0) this.note(WRITE, files.object(file), file); // with the size, in its last transaction
      return result;
    });
  }

  /** Changes are in the sandbox's memory at once; what makes them durable is a snapshot. */
  fsync(fd: number): number {
    return Math.min(0, this.file(fd));
  }

  /** The entry at `cookie` (0 = the first): 1 and `out` filled, 0 at the end. "." and ".." come first. */
  readdir(fd: number, cookie: number, out: Dirent): number {
    this.enter();
    let result: number;
    try {
      result = this.inodeOf(fd);
      if (result > 0) result = this.#readEntry(result, cookie, out, fd);
      else if (this.file(fd) >= 0) result = -ENOTDIR;
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  fchmod(fd: number, mode: number): number {
    return this.change(() => this.changeMode(this.#anyInode(fd), mode, this.file(fd)));
  }
  fchown(fd: number, uid: number, gid: number): number {
    return this.change(() => this.changeOwner(this.#anyInode(fd), uid, gid, this.file(fd)));
  }
  futimens(fd: number, atime: Time | null, mtime: Time | null): number {
    return this.change(() => this.changeTimes(this.#anyInode(fd), atime, mtime, this.file(fd)));
  }
  fchdir(fd: number): number {
    return this.call(() => {
      const ino = this.inodeOf(fd);
      return ino < 0 ? (this.file(fd) < 0 ? ino : -ENOTDIR) : this.moveTo(ino);
    });
  }

  /** Fills in what is ready, without waiting; how many entries have something to say. Others will wake the process. */
  poll(fds: readonly PollFd[]): number {
    return this.call(() => {
      let ready = 0;
      for (const entry of fds) {
        this.#pollOne(entry);
        if (entry.readable || entry.writable || entry.hangup || entry.error !== 0) ready++;
      }
      return ready;
    });
  }

  #transfer(fd: number, bytes: Uint8Array, at: number, length: number, position: number, isWrite: boolean): number {
    if (isWrite) this.enterToChange();
    else this.enter();
    let result: number;
    try {
      const file = this.file(fd);
      result =
        file < 0
          ? file
          : isWrite
            ? this.#write(file, bytes, at, length, position)
            : this.#read(file, bytes, at, length, position);
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  /**
   * Reads a plain file without the lock, so that programs read at the same time. -1 when somebody changed the disk meanwhile
   * (what was copied may be anything), or when there is more to do than to copy.
   */
  #readUnlocked(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    const { disk } = this.machine;
    const sequence = disk.journal.sequence;
    if ((sequence & 1) !== 0 || !disk.isCurrent || !this.isAlive) return -1;
    const { files } = this.machine;
    const file = this.file(fd);
    if (file < 0 || files.kind(file) !== KIND_INODE || (files.flags(file) & O_ACCMODE) === O_WRONLY) return -1;
    const ino = files.object(file);
    if (disk.tree.type(ino) !== S_IFREG || !this.#hasYoungAccess(ino)) return -1;
    try {
      const count = disk.content.read(ino, into, at, length, position);
      return disk.journal.isUnchanged(sequence) ? count : -1;
    } catch {
      return -1; // a block that is nowhere: read while it was changed
    }
  }

  #read(file: number, into: Uint8Array, at: number, length: number, position: number): number {
    const { files, disk, pipes } = this.machine;
    if ((files.flags(file) & O_ACCMODE) === O_WRONLY) return -EBADF;
    const kind = files.kind(file);
    if (kind === KIND_PIPE) {
      if (position >= 0) return -ESPIPE;
      const count = pipes.read(files.object(file), into, at, length, this.slot);
      return count === 0 && length > 0 && !this.hasMet(file) ? -EAGAIN : count;
    }
    if (kind === KIND_TTY) {
      if (position >= 0) return -ESPIPE;
      const count = this.readTerminal(files.object(file), into, at, length);
      if ((files.flags(file) & O_NONBLOCK) !== 0) this.readEnds = Number.POSITIVE_INFINITY;
      return count;
    }
    if (kind === KIND_DEVICE) return readDevice(files.device(file), into, at, length);
    const ino = files.object(file);
    if (kind === KIND_VIRTUAL) return this.#readVirtual(file, ino, into, at, length, position);
    if (disk.tree.type(ino) === S_IFDIR) return -EISDIR;
    this.#noteAccess(ino);
    if (position >= 0) return disk.content.read(ino, into, at, length, position);
    const from = files.offset(file);
    if (length < LONG_READ) {
      const count = disk.content.read(ino, into, at, length, from);
      files.setOffset(file, from + count);
      return count;
    }
    const left = Math.min(length, disk.content.size(ino) - from);
    if (left <= 0) return 0;
    files.setOffset(file, from + left);
    this.#claimed = left;
    this.#claimedFrom = from;
    return CLAIMED;
  }

  #readVirtual(file: number, ino: number, into: Uint8Array, at: number, length: number, position: number): number {
    const { files, virtual, disk } = this.machine;
    if (disk.paths.isDirectory(ino)) return -EISDIR;
    const from = position >= 0 ? position : files.offset(file);
    const count = virtual.read(file, ino, into, at, length, from);
    if (count > 0 && position < 0) files.setOffset(file, from + count);
    return count;
  }

  #write(file: number, from: Uint8Array, at: number, length: number, position: number): number {
    const { files, disk, pipes } = this.machine;
    const flags = files.flags(file);
    if ((flags & O_ACCMODE) === O_RDONLY) return -EBADF;
    const kind = files.kind(file);
    if (kind === KIND_PIPE) {
      if (position >= 0) return -ESPIPE;
      const count = pipes.write(files.object(file), from, at, length, this.slot);
      return count === -EPIPE && !this.hasMet(file) ? -EAGAIN : count;
    }
    if (kind === KIND_TTY) {
      return position >= 0 ? -ESPIPE : this.machine.ttys.write(files.object(file), from, at, length, this.slot);
    }
    if (kind === KIND_DEVICE) return writeDevice(files.device(file), length);
    const ino = files.object(file);
    let to = position >= 0 ? position : files.offset(file);
    if ((flags & O_APPEND) !== 0 && position < 0) to = disk.content.size(ino);
    if (length === 0) return 0;
    length = this.allowed(to, length);
    if (length < 0) return length;
    disk.inodes.tick();
    // Told before it is done: a long write is committed in parts.
    if (disk.memory.words[WATCHES] !== 0) disk.watches.noteInode(WRITE, ino, files.parent(file));
    const count = disk.content.write(ino, from, at, length, to);
    if (count > 0 && position < 0) files.setOffset(file, to + count);
    return count;
  }

  /** As Linux's relatime, in whole seconds: the access time moves only when it is not younger than the last change. */
  #noteAccess(ino: number): void {
    if (this.#hasYoungAccess(ino)) return;
    const { inodes } = this.machine.disk;
    inodes.tick();
    if (inodes.now.sec > inodes.getDouble(ino, I_ATIME)) inodes.stamp(ino, I_ATIME);
  }

  #hasYoungAccess(ino: number): boolean {
    const { inodes } = this.machine.disk;
    return inodes.getDouble(ino, I_ATIME) > inodes.getDouble(ino, I_MTIME);
  }

  #fillStatOf(file: number, out: Stat): number {
    const { files, pipes } = this.machine;
    const kind = files.kind(file);
    if (kind !== KIND_PIPE && kind !== KIND_TTY) {
      this.fillStat(files.object(file), out);
      return 0;
    }
    out.dev = 0;
    out.ino = files.object(file) + 1;
    out.mode = kind === KIND_TTY ? S_IFCHR | 0o620 : S_IFIFO | 0o600;
    out.nlink = 1;
    out.uid = out.gid = out.blocks = 0;
    out.size = kind === KIND_TTY ? 0 : pipes.available(files.object(file));
    out.atimeSec = out.mtimeSec = out.ctimeSec = 0;
    out.atimeNsec = out.mtimeNsec = out.ctimeNsec = 0;
    return 0;
  }

  #readEntry(dir: number, cookie: number, out: Dirent, fd: number): number {
    const { disk } = this.machine;
    if (!disk.paths.isDirectory(dir)) return -ENOTDIR;
    if (dir >= VIRTUAL) return this.machine.virtual.readdir(dir, cookie, out, this.slot, fd);
    if (disk.inodes.get(dir, I_NLINK) === 0) return 0;
    if (cookie < FIRST_COOKIE) {
      out.ino = cookie === 0 ? dir : disk.inodes.get(dir, I_PARENT);
      out.type = S_IFDIR >>> 12;
      out.name = cookie === 0 ? DOT : DOT_DOT;
      out.cookie = cookie + 1;
      return 1;
    }
    const entry = this.#entry;
    if (!disk.directories.next(dir, cookie - FIRST_COOKIE, entry)) return 0;
    out.ino = entry.ino;
    out.type = entry.type;
    out.name = new Uint8Array(entry.nameLength);
    out.name.set(disk.memory.bytes.subarray(entry.nameByte, entry.nameByte + entry.nameLength));
    out.cookie = entry.next + FIRST_COOKIE;
    return 1;
  }

  /** When the time is over (monotonic, ms) that the read of a terminal may wait which is under way (VTIME). */
  protected readEnds = Number.POSITIVE_INFINITY;
  #typed = 0;

  /** Overridden where signals can be sent. */
  protected readTerminal(tty: number, into: Uint8Array, at: number, length: number): number {
    const { ttys } = this.machine;
    const now = monotonicMs();
    const typed = ttys.available(tty);
    const count = ttys.read(tty, into, at, length, this.slot, now >= this.readEnds);
    if (count !== -EAGAIN) this.readEnds = Number.POSITIVE_INFINITY;
    else if (this.readEnds === Number.POSITIVE_INFINITY || typed !== this.#typed)
      this.readEnds = now + ttys.patience(tty);
    this.#typed = typed;
    return count;
  }

  /** The inode behind an fd of any kind but a pipe or terminal, which have none to change. */
  #anyInode(fd: number): number {
    const file = this.file(fd);
    if (file < 0) return file;
    const kind = this.machine.files.kind(file);
    return kind === KIND_PIPE || kind === KIND_TTY ? -ENOTSUP : this.machine.files.object(file);
  }

  #pollOne(entry: PollFd): void {
    const { files, disk, pipes } = this.machine;
    entry.readable = entry.writable = entry.hangup = false;
    entry.available = 0;
    const file = this.file(entry.fd);
    entry.error = file < 0 ? -file : 0;
    if (file < 0) return;
    const kind = files.kind(file);
    const object = files.object(file);
    if (kind === KIND_TTY) {
      const { ttys } = this.machine;
      entry.readable = entry.wantRead && ttys.isReadable(object, this.slot);
      entry.writable = entry.wantWrite && ttys.isWritable(object, this.slot);
      entry.available = ttys.available(object);
      entry.hangup = !ttys.isOpen(object);
    } else if (kind !== KIND_PIPE) {
      entry.readable = entry.wantRead;
      entry.writable = entry.wantWrite;
      const isFile = kind === KIND_INODE && (disk.inodes.get(object, I_MODE) & S_IFREG) === S_IFREG;
      if (isFile) entry.available = Math.max(0, disk.content.size(object) - files.offset(file));
    } else if (!this.hasMet(file, true)) {
      // Nobody has opened the other side of the FIFO yet.
    } else if ((files.flags(file) & O_ACCMODE) === O_WRONLY) {
      entry.writable = entry.wantWrite && pipes.isWritable(object, this.slot);
      entry.hangup = pipes.isBroken(object);
    } else {
      entry.readable = entry.wantRead && pipes.isReadable(object, this.slot);
      entry.available = pipes.available(object);
      entry.hangup = pipes.isAtEnd(object);
    }
  }
}
