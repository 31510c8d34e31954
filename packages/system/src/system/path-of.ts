// From an inode back to a path: a directory's by its parents, a file's by the directory it was opened in. Called with the
// lock held.

import { I_NLINK, I_PARENT, ROOT } from "../disk/inodes.ts";
import { VIRTUAL } from "../disk/layout.ts";
import { decode } from "../text.ts";
import type { Machine } from "./machine.ts";

/** The absolute path of a directory, or null when it has been removed. */
export function directoryPath(machine: Machine, directory: number): string | null {
  if (directory >= VIRTUAL) return machine.virtual.path(directory);
  const { inodes } = machine.disk;
  let path = "";
  if (inodes.get(directory, I_NLINK) === 0) return null;
  for (let dir = directory; dir !== ROOT; dir = inodes.get(dir, I_PARENT)) {
    const name = nameIn(machine, inodes.get(dir, I_PARENT), dir);
    if (name === null) return null;
    path = `/${name}${path}`;
  }
  return path || "/";
}

/** The name that inode `ino` has in directory `parent`, or null. */
export function nameIn(machine: Machine, parent: number, ino: number): string | null {
  const name = machine.disk.directories.nameOf(parent, ino);
  return name === null ? null : decode(name);
}
