// From a path to an inode: component by component, symbolic links followed, bytes throughout. Above `directories`.
// A `Walk` is the outcome of one lookup; a system call that takes two paths uses two.

import { NAME_MAX, PATH_MAX, S_IFDIR, S_IFLNK, S_IFMT, SYMLINK_MAX } from "../constants.ts";
import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM } from "../errno.ts";
import type { Content } from "./content.ts";
import type { Directories } from "./directories.ts";
import { I_MODE, I_NLINK, I_PARENT, type Inodes, ROOT } from "./inodes.ts";
import { VIRTUAL } from "./layout.ts";

/** What becomes of a symbolic link in a path's last place: followed; followed only before a slash; never (a name to change). */
export const FOLLOW = 2;
export const NO_FOLLOW = 1;
export const NAME = 0;

const SLASH = 0x2f;
const DOT = 0x2e;
const PROC = Uint8Array.of(0x70, 0x72, 0x6f, 0x63);

export class Walk {
  /** What the path names, 0 if its last component does not exist. */
  ino = 0;
  /** The directory that holds (or would hold) it, and its name there. Without a name (`/`, `.`, `..`) `end` equals `start`. */
  parent = 0;
  name: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  trailingSlash = false;
  /** The last component was "..". */
  dotDot = false;

  get hasName(): boolean {
    return this.end > this.start;
  }
}

/** What stands on no disk: inode numbers from `VIRTUAL` on. See `system/virtual.ts`. */
export interface VirtualTree {
  readonly root: number;
  lookup(directory: number, name: Uint8Array, start: number, end: number): number;
  mode(ino: number): number;
  parent(directory: number): number;
  follow(link: number): number;
  target(link: number): Uint8Array | number;
  /** Is anything mounted over directories of the disk? Then what stands in the place of one. */
  readonly hasMounts: boolean;
  mountedAt(directory: number): number;
}

export class Paths {
  /** Stands in the place of the directory /proc. */
  virtual: VirtualTree | null = null;
  readonly #inodes: Inodes;
  readonly #directories: Directories;
  readonly #content: Content;

  constructor(inodes: Inodes, directories: Directories, content: Content) {
    this.#inodes = inodes;
    this.#directories = directories;
    this.#content = content;
  }

  /**
   * Looks `path` up from directory `from`. `mode`: see `FOLLOW`. `beneath`: -EPERM as soon as the path leaves `from`'s subtree.
   * 0 or -errno; a missing last component is no error here, nor with `NAME` a slash after something that is no directory.
   */
  walk(out: Walk, from: number, path: Uint8Array, mode: number, beneath: boolean): number {
    if (path.length === 0) return -ENOENT;
    if (path.length >= PATH_MAX) return -ENAMETOOLONG;
    let text = path;
    let at = 0;
    let dir = from;
    let depth = 0;
    let links = 0;
    if (text[0] === SLASH) {
      if (beneath) return -EPERM;
      dir = ROOT;
    }
    out.trailingSlash = text[text.length - 1] === SLASH;
    out.dotDot = false;
    for (;;) {
      while (at < text.length && text[at] === SLASH) at++;
      if (!this.isDirectory(dir)) return -ENOTDIR;
      if (at === text.length) return found(out, dir, dir, text, at, at);
      const start = at;
      while (at < text.length && text[at] !== SLASH) at++;
      const length = at - start;
      if (length > NAME_MAX) return -ENAMETOOLONG;
      if (length === 1 && text[start] === DOT) {
        out.dotDot = false;
        continue;
      }
      if (length === 2 && text[start] === DOT && text[start + 1] === DOT) {
        if (beneath && depth-- === 0) return -EPERM;
        if (this.#inodes.get(dir, I_NLINK) === 0) return -ENOENT; // removed: its parent may be anything by now
        dir = dir >= VIRTUAL ? this.virtual!.parent(dir) : this.#inodes.get(dir, I_PARENT);
        out.dotDot = true;
        continue;
      }
      out.dotDot = false;
      const isLast = endsHere(text, at);
      let child =
        dir === ROOT || dir >= VIRTUAL
          ? this.#lookupSpecial(dir, text, start, at)
          : this.#directories.lookup(dir, text, start, at);
      if (this.virtual?.hasMounts) child = this.virtual.mountedAt(child);
      if (child === 0) return isLast ? found(out, 0, dir, text, start, at) : -ENOENT;
      let type = this.#mode(child) & S_IFMT;
      if (type === S_IFLNK && (!isLast || mode === FOLLOW || (mode === NO_FOLLOW && out.trailingSlash))) {
        if (++links > SYMLINK_MAX) return -ELOOP;
        const there = child >= VIRTUAL ? this.virtual!.follow(child) : 0;
        if (there < 0) return there;
        if (there === 0) {
          text = this.#spliced(child, text, at);
          at = 0;
          if (text[0] === SLASH) {
            if (beneath) return -EPERM;
            dir = ROOT;
          }
          if (isLast) out.trailingSlash ||= text[text.length - 1] === SLASH;
          continue;
        }
        if (beneath) return -EPERM;
        child = there;
        type = this.#mode(child) & S_IFMT;
      }
      if (isLast) {
        if (out.trailingSlash && type !== S_IFDIR && mode !== NAME) return -ENOTDIR;
        return found(out, child, dir, text, start, at);
      }
      dir = child;
      depth++;
    }
  }

  isDirectory(ino: number): boolean {
    return (this.#mode(ino) & S_IFMT) === S_IFDIR;
  }

  #mode(ino: number): number {
    return ino >= VIRTUAL ? this.virtual!.mode(ino) : this.#inodes.get(ino, I_MODE);
  }

  /** In the root directory, where `proc` is ours, or below that. */
  #lookupSpecial(dir: number, name: Uint8Array, start: number, end: number): number {
    if (dir !== ROOT) return this.virtual!.lookup(dir, name, start, end);
    const child = this.#directories.lookup(dir, name, start, end);
    const isProc =
      end - start === PROC.length &&
      child !== 0 &&
      this.virtual !== null &&
      PROC.every((byte, i) => name[start + i] === byte);
    return isProc ? this.virtual!.root : child;
  }

  /** The link's target followed by what stands after `at` in `text`. */
  #spliced(link: number, text: Uint8Array, at: number): Uint8Array {
    if (link >= VIRTUAL) return joined(this.virtual!.target(link) as Uint8Array, text, at);
    const target = new Uint8Array(this.#content.size(link));
    this.#content.read(link, target, 0, target.length, 0);
    return joined(target, text, at);
  }
}

function joined(target: Uint8Array, text: Uint8Array, at: number): Uint8Array {
  const all = new Uint8Array(target.length + text.length - at);
  all.set(target);
  all.set(text.subarray(at), target.length);
  return all;
}

function found(out: Walk, ino: number, parent: number, name: Uint8Array, start: number, end: number): number {
  out.ino = ino;
  out.parent = parent;
  out.name = name;
  out.start = start;
  out.end = end;
  return 0;
}

function endsHere(text: Uint8Array, at: number): boolean {
  for (let i = at; i < text.length; i++) if (text[i] !== SLASH) return false;
  return true;
}
