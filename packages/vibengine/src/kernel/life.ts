// A sandbox's life, from boot to end: create, resume, the deadline, pause, kill. The work is done in the modules it puts
// together here; this file only knows in which order, and what is still allowed when. `kernel.ts` adds the calls.

import { programNames } from "@vibengine/shell/programs";
import {
  bootKernelSlot,
  type Disk,
  EAGAIN,
  ECHILD,
  encode,
  Machine,
  makeTree,
  ROOT,
  SIGKILL,
  System,
  USER_ID,
} from "@vibengine/system";
import { NotEnoughSpaceError, SandboxError, SandboxNotFoundError, TimeoutError } from "../errors.ts";
import { DEFAULT_DISK_BYTES } from "../options.ts";
import type { AttachMessage, BootOptions, DiskReport, Ending, KernelInfo } from "../protocol.ts";
import { indexedDbStore, packKey } from "../snapshot/indexeddb.ts";
import { CorruptSnapshot, checkManifest, type Manifest } from "../snapshot/manifest.ts";
import { loadDisk, saveDisk } from "../snapshot/save.ts";
import { KernelCalls } from "./calls.ts";
import { Deadline } from "./clock.ts";
import { Commands } from "./commands.ts";
import { Files } from "./files.ts";
import { loadFsck } from "./fsck.ts";
import { formatDisk, newMemory } from "./memory.ts";
import { Metrics } from "./metrics.ts";
import { type Hold, holdSandbox } from "./ownership.ts";
import { WorkerPool } from "./pool.ts";
import { Processes } from "./processes.ts";
import { WorkerQuota } from "./quota.ts";
import { Watches } from "./watches.ts";

const SPARE_SHELLS = 2;
const SPARE_GUESTS = 2;

/** What exists once the disk does. */
interface Rooms {
  calls: KernelCalls;
  processes: Processes;
  commands: Commands;
  files: Files;
  watches: Watches;
  metrics: Metrics;
  fsck(repair: boolean): Promise<DiskReport>;
}

/** Gives the workers that are on their way the memory they shall work on. */
type Attach = (memory: WebAssembly.Memory) => void;

export class Life {
  readonly #store = indexedDbStore();
  readonly #deadline = new Deadline(() => this.#timeOut());
  readonly #ended: Promise<Ending>;
  #end: (ending: Ending) => void = () => {};
  #ending: Ending | null = null;
  #info!: Omit<KernelInfo, "endAt" | "life">;
  readonly #life = crypto.randomUUID();
  #onTimeout: "kill" | "pause" = "kill";
  #diskSizeBytes = DEFAULT_DISK_BYTES;
  #rooms!: Rooms;
  #pools: WorkerPool[] = [];
  #saved: Manifest | null = null;
  #hold: Hold | null = null;

  constructor() {
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async create(options: BootOptions): Promise<KernelInfo> {
    const attach = this.#startWorkers(options);
    this.#diskSizeBytes = options.diskSizeBytes ?? DEFAULT_DISK_BYTES;
    const memory = newMemory(this.#diskSizeBytes);
    const machine = new Machine(formatDisk(memory, this.#diskSizeBytes));
    const kernel = new System(machine, bootKernelSlot(machine, ROOT));
    makeTree(kernel, programNames);
    this.#hold = await holdSandbox(options.sandboxId);
    this.#info = {
      sandboxId: options.sandboxId,
      metadata: options.metadata ?? {},
      envs: options.envs ?? {},
      startedAt: Date.now(),
      repairs: [],
    };
    return this.#run(machine, kernel, memory, attach, options);
  }

  async resume(options: BootOptions): Promise<KernelInfo> {
    const { sandboxId } = options;
    const attach = this.#startWorkers(options);
    this.#hold = await holdSandbox(sandboxId);
    if (this.#hold === null) {
      throw new SandboxError(`sandbox ${sandboxId} is running in another page or tab: pause it there first`);
    }
    try {
      return await this.#restore(options, attach);
    } catch (error) {
      await this.#hold.release();
      if (!(error instanceof CorruptSnapshot)) throw error;
      throw new SandboxError(
        `the snapshot of sandbox ${sandboxId} can't be used: ${error.message}. It has been left as it is.`,
        {
          cause: error,
        },
      );
    }
  }

  info(): KernelInfo {
    return { ...this.#info, endAt: this.#deadline.endAt, life: this.#life };
  }

  isRunning(): boolean {
    return this.#ending === null;
  }

  keepAlive(timeoutMs: number): KernelInfo {
    this.#checkRunning();
    this.#deadline.set(timeoutMs);
    return this.info();
  }

  async kill(): Promise<void> {
    if (this.#ending === "paused") return;
    await this.#stop("killed");
  }

  async pause(): Promise<void> {
    this.#checkRunning();
    const { calls } = this.#rooms;
    await calls.exclusive(() => calls.system.kill(-1, SIGKILL));
    this.#rooms.commands.failAll(() => new SandboxError("the sandbox was paused while the command ran"));
    try {
      await this.#save();
    } catch (error) {
      // The sandbox runs on, and its files are still to be had.
      this.#rooms.files = new Files(calls, await this.#fork(calls));
      throw error;
    }
    await this.#finish("paused");
  }

  ended(): Promise<Ending> {
    return this.#ended;
  }

  /** The first worker is on its way before the disk exists: starting it takes longest. */
  #startWorkers(options: BootOptions): Attach {
    let attach: (message: AttachMessage) => void = () => {};
    const message = new Promise<AttachMessage>((resolve) => {
      attach = resolve;
    });
    const shells = new WorkerPool(options.assets.shell, message, SPARE_SHELLS);
    const guests = new WorkerPool(options.assets.process, message, SPARE_GUESTS, new WorkerQuota(options.seat));
    this.#pools = [guests, shells];
    shells.warm(1);
    return (memory) => attach({ type: "attach", memory, toolsUrl: options.assets.tools, dataUrl: options.assets.data });
  }

  async #restore(options: BootOptions, attach: Attach): Promise<KernelInfo> {
    const { sandboxId } = options;
    const stored = await this.#store.manifest(sandboxId);
    if (stored === undefined) {
      throw new SandboxNotFoundError(
        `there is no paused sandbox ${sandboxId}: it was killed, timed out, or never existed`,
      );
    }
    const manifest = checkManifest(stored, sandboxId);
    const memory = newMemory(manifest.diskSizeBytes);
    const disk = await loadDisk(this.#store, manifest, memory);
    const repairs = manifest.clean === false ? await this.#mend(disk, options.assets.tools) : [];
    const machine = new Machine(disk);
    const kernel = new System(machine, bootKernelSlot(machine, ROOT));
    this.#saved = manifest;
    this.#diskSizeBytes = manifest.diskSizeBytes;
    this.#info = {
      sandboxId,
      metadata: options.metadata ?? manifest.metadata,
      envs: options.envs ?? manifest.envs,
      startedAt: Date.now(),
      repairs,
    };
    return this.#run(machine, kernel, memory, attach, options);
  }

  /** Mends a disk that was saved while it was in use; what was found. */
  async #mend(disk: Disk, toolsUrl: string): Promise<string[]> {
    const check = await loadFsck(toolsUrl);
    let report: DiskReport;
    try {
      report = check(disk, { repair: true });
    } catch (cause) {
      throw new CorruptSnapshot(`its disk is damaged beyond repair: ${(cause as Error).message}`, { cause });
    }
    if (report.isClean) return report.problems;
    throw new CorruptSnapshot(`its disk is damaged beyond repair: ${report.problems.join(" ").slice(0, 1000)}`);
  }

  async #run(
    machine: Machine,
    kernel: System,
    memory: WebAssembly.Memory,
    attach: Attach,
    options: BootOptions,
  ): Promise<KernelInfo> {
    attach(memory);
    const calls = new KernelCalls(machine, kernel);
    const [guests, shells] = this.#pools;
    const processes = new Processes(calls, guests, shells);
    const commands = new Commands(calls, processes, () => this.#info.envs);
    const files = new Files(calls, await this.#fork(calls));
    const fsck = async (repair: boolean) => {
      const check = await loadFsck(options.assets.tools);
      const { problems, isClean } = await calls.exclusive(() => check(machine.disk, { repair }));
      return { problems, isClean };
    };
    this.#rooms = { calls, processes, commands, files, watches: new Watches(calls), metrics: new Metrics(calls), fsck };
    this.#onTimeout = options.onTimeout ?? "kill";
    this.#deadline.set(options.timeoutMs);
    this.#superviseProcesses();
    return this.info();
  }

  /** The process as which the `files` API makes its calls. */
  #fork(calls: KernelCalls): Promise<System> {
    return calls.exclusive(() => {
      const system = calls.as(calls.system.forkSlot(0));
      system.umask(0o022);
      system.setOwner(USER_ID, USER_ID);
      system.chdir(encode("/home/user"));
      calls.machine.slots.rest(system.slot); // it runs when a call is made as it, which is the kernel's own time
      return system;
    });
  }

  async #superviseProcesses(): Promise<void> {
    const { calls, processes, commands } = this.#rooms;
    while (this.#ending === null) {
      const status = await calls.until(() => {
        processes.reapWorkers();
        const reaped = calls.system.wait(-1);
        return reaped === -ECHILD && this.#ending === null ? -EAGAIN : reaped;
      });
      if (status >= 0) commands.exited(calls.system.lastWaited, status);
    }
  }

  async #timeOut(): Promise<void> {
    if (this.#onTimeout === "kill" || this.#ending !== null) return this.#stop("timeout");
    try {
      await this.pause();
    } catch (error) {
      if (!(error instanceof NotEnoughSpaceError)) throw error;
      await this.#stop("timeout");
    }
  }

  async #stop(ending: Ending): Promise<void> {
    if (this.#ending !== null) return;
    // What storage still holds of it is an older snapshot; a failure to remove that is found by whoever looks next.
    await this.#finish(ending, () => this.#store.remove(this.#info.sandboxId).catch(() => false));
  }

  /** Ends everything at once, then cleans up, then tells the page, which ends this worker. */
  async #finish(ending: Ending, cleanUp: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    this.#ending = ending;
    this.#deadline.clear();
    this.#rooms.metrics.stop();
    this.#rooms.commands.failAll(() => this.#endedError());
    await this.#rooms.watches.close(); // while the workers are there: one that is ended with the lock in hand keeps it
    for (const pool of this.#pools) pool.retire();
    await this.#rooms.processes.endAll();
    for (const pool of this.#pools) pool.close();
    await cleanUp();
    await this.#hold?.release();
    this.#end(ending);
  }

  async #save(): Promise<void> {
    const { metadata, envs, sandboxId, startedAt } = this.#info;
    const about = {
      sandboxId,
      metadata,
      envs,
      diskSizeBytes: this.#diskSizeBytes,
      clean: true,
      createdAt: this.#saved?.createdAt ?? startedAt,
    };
    try {
      this.#saved = await saveDisk(this.#store, this.#rooms.calls.machine.disk, about, this.#saved, (name) =>
        packKey(sandboxId, name),
      );
    } catch (cause) {
      if ((cause as Error).name !== "QuotaExceededError")
        throw new SandboxError(`the sandbox could not be saved: ${(cause as Error).message}`, { cause });
      throw new NotEnoughSpaceError(
        "the browser's storage is full: the sandbox was not paused and runs on; free space and try again",
        { cause },
      );
    }
  }

  /** The rooms, for calls that need a running sandbox. */
  protected get running(): Rooms {
    this.#checkRunning();
    return this.#rooms;
  }

  #checkRunning(): void {
    if (this.#ending !== null) throw this.#endedError();
  }

  #endedError(): SandboxError {
    const { sandboxId } = this.#info;
    if (this.#ending === "timeout") return new TimeoutError(`sandbox ${sandboxId} reached its timeout and was stopped`);
    if (this.#ending === "killed") return new SandboxError(`sandbox ${sandboxId} was killed`);
    return new SandboxError(`sandbox ${sandboxId} was paused`);
  }
}
