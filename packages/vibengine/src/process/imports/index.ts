// The import module `vibengine`: what preview1 lacks, for programs compiled for us. The same system calls as everyone's,
// with the ABI of include/vibengine.h. Reading order: memory.ts (strings and results), then the families: spawn, processes,
// fds, paths.

import { Killed, type System } from "@vibengine/system";
import type { FromWorker } from "../../protocol.ts";
import { type GuestMemory, traced, uncatchable, type Waits } from "../wasi/index.ts";
import { fdImports } from "./fds.ts";
import { pathImports } from "./paths.ts";
import { processImports } from "./processes.ts";
import { spawnImports } from "./spawn.ts";

/** Changes when a program compiled against the header would no longer work. */
const VERSION = 1;

/** The process behind one program's imports. */
export interface Host {
  sys: System;
  guest: GuestMemory;
  waits: Waits;
  /** `K=V` each: what a child gets that is given no environment. */
  env: Uint8Array[];
  /** The fd that stands for the working directory. */
  cwd: number;
  forgetFd(fd: number): void;
  post(message: FromWorker): void;
  trace?: (line: string) => void;
}

type Import = (...args: number[]) => number;

export function vibengineImports(host: Host): Record<string, (...args: never[]) => number> {
  const imports: Record<string, Import> = {
    version: () => VERSION,
    ...spawnImports(host),
    ...processImports(host),
    ...fdImports(host),
    ...pathImports(host),
  };
  for (const [name, body] of Object.entries(imports)) {
    imports[name] = (...args) => {
      try {
        return body(...args);
      } catch (error) {
        // The guest must not catch its own end and run on.
        throw error instanceof Killed ? uncatchable(error) : error;
      }
    };
  }
  return host.trace ? traced(imports, host.guest, host.trace, SHOWN) : imports;
}

// How a trace shows each call's arguments: see wasi/strace.ts.
const SHOWN: Record<string, string> = {
  version: "=",
  spawn: "on",
  wait: "ddon",
  kill: "dd",
  getpid: "=",
  getppid: "=",
  getpgid: "dn",
  setpgid: "dd",
  signal_mask: "xx",
  take_signals: "n",
  pipe: "od",
  dup: "ddn",
  dup2: "dd",
  set_cloexec: "dd",
  isatty: "d",
  winsize: "do",
  chdir: "z",
  getcwd: "od",
  umask: "=d",
  chmod: "zd",
  fchmod: "dd",
};
