// The part of a kernel that runs guests, on this page, for measuring what the SDK doesn't show: when a worker is really gone.

import { LOCK } from "../../packages/system/src/disk/layout.ts";
import {
  AT_FDCWD,
  bootKernelSlot,
  EAGAIN,
  encode,
  Machine,
  makeTree,
  newStat,
  O_CREAT,
  O_WRONLY,
  P_KILLED,
  ROOT,
  SIGKILL,
  System,
} from "../../packages/system/src/index.ts";
import { P_SINCE } from "../../packages/system/src/io/slots.ts";
import { KernelCalls } from "../../packages/vibengine/src/kernel/calls.ts";
import { formatDisk, newMemory } from "../../packages/vibengine/src/kernel/memory.ts";
import { type Lent, WorkerPool } from "../../packages/vibengine/src/kernel/pool.ts";
import { Processes } from "../../packages/vibengine/src/kernel/processes.ts";

const BUILT = new URL("../../packages/vibengine/dist/process.js", import.meta.url).href;
const DISK_BYTES = 64 * 1024 * 1024;

export interface Guests {
  /** Writes an executable file. */
  install(name: string, program: Uint8Array): Promise<void>;
  /** Starts one, whose questions the kernel hears unless `isHeard` is false; `gone` resolves when its worker is free of it, or was ended: when that was, and whether by force. */
  start(
    name: string,
    options?: { isHeard?: boolean; args?: string[] },
  ): Promise<{ pid: number; gone: Promise<{ at: number; byForce: boolean }> }>;
  kill(pid: number): Promise<void>;
  /** Resolves when it waits for something. */
  waits(pid: number): Promise<void>;
  /** The pid that holds the lock, 0 for none. */
  owner(): number;
  /** Marks a process as killed, as who kills it does first. */
  flag(pid: number): void;
  /** Runs `section` with the lock held, as the kernel does. */
  exclusive<T>(section: (machine: Machine) => T): Promise<T>;
  sizeOf(name: string): Promise<number>;
  close(): void;
}

/** `url`: what its workers run, if not the package's own. */
export async function startGuests(url = BUILT): Promise<Guests> {
  const memory = newMemory(DISK_BYTES);
  const machine = new Machine(formatDisk(memory, DISK_BYTES));
  const system = new System(machine, bootKernelSlot(machine, ROOT));
  makeTree(system, []);
  const calls = new KernelCalls(machine, system);
  const pool = new WorkerPool(
    url,
    Promise.resolve({ type: "attach", memory, toolsUrl: "", dataUrl: "", mounts: [] }),
    1,
  );
  let lent: Lent | null = null;
  const take = pool.take.bind(pool);
  pool.take = async () => {
    lent = await take();
    return lent;
  };
  const processes = new Processes(calls, pool, pool, () => Promise.reject(new Error("no packs here")));
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
    async start(name, { isHeard = true, args = [] } = {}) {
      const pid = await processes.spawn(system, { path: encode(`/${name}`), argv: [name, ...args], env: [] });
      if (pid < 0 || lent === null) throw new Error(`spawn: ${pid}`);
      const its: Lent = lent;
      if (!isHeard) its.onMessage = () => {};
      return { pid, gone: goneFrom(its) };
    },
    async waits(pid) {
      const isWaiting = () => machine.slots.getDouble(machine.slots.find(pid), P_SINCE) === 0;
      while (!(await calls.exclusive(isWaiting))) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async kill(pid) {
      await calls.exclusive(() => system.kill(pid, SIGKILL));
    },
    owner: () => machine.disk.memory.words[LOCK] >> 1,
    flag: (pid) => machine.slots.set(machine.slots.find(pid), P_KILLED, SIGKILL),
    exclusive: (section) => calls.exclusive(() => section(machine)),
    sizeOf(name) {
      const stat = newStat();
      return calls.exclusive(() => {
        system.stat(AT_FDCWD, encode(`/${name}`), true, stat);
        return stat.size;
      });
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
    return discard();
  };
  await lent.done;
  return { at: performance.now(), byForce };
}
