// Where everything stands in a sandbox's memory. Two parts: first what lives only while the sandbox runs (lock, journal,
// process slots, open files, pipes), then the disk image, in 4 KiB blocks, which is what a snapshot keeps.
// All `...Word` numbers index 32-bit words; all `...Byte` numbers index bytes. Reserved space costs nothing until touched.

export const BLOCK_SIZE = 4096;
export const BLOCK_SHIFT = 12;
export const WORDS_PER_BLOCK = BLOCK_SIZE / 4;

/** Control words at the start of the memory. The lock's words stand on cache lines of their own. */
export const MAGIC = 0;
export const DATA_BLOCKS = 1;
export const GENERATION = 2;
export const BLOCK_HINT = 3;
export const INODE_HINT = 4;
export const FREE_BLOCKS = 5;
export const FREE_INODES = 6;
export const OPEN_HINT = 7;
export const PIPE_HINT = 8;
export const LAST_PID = 9;
/** Counts changes of the image: a saver compares it with what it saw last. */
export const CHANGES = 10;
export const JOURNAL_COUNT = 11;
/** The inode whose surplus blocks are being freed (0 = none): whoever finds it set finishes that. */
export const PENDING = 12;
export const LOCK = 16;
export const KERNEL_WANTS = 32;
export const KERNEL_TURN = 48;
/** Odd while the image is being changed, another number after each change: what lets files be read without the lock. */
export const SEQUENCE = 80;
/** What the machine has, told by the kernel at boot: processors, and memory in KiB. */
export const CPU_COUNT = 64;
export const MEMORY_KIB = 65;
/** Running time (ms, a double) of processes that ended. */
export const CPU_ENDED = 66;
/** How many directories are watched: 0 is all that a change has to look at when nobody watches. See `watches.ts`. */
export const WATCHES = 96;
/** The ring of events (see `event-ring.ts`): where the next record, the oldest and the newest stand, counted in words. */
export const EVENT_HEAD = 97;
export const EVENT_TAIL = 98;
export const EVENT_LAST = 99;
/** Processes that wait for room in the ring: a set of slots. */
export const EVENT_WAITERS = 100; // SLOTS / 32 words
/** Changes, with a notify, when an event came while the kernel sleeps, as the other word says. */
export const EVENT_SIGNAL = 112;
export const KERNEL_SLEEPS = 113;
/** The text of a process's limits but for the figures, told by the kernel at boot: no other worker has to carry it. */
export const LIMITS_TEXT = 128;
export const LIMITS_TEXT_SIZE = 1024; // bytes, the rest of them 0

export const MAGIC_VALUE = 0x56494245; // "VIBE"

/** Undo records of one transaction: the largest is the rebuilt index of a directory with a million entries. */
export const JOURNAL_ENTRIES = 65_536;

/** Process slots, tasks of a shell included. Slot 0 is the kernel. */
export const SLOTS = 256;
export const SLOT_WORDS = 128;
export const FDS_PER_SLOT = 1024;
/** The last fd is no fd to programs: the trace of the process's system calls goes there, if someone follows them. */
export const TRACE_FD = FDS_PER_SLOT - 1;
export const OPEN_FILES = 8192;
export const OPEN_FILE_WORDS = 8;
export const PIPES = 512;
export const PIPE_WORDS = 32;
/** Bytes a pipe holds: Linux's default. */
export const PIPE_SIZE = 65_536;

/** Directories watched at once in a sandbox, and the words that hold their events: 1 MiB. */
export const WATCH_MAX = 256;
export const WATCH_WORDS = 2;
export const EVENT_WORDS = 262_144;
/** Terminals, characters typed ahead that each holds (Linux's N_TTY_BUF_SIZE), and words: those, and 64 of state. */
export const TTYS = 16;
export const TTY_INPUT = 4096;
export const TTY_WORDS = 64 + TTY_INPUT;

/** Bytes for a process's command line, its program's path behind it. */
export const COMMAND_SIZE = 1024;

export const INODE_WORDS = 32;
/** Inode numbers from here on stand for what is not on the disk: /proc, and trees of packs. */
export const VIRTUAL = 1 << 30;

const KIB = 1024;
const CONTROL_BYTES = 4 * KIB;

export interface Layout {
  /** Data blocks of the disk, and inodes (one for each data block). */
  readonly dataBlocks: number;
  readonly inodes: number;
  readonly journalWord: number;
  readonly slotWord: number;
  readonly fdWord: number;
  readonly openFileWord: number;
  readonly pipeWord: number;
  readonly pipeByte: number;
  readonly ttyWord: number;
  readonly commandByte: number;
  readonly watchWord: number;
  readonly eventWord: number;
  /** One word per inode: how often it is open. */
  readonly openCountWord: number;
  /** One byte per image block: 1 = changed since the last save. */
  readonly dirtyByte: number;
  /** The image: superblock, bitmap of data blocks, inode table, data. */
  readonly imageByte: number;
  readonly imageWord: number;
  readonly bitmapWord: number;
  readonly bitmapWords: number;
  readonly inodeWord: number;
  /** Number of the first data block, counted in image blocks; and the end of the image. */
  readonly firstDataBlock: number;
  readonly imageBlocks: number;
  /** Bytes in all, and bytes needed before the first data block. */
  readonly totalBytes: number;
  readonly initialBytes: number;
}

/** The layout of a disk with room for `diskSizeBytes` of file contents. */
export function layoutFor(diskSizeBytes: number): Layout {
  return layoutOf(Math.ceil(diskSizeBytes / BLOCK_SIZE));
}

/** The layout of a disk with `dataBlocks` data blocks. */
export function layoutOf(dataBlocks: number): Layout {
  const inodes = dataBlocks;
  const bitmapBlocks = Math.ceil(dataBlocks / (BLOCK_SIZE * 8));
  const inodeBlocks = Math.ceil((inodes * INODE_WORDS * 4) / BLOCK_SIZE);
  const firstDataBlock = 1 + bitmapBlocks + inodeBlocks;
  const imageBlocks = firstDataBlock + dataBlocks;

  let end = CONTROL_BYTES;
  const take = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / BLOCK_SIZE) * BLOCK_SIZE;
    return start;
  };
  const journal = take(JOURNAL_ENTRIES * 8);
  const slots = take(SLOTS * SLOT_WORDS * 4);
  const fds = take(SLOTS * FDS_PER_SLOT * 4);
  const openFiles = take(OPEN_FILES * OPEN_FILE_WORDS * 4);
  const pipes = take(PIPES * PIPE_WORDS * 4);
  const openCounts = take(inodes * 4);
  const dirty = take(imageBlocks);
  const ttys = take(TTYS * TTY_WORDS * 4);
  const commands = take(SLOTS * COMMAND_SIZE);
  const watches = take(WATCH_MAX * WATCH_WORDS * 4);
  const events = take(EVENT_WORDS * 4);
  const pipeBuffers = take(PIPES * PIPE_SIZE);
  const image = end;

  return {
    dataBlocks,
    inodes,
    journalWord: journal / 4,
    slotWord: slots / 4,
    fdWord: fds / 4,
    openFileWord: openFiles / 4,
    pipeWord: pipes / 4,
    pipeByte: pipeBuffers,
    ttyWord: ttys / 4,
    commandByte: commands,
    watchWord: watches / 4,
    eventWord: events / 4,
    openCountWord: openCounts / 4,
    dirtyByte: dirty,
    imageByte: image,
    imageWord: image / 4,
    bitmapWord: (image + BLOCK_SIZE) / 4,
    bitmapWords: Math.ceil(dataBlocks / 32),
    inodeWord: (image + (1 + bitmapBlocks) * BLOCK_SIZE) / 4,
    firstDataBlock,
    imageBlocks,
    totalBytes: image + imageBlocks * BLOCK_SIZE,
    initialBytes: image + firstDataBlock * BLOCK_SIZE,
  };
}
