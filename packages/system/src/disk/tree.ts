// The operations on the tree of names: create, link, unlink, rename. Each is one transaction (the caller commits or undoes
// it), save for the freeing of an inode's content, which follows in transactions of its own. Top layer of the disk.

import { PATH_MAX, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../constants.ts";
import { EBUSY, EEXIST, EINVAL, EISDIR, EMLINK, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY, EPERM } from "../errno.ts";
import type { Content } from "./content.ts";
import type { Directories } from "./directories.ts";
import { CREATE, REMOVE } from "./event-ring.ts";
import { I_CTIME, I_DEVICE, I_MODE, I_NLINK, I_PARENT, type Inodes, ROOT } from "./inodes.ts";
import { VIRTUAL } from "./layout.ts";
import type { Walk } from "./paths.ts";
import type { Watches } from "./watches.ts";

const LINK_MAX = 65_000;

export class Tree {
  readonly #inodes: Inodes;
  readonly #content: Content;
  readonly #directories: Directories;
  readonly #watches: Watches;

  constructor(inodes: Inodes, content: Content, directories: Directories, watches: Watches) {
    this.#inodes = inodes;
    this.#content = content;
    this.#directories = directories;
    this.#watches = watches;
  }

  type(ino: number): number {
    return this.#inodes.get(ino, I_MODE) & S_IFMT;
  }

  /** A new, empty file, directory or (with `device`) character device where the walk ended; its inode or -errno. */
  create(walk: Walk, mode: number, owner: number, device = 0): number {
    const isDirectory = (mode & S_IFMT) === S_IFDIR;
    if (walk.ino !== 0) return -EEXIST;
    if (walk.parent >= VIRTUAL) return -EPERM;
    if (walk.trailingSlash && !isDirectory) return -ENOENT;
    if (this.#inodes.get(walk.parent, I_NLINK) === 0) return -ENOENT; // a removed working directory
    const ready = this.#directories.prepare(walk.parent);
    if (ready < 0) return ready;
    const ino = this.#inodes.allocate(mode, owner);
    if (ino < 0) return ino;
    if (device !== 0) this.#inodes.set(ino, I_DEVICE, device);
    if (isDirectory) {
      this.#inodes.set(ino, I_NLINK, 2);
      this.#inodes.set(ino, I_PARENT, walk.parent);
      this.#inodes.set(walk.parent, I_NLINK, this.#inodes.get(walk.parent, I_NLINK) + 1);
    }
    const added = this.#enter(walk, ino);
    if (added < 0) return added;
    this.#watches.note(CREATE, walk, ino);
    return ino;
  }

  symlink(walk: Walk, target: Uint8Array, owner: number): number {
    if (target.length === 0) return -ENOENT;
    if (target.length >= PATH_MAX) return -ENAMETOOLONG;
    const ino = this.create(walk, S_IFLNK | 0o777, owner);
    if (ino < 0) return ino;
    const written = this.#content.write(ino, target, 0, target.length, 0);
    return Math.min(written, 0);
  }

  link(walk: Walk, ino: number): number {
    if (walk.ino !== 0) return -EEXIST;
    if (this.type(ino) === S_IFDIR) return -EPERM;
    if (walk.trailingSlash || this.#inodes.get(walk.parent, I_NLINK) === 0) return -ENOENT;
    if (this.#inodes.get(ino, I_NLINK) >= LINK_MAX) return -EMLINK;
    const ready = this.#directories.prepare(walk.parent);
    if (ready < 0) return ready;
    this.#inodes.set(ino, I_NLINK, this.#inodes.get(ino, I_NLINK) + 1);
    this.#inodes.stamp(ino, I_CTIME);
    this.#watches.note(CREATE, walk, ino);
    return this.#enter(walk, ino);
  }

  unlink(walk: Walk): number {
    if (walk.ino === 0) return -ENOENT;
    if (this.type(walk.ino) === S_IFDIR) return -EISDIR;
    if (walk.trailingSlash) return -ENOTDIR;
    this.#directories.remove(walk.parent, walk.name, walk.start, walk.end);
    this.#watches.note(REMOVE, walk, walk.ino);
    this.drop(walk.ino);
    return 0;
  }

  rmdir(walk: Walk): number {
    if (walk.ino === 0) return -ENOENT;
    if (walk.ino === ROOT) return -EBUSY;
    if (!walk.hasName) return walk.dotDot ? -ENOTEMPTY : -EINVAL;
    if (this.type(walk.ino) !== S_IFDIR) return -ENOTDIR;
    if (!this.#directories.isEmpty(walk.ino)) return -ENOTEMPTY;
    this.#directories.remove(walk.parent, walk.name, walk.start, walk.end);
    this.#inodes.set(walk.parent, I_NLINK, this.#inodes.get(walk.parent, I_NLINK) - 1);
    this.#watches.note(REMOVE, walk, walk.ino);
    this.#watches.noteEnd(walk.ino);
    this.drop(walk.ino);
    return 0;
  }

  rename(from: Walk, to: Walk): number {
    if (!from.hasName || !to.hasName) return -EBUSY;
    if (from.ino === 0 || this.#inodes.get(to.parent, I_NLINK) === 0) return -ENOENT;
    const isDirectory = this.type(from.ino) === S_IFDIR;
    if (!isDirectory && (from.trailingSlash || to.trailingSlash)) return -ENOTDIR;
    if (isDirectory && this.#isWithin(to.parent, from.ino)) return -EINVAL;
    if (to.ino === from.ino) return 0;
    if (to.ino !== 0) {
      const refused = this.#isWithin(from.parent, to.ino) ? -ENOTEMPTY : this.#refusesReplacing(to.ino, isDirectory);
      if (refused < 0) return refused;
    } else {
      const ready = this.#directories.prepare(to.parent);
      if (ready < 0) return ready;
    }
    return this.#move(from, to, isDirectory);
  }

  /** One name less: frees the inode when that was the last one and nobody has it open. */
  drop(ino: number): void {
    const left = this.type(ino) === S_IFDIR ? 0 : this.#inodes.get(ino, I_NLINK) - 1;
    this.#inodes.set(ino, I_NLINK, left);
    this.#inodes.stamp(ino, I_CTIME);
    if (left === 0 && this.#inodes.openCount(ino) === 0) this.#content.shed(ino);
  }

  /** One opener more or less; the last one of an inode without a name frees it. */
  hold(ino: number): void {
    if (ino >= VIRTUAL) return;
    this.#inodes.addOpen(ino, 1);
  }
  letGo(ino: number): void {
    if (ino >= VIRTUAL) return;
    this.#inodes.addOpen(ino, -1);
    if (this.#inodes.openCount(ino) === 0 && this.#inodes.get(ino, I_NLINK) === 0) this.#content.shed(ino);
  }

  /** A file without a name, for content that is to take another file's place at once; freed when its last opener goes. */
  createUnnamed(): number {
    const ino = this.#inodes.allocate(S_IFREG | 0o600, 0);
    if (ino >= 0) this.#inodes.set(ino, I_NLINK, 0);
    return ino;
  }

  #enter(walk: Walk, ino: number): number {
    return this.#directories.add(walk.parent, walk.name, walk.start, walk.end, ino, this.type(ino) >>> 12);
  }

  #refusesReplacing(target: number, byDirectory: boolean): number {
    const isDirectory = this.type(target) === S_IFDIR;
    if (byDirectory && !isDirectory) return -ENOTDIR;
    if (!byDirectory && isDirectory) return -EISDIR;
    return isDirectory && !this.#directories.isEmpty(target) ? -ENOTEMPTY : 0;
  }

  #move(from: Walk, to: Walk, isDirectory: boolean): number {
    // The new entry first: it must not take the old one's room, which undoing would need again.
    if (to.ino !== 0) {
      this.#directories.replace(to.parent, to.name, to.start, to.end, from.ino, this.type(from.ino) >>> 12);
    } else {
      const added = this.#enter(to, from.ino);
      if (added < 0) return added;
    }
    this.#directories.remove(from.parent, from.name, from.start, from.end);
    if (isDirectory) {
      this.#inodes.set(from.ino, I_PARENT, to.parent);
      this.#inodes.set(from.parent, I_NLINK, this.#inodes.get(from.parent, I_NLINK) - 1);
      if (to.ino === 0) this.#inodes.set(to.parent, I_NLINK, this.#inodes.get(to.parent, I_NLINK) + 1);
    }
    this.#inodes.stamp(from.ino, I_CTIME);
    this.#watches.noteRename(from, to); // before `drop`, which commits
    if (to.ino !== 0) this.drop(to.ino);
    return 0;
  }

  /** `dir` must have a name: a removed directory's parent may be anything by now. */
  #isWithin(dir: number, ancestor: number): boolean {
    for (let at = dir; ; at = this.#inodes.get(at, I_PARENT)) {
      if (at === ancestor) return true;
      if (at === ROOT) return false;
    }
  }
}
