// A sandbox's life, from boot to end: create, resume, the deadline, pause, kill. The work is done in the modules it puts
// together here; this file only knows in which order, and what is still allowed when. `kernel.ts` adds the calls.

import { EAGAIN, ECHILD, encode, limitRunning, SIGKILL, type System, USER_ID } from "@vibengine/system";
import { type Remote, releaseProxy } from "comlink";
import { NotEnoughSpaceError, OWNED, SandboxError, TimeoutError } from "../errors.ts";
import type { PackSource } from "../packs/protocol.ts";
import type {
  AttachMessage,
  BootOptions,
  DiskReport,
  Ending,
  ForkOptions,
  KernelInfo,
  MountMessage,
  WatchSink,
} from "../protocol.ts";
import { indexedDbStore } from "../snapshot/indexeddb.ts";
import { SNAPSHOT_FORMAT, type SnapshotManifest } from "../snapshot/manifest.ts";
import { receivePacks } from "../snapshot/prefetch.ts";
import { endLate, Replaced, removeSandbox } from "../snapshot/registry.ts";
import { MANIFEST, SNAPSHOT, type SnapshotStore } from "../snapshot/store.ts";
import { Exports } from "./archive.ts";
import { KernelCalls } from "./calls.ts";
import { Deadline } from "./clock.ts";
import { Commands } from "./commands.ts";
import { Files } from "./files.ts";
import { loadSaving, loadTools } from "./late.ts";
import { Metrics } from "./metrics.ts";
import { fromArchive, fromNothing, fromSnapshot, fromStore, type Origin } from "./origins.ts";
import { type Hold, holdSandbox } from "./ownership.ts";
import { WorkerPool } from "./pool.ts";
import { Processes } from "./processes.ts";
import { WorkerQuota } from "./quota.ts";
import { type About, type SaveOptions, Saves } from "./saves.ts";
import type { Watches } from "./watches.ts";

const SPARE_SHELLS = 2;
const SPARE_GUESTS = 2;

/** What exists once the disk does. */
interface Rooms {
  calls: KernelCalls;
  processes: Processes;
  commands: Commands;
  files: Files;
  /** Loaded when the first directory is watched. */
  watches(): Promise<Watches>;
  metrics: Metrics;
  saves: Saves;
  exports: Exports;
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
  #about!: About;
  #repairs: string[] = [];
  readonly #life = crypto.randomUUID();
  #rooms!: Rooms;
  #watches: Promise<Watches> | null = null;
  #pools: WorkerPool[] = [];
  /** Where packs come from: the page. */
  protected packSource: PackSource | null = null;
  /** What workers to come are told of. */
  readonly #mounts: MountMessage[] = [];
  #hold: Hold | null = null;

  constructor() {
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** A new sandbox, empty or from a snapshot. */
  async create(options: BootOptions): Promise<KernelInfo> {
    const attach = this.#startWorkers(options);
    this.#hold = await this.#takeHold(options.sandboxId);
    const origin =
      options.from === undefined
        ? fromNothing(options)
        : await fromSnapshot(this.#withPacks(options), options, options.from);
    return this.#run(origin, attach, options);
  }

  /** A new sandbox with the files of an exported one. */
  async import(options: BootOptions, archive: Blob): Promise<KernelInfo> {
    const attach = this.#startWorkers(options);
    this.#hold = await this.#takeHold(options.sandboxId);
    return this.#run(await fromArchive(options, archive), attach, options);
  }

  /**
   * A paused sandbox, or one whose page has gone. With a time limit in the options it starts anew; without, what is left of the
   * old one goes on.
   */
  async resume(options: BootOptions): Promise<KernelInfo> {
    const { sandboxId } = options;
    // Reading a large disk takes longer than a worker's start, and nothing is won if the two get in each other's way.
    const saving = loadSaving(options.assets.saving);
    saving.catch(() => {});
    const store = this.#withPacks(options);
    this.#hold = await this.#takeHold(sandboxId);
    if (this.#hold === null) {
      throw new SandboxError(
        `sandbox ${sandboxId} is running in another page or tab: pause it there first, or connect to it`,
        { code: OWNED },
      );
    }
    try {
      const origin = await fromStore(store, options);
      const left = (origin.stored?.endAt ?? 0) - Date.now();
      const timeoutMs = options.timeoutMs > 0 ? options.timeoutMs : Math.max(left, 1);
      return await this.#run(origin, this.#startWorkers(options), { ...options, timeoutMs });
    } catch (error) {
      await this.#hold.release();
      throw error;
    }
  }

  export(): Promise<Blob> {
    const { sandboxId, metadata, envs, diskSizeBytes, createdAt } = this.#about;
    return this.running.exports.run({ sandboxId, metadata, envs, diskSizeBytes, createdAt });
  }

  info(): KernelInfo {
    const { sandboxId, metadata, envs, startedAt } = this.#about;
    const { savedAt } = this.#rooms.saves;
    const endAt = this.#deadline.endAt;
    return { sandboxId, metadata, envs, startedAt, savedAt, endAt, repairs: this.#repairs, life: this.#life };
  }

  isRunning(): boolean {
    return this.#ending === null;
  }

  keepAlive(timeoutMs: number): KernelInfo {
    this.#checkRunning();
    this.#deadline.set(timeoutMs);
    this.#rooms.saves.update({ endAt: this.#deadline.endAt }).catch(() => {}); // the next save tells it again
    return this.info();
  }

  async kill(): Promise<void> {
    if (this.#ending === "paused") return;
    await this.#stop("killed");
  }

  async pause(): Promise<void> {
    this.#checkRunning();
    this.#deadline.clear(); // it is kept that was paused in time, however long the saving takes
    try {
      await this.#pause();
    } catch (error) {
      if (this.#ending === null) this.#deadline.goOn();
      throw error;
    }
  }

  async #pause(): Promise<void> {
    const { calls, exports } = this.#rooms;
    await calls.exclusive(() => calls.system.kill(-1, SIGKILL));
    await calls.exclusive(() => exports.stop());
    this.#rooms.commands.failAll(() => new SandboxError("the sandbox was paused while the command ran"));
    try {
      await this.#save({ durability: "strict", isAtRest: true, change: { state: "paused", endAt: null } });
    } catch (error) {
      // The sandbox runs on, and its files are still to be had.
      this.#rooms.files = new Files(calls, await this.#fork(calls));
      throw error;
    }
    this.#checkRunning(); // it may have been killed meanwhile
    await this.#finish("paused");
  }

  ended(): Promise<Ending> {
    return this.#ended;
  }

  /** Saves what changed, without being asked to wait for the medium: for a page that is about to go. */
  async saveNow(): Promise<void> {
    if (this.#ending === null) await this.#save({ durability: "relaxed" });
  }

  async createSnapshot(snapshotId: string, name: string | undefined): Promise<SnapshotManifest> {
    this.#checkRunning();
    let made: SnapshotManifest | undefined;
    await this.#save({
      durability: "strict",
      also: (records, { storage, diskSizeBytes, clean, segments, envs }) => {
        const image = { format: SNAPSHOT_FORMAT, storage, diskSizeBytes, clean, segments };
        made = { ...image, snapshotId, envs, createdAt: Date.now(), ...(name !== undefined && { name }) };
        records.put(SNAPSHOT + snapshotId, made);
      },
    });
    return made as SnapshotManifest;
  }

  /** Makes sandboxes that go on from here, with nobody owning them yet. */
  async fork({ sandboxIds, timeoutMs }: ForkOptions): Promise<void> {
    this.#checkRunning();
    await this.#save({
      durability: "relaxed",
      also: (records, manifest) => {
        const now = Date.now();
        for (const sandboxId of sandboxIds) {
          const times = { createdAt: now, startedAt: now, endAt: now + timeoutMs };
          records.put(MANIFEST + sandboxId, { ...manifest, ...times, sandboxId, generation: 1 });
        }
      },
    });
  }

  #withPacks({ packs }: BootOptions): SnapshotStore {
    return packs === undefined ? this.#store : receivePacks(this.#store, packs);
  }

  #takeHold(sandboxId: string): Promise<Hold | null> {
    return holdSandbox(sandboxId, () => {
      // One that is only just coming to life finds out when it claims the sandbox.
      if (this.#rooms !== undefined) this.#stop("replaced");
    });
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
    const { tools: toolsUrl, data: dataUrl } = options.assets;
    return (memory) => attach({ type: "attach", memory, toolsUrl, dataUrl, mounts: this.#mounts });
  }

  /** Sets a sandbox to work on its disk. What is known of it gives way to the options. */
  async #run({ booted, stored, about }: Origin, attach: Attach, options: BootOptions): Promise<KernelInfo> {
    const { memory, machine, system, repairs } = booted;
    attach(memory);
    const calls = new KernelCalls(machine, system);
    const [guests, shells] = this.#pools;
    const processes = new Processes(calls, guests, shells, async () => {
      const { Packs } = await loadSaving(options.assets.saving);
      return new Packs(calls, this.packSource as PackSource, (message) => this.#mount(message));
    });
    const commands = new Commands(calls, processes, () => this.#about.envs);
    const files = new Files(calls, await this.#fork(calls));
    const fsck = async (repair: boolean) => {
      const { fsck: check } = await loadTools(options.assets.tools);
      const { problems, isClean } = await calls.exclusive(() => check(machine.disk, { repair }));
      return { problems, isClean };
    };
    this.#deadline.set(options.timeoutMs);
    const { metadata = about.metadata, envs = about.envs, onTimeout = about.onTimeout } = options;
    this.#about = {
      sandboxId: about.sandboxId,
      storage: about.storage,
      diskSizeBytes: about.diskSizeBytes,
      generation: about.generation,
      createdAt: about.createdAt,
      metadata,
      envs,
      onTimeout,
      state: "running",
      startedAt: Date.now(),
      endAt: this.#deadline.endAt,
    };
    this.#repairs = repairs;
    const saves = new Saves(this.#store, calls, this.#about, stored, options.assets.saving, () =>
      this.#stop("replaced"),
    );
    this.#rooms = {
      calls,
      processes,
      commands,
      files,
      watches: () => {
        this.#watches ??= loadTools(options.assets.tools).then(
          ({ Watches }) => new Watches(calls, (sink) => (sink as Remote<WatchSink>)[releaseProxy]()),
        );
        return this.#watches;
      },
      metrics: new Metrics(calls),
      saves,
      exports: new Exports(calls, options.assets.tools),
      fsck,
    };
    await this.#claim(saves);
    saves.start();
    this.#superviseProcesses();
    return this.info();
  }

  /** Makes the sandbox known. Where nothing can be stored it runs all the same, and `pause` says why it can't be saved. */
  async #claim(saves: Saves): Promise<void> {
    try {
      await saves.update({});
    } catch (error) {
      if (error instanceof Replaced) throw new SandboxError(error.message, { cause: error });
    }
  }

  #mount(message: MountMessage): void {
    this.#mounts.push(message);
    for (const pool of this.#pools) pool.tell(message);
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
        limitRunning(calls.system); // at least once a second: so long does a wait go on at most
        processes.reapWorkers();
        processes.interrupt();
        const reaped = calls.system.wait(-1);
        return reaped === -ECHILD && this.#ending === null ? -EAGAIN : reaped;
      });
      if (status >= 0) commands.exited(calls.system.lastWaited, status);
    }
  }

  async #timeOut(): Promise<void> {
    if (this.#about.onTimeout === "kill" || this.#ending !== null) return this.#stop("timeout");
    // What can't be saved now is paused as it was last saved: by this one, or by whoever looks next.
    await this.#pause().catch(() =>
      this.#finish("timeout", () => endLate(this.#store, this.#about).catch(() => false)),
    );
  }

  async #stop(ending: Ending): Promise<void> {
    if (this.#ending !== null) return;
    // A failure to remove what is saved of it is made up for by whoever looks next. What another has taken over is left to that.
    const { sandboxId } = this.#about;
    await this.#finish(ending, async () => {
      if (ending !== "replaced") await removeSandbox(this.#store, sandboxId).catch(() => false);
    });
  }

  /** Ends everything at once, then cleans up, then tells the page, which ends this worker. */
  async #finish(ending: Ending, cleanUp: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    if (this.#ending !== null) return;
    this.#ending = ending;
    this.#deadline.clear();
    this.#rooms.metrics.stop();
    this.#rooms.commands.failAll(() => this.#endedError());
    await this.#watches?.then((watches) => watches.close()); // while the workers are there: one that is ended with the lock in hand keeps it
    for (const pool of this.#pools) pool.retire();
    await this.#rooms.processes.endAll();
    for (const pool of this.#pools) pool.close();
    await this.#rooms.saves.close();
    await cleanUp();
    await this.#hold?.release();
    this.#end(ending);
  }

  async #save(options: SaveOptions): Promise<void> {
    try {
      await this.#rooms.saves.save(options);
    } catch (cause) {
      if (this.#ending === null && (cause as Error).name === "QuotaExceededError") {
        throw new NotEnoughSpaceError(
          "the browser's storage is full: the sandbox was not saved and runs on; free space and try again",
          { cause },
        );
      }
      throw new SandboxError(`the sandbox could not be saved: ${(cause as Error).message}`, { cause });
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
    const { sandboxId } = this.#about;
    if (this.#ending === "replaced") return new SandboxError(`sandbox ${sandboxId} was taken over by another page`);
    if (this.#ending === "timeout") return new TimeoutError(`sandbox ${sandboxId} reached its timeout and was stopped`);
    if (this.#ending === "killed") return new SandboxError(`sandbox ${sandboxId} was killed`);
    return new SandboxError(`sandbox ${sandboxId} was paused`);
  }
}
