// A healthy disk has nothing to report. Then a disk is corrupted by hand, one way at a time: fsck must say so, mend it, and
// leave what was not hurt as it was.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AT_FDCWD, O_CREAT, O_RDONLY, O_WRONLY } from "../constants.ts";
import type { System } from "../system/system.ts";
import { newStat } from "../system/types.ts";
import { testKernel } from "../testing.ts";
import { encode } from "../text.ts";
import type { Disk } from "./disk.ts";
import { fsck } from "./fsck.ts";
import { I_BLOCKS, I_ENTRIES, I_HINT, I_INDEX, I_MAP, I_MODE, I_NLINK, I_PARENT, I_SIZE, ROOT } from "./inodes.ts";
import { FREE_BLOCKS, FREE_INODES, layoutFor } from "./layout.ts";
import { formatDisk } from "./make.ts";
import { bufferBacking } from "./memory.ts";
import { S_INODES_USED } from "./superblock.ts";

const SIZE = 4 * 1024 * 1024;
/** Disks damaged at random; more for a soak. */
const FSCK_RUNS = Number(process.env.FSCK_RUNS ?? 150);

/** A disk with some of everything: /tmp/big with indirect blocks, /tmp/dir with an index, links. */
function lived(): System {
  const sys = testKernel(SIZE, ["ls", "cat"]);
  makeFile(sys, "/tmp/big", 300_000);
  makeFile(sys, "/tmp/small", 10);
  sys.link(AT_FDCWD, encode("/tmp/small"), AT_FDCWD, encode("/tmp/second"), false);
  sys.mkdir(AT_FDCWD, encode("/tmp/dir"), 0o755);
  sys.mkdir(AT_FDCWD, encode("/tmp/dir/sub"), 0o755);
  for (let i = 0; i < 400; i++) sys.link(AT_FDCWD, encode("/tmp/small"), AT_FDCWD, encode(`/tmp/dir/name-${i}`), false);
  for (let i = 0; i < 50; i++) sys.unlink(AT_FDCWD, encode(`/tmp/dir/name-${i * 3}`));
  return sys;
}

function makeFile(sys: System, path: string, size: number): void {
  const fd = sys.open(AT_FDCWD, encode(path), O_CREAT | O_WRONLY, 0o644);
  expect(sys.write(fd, new Uint8Array(size).fill(7), 0, size)).toBe(size);
  sys.close(fd);
}

function inodeOf(sys: System, path: string): number {
  const stat = newStat();
  expect(sys.stat(AT_FDCWD, encode(path), false, stat)).toBe(0);
  return stat.ino;
}

/** The word of the entry `name` in directory `dir`. */
function entryWord(disk: Disk, dir: number, name: string): number {
  const bytes = encode(name);
  const size = disk.inodes.getDouble(dir, I_SIZE);
  for (let base = 0; base < size; base += 4096) {
    const start = disk.blocks.wordOf(disk.content.map.lookup(dir, base / 4096));
    for (let word = start; word < start + 1024; word += (disk.memory.words[word + 2] & 0xffff) / 4) {
      const at = (word + 3) * 4;
      const isIt =
        ((disk.memory.words[word + 2] >>> 16) & 0xff) === bytes.length &&
        bytes.every((byte, i) => disk.memory.bytes[at + i] === byte);
      if (isIt && disk.memory.words[word] !== 0) return word;
    }
  }
  throw new Error(`no entry ${name}`);
}

test("a healthy disk has nothing to report", () => {
  const sys = lived();
  const report = fsck(sys.machine.disk, { repair: false });
  expect(report).toMatchObject({ problems: [], errors: 0, leaks: 0, isClean: true, leakedBlocks: 0, leakedInodes: 0 });
  const fresh = fsck(testKernel(SIZE, ["ls", "cat"]).machine.disk, { repair: false });
  expect(report.symlinks).toBe(fresh.symlinks);
  expect(report.directories).toBe(fresh.directories + 2);
  expect(report.files).toBe(fresh.files + 2);
  const stat = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  sys.statfs(stat);
  expect(report.usedBlocks).toBe(stat.blocks - stat.freeBlocks);
});

test("neither has a fresh one, nor one at a full disk", () => {
  const size = 64 * 4096;
  const disk = formatDisk(bufferBacking(new SharedArrayBuffer(layoutFor(size).totalBytes)), size);
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
  const sys = testKernel(SIZE);
  const fd = sys.open(AT_FDCWD, encode("/tmp/all"), O_CREAT | O_WRONLY, 0o644);
  const chunk = new Uint8Array(100_000);
  while (sys.write(fd, chunk, 0, chunk.length) > 0);
  expect(fsck(sys.machine.disk, { repair: false }).problems).toEqual([]);
});

test("a file without a name is no problem while it is open, and a leak afterwards", () => {
  const sys = lived();
  const { disk } = sys.machine;
  const ino = inodeOf(sys, "/tmp/big");
  sys.open(AT_FDCWD, encode("/tmp/big"), O_RDONLY, 0);
  sys.unlink(AT_FDCWD, encode("/tmp/big"));
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
  // As in a snapshot: open counts are not kept.
  disk.memory.words[disk.layout.openCountWord + ino] = 0;
  const report = fsck(disk, { repair: true });
  expect(report).toMatchObject({ errors: 0, leaks: 1, leakedInodes: 1, isClean: true });
  expect(report.problems).toEqual([`Inode ${ino} has no name and nobody has it open.`]);
  expect(disk.inodes.get(ino, I_MODE)).toBe(0);
});

test("a removed directory that had an index is freed with it", () => {
  const sys = testKernel(SIZE);
  const { disk } = sys.machine;
  makeFile(sys, "/tmp/f", 1);
  sys.mkdir(AT_FDCWD, encode("/tmp/dir"), 0o755);
  for (let i = 0; i < 400; i++) sys.link(AT_FDCWD, encode("/tmp/f"), AT_FDCWD, encode(`/tmp/dir/name-${i}`), false);
  for (let i = 0; i < 400; i++) sys.unlink(AT_FDCWD, encode(`/tmp/dir/name-${i}`));
  const ino = inodeOf(sys, "/tmp/dir");
  sys.chdir(encode("/tmp/dir"));
  sys.rmdir(AT_FDCWD, encode("/tmp/dir"));
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
  disk.memory.words[disk.layout.openCountWord + ino] = 0;
  expect(fsck(disk, { repair: true })).toMatchObject({ errors: 0, leaks: 1, leakedInodes: 1, isClean: true });
});

interface Damage {
  damage(sys: System, disk: Disk): void;
  says: RegExp;
  isLeak?: boolean;
}

const set = (disk: Disk, ino: number, field: number, value: number) => {
  disk.memory.words[disk.inodes.word(ino) + field] = value;
};

const damages: Record<string, Damage> = {
  "blocks marked as used": {
    damage: (_sys, disk) => {
      disk.memory.words[disk.layout.bitmapWord + disk.layout.bitmapWords - 1] |= 0x700;
      disk.memory.words[FREE_BLOCKS] -= 3;
    },
    says: /3 blocks are marked as used but belong to no file/,
    isLeak: true,
  },
  "a used block marked as free": {
    damage: (sys, disk) => {
      const bit = disk.content.map.lookup(inodeOf(sys, "/tmp/small"), 0) - disk.layout.firstDataBlock;
      disk.memory.words[disk.layout.bitmapWord + (bit >>> 5)] &= ~(1 << (bit & 31));
    },
    says: /1 block belongs to a file but marked as free/,
  },
  "a wrong count of free blocks": {
    damage: (_sys, disk) => disk.memory.words[FREE_BLOCKS]--,
    says: /blocks are counted as free, in truth/,
  },
  "a wrong count of free inodes": {
    damage: (_sys, disk) => disk.memory.words[FREE_INODES]++,
    says: /inodes are counted as free, in truth/,
  },
  "an inode without a name": {
    damage: (_sys, disk) => {
      disk.inodes.allocate(0o100644, 0);
      disk.journal.commit();
    },
    says: /has 1 link but no name/,
  },
  "blocks beyond the size": {
    damage: (sys, disk) => {
      const ino = inodeOf(sys, "/tmp/small");
      disk.content.map.clear(disk.content.map.obtain(ino, 2));
      disk.content.map.clear(disk.content.map.obtain(ino, 5000));
      disk.journal.commit();
    },
    says: /has 4 blocks beyond its size/,
    isLeak: true,
  },
  "a link count too high": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_NLINK, 5),
    says: /has 5 links but 1 name/,
  },
  "a link count of zero": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_NLINK, 0),
    says: /has 0 links but 1 name/,
  },
  "a directory's link count": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp"), I_NLINK, 9),
    says: /has 9 links in place of 3/,
  },
  "a directory's count of entries": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp"), I_ENTRIES, 7),
    says: /counts 7 entries in place of 4/,
  },
  "a wrong parent": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/dir/sub"), I_PARENT, ROOT),
    says: /takes 1 for its parent in place of/,
  },
  "a wrong count of blocks": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_BLOCKS, 1),
    says: /counts 1 blocks but has 75/,
  },
  "an impossible size": {
    damage: (sys, disk) => {
      disk.inodes.setDouble(inodeOf(sys, "/tmp/big"), I_SIZE, -3.5);
      disk.journal.commit();
    },
    says: /impossible size \(-3.5\)/,
  },
  "an unknown type": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/small"), I_MODE, 0o030644),
    says: /is of no known type \(mode 0o30644\)/,
  },
  "a block that the disk does not have": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_MAP + 3, 123_456),
    says: /refers to 1 block that the disk does not have/,
  },
  "a negative block": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_MAP + 3, -1),
    says: /refers to 1 block that/,
  },
  "a block of the inode table": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/big"), I_MAP + 3, 2),
    says: /refers to 1 block that/,
  },
  "a block in two files": {
    damage: (sys, disk) => {
      const block = disk.content.map.lookup(inodeOf(sys, "/tmp/small"), 0);
      const word = disk.inodes.word(inodeOf(sys, "/tmp/big")) + I_MAP;
      disk.blocks.free(disk.memory.words[word]);
      disk.journal.commit();
      disk.memory.words[word] = block;
    },
    says: /shares 1 block with another place/,
  },
  "a map block in two places": {
    damage: (sys, disk) => {
      const word = disk.inodes.word(inodeOf(sys, "/tmp/big")) + I_MAP + 9;
      disk.memory.words[word + 1] = disk.memory.words[word];
    },
    says: /shares 1 block with another place/,
  },
  "an entry of an inode that is not in use": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp"), "big")] = 900;
    },
    says: /names inode 900, which is not in use/,
  },
  "an entry of an impossible inode": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp"), "big")] = -77;
    },
    says: /names inode -77, which is not in use/,
  },
  "a wrong type in an entry": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp"), "big") + 2] ^= 4 << 24;
    },
    says: /says type 12 in place of 8/,
  },
  "a wrong hash": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp"), "big") + 1]++;
    },
    says: /"big" of directory \d+ has a wrong hash/,
  },
  "a slash in a name": {
    damage: (sys, disk) => {
      disk.memory.bytes[(entryWord(disk, inodeOf(sys, "/tmp"), "big") + 3) * 4 + 1] = 0x2f;
    },
    says: /"b\/g" of directory \d+ has an impossible name/,
  },
  "two entries of one name": {
    damage: (sys, disk) => {
      const at = (entryWord(disk, inodeOf(sys, "/tmp/dir"), "name-1") + 3) * 4;
      disk.memory.bytes[at + 5] = 0x32;
    },
    says: /"name-2" of directory \d+ is there twice/,
  },
  "a broken chain of entries": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp/dir"), "name-200") + 2] = 0;
    },
    says: /is garbled from \d+ on/,
  },
  "a directory with a hole": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/dir"), I_MAP + 1, 0),
    says: /has a hole at 4096/,
  },
  "a directory with two names": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp/dir"), "name-100")] = inodeOf(sys, "/tmp/dir/sub");
    },
    says: /is a second name of directory/,
  },
  "a directory within itself": {
    damage: (sys, disk) => {
      disk.memory.words[entryWord(disk, inodeOf(sys, "/tmp/dir"), "sub")] = inodeOf(sys, "/tmp/dir");
    },
    says: /is a second name of directory/,
  },
  "a hint where nothing begins": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/dir"), I_HINT, 6),
    says: /looks for room where no entry begins/,
  },
  "an index that lost an entry": {
    damage: (sys, disk) => {
      const index = disk.inodes.get(inodeOf(sys, "/tmp/dir"), I_INDEX);
      const start = disk.blocks.wordOf(disk.content.map.lookup(index, 0));
      const slot = disk.memory.words.subarray(start, start + 1024).findIndex((value) => value > 1);
      disk.memory.words[start + slot] = 1;
    },
    says: /The index of directory \d+ has 350 entries in place of 351/,
  },
  "an index that leads nowhere": {
    damage: (sys, disk) => {
      const index = disk.inodes.get(inodeOf(sys, "/tmp/dir"), I_INDEX);
      const start = disk.blocks.wordOf(disk.content.map.lookup(index, 0));
      const slot = disk.memory.words.subarray(start, start + 1024).findIndex((value) => value > 1);
      disk.memory.words[start + slot] += 1;
    },
    says: /The index of directory \d+ names a place where no entry is/,
  },
  "an index in a wrong order": {
    damage: (sys, disk) => {
      const index = disk.inodes.get(inodeOf(sys, "/tmp/dir"), I_INDEX);
      const start = disk.blocks.wordOf(disk.content.map.lookup(index, 0));
      disk.memory.words.subarray(start, start + 1024).reverse();
    },
    says: /The index of directory \d+ does not lead to/,
  },
  "an index that is a directory": {
    damage: (sys, disk) => set(disk, inodeOf(sys, "/tmp/dir"), I_INDEX, inodeOf(sys, "/usr")),
    says: /The index of directory \d+ is no index/,
  },
  "a superblock that counts too many inodes": {
    damage: (_sys, disk) => {
      disk.memory.words[disk.layout.imageWord + S_INODES_USED] = 1_000_000;
    },
    says: /inodes up to 1000000 were used, of 1024/,
  },
};

test.each(Object.entries(damages))("%s", (_name, { damage, says, isLeak }) => {
  const sys = lived();
  const { disk } = sys.machine;
  damage(sys, disk);
  const seen = fsck(disk, { repair: false });
  expect(seen.problems.join("\n")).toMatch(says);
  expect(seen.isClean).toBe(false);
  expect(seen.errors === 0).toBe(isLeak === true);
  // Looking changes nothing.
  expect(fsck(disk, { repair: false }).problems).toEqual(seen.problems);

  const repaired = fsck(disk, { repair: true });
  expect(repaired.problems.length).toBeGreaterThan(0);
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
  expect(repaired.isClean).toBe(true);
  // The rest of the disk serves on.
  makeFile(sys, "/usr/bin/new", 100_000);
  for (const path of ["/usr/bin/ls", "/etc/passwd", "/usr/bin/new"]) inodeOf(sys, path);
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
});

test("a block in two files becomes two blocks with the same bytes", () => {
  const sys = lived();
  const { disk } = sys.machine;
  damages["a block in two files"].damage(sys, disk);
  fsck(disk, { repair: true });
  for (const path of ["/tmp/small", "/tmp/big"]) {
    const fd = sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
    const bytes = new Uint8Array(10);
    expect(sys.read(fd, bytes, 0, 10)).toBe(10);
    expect([...bytes]).toEqual(Array(10).fill(7));
  }
});

test("after a broken index is mended every name is found again", () => {
  const sys = lived();
  const { disk } = sys.machine;
  damages["an index in a wrong order"].damage(sys, disk);
  fsck(disk, { repair: true });
  expect(disk.inodes.get(inodeOf(sys, "/tmp/dir"), I_INDEX)).not.toBe(0);
  for (let i = 0; i < 400; i++) if (i % 3 !== 0 || i >= 150) inodeOf(sys, `/tmp/dir/name-${i}`);
});

test("without a root directory it says so and does not pretend to mend it", () => {
  const { disk } = lived().machine;
  set(disk, ROOT, I_MODE, 0);
  const report = fsck(disk, { repair: true });
  expect(report.problems).toContain("There is no root directory.");
  expect(report.isClean).toBe(false);
});

/** Words that a snapshot holds and that are in use: all the metadata, and blocks of maps, directories and files alike. */
function wordsInUse(disk: Disk): number[] {
  const { imageWord, firstDataBlock } = disk.layout;
  const words: number[] = [];
  for (let block = 0; block < disk.usedEnd; block++) {
    if (!disk.isKept(block) && block < firstDataBlock) continue;
    if (block >= firstDataBlock && !disk.blocks.isUsed(block)) continue;
    for (let i = 0; i < 1024; i++)
      if (disk.memory.words[imageWord + block * 1024 + i] !== 0) words.push(i + block * 1024);
  }
  return words;
}

test("whatever words are damaged: it ends, and what it calls mended serves on", { timeout: 3_600_000 }, () => {
  const image = lived().machine.disk;
  const candidates = wordsInUse(image);
  const { imageWord, imageByte, firstDataBlock } = image.layout;
  const metadata = candidates.filter((word) => word > 8 && word < firstDataBlock * 1024);
  const values = fc.oneof(
    fc.integer({ min: 0, max: 1100 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.constantFrom(0, -1, 1, 0x41ed, 0x81a4, 0xa1ff, 0x7ff00000, 0x40000000, 0x4fffffff),
  );
  let mended = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(9), values), { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (damage, hasLiveFiles) => {
        const sys = testKernel(SIZE);
        const { disk } = sys.machine;
        disk.memory.bytes.set(image.memory.bytes.subarray(imageByte), imageByte);
        if (hasLiveFiles) disk.memory.words.set(image.memory.words.subarray(0, 16), 0);
        for (const [at, where, value] of damage) {
          const among = where < 7 ? metadata : candidates.filter((word) => word > 8);
          disk.memory.words[imageWord + among[at % among.length]!] = value;
        }
        const report = fsck(disk, { repair: true });
        if (!report.isClean) {
          expect(fsck(disk, { repair: false }).problems).toContain("There is no root directory.");
          return;
        }
        mended++;
        expect(fsck(disk, { repair: false }).problems).toEqual([]);
        makeFile(sys, "/new", 100_000);
        expect(sys.mkdir(AT_FDCWD, encode("/new-directory"), 0o755)).toBe(0);
        makeFile(sys, "/new-directory/file", 10);
        expect(fsck(disk, { repair: false }).problems).toEqual([]);
      },
    ),
    { numRuns: FSCK_RUNS },
  );
  expect(mended).toBeGreaterThan(FSCK_RUNS * 0.8);
});

test("a directory said to be endless, a link and an index too", () => {
  const sys = lived();
  const { disk } = sys.machine;
  sys.symlink(encode("small"), AT_FDCWD, encode("/tmp/link"));
  const sizes: [string, number][] = [
    ["/tmp/dir", 4096 * 2 ** 29],
    ["/tmp/link", 2 ** 40],
  ];
  const index = disk.inodes.get(inodeOf(sys, "/tmp/dir"), I_INDEX);
  for (const [path, size] of sizes) {
    disk.inodes.setDouble(inodeOf(sys, path), I_SIZE, size);
    disk.journal.commit();
  }
  disk.inodes.setDouble(index, I_SIZE, 2 ** 42);
  disk.memory.words[disk.layout.imageWord + S_INODES_USED] = 2 ** 31 - 1;
  disk.journal.commit();
  expect(disk.inodes.countFree()).toBeGreaterThan(0); // and is counted in no time
  expect(fsck(disk, { repair: false }).problems.filter((one) => one.includes("impossible size")).length).toBe(2);
  expect(fsck(disk, { repair: true }).isClean).toBe(true);
  inodeOf(sys, "/tmp/dir/name-399");
});
