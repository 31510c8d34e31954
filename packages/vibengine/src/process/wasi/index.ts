// WASI preview1 over System: the 46 functions of `wasi_snapshot_preview1`, bound straight to the system calls.
// Reading order: process.ts (what goes in), memory.ts, rights.ts, then the families: args, clock, fd, fd-stat, path, preopens,
// poll, proc, random, sock. Constants come from @bjorn3/browser_wasi_shim; its files and its WASI class are not used.

import { argsImports } from "./args.ts";
import { clockImports } from "./clock.ts";
import { fdImports } from "./fd.ts";
import { fdStatImports } from "./fd-stat.ts";
import { GuestMemory } from "./memory.ts";
import { pathImports } from "./path.ts";
import { pollImports } from "./poll.ts";
import { Preopens, preopenImports } from "./preopens.ts";
import { procImports } from "./proc.ts";
import type { Binding, WasiProcess } from "./process.ts";
import { randomImports } from "./random.ts";
import { Fds } from "./rights.ts";
import { sockImports } from "./sock.ts";
import { traced } from "./strace.ts";
import { Waits } from "./waits.ts";

export type { GuestMemory } from "./memory.ts";
export { openPreopens } from "./preopens.ts";
export { ProcExit, type WasiProcess } from "./process.ts";
export { traced } from "./strace.ts";
export { uncatchable } from "./trap.ts";
export type { Waits } from "./waits.ts";

/** What `bindWasi` gives. */
export interface WasiBinding {
  /** To be passed to the guest as `wasi_snapshot_preview1` (and `wasi_unstable` has another ABI: it is not this). */
  imports: WebAssembly.ModuleImports;
  /** The guest's memory and its waits, for those other imports. */
  guest: GuestMemory;
  waits: Waits;
  /** Must be told of every fd that is closed or replaced by other means than these imports. */
  forgetFd(fd: number): void;
}

/**
 * The imports of one program, for a host that may offer it others, too, which open and close fds. `proc_exit` throws a
 * ProcExit through the guest.
 */
export function bindWasi(process: WasiProcess): WasiBinding {
  const { sys } = process;
  const beneath = process.beneath ?? true;
  sys.resolveBeneath = beneath;
  const binding: Binding = {
    process,
    sys,
    beneath,
    guest: new GuestMemory(() => process.memory()),
    fds: new Fds(sys),
    preopens: new Preopens(sys, process.preopens),
    waits: new Waits(sys),
  };
  const imports = {
    ...argsImports(binding),
    ...clockImports(binding),
    ...fdImports(binding),
    ...fdStatImports(binding),
    ...pathImports(binding),
    ...preopenImports(binding),
    ...pollImports(binding),
    ...procImports(binding),
    ...randomImports(binding),
    ...sockImports(binding),
  };
  return {
    imports: process.trace ? traced(imports, binding.guest, process.trace) : imports,
    guest: binding.guest,
    waits: binding.waits,
    forgetFd(fd) {
      binding.fds.forget(fd);
      binding.preopens.closed(fd);
    },
  };
}
