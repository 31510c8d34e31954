// How a disk comes to be: empty, or from an image. Apart from disk.ts, as only the kernel makes disks; every other worker
// attaches to one, and need not carry this.

import { S_IFDIR } from "../constants.ts";
import { Disk } from "./disk.ts";
import { I_NLINK, I_PARENT, ROOT } from "./inodes.ts";
import { DATA_BLOCKS, FREE_BLOCKS, FREE_INODES, layoutFor, MAGIC, MAGIC_VALUE } from "./layout.ts";
import { type Backing, Memory } from "./memory.ts";
import { checkSuperblock, writeSuperblock } from "./superblock.ts";

/** Makes an empty disk (a root directory, nothing else) in fresh, zeroed memory. */
export function formatDisk(backing: Backing, diskSizeBytes: number): Disk {
  const disk = blankDisk(backing, diskSizeBytes);
  writeSuperblock(disk.memory, disk.layout);
  countFree(disk);
  disk.inodes.tick();
  disk.inodes.allocate(S_IFDIR | 0o755, 0);
  disk.inodes.set(ROOT, I_NLINK, 2);
  disk.inodes.set(ROOT, I_PARENT, ROOT);
  disk.journal.commit();
  disk.markDirty(0);
  return disk;
}

/**
 * Makes a disk in fresh, zeroed memory from an image: `load` puts the image's blocks into the memory. Throws an `Error`
 * that says what is wrong when the image is not one.
 */
export async function restoreDisk(
  backing: Backing,
  diskSizeBytes: number,
  load: (disk: Disk) => Promise<void>,
): Promise<Disk> {
  const disk = blankDisk(backing, diskSizeBytes);
  await load(disk);
  const wrong = checkSuperblock(disk.memory, disk.layout);
  if (wrong !== null) throw new Error(wrong);
  countFree(disk);
  disk.markAllClean();
  return disk;
}

function blankDisk(backing: Backing, diskSizeBytes: number): Disk {
  const layout = layoutFor(diskSizeBytes);
  if (!backing.grow(layout.initialBytes)) throw new RangeError(`a disk needs ${layout.initialBytes} bytes of memory`);
  const memory = new Memory(backing);
  memory.words[DATA_BLOCKS] = layout.dataBlocks;
  memory.words[MAGIC] = MAGIC_VALUE;
  return new Disk(memory, layout);
}

function countFree(disk: Disk): void {
  disk.memory.words[FREE_BLOCKS] = disk.blocks.countFree();
  disk.memory.words[FREE_INODES] = disk.inodes.countFree();
}
