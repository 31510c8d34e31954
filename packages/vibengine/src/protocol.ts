// Every message between the page, the kernel and its workers, as types. Nothing here runs.

import type { AssetUrls } from "./assets.ts";
import type { SignalWords } from "./interrupts.ts";
import type { PackSource } from "./packs/protocol.ts";
import type { SnapshotManifest, Storage } from "./snapshot/manifest.ts";

// ---- page → kernel -------------------------------------------------------------------------------------------------

export interface BootOptions {
  sandboxId: string;
  assets: AssetUrls;
  /** 0: for a sandbox whose page has gone, what is left of its time. */
  timeoutMs: number;
  /** Only for a new sandbox; a resumed one has its own, and what is given here replaces it. */
  diskSizeBytes?: number;
  /** Only for a new sandbox: the snapshot it is made from, and where it keeps what it saves. */
  from?: string;
  storage?: Storage;
  metadata?: Record<string, string>;
  envs?: Record<string, string>;
  onTimeout?: "kill" | "pause";
  seat: WorkerSeat;
  /** Over which packs come that the page reads ahead. */
  packs?: MessagePort;
}

/** Where a kernel counts its workers that have guests: one word of an array that all kernels of a page see. */
export interface WorkerSeat {
  counts: Int32Array<SharedArrayBuffer>;
  index: number;
}

/** What the kernel knows of its sandbox; times in ms since 1970. */
export interface KernelInfo {
  sandboxId: string;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  startedAt: number;
  endAt: number;
  /** When its disk was last saved; null: not yet. */
  savedAt: number | null;
  /** What the resume found wrong with the disk and mended. */
  repairs: string[];
  /** Tells this kernel from all that run the sandbox after or ran it before. */
  life: string;
}

/** Why a sandbox ended. */
export type Ending = "killed" | "timeout" | "paused" | "replaced";

/** The sandboxes that a fork makes. */
export interface ForkOptions {
  sandboxIds: string[];
  timeoutMs: number;
}

export interface CommandOptions {
  cwd?: string;
  envs?: Record<string, string>;
  user?: "user" | "root";
  /** 0: no limit. */
  timeoutMs: number;
}

export interface CommandRequest extends CommandOptions {
  cmd: string;
  /** "open": `sendStdin` follows. */
  stdin?: Uint8Array | "open";
  maxOutputBytes: number;
}

export interface PtySize {
  rows: number;
  columns: number;
}

export interface PtyRequest extends CommandOptions {
  /** Absent: an interactive shell. */
  cmd?: string;
  size: PtySize;
}

export interface CommandOutcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  truncated?: boolean;
}

export interface ProcessInfo {
  pid: number;
  cmd: string;
  args: string[];
  envs: Record<string, string>;
  cwd: string;
}

export interface EntryInfo {
  name: string;
  path: string;
  type: "file" | "dir" | "symlink";
  /** Bytes. */
  size: number;
  /** Permission bits, such as 0o644. */
  mode: number;
  /** As `ls -l` shows them, such as `-rw-r--r--`. */
  permissions: string;
  owner: string;
  group: string;
  modifiedTime: Date;
  symlinkTarget?: string;
}

/**
 * What a sandbox used at a moment, and what there is. The figures are those of `free`, `df` and `ps` inside of it; bytes.
 */
export interface SandboxMetrics {
  timestamp: Date;
  /**
   * Running time of all processes since the sample before, as a share of the time that passed: 100 is one processor kept busy.
   * A process counts as running while it is not asleep in a system call (waiting for input, for room in a pipe, for a child, for
   * a time), so one that waits for a processor of a busy machine counts too, and the sum may pass `100 * cpuCount`. The kernel's
   * own time is not in it. 0 in the first sample; of little meaning in one that follows another within some milliseconds.
   */
  cpuUsedPct: number;
  /** Processors as the browser tells them. */
  cpuCount: number;
  /**
   * What files and directories occupy, which is memory, and the memories of the WebAssembly programs that run, each as large as
   * it was at its start or when a system call last noticed that it had grown. Nobody can tell what the browser needs besides:
   * for workers, compiled code, the shell. Memory that removed files had is used again, but not given back until the end.
   */
  memUsed: number;
  /** Memory of the device, as coarse as the browser tells it (a power of two); 4 GiB where it does not. No limit. */
  memTotal: number;
  diskUsed: number;
  /** `diskSizeBytes` of the sandbox, in whole blocks of 4 KiB. */
  diskTotal: number;
}

/** What {@link Sandbox.fsck} found. */
export interface DiskReport {
  /** What is wrong, or was, a sentence each; empty for a healthy disk. */
  problems: string[];
  /** True when nothing is wrong any more: nothing was, or all of it has been repaired. */
  isClean: boolean;
}

/**
 * Called with decoded text, one chunk after the other; the next comes when the promise has resolved. `false`: no more is
 * wanted.
 */
export type OutputSink = (stream: "stdout" | "stderr", text: string) => unknown;

/** The same for what a terminal shows. */
export type DataSink = (bytes: Uint8Array) => unknown;

/** Called with the next lines of a trace; more come when the promise has resolved. */
export type TraceSink = (lines: string[]) => void | Promise<void>;

/** One change in a watched directory. */
export interface WatchEvent {
  type: "create" | "write" | "remove" | "rename" | "chmod";
  /** Relative to the watched directory. */
  name: string;
}

/** Called with the next events of a watch; more come when it has returned. `hasEnded`: these were the last, its directory is gone. */
export type WatchSink = (events: WatchEvent[], hasEnded: boolean) => void;

/** What the page calls, through comlink. */
export interface KernelApi {
  providePacks(source: PackSource): void;
  create(options: BootOptions): Promise<KernelInfo>;
  resume(options: BootOptions): Promise<KernelInfo>;
  import(options: BootOptions, archive: Blob): Promise<KernelInfo>;
  export(): Promise<Blob>;
  info(): KernelInfo;
  isRunning(): boolean;
  keepAlive(timeoutMs: number): KernelInfo;
  kill(): Promise<void>;
  pause(): Promise<void>;
  saveNow(): Promise<void>;
  createSnapshot(snapshotId: string, name: string | undefined): Promise<SnapshotManifest>;
  fork(options: ForkOptions): Promise<void>;
  fsck(repair: boolean): Promise<DiskReport>;
  /** Samples from `start` to `end`, ms since 1970. */
  getMetrics(start: number, end: number): Promise<SandboxMetrics[]>;
  /** Resolves when the sandbox ends by itself, by `kill` or by `pause`. */
  ended(): Promise<Ending>;

  startCommand(request: CommandRequest, sink: OutputSink | null, trace: TraceSink | null): Promise<number>;
  connectCommand(pid: number, sink: OutputSink): { stdout: string; stderr: string };
  startPty(request: PtyRequest, sink: DataSink): Promise<number>;
  connectPty(pid: number, sink: DataSink): void;
  resizePty(pid: number, size: PtySize): Promise<void>;
  waitCommand(pid: number): Promise<CommandOutcome>;
  /** Starts and waits. `key` names it for `abortCommand` in the meantime. */
  runCommand(
    key: string,
    request: CommandRequest,
    sink: OutputSink | null,
    trace: TraceSink | null,
  ): Promise<CommandOutcome>;
  abortCommand(key: string, reason: string): Promise<void>;
  killCommand(pid: number, signal: number): Promise<boolean>;
  listCommands(): ProcessInfo[];
  sendStdin(pid: number, data: Uint8Array): Promise<void>;
  closeStdin(pid: number): Promise<void>;

  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array): Promise<EntryInfo>;
  openRead(path: string): Promise<number>;
  readChunk(handle: number): Promise<Uint8Array | null>;
  openWrite(): Promise<number>;
  /** `path` is what an error names. */
  writeChunk(handle: number, data: Uint8Array, path: string): Promise<void>;
  publish(handle: number, path: string): Promise<EntryInfo>;
  closeHandle(handle: number): Promise<void>;
  listFiles(path: string, depth: number): Promise<EntryInfo[]>;
  exists(path: string): Promise<boolean>;
  fileInfo(path: string): Promise<EntryInfo>;
  makeDir(path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<EntryInfo>;
  remove(path: string): Promise<void>;
  /** Resolves when the directory is watched, with a number for `unwatchDir`. */
  watchDir(path: string, isRecursive: boolean, sink: WatchSink): Promise<number>;
  unwatchDir(id: number): Promise<void>;
}

// ---- kernel ⇄ process workers ---------------------------------------------------------------------------------------

/** First message to a worker. */
export interface AttachMessage {
  type: "attach";
  memory: WebAssembly.Memory;
  toolsUrl: string;
  dataUrl: string;
  mounts: MountMessage[];
}

/** Run a WebAssembly program in process slot `slot`. */
export interface RunModuleMessage {
  type: "run-module";
  slot: number;
  /** If the slot is another's by now, this process has been killed and reaped already. */
  pid: number;
  module: WebAssembly.Module;
  argv: Uint8Array[];
  env: Uint8Array[];
  /** Set when `wasi` runs it: exactly these preopens, and no imports but WASI's. */
  wasi?: ProgramRequest["wasi"];
  /** Set for an interpreter of a pack: it has `host.call`, and is told of signals by these words. */
  words?: SignalWords;
  /** The pack that its module is of: what may have been prepared. */
  pack?: string;
}

/** Make an instance of a pack's module, for the next program of it that this worker is given. */
export interface PrepareMessage {
  type: "prepare";
  pack: string;
  module: WebAssembly.Module;
}

/** Run the shell, or one of its tools, in process slot `slot`. */
export interface RunShellMessage {
  type: "run-shell";
  slot: number;
  pid: number;
  /** `sh` and `bash` are the shell itself, anything else is a tool. */
  program: string;
  argv: string[];
  env: string[];
}

/** Run a program as a child of the process that asks: the shell's `SpawnRequest`, and what guests may ask for besides. */
export interface ProgramRequest {
  path: Uint8Array;
  argv: string[];
  /** K=V */
  env: string[];
  /** Run it as a WASI program that gets these directories (path, name) and nothing else. */
  wasi?: { preopens: [host: string, guest: string][]; trace: boolean };
  /** The child's working directory, from the parent's. Default: the parent's. */
  cwd?: Uint8Array;
  /** In this order, in the child: `[fd, to]` makes `to` a duplicate of `fd`, `[fd, -1]` closes `fd`. */
  actions?: [fd: number, to: number][];
  /** 0: the child is in a process group of its own, -2: in a session of its own. Default: in its parent's. */
  group?: number;
}

/** A program's request to the network; the answer goes to `writer`, an fd of that program's, as HOST_CALLS.md says. */
export interface FetchMessage {
  type: "fetch";
  id: number;
  pid: number;
  writer: number;
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
}

/** A tree of files to be seen, read-only, in the place of the disk's directory with this inode. */
export interface MountMessage {
  type: "mount";
  over: number;
  image: SharedArrayBuffer;
}

/** The answer to a shell's `spawn`: a pid or -errno. A guest, which can't receive messages, finds it in its slot. */
export interface SpawnedMessage {
  type: "spawned";
  id: number;
  result: number;
}

/** Are you still there? A worker answers `pong` from its event loop. */
export interface PingMessage {
  type: "ping";
}

export type ToWorker =
  | AttachMessage
  | MountMessage
  | PrepareMessage
  | RunModuleMessage
  | RunShellMessage
  | SpawnedMessage
  | PingMessage;

export type FromWorker =
  /** The worker has its memory and may be given a process. `life`: a Web Lock that it holds until its thread is gone. */
  | { type: "ready"; life?: string }
  /** Everything that ran here has ended: the worker may be given another process, or is to be ended if it was killed. */
  | { type: "idle"; isSpent?: boolean }
  | { type: "pong" }
  | { type: "spawn"; id: number; pid: number; request: ProgramRequest }
  /**
   * An interpreter begins: the kernel interrupts it when a signal came that it catches. `port` has the `Interpreter`, to be read only then:
   * what is received keeps all its memory until the receiver's garbage is collected, and too little of it is made in a kernel.
   */
  | { type: "interpreter"; pid: number; port: MessagePort }
  /** Send SIGALRM in `ms` (0: no more), and then every `every` (0: once). */
  | { type: "alarm"; pid: number; ms: number; every: number }
  | FetchMessage;
