// Runs one WebAssembly program to its end in this worker: instantiates the module against the system calls of its process,
// calls its entry, and turns whatever comes out (a return, proc_exit, a trap, a kill) into the process's exit status.

import { decode, encode, Killed, SIGKILL, type System, strerror } from "@vibengine/system";
import type { RunModuleMessage } from "../protocol.ts";
import { openPreopens, ProcExit, wasiImports } from "./wasi/index.ts";

/**
 * What a program sees, by the names it looks for: its working directory and the whole disk. wasi-libc can't tell the two
 * apart by a path and takes the last one for all, hence `ambient` below.
 */
const VISIBLE = [".", "/"].map((name) => ({ path: encode(name), name: encode(name) }));
/** Exit status of a program that trapped: as a shell reports SIGABRT. */
const TRAPPED = 134;
/** Exit status of a file that is WebAssembly but can't be run as a command. */
const NOT_EXECUTABLE = 126;

export function runModule(
  system: System,
  { module, argv, env }: Pick<RunModuleMessage, "module" | "argv" | "env">,
): void {
  let memory: WebAssembly.Memory | undefined;
  const name = decode(argv[0]);
  try {
    const preopens = openPreopens(system, VISIBLE);
    if (typeof preopens === "number") return refuse(system, `${name}: ${strerror(preopens)}`);
    const [cwd, root] = preopens.keys();
    const wasi = wasiImports({
      sys: system,
      args: argv,
      env,
      preopens,
      beneath: false,
      ambient: { root, cwd },
      memory: () => memory as WebAssembly.Memory,
    });
    const instance = instantiate(system, name, module, wasi);
    if (instance === null) return;
    memory = instance.exports.memory as WebAssembly.Memory;
    system.exit(enter(instance));
  } catch (error) {
    finish(system, name, error);
  }
}

function instantiate(
  system: System,
  name: string,
  module: WebAssembly.Module,
  wasi: WebAssembly.ModuleImports,
): WebAssembly.Instance | null {
  try {
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi });
    if (instance.exports._start instanceof Function || instance.exports.run instanceof Function) return instance;
    refuse(system, `${name}: exports neither _start nor run: not a WASI program`);
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    refuse(system, `${name}: cannot execute: ${error.message}`);
  }
  return null;
}

/** Calls a command's `_start`, or a reactor's `_initialize` and then `run`; the exit status. */
function enter(instance: WebAssembly.Instance): number {
  const { _start, _initialize, run } = instance.exports;
  if (_start instanceof Function) {
    _start();
    return 0;
  }
  if (_initialize instanceof Function) _initialize();
  return Number((run as () => number | undefined)() ?? 0);
}

function finish(system: System, name: string, error: unknown): void {
  if (error instanceof Killed || !system.isAlive) return;
  if (error instanceof ProcExit) return system.exit(error.code);
  complain(system, `${name}: ${error instanceof Error ? error.message : String(error)}`);
  system.exit(error instanceof RangeError || error instanceof WebAssembly.RuntimeError ? TRAPPED : 128 + SIGKILL);
}

function refuse(system: System, message: string): void {
  complain(system, message);
  system.exit(NOT_EXECUTABLE);
}

function complain(system: System, message: string): void {
  const bytes = encode(`${message}\n`);
  system.write(2, bytes, 0, bytes.length);
}
