// The one lock over a sandbox's memory. The lock word holds the owner's pid, so a waiter can tell whether the owner is dead.
//
// Rules that make a kill harmless: whoever kills a process sets its `killed` flag while holding the lock; a process looks at
// its own flag right after it got the lock, and if set lets go and throws. So a flagged owner never changes anything, and a
// waiter may take the lock from it. An owner releases by compare-and-swap, so it can't release a lock that was taken over.
// The kernel never waits here: it raises `KERNEL_WANTS`, at which processes hold back, and sleeps on `KERNEL_TURN`.

import { KERNEL_TURN, KERNEL_WANTS, LOCK } from "./layout.ts";

/** Loads of the lock word before sleeping: a critical section is about a microsecond long. */
const SPINS = 200;
/** How long (ms) a waiter sleeps before it looks whether the owner is still alive. */
const SUSPICION_MS = 50;
/** How long (ms) a process holds back for the kernel at most. */
const COURTESY_MS = 20;

export class Lock {
  readonly #words: Int32Array;
  /** Says whether the process of that pid is dead or flagged. */
  readonly #isDead: (pid: number) => boolean;
  #pinned = false;
  /** Sections of the kernel that wait for their turn. */
  #queued = 0;

  /** `words`: any view of the control words; they never move. */
  constructor(words: Int32Array, isDead: (pid: number) => boolean) {
    this.#words = words;
    this.#isDead = isDead;
  }

  /** True when nobody holds it. */
  get isFree(): boolean {
    return Atomics.load(this.#words, LOCK) === 0;
  }

  /** True inside `holding`: whoever calls is the kernel, and must not wait. */
  get isPinned(): boolean {
    return this.#pinned;
  }

  /** Takes the lock for `pid`, blocking this worker's thread while another holds it. */
  acquire(pid: number): void {
    if (this.#pinned) return;
    const words = this.#words;
    if (words[KERNEL_WANTS] !== 0) this.#holdBack();
    if (Atomics.compareExchange(words, LOCK, 0, pid << 1) === 0) return;
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.load(words, LOCK) === 0 && Atomics.compareExchange(words, LOCK, 0, pid << 1) === 0) return;
    }
    this.#sleepFor(pid);
  }

  release(pid: number): void {
    if (this.#pinned) return;
    const words = this.#words;
    if (Atomics.compareExchange(words, LOCK, pid << 1, 0) !== pid << 1) {
      const contended = (pid << 1) | 1;
      if (Atomics.compareExchange(words, LOCK, contended, 0) === contended) Atomics.notify(words, LOCK, 1);
    }
    if (Atomics.load(words, KERNEL_WANTS) !== 0) this.#callKernel();
  }

  /**
   * Runs `section` with the lock held, without ever blocking the thread: for the kernel. Calls of `acquire` and `release`
   * inside do nothing.
   */
  async holding<T>(pid: number, section: () => T): Promise<T> {
    while (!this.#tryForKernel(pid)) await this.#kernelTurn();
    this.#pinned = true;
    try {
      return section();
    } finally {
      this.#pinned = false;
      this.release(pid);
      if (this.#queued > 0) this.#callKernel();
    }
  }

  #tryForKernel(pid: number): boolean {
    const words = this.#words;
    const owner = Atomics.compareExchange(words, LOCK, 0, pid << 1);
    const taken = owner === 0 || this.#takeOver(owner, (pid << 1) | (owner & 1));
    if (taken && words[KERNEL_WANTS] !== 0) {
      Atomics.store(words, KERNEL_WANTS, 0);
      Atomics.notify(words, KERNEL_WANTS);
    }
    return taken;
  }

  async #kernelTurn(): Promise<void> {
    const words = this.#words;
    const seen = Atomics.load(words, KERNEL_TURN);
    Atomics.store(words, KERNEL_WANTS, 1);
    if (Atomics.load(words, LOCK) === 0) return;
    this.#queued++;
    await Atomics.waitAsync(words, KERNEL_TURN, seen, SUSPICION_MS).value;
    this.#queued--;
  }

  #callKernel(): void {
    Atomics.add(this.#words, KERNEL_TURN, 1);
    Atomics.notify(this.#words, KERNEL_TURN);
  }

  #holdBack(): void {
    Atomics.wait(this.#words, KERNEL_WANTS, 1, COURTESY_MS);
  }

  #sleepFor(pid: number): void {
    const words = this.#words;
    const mine = (pid << 1) | 1; // others may sleep too: whoever comes this way assumes so
    for (;;) {
      const owner = Atomics.load(words, LOCK);
      if (owner === 0) {
        if (Atomics.compareExchange(words, LOCK, 0, mine) === 0) return;
        continue;
      }
      if (owner >> 1 === pid) return; // left behind by a call of this process that ran out of stack
      const contended = owner | 1;
      if (owner !== contended && Atomics.compareExchange(words, LOCK, owner, contended) !== owner) continue;
      if (Atomics.wait(words, LOCK, contended, SUSPICION_MS) === "timed-out" && this.#takeOver(contended, mine)) return;
    }
  }

  #takeOver(owner: number, mine: number): boolean {
    return this.#isDead(owner >> 1) && Atomics.compareExchange(this.#words, LOCK, owner, mine) === owner;
  }
}
