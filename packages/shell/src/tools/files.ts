// What the file tools share: stat, listing, walking, copying and removing over System, with names as text. Results that can fail
// are `-errno`, as System's are. No messages are printed here.

import {
  AT_FDCWD,
  decode,
  EAGAIN,
  EINTR,
  ENOENT,
  encode,
  newDirent,
  newStat,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  type Stat,
  type System,
} from "@vibengine/system";
import { CHUNK } from "../stdio.ts";

export function stat(sys: System, path: string, follow = true): Stat | number {
  const out = newStat();
  const result = sys.stat(AT_FDCWD, encode(path), follow, out);
  return result < 0 ? result : out;
}

export const isDir = (stat: Stat | number): boolean => typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFDIR;
export const isLink = (stat: Stat | number): boolean => typeof stat !== "number" && (stat.mode & S_IFMT) === S_IFLNK;
export const isDirectory = (sys: System, path: string): boolean => isDir(stat(sys, path));
export const sameFile = (a: Stat, b: Stat): boolean => a.dev === b.dev && a.ino === b.ino;

/** The names in a directory but . and .., in no order. */
export function list(sys: System, path: string): string[] | number {
  const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  const names: string[] = [];
  const entry = newDirent();
  let result = sys.readdir(fd, 0, entry);
  while (result > 0) {
    const name = decode(entry.name);
    if (name !== "." && name !== "..") names.push(name);
    result = sys.readdir(fd, entry.cookie, entry);
  }
  sys.close(fd);
  return result < 0 ? result : names;
}

const linkBuffer = new Uint8Array(4096);

export function readLink(sys: System, path: string): string | number {
  const length = sys.readlink(AT_FDCWD, encode(path), linkBuffer);
  return length < 0 ? length : decode(linkBuffer.subarray(0, length));
}

/** Copies everything from one fd to the other; 0 or -errno, with `side` telling whose. */
export async function copyBytes(
  sys: System,
  from: number,
  to: number,
  pause: () => Promise<void>,
): Promise<{ result: number; side: "read" | "write" }> {
  const buffer = new Uint8Array(CHUNK);
  for (let chunks = 1; ; chunks++) {
    const count = await blocking(sys, () => sys.read(from, buffer, 0, CHUNK));
    if (count <= 0) return { result: count, side: "read" };
    for (let at = 0; at < count; ) {
      const written = await blocking(sys, () => sys.write(to, buffer, at, count - at));
      if (written < 0) return { result: written, side: "write" };
      at += written;
    }
    if (chunks % 64 === 0) await pause();
  }
}

/** A system call that may block: tried at once, waited for if need be, repeated when a signal cut it. */
export async function blocking(sys: System, attempt: () => number): Promise<number> {
  let result = attempt();
  while (result === -EAGAIN || result === -EINTR) result = await sys.block(attempt);
  return result;
}

export function join(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** The last component, without trailing slashes; "/" for the root. */
export function baseName(path: string): string {
  const end = trimSlashes(path);
  return end === "/" ? end : end.slice(end.lastIndexOf("/") + 1);
}

export function dirName(path: string): string {
  const trimmed = trimSlashes(path);
  const slash = trimmed.lastIndexOf("/");
  return slash < 0 ? "." : trimSlashes(trimmed.slice(0, slash + 1));
}

export function trimSlashes(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" && path !== "" ? "/" : trimmed;
}

/** Byte order of names, as `sort` and the C locale have it. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  // UTF-16 sorts surrogates, which stand for characters above U+FFFF, before U+E000.
  const fix = (code: number) => (code < 0xd800 ? code : code < 0xe000 ? code + 0x2000 : code - 0x800);
  return fix(a.charCodeAt(i)) - fix(b.charCodeAt(i));
}

/**
 * An absolute path without links, . and ..; -errno if that fails. `missing`: how much may be missing of it (readlink's -e, -f, -m).
 */
export function realPath(
  sys: System,
  path: string,
  missing: "none" | "last" | "any",
  physical = true,
): string | number {
  if (path === "") return -ENOENT;
  let base = path.startsWith("/") ? "" : decode(sys.getcwd()).replace(/\/$/, "");
  const pending = path.split("/").reverse();
  const mustBeDirectory = path.endsWith("/");
  for (let links = 0; pending.length > 0; ) {
    const part = pending.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      base = base.slice(0, base.lastIndexOf("/"));
      continue;
    }
    const next = `${base}/${part}`;
    const found = stat(sys, next, false);
    if (typeof found === "number") {
      const last = pending.every((rest) => rest === "" || rest === ".");
      if (missing === "any" || (missing === "last" && last && found === -ENOENT)) {
        base = next;
        continue;
      }
      return found;
    }
    if (isLink(found) && physical && links++ < 40) {
      const target = readLink(sys, next);
      if (typeof target === "number") return target;
      if (target.startsWith("/")) base = "";
      pending.push(...target.split("/").reverse());
      continue;
    }
    if (isLink(found) && physical) return stat(sys, next) as number;
    base = next;
    if (
      pending.length > 0 &&
      !isDir(found) &&
      missing !== "any" &&
      (pending.some((rest) => rest !== "") || mustBeDirectory)
    ) {
      return isLink(found) ? base : (stat(sys, `${base}/`) as number);
    }
  }
  return base === "" ? "/" : base;
}

/** Makes the directories that lead to `path`, as far as they are missing. */
export function makeParents(sys: System, path: string): void {
  const parts = path.split("/");
  for (let i = 1; i < parts.length; i++) {
    const parent = parts.slice(0, i).join("/");
    if (parent !== "" && parent !== ".") sys.mkdir(AT_FDCWD, encode(parent), 0o777);
  }
}
