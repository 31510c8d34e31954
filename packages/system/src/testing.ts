// For tests in Node: a `System` over a fresh disk in a SharedArrayBuffer.

import { AT_FDCWD, O_RDWR } from "./constants.ts";
import { ROOT } from "./disk/inodes.ts";
import { layoutFor } from "./disk/layout.ts";
import { formatDisk } from "./disk/make.ts";
import { bufferBacking } from "./disk/memory.ts";
import { P_WORKER } from "./io/slots.ts";
import { makeTree, USER_ID } from "./system/base-tree.ts";
import { Machine } from "./system/machine.ts";
import { bootKernelSlot } from "./system/process-calls.ts";
import { System } from "./system/system.ts";
import { encode } from "./text.ts";

const MIB = 1024 * 1024;

/** The kernel's system calls over a disk of `diskSizeBytes`, with the base tree and the shell's `programs`. */
export function testKernel(diskSizeBytes = 64 * MIB, programs: readonly string[] = []): System {
  const buffer = new SharedArrayBuffer(layoutFor(diskSizeBytes).totalBytes);
  const machine = new Machine(formatDisk(bufferBacking(buffer), diskSizeBytes));
  const kernel = new System(machine, bootKernelSlot(machine, ROOT));
  makeTree(kernel, programs);
  return kernel;
}

/** A process of `user` in /home/user, its fds 0, 1 and 2 open on /dev/null. */
export function testSystem(diskSizeBytes = 64 * MIB, programs: readonly string[] = []): System {
  const kernel = testKernel(diskSizeBytes, programs);
  const system = kernel.fork();
  if (typeof system === "number") throw new Error("no process slot");
  system.machine.slots.set(system.slot, P_WORKER, 1);
  system.setpgid(0, 0);
  system.setOwner(USER_ID, USER_ID);
  system.chdir(encode("/home/user"));
  for (let fd = 0; fd < 3; fd++) system.open(AT_FDCWD, encode("/dev/null"), O_RDWR, 0);
  return system;
}
