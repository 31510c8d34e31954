// File descriptors: pipes, duplicates, close-on-exec, and what is a terminal.

import { EFAULT, EINVAL, ENOTTY } from "@vibengine/system";
import type { Host } from "./index.ts";
import { errnoOf, giveResult, hasRoom } from "./memory.ts";

const CLOEXEC = 1;

export function fdImports({ sys, guest, forgetFd }: Host) {
  const ends: [number, number] = [0, 0];
  return {
    pipe(out: number, flags: number): number {
      if ((flags & ~CLOEXEC) !== 0) return EINVAL;
      if (!hasRoom(guest, out, out + 4)) return EFAULT;
      const result = sys.pipe(ends);
      if (result < 0) return -result;
      if (flags !== 0) for (const fd of ends) sys.setCloexec(fd, true);
      giveResult(guest, out, ends[0]);
      return giveResult(guest, out + 4, ends[1]);
    },

    dup(fd: number, least: number, out: number): number {
      return hasRoom(guest, out) ? giveResult(guest, out, sys.dup(fd, least)) : EFAULT;
    },
    dup2(fd: number, to: number): number {
      const result = sys.dup2(fd, to);
      if (result >= 0 && fd !== to) forgetFd(to);
      return errnoOf(result);
    },
    set_cloexec: (fd: number, on: number) => errnoOf(sys.setCloexec(fd, on !== 0)),

    isatty(fd: number): number {
      const flags = sys.getFlags(fd);
      if (flags < 0) return -flags;
      return sys.isatty(fd) ? 0 : ENOTTY;
    },
    winsize(fd: number, out: number): number {
      if (!hasRoom(guest, out)) return EFAULT;
      const size = sys.windowSize(fd);
      if (typeof size === "number") return -size;
      guest.view.setUint16(out >>> 0, size.rows, true);
      guest.view.setUint16((out >>> 0) + 2, size.columns, true);
      return 0;
    },
  };
}
