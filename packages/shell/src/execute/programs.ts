// Programs on the disk: finding them on PATH (with a hash of what was found), telling what kind of file one is, and running one
// in a process that is forked already. Shared by a shell and all its subshells.

import {
  AT_FDCWD,
  decode,
  EACCES,
  EAGAIN,
  EINTR,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOEXEC,
  encode,
  Killed,
  newStat,
  O_RDONLY,
  parseStub,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  type System,
  strerror,
} from "@vibengine/system";
import type { ShellHost, SpawnRequest, ToolSet } from "../host.ts";
import { BrokenPipe } from "../stdio.ts";
import type { ToolContext } from "../tool.ts";

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** `#!` lines that lead to `#!` files, at most. */
const INTERPRETERS_MAX = 4;

type FileKind =
  | { kind: "tool"; name: string }
  | { kind: "interpreter"; path: string; argument: string | null }
  | { kind: "foreign" }
  | { kind: "script" }
  | { kind: "error"; errno: number };

/** Runs a shell in a process: `runShell`, handed in because it sits above. */
export type ShellRunner = (sys: System, argv: string[], env: string[], host: ShellHost) => Promise<number>;

export class Programs {
  readonly host: ShellHost;
  readonly runShell: ShellRunner;
  /** Command → path and how often it was used, for `hash`. */
  hash = new Map<string, { path: string; hits: number }>();
  /** What comes with the tools, once it is here. */
  loaded: ToolSet | null = null;
  #loading: Promise<ToolSet> | null = null;

  constructor(host: ShellHost, runShell: ShellRunner) {
    this.host = host;
    this.runShell = runShell;
  }

  forget(): void {
    this.hash.clear();
  }

  /**
   * The file to run for a command name: its path, or the errno (ENOENT, EACCES, EISDIR) that says why there is none. Without
   * `check` a remembered path is not looked at again.
   */
  find(sys: System, name: string, path: string | undefined, check = true): string | number {
    if (name.includes("/")) {
      const errno = isExecutable(sys, name);
      return errno === 0 ? name : errno;
    }
    const known = this.hash.get(name);
    if (known) {
      if (!check || isExecutable(sys, known.path) === 0) {
        known.hits++;
        return known.path;
      }
      this.hash.delete(name);
    }
    const found = searchPath(sys, name, path)[0];
    if (found === undefined) return this.unusable(sys, name, path);
    if (!found.startsWith("./")) this.hash.set(name, { path: found, hits: 1 });
    return found;
  }

  private unusable(sys: System, name: string, path: string | undefined): number {
    for (const candidate of candidates(name, path)) if (isExecutable(sys, candidate) === EACCES) return EACCES;
    return ENOENT;
  }

  /**
   * Runs a program file to its end in `sys`, a process made for it (or a shell's own, for exec), and gives its status without exiting.
   * Errors are reported on its stderr as `name: path: text`.
   */
  async execute(
    sys: System,
    path: string,
    argv: string[],
    env: Map<string, string>,
    name: string,
    depth = 0,
  ): Promise<number> {
    // Handlers do not outlive exec.
    sys.catchSignals(0);
    const file = classify(sys, path);
    switch (file.kind) {
      case "tool":
        if (file.name === "sh" || file.name === "bash") return this.becomeShell(sys, argv, env, path);
        return this.runTool(sys, file.name, argv, env, `${name}: ${path}`);
      case "interpreter": {
        if (depth >= INTERPRETERS_MAX) return complain(sys, `${name}: ${path}: ${strerror(ELOOP)}`, 126);
        const found = isExecutable(sys, file.path);
        if (found !== 0)
          return complain(
            sys,
            found === ENOENT
              ? `${name}: ${path}: cannot execute: required file not found`
              : `${name}: ${argv[0]}: ${file.path}: bad interpreter: ${strerror(found)}`,
            found === ENOENT ? 127 : 126,
          );
        const words = [file.path, ...(file.argument === null ? [] : [file.argument]), path, ...argv.slice(1)];
        return this.execute(sys, file.path, words, env, name, depth + 1);
      }
      case "script":
        sys.closeOnExec();
        return this.becomeShell(sys, ["bash", path, ...argv.slice(1)], env, "/usr/bin/bash");
      case "foreign":
        return this.spawn(sys, path, argv, env, name);
      case "error":
        return complain(
          sys,
          `${name}: ${path}: ${file.errno === ENOEXEC ? `cannot execute binary file: ${strerror(ENOEXEC)}` : strerror(file.errno)}`,
          file.errno === ENOENT ? 127 : 126,
        );
    }
  }

  private becomeShell(sys: System, argv: string[], env: Map<string, string>, path: string): Promise<number> {
    sys.setCommandLine(argv, path);
    return this.runShell(sys, argv, toList(env), this.host);
  }

  /** Runs one of our own tools in `sys`. */
  async runTool(sys: System, tool: string, argv: string[], env: Map<string, string>, name: string): Promise<number> {
    sys.closeOnExec();
    sys.setCommandLine(argv, `/usr/bin/${tool}`);
    let set: ToolSet | Promise<ToolSet>;
    try {
      set = this.tools();
      if (set instanceof Promise) set = await set;
    } catch (error) {
      return complain(sys, `${name}: ${(error as Error).message}`, 127);
    }
    const { tools, parts } = set;
    const body = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
    if (body === undefined) return complain(sys, `${name}: ${strerror(ENOENT)}`, 127);
    const pause = async () => {
      await this.host.yield();
      await sys.continued();
    };
    const stdout = new parts.Writer(sys, 1);
    const stderr = new parts.Writer(sys, 2);
    const context: ToolContext = {
      sys,
      argv,
      env,
      stdin: new parts.Reader(sys, 0, pause),
      stdout,
      stderr,
      yield: pause,
      run: (words, child) => this.runChild(sys, words, new Map(env), child),
      spawn: (request) => this.spawnAndWait(sys, request),
      fetch: this.host.fetch,
    };
    try {
      const status = await body(context);
      await stdout.flush();
      await stderr.flush();
      return status;
    } catch (error) {
      if (error instanceof BrokenPipe) return 141;
      if (error instanceof Killed) return 128 + error.signal;
      const text =
        error instanceof RangeError ? "memory exhausted" : error instanceof Error ? error.message : String(error);
      return sys.isAlive ? complain(sys, `${argv[0]}: ${text}`, 1) : 137;
    }
  }

  /** What comes with the tools, at once if it is here. The promise rejects with an error to show; the next call tries again. */
  tools(): ToolSet | Promise<ToolSet> {
    return this.loaded ?? (this.#loading ??= this.#load());
  }

  async #load(): Promise<ToolSet> {
    try {
      this.loaded = await this.host.loadTools();
      return this.loaded;
    } catch (error) {
      this.#loading = null;
      throw new Error(`the tools can't be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Runs a command by name as a child of `sys`, for tools that start others. 127 and 126 as a shell gives them, silently. */
  async runChild(sys: System, argv: string[], env: Map<string, string>, child?: System): Promise<number> {
    if (child === undefined) {
      const forked = sys.fork();
      if (typeof forked === "number") return complain(sys, `${argv[0]}: fork: ${strerror(forked)}`, 126);
      child = forked;
    }
    const process = child;
    const path = argv[0].includes("/")
      ? argv[0]
      : (searchPath(sys, argv[0], env.get("PATH") ?? DEFAULT_PATH)[0] ?? ENOENT);
    const run = typeof path === "number" ? Promise.resolve(127) : this.execute(process, path, argv, env, argv[0]);
    run.then(
      (status) => process.exit(status),
      () => process.exit(1),
    );
    for (;;) {
      const status = await sys.block(() => sys.wait(process.pid));
      if (status !== -EINTR) return status < 0 ? 127 : status;
      // The caller's caught signals stay pending for it; without this the wait would spin.
      if (await sys.sleep(1)) await this.host.yield();
    }
  }

  private async spawn(
    sys: System,
    path: string,
    argv: string[],
    env: Map<string, string>,
    name: string,
  ): Promise<number> {
    const status = await this.spawnAndWait(sys, { path: encode(path), argv, env: toList(env) });
    if (status >= 0) return status;
    if (status === -EAGAIN) return complain(sys, `${name}: fork: ${strerror(status)}`, 254);
    const text = status === -ENOEXEC ? `cannot execute binary file: ${strerror(status)}` : strerror(status);
    return complain(sys, `${name}: ${path}: ${text}`, status === -ENOENT ? 127 : 126);
  }

  /** The status of a program that the host starts as a child of `sys`, or -errno if it can't be started. */
  private async spawnAndWait(sys: System, request: SpawnRequest): Promise<number> {
    const pid = await this.host.spawn(sys, request);
    if (pid < 0) return pid;
    for (;;) {
      const status = await sys.block(() => sys.wait(pid));
      if (status !== -EINTR) return status < 0 ? 127 : status;
      sys.takeSignals();
    }
  }
}

/** Candidates of a name on PATH. */
function candidates(name: string, path: string | undefined): string[] {
  return name === "" ? [] : (path ?? "").split(":").map((directory) => `${directory === "" ? "." : directory}/${name}`);
}

/** All executable files of that name on PATH. */
export function searchPath(sys: System, name: string, path: string | undefined): string[] {
  return candidates(name, path).filter((candidate) => isExecutable(sys, candidate) === 0);
}

const stat = newStat();

/** 0, or why the file cannot be run. */
export function isExecutable(sys: System, path: string): number {
  const result = sys.stat(AT_FDCWD, encode(path), true, stat);
  if (result < 0) return -result;
  if ((stat.mode & S_IFMT) === S_IFDIR) return EISDIR;
  return (stat.mode & 0o111) === 0 ? EACCES : 0;
}

const head = new Uint8Array(256);

/** What kind of program a file is, by its first bytes. */
function classify(sys: System, path: string): FileKind {
  const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
  if (fd < 0) return { kind: "error", errno: -fd };
  const length = sys.read(fd, head, 0, head.length);
  sys.close(fd);
  if (length < 0) return { kind: "error", errno: -length };
  const bytes = head.subarray(0, length);
  if (bytes[0] === 0x7f) {
    const stub = parseStub(bytes);
    if (stub?.pack === "shell") return { kind: "tool", name: stub.program };
    return stub ? { kind: "foreign" } : { kind: "error", errno: ENOEXEC };
  }
  if (bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d) return { kind: "foreign" };
  if (bytes[0] === 0x23 && bytes[1] === 0x21) {
    const match = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(?:\n|$)/.exec(decode(bytes.slice()));
    if (match) return { kind: "interpreter", path: match[1], argument: match[2] || null };
  }
  const firstLine = bytes.indexOf(10) < 0 ? bytes : bytes.subarray(0, bytes.indexOf(10));
  return firstLine.includes(0) ? { kind: "error", errno: ENOEXEC } : { kind: "script" };
}

/** True for a file that a shell does not take for a script: its first line holds a NUL. */
export function isBinary(sys: System, path: string): boolean {
  if (sys.stat(AT_FDCWD, encode(path), true, stat) < 0 || (stat.mode & S_IFMT) !== S_IFREG) return false;
  const { kind } = classify(sys, path);
  return kind === "error" || kind === "tool" || kind === "foreign";
}

function toList(env: Map<string, string>): string[] {
  return [...env].map(([name, value]) => `${name}=${value}`);
}

function complain(sys: System, text: string, status: number): number {
  const bytes = encode(`${text}\n`);
  sys.write(2, bytes, 0, bytes.length);
  return status;
}
