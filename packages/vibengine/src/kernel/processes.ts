// Starting processes in workers, and seeing to it that killed ones end. The process table itself is in shared memory; here
// is which worker runs which process. A shell's worker holds many processes (its tasks), a guest's exactly one.

import {
  AT_FDCWD,
  decode,
  ENOEXEC,
  ENOMEM,
  ESRCH,
  encode,
  O_CLOEXEC,
  O_RDONLY,
  P_KILLED,
  P_PID,
  P_STATE,
  P_WORKER,
  RUNNING,
  SIGKILL,
  type System,
} from "@vibengine/system";
import type { FromWorker } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { Modules } from "./modules.ts";
import type { Lent, WorkerPool } from "./pool.ts";
import { findProgram, type Program } from "./programs.ts";

/** A killed guest that waits unwinds within a few ms; one that has not after this long (ms) is computing. */
const GUEST_GRACE_MS = 20;
/** A shell's worker answers from its event loop at least every 10 ms; one silent for this long (ms) is stuck. */
const SHELL_GRACE_MS = 500;

const READ_CHUNK = 4 * 1024 * 1024;
const SLASH = 0x2f;

interface Running {
  lent: Lent;
  isShell: boolean;
  /** The process it was started for. */
  slot: number;
  pid: number;
  isDoomed: boolean;
}

export class Processes {
  readonly #calls: KernelCalls;
  readonly #guests: WorkerPool;
  readonly #shells: WorkerPool;
  readonly #modules = new Modules();
  readonly #running = new Map<number, Running>();
  #lastWorker = 0;

  constructor(calls: KernelCalls, guests: WorkerPool, shells: WorkerPool) {
    this.#calls = calls;
    this.#guests = guests;
    this.#shells = shells;
  }

  /**
   * Runs the file `path` as a child of the process `parent`, with its fds and working directory. `prepare` may arrange the
   * child's fds before it starts. Its pid, or -errno.
   */
  async spawn(
    parent: System,
    path: Uint8Array,
    argv: string[],
    env: string[],
    prepare?: (child: System) => void,
  ): Promise<number> {
    const program = await findProgram(this.#calls, parent, path, argv);
    if (typeof program === "number") return program;
    return program.kind === "shell"
      ? this.startShell(parent, program.program, program.argv, env, prepare)
      : this.#startModule(parent, program, env, prepare);
  }

  /** Runs the shell (`sh`, `bash`) or one of its tools. */
  async startShell(
    parent: System,
    program: string,
    argv: string[],
    env: string[],
    prepare?: (child: System) => void,
  ): Promise<number> {
    const lent = await this.#shells.take();
    const child = await this.#makeChild(parent, prepare);
    if (typeof child === "number") return this.#giveBack(lent, child);
    this.#watch(lent, child, true);
    lent.post({ type: "run-shell", slot: child.slot, program, argv, env });
    return child.pid;
  }

  /** Ends workers whose process was killed but has not unwound. Called whenever something happened to some process. */
  reapWorkers(): void {
    const { slots } = this.#calls.machine;
    for (const [worker, running] of this.#running) {
      if (running.isDoomed || !this.#hasKilled(worker, running, slots)) continue;
      running.isDoomed = true;
      if (running.isShell) this.#doubtShell(worker, running);
      else setTimeout(() => running.lent.discard(), GUEST_GRACE_MS);
    }
  }

  async #startModule(
    parent: System,
    program: Program & { kind: "wasm" },
    env: string[],
    prepare?: (child: System) => void,
  ): Promise<number> {
    let module: WebAssembly.Module;
    try {
      module = await this.#modules.get(program.stat, () => this.#readFile(parent, program.path, program.stat.size));
    } catch (error) {
      return error instanceof RangeError ? -ENOMEM : -ENOEXEC;
    }
    const lent = await this.#guests.take();
    const child = await this.#makeChild(parent, prepare);
    if (typeof child === "number") return this.#giveBack(lent, child);
    this.#watch(lent, child, false);
    lent.post({ type: "run-module", slot: child.slot, module, argv: program.argv.map(encode), env: env.map(encode) });
    return child.pid;
  }

  #makeChild(parent: System, prepare?: (child: System) => void): Promise<System | number> {
    const worker = ++this.#lastWorker;
    return this.#calls.exclusive(() => {
      if (!parent.isAlive) return -ESRCH;
      const slot = parent.forkSlot(worker);
      if (slot < 0) return slot;
      const child = this.#calls.as(slot);
      prepare?.(child);
      child.closeOnExec();
      return child;
    });
  }

  #watch(lent: Lent, child: System, isShell: boolean): void {
    const worker = this.#lastWorkerOf(child);
    const running: Running = { lent, isShell, slot: child.slot, pid: child.pid, isDoomed: false };
    this.#running.set(worker, running);
    lent.onMessage = (message) => this.#onMessage(lent, message);
    lent.done.then(() => {
      this.#running.delete(worker);
      return this.#buryTasks(worker);
    });
  }

  #lastWorkerOf(child: System): number {
    return this.#calls.machine.slots.get(child.slot, P_WORKER);
  }

  async #onMessage(lent: Lent, message: FromWorker): Promise<void> {
    if (message.type !== "spawn") return;
    const slot = this.#calls.machine.slots.find(message.pid);
    const result = slot < 0 ? -ESRCH : await this.spawn(this.#calls.as(slot), message.path, message.argv, message.env);
    lent.post({ type: "spawned", id: message.id, result });
  }

  /** A worker is gone: whatever it still ran is dead. */
  #buryTasks(worker: number): Promise<void> {
    return this.#calls.exclusive(() => {
      const { slots } = this.#calls.machine;
      for (const slot of [...slots.live()]) {
        if (slots.get(slot, P_WORKER) === worker && slots.get(slot, P_STATE) === RUNNING) {
          this.#calls.system.kill(slots.get(slot, P_PID), SIGKILL);
        }
      }
    });
  }

  #hasKilled(worker: number, running: Running, slots: KernelCalls["machine"]["slots"]): boolean {
    if (!running.isShell)
      return slots.get(running.slot, P_PID) !== running.pid || slots.get(running.slot, P_KILLED) !== 0;
    for (const slot of slots.live())
      if (slots.get(slot, P_WORKER) === worker && slots.get(slot, P_KILLED) !== 0) return true;
    return false;
  }

  #doubtShell(worker: number, running: Running): void {
    const timer = setTimeout(() => running.lent.discard(), SHELL_GRACE_MS);
    const { onMessage } = running.lent;
    running.lent.onMessage = (message) => {
      if (message.type === "pong") {
        clearTimeout(timer);
        running.isDoomed = false;
      } else onMessage(message);
    };
    running.lent.done.then(() => clearTimeout(timer));
    if (this.#running.has(worker)) running.lent.post({ type: "ping" });
  }

  #giveBack(lent: Lent, result: number): number {
    lent.discard();
    return result;
  }

  async #readFile(parent: System, path: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(size);
    const { system } = this.#calls;
    const fd = await this.#calls.exclusive(() => {
      const absolute = path[0] === SLASH ? path : encode(`${decode(parent.getcwd())}/${decode(path)}`);
      return system.open(AT_FDCWD, absolute, O_RDONLY | O_CLOEXEC, 0);
    });
    for (let at = 0; fd >= 0 && at < size; ) {
      const count = await this.#calls.exclusive(() => system.pread(fd, bytes, at, Math.min(READ_CHUNK, size - at), at));
      if (count <= 0) break;
      at += count;
    }
    if (fd >= 0) await this.#calls.exclusive(() => system.close(fd));
    return bytes;
  }
}
