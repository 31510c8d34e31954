// A sandbox seen from inside, for the hostile tests: its memory, so that they can look at slots and tables and check the disk
// while it runs, and how many workers its kernel has. The kernel is the built one; only its worker starts with a few lines
// that tell the page of these.

import type { Sandbox, SandboxOptions } from "vibengine";
import { fsck, KERNEL_PID, Machine, System, wasmBacking } from "../../packages/system/src/index.ts";
import { newSandbox } from "../browser/sandboxes.ts";
import { tableProblems } from "./tables.ts";

/** What a kernel's worker runs first. */
const SPY = `
  const { postMessage: send, terminate } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message && message.type === "attach") postMessage({ spy: "attached", memory: message.memory });
    send.call(this, message, ...rest);
  };
  Worker.prototype.terminate = function () {
    postMessage({ spy: "ended" });
    terminate.call(this);
  };`;

export interface World {
  sandbox: Sandbox;
  machine: Machine;
  memory: WebAssembly.Memory;
  /** Workers that the kernel has started and not ended. */
  workers(): number;
  /** Runs `section` with the lock held, as the kernel does. */
  exclusive<T>(section: (kernel: System) => T): Promise<T>;
  /** All that is wrong with the disk and with the tables beside it. */
  problems(): Promise<string[]>;
}

export async function newWorld(options: SandboxOptions = {}): Promise<World> {
  let started = 0;
  let memory: WebAssembly.Memory | undefined;
  const restore = spyOn((message) => {
    if (message.spy === "ended") started--;
    else started++;
    memory ??= message.memory;
  });
  const sandbox = await newSandbox({ timeoutMs: 600_000, ...options }).finally(restore);
  if (memory === undefined) throw new Error("the kernel attached no worker");
  const machine = Machine.attach(wasmBacking(memory));
  const kernel = new System(machine, 0);
  const exclusive = <T>(section: (system: System) => T) => machine.lock.holding(KERNEL_PID, () => section(kernel));
  return {
    sandbox,
    machine,
    memory,
    workers: () => started,
    exclusive,
    problems: () => exclusive(() => [...fsck(machine.disk, { repair: false }).problems, ...tableProblems(machine)]),
  };
}

/** How long `promise` takes, in ms. */
export async function timed(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise;
  return performance.now() - start;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when `condition` holds; how long that took, in ms. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(1);
  }
  return performance.now() - start;
}

/** Numbers in [0, 1), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Until the returned function is called, kernels start with the spy. */
function spyOn(onMessage: (message: { spy: string; memory?: WebAssembly.Memory }) => void): () => void {
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(options?.name === "vibengine-kernel" ? withSpy(url) : url, options);
      this.addEventListener("message", ({ data }) => {
        if (data?.spy !== undefined) onMessage(data);
      });
    }
  };
  return () => {
    globalThis.Worker = Native;
  };
}

function withSpy(url: string | URL): string {
  // An import goes first wherever it stands; nothing is started before a message comes.
  const script = `import ${JSON.stringify(String(url))};\n${SPY}`;
  return URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
}
