// System calls on signals: kill, what is caught and ignored, stopping and going on; and the end of a process, which a signal can be.
// A process is dead the moment its slot says so: status noted, fds closed, waiters woken. What still runs in its worker can change
// nothing any more.

import {
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGKILL,
  SIGNAL_MAX,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
  SIGXFSZ,
} from "../constants.ts";
import { CPU_ENDED } from "../disk/layout.ts";
import { EFBIG, EINVAL, EPERM, ESRCH } from "../errno.ts";
import {
  FREE,
  KERNEL_PID,
  P_CAUGHT,
  P_CPU,
  P_CWD,
  P_FD_END,
  P_GROUP,
  P_HELD,
  P_IGNORED,
  P_KILLED,
  P_OWNER,
  P_PAGES,
  P_PARENT,
  P_PENDING,
  P_PID,
  P_SESSION,
  P_STANDS_FOR,
  P_STATE,
  P_STATUS,
  P_STOP_NEWS,
  P_STOPPED,
  P_WORKER,
  RUNNING,
  ZOMBIE,
} from "../io/slots.ts";
import { CLOEXEC_BIT } from "./base.ts";
import { FdCalls } from "./fd-calls.ts";

const maskOf = (...signals: number[]) => signals.reduce((mask, signal) => mask | (1 << signal), 0);
/** Signals that do nothing unless caught, and those that stop a process. */
const IGNORED_BY_DEFAULT = maskOf(SIGCHLD, SIGURG, SIGWINCH, SIGCONT);
const STOPS = maskOf(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
/** Can be neither caught nor ignored. */
const UNSTOPPABLE = maskOf(SIGKILL, SIGSTOP);
export const KERNEL_SLOT = 0;

export class SignalCalls extends FdCalls {
  /**
   * Sends a signal (0 only asks whether the target exists) to a process, to the caller's group (0), to every process but the
   * kernel (-1) or to group -pid. A signal that is neither caught nor ignored ends its target with status 128 + signal, or
   * stops it. -EPERM: the target is another user's, or the kernel's.
   */
  kill(pid: number, signal: number): number {
    const group = pid === 0 ? this.getpgid() : pid < -1 ? -pid : 0;
    if (group > 0) return this.#signalAll(P_GROUP, group, signal);
    return this.#signalAll(P_PID, pid, signal);
  }

  /** Sends a signal to every process of a session. */
  killSession(session: number, signal: number): number {
    return this.#signalAll(P_SESSION, session, signal);
  }

  /** The signal that stopped a process; 0 when it is not stopped. */
  stopSignal(pid: number): number {
    const slot = this.machine.slots.find(pid);
    return slot < 0 ? 0 : this.machine.slots.get(slot, P_STOPPED);
  }

  getpgid(pid = 0): number {
    const slot = pid === 0 ? this.slot : this.machine.slots.find(pid);
    return slot < 0 ? -ESRCH : this.machine.slots.get(slot, P_GROUP);
  }

  get uid(): number {
    return this.machine.slots.get(this.slot, P_OWNER) & 0xffff;
  }
  get gid(): number {
    return this.machine.slots.get(this.slot, P_OWNER) >>> 16;
  }
  /** Signals (bit n = signal n) to be noted instead of ending the process; they interrupt waits with -EINTR. */
  catchSignals(mask: number): void {
    this.setField(P_CAUGHT, mask & ~UNSTOPPABLE);
  }
  ignoreSignals(mask: number): void {
    this.setField(P_IGNORED, mask & ~UNSTOPPABLE);
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

  protected setField(field: number, value: number): void {
    this.call(() => {
      this.machine.slots.set(this.slot, field, value);
      return 0;
    });
  }

  /** To every process whose `field` is `value`; P_PID and -1: to all but the caller. */
  #signalAll(field: number, value: number, signal: number): number {
    if (!(signal >= 0 && signal <= SIGNAL_MAX)) return -EINVAL;
    const isAll = field === P_PID && value === -1;
    const result = this.call(() => {
      const { slots } = this.machine;
      const { uid } = this;
      let count = 0;
      let isDenied = false;
      for (const slot of slots.live()) {
        if (isAll ? slot === this.slot || slot === KERNEL_SLOT : slots.get(slot, field) !== value) continue;
        // What no worker runs is the kernel itself, and those in whose name it acts.
        const isKernels = slot === KERNEL_SLOT || (slots.get(slot, P_WORKER) === 0 && this.slot !== KERNEL_SLOT);
        if (isKernels || (uid !== 0 && (slots.get(slot, P_OWNER) & 0xffff) !== uid)) {
          isDenied = true;
          continue;
        }
        if (signal !== 0) this.deliver(slot, signal);
        count++;
      }
      return count > 0 ? 0 : isDenied ? -EPERM : -ESRCH;
    });
    this.checkKilled();
    if (this.machine.blocksStopped) this.waitWhileStopped();
    return result;
  }

  /** Signals every process of a group, for a call that holds the lock already. */
  protected signalGroup(group: number, signal: number): void {
    const { slots } = this.machine;
    for (const slot of [...slots.live()]) if (slots.get(slot, P_GROUP) === group) this.deliver(slot, signal);
  }

  protected deliver(slot: number, signal: number): void {
    const { slots } = this.machine;
    if (slots.get(slot, P_STATE) !== RUNNING) return;
    const child = slots.get(slot, P_STANDS_FOR);
    if (child !== 0) {
      const other = slots.find(child);
      if (other >= 0) this.deliver(other, signal);
      if (signal !== SIGKILL) return;
    }
    const bit = 1 << signal;
    if (signal === SIGCONT) this.#continue(slot);
    if (signal !== SIGKILL) {
      if (slots.get(slot, P_STOPPED) !== 0) {
        slots.set(slot, P_HELD, slots.get(slot, P_HELD) | (bit & ~STOPS));
        return;
      }
      if ((slots.get(slot, P_IGNORED) & bit) !== 0) return;
      if ((slots.get(slot, P_CAUGHT) & bit) !== 0) {
        slots.set(slot, P_PENDING, slots.get(slot, P_PENDING) | bit);
        slots.wake(slot);
        slots.wake(KERNEL_SLOT); // which interrupts interpreters that compute
        return;
      }
      if ((IGNORED_BY_DEFAULT & bit) !== 0) return;
      if ((STOPS & bit) !== 0) return this.#stop(slot, signal);
    }
    if (slot === this.slot) this.beginOwnEnd();
    slots.set(slot, P_KILLED, signal);
    this.finish(slot, 128 + signal);
  }

  protected tooLarge(): number {
    this.deliver(this.slot, SIGXFSZ);
    return -EFBIG;
  }

  #stop(slot: number, signal: number): void {
    const { slots } = this.machine;
    slots.set(slot, P_STOPPED, signal);
    slots.set(slot, P_STOP_NEWS, 1);
    slots.wake(slot);
    const parent = this.#tellParent(slot);
    if (this.#isStandIn(parent, slot)) this.#stop(parent, signal);
  }

  #continue(slot: number): void {
    const { slots } = this.machine;
    if (slots.get(slot, P_STOPPED) === 0) return;
    const held = slots.get(slot, P_HELD);
    for (const field of [P_STOPPED, P_STOP_NEWS, P_HELD]) slots.set(slot, field, 0);
    for (let signal = 1; signal <= SIGNAL_MAX; signal++) if ((held & (1 << signal)) !== 0) this.deliver(slot, signal);
    slots.wake(slot);
    const parent = this.#tellParent(slot);
    if (this.#isStandIn(parent, slot)) this.#continue(parent);
  }

  /** Is it a process that only stands for the one in `slot`? Then it is seen to stop and go on when that does. */
  #isStandIn(parent: number, slot: number): boolean {
    const { slots } = this.machine;
    return parent > KERNEL_SLOT && slots.get(parent, P_STANDS_FOR) === slots.get(slot, P_PID);
  }

  /** Wakes and signals the parent; its slot. */
  #tellParent(slot: number): number {
    const { slots } = this.machine;
    const parent = slots.find(slots.get(slot, P_PARENT));
    if (parent > KERNEL_SLOT) {
      // Never forwarded: who stands for a child has it for its own.
      if (slots.get(parent, P_STANDS_FOR) === 0) this.deliver(parent, SIGCHLD);
      slots.wake(parent);
    }
    return parent;
  }

  protected finish(slot: number, status: number): void {
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
    for (const other of slots.live()) {
      if (slots.get(other, P_PARENT) !== pid) continue;
      slots.set(other, P_PARENT, KERNEL_PID);
      // Who is to wait for it is gone; the kernel need not come first, but for one that was killed, whose worker it looks after.
      if (slots.get(other, P_STATE) === ZOMBIE && slots.get(other, P_KILLED) === 0) {
        slots.set(other, P_STATE, FREE);
        continue;
      }
      // A stopped job that nobody is left to continue: as POSIX wants it.
      if (slots.get(other, P_STOPPED) === 0 || slots.get(other, P_GROUP) === slots.get(slot, P_GROUP)) continue;
      this.deliver(other, SIGHUP);
      this.deliver(other, SIGCONT);
    }
    this.#tellParent(slot);
    slots.wake(slot);
    slots.wake(KERNEL_SLOT);
  }
}
