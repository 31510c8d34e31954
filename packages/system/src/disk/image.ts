// The disk image as a saver sees it: which 4 KiB blocks changed, and whether the image could be used as it is. Above `disk`.
// To be called with the lock held, when nothing is half-done.

import type { Disk } from "./disk.ts";
import { I_MODE, I_NLINK, ROOT } from "./inodes.ts";
import { PENDING } from "./layout.ts";

/** True when a block has changed since all were marked clean. A look without the lock will do: a change is marked first. */
export function hasDirtyBlocks(disk: Disk): boolean {
  return dirtyFlags(disk).includes(1);
}

/** The image blocks that changed since they were last marked clean, ascending. */
export function dirtyBlocks(disk: Disk): number[] {
  const flags = dirtyFlags(disk);
  const found: number[] = [];
  // indexOf is the engine's own search: the flags of a clean disk of 1 GiB are looked through in some microseconds.
  for (let block = flags.indexOf(1); block >= 0; block = flags.indexOf(1, block + 1)) found.push(block);
  return found;
}

/** True when nothing in the image lives only as long as somebody has it open: then it needs no `fsck` when it comes back. */
export function isAtRest(disk: Disk): boolean {
  if (disk.memory.words[PENDING] !== 0) return false;
  const { inodes } = disk;
  for (let ino = ROOT; ino < inodes.end; ino++)
    if (inodes.get(ino, I_NLINK) === 0 && inodes.get(ino, I_MODE) !== 0) return false;
  return true;
}

function dirtyFlags(disk: Disk): Uint8Array {
  const start = disk.layout.dirtyByte;
  return disk.memory.bytes.subarray(start, start + disk.usedEnd);
}
