// The part of a kernel that runs guests, on this page, for measuring what the SDK doesn't show: when a worker is really gone.

import {
  AT_FDCWD,
  bootKernelSlot,
  EAGAIN,
  encode,
  Machine,
  makeTree,
  O_CREAT,
  O_WRONLY,
  ROOT,
  SIGKILL,
  System,
} from "../../packages/system/src/index.ts";
import { KernelCalls } from "../../packages/vibengine/src/kernel/calls.ts";
import { formatDisk, newMemory } from "../../packages/vibengine/src/kernel/memory.ts";
import { type Lent, WorkerPool } from "../../packages/vibengine/src/kernel/pool.ts";
import { Processes } from "../../packages/vibengine/src/kernel/processes.ts";

const DISK_BYTES = 64 * 1024 * 1024;

export interface Guests {
  /** Writes an executable file. */
  install(name: string, program: Uint8Array): Promise<void>;
  /** Starts one; `gone` resolves when its worker is free of it, or was ended: when that was, and whether by force. */
  start(name: string): Promise<{ pid: number; gone: Promise<{ at: number; byForce: boolean }> }>;
  kill(pid: number): Promise<void>;
  close(): void;
}

export async function startGuests(): Promise<Guests> {
  const memory = newMemory(DISK_BYTES);
  const machine = new Machine(formatDisk(memory, DISK_BYTES));
  const system = new System(machine, bootKernelSlot(machine, ROOT));
  makeTree(system, []);
  const calls = new KernelCalls(machine, system);
  const url = new URL("../../packages/vibengine/dist/process.js", import.meta.url).href;
  const pool = new WorkerPool(url, Promise.resolve({ type: "attach", memory, toolsUrl: "", dataUrl: "" }), 1);
  let lent: Lent | null = null;
  const take = pool.take.bind(pool);
  pool.take = async () => {
    lent = await take();
    return lent;
  };
  const processes = new Processes(calls, pool, pool);
  let isOpen = true;
  const supervise = async () => {
    while (isOpen) {
      await calls.until(() => {
        processes.reapWorkers();
        const status = system.wait(-1);
        return status < 0 && isOpen ? -EAGAIN : 0;
      });
    }
  };
  void supervise();
  return {
    async install(name, program) {
      await calls.exclusive(() => {
        const fd = system.open(AT_FDCWD, encode(`/${name}`), O_CREAT | O_WRONLY, 0o755);
        system.write(fd, program, 0, program.length);
        system.close(fd);
      });
    },
    async start(name) {
      const pid = await processes.spawn(system, { path: encode(`/${name}`), argv: [name], env: [] });
      if (pid < 0 || lent === null) throw new Error(`spawn: ${pid}`);
      return { pid, gone: goneFrom(lent) };
    },
    async kill(pid) {
      await calls.exclusive(() => system.kill(pid, SIGKILL));
    },
    close() {
      isOpen = false;
      pool.close();
    },
  };
}

async function goneFrom(lent: Lent): Promise<{ at: number; byForce: boolean }> {
  let byForce = false;
  const { discard } = lent;
  lent.discard = () => {
    byForce = true;
    discard();
  };
  await lent.done;
  return { at: performance.now(), byForce };
}
