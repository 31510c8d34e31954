// Processes: their numbers and groups, waiting for children, signals.

import { EAGAIN, EFAULT, EINVAL } from "@vibengine/system";
import type { Host } from "./index.ts";
import { errnoOf, giveResult, hasRoom } from "./memory.ts";

const NO_HANG = 1;
const UNTRACED = 2;

export function processImports({ sys, guest, waits }: Host) {
  return {
    getpid: () => sys.pid,
    getppid: () => sys.parent,
    getpgid: (pid: number, out: number) => giveResult(guest, out, sys.getpgid(pid)),
    setpgid: (pid: number, group: number) => errnoOf(sys.setpgid(pid, group)),
    kill: (pid: number, signal: number) => errnoOf(sys.kill(pid, signal)),

    wait(pid: number, options: number, statusOut: number, pidOut: number): number {
      if ((options & ~(NO_HANG | UNTRACED)) !== 0) return EINVAL;
      if (!hasRoom(guest, statusOut, pidOut)) return EFAULT;
      const attempt = () => sys.wait(pid, (options & UNTRACED) !== 0);
      let status = attempt();
      if (status === -EAGAIN) {
        if ((options & NO_HANG) !== 0) return giveResult(guest, pidOut, 0);
        status = waits.until(attempt, Number.POSITIVE_INFINITY);
      }
      if (status < 0) return -status;
      giveResult(guest, pidOut, sys.lastWaited);
      return giveResult(guest, statusOut, status);
    },

    signal_mask(caught: number, ignored: number): number {
      sys.catchSignals(caught);
      sys.ignoreSignals(ignored);
      return 0;
    },
    take_signals(out: number): number {
      return hasRoom(guest, out) ? giveResult(guest, out, sys.takeSignals()) : EFAULT;
    },
  };
}
