// @vibengine/system: the disk, the tables beside it, and the system calls over them. Runs in any worker and in Node.

export { epochMs, monotonicMs } from "./clock.ts";
export * from "./constants.ts";
export { FILE_SIZE_MAX } from "./disk/content.ts";
export { Disk } from "./disk/disk.ts";
export { CHMOD, CREATE, ENDED, REMOVE, RENAME, WRITE } from "./disk/event-ring.ts";
export { type FsckReport, fsck } from "./disk/fsck.ts";
export { dirtyBlocks, hasDirtyBlocks, isAtRest } from "./disk/image.ts";
export { ROOT, type Time } from "./disk/inodes.ts";
export { BLOCK_SIZE, CHANGES, layoutFor } from "./disk/layout.ts";
export { formatDisk, restoreDisk } from "./disk/make.ts";
export { type Backing, bufferBacking, wasmBacking } from "./disk/memory.ts";
export { IMAGE_FORMAT } from "./disk/superblock.ts";
export { type Attributes, attributesOf, dataRuns, TreeNames } from "./disk/tree-reader.ts";
export { TreeWriter } from "./disk/tree-writer.ts";
export * from "./errno.ts";
export * from "./io/devices.ts";
export {
  KERNEL_PID,
  P_KILLED,
  P_PARENT,
  P_PENDING,
  P_PID,
  P_REPLY,
  P_RESULT,
  P_SESSION,
  P_STATE,
  P_WORKER,
  RUNNING,
  ZOMBIE,
} from "./io/slots.ts";
export * from "./io/termios.ts";
export { makeTree, parseStub, stubFor, USER_ID } from "./system/base-tree.ts";
export { limitRunning } from "./system/limits.ts";
export { Machine } from "./system/machine.ts";
export { Mounts } from "./system/mounts.ts";
export { machineTotals, machineUse } from "./system/proc-text.ts";
export { bootKernelSlot } from "./system/process-calls.ts";
export { System } from "./system/system.ts";
export type { WindowSize } from "./system/tty-calls.ts";
export * from "./system/types.ts";
export { type FileEvent, Watching } from "./system/watching.ts";
export { decode, encode, isUtf8 } from "./text.ts";
