// What the shell needs of the worker it runs in. The browser's process worker implements it; tests have a small one for Node.

import type { System } from "@vibengine/system";
import type { LateBuiltin } from "./builtins/late.ts";
import type { Tool } from "./tool.ts";

/** What is loaded when it is first needed. */
export interface ToolSet {
  tools: Record<string, Tool>;
  lateBuiltins: Record<string, LateBuiltin>;
}

export interface ShellHost {
  /**
   * Starts a program that is not ours (WebAssembly, another pack): a new process, child of `sys`, with a copy of sys's fds that
   * are not close-on-exec. `sys` stands for it from then on: signals to it go to the program. The pid, or -errno.
   */
  spawn(sys: System, request: SpawnRequest): Promise<number>;
  /** Loads the tools; called once, when the first is needed. */
  loadTools(): Promise<ToolSet>;
  /** Lets the worker's event loop run (messages, other tasks). Called at least every 10 ms while the shell is busy. */
  yield(): Promise<void>;
}

export interface SpawnRequest {
  path: Uint8Array;
  argv: string[];
  /** K=V */
  env: string[];
  /** Run it as a WASI program that gets these directories and nothing else: for the tool `wasi`. */
  wasi?: WasiOptions;
}

/** How a WASI program is run by `wasi`. The file needs no execute permission; only fds 0 to 2 are inherited. */
export interface WasiOptions {
  /** Directories: their paths, and the names that the program sees. */
  preopens: [host: string, guest: string][];
  /** Write each of its calls to its stderr. */
  trace: boolean;
}
