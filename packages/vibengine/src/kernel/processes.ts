// Starting processes in workers, and seeing to it that killed ones end. The process table itself is in shared memory; here
// is which worker runs which process. A shell's worker holds many processes (its tasks), a guest's exactly one.

import {
  AT_FDCWD,
  decode,
  EAGAIN,
  EIO,
  ENOEXEC,
  ENOMEM,
  ESRCH,
  encode,
  O_CLOEXEC,
  O_RDONLY,
  P_KILLED,
  P_PID,
  P_REPLY,
  P_RESULT,
  P_STATE,
  P_WORKER,
  RUNNING,
  SIGKILL,
  type System,
} from "@vibengine/system";
import { proxy } from "comlink";
import type { SignalWords } from "../interrupts.ts";
import type { FromWorker, ProgramRequest } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { prepareChild } from "./child.ts";
import { Modules } from "./modules.ts";
import type { Packs } from "./packs.ts";
import type { Lent, WorkerPool } from "./pool.ts";
import { findModule, findProgram, type Program } from "./programs.ts";

/**
 * A killed guest that waits unwinds within a few ms, sixty at once within some tens; one that has not after this long (ms) is
 * computing. It is dead for everybody all the same.
 */
const GUEST_GRACE_MS = 100;
/** A shell's worker answers from its event loop at least every 10 ms; one silent for this long (ms) is stuck. */
const SHELL_GRACE_MS = 500;
/** Workers with tools that guests may have running: a guest that starts tools without end must not have them all. */
const SHELLS_FOR_GUESTS = 64;

const READ_CHUNK = 4 * 1024 * 1024;
const SLASH = 0x2f;

/** A module to be run. `args` is what it is given, `argv` what is told of it. */
export interface Launch {
  path: Uint8Array;
  argv: string[];
  args: string[];
  module: WebAssembly.Module;
  words?: SignalWords;
  /** Set for an interpreter, of which the next is prepared while this one runs. */
  pack?: string;
}

interface Running {
  lent: Lent;
  isShell: boolean;
  /** The process it was started for. */
  slot: number;
  pid: number;
  isDoomed: boolean;
  /** What runs, if it is no shell. */
  launch?: Launch;
}

export class Processes {
  readonly #calls: KernelCalls;
  readonly #guests: WorkerPool;
  readonly #shells: WorkerPool;
  readonly #modules = new Modules();
  readonly #running = new Map<number, Running>();
  #lastWorker = 0;
  readonly #loadPacks: () => Promise<Packs>;
  #loaded: Packs | null = null;

  constructor(calls: KernelCalls, guests: WorkerPool, shells: WorkerPool, loadPacks: () => Promise<Packs>) {
    this.#calls = calls;
    this.#loadPacks = loadPacks;
    this.#guests = guests;
    this.#shells = shells;
  }

  /**
   * Runs a program as a child of the process `parent`, with its fds and what else the request says. Its pid, or -errno.
   * `isStoodFor`: the parent is a shell's process that does nothing from now on but wait for it.
   */
  async spawn(parent: System, request: ProgramRequest, isStoodFor = false): Promise<number> {
    const { path, argv, wasi } = request;
    const program = await (wasi === undefined ? findProgram : findModule)(this.#calls, parent, path, argv);
    if (typeof program === "number") return program;
    if (program.kind === "wasm") return this.#startFile(parent, program, request, isStoodFor);
    if (program.kind === "pack") {
      this.#guests.warm(1);
      const launch = (found: Launch) => this.#startModule(parent, found, request, isStoodFor);
      const fail = () => this.#makeChild(parent, (made) => prepareChild(made, request));
      return (await this.#packs()).start(parent, program, proxy, launch, fail);
    }
    if (this.#shells.lent >= SHELLS_FOR_GUESTS) return -EAGAIN;
    return this.startShell(parent, program.program, program.argv, request.env, (child) => prepareChild(child, request));
  }

  /**
   * Runs the shell (`sh`, `bash`) or one of its tools. `prepare` arranges the child before it starts; a negative result of it
   * means that there is to be none.
   */
  async startShell(
    parent: System,
    program: string,
    argv: string[],
    env: string[],
    prepare: (child: System) => number,
  ): Promise<number> {
    const lent = await this.#shells.take();
    if (lent === null) return -EAGAIN;
    const child = await this.#makeChild(parent, (made) => {
      made.setCommandLine(argv, `/usr/bin/${program}`);
      return prepare(made);
    });
    if (typeof child === "number") {
      lent.giveBack();
      return child;
    }
    this.#watch(lent, child, true);
    lent.post({ type: "run-shell", slot: child.slot, pid: child.pid, program, argv, env });
    return child.pid;
  }

  /** See `Packs.interrupt`. */
  interrupt(): void {
    this.#loaded?.interrupt();
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

  /** Kills everything, and gives guests that wait the moment they need to unwind: a worker ended while it waits takes 2 s. */
  async endAll(): Promise<void> {
    const grace = new Promise((resolve) => setTimeout(resolve, GUEST_GRACE_MS));
    const killed = this.#calls.exclusive(() => this.#calls.system.kill(-1, SIGKILL));
    const guests = [...this.#running.values()].filter((running) => !running.isShell);
    await Promise.race([Promise.all([killed, ...guests.map((running) => running.lent.done)]), grace]);
  }

  async #startFile(
    parent: System,
    { path, argv, stat }: Program & { kind: "wasm" },
    request: ProgramRequest,
    isStoodFor: boolean,
  ): Promise<number> {
    let module: WebAssembly.Module;
    try {
      module = await this.#modules.get(stat, () => this.#readFile(parent, path, stat.size));
    } catch (error) {
      return error instanceof RangeError ? -ENOMEM : -ENOEXEC;
    }
    return this.#startModule(parent, { path, argv, args: argv, module }, request, isStoodFor);
  }

  async #startModule(parent: System, program: Launch, request: ProgramRequest, isStoodFor: boolean): Promise<number> {
    const { module, words, pack } = program;
    const lent = await this.#guests.take(pack);
    if (lent === null) return -EAGAIN;
    const child = await this.#makeChild(parent, (made) => {
      made.setCommandLine(program.argv, decode(program.path));
      const result = prepareChild(made, request);
      if (result >= 0 && isStoodFor) parent.standFor(made.pid);
      return result;
    });
    if (typeof child === "number") {
      lent.giveBack();
      return child;
    }
    this.#watch(lent, child, false, program);
    const [argv, env] = [program.args.map(encode), request.env.map(encode)];
    lent.post({
      type: "run-module",
      slot: child.slot,
      pid: child.pid,
      module,
      argv,
      env,
      wasi: request.wasi,
      words,
      pack,
    });
    return child.pid;
  }

  #makeChild(parent: System, prepare: (child: System) => number): Promise<System | number> {
    const worker = ++this.#lastWorker;
    return this.#calls.exclusive(() => {
      if (!parent.isAlive) return -ESRCH;
      const slot = parent.forkSlot(worker);
      if (slot < 0) return slot;
      const child = this.#calls.as(slot);
      const result = prepare(child);
      if (result < 0) {
        child.exit(0);
        parent.wait(child.pid);
        return result;
      }
      child.closeOnExec();
      return child;
    });
  }

  #watch(lent: Lent, child: System, isShell: boolean, launch?: Launch): void {
    const worker = this.#lastWorkerOf(child);
    const running: Running = { lent, isShell, slot: child.slot, pid: child.pid, isDoomed: false, launch };
    this.#running.set(worker, running);
    lent.onMessage = (message) => this.#onMessage(running, message);
    lent.done.then(() => {
      this.#running.delete(worker);
      this.#loaded?.forget(running.pid);
      return this.#buryTasks(worker);
    });
  }

  async #packs(): Promise<Packs> {
    const packs = this.#loaded ?? (await this.#loadPacks());
    // Another program may have been first meanwhile: there is one for all.
    return (this.#loaded ??= packs);
  }

  #lastWorkerOf(child: System): number {
    return this.#calls.machine.slots.get(child.slot, P_WORKER);
  }

  async #onMessage(running: Running, message: FromWorker): Promise<void> {
    if (message.type === "interpreter") {
      const { pack, module } = running.launch as Launch;
      if (pack) this.#guests.prepare(pack, module);
      return this.#loaded?.watch(message.pid, message.port);
    }
    if (message.type === "alarm") return this.#loaded?.alarm(message.pid, message.ms, message.every);
    if (message.type !== "spawn" && message.type !== "fetch") return;
    const slot = this.#calls.machine.slots.find(message.pid);
    let result = -ESRCH;
    try {
      if (message.type === "fetch") result = await (await this.#packs()).fetch(message);
      else if (slot >= 0)
        result = await this.spawn(this.#calls.as(slot, message.pid), message.request, running.isShell);
    } catch {
      result = -EIO; // a worker's script did not load
    }
    if (running.isShell) running.lent.post({ type: "spawned", id: message.id, result });
    else await this.#answer(running, message.id, result);
  }

  /** A guest sleeps on its event word, where a kill finds it, too; the answer stands in its slot. */
  #answer({ slot, pid }: Running, id: number, result: number): Promise<void> {
    return this.#calls.exclusive(() => {
      const { slots } = this.#calls.machine;
      if (slots.get(slot, P_PID) !== pid) return;
      slots.set(slot, P_RESULT, result);
      slots.set(slot, P_REPLY, id);
      slots.wake(slot);
    });
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
    const { ring } = this.#calls.machine.disk.watches;
    // One that waits until the page has taken what its tasks changed is not stuck.
    const judge = () => {
      if (ring.hasRoom) running.lent.discard();
      else timer = setTimeout(judge, SHELL_GRACE_MS);
    };
    let timer = setTimeout(judge, SHELL_GRACE_MS);
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
