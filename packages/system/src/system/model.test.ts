// Random sequences of system calls against a trivial model: each result, errno and byte must be the model's, and at the end the
// disk must be consistent and give back every block and inode. On failure fast-check prints the seed and shrinks the calls.
// MODEL_CALLS=500000 for a longer soak, which prints its seed; MODEL_SEED=… to repeat one.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AT_FDCWD, O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDWR, O_TRUNC } from "../constants.ts";
import { fsck } from "../disk/fsck.ts";
import { ROOT } from "../disk/inodes.ts";
import { BLOCK_SIZE, layoutFor } from "../disk/layout.ts";
import { formatDisk } from "../disk/make.ts";
import { bufferBacking } from "../disk/memory.ts";
import { EBADF, ENOSPC } from "../errno.ts";
import { decode, encode } from "../text.ts";
import { Machine } from "./machine.ts";
import { linksOf, ModelTree, newNode, type OpenFile } from "./model-tree.ts";
import { bootKernelSlot } from "./process-calls.ts";
import { System } from "./system.ts";
import { newDirent, newStat, type Statfs } from "./types.ts";

/** Calls on each disk, about: sequences are of 0 to `LONGEST` calls, of 140 on average. */
const CALLS = Number(process.env.MODEL_CALLS ?? 210_000);
const LONGEST = 300;
const RUNS = Math.ceil(CALLS / 140);
const SEED = Number(process.env.MODEL_SEED ?? Date.now() % 0x7fff_ffff);

const NAMES = [
  "a",
  "a",
  "b",
  "b",
  "c",
  "c",
  "d",
  "d",
  "é",
  "a-name-that-is-longer-than-the-others",
  "a",
  "b",
  "c",
  "e",
  ".",
  "..",
];
const SIZES = [0, 1, 5, 100, 4095, 4096, 4097, 12_288, 36_864, 45_000];
const FDS = 6;
const TYPES = { dir: 4, file: 8, link: 10 };

/** Picks one thing after another from a number: so a call is one number, and shrinks as one. */
class Dice {
  #rest: number;
  constructor(number: number) {
    this.#rest = number;
  }
  below(count: number): number {
    const digit = this.#rest % count;
    this.#rest = Math.floor(this.#rest / count);
    return digit;
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
  path(): string {
    const parts = Array.from({ length: this.of([1, 1, 1, 2, 2, 3]) }, () => this.of(NAMES));
    return this.of(["", "", "", "/"]) + parts.join("/") + this.of(["", "", "", "", "", "", "", "/"]);
  }
}

class Run {
  readonly sys: System;
  readonly model = new ModelTree();
  readonly log: string[] = [];
  /** On a small disk any call may say ENOSPC, and must then have changed nothing. */
  readonly isTight: boolean;
  refusals = 0;
  readonly #stat = newStat();

  constructor(blocks: number, isTight: boolean) {
    const size = blocks * BLOCK_SIZE;
    const machine = new Machine(formatDisk(bufferBacking(new SharedArrayBuffer(layoutFor(size).totalBytes)), size));
    this.sys = new System(machine, bootKernelSlot(machine, ROOT));
    this.sys.umask(0);
    this.isTight = isTight;
  }

  /** Makes one call on both sides. */
  step(number: number): void {
    const dice = new Dice(number);
    const { sys, model } = this;
    const call = dice.below(22);
    const path = dice.path();
    const bytes = encode(path);
    const mode = dice.of([0o644, 0o755, 0]);
    switch (call) {
      case 0:
      case 1:
      case 2: {
        let flags = dice.of([O_CREAT, 0, O_CREAT | O_TRUNC]) | dice.of([2, 1, 0, 2]);
        for (const flag of [O_EXCL, O_APPEND, O_DIRECTORY, O_NOFOLLOW]) if (dice.below(6) === 0) flags |= flag;
        if (model.fds.filter(Boolean).length >= FDS) return this.#close(dice.below(FDS));
        return this.#same(`open ${path} 0o${flags.toString(8)}`, sys.open(AT_FDCWD, bytes, flags, mode), () =>
          model.open(path, flags, mode),
        );
      }
      case 3:
        return this.#close(dice.below(FDS));
      case 4:
      case 5:
      case 6:
        return this.#write(dice);
      case 7:
      case 8:
        return this.#read(dice);
      case 9: {
        const size = dice.of(SIZES);
        const fd = dice.below(FDS);
        if (dice.below(2) === 0) {
          return this.#same(`truncate ${path} ${size}`, sys.truncate(AT_FDCWD, bytes, size), () =>
            model.truncate(model.find(path, true), size),
          );
        }
        const file = model.fds[fd];
        if (file === undefined || (file.flags & 3) === 0) return;
        return this.#same(`ftruncate ${fd} ${size}`, sys.ftruncate(fd, size), () => model.truncate(file.node, size));
      }
      case 10:
      case 11:
        return this.#same(`mkdir ${path}`, sys.mkdir(AT_FDCWD, bytes, mode), () => model.mkdir(path, mode));
      case 12:
        return this.#same(`rmdir ${path}`, sys.rmdir(AT_FDCWD, bytes), () => model.rmdir(path));
      case 13:
        return this.#same(`unlink ${path}`, sys.unlink(AT_FDCWD, bytes), () => model.unlink(path));
      case 14:
      case 15: {
        const to = dice.path();
        return this.#same(`rename ${path} ${to}`, sys.rename(AT_FDCWD, bytes, AT_FDCWD, encode(to)), () =>
          model.rename(path, to),
        );
      }
      case 16: {
        const to = dice.path();
        const follow = dice.below(2) === 0;
        return this.#same(`link ${path} ${to}`, sys.link(AT_FDCWD, bytes, AT_FDCWD, encode(to), follow), () =>
          model.link(path, to, follow),
        );
      }
      case 17: {
        const target = dice.path();
        return this.#same(`symlink ${target} ${path}`, sys.symlink(encode(target), AT_FDCWD, bytes), () =>
          model.symlink(target, path),
        );
      }
      case 18:
        this.#same(`chdir ${path}`, sys.chdir(bytes), () => model.chdir(path));
        return this.#equal("getcwd", decode(sys.getcwd()), model.getcwd());
      case 19:
        return this.#publish(dice, path, mode);
      case 20:
        return this.#dup(dice);
      default:
        return this.#look(path, dice.below(2) === 0);
    }
  }

  #close(fd: number): void {
    this.#same(`close ${fd}`, this.sys.close(fd), () => {
      if (this.model.fds[fd] === undefined) return -EBADF;
      this.model.fds[fd] = undefined;
      return 0;
    });
  }

  #write(dice: Dice): void {
    const fd = dice.below(FDS);
    const size = dice.of(SIZES);
    const position = dice.of([null, null, ...SIZES]);
    const bytes = new Uint8Array(size).fill(this.log.length % 256);
    const file = this.model.fds[fd];
    if (file === undefined) return;
    const { sys } = this;
    const result = position === null ? sys.write(fd, bytes, 0, size) : sys.pwrite(fd, bytes, 0, size, position);
    const written = this.isTight && result > 0 ? result : size;
    this.#same(`write ${fd} ${size} at ${position}`, result, () =>
      this.model.write(file, bytes.subarray(0, written), position),
    );
  }

  #read(dice: Dice): void {
    const fd = dice.below(FDS);
    const size = dice.of(SIZES);
    const position = dice.of([null, ...SIZES]);
    const file = this.model.fds[fd];
    if (file === undefined) return;
    const into = new Uint8Array(size).fill(0xee);
    const result = position === null ? this.sys.read(fd, into, 0, size) : this.sys.pread(fd, into, 0, size, position);
    const expected = this.model.read(file, size, position);
    if (typeof expected === "number") return this.#equal(`read ${fd}`, result, expected);
    this.#equal(`read ${fd} ${size} at ${position}`, result, expected.length);
    this.#equal(`bytes of fd ${fd}`, Buffer.compare(into.subarray(0, expected.length), expected), 0);
  }

  #publish(dice: Dice, path: string, mode: number): void {
    const { sys, model } = this;
    if (model.fds.filter(Boolean).length >= FDS) return;
    const size = dice.of(SIZES);
    const file: OpenFile = { node: newNode("file", 0o600), offset: 0, flags: O_RDWR };
    file.node.links = 0;
    const opened = sys.openUnnamed();
    this.#same("openUnnamed", opened, () => model.install(file));
    if (opened < 0) return;
    const result = sys.write(opened, new Uint8Array(size).fill(7), 0, size);
    this.#same(`write ${opened} ${size}`, result, () =>
      model.write(file, new Uint8Array(this.isTight ? Math.max(0, result) : size).fill(7), null),
    );
    this.#same(`publish ${path}`, sys.publish(opened, AT_FDCWD, encode(path), mode), () =>
      model.publish(file, path, mode),
    );
  }

  #dup(dice: Dice): void {
    const { sys, model } = this;
    const fd = dice.below(FDS);
    const file = model.fds[fd];
    if (file === undefined || model.fds.filter(Boolean).length >= FDS) return;
    if (dice.below(2) === 0) return this.#same(`dup ${fd}`, sys.dup(fd), () => model.install(file));
    const to = dice.below(FDS);
    this.#same(`dup2 ${fd} ${to}`, sys.dup2(fd, to), () => {
      model.fds[to] = file;
      return to;
    });
  }

  /** stat, readlink and readdir of a path. */
  #look(path: string, follow: boolean): void {
    const { sys, model } = this;
    const node = model.find(path, follow);
    const what = `stat ${path} ${follow}`;
    const result = sys.stat(AT_FDCWD, encode(path), follow, this.#stat);
    if (typeof node === "number") return this.#equal(what, result, node);
    this.#equal(what, result, 0);
    const size =
      node.type === "file" ? node.data.length : node.type === "link" ? encode(node.target).length : this.#stat.size;
    const { mode, nlink } = this.#stat;
    this.#equal(
      what,
      `${(mode >>> 12).toString()} ${mode & 0o777} ${nlink} ${this.#stat.size}`,
      `${TYPES[node.type]} ${node.mode} ${linksOf(node)} ${size}`,
    );
    if (node.type === "link") {
      const target = new Uint8Array(500);
      const length = sys.readlink(AT_FDCWD, encode(path), target);
      this.#equal(`readlink ${path}`, decode(target.slice(0, Math.max(length, 0))), node.target);
    }
    if (node.type !== "dir") return;
    const names = this.#list(path);
    const expected = node.links === 0 ? [] : [".", "..", ...node.entries.keys()];
    if (names !== null) this.#equal(`readdir ${path}`, names.sort().join(" "), expected.sort().join(" "));
  }

  #list(path: string): string[] | null {
    const fd = this.sys.open(AT_FDCWD, encode(path), O_DIRECTORY, 0);
    if (fd < 0) return null; // a link, not to be followed, before which another stands
    const names: string[] = [];
    const dirent = newDirent();
    for (let cookie = 0; this.sys.readdir(fd, cookie, dirent) === 1; cookie = dirent.cookie)
      names.push(decode(dirent.name));
    this.sys.close(fd);
    return names;
  }

  /** Compares everything that can be reached. */
  compareAll(): void {
    const visit = (path: string) => {
      this.#look(path, false);
      const node = this.model.find(path, false);
      if (typeof node === "number") return;
      if (node.type === "file") this.#compareContent(path, node.data);
      for (const name of node.entries.keys()) visit(`${path === "/" ? "" : path}/${name}`);
    };
    visit("/");
  }

  #compareContent(path: string, data: Uint8Array): void {
    const fd = this.sys.open(AT_FDCWD, encode(path), 0, 0);
    const into = new Uint8Array(data.length + 1);
    this.#equal(`length of ${path}`, this.sys.read(fd, into, 0, into.length), data.length);
    this.#equal(`content of ${path}`, Buffer.compare(into.subarray(0, data.length), data), 0);
    this.sys.close(fd);
  }

  /** Closes and removes everything, after which the disk must be as empty as it was. */
  removeAll(): void {
    for (let fd = 0; fd < FDS + 2; fd++) this.sys.close(fd);
    this.sys.chdir(encode("/"));
    const clear = (path: string) => {
      for (const name of this.#list(path) ?? []) {
        const child = `${path}/${name}`;
        if (name === "." || name === "..") continue;
        if (this.sys.unlink(AT_FDCWD, encode(child)) === 0) continue;
        clear(child);
        this.#equal(`rmdir ${child}`, this.sys.rmdir(AT_FDCWD, encode(child)), 0);
      }
    };
    clear("/");
  }

  #same(what: string, result: number, expected: () => number): void {
    if (this.isTight && result === -ENOSPC) {
      this.log.push(`${what}: no space`);
      this.refusals++;
      return;
    }
    this.#equal(what, result, expected());
  }

  #equal(what: string, result: unknown, expected: unknown): void {
    this.log.push(`${what} = ${result}`);
    if (result !== expected)
      throw new Error(`${what}: ${result} in place of ${expected}\n${this.log.slice(-40).join("\n")}`);
  }
}

function statfs(sys: System): Statfs {
  const out = { blockSize: 0, blocks: 0, freeBlocks: 0, inodes: 0, freeInodes: 0 };
  sys.statfs(out);
  return out;
}

/** Blocks that an emptied root directory may keep: its entries', and its index's. */
function rootBlocks(sys: System): number {
  const { inodes } = sys.machine.disk;
  return inodes.get(ROOT, 14) + (inodes.get(ROOT, 17) === 0 ? 0 : inodes.get(inodes.get(ROOT, 17), 14));
}

test.each([
  ["a disk with room", 1000, false],
  ["a disk that is nearly full", 20, true],
] as const)("random calls do what the model does, on %s", { timeout: 3_600_000 }, (_name, blocks, isTight) => {
  let calls = 0;
  let refusals = 0;
  const numbers = fc.array(fc.maxSafeNat(), { maxLength: LONGEST, size: "max" });
  fc.assert(
    fc.property(numbers, (sequence) => {
      const run = new Run(blocks, isTight);
      const fresh = statfs(run.sys);
      for (const number of sequence) run.step(number);
      calls += sequence.length;
      refusals += run.refusals;
      expect(fsck(run.sys.machine.disk, { repair: false }).problems).toEqual([]);
      run.compareAll();
      run.removeAll();
      const left = statfs(run.sys);
      expect(left.freeBlocks + rootBlocks(run.sys)).toBe(fresh.freeBlocks);
      expect(left.freeInodes).toBe(fresh.freeInodes);
      expect(fsck(run.sys.machine.disk, { repair: false }).problems).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
  if (process.env.MODEL_CALLS !== undefined) console.log(`${calls} calls, ${refusals} without space, seed ${SEED}`);
  if (CALLS < 150_000) return;
  expect(calls).toBeGreaterThan(CALLS * 0.9);
  expect(refusals > 1000).toBe(isTight);
});
