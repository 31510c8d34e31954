// `Sandbox`: what a user touches first. Checks arguments, forwards to the kernel, throws typed errors; it owns nothing but
// the link to that kernel.

import type { Remote } from "comlink";
import { Commands } from "./commands.ts";
import { endedError, killElsewhere, linkElsewhere, pausedElsewhere } from "./elsewhere.ts";
import { SandboxError, SandboxNotFoundError } from "./errors.ts";
import { Files } from "./files.ts";
import { follow, type LifecycleEvent, listen, tell, unfollow } from "./lifecycle-events.ts";
import { type Link, startKernel } from "./link.ts";
import { type ListQuery, listSandboxes } from "./listing.ts";
import { checkDiskSize, checkRange, checkTimeout, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { DiskReport, Ending, KernelApi, SandboxMetrics } from "./protocol.ts";
import { Pty } from "./pty.ts";
import {
  bootOptions,
  checkId,
  type MetricsRange,
  type ResumeOptions,
  randomId,
  runningInfo,
  type SandboxInfo,
  type SandboxOptions,
} from "./sandbox-options.ts";

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
   * Makes a sandbox and starts its clock.
   * @throws {InvalidArgumentError} when an option has a value that can't be used.
   * @throws {SandboxError} when the page is not cross-origin isolated; the message names the headers it needs.
   */
  static async create(options: SandboxOptions = {}): Promise<Sandbox> {
    const boot = bootOptions(options, `sb_${randomId()}`);
    boot.timeoutMs = checkTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    if (options.diskSizeBytes !== undefined) boot.diskSizeBytes = checkDiskSize(options.diskSizeBytes);
    return new Sandbox(await startKernel(options.assetBase, (kernel, seat) => kernel.create({ ...boot, seat })));
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
    return new Sandbox(await startKernel(options.assetBase, (kernel, seat) => kernel.resume({ ...boot, seat })));
  }

  /**
   * A handle to a running sandbox, be it of this page or of another of the origin; it can do all that the one from `create` can.
   * Does not touch the sandbox's clock. When the page that runs the sandbox goes away, every call of the handle, the pending ones
   * too, rejects with a `SandboxError` that says so.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused.
   */
  static async connect(sandboxId: string): Promise<Sandbox> {
    const known = running.get(checkId(sandboxId)) ?? connected.get(sandboxId);
    if (known !== undefined) return known;
    const forget = () => {
      if (connected.get(sandboxId) === connecting) connected.delete(sandboxId);
    };
    const connecting = linkElsewhere(sandboxId).then((link) => {
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
      const paused = error instanceof SandboxNotFoundError ? await pausedElsewhere(sandboxId) : undefined;
      if (paused === undefined) throw error;
      return paused;
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
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.keepAlive(timeoutMs));
  }

  /**
   * {@link Sandbox.pause} of a sandbox, whichever page of the origin runs it.
   * @throws {SandboxNotFoundError} when there is no such sandbox, or it is paused already.
   */
  static async pause(sandboxId: string): Promise<void> {
    return Sandbox.#use(sandboxId, (sandbox) => sandbox.pause());
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

  /** By the handle that there is, or a connection for this one call. */
  static async #use<T>(sandboxId: string, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
    const known = running.get(checkId(sandboxId)) ?? connected.get(sandboxId);
    if (known !== undefined) return use(await known);
    const link = await linkElsewhere(sandboxId);
    try {
      return await use(new Sandbox(link));
    } finally {
      unfollow(link.info.life);
      link.close();
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
