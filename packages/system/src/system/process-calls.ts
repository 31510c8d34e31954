// System calls on processes: fork, exit, wait, groups and sessions. All work on the slots in shared memory; only the starting of
// workers is the kernel's.

import { RLIMIT_NPROC, STOPPED } from "../constants.ts";
import { CPU_COUNT, MEMORY_KIB } from "../disk/layout.ts";
import { EAGAIN, ECHILD, EINVAL, EPERM, ESRCH } from "../errno.ts";
import {
  FREE,
  KERNEL_PID,
  P_CWD,
  P_FD_END,
  P_GROUP,
  P_IGNORED,
  P_KILLED,
  P_LIMITS,
  P_OWNER,
  P_PAGES,
  P_PARENT,
  P_PID,
  P_SESSION,
  P_STANDS_FOR,
  P_STATE,
  P_STATUS,
  P_STOP_NEWS,
  P_STOPPED,
  P_UMASK,
  P_WORKER,
  RUNNING,
  ZOMBIE,
} from "../io/slots.ts";
import { CLOEXEC_BIT } from "./base.ts";
import { copyCommand, setCommand } from "./command-line.ts";
import { setFirstLimits } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { KERNEL_SLOT, SignalCalls } from "./signal-calls.ts";

const WASM_PAGE = 65_536;

export class ProcessCalls extends SignalCalls {
  /** The pid that `wait(-1)` reaped last, and the one that `forkSlot` made. */
  lastWaited = 0;
  lastForked = 0;
  /** The signal that ended it, 0 if it exited by itself. */
  lastSignal = 0;

  /**
   * A slot for a new process: child of this one, with its fds (sharing offsets), working directory, umask, user and process
   * group. -EAGAIN when the table is full, or the user has as many as allowed. `worker` says who runs it.
   */
  forkSlot(worker: number): number {
    let child = -1;
    const result = this.call(() => {
      const { slots, disk } = this.machine;
      const owner = slots.get(this.slot, P_OWNER);
      const ours = [...slots.live()].filter((slot) => slots.get(slot, P_OWNER) === owner);
      if (this.uid !== 0 && ours.length >= slots.limit(this.slot, RLIMIT_NPROC)) return -EAGAIN;
      child = slots.allocate();
      if (child < 0) return -EAGAIN;
      for (const field of [P_GROUP, P_SESSION, P_IGNORED, P_CWD, P_UMASK, P_OWNER, P_FD_END])
        slots.set(child, field, slots.get(this.slot, field));
      slots.set(child, P_PARENT, this.pid);
      slots.set(child, P_WORKER, worker);
      disk.tree.hold(slots.get(child, P_CWD));
      disk.journal.commit();
      this.#copyFds(child);
      copyCommand(this.machine, this.slot, child);
      const limits = slots.word(this.slot) + P_LIMITS;
      disk.memory.words.copyWithin(slots.word(child) + P_LIMITS, limits, limits + 64);
      slots.set(child, P_STATE, RUNNING);
      this.lastForked = slots.get(child, P_PID);
      return 0;
    });
    return result < 0 ? result : child;
  }

  /** Closes what is marked close-on-exec: the last step before a program starts in this process. */
  closeOnExec(): void {
    this.call(() => {
      const { words } = this.machine.disk.memory;
      const table = this.machine.slots.fdWord(this.slot);
      for (let fd = 0; fd < this.machine.slots.get(this.slot, P_FD_END); fd++) {
        if ((words[table + fd] & CLOEXEC_BIT) !== 0) this.closeFd(fd, this.file(fd));
      }
      return 0;
    });
  }

  /** Says how many bytes the process's own memory has, for /proc to tell. */
  noteMemory(bytes: number): void {
    if (this.isAlive) this.machine.slots.set(this.slot, P_PAGES, bytes / WASM_PAGE);
  }

  /** Ends the process with a status of 0..255: closes its fds, gives its children to the kernel, wakes its parent. */
  exit(status: number): void {
    if (!this.isAlive) return;
    this.call(() => {
      this.beginOwnEnd();
      this.finish(this.slot, status & 0xff);
      return 0;
    });
  }

  /**
   * The status of a child that ended, which frees its pid; -EAGAIN while it runs; -ECHILD if it is none. pid -1: any child, 0:
   * any of the caller's group, < -1: of group -pid. `withStops`: also STOPPED + signal, once for each time that one was stopped.
   */
  wait(pid: number, withStops = false): number {
    return this.call(() => {
      const { slots } = this.machine;
      const group = pid === 0 ? slots.get(this.slot, P_GROUP) : pid < -1 ? -pid : 0;
      let isParent = false;
      for (const slot of slots.live()) {
        if (slots.get(slot, P_PARENT) !== this.pid || slot === KERNEL_SLOT) continue;
        if (group > 0 ? slots.get(slot, P_GROUP) !== group : pid !== -1 && slots.get(slot, P_PID) !== pid) continue;
        isParent = true;
        const isEnded = slots.get(slot, P_STATE) === ZOMBIE;
        if (!isEnded && !(withStops && slots.get(slot, P_STOP_NEWS) !== 0)) continue;
        this.lastWaited = slots.get(slot, P_PID);
        slots.set(slot, P_STOP_NEWS, 0);
        if (!isEnded) return STOPPED + slots.get(slot, P_STOPPED);
        if (slots.get(this.slot, P_STANDS_FOR) === this.lastWaited) {
          for (const field of [P_STANDS_FOR, P_STOPPED, P_STOP_NEWS]) slots.set(this.slot, field, 0);
        }
        this.lastSignal = slots.get(slot, P_KILLED);
        slots.set(slot, P_STATE, FREE);
        return slots.get(slot, P_STATUS);
      }
      return isParent ? -EAGAIN : -ECHILD;
    });
  }

  /** Moves itself or a child to a group: 0 is one of its own; another one must be of the same session. */
  setpgid(pid: number, group: number): number {
    if (group < 0) return -EINVAL;
    return this.call(() => {
      const { slots } = this.machine;
      const slot = pid === 0 ? this.slot : slots.find(pid);
      if (slot < 0 || (slot !== this.slot && slots.get(slot, P_PARENT) !== this.pid)) return -ESRCH;
      const own = slots.get(slot, P_PID);
      const session = slots.get(slot, P_SESSION);
      const isInSession = (other: number) =>
        slots.get(other, P_GROUP) === group && slots.get(other, P_SESSION) === session;
      if (group !== 0 && group !== own && ![...slots.live()].some(isInSession)) return -EPERM;
      slots.set(slot, P_GROUP, group === 0 ? own : group);
      return 0;
    });
  }

  /** Begins a session: this process leads it and a group of its own. */
  setsid(): void {
    this.setField(P_SESSION, this.pid);
    this.setField(P_GROUP, this.pid);
  }

  /** From now on this process only waits for its child `pid`, to end as that ends: signals go to the child. */
  standFor(pid: number): void {
    this.call(() => {
      const { slots } = this.machine;
      slots.set(this.slot, P_STANDS_FOR, pid);
      const stop = slots.get(this.slot, P_STOPPED);
      if (stop !== 0) this.deliver(this.slot, stop);
      return 0;
    });
  }

  /** The soft or the hard limit on a resource (`RLIMIT_`), in bytes, seconds or pieces; Infinity = none. */
  getLimit(resource: number, isHard: boolean): number {
    return this.machine.slots.getDouble(this.slot, P_LIMITS + resource * 4 + (isHard ? 2 : 0));
  }

  /** -EINVAL: soft above hard. -EPERM: nobody but root raises a hard limit. */
  setLimit(resource: number, soft: number, hard: number): number {
    return this.call(() => {
      const { slots } = this.machine;
      if (soft > hard) return -EINVAL;
      const field = P_LIMITS + resource * 4;
      if (this.uid !== 0 && hard > slots.getDouble(this.slot, field + 2)) return -EPERM;
      slots.setDouble(this.slot, field, soft);
      slots.setDouble(this.slot, field + 2, hard);
      slots.wake(KERNEL_SLOT); // which looks at running times
      return 0;
    });
  }

  get parent(): number {
    return this.machine.slots.get(this.slot, P_PARENT);
  }
  setOwner(uid: number, gid: number): void {
    this.setField(P_OWNER, (uid & 0xffff) | (gid << 16));
  }

  /** Says which program runs in this process, for /proc: its words, and where known the path of its file. */
  setCommandLine(argv: readonly string[], program?: string): void {
    this.call(() => {
      setCommand(this.machine, this.slot, argv, program);
      return 0;
    });
  }

  #copyFds(child: number): void {
    const { slots, disk, files } = this.machine;
    const { words } = disk.memory;
    const from = slots.fdWord(this.slot);
    const to = slots.fdWord(child);
    words.fill(0, to, to + slots.get(this.slot, P_FD_END));
    for (let fd = 0; fd < slots.get(this.slot, P_FD_END); fd++) {
      if (words[from + fd] === 0) continue;
      words[to + fd] = words[from + fd];
      files.addReference((words[from + fd] & ~CLOEXEC_BIT) - 1);
    }
  }
}

/**
 * Writes down what the machine has: workers that run guests delete the global that tells it. A browser rounds the memory to a
 * power of two and may not tell it at all: then it is taken for 4 GiB.
 */
function tellMachine(words: Int32Array): void {
  const platform = globalThis.navigator as (Navigator & { deviceMemory?: number }) | undefined;
  words[CPU_COUNT] = platform?.hardwareConcurrency ?? 1;
  words[MEMORY_KIB] = (platform?.deviceMemory ?? 4) * 1024 * 1024;
}

/** Makes slot 0 the kernel's process, pid 1, at the root directory, and returns its slot. */
export function bootKernelSlot(machine: Machine, rootIno: number): number {
  const { slots, disk } = machine;
  tellMachine(disk.memory.words);
  const slot = slots.allocate();
  slots.set(slot, P_STATE, RUNNING);
  slots.set(slot, P_GROUP, KERNEL_PID);
  slots.set(slot, P_SESSION, KERNEL_PID);
  slots.set(slot, P_CWD, rootIno);
  slots.set(slot, P_UMASK, 0o022);
  setFirstLimits(machine, slot);
  disk.tree.hold(rootIno);
  disk.journal.commit();
  return slot;
}
