// A sandbox's life, from boot to end: create, resume, the deadline, pause, kill. The work is done in the modules it puts
// together here; this file only knows in which order, and what is still allowed when. `kernel.ts` adds the calls.

import { EAGAIN, ECHILD, encode, limitRunning, SIGKILL, type System, USER_ID } from "@vibengine/system";
import { NotEnoughSpaceError, SandboxError, SandboxNotFoundError, TimeoutError } from "../errors.ts";
import { DEFAULT_DISK_BYTES } from "../options.ts";
import type { AttachMessage, BootOptions, DiskReport, Ending, ForkOptions, KernelInfo } from "../protocol.ts";
import { indexedDbStore } from "../snapshot/indexeddb.ts";
import { type Manifest, SNAPSHOT_FORMAT, type SnapshotManifest } from "../snapshot/manifest.ts";
import { endLate, findManifest, findSnapshot, isOver, Replaced, removeSandbox } from "../snapshot/registry.ts";
import { MANIFEST, SNAPSHOT } from "../snapshot/store.ts";
import { type Booted, bootFrom, bootNew, unusable } from "./boot.ts";
import { KernelCalls } from "./calls.ts";
import { Deadline } from "./clock.ts";
import { Commands } from "./commands.ts";
import { Files } from "./files.ts";
import { loadFsck } from "./fsck.ts";
import { Metrics } from "./metrics.ts";
import { type Hold, holdSandbox } from "./ownership.ts";
import { WorkerPool } from "./pool.ts";
import { Processes } from "./processes.ts";
import { WorkerQuota } from "./quota.ts";
import { type About, type SaveOptions, Saves } from "./saves.ts";
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
  saves: Saves;
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
  #rooms!: Rooms;
  #pools: WorkerPool[] = [];
  #hold: Hold | null = null;

  constructor() {
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** A new sandbox, empty or from a snapshot. */
  async create(options: BootOptions): Promise<KernelInfo> {
    const { sandboxId, assets, diskSizeBytes = DEFAULT_DISK_BYTES, from } = options;
    const attach = this.#startWorkers(options);
    this.#hold = await this.#takeHold(sandboxId);
    const fresh = (booted: Booted, stored: Manifest | null, image: Pick<Manifest, "diskSizeBytes" | "storage">) =>
      this.#run(booted, attach, options, stored, {
        ...image,
        sandboxId,
        generation: 1,
        metadata: {},
        envs: stored?.envs ?? {},
        createdAt: Date.now(),
        onTimeout: "kill",
      });
    if (from === undefined)
      return fresh(bootNew(diskSizeBytes), null, { diskSizeBytes, storage: options.storage ?? "indexeddb" });
    const what = `snapshot ${from}`;
    const snapshot = await findSnapshot(this.#store, from).catch((error) => {
      throw unusable(error, what);
    });
    if (snapshot === undefined) throw new SandboxNotFoundError(`there is no ${what}: it was deleted, or never existed`);
    // The new sandbox holds on to what it is made of before it reads it.
    const stored = await this.#adopt(snapshot, sandboxId, options.timeoutMs);
    try {
      return await fresh(await bootFrom(this.#store, stored, assets.tools, what), stored, stored);
    } catch (error) {
      await removeSandbox(this.#store, sandboxId).catch(() => false);
      throw error;
    }
  }

  /**
   * A paused sandbox, or one whose page has gone. With a time limit in the options it starts anew; without, what is left of the
   * old one goes on.
   */
  async resume(options: BootOptions): Promise<KernelInfo> {
    const { sandboxId, assets } = options;
    const attach = this.#startWorkers(options);
    this.#hold = await this.#takeHold(sandboxId);
    if (this.#hold === null) {
      throw new SandboxError(`sandbox ${sandboxId} is running in another page or tab: pause it there first`);
    }
    const what = `the snapshot of sandbox ${sandboxId}`;
    try {
      const stored = await findManifest(this.#store, sandboxId).catch((error) => {
        throw unusable(error, what);
      });
      if (stored === undefined || (isOver(stored) && !(await endLate(this.#store, stored)))) {
        throw new SandboxNotFoundError(
          `there is no paused sandbox ${sandboxId}: it was killed, timed out, or never existed`,
        );
      }
      const booted = await bootFrom(this.#store, stored, assets.tools, what);
      const left = stored.endAt === null ? 0 : stored.endAt - Date.now();
      const timeoutMs = options.timeoutMs > 0 ? options.timeoutMs : Math.max(left, 1);
      const about = { ...stored, generation: stored.generation + 1 };
      return await this.#run(booted, attach, { ...options, timeoutMs }, stored, about);
    } catch (error) {
      await this.#hold.release();
      throw error;
    }
  }

  info(): KernelInfo {
    const { sandboxId, metadata, envs, startedAt } = this.#about;
    const { savedAt } = this.#rooms.saves;
    return { sandboxId, metadata, envs, startedAt, savedAt, endAt: this.#deadline.endAt, repairs: this.#repairs };
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
    const { calls } = this.#rooms;
    await calls.exclusive(() => calls.system.kill(-1, SIGKILL));
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
    return (memory) => attach({ type: "attach", memory, toolsUrl: options.assets.tools, dataUrl: options.assets.data });
  }

  /** A manifest for a new sandbox, of a snapshot's segments, in the store. */
  async #adopt(snapshot: SnapshotManifest, sandboxId: string, timeoutMs: number): Promise<Manifest> {
    const { snapshotId, name: _, ...image } = snapshot;
    const now = Date.now();
    const manifest: Manifest = {
      ...image,
      sandboxId,
      state: "running",
      generation: 0,
      metadata: {},
      createdAt: now,
      startedAt: now,
      savedAt: now,
      endAt: now + timeoutMs,
      onTimeout: "kill",
    };
    await this.#store.write("relaxed", null, async (records) => {
      if ((await records.get(SNAPSHOT + snapshotId)) === undefined)
        throw new SandboxNotFoundError(`there is no snapshot ${snapshotId}: it was deleted just now`);
      records.put(MANIFEST + sandboxId, manifest);
    });
    return manifest;
  }

  /** Sets a sandbox to work on its disk; `about` is what is known of it, which the options overrule. */
  async #run(
    { memory, machine, system, repairs }: Booted,
    attach: Attach,
    options: BootOptions,
    stored: Manifest | null,
    about: Omit<About, "state" | "startedAt" | "endAt">,
  ): Promise<KernelInfo> {
    attach(memory);
    const calls = new KernelCalls(machine, system);
    const [guests, shells] = this.#pools;
    const processes = new Processes(calls, guests, shells);
    const commands = new Commands(calls, processes, () => this.#about.envs);
    const files = new Files(calls, await this.#fork(calls));
    const fsck = async (repair: boolean) => {
      const check = await loadFsck(options.assets.tools);
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
    const saves = new Saves(this.#store, calls, this.#about, stored, () => this.#stop("replaced"));
    this.#rooms = {
      calls,
      processes,
      commands,
      files,
      watches: new Watches(calls),
      metrics: new Metrics(calls),
      saves,
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
    await this.#rooms.watches.close(); // while the workers are there: one that is ended with the lock in hand keeps it
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
