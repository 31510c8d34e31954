// The working directory for programs that can't name it. wasi-libc starts every program in "/" and strips the leading slash
// before a path reaches path_open: `open("/tmp/x")` and `open("tmp/x")` arrive as the same bytes on the same preopen. So that
// `prog file` and `prog /tmp/file` both work after `cd`, such a path means what exists: in the working directory first, then
// at the root; a path to be created goes where its parent directory exists, in the same order. Calls System.stat only.

import { newStat, type System } from "@vibengine/system";

const SLASH = 0x2f;

export class Ambient {
  #sys: System;
  #root: number;
  #cwd: number;
  #stat = newStat();

  /** `ambient` as in WasiProcess; without it every path belongs to the directory it was given with. */
  constructor(sys: System, ambient: { root: number; cwd: number } | undefined) {
    this.#sys = sys;
    this.#root = ambient?.root ?? -1;
    this.#cwd = ambient?.cwd ?? -1;
  }

  /** The directory fd to look `path` up from. */
  from(dirfd: number, path: Uint8Array, isCreated: boolean): number {
    if (dirfd !== this.#root || path[0] === SLASH) return dirfd;
    const probe = isCreated ? parentOf(path) : path;
    if (probe.length === 0 || this.#exists(this.#cwd, probe)) return this.#cwd;
    return this.#exists(this.#root, probe) ? this.#root : this.#cwd;
  }

  #exists(dirfd: number, path: Uint8Array): boolean {
    return this.#sys.stat(dirfd, path, false, this.#stat) >= 0;
  }
}

/** All of a path up to its last component; empty when it has only one. */
function parentOf(path: Uint8Array): Uint8Array {
  let end = path.length;
  while (end > 0 && path[end - 1] === SLASH) end--;
  while (end > 0 && path[end - 1] !== SLASH) end--;
  return path.subarray(0, end);
}
