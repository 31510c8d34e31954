// vibengine: a small operating system in a browser tab. This file lists what the package exports.

export { CommandHandle, type CommandOutput, type CommandResult, type Signal } from "./command-handle.ts";
export type { CommandOptions, Commands } from "./commands.ts";
export {
  FileNotFoundError,
  InvalidArgumentError,
  NotEnoughSpaceError,
  PackError,
  SandboxError,
  SandboxNotFoundError,
  TimeoutError,
} from "./errors.ts";
export type { Files, WriteData, WriteEntry } from "./files.ts";
export type { LifecycleEvent } from "./lifecycle-events.ts";
export type { ListQuery } from "./listing.ts";
export type { DiskReport, EntryInfo, ProcessInfo, SandboxMetrics, WatchEvent } from "./protocol.ts";
export type { Pty, PtyOptions, PtySize } from "./pty.ts";
export { Sandbox } from "./sandbox.ts";
export type {
  ForkRequest,
  MetricsRange,
  PackProgress,
  ResumeOptions,
  SandboxInfo,
  SandboxOptions,
} from "./sandbox-options.ts";
export type { SnapshotInfo, StorageInfo } from "./snapshots.ts";
export type { WatchHandle, WatchOptions } from "./watch.ts";
