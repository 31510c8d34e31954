// fsck's look at inodes and blocks: every map is followed, every block claimed once; then the bitmap is held against the claims.
// Trusts nothing it reads. Called by `fsck` with the lock held.

import { PATH_MAX, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../constants.ts";
import { FANOUT, FILE_BLOCKS, firstIndexOf } from "./block-map.ts";
import { FILE_SIZE_MAX } from "./content.ts";
import type { Disk } from "./disk.ts";
import type { Findings } from "./fsck.ts";
import { DIRECT, I_BLOCKS, I_MAP, I_MODE, I_SIZE, ROOT } from "./inodes.ts";
import { BLOCK_SIZE, FREE_BLOCKS, FREE_INODES } from "./layout.ts";
import { S_INODES_USED } from "./superblock.ts";

const KNOWN_TYPES = [S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFIFO];

/** What following one inode's map told. */
interface Tally {
  blocks: number;
  beyondSize: number;
  /** Words that name a block which the disk doesn't have, or one that something else has claimed. */
  wild: number[];
  shared: { word: number; level: number }[];
  /** One more than the last file block that is mapped. */
  end: number;
}

export class BlockCheck {
  readonly #disk: Disk;
  readonly #findings: Findings;
  #claimed = new Uint8Array(0);
  /** What to take for the size of inodes whose own is impossible. */
  readonly #sizes = new Map<number, number>();

  constructor(disk: Disk, findings: Findings) {
    this.#disk = disk;
    this.#findings = findings;
  }

  /** Looks at every inode and its map. */
  checkInodes(): void {
    const { layout, inodes, journal } = this.#disk;
    if (inodes.end <= ROOT || inodes.end > layout.inodes) {
      this.#findings.error(`The superblock says that inodes up to ${inodes.end} were used, of ${layout.inodes}.`, () =>
        journal.set(layout.imageWord + S_INODES_USED, layout.inodes),
      );
    }
    this.#claimed = new Uint8Array(layout.imageBlocks);
    for (let ino = ROOT; ino < Math.min(inodes.end, layout.inodes); ino++) {
      const mode = inodes.get(ino, I_MODE);
      if (mode === 0) continue;
      if (KNOWN_TYPES.includes(mode & S_IFMT)) this.#checkInode(ino, mode & S_IFMT);
      else
        this.#findings.error(`Inode ${ino} is of no known type (mode 0o${mode.toString(8)}).`, () =>
          inodes.set(ino, I_MODE, 0),
        );
    }
  }

  /** The size of an inode, as far as its blocks can bear it out. */
  sizeOf(ino: number): number {
    return this.#sizes.get(ino) ?? this.#disk.inodes.getDouble(ino, I_SIZE);
  }

  /** Sees that no block in use is marked as free: whatever is mended after this may allocate. */
  checkUsed(): void {
    const unmarked = this.#differing((isClaimed) => isClaimed);
    if (unmarked === 0) return;
    this.#findings.error(`${counted(unmarked, "block belongs", "blocks belong")} to a file but marked as free.`, () =>
      this.#mark((word, claimed) => word | claimed),
    );
  }

  /** Holds the bitmap and the counts of what is free against what the inodes claim. Returns blocks used and blocks leaked. */
  checkFree(): { used: number; leaked: number } {
    const { blocks, inodes } = this.#disk;
    if (this.#findings.hasMended) this.#claimAgain();
    const leaked = this.#differing((isClaimed) => !isClaimed);
    if (leaked > 0) {
      this.#findings.leak(`${counted(leaked, "block is", "blocks are")} marked as used but belong to no file.`, () =>
        this.#mark((_word, claimed) => claimed),
      );
    }
    this.#checkCount(FREE_BLOCKS, blocks.countFree(), "blocks");
    this.#checkCount(FREE_INODES, inodes.countFree(), "inodes");
    return { used: this.#claimed.reduce((sum, one) => sum + one, 0), leaked };
  }

  /** Data blocks whose mark is not what the claims say, of those that `counts`. */
  #differing(counts: (isClaimed: boolean) => boolean): number {
    const { layout, blocks } = this.#disk;
    let count = 0;
    for (let block = layout.firstDataBlock; block < layout.imageBlocks; block++) {
      const isClaimed = this.#claimed[block] !== 0;
      if (isClaimed !== blocks.isUsed(block) && counts(isClaimed)) count++;
    }
    return count;
  }

  /** Makes the bitmap anew, word by word, from what it is and what is claimed. */
  #mark(merge: (word: number, claimed: number) => number): void {
    const { layout, memory, journal, blocks } = this.#disk;
    for (let i = 0; i < layout.bitmapWords; i++) {
      let claimed = 0;
      for (let bit = 0; bit < 32; bit++) if (this.#claimed[layout.firstDataBlock + i * 32 + bit]) claimed |= 1 << bit;
      const word = memory.words[layout.bitmapWord + i];
      if (merge(word, claimed) !== word) journal.set(layout.bitmapWord + i, merge(word, claimed));
      journal.commit();
    }
    journal.set(FREE_BLOCKS, blocks.countFree());
  }

  #checkCount(word: number, right: number, noun: string): void {
    const count = this.#disk.memory.words[word];
    if (count === right) return;
    this.#findings.error(`${count} ${noun} are counted as free, in truth ${right} are.`, () =>
      this.#disk.journal.set(word, right),
    );
  }

  #checkInode(ino: number, type: number): void {
    const { inodes, journal, content } = this.#disk;
    const size = inodes.getDouble(ino, I_SIZE);
    const isNumber = Number.isInteger(size) && size >= 0 && size <= FILE_SIZE_MAX;
    const tally = this.#follow(ino, isNumber ? Math.ceil(size / BLOCK_SIZE) : FILE_BLOCKS, type);
    const most = mostBytes(type, tally);
    if (!isNumber || size > most || (type === S_IFDIR && size % BLOCK_SIZE !== 0)) {
      const possible = Math.min(tally.end * BLOCK_SIZE, most);
      this.#sizes.set(ino, possible);
      this.#findings.error(`Inode ${ino} has an impossible size (${size}).`, () =>
        inodes.setDouble(ino, I_SIZE, possible),
      );
    }
    if (tally.wild.length > 0) {
      this.#findings.error(
        `Inode ${ino} refers to ${counted(tally.wild.length, "block", "blocks")} that the disk does not have.`,
        () => {
          for (const word of tally.wild) {
            journal.set(word, 0);
            journal.commit();
          }
        },
      );
    }
    if (tally.shared.length > 0) {
      this.#findings.error(
        `Inode ${ino} shares ${counted(tally.shared.length, "block", "blocks")} with another place.`,
        () => this.#findings.afterwards(() => this.#separate(ino, tally.shared)),
      );
    }
    if (inodes.get(ino, I_BLOCKS) !== tally.blocks) {
      this.#findings.error(`Inode ${ino} counts ${inodes.get(ino, I_BLOCKS)} blocks but has ${tally.blocks}.`, () =>
        inodes.set(ino, I_BLOCKS, tally.blocks),
      );
    }
    if (tally.beyondSize > 0) {
      this.#findings.leak(`Inode ${ino} has ${counted(tally.beyondSize, "block", "blocks")} beyond its size.`, () =>
        content.map.cut(ino, Math.ceil(size / BLOCK_SIZE)),
      );
    }
  }

  /** Follows the map of `ino`, claiming its blocks; `fileBlocks` of them are within its size. A device has no map. */
  #follow(ino: number, fileBlocks: number, type: number): Tally {
    const tally: Tally = { blocks: 0, beyondSize: 0, wild: [], shared: [], end: 0 };
    if (type === S_IFCHR) return tally;
    const map = this.#disk.inodes.word(ino) + I_MAP;
    for (let i = 0; i < DIRECT; i++) this.#claim(tally, map + i, 0, i, fileBlocks);
    for (let level = 1; level <= 3; level++)
      this.#claim(tally, map + DIRECT + level - 1, level, firstIndexOf(level), fileBlocks);
    return tally;
  }

  /** Claims the block at `word`, which maps what begins at file block `index`, and those below it. */
  #claim(tally: Tally, word: number, level: number, index: number, fileBlocks: number): void {
    const { memory, layout, blocks } = this.#disk;
    const block = memory.words[word];
    if (block === 0) return;
    const exists =
      block >= layout.firstDataBlock && block < layout.imageBlocks && blocks.byteOf(block + 1) <= memory.bytes.length;
    if (!exists) {
      tally.wild.push(word);
      return;
    }
    tally.blocks++;
    if (this.#claimed[block]) {
      tally.shared.push({ word, level });
      return;
    }
    this.#claimed[block] = 1;
    if (index >= fileBlocks) tally.beyondSize++;
    if (level === 0) tally.end = Math.max(tally.end, index + 1);
    else {
      const unit = FANOUT ** (level - 1);
      for (let i = 0; i < FANOUT; i++)
        this.#claim(tally, blocks.wordOf(block) + i, level - 1, index + i * unit, fileBlocks);
    }
  }

  /** Gives each shared place a copy of the block. A shared map, or one there is no room to copy, becomes a hole. */
  #separate(ino: number, shared: Tally["shared"]): void {
    const { blocks, journal, memory, inodes } = this.#disk;
    for (const { word, level } of shared) {
      const copy = level === 0 ? blocks.allocate(0) : -1;
      if (copy > 0) {
        const from = blocks.byteOf(memory.words[word]);
        memory.bytes.copyWithin(blocks.byteOf(copy), from, from + BLOCK_SIZE);
        journal.touch(blocks.byteOf(copy));
      } else inodes.set(ino, I_BLOCKS, inodes.get(ino, I_BLOCKS) - 1);
      journal.set(word, Math.max(copy, 0));
      journal.commit();
    }
  }

  #claimAgain(): void {
    const { layout, inodes } = this.#disk;
    this.#claimed = new Uint8Array(layout.imageBlocks);
    for (let ino = ROOT; ino < inodes.end; ino++) {
      const mode = inodes.get(ino, I_MODE);
      if (mode !== 0) this.#follow(ino, FILE_BLOCKS, mode & S_IFMT);
    }
  }
}

/**
 * The most that an inode with such a map can hold. A file may have holes; a directory has none, so it is granted as many as it
 * has blocks, and one: filling more would take for ever. A link's target is a path.
 */
function mostBytes(type: number, { blocks }: Tally): number {
  if (type === S_IFDIR) return (2 * blocks + 1) * BLOCK_SIZE;
  return type === S_IFLNK ? PATH_MAX - 1 : FILE_SIZE_MAX;
}

export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
