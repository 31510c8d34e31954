// What stands on no disk, by inode numbers from `VIRTUAL` on: /proc, and the trees of packs. Here is told which of the two an
// inode belongs to. `disk/paths.ts` asks here, and the system calls do where they would look into the inode table.

import type { VirtualTree } from "../disk/paths.ts";
import { EINVAL } from "../errno.ts";
import type { Machine } from "./machine.ts";
import { Proc } from "./proc.ts";
import type { Dirent, Stat } from "./types.ts";

/** Set in the inode numbers of mounted trees, beside `VIRTUAL`. */
export const MOUNTED = 1 << 29;

/** What `mounts.ts` does; each takes inode numbers of its own only. */
export interface MountedTrees {
  at(directory: number): number;
  lookup(directory: number, name: Uint8Array, start: number, end: number): number;
  mode(ino: number): number;
  isRoot(ino: number): boolean;
  parent(directory: number): number;
  size(ino: number): number;
  fillStat(ino: number, out: Stat): void;
  read(ino: number, into: Uint8Array, at: number, length: number, position: number): number;
  readdir(directory: number, cookie: number, out: Dirent): number;
  path(ino: number): string | null;
}

export class Virtual implements VirtualTree {
  readonly proc: Proc;
  /** Null until something is mounted: then no inode number says that it is. */
  mounts: MountedTrees | null = null;

  constructor(machine: Machine) {
    this.proc = new Proc(machine);
  }

  get root(): number {
    return this.proc.root;
  }

  get hasMounts(): boolean {
    return this.mounts !== null;
  }

  mountedAt(directory: number): number {
    return (this.mounts as MountedTrees).at(directory);
  }

  lookup(directory: number, name: Uint8Array, start: number, end: number): number {
    return this.#of(directory).lookup(directory, name, start, end);
  }

  mode(ino: number): number {
    return this.#of(ino).mode(ino);
  }

  parent(directory: number): number {
    return this.#of(directory).parent(directory);
  }

  /** May it be neither removed nor renamed because something is mounted there? */
  isMountPoint(ino: number): boolean {
    return this.#mounted(ino)?.isRoot(ino) ?? ino === this.proc.root;
  }

  follow(link: number): number {
    return this.proc.follow(link);
  }

  target(link: number): Uint8Array | number {
    return this.#mounted(link) ? -EINVAL : this.proc.target(link);
  }

  /** See `Proc.openedFile`. */
  openedFile(ino: number): number {
    return this.#mounted(ino) ? -1 : this.proc.openedFile(ino);
  }

  /** See `Proc.real`. */
  real(ino: number): number {
    return this.#mounted(ino) ? ino : this.proc.real(ino);
  }

  fillStat(ino: number, out: Stat): void {
    this.#of(ino).fillStat(ino, out);
  }

  /** Where SEEK_END counts from: /proc's texts have no size. */
  size(ino: number): number {
    return this.#mounted(ino)?.size(ino) ?? 0;
  }

  /** Up to `length` bytes of file `ino` from `position`, as the open file `file` sees it; or -errno. */
  read(file: number, ino: number, into: Uint8Array, at: number, length: number, position: number): number {
    const mounted = this.#mounted(ino);
    if (mounted) return mounted.read(ino, into, at, length, position);
    return this.proc.read(file, ino, into, at, length, position);
  }

  /** As `System.readdir`, for the process in slot `caller` that reads through its fd `through`. */
  readdir(directory: number, cookie: number, out: Dirent, caller: number, through: number): number {
    const mounted = this.#mounted(directory);
    if (mounted) return mounted.readdir(directory, cookie, out);
    return this.proc.readdir(directory, cookie, out, caller, through);
  }

  /** The path of a directory, null when it is gone. */
  path(directory: number): string | null {
    return this.#of(directory).path(directory);
  }

  #of(ino: number): Proc | MountedTrees {
    return this.#mounted(ino) ?? this.proc;
  }

  #mounted(ino: number): MountedTrees | null {
    return (ino & MOUNTED) === 0 ? null : this.mounts;
  }
}
