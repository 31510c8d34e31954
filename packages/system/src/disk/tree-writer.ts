// A tree made on a disk that nobody else has yet: entries by their parent's inode, with every attribute as given. Above the tree.
// Each call is a transaction, commits what it did or undoes it, and returns a result >= 0 or -errno.

import { NAME_MAX, S_IFDIR, S_IFMT } from "../constants.ts";
import { EINVAL, ENAMETOOLONG, ENOTDIR } from "../errno.ts";
import type { Disk } from "./disk.ts";
import { I_ATIME, I_CTIME, I_CTIME_NS, I_MODE, I_MTIME, I_OWNER } from "./inodes.ts";
import { Walk } from "./paths.ts";
import type { Attributes } from "./tree-reader.ts";

export type Times = Pick<Attributes, "mtime" | "atime" | "ctime">;

export class TreeWriter {
  readonly #disk: Disk;
  readonly #walk = new Walk();

  constructor(disk: Disk) {
    this.#disk = disk;
    disk.inodes.tick();
  }

  /** The inode of that name in a directory, 0 when there is none. */
  lookup(directory: number, name: Uint8Array): number {
    return this.#disk.directories.lookup(directory, name, 0, name.length);
  }
  /** The type bits of an inode's mode. */
  type(ino: number): number {
    return this.#disk.tree.type(ino);
  }
  isDirectory(ino: number): boolean {
    return this.type(ino) === S_IFDIR;
  }

  /** A new entry of the type that `mode` says; its inode. */
  create(directory: number, name: Uint8Array, mode: number, device = 0): number {
    return this.#change(directory, name, (walk) => this.#disk.tree.create(walk, mode, 0, device));
  }
  symlink(directory: number, name: Uint8Array, target: Uint8Array): number {
    const result = this.#change(directory, name, (walk) => this.#disk.tree.symlink(walk, target, 0));
    return result < 0 ? result : this.lookup(directory, name);
  }
  /** One more name for an inode, whose times stay. */
  link(directory: number, name: Uint8Array, ino: number): number {
    return this.#change(directory, name, (walk) => {
      const { inodes } = this.#disk;
      const ctime = { sec: inodes.getDouble(ino, I_CTIME), nsec: inodes.get(ino, I_CTIME_NS) };
      const result = this.#disk.tree.link(walk, ino);
      if (result >= 0) inodes.setTime(ino, I_CTIME, ctime);
      return result;
    });
  }
  unlink(directory: number, name: Uint8Array): number {
    return this.#change(directory, name, (walk) => this.#disk.tree.unlink(walk));
  }

  /** All of `bytes`, or -errno. */
  write(ino: number, bytes: Uint8Array, position: number): number {
    const { content, journal } = this.#disk;
    for (let done = 0; done < bytes.length; ) {
      const count = this.#end(content.write(ino, bytes, done, bytes.length - done, position + done));
      if (count < 0) return count;
      done += count;
    }
    journal.commit();
    return bytes.length;
  }
  resize(ino: number, size: number): number {
    return this.#end(this.#disk.content.resize(ino, size));
  }

  /** Permissions and owner. */
  setOwner(ino: number, mode: number, uid: number, gid: number): void {
    const { inodes, journal } = this.#disk;
    inodes.set(ino, I_MODE, (inodes.get(ino, I_MODE) & S_IFMT) | (mode & 0o7777));
    inodes.set(ino, I_OWNER, uid | (gid << 16));
    journal.commit();
  }
  /** A directory's come last: what is put into it changes them again. */
  setTimes(ino: number, { mtime, atime, ctime }: Times): void {
    const { inodes, journal } = this.#disk;
    inodes.setTime(ino, I_MTIME, mtime);
    inodes.setTime(ino, I_ATIME, atime);
    inodes.setTime(ino, I_CTIME, ctime);
    journal.commit();
  }

  #change(directory: number, name: Uint8Array, body: (walk: Walk) => number): number {
    if (!this.isDirectory(directory)) return -ENOTDIR;
    if (name.length > NAME_MAX) return -ENAMETOOLONG;
    if (name.length === 0) return -EINVAL;
    const walk = this.#walk;
    walk.parent = directory;
    walk.name = name;
    walk.start = 0;
    walk.end = name.length;
    walk.ino = this.lookup(directory, name);
    return this.#end(body(walk));
  }

  #end(result: number): number {
    if (result < 0) this.#disk.journal.rollback();
    else this.#disk.journal.commit();
    return result;
  }
}
