// A disk: the layers below put together over one memory. Made once (make.ts), then attached to by every worker.

import { BlockMap } from "./block-map.ts";
import { Blocks } from "./blocks.ts";
import { Content } from "./content.ts";
import { Directories } from "./directories.ts";
import { DirectoryIndex } from "./directory-index.ts";
import { Inodes } from "./inodes.ts";
import { Journal } from "./journal.ts";
import {
  DATA_BLOCKS,
  GENERATION,
  INODE_WORDS,
  JOURNAL_COUNT,
  type Layout,
  layoutOf,
  MAGIC,
  MAGIC_VALUE,
  PENDING,
  WORDS_PER_BLOCK,
} from "./layout.ts";
import { type Backing, Memory } from "./memory.ts";
import { Paths } from "./paths.ts";
import { Tree } from "./tree.ts";
import { Watches } from "./watches.ts";

export class Disk {
  readonly memory: Memory;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly blocks: Blocks;
  readonly inodes: Inodes;
  readonly content: Content;
  readonly directories: Directories;
  readonly paths: Paths;
  readonly watches: Watches;
  readonly tree: Tree;
  #generation = 0;

  /** Over memory that holds a disk, or is about to: see `attach`, and make.ts. */
  constructor(memory: Memory, layout: Layout) {
    this.memory = memory;
    this.layout = layout;
    this.journal = new Journal(memory, layout);
    this.blocks = new Blocks(memory, layout, this.journal, (bytes) => this.grow(bytes));
    this.inodes = new Inodes(memory, layout, this.journal);
    const map = new BlockMap(memory, this.journal, this.blocks, this.inodes);
    this.content = new Content(memory, this.journal, this.blocks, this.inodes, map);
    const index = new DirectoryIndex(memory, this.journal, this.blocks, this.inodes, this.content);
    this.directories = new Directories(memory, this.journal, this.blocks, this.inodes, this.content, index);
    this.paths = new Paths(this.inodes, this.directories, this.content);
    this.watches = new Watches(memory, layout, this.journal, this.inodes, this.directories);
    this.tree = new Tree(this.inodes, this.content, this.directories, this.watches);
  }

  /** The disk that another worker made in this memory. */
  static attach(backing: Backing): Disk {
    const memory = new Memory(backing);
    if (memory.words[MAGIC] !== MAGIC_VALUE) throw new Error("this memory holds no disk");
    const disk = new Disk(memory, layoutOf(memory.words[DATA_BLOCKS]));
    disk.#generation = memory.words[GENERATION];
    return disk;
  }

  /** Called with the lock just acquired: sees growth by others and mends what a dead owner left half-done. */
  sync(): void {
    const words = this.memory.words;
    if (words[GENERATION] !== this.#generation) {
      this.#generation = words[GENERATION];
      this.memory.refresh();
    }
    if (words[JOURNAL_COUNT] !== 0) this.journal.rollback();
    if (words[PENDING] !== 0) this.content.finishShedding();
  }

  /** True when no other worker has made the memory grow since the last `sync`. */
  get isCurrent(): boolean {
    return this.memory.words[GENERATION] === this.#generation;
  }

  grow(bytes: number): boolean {
    if (bytes > this.layout.totalBytes) return false;
    if (!this.memory.backing.grow(bytes)) return false;
    this.memory.refresh();
    this.#generation = ++this.memory.words[GENERATION];
    return true;
  }

  isDirty(block: number): boolean {
    return this.memory.bytes[this.layout.dirtyByte + block] !== 0;
  }
  /** True when a snapshot must have the block: data in use, or metadata that was ever written. */
  isKept(block: number): boolean {
    const { bytes } = this.memory;
    if (block >= this.layout.firstDataBlock) return this.blocks.isUsed(block);
    return bytes[this.layout.dirtyByte + block] !== 0 || this.#isMetadataInUse(block);
  }
  markClean(block: number): void {
    this.memory.bytes[this.layout.dirtyByte + block] = 0;
  }
  markDirty(block: number): void {
    this.memory.bytes[this.layout.dirtyByte + block] = 1;
  }
  markAllClean(): void {
    this.memory.bytes.fill(0, this.layout.dirtyByte, this.layout.dirtyByte + this.usedEnd);
  }

  /** One more than the highest image block that memory stands behind. */
  get usedEnd(): number {
    const backed = Math.floor((this.memory.bytes.length - this.layout.imageByte) / 4096);
    return Math.min(backed, this.layout.imageBlocks);
  }

  #isMetadataInUse(block: number): boolean {
    const { inodeWord, imageWord } = this.layout;
    const firstInodeBlock = (inodeWord - imageWord) / WORDS_PER_BLOCK;
    const inodesPerBlock = WORDS_PER_BLOCK / INODE_WORDS;
    return block < firstInodeBlock || (block - firstInodeBlock) * inodesPerBlock < this.inodes.end;
  }
}
