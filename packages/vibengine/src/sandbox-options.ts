// What a user says and is told of a sandbox: its options and what is checked of them, its id, and the info on it.

import { assetUrls } from "./assets.ts";
import { InvalidArgumentError, SandboxError } from "./errors.ts";
import { checkDiskSize, checkEnvs, checkOneOf, checkStrings, checkTimeout, DEFAULT_TIMEOUT_MS } from "./options.ts";
import type { BootOptions } from "./protocol.ts";
import type { Manifest } from "./snapshot/manifest.ts";

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
  /** Where the package's files are served, if not beside the module itself: for bundlers that don't carry them along. */
  assetBase?: string | URL;
}

/** Options of {@link Sandbox.resume}; what is absent stays as it was. */
export type ResumeOptions = Omit<SandboxOptions, "diskSizeBytes">;

/** What {@link Sandbox.getInfo} and {@link Sandbox.list} tell of a sandbox. */
export interface SandboxInfo {
  sandboxId: string;
  state: "running" | "paused";
  metadata: Record<string, string>;
  envs: Record<string, string>;
  startedAt: Date;
  /** When its time is up; null while it is paused. */
  endAt: Date | null;
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
  if (options.lifecycle?.onTimeout !== undefined) {
    boot.onTimeout = checkOneOf("lifecycle.onTimeout", options.lifecycle.onTimeout, ["kill", "pause"]);
  }
  return boot;
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

export function pausedInfo({ sandboxId, metadata, envs, createdAt }: Manifest): SandboxInfo {
  return { sandboxId, state: "paused", metadata, envs, startedAt: new Date(createdAt), endAt: null };
}

/** 20 characters of base 36: 100 bits. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}
