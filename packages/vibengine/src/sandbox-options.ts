// What a user says and is told of a sandbox: its options and what is checked of them, its id, and the info on it.

import { assetUrls } from "./assets.ts";
import { InvalidArgumentError, SandboxError } from "./errors.ts";
import { checkDiskSize, checkEnvs, checkOneOf, checkStrings, checkTimeout, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { BootOptions, KernelInfo } from "./protocol.ts";
import type { Manifest } from "./snapshot/manifest.ts";
import { isSnapshotId } from "./snapshots.ts";

/** Options of {@link Sandbox.create}. */
export interface SandboxOptions {
  /** How long the sandbox lives from now, in ms: an integer from 1 to 86,400,000 (24 hours). Default 60,000. */
  timeoutMs?: number;
  /** Your own labels; they come back from `getInfo`, `list`, and after a resume. */
  metadata?: Record<string, string>;
  /** Environment variables of every command; they come back after a resume. */
  envs?: Record<string, string>;
  /** What happens when the time is up. Default `onTimeout: "kill"`; `"pause"` saves the sandbox first. */
  lifecycle?: { onTimeout?: "kill" | "pause" };
  /** Room for file contents, in bytes. Default 1 GiB. Memory is taken as it is used. */
  diskSizeBytes?: number;
  /**
   * Where its files are kept. Default `"indexeddb"`. `"opfs"`: in the origin private file system, which is several times faster;
   * forks and snapshots are kept where their source is.
   */
  storage?: "indexeddb" | "opfs";
  /** Where the package's files are served, if not beside the module itself: for bundlers that don't carry them along. */
  assetBase?: string | URL;
  /**
   * Called while files of a pack are downloaded, which is when the first of its programs runs: Python's 25 MB, say. Not at all when the
   * browser has them already. A terminal shows it by itself.
   *
   * @example
   * ```ts
   * const sandbox = await Sandbox.create({
   *   onProgress: ({ pack, loaded, total }) => console.log(`${pack}: ${loaded} of ${total} bytes`),
   * });
   * await sandbox.commands.run("python3 --version");
   * ```
   */
  onProgress?: (progress: PackProgress) => void;
  /**
   * Packs of others: the URL of the folder of each, in which its `pack.json` stands, by name. Its programs become commands in
   * `/usr/local/bin`. To be given again whenever the sandbox is resumed.
   */
  packs?: Record<string, string | URL>;
}

/** How much of a pack has been downloaded. */
export interface PackProgress {
  /** Its name, such as `"python"`. */
  pack: string;
  /** Bytes. */
  loaded: number;
  /** Bytes, of all that it takes to start a program. */
  total: number;
}

/** What concerns packs, and where files are. */
export type PackOptions = Pick<SandboxOptions, "assetBase" | "onProgress" | "packs">;

/** Options of {@link Sandbox.resume}; what is absent stays as it was. */
export type ResumeOptions = Omit<SandboxOptions, "diskSizeBytes" | "storage">;

/** Options of {@link Sandbox.fork}. */
export interface ForkRequest {
  count?: number;
  timeoutMs?: number;
  assetBase?: string | URL;
}

/** More sandboxes than a browser has memories for. */
export const MAX_FORKS = 100;

/** What {@link Sandbox.getInfo} and {@link Sandbox.list} tell of a sandbox. */
export interface SandboxInfo {
  sandboxId: string;
  state: "running" | "paused";
  metadata: Record<string, string>;
  envs: Record<string, string>;
  startedAt: Date;
  /** When its time is up; null while it is paused. */
  endAt: Date | null;
  /** When its files were last saved, be it by a pause or while it runs; null when there was nothing to save yet. */
  savedAt: Date | null;
  /** What the resume found wrong with the disk and mended, a sentence each; absent when there was nothing. */
  repairs?: string[];
}

/** Which samples {@link Sandbox.getMetrics} is to give; what is absent is open. */
export interface MetricsRange {
  start?: Date;
  end?: Date;
}

export function bootOptions(options: SandboxOptions, sandboxId: string): Omit<BootOptions, "seat"> {
  const boot: Omit<BootOptions, "seat"> = { sandboxId, assets: assetUrls(options.assetBase), timeoutMs: 0 };
  if (options.metadata !== undefined) boot.metadata = checkStrings("metadata", options.metadata);
  if (options.envs !== undefined) boot.envs = checkEnvs(options.envs);
  if (options.storage !== undefined) boot.storage = checkOneOf("storage", options.storage, ["indexeddb", "opfs"]);
  if (options.lifecycle?.onTimeout !== undefined) {
    boot.onTimeout = checkOneOf("lifecycle.onTimeout", options.lifecycle.onTimeout, ["kill", "pause"]);
  }
  return boot;
}

/** A snapshot's id is the only template there is. */
export function checkTemplate(id: string): string {
  if (isSnapshotId(id)) return id;
  throw new InvalidArgumentError(`template must be the id of a snapshot, such as "snap_…", got ${JSON.stringify(id)}`);
}

/** Of a sandbox that is to be made, with a new id. */
export function newBoot(options: SandboxOptions): Omit<BootOptions, "seat"> {
  const boot = bootOptions(options, `sb_${randomId()}`);
  boot.timeoutMs = checkTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  if (options.diskSizeBytes !== undefined) boot.diskSizeBytes = checkDiskSize(options.diskSizeBytes);
  return boot;
}

export function checkId(sandboxId: string): string {
  if (typeof sandboxId === "string" && sandboxId !== "") return sandboxId;
  throw new InvalidArgumentError(`sandboxId must be a non-empty string, got ${String(sandboxId)}`);
}

export function checkIsolated(): void {
  if (globalThis.crossOriginIsolated) return;
  throw new SandboxError(
    "this page is not cross-origin isolated, so it can't share memory between workers. Serve it with the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp (or credentialless), " +
      "over https or from localhost",
  );
}

export function runningInfo(info: KernelInfo): SandboxInfo {
  const { sandboxId, metadata, envs, startedAt, endAt, savedAt, repairs } = info;
  return {
    sandboxId,
    state: "running",
    metadata,
    envs,
    startedAt: new Date(startedAt),
    endAt: new Date(endAt),
    savedAt: savedAt === null ? null : new Date(savedAt),
    ...(repairs.length > 0 && { repairs }),
  };
}

/** The info on a sandbox that this page does not run. */
export function storedInfo(manifest: Manifest): SandboxInfo {
  const { sandboxId, state, metadata, envs, startedAt, endAt, savedAt } = manifest;
  return {
    sandboxId,
    state,
    metadata,
    envs,
    startedAt: new Date(startedAt),
    endAt: endAt === null ? null : new Date(endAt),
    savedAt: savedAt === null ? null : new Date(savedAt),
  };
}

/** 20 characters of base 36: 100 bits. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}
