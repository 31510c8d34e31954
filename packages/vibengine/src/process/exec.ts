// Runs one WebAssembly program to its end in this worker: instantiates the module against the system calls of its process,
// calls its entry, and turns whatever comes out (a return, proc_exit, a trap, a kill) into the process's exit status.

import { decode, ENOMEM, encode, Killed, SIGKILL, type System, strerror } from "@vibengine/system";
import { type Interpreter, isTripped, trip } from "../interrupts.ts";
import type { FromWorker, RunModuleMessage } from "../protocol.ts";
import { seedHashes } from "./host/hash-seed.ts";
import { hostImports } from "./host/index.ts";
import { vibengineImports } from "./imports/index.ts";
import type { Prepared } from "./prepared.ts";
import { bindWasi, openPreopens, ProcExit, uncatchable } from "./wasi/index.ts";

/**
 * What a program sees, by the names it looks for: its working directory and the whole disk. wasi-libc can't tell the two
 * apart by a path and takes the last one for all, hence `ambient` below.
 */
const VISIBLE: [path: string, name: string][] = [
  [".", "."],
  ["/", "/"],
];
/** The worker's own globals go before a guest comes. */
const Channel = MessageChannel;
/** Exit status of a program that trapped: as a shell reports SIGABRT. */
const TRAPPED = 134;
/** Exit status of a file that is WebAssembly but can't be run as a command. */
const NOT_EXECUTABLE = 126;

type Post = (message: FromWorker, transfer?: Transferable[]) => void;

/**
 * Runs it to its end. `post` sends the kernel a message; `prepared` is an instance of its module, if there is one already. True when it
 * did not end by itself but was killed.
 */
export function runModule(
  system: System,
  message: Omit<RunModuleMessage, "type" | "slot" | "pid">,
  post: Post,
  prepared: Prepared | null = null,
): boolean {
  const name = decode(message.argv[0] ?? new Uint8Array(0));
  try {
    const status = execute(system, name, message, post, prepared);
    if (status !== null) system.exit(status);
    return false;
  } catch (error) {
    return finish(system, name, error);
  } finally {
    system.machine.serve(null);
  }
}

/** The status of a program that returned; null when it could not start. */
function execute(
  system: System,
  name: string,
  { module, argv, env, wasi, words }: Omit<RunModuleMessage, "type" | "slot" | "pid">,
  post: Post,
  prepared: Prepared | null,
): number | null {
  let memory: WebAssembly.Memory | undefined;
  const visible = wasi?.preopens ?? VISIBLE;
  const preopens = openPreopens(
    system,
    visible.map(([path, seenAs]) => ({ path: encode(path), name: encode(seenAs) })),
  );
  if (typeof preopens === "number") return refuse(system, `${name}: ${strerror(preopens)}`);
  // They are this program's, not its children's.
  for (const fd of preopens.keys()) system.setCloexec(fd, true);
  const trace = traceTo(system, wasi?.trace === true);
  trace?.(`exec(${[name, ...argv.slice(1).map(decode)].map((word) => JSON.stringify(word)).join(", ")}) = 0`);
  const [cwd, root] = preopens.keys();
  const binding = bindWasi({
    sys: system,
    args: argv,
    env,
    preopens,
    memory: () => seen(system, memory ?? withoutMemory()),
    trace,
    closesOnExec: words !== undefined,
    // An interpreter changes its C library's directory itself, so all its paths arrive absolute.
    ...(wasi === undefined && { beneath: false, ambient: words ? undefined : { root, cwd } }),
  });
  const imports: WebAssembly.Imports = { wasi_snapshot_preview1: binding.imports };
  let instance: WebAssembly.Instance | null = null;
  let interrupt = () => {};
  // What `wasi` runs is to use what it was given; these calls reach everything.
  if (wasi === undefined) {
    const host = { sys: system, env, cwd, post, trace, ...binding };
    imports.vibengine = vibengineImports(host);
    const allocate = (length: number) =>
      ((instance as WebAssembly.Instance).exports.host_alloc as (length: number) => number)(length);
    if (words) seedHashes(binding, env, argv);
    if (words) imports.host = hostImports(host, allocate, () => interrupt());
  }
  instance = prepared?.bind(imports) ?? instantiate(system, name, module, imports);
  if (instance === null) return null;
  if (instance.exports.memory instanceof WebAssembly.Memory) {
    memory = instance.exports.memory;
    seen(system, memory);
    system.machine.serve(memory);
    if (words && memory.buffer instanceof SharedArrayBuffer) {
      interrupt = interruptible(system, { buffer: memory.buffer, words }, post);
      binding.waits.onInterrupt = interrupt;
    }
  }
  return enter(instance);
}

/** An interpreter is told of signals by words in its memory: by the kernel while it computes, else by what is returned here. */
function interruptible(system: System, interpreter: Interpreter, post: Post): () => void {
  const { port1, port2 } = new Channel();
  port1.postMessage(interpreter);
  post({ type: "interpreter", pid: system.pid, port: port2 }, [port2]);
  system.isInterrupted = () => isTripped(interpreter);
  return () => trip(interpreter, system.takeSignals());
}

/** Notes how large the memory is: when the program starts, and whenever a call finds that it has grown. */
function seen(system: System, memory: WebAssembly.Memory): WebAssembly.Memory {
  system.noteMemory(memory.buffer.byteLength);
  return memory;
}

/** Where the lines of a trace go: to the program's stderr, to whoever follows the command, or to both. */
function traceTo(system: System, isOnStderr: boolean): ((line: string) => void) | undefined {
  if (!isOnStderr && !system.isTraced) return undefined;
  return (line) => {
    try {
      if (isOnStderr) writeAll(system, line);
      if (system.isTraced) system.trace(line);
    } catch (error) {
      throw uncatchable(error as Error);
    }
  };
}

function instantiate(
  system: System,
  name: string,
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
): WebAssembly.Instance | null {
  try {
    const instance = new WebAssembly.Instance(module, imports);
    if (instance.exports._start instanceof Function || instance.exports.run instanceof Function) return instance;
    refuse(system, `${name}: exports neither _start nor run: not a WASI program`);
  } catch (error) {
    if (error instanceof RangeError && /memory/i.test(error.message))
      return refuse(system, `${name}: ${strerror(ENOMEM)}`);
    // A TypeError: there is no import module of that name at all.
    if (!(error instanceof WebAssembly.LinkError || error instanceof TypeError)) throw error;
    const missing = WebAssembly.Module.imports(module).find((wanted) => !imports[wanted.module]?.[wanted.name]);
    const reason = missing ? `it imports ${missing.module}.${missing.name}, which is not here` : error.message;
    refuse(system, `${name}: cannot execute: ${reason}`);
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

function finish(system: System, name: string, error: unknown): boolean {
  if (error instanceof Killed || !system.isAlive) return true;
  if (error instanceof ProcExit) system.exit(error.code);
  else {
    complain(system, `${name}: ${error instanceof Error ? error.message : String(error)}`);
    system.exit(error instanceof RangeError || error instanceof WebAssembly.RuntimeError ? TRAPPED : 128 + SIGKILL);
  }
  return false;
}

/** A system call in a start function, which runs before the exports are there, or in a program that exports no memory. */
function withoutMemory(): never {
  throw uncatchable(
    new WebAssembly.RuntimeError("a system call needs the program's exported memory: there is none yet"),
  );
}

function refuse(system: System, message: string): null {
  complain(system, message);
  system.exit(NOT_EXECUTABLE);
  return null;
}

function complain(system: System, message: string): void {
  const bytes = encode(`${message}\n`);
  system.write(2, bytes, 0, bytes.length);
}

/** Writes a line to stderr, waiting for room. */
function writeAll(system: System, line: string): void {
  const bytes = encode(`${line}\n`);
  for (let at = 0; at < bytes.length; ) {
    const count = system.blockThrough(() => system.write(2, bytes, at, bytes.length - at));
    if (count < 0) return;
    at += count;
  }
}
