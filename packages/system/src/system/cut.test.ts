// "Safe to cut at any store": each mutating call is cut after each of its stores; then the next owner of the lock comes, the
// disk must be consistent and free of leaks, and the tree must be the old one or the new one, times included; and what is told to
// those who watch is what has happened: nothing with the old tree, everything with the new one.

import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from "../constants.ts";
import { Entry } from "../disk/directories.ts";
import { Disk } from "../disk/disk.ts";
import { fsck } from "../disk/fsck.ts";
import { I_MAP, I_SIZE, ROOT } from "../disk/inodes.ts";
import { FREE_BLOCKS, FREE_INODES, JOURNAL_COUNT, PENDING } from "../disk/layout.ts";
import { bufferBacking } from "../disk/memory.ts";
import { testKernel } from "../testing.ts";
import { encode } from "../text.ts";
import { Cut, makeStore, recordStores } from "./cut-recorder.ts";
import { Machine } from "./machine.ts";
import type { System } from "./system.ts";
import { Watching } from "./watching.ts";

const KIB = 1024;
const DISK_SIZE = 1024 * KIB;
/** Names `name0`, `name1`, … that fill a directory's first block (20 bytes each, the first ten too). */
const BLOCKFUL = 204;

/** Path → what anybody can see of the inode, and its content. */
type Tree = Map<string, { facts: string; content: Buffer }>;

interface Operation {
  setUp?(sys: System): void;
  /** Must not fail. */
  run(sys: System): void;
  /** Set where data may be part old, part new: everything else must still be exact. */
  mixesData?: boolean;
}

const operations: Record<string, Operation> = {
  "create a file": { run: (sys) => ok(sys.open(AT_FDCWD, path("new"), O_CREAT | O_WRONLY, 0o644)) },
  "create a file where an entry was removed": {
    setUp: (sys) => {
      for (const name of ["a-first-name", "b-second", "c-third-name", "d-last"]) makeFile(sys, name, 1);
      for (const name of ["b-second", "c-third-name", "a-first-name"]) ok(sys.unlink(AT_FDCWD, path(name)));
    },
    run: (sys) => ok(sys.open(AT_FDCWD, path("a-name-longer-than-each"), O_CREAT | O_WRONLY, 0o644)),
  },
  "write a little": { setUp: (sys) => makeFile(sys, "f", 10), run: (sys) => write(sys, "f", 0, 5), mixesData: true },
  "write the first bytes of a file": { setUp: (sys) => makeFile(sys, "f", 0), run: (sys) => write(sys, "f", 0, 100) },
  "overwrite several blocks": {
    setUp: (sys) => makeFile(sys, "f", 40 * KIB),
    run: (sys) => write(sys, "f", 3000, 20 * KIB),
    mixesData: true,
  },
  "write over holes": {
    setUp: (sys) => {
      makeFile(sys, "f", 10 * KIB);
      truncateTo(sys, "f", 200 * KIB);
      write(sys, "f", 60 * KIB, 100);
    },
    run: (sys) => write(sys, "f", 5 * KIB, 80 * KIB),
    mixesData: true,
  },
  "write more than a transaction holds": {
    setUp: (sys) => makeFile(sys, "f", 3),
    run: (sys) => write(sys, "f", 0, 400 * KIB),
    mixesData: true,
  },
  "write far beyond the end": {
    setUp: (sys) => makeFile(sys, "f", 5000),
    run: (sys) => write(sys, "f", 6 * 1024 * KIB, 5000),
    mixesData: true,
  },
  "write beyond 4 GiB": {
    setUp: (sys) => makeFile(sys, "f", 5000),
    run: (sys) => write(sys, "f", 5 * 1024 * 1024 * KIB - 10, 20),
  },
  append: { setUp: (sys) => makeFile(sys, "f", 4090), run: (sys) => write(sys, "f", 0, 20, O_APPEND) },
  "truncate up": { setUp: (sys) => makeFile(sys, "f", 5000), run: (sys) => truncateTo(sys, "f", 9000) },
  "truncate down": { setUp: (sys) => makeFile(sys, "f", 300 * KIB), run: (sys) => truncateTo(sys, "f", 45 * KIB + 5) },
  "truncate to nothing": { setUp: (sys) => makeFile(sys, "f", 100 * KIB), run: (sys) => truncateTo(sys, "f", 0) },
  "open with O_TRUNC": {
    setUp: (sys) => makeFile(sys, "f", 70 * KIB),
    run: (sys) => ok(sys.open(AT_FDCWD, path("f"), O_TRUNC | O_WRONLY, 0)),
  },
  "truncate in the middle of what a map block maps": {
    setUp: (sys) => makeFile(sys, "f", 300 * KIB),
    run: (sys) => truncateTo(sys, "f", 101 * KIB + 7),
  },
  "read for the first time since a change": {
    setUp: (sys) => makeFile(sys, "f", 100),
    run: (sys) => {
      const fd = ok(sys.open(AT_FDCWD, path("f"), O_RDONLY, 0));
      expect(sys.read(fd, new Uint8Array(100), 0, 100)).toBe(100);
      ok(sys.close(fd));
    },
  },
  fallocate: {
    setUp: (sys) => makeFile(sys, "f", 5000),
    run: (sys) => ok(sys.fallocate(ok(sys.open(AT_FDCWD, path("f"), O_RDWR, 0)), 100, 100 * 4096)),
  },
  mkdir: { run: (sys) => ok(sys.mkdir(AT_FDCWD, path("d"), 0o755)) },
  mknod: { run: (sys) => ok(sys.mknod(AT_FDCWD, path("null"), 0o666, 1)) },
  rmdir: {
    setUp: (sys) => ok(sys.mkdir(AT_FDCWD, path("d"), 0o755)),
    run: (sys) => ok(sys.rmdir(AT_FDCWD, path("d"))),
  },
  "rmdir of a directory that was large": {
    setUp: (sys) => {
      manyNames(sys, 300);
      for (let i = 0; i < 300; i++) ok(sys.unlink(AT_FDCWD, path(`d/name${i}`)));
    },
    run: (sys) => ok(sys.rmdir(AT_FDCWD, path("d"))),
  },
  "unlink the last name": {
    setUp: (sys) => makeFile(sys, "f", 50 * KIB),
    run: (sys) => ok(sys.unlink(AT_FDCWD, path("f"))),
  },
  "unlink one of two names": {
    setUp: (sys) => {
      makeFile(sys, "f", 50);
      ok(sys.link(AT_FDCWD, path("f"), AT_FDCWD, path("g"), false));
    },
    run: (sys) => ok(sys.unlink(AT_FDCWD, path("f"))),
  },
  "unlink while open": {
    setUp: (sys) => {
      makeFile(sys, "f", 50 * KIB);
      ok(sys.open(AT_FDCWD, path("f"), O_RDONLY, 0));
    },
    run: (sys) => ok(sys.unlink(AT_FDCWD, path("f"))),
  },
  "close what has no name": {
    setUp: (sys) => {
      makeFile(sys, "f", 50 * KIB);
      expect(sys.open(AT_FDCWD, path("f"), O_RDONLY, 0)).toBe(0);
      ok(sys.unlink(AT_FDCWD, path("f")));
    },
    run: (sys) => ok(sys.close(0)),
  },
  "dup2 over what has no name": {
    setUp: (sys) => {
      makeFile(sys, "f", 50 * KIB);
      expect(sys.open(AT_FDCWD, path("f"), O_RDONLY, 0)).toBe(0);
      expect(sys.open(AT_FDCWD, encode("/tmp"), O_RDONLY, 0)).toBe(1);
      ok(sys.unlink(AT_FDCWD, path("f")));
    },
    run: (sys) => ok(sys.dup2(1, 0)),
  },
  "leave a working directory that was removed": {
    setUp: (sys) => {
      ok(sys.mkdir(AT_FDCWD, path("d"), 0o755));
      ok(sys.chdir(path("d")));
      ok(sys.rmdir(AT_FDCWD, path("d")));
    },
    run: (sys) => ok(sys.chdir(encode("/tmp"))),
  },
  "unlink a device": {
    setUp: (sys) => ok(sys.mknod(AT_FDCWD, path("null"), 0o666, 1)),
    run: (sys) => ok(sys.unlink(AT_FDCWD, path("null"))),
  },
  link: {
    setUp: (sys) => makeFile(sys, "f", 50),
    run: (sys) => ok(sys.link(AT_FDCWD, path("f"), AT_FDCWD, path("g"), false)),
  },
  symlink: { run: (sys) => ok(sys.symlink(path("target/of/the/link"), AT_FDCWD, path("l"))) },
  "symlink of the longest kind, in a full directory block": {
    setUp: (sys) => manyNames(sys, BLOCKFUL),
    run: (sys) => ok(sys.symlink(new Uint8Array(4095).fill(0x78), AT_FDCWD, path("d/l"))),
  },
  "link into a large directory": {
    setUp: (sys) => manyNames(sys, 300),
    run: (sys) => ok(sys.link(AT_FDCWD, path("f"), AT_FDCWD, path("d/again"), false)),
  },
  "rename within a directory": {
    setUp: (sys) => makeFile(sys, "a-rather-long-name", 50),
    run: (sys) => ok(sys.rename(AT_FDCWD, path("a-rather-long-name"), AT_FDCWD, path("another-quite-long-name"))),
  },
  "rename to a shorter name": {
    setUp: (sys) => makeFile(sys, "a-rather-long-name", 50),
    run: (sys) => ok(sys.rename(AT_FDCWD, path("a-rather-long-name"), AT_FDCWD, path("b"))),
  },
  "rename over a file": {
    setUp: (sys) => {
      makeFile(sys, "f", 50);
      makeFile(sys, "g", 60 * KIB);
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("f"), AT_FDCWD, path("g"))),
  },
  "rename over an empty directory": {
    setUp: (sys) => {
      for (const name of ["d", "d/e", "f"]) ok(sys.mkdir(AT_FDCWD, path(name), 0o755));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("d"), AT_FDCWD, path("f"))),
  },
  "move a file to another directory": {
    setUp: (sys) => {
      ok(sys.mkdir(AT_FDCWD, path("d"), 0o755));
      makeFile(sys, "f", 50);
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("f"), AT_FDCWD, path("d/f"))),
  },
  "move a directory to another": {
    setUp: (sys) => {
      for (const name of ["d", "d/e", "f"]) ok(sys.mkdir(AT_FDCWD, path(name), 0o755));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("d/e"), AT_FDCWD, path("f/e"))),
  },
  "move a directory over an empty one elsewhere": {
    setUp: (sys) => {
      for (const name of ["d", "d/e", "d/e/in", "f", "f/g"]) ok(sys.mkdir(AT_FDCWD, path(name), 0o755));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("d/e"), AT_FDCWD, path("f/g"))),
  },
  "move a file over one that is open": {
    setUp: (sys) => {
      ok(sys.mkdir(AT_FDCWD, path("d"), 0o755));
      makeFile(sys, "f", 50);
      makeFile(sys, "d/g", 50 * KIB);
      ok(sys.open(AT_FDCWD, path("d/g"), O_RDONLY, 0));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("f"), AT_FDCWD, path("d/g"))),
  },
  "move a link over a file": {
    setUp: (sys) => {
      makeFile(sys, "f", 50);
      ok(sys.symlink(path("f"), AT_FDCWD, path("l")));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("l"), AT_FDCWD, path("f"))),
  },
  "move into a directory that grows for it": {
    setUp: (sys) => {
      manyNames(sys, BLOCKFUL);
      ok(sys.mkdir(AT_FDCWD, path("e"), 0o755));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("e"), AT_FDCWD, path("d/e"))),
  },
  "move into a directory that gets an index for it": {
    setUp: (sys) => {
      manyNames(sys, BLOCKFUL + 1);
      ok(sys.mkdir(AT_FDCWD, path("e"), 0o755));
    },
    run: (sys) => ok(sys.rename(AT_FDCWD, path("e"), AT_FDCWD, path("d/e"))),
  },
  "rename in a large directory": {
    setUp: (sys) => manyNames(sys, 300),
    run: (sys) => ok(sys.rename(AT_FDCWD, path("d/name7"), AT_FDCWD, path("d/other"))),
  },
  chmod: { setUp: (sys) => makeFile(sys, "f", 50), run: (sys) => ok(sys.chmod(AT_FDCWD, path("f"), 0o755)) },
  chown: { setUp: (sys) => makeFile(sys, "f", 50), run: (sys) => ok(sys.chown(AT_FDCWD, path("f"), 7, 8, true)) },
  utimens: {
    setUp: (sys) => makeFile(sys, "f", 50),
    run: (sys) =>
      ok(sys.utimens(AT_FDCWD, path("f"), true, { sec: -5.5e9, nsec: 7 }, { sec: 1e10, nsec: 999_999_999 })),
  },
  "publish over a file": {
    setUp: (sys) => {
      makeFile(sys, "f", 20 * KIB);
      prepareUnnamed(sys);
    },
    run: (sys) => ok(sys.publish(0, AT_FDCWD, path("f"), 0o644)),
  },
  "publish a new file": { setUp: prepareUnnamed, run: (sys) => ok(sys.publish(0, AT_FDCWD, path("f"), 0o644)) },
  "open an unnamed file": { run: (sys) => ok(sys.openUnnamed()) },
  "grow a directory by a block": { setUp: (sys) => manyNames(sys, BLOCKFUL), run: (sys) => manyNames(sys, 1, "more") },
  "build a directory's index": {
    setUp: (sys) => manyNames(sys, BLOCKFUL + 1),
    run: (sys) => manyNames(sys, 1, "more"),
  },
  "rebuild a crowded index": { setUp: (sys) => manyNames(sys, 512), run: (sys) => manyNames(sys, 1, "more") },
  "remove from a large directory": {
    setUp: (sys) => manyNames(sys, 300),
    run: (sys) => ok(sys.unlink(AT_FDCWD, path("d/name100"))),
  },
};

let cutPoints = 0;

test.each(Object.entries(operations))("%s", { timeout: 60_000 }, (_name, operation) => {
  const sys = testKernel(DISK_SIZE);
  operation.setUp?.(sys);
  new Watching(sys.machine, sys.slot).watch(encode("/tmp"), true, 1);
  const { disk } = sys.machine;
  const before = copyOf(disk);
  // A clock that stands, so that each run's new times are the same.
  disk.inodes.tick = () => Object.assign(disk.inodes.now, { sec: 2e9, nsec: 5 });
  const old = treeOf(disk);
  const stores = recordStores(disk.memory, () => operation.run(sys));
  const after = treeOf(disk);
  expect(fsck(disk, { repair: false }).problems).toEqual([]);

  const cut = copyOf(before);
  const next = copyOf(before);
  const seen = copyOf(before);
  const told = eventsOf(copyOf(disk));
  let seenTold = "";
  for (let count = 0; count <= stores.length; count++) {
    expectOldOrNew(count, "stores");
    if (count === stores.length) break;
    if (makeStore(cut.memory, stores[count], true)) expectOldOrNew(count, "stores and a half");
    makeStore(cut.memory, stores[count], false);
  }

  // And as an exception in mid-call, which the call itself undoes: a guest that runs out of stack.
  for (let count = 0; count < stores.length; count += Math.ceil(stores.length / 20)) {
    copyInto(before, disk);
    expect(() => recordStores(disk.memory, () => operation.run(sys), count)).toThrow(Cut);
    disk.sync();
    expect(fsck(disk, { repair: false }).problems, `thrown at ${count}`).toEqual([]);
    expectSameTree(treeOf(disk), old, after, operation, `thrown at ${count}`);
    expect(sys.machine.lock.isFree, "the lock").toBe(true);
    cutPoints++;
  }

  /** Lets the next owner of the lock come, in a copy of the memory as it was cut. */
  function expectOldOrNew(count: number, unit: string): void {
    cutPoints++;
    copyInto(cut, next);
    next.sync();
    expect(next.memory.words[JOURNAL_COUNT] + next.memory.words[PENDING]).toBe(0);
    const when = `after ${count} of ${stores.length} ${unit}`;
    const events = eventsOf(next);
    if (hasSameImage(next, seen)) {
      // Which has been looked at, mostly because all was undone.
      expect(events, when).toBe(seenTold);
      return;
    }
    const { problems } = fsck(next, { repair: false });
    if (problems.length > 0) expect(problems, when).toEqual([]);
    const tree = treeOf(next);
    expectSameTree(tree, old, after, operation, when);
    if (isSame(tree, after)) expect(events, when).toBe(told);
    else if (isSame(tree, old)) expect(events, when).toBe("");
    else expect(told.startsWith(events), when).toBe(true);
    seenTold = events;
    copyInto(next, seen);
  }
});

test("many points were tried", () => {
  expect(cutPoints).toBeGreaterThan(10_000);
  console.log(`cut at ${cutPoints} points of ${Object.keys(operations).length} operations`);
});

/** What whoever watches /tmp would be told next. */
function eventsOf(disk: Disk): string {
  const events = new Watching(new Machine(disk), 0).takeEvents(1000);
  return events.map(({ type, name }) => `${type} ${name}\n`).join("");
}

function hasSameImage(disk: Disk, other: Disk): boolean {
  const { imageByte, totalBytes, firstDataBlock, imageBlocks } = disk.layout;
  const [a, b] = [disk, other].map(({ memory }) =>
    Buffer.from(memory.bytes.buffer as ArrayBuffer, imageByte, totalBytes - imageByte),
  );
  if ([FREE_BLOCKS, FREE_INODES].some((word) => disk.memory.words[word] !== other.memory.words[word])) return false;
  if (a.compare(b, 0, firstDataBlock * 4096, 0, firstDataBlock * 4096) !== 0) return false;
  for (let block = firstDataBlock; block < imageBlocks; block++) {
    const [start, end] = [block * 4096, (block + 1) * 4096];
    if (disk.blocks.isUsed(block) && a.compare(b, start, end, start, end) !== 0) return false;
  }
  return true;
}

function expectSameTree(tree: Tree, old: Tree, after: Tree, operation: Operation, when: string): void {
  if (isSame(tree, old) || isSame(tree, after)) return;
  if (operation.mixesData && isMixed(tree, old, after)) return;
  expect(factsOf(tree), `neither old nor new after ${when}`).toEqual(factsOf(old));
  expect.unreachable(`data is neither old nor new after ${when}`);
}

function isSame(tree: Tree, other: Tree): boolean {
  if (tree.size !== other.size) return false;
  for (const [name, { facts, content }] of tree) {
    const right = other.get(name);
    if (right === undefined || right.facts !== facts || !right.content.equals(content)) return false;
  }
  return true;
}

/** Is each byte the old or the new one, in a tree with the same names and no file longer or shorter than it may be? */
function isMixed(tree: Tree, old: Tree, after: Tree): boolean {
  if (tree.size !== old.size) return false;
  for (const [name, { content }] of tree) {
    const was = old.get(name)!.content;
    const will = after.get(name)!.content;
    if (content.length < Math.min(was.length, will.length) || content.length > Math.max(was.length, will.length))
      return false;
    if (was.equals(content) || will.subarray(0, content.length).equals(content)) continue;
    for (let i = 0; i < content.length; i++) if (content[i] !== will[i] && content[i] !== (was[i] ?? 0)) return false;
  }
  return true;
}

function factsOf(tree: Tree): Record<string, string> {
  return Object.fromEntries([...tree].map(([name, { facts, content }]) => [name, `${facts} ${content.length} bytes`]));
}

function treeOf(disk: Disk): Tree {
  const tree: Tree = new Map();
  visit(disk, tree, new Map(), ROOT, "/");
  return tree;
}

function visit(
  disk: Disk,
  tree: Tree,
  known: Map<number, { facts: string; content: Buffer }>,
  ino: number,
  name: string,
): void {
  const isKnown = known.get(ino);
  if (isKnown !== undefined) {
    tree.set(name, isKnown);
    return;
  }
  const { inodes, memory, content } = disk;
  const isDirectory = disk.tree.type(ino) === S_IFDIR;
  const at = inodes.word(ino);
  const hasContent = disk.tree.type(ino) === S_IFREG || disk.tree.type(ino) === S_IFLNK;
  const size = hasContent ? inodes.getDouble(ino, I_SIZE) : 0;
  // Of a huge file, which is nearly all hole, the end.
  const bytes = Buffer.alloc(Math.min(size, 16 * 1024 * KIB));
  content.read(ino, bytes, 0, bytes.length, size - bytes.length);
  // All of the inode but its map, and of a directory what only finds room and names faster.
  const fields = [...memory.words.subarray(at, at + (isDirectory ? 16 : I_MAP))];
  if (isDirectory) fields[14] = fields[2] = fields[3] = 0;
  tree.set(name, { facts: fields.join(" "), content: bytes });
  known.set(ino, tree.get(name)!);
  if (!isDirectory) return;
  const entry = new Entry();
  for (let from = 0; disk.directories.next(ino, from, entry); from = entry.next) {
    const child = String.fromCharCode(...memory.bytes.subarray(entry.nameByte, entry.nameByte + entry.nameLength));
    visit(disk, tree, known, entry.ino, `${name}${child}/`);
  }
}

/** A copy of the disk and of the tables beside it. Pipes' rings are left out: they are large, and no call here uses them. */
function copyOf(disk: Disk): Disk {
  const backing = bufferBacking(new ArrayBuffer(disk.layout.totalBytes));
  new Int32Array(backing.buffer).set(disk.memory.words.subarray(0, 1024));
  const copy = Disk.attach(backing);
  copyInto(disk, copy);
  return copy;
}

function copyInto(disk: Disk, copy: Disk): void {
  const { layout, memory } = disk;
  const journal = layout.journalWord + 2 * memory.words[JOURNAL_COUNT];
  copy.memory.words.set(memory.words.subarray(0, journal));
  for (const [start, end] of [
    [layout.slotWord, layout.slotWord + 64 * 4],
    [layout.fdWord, layout.fdWord + 1024],
    [layout.openFileWord, layout.openFileWord + 64],
    [layout.watchWord, layout.watchWord + 2],
    [layout.eventWord, layout.eventWord + 10_000],
    [layout.openCountWord, layout.openCountWord + layout.inodes],
    [layout.imageWord, layout.imageWord + layout.imageBlocks * 1024],
  ]) {
    copy.memory.words.set(memory.words.subarray(start, end), start);
  }
}

function path(text: string): Uint8Array {
  return encode(`/tmp/${text}`);
}

function ok(result: number): number {
  if (result < 0) throw new Error(`errno ${-result}`);
  return result;
}

function makeFile(sys: System, name: string, size: number): void {
  const fd = ok(sys.open(AT_FDCWD, path(name), O_CREAT | O_WRONLY, 0o644));
  ok(sys.write(fd, new Uint8Array(size).fill(0x6f), 0, size));
  ok(sys.close(fd));
}

function write(sys: System, name: string, position: number, size: number, flags = 0): void {
  const fd = ok(sys.open(AT_FDCWD, path(name), O_WRONLY | flags, 0));
  ok(sys.lseek(fd, position, 0));
  expect(sys.write(fd, new Uint8Array(size).fill(0x6e), 0, size)).toBe(size);
  ok(sys.close(fd));
}

function truncateTo(sys: System, name: string, size: number): void {
  ok(sys.truncate(AT_FDCWD, path(name), size));
}

function prepareUnnamed(sys: System): void {
  expect(sys.openUnnamed()).toBe(0);
  sys.write(0, new Uint8Array(50 * KIB).fill(0x70), 0, 50 * KIB);
}

/** `count` names in /tmp/d, all of one file. */
function manyNames(sys: System, count: number, prefix = "name"): void {
  if (prefix === "name") {
    ok(sys.mkdir(AT_FDCWD, path("d"), 0o755));
    makeFile(sys, "f", 1);
  }
  for (let i = 0; i < count; i++) ok(sys.link(AT_FDCWD, path("f"), AT_FDCWD, path(`d/${prefix}${i}`), false));
}
