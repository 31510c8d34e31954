// Preopened directories: fd_prestat_get, fd_prestat_dir_name, and opening them.
// C libraries look for preopens from fd 3 upward and stop at the first EBADF, so preopens and inherited fds (`prog 3<file`)
// must share one unbroken run. Preopens take the lowest free fds from 3 on; an inherited fd among them answers fd_prestat_get
// with a tag that preview1 doesn't define. wasi-libc (so Rust too) and Go skip such a tag. Zig doesn't look at tags: for it, and
// whoever else does so, the fd has a name, "/dev/fd/<n>", that stands in nobody's way.

import { wasi } from "@bjorn3/browser_wasi_shim";
import { AT_FDCWD, encode, newStat, O_DIRECTORY, O_RDONLY, type System } from "@vibengine/system";
import type { Binding } from "./process.ts";

const FIRST = 3;
const PRESTAT_SIZE = 8;
const TAG_INHERITED = 1;

/**
 * Opens directories as preopens, on the lowest free fds from 3 on, in the order given: fd → the name the program sees.
 * -errno of the first that doesn't open; those before it are closed again.
 */
export function openPreopens(
  sys: System,
  directories: { path: Uint8Array; name: Uint8Array }[],
): Map<number, Uint8Array> | number {
  const preopens = new Map<number, Uint8Array>();
  for (const { path, name } of directories) {
    let fd = sys.open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd >= 0 && fd < FIRST) {
      const low = fd;
      fd = sys.dup(low, FIRST);
      sys.close(low);
    }
    if (fd < 0) {
      for (const opened of preopens.keys()) sys.close(opened);
      return fd;
    }
    preopens.set(fd, name);
  }
  return preopens;
}

/** Which fds are preopens, and which are inherited ones that stand between them. */
export class Preopens {
  #names: Map<number, Uint8Array>;
  #inherited = new Map<number, Uint8Array>();

  constructor(sys: System, preopens: Map<number, Uint8Array>) {
    this.#names = new Map(preopens);
    const stat = newStat();
    const last = Math.max(-1, ...preopens.keys());
    for (let fd = FIRST; fd < last; fd++) {
      if (!preopens.has(fd) && sys.fstat(fd, stat) >= 0) this.#inherited.set(fd, encode(`/dev/fd/${fd}`));
    }
  }

  name(fd: number): Uint8Array | undefined {
    return this.#names.get(fd);
  }

  inherited(fd: number): Uint8Array | undefined {
    return this.#inherited.get(fd);
  }

  closed(fd: number): void {
    this.#names.delete(fd);
    this.#inherited.delete(fd);
  }

  /** fd_renumber: a preopen stays one under its new number. */
  moved(from: number, to: number): void {
    const name = this.#names.get(from);
    this.closed(from);
    this.closed(to);
    if (name) this.#names.set(to, name);
  }
}

export function preopenImports({ guest, fds, preopens }: Binding) {
  return {
    fd_prestat_get(fd: number, out: number): number {
      out >>>= 0;
      const name = preopens.name(fd);
      const shown = name ?? preopens.inherited(fd);
      if (!shown) return wasi.ERRNO_BADF;
      if (!guest.has(out, PRESTAT_SIZE)) return wasi.ERRNO_FAULT;
      guest.view.setUint32(out, name ? wasi.PREOPENTYPE_DIR : TAG_INHERITED, true);
      guest.view.setUint32(out + 4, shown.length, true);
      return wasi.ERRNO_SUCCESS;
    },

    fd_prestat_dir_name(fd: number, buffer: number, length: number): number {
      buffer >>>= 0;
      length >>>= 0;
      const shown = preopens.name(fd) ?? preopens.inherited(fd);
      if (!shown) return fds.isOpen(fd) ? wasi.ERRNO_NOTDIR : wasi.ERRNO_BADF;
      if (length < shown.length) return wasi.ERRNO_NAMETOOLONG;
      if (!guest.has(buffer, shown.length)) return wasi.ERRNO_FAULT;
      guest.bytes.set(shown, buffer);
      return wasi.ERRNO_SUCCESS;
    },
  };
}
