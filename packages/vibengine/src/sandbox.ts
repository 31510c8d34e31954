// `Sandbox`: what a user touches first. Checks arguments, forwards to the kernel, throws typed errors; it owns nothing but
// the link to that kernel.

import type { Remote } from "comlink";
import { Commands } from "./commands.ts";
import {
  changeOrphan,
  endedError,
  killElsewhere,
  linkElsewhere,
  linkOrTakeOver,
  orphanedError,
  storedElsewhere,
} from "./elsewhere.ts";
import { InvalidArgumentError, SandboxError, SandboxNotFoundError } from "./errors.ts";
import { Files } from "./files.ts";
import { follow, type LifecycleEvent, listen, tell, unfollow } from "./lifecycle-events.ts";
import { type Link, startKernel, startStored } from "./link.ts";
import { type ListQuery, listSandboxes } from "./listing.ts";
import { checkRange, checkTimeout, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { DiskReport, Ending, KernelApi, SandboxMetrics } from "./protocol.ts";
import { Pty } from "./pty.ts";
import {
  bootOptions,
  checkId,
  checkTemplate,
  type ForkRequest,
  MAX_FORKS,
  type MetricsRange,
  newBoot,
  type ResumeOptions,
  randomId,
  runningInfo,
  type SandboxInfo,
  type SandboxOptions,
} from "./sandbox-options.ts";
import { MANIFEST, SNAPSHOT } from "./snapshot/store.ts";
import {
  deleteSnapshot,
  listSnapshots,
  snapshotId as newSnapshotId,
  type SnapshotInfo,
  type StorageInfo,
  snapshotInfo,
  storageInfo,
} from "./snapshots.ts";
import { reclaimLater } from "./upkeep.ts";

/** The sandboxes that this page runs, by id. */
export const running = new Map<string, Sandbox>();
/** Those that other pages run and this one is connected to. */
const connected = new Map<string, Promise<Sandbox>>();

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
  readonly #link: Link;
  #ending: Ending | null = null;
  /** What calls reject with once the sandbox can't be reached any more. */
  #goneError: SandboxError | null = null;
  /** Rejects when the sandbox ends: whatever waits for an answer that won't come waits for this too. */
  readonly #gone: Promise<never>;

  private constructor(link: Link) {
    this.sandboxId = link.info.sandboxId;
    this.#link = link;
    const { life } = link.info;
    follow(life);
    this.#gone = Promise.race([this.#ended(), link.lost]).catch((error) => {
      this.#goneError ??= error;
      if (link.isHome) running.delete(this.sandboxId);
      link.close();
      throw this.#goneError;
    });
    const call = <T>(send: (kernel: Remote<KernelApi>) => Promise<T>) => this.#call(send);
    this.commands = new Commands(call);
    this.pty = new Pty(call);
    this.files = new Files(call, this.#gone);
    this.#gone.catch(() => {
      if (this.#ending !== null) tell(this.sandboxId, this.#ending, life);
      unfollow(life);
    });
    if (link.isHome) running.set(this.sandboxId, this);
  }

  /**
   * Makes a sandbox and starts its clock. With the id of a snapshot, its files and environment variables are those of the snapshot.
   * @throws {InvalidArgumentError} when an option has a value that can't be used.
   * @throws {SandboxNotFoundError} when there is no such snapshot.
   * @throws {SandboxError} when the page is not cross-origin isolated; the message names the headers it needs.
   *
   * @example
   * ```ts
   * const { snapshotId } = await sandbox.createSnapshot({ name: "with pandas" });
   * const other = await Sandbox.create(snapshotId, { timeoutMs: 300_000 });
   * ```
   */
  static create(options?: SandboxOptions): Promise<Sandbox>;
  static create(snapshotId: string, options?: Omit<SandboxOptions, "diskSizeBytes" | "storage">): Promise<Sandbox>;
  static async create(first: string | SandboxOptions = {}, second: SandboxOptions = {}): Promise<Sandbox> {
    const options = typeof first === "string" ? second : first;
    const boot = newBoot(options);
    if (typeof first === "string") boot.from = checkTemplate(first);
    const link = await (boot.from === undefined
      ? startKernel(options.assetBase, (kernel, seat) => kernel.create({ ...boot, seat }))
      : startStored(options.assetBase, SNAPSHOT + boot.from, boot, "create"));
    reclaimLater();
    return new Sandbox(link);
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
    return new Sandbox(await startStored(options.assetBase, MANIFEST + sandboxId, boot, "resume"));
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
    return new Sandbox(
      await startKernel(options.assetBase, (kernel, seat) => kernel.import({ ...boot, seat }, archive)),
    );
  }

  /**
   * A handle to a running sandbox, be it of this page or of another of the origin; it can do all that the one from `create` can.
   * Does not touch the sandbox's clock. When the page that runs the sandbox goes away, every call of the handle, the pending ones
   * too, rejects with a `SandboxError` that says so; to connect again brings the sandbox into this page, with its files as they were
   * last saved, at most some second before, and without its processes. `assetBase` as for {@link Sandbox.create}.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
   */
  static async connect(sandboxId: string, { assetBase }: Pick<SandboxOptions, "assetBase"> = {}): Promise<Sandbox> {
    const known = running.get(checkId(sandboxId)) ?? connected.get(sandboxId);
    if (known !== undefined) return known;
    const forget = () => {
      if (connected.get(sandboxId) === connecting) connected.delete(sandboxId);
    };
    const connecting = linkOrTakeOver(sandboxId, assetBase).then((link) => {
      const sandbox = new Sandbox(link);
      sandbox.#gone.catch(forget);
      return sandbox;
    });
    connected.set(sandboxId, connecting);
    connecting.catch(forget);
    return connecting;
  }

  /** The running sandboxes of this page and the paused ones of this origin, newest first. */
  static list(query: ListQuery = {}): Promise<SandboxInfo[]> {
    return listSandboxes(query, running);
  }

  /** The snapshots of this origin, newest first. */
  static listSnapshots(): Promise<SnapshotInfo[]> {
    return listSnapshots();
  }

  /** Deletes a snapshot; sandboxes made from it lose nothing. False when there is none of that id. */
  static async deleteSnapshot(snapshotId: string): Promise<boolean> {
    return deleteSnapshot(snapshotId);
  }

  /**
   * What is kept in the browser's storage. With `persist: true`, asks the browser first to keep it even when space gets short;
   * it may ask the user, or decide by itself.
   */
  static storage({ persist = false }: { persist?: boolean } = {}): Promise<StorageInfo> {
    return storageInfo(persist === true);
  }

  /**
   * Ends a sandbox, whichever page of the origin runs it, or removes a paused one; its files are gone.
   * @returns false when there is none of that id.
   */
  static async kill(sandboxId: string): Promise<boolean> {
    const mine = running.get(checkId(sandboxId));
    await mine?.kill();
    return mine !== undefined || killElsewhere(sandboxId);
  }

  /**
   * {@link Sandbox.getInfo} of a sandbox, whichever page of the origin runs it, or of a paused one.
   * @throws {SandboxNotFoundError} when there is no such sandbox.
   */
  static async getInfo(sandboxId: string): Promise<SandboxInfo> {
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.getInfo()).catch(async (error) => {
      const stored = error instanceof SandboxNotFoundError ? await storedElsewhere(sandboxId) : undefined;
      if (stored === undefined) throw error;
      return stored;
    });
  }

  /**
   * {@link Sandbox.getMetrics} of a sandbox, whichever page of the origin runs it.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
   */
  static async getMetrics(sandboxId: string, range: MetricsRange = {}): Promise<SandboxMetrics[]> {
    checkRange(range);
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.getMetrics(range));
  }

  /**
   * {@link Sandbox.keepAlive} of a sandbox, whichever page of the origin runs it.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
   */
  static async keepAlive(sandboxId: string, timeoutMs: number): Promise<void> {
    checkTimeout(timeoutMs);
    const orphan = () => changeOrphan(sandboxId, { endAt: Date.now() + timeoutMs });
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.keepAlive(timeoutMs), orphan);
  }

  /**
   * {@link Sandbox.pause} of a sandbox, whichever page of the origin runs it.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused already.
   */
  static async pause(sandboxId: string): Promise<void> {
    const orphan = () => changeOrphan(sandboxId, { state: "paused", endAt: null });
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.pause(), orphan);
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
    await this.#call((kernel) => kernel.keepAlive(timeoutMs));
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
    if (this.#ending === null) await killElsewhere(this.sandboxId); // the page that ran it has gone
  }

  /**
   * Keeps the files as they are now, for {@link Sandbox.create}; the sandbox runs on. A snapshot lives until it is deleted, whatever
   * becomes of the sandbox. What running programs have not yet written is not in it.
   * @throws {NotEnoughSpaceError} when the browser's storage is full.
   */
  async createSnapshot({ name }: { name?: string } = {}): Promise<SnapshotInfo> {
    if (name !== undefined && typeof name !== "string")
      throw new InvalidArgumentError(`name must be a string, got ${typeof name}`);
    return snapshotInfo(await this.#call((kernel) => kernel.createSnapshot(newSnapshotId(randomId()), name)));
  }

  /**
   * Makes `count` (1 to 100, default 1) sandboxes with the files, metadata and environment variables that this one has now. They
   * run in this page, have ids and clocks of their own (`timeoutMs`, default 60,000), and are independent from then on.
   * @throws {NotEnoughSpaceError} when the browser's storage is full.
   */
  async fork({ count = 1, timeoutMs = DEFAULT_TIMEOUT_MS, assetBase }: ForkRequest = {}): Promise<Sandbox[]> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_FORKS)
      throw new InvalidArgumentError(`count must be an integer from 1 to ${MAX_FORKS}, got ${count}`);
    checkTimeout(timeoutMs);
    const sandboxIds = Array.from({ length: count }, () => `sb_${randomId()}`);
    await this.#call((kernel) => kernel.fork({ sandboxIds, timeoutMs }));
    const started = await Promise.allSettled(sandboxIds.map((id) => Sandbox.resume(id, { timeoutMs, assetBase })));
    const failed = started.find((one) => one.status === "rejected");
    const forks = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    if (failed === undefined) return forks;
    await Promise.all(sandboxIds.map((id) => Sandbox.kill(id)));
    throw failed.reason;
  }

  /** False once it was killed, timed out or paused. */
  async isRunning(): Promise<boolean> {
    if (this.#goneError !== null) return false;
    return Promise.race([this.#link.kernel.isRunning(), this.#gone.catch(() => false)]);
  }

  async getInfo(): Promise<SandboxInfo> {
    return runningInfo(await this.#call((kernel) => kernel.info()));
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

  /**
   * Calls `listener` each time that happens to the sandbox, whichever page does it; a handle that has ended hears of it, too, when
   * the sandbox is resumed. Returns a function that takes the listener off again.
   */
  on(event: LifecycleEvent, listener: () => void): () => void {
    const isPast = event === "resumed" || this.#ending !== null;
    return listen(this.sandboxId, event, listener, isPast ? this.#link.info.life : undefined);
  }

  /** `await using sandbox = await Sandbox.create()` kills it at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  /**
   * By the handle that there is, or a connection for this one call. One whose page has gone is left to `orphan`, which answers false
   * when somebody has taken it over meanwhile; what is done so gives no result.
   */
  static async #use<T>(
    sandboxId: string,
    use: (sandbox: Sandbox) => Promise<T>,
    orphan?: () => Promise<boolean>,
  ): Promise<T> {
    for (;;) {
      const known = running.get(checkId(sandboxId)) ?? connected.get(sandboxId);
      if (known !== undefined) return use(await known);
      const link = await linkElsewhere(sandboxId);
      if (link === null) {
        if (orphan === undefined) throw orphanedError(sandboxId);
        if (await orphan()) return undefined as T;
        continue;
      }
      try {
        return await use(new Sandbox(link));
      } finally {
        unfollow(link.info.life);
        link.close();
      }
    }
  }

  /** Rejects when the kernel has told how the sandbox ended. */
  async #ended(): Promise<never> {
    const { kernel } = this.#link;
    this.#ending = await kernel.ended();
    this.#goneError = endedError(this.sandboxId, this.#ending);
    if (this.#link.isHome) running.delete(this.sandboxId);
    // Messages keep their order: what the kernel answered before its end has arrived when this has.
    await Promise.race([kernel.info(), this.#link.lost]).catch(() => {});
    throw this.#goneError;
  }

  async #call<T>(send: (kernel: Remote<KernelApi>) => Promise<T>): Promise<T> {
    if (this.#goneError !== null) throw this.#goneError;
    return Promise.race([send(this.#link.kernel), this.#gone]);
  }
}
