// What every system call does first and last: take the lock, see that the process is still alive, commit or undo, let go.
// The families of calls (paths, fds, processes, waiting) build on it, one upon the other; `System` is the last of them.

import { AT_FDCWD } from "../constants.ts";
import { EVENT_WAITERS, TRACE_FD, VIRTUAL, WATCHES } from "../disk/layout.ts";
import { FOLLOW, NO_FOLLOW, type Walk } from "../disk/paths.ts";
import { EBADF, ENOENT, ENOTDIR } from "../errno.ts";
import { KIND_INODE, KIND_VIRTUAL } from "../io/open-files.ts";
import { P_CWD, P_ENDING, P_KILLED, P_PID, P_STANDS_FOR, P_STATE, P_STOPPED, RUNNING } from "../io/slots.ts";
import { addWaiter } from "../io/waiters.ts";
import type { Machine } from "./machine.ts";
import { Killed } from "./types.ts";

/** An fd's word: open file + 1, and this bit for close-on-exec. */
export const CLOEXEC_BIT = 1 << 30;
/** A wait for room is looked at again after this long (ms), lest a lost wake-up last for ever. */
const LONGEST_NAP_MS = 1000;

/** Any other wait, after this long. */
export const LONGEST_WAIT_MS = 10_000;

export class Base {
  readonly machine: Machine;
  readonly slot: number;
  readonly pid: number;
  /** Lookups from a directory fd that would leave its subtree, or meet an absolute link, fail with EPERM. */
  resolveBeneath = false;
  #isEnding = false;

  /**
   * The system calls of the process in `slot`. Without `pid`: of whoever has it now, which only who holds the lock, or who is
   * that process's parent, can know. A process killed before its worker got to it may be reaped, and its slot another's.
   */
  constructor(machine: Machine, slot: number, pid = machine.slots.get(slot, P_PID)) {
    this.machine = machine;
    this.slot = slot;
    this.pid = pid;
  }

  /** True until the process exits or is killed. */
  get isAlive(): boolean {
    const { slots } = this.machine;
    const { slot } = this;
    return (
      slots.get(slot, P_PID) === this.pid && slots.get(slot, P_STATE) === RUNNING && slots.get(slot, P_KILLED) === 0
    );
  }

  /** Throws `Killed` if this process was killed or has ended. Cheap: for long loops. */
  checkKilled(): void {
    if (this.isAlive) return;
    const { slots } = this.machine;
    throw new Killed(slots.get(this.slot, P_PID) === this.pid ? slots.get(this.slot, P_KILLED) : 0);
  }

  /** True from a stop to a SIGCONT. A shell's task looks at this where it can wait; a guest waits in its next system call. */
  get isStopped(): boolean {
    const { slots } = this.machine;
    return slots.get(this.slot, P_STOPPED) !== 0 && slots.get(this.slot, P_STANDS_FOR) === 0;
  }

  /** Blocks this thread while the process is stopped. Throws `Killed`. */
  protected waitWhileStopped(): void {
    const { slots } = this.machine;
    for (;;) {
      const seen = slots.eventCount(this.slot);
      this.checkKilled();
      if (!this.isStopped) return;
      slots.waitForEvent(this.slot, seen, LONGEST_WAIT_MS);
    }
  }

  protected enter(): void {
    const { lock, disk } = this.machine;
    this.machine.ensureStack();
    lock.acquire(this.pid);
    try {
      this.checkKilled();
      while (this.machine.blocksStopped && this.isStopped) {
        lock.release(this.pid);
        this.waitWhileStopped();
        lock.acquire(this.pid);
        this.checkKilled();
      }
      disk.sync();
    } catch (error) {
      lock.release(this.pid);
      throw error;
    }
  }

  /** The same for a call that may change something that is watched: its events must find room. */
  protected enterToChange(): void {
    this.enter();
    if (this.machine.disk.memory.words[WATCHES] !== 0) this.#waitForRoom();
  }

  /** Lets the kernel read events, and the page take them. The lock is held before and after, not meanwhile. */
  #waitForRoom(): void {
    const { disk, lock, slots } = this.machine;
    while (disk.watches.isOn && !disk.watches.ring.hasRoom) {
      if (lock.isPinned) return disk.watches.makeRoom();
      const seen = slots.eventCount(this.slot);
      addWaiter(disk.memory, EVENT_WAITERS, this.slot);
      lock.release(this.pid);
      slots.waitForEvent(this.slot, seen, LONGEST_NAP_MS);
      this.enter();
    }
  }

  /** Ends a call: a negative result undoes what the call changed. */
  protected leave(result: number): number {
    const { disk, lock } = this.machine;
    try {
      if (result < 0) disk.journal.rollback();
      else disk.journal.commit();
    } finally {
      if (this.#isEnding) this.#ended();
      lock.release(this.pid);
    }
    return result;
  }

  /**
   * Ends a call that threw, which only a fault of ours or memory used up can do: `enter` saw to it that there is stack. If
   * undoing throws as well, the next owner of the lock does it.
   */
  protected abandon(error: unknown): never {
    const { disk, lock } = this.machine;
    try {
      disk.journal.rollback();
    } catch {}
    if (this.#isEnding) this.#ended();
    lock.release(this.pid);
    throw error;
  }

  /**
   * To be called before the process marks itself killed or ended: else a waiter could take the lock from it, as from one that
   * is dead, while it still closes its files.
   */
  protected beginOwnEnd(): void {
    this.#isEnding = true;
    this.machine.slots.set(this.slot, P_ENDING, 1);
  }

  #ended(): void {
    this.#isEnding = false;
    this.machine.slots.set(this.slot, P_ENDING, 0);
  }

  /** Runs a call's body between `enter` and `leave`. The calls made most often spell it out instead. */
  protected call(body: () => number): number {
    this.enter();
    return this.#finish(body);
  }

  /** The same for a body that may change something that is watched. */
  protected change(body: () => number): number {
    this.enterToChange();
    return this.#finish(body);
  }

  #finish(body: () => number): number {
    let result: number;
    try {
      result = body();
    } catch (error) {
      this.abandon(error);
    }
    return this.leave(result);
  }

  /** The open file of an fd, or -EBADF. */
  protected file(fd: number): number {
    if (!(fd >= 0 && fd < TRACE_FD)) return -EBADF;
    const word = this.machine.disk.memory.words[this.machine.slots.fdWord(this.slot) + fd];
    return word === 0 ? -EBADF : (word & ~CLOEXEC_BIT) - 1;
  }

  /** The inode of an fd that is open on one (files, directories, devices), or -errno. */
  protected inodeOf(fd: number): number {
    const file = this.file(fd);
    if (file < 0) return file;
    const kind = this.machine.files.kind(file);
    return kind === KIND_INODE || kind === KIND_VIRTUAL ? this.machine.files.object(file) : -EBADF;
  }

  /** Looks a path up from a directory fd; see `Paths.walk`. A missing last component is no error. */
  protected resolve(walk: Walk, dirfd: number, path: Uint8Array, mode: number): number {
    let from = this.machine.slots.get(this.slot, P_CWD);
    this.machine.virtual.proc.caller = this.slot;
    if (dirfd !== AT_FDCWD) {
      const file = this.file(dirfd);
      if (file < 0) return file;
      from = this.inodeOf(dirfd);
      if (from < 0) return -ENOTDIR;
    }
    return this.machine.disk.paths.walk(walk, from, path, mode, this.resolveBeneath && dirfd !== AT_FDCWD);
  }

  /** The inode a path names, or -errno. */
  protected resolveExisting(dirfd: number, path: Uint8Array, follow: boolean): number {
    const { walk } = this.machine;
    const result = this.resolve(walk, dirfd, path, follow ? FOLLOW : NO_FOLLOW);
    if (result < 0) return result;
    if (walk.ino >= VIRTUAL) return this.machine.virtual.real(walk.ino);
    return walk.ino === 0 ? -ENOENT : walk.ino;
  }
}
