// What is told to those who watch a directory: which event for which change, under which name, in which order, and what is not.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AT_FDCWD,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
  SEEK_SET,
} from "../constants.ts";
import { CHMOD, CREATE, ENDED, REMOVE, RENAME, WRITE } from "../disk/event-ring.ts";
import { EVENT_HEAD, EVENT_LAST, EVENT_TAIL, EVENT_WORDS, WATCH_MAX } from "../disk/layout.ts";
import { EAGAIN, EEXIST, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, ENOTSUP } from "../errno.ts";
import { testSystem } from "../testing.ts";
import { decode, encode } from "../text.ts";
import type { System } from "./system.ts";
import { newDirent, newStat } from "./types.ts";
import { Watching } from "./watching.ts";

const KINDS = { [CREATE]: "create", [WRITE]: "write", [REMOVE]: "remove", [RENAME]: "rename", [CHMOD]: "chmod" };

/** A watched directory, /home/user/w, with a file, a directory and a file in that. */
function watched(isRecursive = true): Watching {
  const sys = watching();
  for (const dir of ["w", "w/d", "out"]) sys.mkdir(AT_FDCWD, encode(dir), 0o755);
  for (const file of ["w/f", "w/d/g", "out/h"]) put(sys, file, "old");
  expect(sys.watch(encode("w"), isRecursive, 1)).toBe(0);
  return sys;
}

function watching(diskSizeBytes?: number): Watching {
  const { machine, slot } = testSystem(diskSizeBytes);
  return new Watching(machine, slot);
}

function put(sys: System, path: string, text: string, flags = O_CREAT | O_TRUNC): void {
  const fd = sys.open(AT_FDCWD, encode(path), flags | O_WRONLY, 0o644);
  expect(fd).toBeGreaterThanOrEqual(0);
  expect(sys.write(fd, encode(text), 0, text.length)).toBe(text.length);
  sys.close(fd);
}

/** What happened, as "kind name"; the watch's number before it unless it is 1. */
function events(sys: Watching): string[] {
  return sys.takeEvents(1_000_000).map(({ id, type, name }) => {
    const what = type === ENDED ? "ended" : `${KINDS[type as keyof typeof KINDS]} ${name}`;
    return id === 1 ? what : `${id}: ${what}`;
  });
}

const p = encode;
const changes: Record<string, { run(sys: System): unknown; tells: string[]; result?: number }> = {
  "create a file": {
    run: (sys) => sys.close(sys.open(AT_FDCWD, p("w/new"), O_CREAT | O_WRONLY, 0o644)),
    tells: ["create new"],
  },
  "open what exists": { run: (sys) => sys.close(sys.open(AT_FDCWD, p("w/f"), O_CREAT | O_RDWR, 0o644)), tells: [] },
  "open with O_TRUNC": {
    run: (sys) => sys.close(sys.open(AT_FDCWD, p("w/f"), O_TRUNC | O_RDWR, 0)),
    tells: ["write f"],
  },
  write: { run: (sys) => put(sys, "w/d/g", "new", 0), tells: ["write d/g"] },
  append: { run: (sys) => put(sys, "w/f", "new", O_APPEND), tells: ["write f"] },
  "create and write": { run: (sys) => put(sys, "w/new", "new"), tells: ["create new", "write new"] },
  "write nothing": { run: (sys) => put(sys, "w/f", "", 0), tells: [] },
  "read and look": {
    run: (sys) => {
      const fd = sys.open(AT_FDCWD, p("w/f"), O_RDONLY, 0);
      sys.read(fd, new Uint8Array(3), 0, 3);
      sys.lseek(fd, 0, SEEK_SET);
      sys.close(fd);
      sys.close(sys.open(AT_FDCWD, p("w/d"), O_RDONLY | O_DIRECTORY, 0));
    },
    tells: [],
  },
  truncate: { run: (sys) => sys.truncate(AT_FDCWD, p("w/d/g"), 1), tells: ["write d/g"], result: 0 },
  "grow by truncate": { run: (sys) => sys.truncate(AT_FDCWD, p("w/f"), 1e6), tells: ["write f"], result: 0 },
  ftruncate: { run: (sys) => sys.ftruncate(open(sys, "w/f"), 0), tells: ["write f"], result: 0 },
  fallocate: { run: (sys) => sys.fallocate(open(sys, "w/f"), 0, 1e6), tells: ["write f"], result: 0 },
  mkdir: { run: (sys) => sys.mkdir(AT_FDCWD, p("w/e"), 0o755), tells: ["create e"], result: 0 },
  "mkdir of what is there": { run: (sys) => sys.mkdir(AT_FDCWD, p("w/d"), 0o755), tells: [], result: -EEXIST },
  "a new directory and a file in it": {
    run: (sys) => {
      sys.mkdir(AT_FDCWD, p("w/e"), 0o755);
      put(sys, "w/e/x", "1");
    },
    tells: ["create e", "create e/x", "write e/x"],
  },
  mknod: { run: (sys) => sys.mknod(AT_FDCWD, p("w/null"), 0o666, 1), tells: ["create null"], result: 0 },
  symlink: { run: (sys) => sys.symlink(p("anywhere"), AT_FDCWD, p("w/l")), tells: ["create l"], result: 0 },
  link: { run: (sys) => sys.link(AT_FDCWD, p("out/h"), AT_FDCWD, p("w/h"), true), tells: ["create h"], result: 0 },
  unlink: { run: (sys) => sys.unlink(AT_FDCWD, p("w/d/g")), tells: ["remove d/g"], result: 0 },
  "unlink what is missing": { run: (sys) => sys.unlink(AT_FDCWD, p("w/none")), tells: [], result: -ENOENT },
  "rmdir of one with entries": { run: (sys) => sys.rmdir(AT_FDCWD, p("w/d")), tells: [], result: -ENOTEMPTY },
  "remove all": {
    run: (sys) => {
      sys.unlink(AT_FDCWD, p("w/d/g"));
      sys.rmdir(AT_FDCWD, p("w/d"));
      sys.unlink(AT_FDCWD, p("w/f"));
      sys.rmdir(AT_FDCWD, p("w"));
    },
    tells: ["remove d/g", "remove d", "remove f", "ended"],
  },
  rename: { run: (sys) => rename(sys, "w/f", "w/d/f2"), tells: ["rename f", "create d/f2"], result: 0 },
  "rename over another": { run: (sys) => rename(sys, "w/f", "w/d/g"), tells: ["rename f", "create d/g"], result: 0 },
  "rename to itself": { run: (sys) => rename(sys, "w/f", "w/f"), tells: [], result: 0 },
  "move out": { run: (sys) => rename(sys, "w/f", "out/f"), tells: ["rename f"], result: 0 },
  "move in": { run: (sys) => rename(sys, "out/h", "w/d/h"), tells: ["create d/h"], result: 0 },
  "rename a directory, then write in it": {
    run: (sys) => {
      rename(sys, "w/d", "w/e");
      put(sys, "w/e/g", "new", 0);
    },
    tells: ["rename d", "create e", "write e/g"],
  },
  "move a directory in, then change what is in it": {
    run: (sys) => {
      sys.mkdir(AT_FDCWD, p("out/deep"), 0o755);
      put(sys, "out/deep/x", "1");
      rename(sys, "out", "w/in");
      put(sys, "w/in/deep/x", "2", 0);
    },
    tells: ["create in", "write in/deep/x"],
  },
  "move a directory out, then change what is in it": {
    run: (sys) => {
      rename(sys, "w/d", "out/d");
      put(sys, "out/d/g", "2", 0);
    },
    tells: ["rename d"],
  },
  chmod: { run: (sys) => sys.chmod(AT_FDCWD, p("w/f"), 0o600), tells: ["chmod f"], result: 0 },
  "chmod of a directory": { run: (sys) => sys.chmod(AT_FDCWD, p("w/d/."), 0o700), tells: ["chmod d"], result: 0 },
  "chmod of the watched one": { run: (sys) => sys.chmod(AT_FDCWD, p("w"), 0o700), tells: [], result: 0 },
  "chmod by way of /proc": {
    run: (sys) => sys.chmod(AT_FDCWD, p(`/proc/self/fd/${open(sys, "w/d/g")}`), 0o600),
    tells: ["chmod d/g"],
    result: 0,
  },
  fchmod: { run: (sys) => sys.fchmod(open(sys, "w/d/g"), 0o600), tells: ["chmod d/g"], result: 0 },
  chown: { run: (sys) => sys.chown(AT_FDCWD, p("w/f"), 5, -1, true), tells: ["chmod f"], result: 0 },
  fchown: { run: (sys) => sys.fchown(open(sys, "w/f"), 5, -1), tells: ["chmod f"], result: 0 },
  utimens: {
    run: (sys) => sys.utimens(AT_FDCWD, p("w/f"), true, null, { sec: 5, nsec: 0 }),
    tells: ["chmod f"],
    result: 0,
  },
  futimens: { run: (sys) => sys.futimens(open(sys, "w/f"), { sec: 5, nsec: 0 }, null), tells: ["chmod f"], result: 0 },
  "through a symbolic link from elsewhere": {
    run: (sys) => {
      sys.symlink(p("../w/d"), AT_FDCWD, p("out/l"));
      put(sys, "out/l/g", "new", 0);
      sys.chmod(AT_FDCWD, p("out/l/g"), 0o600);
    },
    tells: ["write d/g", "chmod d/g"],
  },
  "changes elsewhere": {
    run: (sys) => {
      put(sys, "out/new", "1");
      rename(sys, "out/new", "out/newer");
      sys.chmod(AT_FDCWD, p("out"), 0o700);
      sys.mkdir(AT_FDCWD, p("wide"), 0o755);
      sys.unlink(AT_FDCWD, p("out/newer"));
    },
    tells: [],
  },
  "content put in place": { run: (sys) => publish(sys, "w/f"), tells: ["write f"], result: 0 },
  "content put in place under a new name": { run: (sys) => publish(sys, "w/new"), tells: ["create new"], result: 0 },
  "the watched directory moves": { run: (sys) => rename(sys, "w", "v"), tells: ["ended"], result: 0 },
  "a directory above it moves": {
    run: (sys) => {
      rename(sys, "/home/user", "/home/you");
      put(sys, "/home/you/w/f", "new", 0);
    },
    tells: ["write f"],
  },
};

function open(sys: System, path: string): number {
  return sys.open(AT_FDCWD, encode(path), O_RDWR, 0);
}
function rename(sys: System, from: string, to: string): number {
  return sys.rename(AT_FDCWD, encode(from), AT_FDCWD, encode(to));
}
function publish(sys: System, path: string): number {
  const fd = sys.openUnnamed();
  sys.write(fd, encode("all"), 0, 3);
  return sys.publish(fd, AT_FDCWD, encode(path), 0o644);
}

test.each(Object.entries(changes))("%s", (_name, { run, tells, result }) => {
  const sys = watched();
  const returned = run(sys);
  if (result !== undefined) expect(returned).toBe(result);
  expect(events(sys)).toEqual(tells);
  expect(events(sys)).toEqual([]);
});

test("without recursion, only what the directory itself holds", () => {
  const sys = watched(false);
  put(sys, "w/d/g", "new");
  put(sys, "w/d/new", "new");
  sys.chmod(AT_FDCWD, encode("w/d"), 0o700);
  rename(sys, "w/d/new", "w/new");
  rename(sys, "w/new", "w/d/newer");
  sys.unlink(AT_FDCWD, encode("w/d/newer"));
  expect(events(sys)).toEqual(["chmod d", "create new", "rename new"]);
});

test("several watches, inside each other: each is told by its own names", () => {
  const sys = watched();
  expect(sys.watch(encode("/"), true, 2)).toBe(0);
  expect(sys.watch(encode("w/d"), false, 3)).toBe(0);
  expect(sys.watch(encode("/home/user/w"), false, 4)).toBe(0);
  put(sys, "w/d/new", "");
  expect(events(sys).sort()).toEqual(["2: create home/user/w/d/new", "3: create new", "create d/new"]);
  sys.unwatch(3);
  rename(sys, "w/d", "w/e");
  expect(events(sys).sort()).toEqual([
    "2: create home/user/w/e",
    "2: rename home/user/w/d",
    "4: create e",
    "4: rename d",
    "create e",
    "rename d",
  ]);
  for (const id of [1, 2, 4]) sys.unwatch(id);
  put(sys, "w/e/new", "more");
  expect(events(sys)).toEqual([]);
});

test("an open file is told of by the name it has by now", () => {
  const sys = watched();
  const fd = open(sys, "w/f");
  const write = () => sys.write(fd, encode("x"), 0, 1);
  rename(sys, "w/f", "w/renamed");
  write();
  rename(sys, "w/renamed", "w/d/moved");
  write();
  rename(sys, "w/d", "w/e");
  write();
  rename(sys, "w/e/moved", "out/away");
  write();
  rename(sys, "out/away", "w/back");
  write();
  sys.unlink(AT_FDCWD, encode("w/back"));
  write();
  expect(events(sys)).toEqual([
    "rename f",
    "create renamed",
    "write renamed",
    "rename renamed",
    "create d/moved",
    "write d/moved",
    "rename d",
    "create e",
    "write e/moved",
    "rename e/moved",
    "create back",
    "write back",
    "remove back",
  ]);
});

test("of several links, the one that was opened; when it is gone, another", () => {
  const sys = watched();
  sys.link(AT_FDCWD, encode("w/f"), AT_FDCWD, encode("w/d/link"), true);
  sys.link(AT_FDCWD, encode("w/f"), AT_FDCWD, encode("w/other"), true);
  events(sys);
  const fd = open(sys, "w/other");
  put(sys, "w/d/link", "1", 0);
  put(sys, "w/f", "1", 0);
  put(sys, "w/other", "1", 0);
  sys.unlink(AT_FDCWD, encode("w/other"));
  sys.unlink(AT_FDCWD, encode("w/f"));
  sys.write(fd, encode("x"), 0, 1);
  expect(events(sys)).toEqual(["write d/link", "write f", "write other", "remove other", "remove f", "write d/link"]);
});

test("writes to the same file are told once until that was read", () => {
  const sys = watched();
  const fd = open(sys, "w/f");
  const write = () => sys.write(fd, encode("x"), 0, 1);
  write();
  write();
  sys.truncate(AT_FDCWD, encode("w/f"), 0);
  expect(events(sys)).toEqual(["write f"]);
  write();
  put(sys, "w/d/g", "x", 0);
  write();
  write();
  sys.watch(encode("w"), false, 2);
  write();
  expect(events(sys)).toEqual(["write f", "write d/g", "write f", "write f", "2: write f"]);
});

test("what fails is not told, nor what is undone", () => {
  const sys = watching(1024 * 1024);
  expect(sys.watch(encode("."), true, 1)).toBe(0);
  put(sys, "full", "");
  const fd = sys.open(AT_FDCWD, encode("full"), O_WRONLY, 0);
  while (sys.write(fd, new Uint8Array(4096), 0, 4096) > 0);
  expect(events(sys)).toEqual(["create full", "write full"]);
  expect(sys.write(fd, new Uint8Array(1), 0, 1)).toBe(-ENOSPC);
  expect(sys.fallocate(fd, 0, 10_000_000)).toBe(-ENOSPC);
  expect(sys.mkdir(AT_FDCWD, encode("full/x"), 0)).toBe(-ENOTDIR);
  expect(sys.open(AT_FDCWD, encode("full"), O_CREAT | O_EXCL | O_WRONLY, 0)).toBe(-EEXIST);
  const { watches, tree } = sys.machine.disk;
  expect(events(sys)).toEqual([]);
  // A worker that fails half-way, after the event was written.
  const drop = tree.drop;
  tree.drop = () => {
    throw new Error("cut");
  };
  expect(() => sys.unlink(AT_FDCWD, encode("full"))).toThrow("cut");
  tree.drop = drop;
  expect(events(sys)).toEqual([]);
  expect(sys.unlink(AT_FDCWD, encode("full"))).toBe(0);
  expect(events(sys)).toEqual(["remove full"]);
  expect(watches.isOn).toBe(true);
});

test("names that are no UTF-8, and longer than any path", () => {
  const sys = watched();
  const name = Uint8Array.of(...encode("w/"), 0xff, 0x41);
  sys.close(sys.open(AT_FDCWD, name, O_CREAT | O_WRONLY, 0o644));
  expect(events(sys)).toEqual(["create \udcffA"]);
  const long = encode("n".repeat(250));
  sys.chdir(encode("w"));
  for (let i = 1; i <= 20; i++) {
    sys.mkdir(AT_FDCWD, long, 0o755);
    sys.chdir(long);
    // 16 times 250 and the slashes between them are 4015 bytes: what is deeper no call could name.
    expect(events(sys)).toEqual(i <= 16 ? [`create ${Array(i).fill("n".repeat(250)).join("/")}`] : []);
  }
});

test("what can't be watched: the errno", () => {
  const sys = watched();
  expect(sys.watch(encode("w/none"), true, 2)).toBe(-ENOENT);
  expect(sys.watch(encode("w/f"), true, 2)).toBe(-ENOTDIR);
  expect(sys.watch(encode("/proc"), true, 2)).toBe(-ENOTSUP);
  for (let id = 2; id <= WATCH_MAX; id++) expect(sys.watch(encode("w"), true, id)).toBe(0);
  expect(sys.watch(encode("w"), true, 1000)).toBe(-EAGAIN);
  put(sys, "w/d/g", "1", 0);
  expect(events(sys).length).toBe(WATCH_MAX);
  for (let id = 1; id <= WATCH_MAX; id += 2) sys.unwatch(id);
  put(sys, "w/d/g", "1", 0);
  expect(events(sys).length).toBe(WATCH_MAX / 2);
});

test("the ring goes round, and its counters beyond 31 bits", () => {
  const sys = watched();
  const { words } = sys.machine.disk.memory;
  words[EVENT_HEAD] = words[EVENT_TAIL] = 0x7fffffff - EVENT_WORDS;
  words[EVENT_LAST] = words[EVENT_HEAD];
  const expected: string[] = [];
  const seen: string[] = [];
  for (let i = 0; i < 10_000; i++) {
    const name = `${"x".repeat((i * 7) % 200)}${i}`;
    sys.mkdir(AT_FDCWD, encode(`w/${name}`), 0o755);
    sys.rmdir(AT_FDCWD, encode(`w/${name}`));
    expected.push(`create ${name}`, `remove ${name}`);
    if (i % 1000 === 0) seen.push(...events(sys));
  }
  seen.push(...events(sys));
  expect(words[EVENT_HEAD]).toBeLessThan(0);
  expect(seen.length).toBe(expected.length);
  expect(seen.every((event, i) => event === expected[i])).toBe(true);
});

test("the kernel, which can't wait for itself, makes room when the ring is full", async () => {
  const sys = watched();
  const seen: string[] = [];
  const { watches } = sys.machine.disk;
  let count = 0;
  rename(sys, "w/f", "w/0");
  events(sys);
  watches.makeRoom = () => {
    count++;
    seen.push(...events(sys));
  };
  await sys.machine.lock.holding(sys.pid, () => {
    for (let i = 0; i < 40_000; i++) sys.rename(AT_FDCWD, encode(`w/${i}`), AT_FDCWD, encode(`w/${i + 1}`));
  });
  seen.push(...events(sys));
  expect(count).toBeGreaterThan(0);
  expect(seen.length).toBe(80_000);
  expect(seen.every((event, i) => event === (i % 2 === 0 ? `rename ${i / 2}` : `create ${(i + 1) / 2}`))).toBe(true);
});

test("random changes: whoever follows the events knows the tree", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 30), { minLength: 100, maxLength: 400 }), (numbers) => {
      const sys = watching(1024 * 1024);
      sys.mkdir(AT_FDCWD, encode("w"), 0o755);
      sys.chdir(encode("w"));
      expect(sys.watch(encode("."), true, 1)).toBe(0);
      const names = new Set<string>();
      const open: number[] = [];
      for (const number of numbers) {
        const hasWritten = change(sys, number, open);
        const last = hasWritten || number % 5 === 0 ? follow(names, sys) : undefined;
        if (hasWritten) expect(last).toMatch(/^write /);
      }
      follow(names, sys);
      expect([...names].sort()).toEqual(treeOf(sys, ".", "").sort());
    }),
    { numRuns: 60 },
  );
});

const NAMES = ["a", "b", "c", "d/a", "d/b", "d", "e", "e/d", "e/d/a", "e/a"];

/** One call, named by a number; most fail. True when it has written to a file that has a name. */
function change(sys: Watching, number: number, open: number[]): boolean {
  const one = encode(NAMES[(number >> 4) % NAMES.length]);
  const other = encode(NAMES[(number >> 10) % NAMES.length]);
  const kind = number % 8;
  if (kind === 0) open.push(sys.open(AT_FDCWD, one, O_CREAT | O_WRONLY, 0o644));
  else if (kind === 1) sys.mkdir(AT_FDCWD, one, 0o755);
  else if (kind === 2) sys.unlink(AT_FDCWD, one);
  else if (kind === 3) sys.rmdir(AT_FDCWD, one);
  else if (kind === 4) sys.link(AT_FDCWD, one, AT_FDCWD, other, false);
  else if (kind === 5) {
    const fd = open[(number >> 4) % open.length];
    const stat = newStat();
    return sys.write(fd, encode("x"), 0, 1) === 1 && sys.fstat(fd, stat) === 0 && stat.nlink > 0;
  } else sys.rename(AT_FDCWD, one, AT_FDCWD, other);
  if (open.length > 5) sys.close(open.shift() as number);
  return false;
}

/** Brings `names` up to what has happened, event by event. A write must name what is there. Returns the last event. */
function follow(names: Set<string>, sys: Watching): string | undefined {
  let leaving: string | null = null;
  const all = events(sys);
  for (const event of all) {
    const [type, name] = event.split(" ");
    if (type === "write") expect(names.has(name), event).toBe(true);
    if (type === "remove") expect(names.delete(name), event).toBe(true);
    if (type === "rename") {
      expect(names.has(name), event).toBe(true);
      leaving = name;
    }
    if (type !== "create") continue;
    if (leaving === null) expect(names.has(name), event).toBe(false);
    else
      for (const below of [...names])
        if (below.startsWith(`${leaving}/`)) moveName(names, below, name + below.slice(leaving.length));
    if (leaving !== null) names.delete(leaving);
    names.add(name);
    leaving = null;
  }
  expect(leaving).toBe(null);
  return all.at(-1);
}

function moveName(names: Set<string>, from: string, to: string): void {
  names.delete(from);
  names.add(to);
}

function treeOf(sys: Watching, dir: string, prefix: string): string[] {
  const fd = sys.open(AT_FDCWD, encode(dir), O_RDONLY | O_DIRECTORY, 0);
  const entry = newDirent();
  const found: string[] = [];
  for (let cookie = 0; sys.readdir(fd, cookie, entry) === 1; cookie = entry.cookie) {
    const name = decode(entry.name);
    if (name === "." || name === "..") continue;
    found.push(prefix + name);
    if (entry.type === S_IFDIR >>> 12) found.push(...treeOf(sys, `${dir}/${name}`, `${prefix}${name}/`));
  }
  sys.close(fd);
  return found;
}
