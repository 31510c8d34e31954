// System calls on processes: fork, exit, wait, kill. All work on the slots in shared memory; only the starting of workers is
// the kernel's. A process is dead the moment its slot says so: status noted, fds closed, waiters woken. What still runs in
// its worker can change nothing any more.

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
  STOPPED,
} from "../constants.ts";
import { CPU_COUNT, CPU_ENDED, MEMORY_KIB } from "../disk/layout.ts";
import { EAGAIN, ECHILD, EINVAL, EPERM, ESRCH } from "../errno.ts";
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
  P_UMASK,
  P_WORKER,
  RUNNING,
  ZOMBIE,
} from "../io/slots.ts";
import { CLOEXEC_BIT } from "./base.ts";
import { copyCommand, setCommand } from "./command-line.ts";
import { FdCalls } from "./fd-calls.ts";
import type { Machine } from "./machine.ts";

const maskOf = (...signals: number[]) => signals.reduce((mask, signal) => mask | (1 << signal), 0);
/** Signals that do nothing unless caught, and those that stop a process. */
const IGNORED_BY_DEFAULT = maskOf(SIGCHLD, SIGURG, SIGWINCH, SIGCONT);
const STOPS = maskOf(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
/** Can be neither caught nor ignored. */
const UNSTOPPABLE = maskOf(SIGKILL, SIGSTOP);

const KERNEL_SLOT = 0;
const WASM_PAGE = 65_536;

export class ProcessCalls extends FdCalls {
  /** The pid that `wait(-1)` reaped last, and the one that `forkSlot` made. */
  lastWaited = 0;
  lastForked = 0;
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
      for (const field of [P_GROUP, P_SESSION, P_IGNORED, P_CWD, P_UMASK, P_OWNER, P_FD_END])
        slots.set(child, field, slots.get(this.slot, field));
      slots.set(child, P_PARENT, this.pid);
      slots.set(child, P_WORKER, worker);
      disk.tree.hold(slots.get(child, P_CWD));
      disk.journal.commit();
      this.#copyFds(child);
      copyCommand(this.machine, this.slot, child);
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
      this.#finish(this.slot, status & 0xff);
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
    this.#setField(P_SESSION, this.pid);
    this.#setField(P_GROUP, this.pid);
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

  /** The signal that stopped a process; 0 when it is not stopped. */
  stopSignal(pid: number): number {
    const slot = this.machine.slots.find(pid);
    return slot < 0 ? 0 : this.machine.slots.get(slot, P_STOPPED);
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
    this.#setField(P_CAUGHT, mask & ~UNSTOPPABLE);
  }
  ignoreSignals(mask: number): void {
    this.#setField(P_IGNORED, mask & ~UNSTOPPABLE);
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
        return;
      }
      if ((IGNORED_BY_DEFAULT & bit) !== 0) return;
      if ((STOPS & bit) !== 0) return this.#stop(slot, signal);
    }
    if (slot === this.slot) this.beginOwnEnd();
    slots.set(slot, P_KILLED, signal);
    this.#finish(slot, 128 + signal);
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
    for (const other of slots.live()) {
      if (slots.get(other, P_PARENT) !== pid) continue;
      slots.set(other, P_PARENT, KERNEL_PID);
      // A stopped job that nobody is left to continue: as POSIX wants it.
      if (slots.get(other, P_STOPPED) === 0 || slots.get(other, P_GROUP) === slots.get(slot, P_GROUP)) continue;
      this.deliver(other, SIGHUP);
      this.deliver(other, SIGCONT);
    }
    this.#tellParent(slot);
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
  disk.tree.hold(rootIno);
  disk.journal.commit();
  return slot;
}
