// System calls on processes: fork, exit, wait, kill. All work on the slots in shared memory; only the starting of workers is
// the kernel's. A process is dead the moment its slot says so: status noted, fds closed, waiters woken. What still runs in
// its worker can change nothing any more.

import {
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGNAL_MAX,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
} from "../constants.ts";
import { CPU_ENDED } from "../disk/layout.ts";
import { EAGAIN, ECHILD, EINVAL, EPERM, ESRCH } from "../errno.ts";
import {
  FREE,
  KERNEL_PID,
  P_CAUGHT,
  P_CPU,
  P_CWD,
  P_FD_END,
  P_GROUP,
  P_IGNORED,
  P_KILLED,
  P_OWNER,
  P_PAGES,
  P_PARENT,
  P_PENDING,
  P_PID,
  P_STATE,
  P_STATUS,
  P_UMASK,
  P_WORKER,
  RUNNING,
  ZOMBIE,
} from "../io/slots.ts";
import { CLOEXEC_BIT } from "./base.ts";
import { copyCommand, setCommand } from "./command-line.ts";
import { FdCalls } from "./fd-calls.ts";
import type { Machine } from "./machine.ts";

/** Signals that do nothing unless caught. Stopping is not implemented, so neither do those. */
const IGNORED_BY_DEFAULT = [SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].reduce(
  (mask, signal) => mask | (1 << signal),
  0,
);

const KERNEL_SLOT = 0;

export class ProcessCalls extends FdCalls {
  /** The pid that `wait(-1)` reaped last. */
  lastWaited = 0;
  /** The signal that ended it, 0 if it exited by itself. */
  lastSignal = 0;

  /**
   * A slot for a new process: child of this one, with its fds (sharing offsets), working directory, umask, user and process
   * group. -EAGAIN when the table is full. `worker` says who runs it.
   */
  forkSlot(worker: number): number {
    let child = -1;
    const result = this.call(() => {
      const { slots, disk } = this.machine;
      child = slots.allocate();
      if (child < 0) return -EAGAIN;
      for (const field of [P_GROUP, P_IGNORED, P_CWD, P_UMASK, P_OWNER, P_FD_END])
        slots.set(child, field, slots.get(this.slot, field));
      slots.set(child, P_PARENT, this.pid);
      slots.set(child, P_WORKER, worker);
      disk.tree.hold(slots.get(child, P_CWD));
      disk.journal.commit();
      this.#copyFds(child);
      copyCommand(this.machine, this.slot, child);
      slots.set(child, P_STATE, RUNNING);
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

  /** Ends the process with a status of 0..255: closes its fds, gives its children to the kernel, wakes its parent. */
  exit(status: number): void {
    if (!this.isAlive) return;
    this.call(() => {
      this.beginOwnEnd();
      this.#finish(this.slot, status & 0xff);
      return 0;
    });
  }

  /** The status of a child that ended, which frees its pid; -EAGAIN while it runs; -ECHILD if it is none. pid -1: any child. */
  wait(pid: number): number {
    return this.call(() => {
      const { slots } = this.machine;
      let isParent = false;
      for (const slot of slots.live()) {
        if (slots.get(slot, P_PARENT) !== this.pid || slot === KERNEL_SLOT) continue;
        if (pid !== -1 && slots.get(slot, P_PID) !== pid) continue;
        isParent = true;
        if (slots.get(slot, P_STATE) !== ZOMBIE) continue;
        slots.set(slot, P_STATE, FREE);
        this.lastWaited = slots.get(slot, P_PID);
        this.lastSignal = slots.get(slot, P_KILLED);
        return slots.get(slot, P_STATUS);
      }
      return isParent ? -EAGAIN : -ECHILD;
    });
  }

  /**
   * Sends a signal (0 only asks whether the target exists) to a process, to the caller's group (0), to every process but the
   * kernel (-1) or to group -pid. A signal that is neither caught nor ignored ends its target with status 128 + signal.
   */
  kill(pid: number, signal: number): number {
    if (!(signal >= 0 && signal <= SIGNAL_MAX)) return -EINVAL;
    const result = this.call(() => {
      const { slots } = this.machine;
      const group = pid === 0 ? slots.get(this.slot, P_GROUP) : pid < -1 ? -pid : 0;
      let count = 0;
      for (const slot of slots.live()) {
        const isTarget = group > 0 ? slots.get(slot, P_GROUP) === group : pid === -1 || slots.get(slot, P_PID) === pid;
        if (!isTarget) continue;
        if (slot === KERNEL_SLOT) {
          if (pid === KERNEL_PID) return -EPERM;
          continue;
        }
        if (pid === -1 && slot === this.slot) continue;
        if (signal !== 0) this.#deliver(slot, signal);
        count++;
      }
      return count > 0 ? 0 : -ESRCH;
    });
    this.checkKilled();
    return result;
  }

  setpgid(pid: number, group: number): number {
    return this.call(() => {
      const slot = pid === 0 ? this.slot : this.machine.slots.find(pid);
      if (slot < 0) return -ESRCH;
      this.machine.slots.set(slot, P_GROUP, group === 0 ? this.machine.slots.get(slot, P_PID) : group);
      return 0;
    });
  }

  getpgid(pid = 0): number {
    const slot = pid === 0 ? this.slot : this.machine.slots.find(pid);
    return slot < 0 ? -ESRCH : this.machine.slots.get(slot, P_GROUP);
  }

  get parent(): number {
    return this.machine.slots.get(this.slot, P_PARENT);
  }
  get uid(): number {
    return this.machine.slots.get(this.slot, P_OWNER) & 0xffff;
  }
  get gid(): number {
    return this.machine.slots.get(this.slot, P_OWNER) >>> 16;
  }
  setOwner(uid: number, gid: number): void {
    this.#setField(P_OWNER, (uid & 0xffff) | (gid << 16));
  }

  /** Says which program runs in this process, for /proc: its words, and where known the path of its file. */
  setCommandLine(argv: readonly string[], program?: string): void {
    this.call(() => {
      setCommand(this.machine, this.slot, argv, program);
      return 0;
    });
  }

  /** Signals (bit n = signal n) to be noted instead of ending the process; they interrupt waits with -EINTR. */
  catchSignals(mask: number): void {
    this.#setField(P_CAUGHT, mask & ~(1 << SIGKILL));
  }
  ignoreSignals(mask: number): void {
    this.#setField(P_IGNORED, mask & ~(1 << SIGKILL));
  }
  /** The signals this process ignores, as a mask. */
  ignoredSignals(): number {
    return this.machine.slots.get(this.slot, P_IGNORED);
  }
  /** Caught signals that came since the last call, as a mask. */
  takeSignals(): number {
    if (!this.hasSignals()) return 0;
    let taken = 0;
    this.call(() => {
      taken = this.machine.slots.get(this.slot, P_PENDING);
      this.machine.slots.set(this.slot, P_PENDING, 0);
      return 0;
    });
    return taken;
  }
  hasSignals(): boolean {
    return this.machine.slots.get(this.slot, P_PENDING) !== 0;
  }

  #setField(field: number, value: number): void {
    this.call(() => {
      this.machine.slots.set(this.slot, field, value);
      return 0;
    });
  }

  #deliver(slot: number, signal: number): void {
    const { slots } = this.machine;
    if (slots.get(slot, P_STATE) !== RUNNING) return;
    const bit = 1 << signal;
    if (signal !== SIGKILL) {
      if ((slots.get(slot, P_IGNORED) & bit) !== 0) return;
      if ((slots.get(slot, P_CAUGHT) & bit) !== 0) {
        slots.set(slot, P_PENDING, slots.get(slot, P_PENDING) | bit);
        slots.wake(slot);
        return;
      }
      if ((IGNORED_BY_DEFAULT & bit) !== 0) return;
    }
    if (slot === this.slot) this.beginOwnEnd();
    slots.set(slot, P_KILLED, signal);
    this.#finish(slot, 128 + signal);
  }

  #finish(slot: number, status: number): void {
    const { slots, disk, files } = this.machine;
    const table = slots.fdWord(slot);
    for (let fd = 0; fd < slots.get(slot, P_FD_END); fd++) {
      const word = disk.memory.words[table + fd];
      if (word === 0) continue;
      disk.memory.words[table + fd] = 0;
      files.release((word & ~CLOEXEC_BIT) - 1);
      disk.journal.commit();
    }
    // Each step is taken once, however often an ending that was cut is begun again.
    const cwd = slots.get(slot, P_CWD);
    slots.set(slot, P_CWD, 0);
    if (cwd !== 0) disk.tree.letGo(cwd);
    disk.journal.commit();
    slots.set(slot, P_STATUS, status);
    slots.rest(slot);
    slots.set(slot, P_PAGES, 0);
    disk.memory.doubles[CPU_ENDED >> 1] += slots.getDouble(slot, P_CPU);
    slots.set(slot, P_STATE, ZOMBIE);
    const pid = slots.get(slot, P_PID);
    for (const other of slots.live()) if (slots.get(other, P_PARENT) === pid) slots.set(other, P_PARENT, KERNEL_PID);
    const parent = slots.find(slots.get(slot, P_PARENT));
    if (parent > KERNEL_SLOT) {
      this.#deliver(parent, SIGCHLD);
      slots.wake(parent);
    }
    slots.wake(slot);
    slots.wake(KERNEL_SLOT);
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

/** Makes slot 0 the kernel's process, pid 1, at the root directory, and returns its slot. */
export function bootKernelSlot(machine: Machine, rootIno: number): number {
  const { slots, disk } = machine;
  const slot = slots.allocate();
  slots.set(slot, P_STATE, RUNNING);
  slots.set(slot, P_GROUP, KERNEL_PID);
  slots.set(slot, P_CWD, rootIno);
  slots.set(slot, P_UMASK, 0o022);
  disk.tree.hold(rootIno);
  disk.journal.commit();
  return slot;
}
