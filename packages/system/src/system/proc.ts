// /proc: directories and files that stand on no disk. Their inode numbers, from `VIRTUAL` on, say what they are: a process
// (slot, and the low bits of its pid) and an entry. `disk/paths.ts` asks here for such numbers, and the system calls do where they would
// look into the inode table. Contents are in `proc-text.ts`. Called with the lock held.

import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from "../constants.ts";
import { I_MODE, I_NLINK, ROOT } from "../disk/inodes.ts";
import { FDS_PER_SLOT, VIRTUAL } from "../disk/layout.ts";
import { ENOENT, ESRCH } from "../errno.ts";
import { DEVICE_NAMES } from "../io/devices.ts";
import { KIND_DEVICE, KIND_PIPE, KIND_TTY } from "../io/open-files.ts";
import { FREE, P_CWD, P_FD_END, P_OWNER, P_PID, P_STARTED, P_STATE, RUNNING } from "../io/slots.ts";
import { decode, encode } from "../text.ts";
import { programPath } from "./command-line.ts";
import type { Machine } from "./machine.ts";
import { directoryPath, nameIn } from "./path-of.ts";
import { bootedAt, contentOf, GLOBAL_FILES, PROCESS_FILES } from "./proc-text.ts";
import type { Dirent, Stat } from "./types.ts";
import { MOUNTED } from "./virtual.ts";

const SLOT_SHIFT = 12;
const PID_SHIFT = 20;
const PID_MASK = 0x1ff;
const ENTRY_MASK = 0xfff;

/** Entries of a process: its directory, the one of its fds, files, links; then each fd as a link, and as what that leads to. */
const DIRECTORY = 0;
const FD_DIRECTORY = 1;
const FILE = 2;
const LINK = 32;
const FD_LINK = 1024;
const FD_OPENED = 2048;
/** Entries of no process. */
const PROC_ROOT = 3072;
const SELF = 3073;
const GLOBAL = 3074;

const PROCESS_FILE_NAMES = Object.keys(PROCESS_FILES);
const GLOBAL_NAMES = Object.keys(GLOBAL_FILES);
const LINKS = ["cwd", "exe", "root"];
const LARGEST_PID = 2 ** 31;
/** Texts kept for reads that go on in the middle of a file. */
const KEPT_TEXTS = 64;
const DEVICE_NUMBER = 2;

export class Proc {
  /** The slot of the process that makes the running call: what `self` is. */
  caller = 0;
  readonly root = VIRTUAL | PROC_ROOT;
  readonly #machine: Machine;
  /** By open file: the text as it was when reading began, so that a file that changes is read whole. */
  readonly #texts = new Map<number, Uint8Array>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The inode called `name[start..end)` in a directory of ours, or 0. */
  lookup(directory: number, name: Uint8Array, start: number, end: number): number {
    return this.#find(directory, decode(name.subarray(start, end)));
  }

  /** Type and permissions; 0 when the process has ended. */
  mode(ino: number): number {
    if (ino === this.root) return S_IFDIR | 0o555;
    const entry = ino & ENTRY_MASK;
    if (entry === SELF) return S_IFLNK | 0o777;
    if (entry >= GLOBAL) return S_IFREG | 0o444;
    const slot = this.#slot(ino);
    if (slot < 0) return 0;
    if (entry >= FD_OPENED) return this.#openedMode(slot, entry - FD_OPENED);
    if (entry >= FD_LINK) return S_IFLNK | 0o700;
    if (entry >= LINK) return S_IFLNK | 0o777;
    return entry >= FILE ? S_IFREG | 0o444 : S_IFDIR | (entry === FD_DIRECTORY ? 0o500 : 0o555);
  }

  /** The directory above, 0 when the process has ended. */
  parent(directory: number): number {
    if (directory === this.root) return ROOT;
    if (this.#slot(directory) < 0) return 0;
    return (directory & ENTRY_MASK) === FD_DIRECTORY ? directory - FD_DIRECTORY : this.root;
  }

  /** Where a link of ours leads without a path; 0 = by its text; -errno when nowhere. */
  follow(link: number): number {
    const entry = link & ENTRY_MASK;
    if (entry === SELF) return 0;
    const slot = this.#slot(link);
    if (slot < 0) return -ENOENT;
    if (entry >= FD_LINK) {
      const file = this.#file(slot, entry - FD_LINK);
      if (file < 0) return -ENOENT;
      const object = this.#objectOf(file);
      return object > 0 && this.#machine.disk.paths.isDirectory(object) ? object : link - FD_LINK + FD_OPENED;
    }
    const name = LINKS[entry - LINK];
    if (name === "root") return ROOT;
    if (name === "cwd") return this.#machine.slots.get(slot, P_CWD) || -ENOENT;
    return programPath(this.#machine, slot) === "" ? -ENOENT : 0;
  }

  /** What `readlink` says, or -errno. */
  target(link: number): Uint8Array | number {
    const text = this.#target(link);
    return typeof text === "number" ? text : encode(text);
  }

  /** The open file that a followed fd link leads to; -1 when the inode is not such a one. */
  openedFile(ino: number): number {
    const entry = ino & ENTRY_MASK;
    if (ino < VIRTUAL || entry < FD_OPENED || entry >= PROC_ROOT) return -1;
    const slot = this.#slot(ino);
    return slot < 0 ? -1 : this.#file(slot, entry - FD_OPENED);
  }

  /** The same as an inode, when it is one: a file on the disk, a device. Any other inode as it is. */
  real(ino: number): number {
    const file = this.openedFile(ino);
    return file < 0 ? ino : this.#objectOf(file) || ino;
  }

  fillStat(ino: number, out: Stat): void {
    const { slots } = this.#machine;
    const slot = this.#slot(ino);
    const owner = slot < 0 ? 0 : slots.get(slot, P_OWNER);
    const ms = slot < 0 ? bootedAt(this.#machine) : slots.getDouble(slot, P_STARTED);
    out.dev = DEVICE_NUMBER;
    out.ino = ino;
    out.mode = this.mode(ino);
    out.nlink = (out.mode & S_IFMT) === S_IFDIR ? 2 : 1;
    out.uid = owner & 0xffff;
    out.gid = owner >>> 16;
    out.size = (out.mode & S_IFMT) === S_IFLNK ? this.#linkSize(ino) : 0;
    out.blocks = 0;
    out.atimeSec = out.mtimeSec = out.ctimeSec = Math.floor(ms / 1000);
    out.atimeNsec = out.mtimeNsec = out.ctimeNsec = Math.floor((ms % 1000) * 1e6);
  }

  /** Up to `length` bytes of file `ino` from `position`, as the open file `file` sees it; or -errno. */
  read(file: number, ino: number, into: Uint8Array, at: number, length: number, position: number): number {
    let text = position > 0 ? this.#texts.get(file) : undefined;
    if (text === undefined) {
      const made = this.#text(ino);
      if (typeof made === "number") return made;
      text = made;
      if (this.#texts.size >= KEPT_TEXTS) this.#texts.clear();
      this.#texts.set(file, text);
    }
    const part = text.subarray(position, position + length);
    into.set(part, at);
    return part.length;
  }

  /**
   * As `System.readdir`. Processes go by their slot, so a cookie holds while others come and go. The fd it is read through is
   * left out: it is closed by the time that `ls` looks at what it found.
   */
  readdir(directory: number, cookie: number, out: Dirent, caller: number, through: number): number {
    const names = this.#names(directory);
    if (names === null) return 0;
    const isOwn = (directory & ENTRY_MASK) === FD_DIRECTORY && this.#slot(directory) === caller;
    for (const [index, name] of names) {
      if (index < cookie || (isOwn && name === String(through))) continue;
      const ino = name === "." ? directory : name === ".." ? this.parent(directory) : this.#find(directory, name);
      if (ino === 0) continue;
      out.ino = ino;
      out.type = (ino === ROOT ? S_IFDIR : this.mode(ino)) >>> 12;
      out.name = encode(name);
      out.cookie = index + 1;
      return 1;
    }
    return 0;
  }

  /** The path of a directory, null when its process has ended. */
  path(directory: number): string | null {
    if (directory === this.root) return "/proc";
    const slot = this.#slot(directory);
    if (slot < 0) return null;
    const path = `/proc/${this.#machine.slots.get(slot, P_PID)}`;
    return (directory & ENTRY_MASK) === FD_DIRECTORY ? `${path}/fd` : path;
  }

  #find(directory: number, name: string): number {
    if (directory === this.root) {
      if (name === "self") return VIRTUAL | SELF;
      const index = GLOBAL_NAMES.indexOf(name);
      return index >= 0 ? VIRTUAL | (GLOBAL + index) : this.#process(name);
    }
    const slot = this.#slot(directory);
    if (slot < 0) return 0;
    const entry = directory & ENTRY_MASK;
    const base = directory - entry;
    if (entry === FD_DIRECTORY) {
      const fd = number(name);
      return fd >= 0 && this.#file(slot, fd) >= 0 ? base + FD_LINK + fd : 0;
    }
    if (entry !== DIRECTORY) return 0;
    if (name === "fd") return base + FD_DIRECTORY;
    if (LINKS.includes(name)) return base + LINK + LINKS.indexOf(name);
    return PROCESS_FILE_NAMES.includes(name) ? base + FILE + PROCESS_FILE_NAMES.indexOf(name) : 0;
  }

  #process(name: string): number {
    const pid = number(name);
    const slot = pid > 0 ? this.#machine.slots.find(pid) : -1;
    return slot < 0 ? 0 : VIRTUAL | ((pid & PID_MASK) << PID_SHIFT) | (slot << SLOT_SHIFT);
  }

  #names(directory: number): [number, string][] | null {
    const { slots } = this.#machine;
    const names: [number, string][] = [".", ".."].map((name, index) => [index, name]);
    const add = (list: readonly string[]) => {
      for (const name of list) names.push([names.length, name]);
    };
    if (directory === this.root) {
      add(["self", ...GLOBAL_NAMES]);
      const first = names.length;
      for (const slot of slots.live()) names.push([first + slot, String(slots.get(slot, P_PID))]);
      return names;
    }
    const slot = this.#slot(directory);
    if (slot < 0) return null;
    if ((directory & ENTRY_MASK) === DIRECTORY) add(["fd", ...LINKS, ...PROCESS_FILE_NAMES]);
    else
      for (let fd = 0; fd < slots.get(slot, P_FD_END); fd++)
        if (this.#file(slot, fd) >= 0) names.push([fd + 2, `${fd}`]);
    return names;
  }

  #text(ino: number): Uint8Array | number {
    const entry = ino & ENTRY_MASK;
    if (entry >= GLOBAL) return contentOf(GLOBAL_FILES[GLOBAL_NAMES[entry - GLOBAL]](this.#machine));
    const slot = this.#slot(ino);
    if (slot < 0) return -ESRCH;
    return contentOf(PROCESS_FILES[PROCESS_FILE_NAMES[entry - FILE]](this.#machine, slot));
  }

  #target(link: number): string | number {
    const { slots } = this.#machine;
    const entry = link & ENTRY_MASK;
    if (entry === SELF) return String(slots.get(this.caller, P_PID));
    const slot = this.#slot(link);
    if (slot < 0) return -ENOENT;
    if (entry >= FD_LINK) return this.#opened(slot, entry - FD_LINK);
    const name = LINKS[entry - LINK];
    if (name === "root") return "/";
    if (name === "exe") return programPath(this.#machine, slot) || -ENOENT;
    const cwd = slots.get(slot, P_CWD);
    return cwd === 0 ? -ENOENT : (directoryPath(this.#machine, cwd) ?? "/ (deleted)");
  }

  /** What an fd is open on, in words. */
  #opened(slot: number, fd: number): string | number {
    const { files, disk } = this.#machine;
    const file = this.#file(slot, fd);
    if (file < 0) return -ENOENT;
    const object = files.object(file);
    if (files.kind(file) === KIND_PIPE) return `pipe:[${object + 1}]`;
    if (files.kind(file) === KIND_TTY) return `/dev/pts/${object}`;
    if (files.kind(file) === KIND_DEVICE) return `/dev/${DEVICE_NAMES[files.device(file)] ?? "null"}`;
    if (disk.paths.isDirectory(object)) return directoryPath(this.#machine, object) ?? "/ (deleted)";
    if ((object & MOUNTED) !== 0) return this.#machine.virtual.path(object) ?? "/ (deleted)";
    if (object >= VIRTUAL) return `/proc/${GLOBAL_NAMES[(object & ENTRY_MASK) - GLOBAL] ?? "self"}`;
    // By the directory it was opened in: a file has no way back to its names.
    const parent = files.parent(file);
    const isThere = parent > 0 && disk.inodes.get(object, I_NLINK) > 0 && disk.paths.isDirectory(parent);
    const name = isThere ? nameIn(this.#machine, parent, object) : null;
    if (name === null) return `inode:[${object}]`;
    const path = directoryPath(this.#machine, parent) ?? "";
    return path === "/" ? `/${name}` : `${path}/${name}`;
  }

  #openedMode(slot: number, fd: number): number {
    const { files, disk } = this.#machine;
    const file = this.#file(slot, fd);
    if (file < 0) return 0;
    if (files.kind(file) === KIND_PIPE) return S_IFIFO | 0o600;
    if (files.kind(file) === KIND_TTY) return S_IFCHR | 0o620;
    const object = files.object(file);
    return object >= VIRTUAL ? this.#machine.virtual.mode(object) : disk.inodes.get(object, I_MODE);
  }

  #linkSize(ino: number): number {
    const text = (ino & ENTRY_MASK) >= FD_LINK && (ino & ENTRY_MASK) !== SELF ? "" : this.#target(ino);
    return typeof text === "number" ? 0 : encode(text).length || 64; // an fd's link: as Linux says
  }

  /** The inode that an open file holds, 0 for a pipe. */
  #objectOf(file: number): number {
    return this.#machine.files.kind(file) === KIND_PIPE ? 0 : this.#machine.files.object(file);
  }

  #file(slot: number, fd: number): number {
    const { slots, disk } = this.#machine;
    if (slots.get(slot, P_STATE) !== RUNNING || !(fd >= 0 && fd < FDS_PER_SLOT - 1)) return -1;
    const word = disk.memory.words[slots.fdWord(slot) + fd];
    return word === 0 ? -1 : (word & 0x3fffffff) - 1;
  }

  /** The slot of the process that an inode belongs to, -1 when that has ended. */
  #slot(ino: number): number {
    if ((ino & ENTRY_MASK) >= PROC_ROOT) return -1;
    const { slots } = this.#machine;
    const slot = (ino >>> SLOT_SHIFT) & 0xff;
    if (slots.get(slot, P_STATE) === FREE) return -1;
    return (slots.get(slot, P_PID) & PID_MASK) === ((ino >>> PID_SHIFT) & PID_MASK) ? slot : -1;
  }
}

/** A pid or fd as it stands in a path, -1 when the text is none. */
function number(text: string): number {
  if (!/^(0|[1-9]\d{0,9})$/.test(text)) return -1;
  const value = Number(text);
  return value < LARGEST_PID ? value : -1;
}
