// What a tool is: a function over a System of its own, with its arguments, environment and standard streams.
// The shell's executor makes the context; tools (tools/*.ts) and the shell's own builtins are written against it.

import type { System } from "@vibengine/system";
import type { ShellHost, SpawnRequest } from "./host.ts";
import type { Reader, Writer } from "./stdio.ts";

export interface ToolContext {
  /** The process slot the tool runs in: its fds, cwd and umask are its own. */
  sys: System;
  /** The words of the command; argv[0] is the name it was called by. */
  argv: string[];
  /** The environment: a copy of the tool's own. What `run` starts receives it as it stands at the call. */
  env: Map<string, string>;
  stdin: Reader;
  stdout: Writer;
  stderr: Writer;
  /** Lets the worker's event loop run. Loops call it every 10 ms or so; it throws `Killed` if the process was killed. */
  yield(): Promise<void>;
  /**
   * Runs a command by name (looked up on PATH, never a shell function) as a child process, and resolves to its status.
   * It inherits the fds that are not close-on-exec and receives `env`.
   * @param sys the slot to run in, made by `sys.fork()`, for callers that need its pid or change its fds first; it ends with
   *   the command and is reaped by this call. Made from `this.sys` when absent.
   */
  run(argv: string[], sys?: System): Promise<number>;
  /** Starts a WebAssembly program as a child and resolves to its status, or to -errno if it can't be started. */
  spawn(request: SpawnRequest): Promise<number>;
  /** The network; undefined where there is none. See ShellHost. */
  fetch?: ShellHost["fetch"];
}

/** Runs to completion and resolves to the exit status. May throw BrokenPipe or Killed, which the executor turns into statuses. */
export type Tool = (context: ToolContext) => Promise<number>;
