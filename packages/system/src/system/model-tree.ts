// For tests: what the file system calls should do, over plain objects and with no thought of speed. Errors are negative
// errnos, as the system calls' are. Names are strings; times are left out.

import { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_TRUNC, O_WRONLY } from "../constants.ts";
import { EBADF, EBUSY, EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY, EPERM } from "../errno.ts";

export interface Node {
  type: "dir" | "file" | "link";
  mode: number;
  /** Names of a file or link; of a directory, 0 once it is removed. */
  links: number;
  data: Uint8Array;
  target: string;
  entries: Map<string, Node>;
  parent: Node;
}

export interface OpenFile {
  node: Node;
  offset: number;
  flags: number;
}

/** Where a path led: `node` is null when its last component is missing; without a name (`.`, `..`, `/`) `name` is empty. */
interface Place {
  node: Node | null;
  parent: Node;
  name: string;
  slash: boolean;
  isDotDot: boolean;
}

type Mode = "follow" | "no-follow" | "name";

export class ModelTree {
  readonly root: Node = newNode("dir", 0o755);
  cwd = this.root;
  readonly fds: (OpenFile | undefined)[] = [];

  constructor() {
    this.root.parent = this.root;
  }

  place(path: string, mode: Mode, from = this.cwd, links = 0): Place | number {
    if (path === "") return -ENOENT;
    const parts = path.split("/").filter((part) => part !== "");
    const slash = path.endsWith("/");
    let dir = path.startsWith("/") ? this.root : from;
    for (let i = 0; i < parts.length; i++) {
      const isLast = i === parts.length - 1;
      const part = parts[i];
      if (dir.type !== "dir") return -ENOTDIR;
      if (part === "." || part === "..") {
        if (part === ".." && dir.links === 0) return -ENOENT;
        if (part === "..") dir = dir.parent;
        if (isLast) return { node: dir, parent: dir, name: "", slash, isDotDot: part === ".." };
        continue;
      }
      const child = dir.entries.get(part);
      if (child === undefined)
        return isLast ? { node: null, parent: dir, name: part, slash, isDotDot: false } : -ENOENT;
      if (child.type === "link" && (!isLast || mode === "follow" || (mode === "no-follow" && slash))) {
        if (links === 40) return -ELOOP;
        return this.place(child.target + path.slice(endOfPart(path, i)), mode, dir, links + 1);
      }
      if (isLast) {
        if (slash && child.type !== "dir" && mode !== "name") return -ENOTDIR;
        return { node: child, parent: dir, name: part, slash, isDotDot: false };
      }
      dir = child;
    }
    return { node: dir, parent: dir, name: "", slash, isDotDot: false };
  }

  find(path: string, follow: boolean): Node | number {
    const place = this.place(path, follow ? "follow" : "no-follow");
    return typeof place === "number" ? place : (place.node ?? -ENOENT);
  }

  open(path: string, flags: number, mode: number): number {
    const creates = (flags & O_CREAT) !== 0;
    const isExclusive = creates && (flags & O_EXCL) !== 0;
    const writes = (flags & 3) !== 0;
    if (creates && (flags & O_DIRECTORY) !== 0) return -EINVAL;
    if (creates && path.endsWith("/")) {
      const parent = this.place(path, "name");
      return typeof parent === "number" ? parent : -EISDIR;
    }
    const place = this.place(path, isExclusive ? "name" : (flags & O_NOFOLLOW) !== 0 ? "no-follow" : "follow");
    if (typeof place === "number") return place;
    let { node } = place;
    if (node === null) {
      if (!creates) return -ENOENT;
      if (place.slash) return -EISDIR;
      if (place.parent.links === 0) return -ENOENT;
      node = newNode("file", mode);
      place.parent.entries.set(place.name, node);
    } else if (isExclusive) return -EEXIST;
    else if (node.type === "dir" ? writes || creates || (flags & O_TRUNC) !== 0 : (flags & O_DIRECTORY) !== 0) {
      return node.type === "dir" ? -EISDIR : -ENOTDIR;
    } else if (node.type === "link") return -ELOOP;
    else if ((flags & O_TRUNC) !== 0 && writes) resize(node, 0);
    return this.install({ node, offset: 0, flags: flags & (3 | O_APPEND) });
  }

  install(file: OpenFile): number {
    let fd = 0;
    while (this.fds[fd] !== undefined) fd++;
    this.fds[fd] = file;
    return fd;
  }

  read(file: OpenFile, length: number, position: number | null): Uint8Array | number {
    if ((file.flags & 3) === O_WRONLY) return -EBADF;
    if (file.node.type === "dir") return -EISDIR;
    const at = position ?? file.offset;
    const bytes = file.node.data.slice(at, at + length);
    if (position === null) file.offset += bytes.length;
    return bytes;
  }

  write(file: OpenFile, bytes: Uint8Array, position: number | null): number {
    if ((file.flags & 3) === 0) return -EBADF;
    if (bytes.length === 0) return 0;
    const { length } = file.node.data;
    const at = position ?? ((file.flags & O_APPEND) !== 0 ? length : file.offset);
    resize(file.node, Math.max(length, at + bytes.length));
    file.node.data.set(bytes, at);
    if (position === null) file.offset = at + bytes.length;
    return bytes.length;
  }

  truncate(node: Node | number, size: number): number {
    if (typeof node === "number") return node;
    if (node.type !== "file") return node.type === "dir" ? -EISDIR : -EINVAL;
    resize(node, size);
    return 0;
  }

  mkdir(path: string, mode: number): number {
    return this.#create(path, newNode("dir", mode));
  }

  symlink(target: string, path: string): number {
    return this.#create(path, { ...newNode("link", 0o777), target });
  }

  #create(path: string, node: Node): number {
    const place = this.place(path, "name");
    if (typeof place === "number") return place;
    if (place.node !== null) return -EEXIST;
    if (node.type === "link" && node.target === "") return -ENOENT;
    if (place.parent.links === 0 || (place.slash && node.type !== "dir")) return -ENOENT;
    node.parent = place.parent;
    place.parent.entries.set(place.name, node);
    return 0;
  }

  link(from: string, to: string, follow: boolean): number {
    const node = this.find(from, follow);
    if (typeof node === "number") return node;
    const place = this.place(to, "name");
    if (typeof place === "number") return place;
    if (place.node !== null) return -EEXIST;
    if (node.type === "dir") return -EPERM;
    if (place.slash || place.parent.links === 0) return -ENOENT;
    place.parent.entries.set(place.name, node);
    node.links++;
    return 0;
  }

  unlink(path: string): number {
    const place = this.place(path, "name");
    if (typeof place === "number") return place;
    if (place.node === null) return -ENOENT;
    if (place.node.type === "dir") return -EISDIR;
    if (place.slash) return -ENOTDIR;
    place.parent.entries.delete(place.name);
    place.node.links--;
    return 0;
  }

  rmdir(path: string): number {
    const place = this.place(path, "name");
    if (typeof place === "number") return place;
    if (place.node === null) return -ENOENT;
    if (place.node === this.root) return -EBUSY;
    if (place.name === "") return place.isDotDot ? -ENOTEMPTY : -EINVAL;
    if (place.node.type !== "dir") return -ENOTDIR;
    if (place.node.entries.size > 0) return -ENOTEMPTY;
    place.parent.entries.delete(place.name);
    place.node.links = 0;
    return 0;
  }

  rename(fromPath: string, toPath: string): number {
    const from = this.place(fromPath, "name");
    if (typeof from === "number") return from;
    const to = this.place(toPath, "name");
    if (typeof to === "number") return to;
    if (from.name === "" || to.name === "") return -EBUSY;
    const { node } = from;
    if (node === null || to.parent.links === 0) return -ENOENT;
    const isDirectory = node.type === "dir";
    if (!isDirectory && (from.slash || to.slash)) return -ENOTDIR;
    if (isDirectory && this.#isWithin(to.parent, node)) return -EINVAL;
    if (to.node === node) return 0;
    if (to.node !== null) {
      if (to.node.type === "dir" && this.#isWithin(from.parent, to.node)) return -ENOTEMPTY;
      if (isDirectory !== (to.node.type === "dir")) return isDirectory ? -ENOTDIR : -EISDIR;
      if (to.node.entries.size > 0) return -ENOTEMPTY;
      to.node.links = isDirectory ? 0 : to.node.links - 1;
    }
    from.parent.entries.delete(from.name);
    to.parent.entries.set(to.name, node);
    if (isDirectory) node.parent = to.parent;
    return 0;
  }

  publish(file: OpenFile, path: string, mode: number): number {
    if (file.node.links !== 0 || file.node.type !== "file") return -EINVAL;
    const place = this.place(path, "follow");
    if (typeof place === "number") return place;
    if (place.slash || (place.node ?? file.node).type === "dir") return -EISDIR;
    let { node } = place;
    if (node === null) {
      if (place.parent.links === 0) return -ENOENT;
      node = newNode("file", mode);
      place.parent.entries.set(place.name, node);
    }
    [node.data, file.node.data] = [file.node.data, node.data];
    return 0;
  }

  chdir(path: string): number {
    const node = this.find(path, true);
    if (typeof node === "number") return node;
    if (node.type !== "dir") return -ENOTDIR;
    this.cwd = node;
    return 0;
  }

  /** The path of the working directory, empty when it was removed. */
  getcwd(): string {
    if (this.cwd.links === 0) return "";
    let path = "";
    for (let dir = this.cwd; dir !== this.root; dir = dir.parent) {
      const entry = [...dir.parent.entries].find(([, node]) => node === dir)!;
      path = `/${entry[0]}${path}`;
    }
    return path || "/";
  }

  #isWithin(dir: Node, ancestor: Node): boolean {
    for (let at = dir; ; at = at.parent) {
      if (at === ancestor) return true;
      if (at === this.root) return false;
    }
  }
}

/** What stat says of a directory's links: itself, its name, and each subdirectory's `..`. */
export function linksOf(node: Node): number {
  if (node.type !== "dir" || node.links === 0) return node.links;
  return 2 + [...node.entries.values()].filter(({ type }) => type === "dir").length;
}

export function newNode(type: Node["type"], mode: number): Node {
  const node = { type, mode, links: 1, data: new Uint8Array(0), target: "", entries: new Map() } as unknown as Node;
  node.parent = node;
  return node;
}

function resize(node: Node, size: number): void {
  const old = node.data;
  if (size === old.length) return;
  node.data = new Uint8Array(size);
  node.data.set(old.subarray(0, size));
}

/** Where the `index`-th component of a path ends. */
function endOfPart(path: string, index: number): number {
  const parts = [...path.matchAll(/[^/]+/g)];
  return parts[index].index + parts[index][0].length;
}
