// The first block of the image: which format it has and how large the disk is. Words counted from the image's start.

import type { Layout } from "./layout.ts";
import type { Memory } from "./memory.ts";

export const S_MAGIC = 0;
export const S_FORMAT = 1;
export const S_DATA_BLOCKS = 2;
export const S_INODES_USED = 3;

const MAGIC = 0x76696265; // "vibe"
/** The layout of inodes, directories and map blocks. A change of it gets a new number. */
export const IMAGE_FORMAT = 1;

export function writeSuperblock(memory: Memory, layout: Layout): void {
  const at = layout.imageWord;
  memory.words[at + S_MAGIC] = MAGIC;
  memory.words[at + S_FORMAT] = IMAGE_FORMAT;
  memory.words[at + S_DATA_BLOCKS] = layout.dataBlocks;
  memory.words[at + S_INODES_USED] = 1;
}

/** What is wrong with the superblock, or null. */
export function checkSuperblock(memory: Memory, layout: Layout): string | null {
  const at = layout.imageWord;
  const { words } = memory;
  if (words[at + S_MAGIC] !== MAGIC) return "the disk image has no superblock";
  if (words[at + S_FORMAT] !== IMAGE_FORMAT) {
    return `the disk image has format ${words[at + S_FORMAT]}, this version reads format ${IMAGE_FORMAT}`;
  }
  if (words[at + S_DATA_BLOCKS] !== layout.dataBlocks)
    return "the disk image and its manifest disagree on the disk's size";
  return null;
}
