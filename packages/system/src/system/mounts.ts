// Trees that are mounted read-only over directories of the disk: what packs bring. They stand in memory that all workers share and in no
// snapshot. Inode numbers with `MOUNTED` say which tree and which entry. Called with the lock held. A worker that may never need it
// loads it with the first tree: see `Virtual`.

import { S_IFDIR, S_IFREG } from "../constants.ts";
import { I_PARENT, ROOT } from "../disk/inodes.ts";
import { VIRTUAL } from "../disk/layout.ts";
import { decode, encode } from "../text.ts";
import type { Machine } from "./machine.ts";
import { directoryPath, nameIn } from "./path-of.ts";
import { TreeImage } from "./tree-image.ts";
import type { Dirent, Stat } from "./types.ts";
import { MOUNTED, type MountedTrees } from "./virtual.ts";

const TREE_SHIFT = 24;
const MOST_TREES = 32;
const ENTRY_MASK = (1 << TREE_SHIFT) - 1;
/** Devices 1 and 2 are the disk and /proc. */
const FIRST_DEVICE = 3;

interface Mount {
  /** The directory on the disk that it covers. */
  over: number;
  image: TreeImage;
}

const DOTS = [encode("."), encode("..")];

export class Mounts implements MountedTrees {
  readonly #machine: Machine;
  readonly #mounts: Mount[] = [];
  readonly #roots = new Map<number, number>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Mounts a tree over the directory `over` of a machine; once is enough for each. Throws a `RangeError` if the bytes are no tree. */
  static add(machine: Machine, over: number, buffer: ArrayBufferLike): void {
    const { virtual } = machine;
    virtual.mounts ??= new Mounts(machine);
    (virtual.mounts as Mounts).add(over, buffer);
  }

  private add(over: number, buffer: ArrayBufferLike): void {
    if (this.#roots.has(over)) return;
    if (this.#mounts.length === MOST_TREES) throw new RangeError(`more than ${MOST_TREES} mounted trees`);
    this.#roots.set(over, VIRTUAL | MOUNTED | (this.#mounts.length << TREE_SHIFT));
    this.#mounts.push({ over, image: new TreeImage(buffer) });
  }

  /** What stands in the place of a directory of the disk: the root of a tree, or itself. */
  at(directory: number): number {
    return this.#roots.get(directory) ?? directory;
  }

  lookup(directory: number, name: Uint8Array, start: number, end: number): number {
    const mount = this.#mount(directory);
    const entry = mount?.image.lookup(directory & ENTRY_MASK, name, start, end) ?? -1;
    return entry < 0 ? 0 : directory - (directory & ENTRY_MASK) + entry;
  }

  /** Type and permissions; 0 when this worker was not told of the tree. */
  mode(ino: number): number {
    const mount = this.#mount(ino);
    if (mount === undefined) return 0;
    return mount.image.isDirectory(ino & ENTRY_MASK) ? S_IFDIR | 0o555 : S_IFREG | 0o444;
  }

  isRoot(ino: number): boolean {
    return (ino & ENTRY_MASK) === 0;
  }

  parent(directory: number): number {
    const mount = this.#mount(directory);
    if (mount === undefined) return ROOT;
    if (this.isRoot(directory)) return this.#machine.disk.inodes.get(mount.over, I_PARENT);
    return directory - (directory & ENTRY_MASK) + mount.image.parent(directory & ENTRY_MASK);
  }

  size(ino: number): number {
    const mount = this.#mount(ino);
    return mount === undefined || mount.image.isDirectory(ino & ENTRY_MASK) ? 0 : mount.image.size(ino & ENTRY_MASK);
  }

  fillStat(ino: number, out: Stat): void {
    const image = this.#mount(ino)?.image;
    out.dev = FIRST_DEVICE + ((ino >>> TREE_SHIFT) & (MOST_TREES - 1));
    out.ino = ino;
    out.mode = this.mode(ino);
    out.nlink = image?.isDirectory(ino & ENTRY_MASK) ? 2 : 1;
    out.uid = out.gid = 0;
    out.size = this.size(ino);
    out.blocks = Math.ceil(out.size / 512);
    out.atimeSec = out.mtimeSec = out.ctimeSec = image?.mtime ?? 0;
    out.atimeNsec = out.mtimeNsec = out.ctimeNsec = 0;
  }

  read(ino: number, into: Uint8Array, at: number, length: number, position: number): number {
    const part = this.#mount(ino)
      ?.image.contents(ino & ENTRY_MASK)
      .subarray(position, position + length);
    if (part === undefined) return 0;
    into.set(part, at);
    return part.length;
  }

  /** As `System.readdir`. */
  readdir(directory: number, cookie: number, out: Dirent): number {
    const image = this.#mount(directory)?.image;
    const index = cookie - DOTS.length;
    if (image === undefined || index >= image.size(directory & ENTRY_MASK)) return 0;
    const entry = image.first(directory & ENTRY_MASK) + index;
    if (cookie === 0) out.ino = directory;
    else if (cookie === 1) out.ino = this.parent(directory);
    else out.ino = directory - (directory & ENTRY_MASK) + entry;
    out.type = (index < 0 || image.isDirectory(entry) ? S_IFDIR : S_IFREG) >>> 12;
    // A copy: whoever asks may hand it to what takes no shared memory.
    out.name = DOTS[cookie] ?? image.name(entry).slice();
    out.cookie = cookie + 1;
    return 1;
  }

  /** The path of a directory or file, null where the directory that it covers is gone. */
  path(ino: number): string | null {
    const mount = this.#mount(ino);
    if (mount === undefined) return null;
    let path = "";
    for (let entry = ino & ENTRY_MASK; entry !== 0; entry = mount.image.parent(entry)) {
      path = `/${decode(mount.image.name(entry))}${path}`;
    }
    const parent = this.#machine.disk.inodes.get(mount.over, I_PARENT);
    const above = directoryPath(this.#machine, parent);
    return above === null ? null : `${above === "/" ? "" : above}/${nameIn(this.#machine, parent, mount.over)}${path}`;
  }

  #mount(ino: number): Mount | undefined {
    return this.#mounts[(ino >>> TREE_SHIFT) & (MOST_TREES - 1)];
  }
}
