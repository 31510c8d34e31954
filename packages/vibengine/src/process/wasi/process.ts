// What a preview1 program is given (WasiProcess), and what the families of functions share (Binding).
// Layer: above System, below the process worker. Nothing here makes a system call.

import type { System } from "@vibengine/system";
import type { GuestMemory } from "./memory.ts";
import type { Preopens } from "./preopens.ts";
import type { Fds } from "./rights.ts";
import { uncatchable } from "./trap.ts";
import type { Waits } from "./waits.ts";

/** One run of a preview1 program: the process it is, and what it is started with. */
export interface WasiProcess {
  /** The process. Its fds are the program's fds: 0, 1, 2, inherited ones and the preopens. */
  sys: System;
  /** argv, UTF-8 without the NUL. */
  args: Uint8Array[];
  /** `K=V` each, UTF-8 without the NUL. */
  env: Uint8Array[];
  /** The guest's memory. Called at the first import call and after each growth, not before. */
  memory(): WebAssembly.Memory;
  /** Directories already open in `sys`, with the names the program sees: see `openPreopens`. */
  preopens: Map<number, Uint8Array>;
  /**
   * Whether a path may leave the directory it is looked up from, by `/`, `..` or a symlink. Default true: it may not,
   * and the answer is EPERM. False hands paths to the system calls as they are.
   */
  beneath?: boolean;
  /**
   * The working directory, for programs that cannot tell an absolute path from a relative one: see ambient.ts.
   * `root` is the preopen of `/` through which both kinds arrive, `cwd` an fd of the working directory.
   */
  ambient?: { root: number; cwd: number };
  /** What it opens is not for its children, as interpreters want it; default false: preview1 says nothing of children. */
  closesOnExec?: boolean;
  /** Gets one line per call, as strace prints it. Absent: calls cost nothing more. */
  trace?: (line: string) => void;
}

/** Thrown out of the guest by `proc_exit`. `code` is what the guest passed, 0 to 2³² - 1. */
export class ProcExit extends Error {
  code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A ProcExit that no `catch_all` of the guest can swallow: no guest code runs after `proc_exit`. */
export function procExit(code: number): ProcExit {
  return uncatchable(new ProcExit(code));
}

/** The state behind one program's imports, shared by the families. */
export interface Binding {
  process: WasiProcess;
  sys: System;
  guest: GuestMemory;
  fds: Fds;
  preopens: Preopens;
  waits: Waits;
  beneath: boolean;
}
