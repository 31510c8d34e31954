// `Sandbox`: what a user touches first. Checks arguments, forwards to the kernel's worker, throws typed errors; it owns
// nothing but that worker.

import { type Remote, wrap } from "comlink";
import { startKernelWorker } from "./assets.ts";
import { Commands } from "./commands.ts";
import { notRunHere } from "./elsewhere.ts";
import { InvalidArgumentError, SandboxError, SandboxNotFoundError } from "./errors.ts";
import { Files } from "./files.ts";
import { lockName } from "./kernel/ownership.ts";
import { checkOneOf, checkRange, checkStrings, checkTimeout, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { DiskReport, Ending, KernelApi, KernelInfo, SandboxMetrics, WorkerSeat } from "./protocol.ts";
import { Pty } from "./pty.ts";
import {
  bootOptions,
  checkId,
  checkIsolated,
  type MetricsRange,
  newBoot,
  pausedInfo,
  type ResumeOptions,
  type SandboxInfo,
  type SandboxOptions,
} from "./sandbox-options.ts";
import { leaveSeat, takeSeat } from "./seats.ts";
import { indexedDbStore } from "./snapshot/indexeddb.ts";
import type { Manifest } from "./snapshot/manifest.ts";
import { carryErrors } from "./transfer.ts";

/** The sandboxes that this page runs, by id. */
export const running = new Map<string, Sandbox>();

/**
 * A small operating system in a worker of this page: a disk, processes, a shell.
 *
 * @example
 * ```ts
 * const sandbox = await Sandbox.create({ timeoutMs: 300_000, metadata: { userId: "ada" } });
 * const result = await sandbox.commands.run("echo hello | tr a-z A-Z");
 * console.log(result.stdout); // HELLO
 * await sandbox.pause();
 * const again = await Sandbox.resume(sandbox.sandboxId);
 * ```
 */
export class Sandbox {
  /** `"sb_"` and 20 random characters; the same over any number of pauses and resumes. */
  readonly sandboxId: string;
  /** Runs commands. */
  readonly commands: Commands;
  /** Opens terminals. */
  readonly pty: Pty;
  /** Reads and writes files. */
  readonly files: Files;
  readonly #kernel: Remote<KernelApi>;
  #info: KernelInfo;
  #ending: Ending | null = null;
  /** Rejects when the sandbox ends: whatever waits for an answer that won't come waits for this too. */
  readonly #gone: Promise<never>;

  private constructor(worker: Worker, kernel: Remote<KernelApi>, info: KernelInfo, seat: WorkerSeat) {
    this.sandboxId = info.sandboxId;
    this.#kernel = kernel;
    this.#info = info;
    this.#gone = kernel.ended().then(async (ending) => {
      this.#ending = ending;
      running.delete(this.sandboxId);
      // Messages keep their order: what the kernel answered before its end has arrived when this has.
      await kernel.info();
      worker.terminate();
      leaveSeat(seat);
      throw this.#goneError();
    });
    this.#gone.catch(() => {});
    const call = <T>(send: (kernel: Remote<KernelApi>) => Promise<T>) => this.#call(send);
    this.commands = new Commands(call);
    this.pty = new Pty(call);
    this.files = new Files(call, this.#gone);
    running.set(this.sandboxId, this);
  }

  /**
   * Makes a sandbox and starts its clock.
   * @throws {InvalidArgumentError} when an option has a value that can't be used.
   * @throws {SandboxError} when the page is not cross-origin isolated; the message names the headers it needs.
   */
  static async create(options: SandboxOptions = {}): Promise<Sandbox> {
    const boot = newBoot(options);
    return Sandbox.#boot(options.assetBase, (kernel, seat) => kernel.create({ ...boot, seat }));
  }

  /**
   * Brings a paused sandbox back, with its id, files, metadata and environment variables, and starts a new clock.
   * Processes do not come back.
   * @throws {SandboxNotFoundError} when no paused sandbox has that id.
   * @throws {SandboxError} when it is running, or its snapshot is damaged (it is left as it is).
   */
  static async resume(sandboxId: string, options: ResumeOptions = {}): Promise<Sandbox> {
    const boot = bootOptions(options, checkId(sandboxId));
    boot.timeoutMs = checkTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    if (running.has(sandboxId)) {
      throw new SandboxError(`sandbox ${sandboxId} is running in this page: pause it before you resume it`);
    }
    return Sandbox.#boot(options.assetBase, (kernel, seat) => kernel.resume({ ...boot, seat }));
  }

  /**
   * Makes a new sandbox, with an id of its own, from what {@link Sandbox.export} gave: its files, metadata and environment
   * variables, on a disk as large; `options` override the last three. The archive may have been unpacked, changed and packed
   * anew by any tar (ustar, GNU or pax, compressed by gzip or not), as long as `vibengine.json` and `vibengine.root` are in it.
   * @throws {InvalidArgumentError} when the archive is damaged, cut, not one of a sandbox, of a newer version, or has entries that
   * can't be: the message names the entry and what is wrong. Nothing of it stays.
   * @throws {NotEnoughSpaceError} when the disk is too small for it.
   *
   * @example
   * ```ts
   * const archive = await sandbox.export(); // a .tar.gz
   * const copy = await Sandbox.import(archive, { timeoutMs: 300_000 });
   * ```
   */
  static async import(archive: Blob, options: SandboxOptions = {}): Promise<Sandbox> {
    if (!(archive instanceof Blob)) throw new InvalidArgumentError(`archive must be a Blob, got ${typeof archive}`);
    const boot = newBoot(options);
    return Sandbox.#boot(options.assetBase, (kernel, seat) => kernel.import({ ...boot, seat }, archive));
  }

  /** The running sandboxes of this page and the paused ones of this origin, newest first. */
  static async list(
    query: { metadata?: Record<string, string>; state?: "running" | "paused" } = {},
  ): Promise<SandboxInfo[]> {
    if (query.state !== undefined) checkOneOf("state", query.state, ["running", "paused"]);
    const wanted = Object.entries(checkStrings("metadata", query.metadata ?? {}));
    const { held = [] } = await navigator.locks.query();
    const owned = new Set(held.map((lock) => lock.name));
    const manifests = (await indexedDbStore().manifests()) as Manifest[];
    const paused = manifests
      .filter((one) => !owned.has(lockName(one.sandboxId)) && !running.has(one.sandboxId))
      .map(pausedInfo);
    const live = await Promise.all([...running.values()].map((sandbox) => sandbox.getInfo()));
    return [...live, ...paused]
      .filter((info) => query.state === undefined || info.state === query.state)
      .filter((info) => wanted.every(([key, value]) => info.metadata[key] === value))
      .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  }

  /**
   * Ends a sandbox of this page, or removes a paused one; its files are gone.
   * @returns false when there is none of that id.
   */
  static async kill(sandboxId: string): Promise<boolean> {
    checkId(sandboxId);
    const mine = running.get(sandboxId);
    if (mine !== undefined) {
      await mine.kill();
      return true;
    }
    return navigator.locks.request(lockName(sandboxId), { ifAvailable: true }, (lock) => {
      if (lock === null)
        throw new SandboxError(`sandbox ${sandboxId} is running in another page or tab: kill it there`);
      return indexedDbStore().remove(sandboxId);
    });
  }

  /**
   * {@link Sandbox.getMetrics} of a sandbox that this page runs.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
   * @throws {SandboxError} when it runs in another page or tab: only that one can ask.
   */
  static async getMetrics(sandboxId: string, range: MetricsRange = {}): Promise<SandboxMetrics[]> {
    checkRange(range);
    const mine = running.get(checkId(sandboxId));
    if (mine !== undefined) return mine.getMetrics(range);
    throw await notRunHere(sandboxId, "ask for its metrics there");
  }

  /**
   * All files of the sandbox as one file, to be kept or taken elsewhere: a gzip-compressed tar (pax) that any `tar xzf` unpacks,
   * and {@link Sandbox.import} makes a sandbox from. Bytes, names, links, holes, owners, modes and times are exact. The
   * metadata and the environment variables given to `create` are in it, in plain text; processes are not.
   *
   * The sandbox runs on meanwhile. All names are of one moment; each file, with its attributes, is as it was at one moment from
   * then on. Only one of more than 4 MiB that is written to while it is read may be partly old, partly new. When nothing writes,
   * the whole archive is of one moment.
   * @throws {SandboxError} when the sandbox is paused meanwhile, or its paths are too long (more than 65,535 bytes).
   */
  async export(): Promise<Blob> {
    return this.#call((kernel) => kernel.export());
  }

  /** Restarts the countdown: the sandbox lives `timeoutMs` (1 to 86,400,000) from now, be that more or less than was left. */
  async keepAlive(timeoutMs: number): Promise<void> {
    checkTimeout(timeoutMs);
    this.#info = await this.#call((kernel) => kernel.keepAlive(timeoutMs));
  }

  /**
   * Saves the file system, ends all processes, and releases the memory. Resolves once the snapshot is durable; then only
   * {@link Sandbox.resume} brings it back.
   * @throws {NotEnoughSpaceError} when the browser's storage is full; the sandbox runs on.
   */
  async pause(): Promise<void> {
    await this.#call((kernel) => kernel.pause());
    await this.#gone.catch(() => {});
  }

  /** Ends the sandbox; its files are gone. May be called any number of times. */
  async kill(): Promise<void> {
    if (this.#ending !== null) return;
    await this.#call((kernel) => kernel.kill()).catch(() => {});
    await this.#gone.catch(() => {});
  }

  /** False once it was killed, timed out or paused. */
  async isRunning(): Promise<boolean> {
    if (this.#ending !== null) return false;
    return Promise.race([this.#kernel.isRunning(), this.#gone.catch(() => false)]);
  }

  async getInfo(): Promise<SandboxInfo> {
    this.#info = await this.#call((kernel) => kernel.info());
    const { sandboxId, metadata, envs, startedAt, endAt, repairs } = this.#info;
    return {
      sandboxId,
      state: "running",
      metadata,
      envs,
      startedAt: new Date(startedAt),
      endAt: new Date(endAt),
      ...(repairs.length > 0 && { repairs }),
    };
  }

  /**
   * Checks the disk for consistency and, with `repair`, mends it: leaked space is freed, counts and indexes are made anew, and
   * broken entries removed. A resume does that by itself for a disk that was not saved by a pause; see `repairs` of
   * {@link Sandbox.getInfo}. Meanwhile every process of the sandbox waits; it takes time in proportion to the number of files.
   */
  async fsck({ repair = false }: { repair?: boolean } = {}): Promise<DiskReport> {
    return this.#call((kernel) => kernel.fsck(repair === true));
  }

  /**
   * What the sandbox used over its life: a sample every 5 s, and one of now. Of a life of more than some hours, samples older
   * than the last 85 minutes are thinned out: at most 80 s apart after a day, each still telling the share of the time since the
   * one before it.
   * @param range only samples from `start` to `end`, both included and both optional.
   * @throws {InvalidArgumentError} when one of them is no valid `Date`, or `start` is after `end`.
   *
   * @example
   * ```ts
   * const now = (await sandbox.getMetrics()).at(-1);
   * const lastMinute = await sandbox.getMetrics({ start: new Date(Date.now() - 60_000) });
   * ```
   */
  async getMetrics(range: MetricsRange = {}): Promise<SandboxMetrics[]> {
    const [start, end] = checkRange(range);
    return this.#call((kernel) => kernel.getMetrics(start, end));
  }

  /** Calls `listener` once when the sandbox ends in that way. Returns a function that takes it off again. */
  on(event: "paused" | "timeout" | "killed", listener: () => void): () => void {
    let isOn = true;
    this.#gone.catch(() => {
      if (isOn && this.#ending === checkOneOf("event", event, ["paused", "timeout", "killed"])) listener();
    });
    return () => {
      isOn = false;
    };
  }

  /** `await using sandbox = await Sandbox.create()` kills it at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  static async #boot(
    assetBase: string | URL | undefined,
    start: (kernel: Remote<KernelApi>, seat: WorkerSeat) => Promise<KernelInfo>,
  ): Promise<Sandbox> {
    checkIsolated();
    carryErrors();
    const worker = startKernelWorker(assetBase);
    const seat = takeSeat();
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = (event) =>
        reject(new SandboxError(`the kernel's worker failed: ${event.message ?? "its script did not load"}`));
    });
    try {
      const kernel = wrap<KernelApi>(worker);
      return new Sandbox(worker, kernel, await Promise.race([start(kernel, seat), failed]), seat);
    } catch (error) {
      worker.terminate();
      leaveSeat(seat);
      throw error;
    }
  }

  async #call<T>(send: (kernel: Remote<KernelApi>) => Promise<T>): Promise<T> {
    if (this.#ending !== null) throw this.#goneError();
    return Promise.race([send(this.#kernel), this.#gone]);
  }

  #goneError(): SandboxError {
    const what = {
      killed: "was killed",
      timeout: "reached its timeout and was stopped",
      paused: "is paused: resume it by its id",
    };
    return new SandboxNotFoundError(`sandbox ${this.sandboxId} ${what[this.#ending ?? "killed"]}`);
  }
}
