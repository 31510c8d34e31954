// Processes: numbers, groups, waiting, signals, pipes and fds.

import { EAGAIN, EINVAL, ESRCH, P_SESSION } from "@vibengine/system";
import type { Host } from "../imports/index.ts";
import type { Call } from "./index.ts";

const NO_HANG = 1;
const UNTRACED = 2;
const CLOEXEC = 1;

export function processCalls({ sys, waits, forgetFd }: Host): Record<string, Call> {
  return {
    getpid: () => sys.pid,
    getppid: () => sys.parent,
    getpgid: (request) => sys.getpgid(request.number()),
    getsid(request) {
      const { slots } = sys.machine;
      const pid = request.number();
      const slot = pid === 0 ? sys.slot : slots.find(pid);
      return slot < 0 ? -ESRCH : slots.get(slot, P_SESSION);
    },
    setpgid: (request) => sys.setpgid(request.number(), request.number()),
    setsid() {
      sys.setsid();
      return sys.pid;
    },
    uid: () => [0, sys.uid, sys.gid],
    kill: (request) => sys.kill(request.number(), request.number()),

    signals(request) {
      sys.catchSignals(request.number());
      sys.ignoreSignals(request.number());
      return 0;
    },

    wait(request) {
      const [pid, options] = [request.number(), request.number()];
      if ((options & ~(NO_HANG | UNTRACED)) !== 0) return -EINVAL;
      const attempt = () => sys.wait(pid, (options & UNTRACED) !== 0);
      let status = attempt();
      if (status === -EAGAIN) {
        if ((options & NO_HANG) !== 0) return [0, 0, 0];
        status = waits.until(attempt, Number.POSITIVE_INFINITY);
      }
      return status < 0 ? status : [0, sys.lastWaited, status];
    },

    pipe(request) {
      const ends: [number, number] = [0, 0];
      const flags = request.number();
      const result = sys.pipe(ends);
      if (result < 0) return result;
      if ((flags & CLOEXEC) !== 0) for (const fd of ends) sys.setCloexec(fd, true);
      return [0, ...ends];
    },
    dup: (request) => sys.dup(request.number(), request.number()),
    dup2(request) {
      const [fd, to] = [request.number(), request.number()];
      const result = sys.dup2(fd, to);
      if (result >= 0 && fd !== to) forgetFd(to);
      return result;
    },
    cloexec: (request) => sys.setCloexec(request.number(), request.flag()),
    getcloexec: (request) => sys.getCloexec(request.number()),
  };
}
