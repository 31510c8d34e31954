// System calls that make and unmake fds: open, close, dup, pipe, the flags of an open file, and the unnamed file whose
// content takes another's place at once.

import {
  O_ACCMODE,
  O_APPEND,
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
  RLIMIT_NOFILE,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../constants.ts";
import { WRITE } from "../disk/event-ring.ts";
import { I_DEVICE, I_NLINK } from "../disk/inodes.ts";
import { TRACE_FD, VIRTUAL } from "../disk/layout.ts";
import { FOLLOW, NAME, NO_FOLLOW } from "../disk/paths.ts";
import { EACCES, EAGAIN, EBADF, EEXIST, EINVAL, EISDIR, ELOOP, EMFILE, ENOENT, ENOTDIR, ENXIO } from "../errno.ts";
import { DEVICE_FD, DEVICE_PTS, DEVICE_TTY } from "../io/devices.ts";
import { KIND_DEVICE, KIND_INODE, KIND_PIPE, KIND_TTY, KIND_VIRTUAL } from "../io/open-files.ts";
import { READING, WRITING } from "../io/pipe.ts";
import { P_FD_END, P_SESSION, P_UMASK } from "../io/slots.ts";
import { CLOEXEC_BIT } from "./base.ts";
import { PathCalls } from "./path-calls.ts";

const SLASH = 0x2f;

export abstract class OpenCalls extends PathCalls {
  /** Opens a path with Linux's O_ flags; the lowest free fd, or -errno. `mode` counts when a file is created, less the umask. */
  open(dirfd: number, path: Uint8Array, flags: number, mode: number): number {
    if ((flags & (O_CREAT | O_TRUNC)) === 0) this.enter();
    else this.enterToChange();
    let result: number;
    try {
      result = this.#open(dirfd, path, flags, mode);
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  /** An fd on a new file without a name, open for reading and writing. See `publish`. */
  openUnnamed(): number {
    return this.call(() => {
      this.machine.disk.inodes.tick();
      const ino = this.machine.disk.tree.createUnnamed();
      return ino < 0 ? ino : this.#openInode(ino, O_RDWR, 0);
    });
  }

  /**
   * Makes the content of the unnamed file `fd` the content of `path`, at once: whoever looks sees all of the old or all of
   * the new. An existing file keeps inode, mode and links; a new one gets `mode` less the umask. Symbolic links are followed.
   */
  publish(fd: number, dirfd: number, path: Uint8Array, mode: number): number {
    return this.change(() => {
      const { disk, walk, slots } = this.machine;
      const unnamed = this.inodeOf(fd);
      if (unnamed < 0) return unnamed;
      if (disk.inodes.get(unnamed, I_NLINK) !== 0) return -EINVAL;
      const result = this.resolve(walk, dirfd, path, FOLLOW);
      if (result < 0) return result;
      if (walk.trailingSlash || !(walk.ino !== 0 || walk.hasName)) return -EISDIR;
      const target =
        walk.ino !== 0 ? walk.ino : this.create(walk, S_IFREG | (mode & 0o7777 & ~slots.get(this.slot, P_UMASK)));
      if (target < 0) return target;
      if (disk.tree.type(target) !== S_IFREG) return disk.tree.type(target) === S_IFDIR ? -EISDIR : -EINVAL;
      disk.inodes.tick();
      if (walk.ino !== 0) this.note(WRITE, target, -1); // a new one has been told of, and is whole
      disk.content.swap(target, unnamed);
      return 0;
    });
  }

  /**
   * Opening a FIFO waits until its other side is opened as well; `open` does not, so that a caller may wait as it can. The fd, or
   * -EAGAIN while there is something to wait for; any other fd is open at once.
   */
  opened(fd: number): number {
    const file = this.file(fd);
    if (file < 0 || this.machine.files.kind(file) !== KIND_PIPE) return fd;
    return this.call(() => (this.hasMet(file) ? fd : -EAGAIN));
  }

  close(fd: number): number {
    return this.call(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      this.closeFd(fd, file);
      return 0;
    });
  }

  /** A new fd >= `min` for the same open file. */
  dup(fd: number, min = 0): number {
    return this.call(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      const to = this.lowestFree(min);
      if (to < 0) return to;
      this.machine.files.addReference(file);
      return this.#install(to, file, 0);
    });
  }

  /** Makes `to` refer to the open file of `fd`, closing what it was. Not close-on-exec. */
  dup2(fd: number, to: number): number {
    return this.call(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      if (!(to >= 0 && to < this.#fdEnd)) return -EBADF;
      if (to === fd) return to;
      this.machine.files.addReference(file);
      const old = this.file(to);
      if (old >= 0) this.closeFd(to, old);
      return this.#install(to, file, 0);
    });
  }

  setCloexec(fd: number, on: boolean): number {
    return this.call(() => {
      const file = this.file(fd);
      return file < 0 ? file : Math.min(0, this.#install(fd, file, on ? O_CLOEXEC : 0));
    });
  }

  /** 1 for an fd that is closed when a program starts, else 0. */
  getCloexec(fd: number): number {
    const file = this.file(fd);
    const word = this.machine.slots.fdWord(this.slot) + fd;
    return file < 0 ? file : (this.machine.disk.memory.words[word] & CLOEXEC_BIT) === 0 ? 0 : 1;
  }

  /** Access mode and status flags of an open file. */
  getFlags(fd: number): number {
    const file = this.file(fd);
    return file < 0 ? file : this.machine.files.flags(file);
  }

  /** Sets O_APPEND and O_NONBLOCK; the rest stays. */
  setFlags(fd: number, flags: number): number {
    return this.call(() => {
      const file = this.file(fd);
      if (file < 0) return file;
      const settable = O_APPEND | O_NONBLOCK;
      this.machine.files.setFlags(file, (this.machine.files.flags(file) & ~settable) | (flags & settable));
      return 0;
    });
  }

  /** `out` becomes [read end, write end]. */
  pipe(out: [number, number]): number {
    return this.call(() => {
      const readFd = this.lowestFree(0);
      if (readFd < 0) return readFd;
      const writeFd = this.lowestFree(readFd + 1);
      if (writeFd < 0) return writeFd;
      const { pipes, files } = this.machine;
      const pipe = pipes.allocate();
      if (pipe < 0) return pipe;
      const reader = files.allocate(KIND_PIPE, pipe, O_RDONLY);
      const writer = files.allocate(KIND_PIPE, pipe, O_WRONLY);
      if (writer < 0) {
        if (reader < 0) pipes.closeReader(pipe);
        else files.release(reader);
        pipes.closeWriter(pipe);
        return writer;
      }
      out[0] = this.#install(readFd, reader, 0);
      out[1] = this.#install(writeFd, writer, 0);
      return 0;
    });
  }

  /** True when both fds are open on the same open file. */
  isSameFile(fd: number, other: number): boolean {
    return this.file(fd) >= 0 && this.file(fd) === this.file(other);
  }

  /** One more than the highest fd that may be made. */
  get #fdEnd(): number {
    return Math.min(TRACE_FD, this.machine.slots.limit(this.slot, RLIMIT_NOFILE));
  }

  /** Whether an open file may be read and written without waiting for the other side of a FIFO. */
  protected hasMet(file: number, whoPolls = false): boolean {
    const { files, pipes } = this.machine;
    const metAt = files.parent(file);
    const flags = files.flags(file);
    if (metAt === 0 || (!whoPolls && (flags & O_NONBLOCK) !== 0)) return true;
    return pipes.hasMet(files.object(file), flags & O_ACCMODE, metAt, this.slot);
  }

  protected lowestFree(min: number): number {
    const { words } = this.machine.disk.memory;
    const table = this.machine.slots.fdWord(this.slot);
    const end = this.#fdEnd;
    for (let fd = Math.max(0, min); fd < end; fd++) if (words[table + fd] === 0) return fd;
    return -EMFILE;
  }

  protected closeFd(fd: number, file: number): void {
    this.machine.disk.memory.words[this.machine.slots.fdWord(this.slot) + fd] = 0;
    this.machine.files.release(file);
    this.machine.disk.journal.commit();
  }

  #open(dirfd: number, path: Uint8Array, flags: number, mode: number): number {
    const { walk, slots } = this.machine;
    const isExclusive = (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0;
    if ((flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0) return -EINVAL;
    if ((flags & O_CREAT) !== 0 && path[path.length - 1] === SLASH) {
      const parent = this.resolve(walk, dirfd, path, NAME);
      return parent < 0 ? parent : -EISDIR;
    }
    const follow = isExclusive ? NAME : (flags & O_NOFOLLOW) === 0 ? FOLLOW : NO_FOLLOW;
    const result = this.resolve(walk, dirfd, path, follow);
    if (result < 0) return result;
    if (walk.ino !== 0) return isExclusive ? -EEXIST : this.#openExisting(walk.ino, flags, walk.parent);
    if ((flags & O_CREAT) === 0) return -ENOENT;
    if (walk.trailingSlash) return -EISDIR; // a dangling link whose target ends so
    const ino = this.create(walk, S_IFREG | (mode & 0o7777 & ~slots.get(this.slot, P_UMASK)));
    return ino < 0 ? ino : this.#openInode(ino, flags, 0, walk.parent);
  }

  #openExisting(ino: number, flags: number, parent: number): number {
    const { disk } = this.machine;
    if (ino >= VIRTUAL) return this.#openVirtual(ino, flags);
    const type = disk.tree.type(ino);
    const writes = (flags & O_ACCMODE) !== O_RDONLY;
    if (type === S_IFDIR) {
      if (writes || (flags & (O_CREAT | O_TRUNC)) !== 0) return -EISDIR;
    } else if ((flags & O_DIRECTORY) !== 0) return -ENOTDIR;
    if (type === S_IFLNK) return -ELOOP;
    if (type === S_IFCHR) return this.#openDevice(ino, flags);
    if (type === S_IFIFO) return this.#openFifo(ino, flags);
    if (writes) disk.watches.see(this.machine.walk, ino);
    const fd = this.#openInode(ino, flags, 0, parent);
    if (fd >= 0 && (flags & O_TRUNC) !== 0 && writes) {
      disk.inodes.tick();
      this.note(WRITE, ino, -1);
      disk.content.resize(ino, 0);
    }
    return fd;
  }

  #openDevice(ino: number, flags: number): number {
    const device = this.machine.disk.inodes.get(ino, I_DEVICE);
    const { ttys, slots } = this.machine;
    if (device === DEVICE_TTY) return this.openTty(ttys.ofSession(slots.get(this.slot, P_SESSION)), flags);
    if (device >= DEVICE_PTS) return this.openTty(device - DEVICE_PTS, flags);
    if (device < DEVICE_FD) return this.#openInode(ino, flags, device);
    const file = this.file(device - DEVICE_FD);
    return file < 0 ? -ENOENT : this.#share(file, flags);
  }

  protected openTty(tty: number, flags: number): number {
    if (!this.machine.ttys.isOpen(tty)) return -ENXIO;
    const fd = this.lowestFree(0);
    if (fd < 0) return fd;
    const file = this.machine.files.allocate(KIND_TTY, tty, flags & (O_ACCMODE | O_NONBLOCK));
    return file < 0 ? file : this.#install(fd, file, flags);
  }

  /** /proc: an fd's link gives a duplicate, as /dev/stdin does; the rest can only be read. */
  #openVirtual(ino: number, flags: number): number {
    const { virtual, files } = this.machine;
    const file = virtual.openedFile(ino);
    if (file >= 0) return (flags & O_DIRECTORY) !== 0 ? -ENOTDIR : this.#share(file, flags);
    const type = virtual.mode(ino) & S_IFMT;
    if ((flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0) return type === S_IFDIR ? -EISDIR : -EACCES;
    if (type === S_IFLNK) return -ELOOP;
    if (type !== S_IFDIR && (flags & O_DIRECTORY) !== 0) return -ENOTDIR;
    const fd = this.lowestFree(0);
    if (fd < 0) return fd;
    const opened = files.allocate(KIND_VIRTUAL, ino, flags & O_NONBLOCK);
    return opened < 0 ? opened : this.#install(fd, opened, flags);
  }

  #openFifo(ino: number, flags: number): number {
    const { pipes, files } = this.machine;
    const access = flags & O_ACCMODE;
    const fd = this.lowestFree(0);
    if (fd < 0) return fd;
    const pipe = pipes.openFifo(ino, access === O_RDWR ? [READING, WRITING] : [access]);
    if (pipe < 0) return pipe;
    const metAt = access === O_RDWR ? 0 : pipes.metAt(pipe, access);
    const isRefused = access === O_WRONLY && (flags & O_NONBLOCK) !== 0 && metAt !== 0;
    const file = isRefused ? -ENXIO : files.allocate(KIND_PIPE, pipe, flags & (O_ACCMODE | O_NONBLOCK), ino);
    if (file < 0) {
      if (access !== O_WRONLY) pipes.closeReader(pipe);
      if (access !== O_RDONLY) pipes.closeWriter(pipe);
      return file;
    }
    files.setParent(file, metAt);
    this.machine.disk.journal.commit();
    return this.#install(fd, file, flags);
  }

  /** One more fd for an open file. */
  #share(file: number, flags: number): number {
    const fd = this.lowestFree(0);
    if (fd < 0) return fd;
    this.machine.files.addReference(file);
    return this.#install(fd, file, flags);
  }

  #openInode(ino: number, flags: number, device: number, parent = 0): number {
    const fd = this.lowestFree(0);
    if (fd < 0) return fd;
    const kept = flags & (O_ACCMODE | O_APPEND | O_NONBLOCK);
    const file = this.machine.files.allocate(device === 0 ? KIND_INODE : KIND_DEVICE, ino, kept, device);
    if (file < 0) return file;
    this.machine.files.setParent(file, parent);
    this.machine.disk.journal.commit(); // held before an fd refers to it: an undone hold must not be let go of later
    return this.#install(fd, file, flags);
  }

  #install(fd: number, file: number, flags: number): number {
    const { slots, disk } = this.machine;
    disk.memory.words[slots.fdWord(this.slot) + fd] = (file + 1) | ((flags & O_CLOEXEC) !== 0 ? CLOEXEC_BIT : 0);
    if (fd >= slots.get(this.slot, P_FD_END)) slots.set(this.slot, P_FD_END, fd + 1);
    return fd;
  }
}
