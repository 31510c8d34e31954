// The disk as a whole: making, attaching, restoring; what a snapshot must save; growth; what is left of a cut.

import { expect, test } from "vitest";
import { AT_FDCWD, O_APPEND, O_CREAT, O_RDWR, O_TRUNC, S_IFREG } from "../constants.ts";
import { Machine } from "../system/machine.ts";
import { bootKernelSlot } from "../system/process-calls.ts";
import { System } from "../system/system.ts";
import { testKernel } from "../testing.ts";
import { encode } from "../text.ts";
import { Disk } from "./disk.ts";
import { fsck } from "./fsck.ts";
import { I_MODE, ROOT } from "./inodes.ts";
import { BLOCK_SIZE, CHANGES, FREE_BLOCKS, FREE_INODES, JOURNAL_COUNT, layoutFor, layoutOf } from "./layout.ts";
import { formatDisk, restoreDisk } from "./make.ts";
import { bufferBacking } from "./memory.ts";
import { NAME } from "./paths.ts";
import { S_DATA_BLOCKS, S_FORMAT, S_MAGIC } from "./superblock.ts";

const SIZE = 4 * 1024 * 1024;

function blank(size = SIZE) {
  return bufferBacking(new ArrayBuffer(layoutFor(size).totalBytes));
}

/** Copies blocks as a snapshot does: all that is kept, or only what changed; and forgets what changed. */
function save(disk: Disk, into: Map<number, Uint8Array>, onlyDirty: boolean): number {
  let count = 0;
  for (let block = 0; block < disk.usedEnd; block++) {
    if (!disk.isKept(block)) into.delete(block);
    else if (!onlyDirty || disk.isDirty(block) || !into.has(block)) {
      const at = disk.layout.imageByte + block * BLOCK_SIZE;
      into.set(block, disk.memory.bytes.slice(at, at + BLOCK_SIZE));
      count++;
    }
    disk.markClean(block);
  }
  return count;
}

async function restore(saved: Map<number, Uint8Array>): Promise<System> {
  const disk = await restoreDisk(blank(), SIZE, async (disk) => {
    for (const [block, bytes] of saved) disk.memory.bytes.set(bytes, disk.layout.imageByte + block * BLOCK_SIZE);
  });
  const machine = new Machine(disk);
  return new System(machine, bootKernelSlot(machine, ROOT));
}

function contentOf(sys: System, path: string): string {
  const fd = sys.open(AT_FDCWD, encode(path), 0, 0);
  if (fd < 0) return `errno ${-fd}`;
  const bytes = new Uint8Array(1_000_000);
  const count = sys.read(fd, bytes, 0, bytes.length);
  sys.close(fd);
  return Buffer.from(bytes.subarray(0, count)).toString("latin1");
}

test("the layout's parts follow each other and leave room for what they hold", () => {
  for (const size of [4096, 1_000_000, 64 * 2 ** 20, 3 * 2 ** 30]) {
    const layout = layoutFor(size);
    expect(layoutOf(layout.dataBlocks)).toEqual(layout);
    expect(layout.dataBlocks * BLOCK_SIZE).toBeGreaterThanOrEqual(size);
    expect(layout.bitmapWord * 4).toBe(layout.imageByte + BLOCK_SIZE);
    expect(layout.bitmapWords * 32).toBeGreaterThanOrEqual(layout.dataBlocks);
    expect(layout.inodeWord).toBeGreaterThanOrEqual(layout.bitmapWord + layout.bitmapWords);
    expect((layout.firstDataBlock * BLOCK_SIZE + layout.imageByte) / 4).toBeGreaterThanOrEqual(
      layout.inodeWord + layout.inodes * 32,
    );
    expect(layout.totalBytes).toBe(layout.imageByte + (layout.firstDataBlock + layout.dataBlocks) * BLOCK_SIZE);
    expect(layout.imageByte % BLOCK_SIZE).toBe(0);
  }
});

test("only memory that holds a disk is attached to", () => {
  expect(() => Disk.attach(bufferBacking(new ArrayBuffer(65_536)))).toThrow("holds no disk");
  expect(() => formatDisk(bufferBacking(new ArrayBuffer(65_536)), SIZE)).toThrow(/needs \d+ bytes/);
});

test("snapshots of what changed, put together, are the disk", async () => {
  const sys = testKernel(SIZE, ["ls", "cat"]);
  const { disk } = sys.machine;
  const saved = new Map<number, Uint8Array>();
  save(disk, saved, false);
  let seed = 1;
  const random = (count: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % count;
  };
  for (let round = 0; round < 60; round++) {
    const changes = disk.memory.words[CHANGES];
    for (let i = 0; i < 30; i++) {
      const path = encode(`/tmp/file-${random(250)}`);
      const what = random(8);
      if (what === 0) sys.unlink(AT_FDCWD, path);
      else if (what === 1) sys.rename(AT_FDCWD, path, AT_FDCWD, encode(`/tmp/file-${random(250)}`));
      else if (what === 2) sys.truncate(AT_FDCWD, path, random(60_000));
      else if (what === 3) sys.chmod(AT_FDCWD, path, random(0o777));
      else {
        const fd = sys.open(AT_FDCWD, path, O_CREAT | O_RDWR | [0, O_APPEND, O_TRUNC][random(3)], 0o644);
        const bytes = new Uint8Array(random(20_000)).fill(random(256));
        sys.pwrite(fd, bytes, 0, bytes.length, random(50_000));
        sys.write(fd, bytes, 0, 100);
        sys.close(fd);
      }
    }
    expect(disk.memory.words[CHANGES]).not.toBe(changes);
    save(disk, saved, true);
    if (round % 6 !== 5) continue;
    const other = await restore(saved);
    expect(fsck(other.machine.disk, { repair: false }).problems).toEqual([]);
    for (let i = 0; i < 250; i++)
      expect(contentOf(other, `/tmp/file-${i}`) === contentOf(sys, `/tmp/file-${i}`)).toBe(true);
    for (const word of [FREE_BLOCKS, FREE_INODES])
      expect(other.machine.disk.memory.words[word]).toBe(disk.memory.words[word]);
  }
});

test("a little change is a little snapshot, none is none", () => {
  const sys = testKernel(SIZE);
  const { disk } = sys.machine;
  const saved = new Map<number, Uint8Array>();
  const fd = sys.open(AT_FDCWD, encode("/tmp/f"), O_CREAT | O_RDWR, 0o644);
  sys.write(fd, new Uint8Array(1_000_000), 0, 1_000_000);
  save(disk, saved, false);
  expect(save(disk, saved, true)).toBe(0);
  sys.pwrite(fd, encode("x"), 0, 1, 500_000);
  expect(save(disk, saved, true)).toBe(2); // the block, and the inode's
  const changes = disk.memory.words[CHANGES];
  sys.pread(fd, new Uint8Array(10), 0, 10, 0);
  sys.open(AT_FDCWD, encode("/tmp/no"), 0, 0);
  expect(save(disk, saved, true)).toBe(0);
  expect(disk.memory.words[CHANGES] - changes).toBeLessThanOrEqual(0);
});

test("an image that is none, of another format, or of another size is refused with a reason", async () => {
  const saved = new Map<number, Uint8Array>();
  save(testKernel(SIZE).machine.disk, saved, false);
  const changed = (word: number) => {
    const copy = new Map(saved);
    const block = saved.get(0)!.slice();
    new Int32Array(block.buffer)[word]++;
    return copy.set(0, block);
  };
  await expect(restore(new Map())).rejects.toThrow("no superblock");
  await expect(restore(changed(S_MAGIC))).rejects.toThrow("no superblock");
  await expect(restore(changed(S_FORMAT))).rejects.toThrow("has format 2, this version reads format 1");
  await expect(restore(changed(S_DATA_BLOCKS))).rejects.toThrow("disagree on the disk's size");
  expect((await restore(saved)).stat(AT_FDCWD, encode("/etc/passwd"), true, {} as never)).toBe(0);
});

test("what an owner of the lock left half-done is undone by the next", () => {
  const sys = testKernel(SIZE);
  const { disk, walk } = sys.machine;
  disk.inodes.tick();
  disk.paths.walk(walk, ROOT, encode("/tmp/half"), NAME, false);
  const ino = disk.tree.create(walk, S_IFREG | 0o644, 0);
  expect(disk.inodes.get(ino, I_MODE)).toBe(S_IFREG | 0o644);
  const other = Disk.attach(disk.memory.backing);
  other.sync();
  expect(disk.memory.words[JOURNAL_COUNT]).toBe(0);
  expect(other.inodes.get(ino, I_MODE)).toBe(0);
  expect(fsck(other, { repair: false }).problems).toEqual([]);
});

test("a change of more words than the journal holds is refused and undone, not half made", () => {
  const { disk } = testKernel(SIZE).machine;
  const word = disk.layout.inodeWord + 1000 * 32;
  expect(() => {
    for (let i = 0; i < 100_000; i++) disk.journal.set(word, i);
  }).toThrow(RangeError);
  disk.sync();
  expect(disk.memory.words[word]).toBe(0);
});
