// Watched directories, and what is told of changes below them: which watches a change concerns, and its name for each of them.
// Decided at the change, under the lock, where the tree is exactly what it was then: so order is right, no map of the tree is
// kept, and changes elsewhere cost a climb and no event. A watch is bound to the directory's inode. Above `directories`.

import { S_IFDIR, S_IFMT } from "../constants.ts";
import type { Directories } from "./directories.ts";
import { CREATE, ENDED, EVENT_PATH_MAX, EventRing, RENAME, WRITE } from "./event-ring.ts";
import { I_MODE, I_NLINK, I_PARENT, type Inodes, ROOT } from "./inodes.ts";
import type { Journal } from "./journal.ts";
import { type Layout, VIRTUAL, WATCH_WORDS, WATCHES } from "./layout.ts";
import type { Memory } from "./memory.ts";
import type { Walk } from "./paths.ts";

const SLASH = 0x2f;
export const RECURSIVE = 1;
/** Names remembered by each worker: forgotten all at once when there are more. */
const PLACES = 4096;

/** Where an inode was last seen: good for as long as that name there is still its own. */
interface Place {
  parent: number;
  name: Uint8Array;
}

export class Watches {
  readonly ring: EventRing;
  /** In the kernel, which can't wait for itself: makes room in the ring. */
  makeRoom: () => void = () => {};
  readonly #memory: Memory;
  /** Words [directory, id * 2 + 1 if all below it counts too] for each watch. */
  readonly table: number;
  readonly #inodes: Inodes;
  readonly #directories: Directories;
  readonly #places = new Map<number, Place>();
  /** The name of the event being made, from its end backwards; and for whom it is: watch ids and lengths of names, by turns. */
  readonly #path = new Uint8Array(EVENT_PATH_MAX);
  #targets: number[] = [];

  constructor(memory: Memory, layout: Layout, journal: Journal, inodes: Inodes, directories: Directories) {
    this.ring = new EventRing(memory, layout, journal);
    this.#memory = memory;
    this.table = layout.watchWord;
    this.#inodes = inodes;
    this.#directories = directories;
  }

  /** False while nobody watches: then nothing needs to be told. */
  get isOn(): boolean {
    return this.#memory.words[WATCHES] !== 0;
  }

  /** Where the table ends. */
  get end(): number {
    return this.table + this.#memory.words[WATCHES] * WATCH_WORDS;
  }

  /** Remembers the name by which `ino` was found: changes through an fd are told by it. */
  see(walk: Walk, ino: number): Place | null {
    if (!this.isOn || !walk.hasName || walk.parent >= VIRTUAL) return null;
    return this.#remember(ino, walk.parent, walk.name.slice(walk.start, walk.end));
  }

  /** Tells of a change to the name where `walk` ended, or of what has that name. */
  note(type: number, walk: Walk, ino: number): void {
    if (!this.isOn || (type === WRITE && this.#isRepeated(ino))) return;
    const place = this.see(walk, ino);
    if (place !== null) this.#tell(type, place, ino);
    else this.noteInode(type, ino, 0);
  }

  /** Tells of a change to an inode, by the name it has in directory `parent`, where it was opened, or else by any other. */
  noteInode(type: number, ino: number, parent: number): void {
    if (!this.isOn || ino >= VIRTUAL || ino === ROOT) return;
    if (this.#inodes.get(ino, I_NLINK) === 0 || (type === WRITE && this.#isRepeated(ino))) return;
    const place = this.#placeOf(ino, this.#isDirectory(ino) ? this.#inodes.get(ino, I_PARENT) : parent);
    if (place !== null) this.#tell(type, place, ino);
  }

  /** Tells that what had `from`'s name now has `to`'s. */
  noteRename(from: Walk, to: Walk): void {
    if (!this.isOn) return;
    this.note(RENAME, from, from.ino);
    this.note(CREATE, to, from.ino);
    this.noteEnd(from.ino);
    if (to.ino !== 0) this.noteEnd(to.ino);
  }

  /** Tells those who watch the directory itself that it is gone from where it was. */
  noteEnd(dir: number): void {
    if (!this.isOn) return;
    this.#targets = [];
    this.#collect(dir, true, 0);
    if (this.#targets.length > 0) this.ring.append(ENDED, dir, this.#path.subarray(EVENT_PATH_MAX), this.#targets);
  }

  /** Of a file with one name, the same inode again means the same name again: a new one would have been told in between. */
  #isRepeated(ino: number): boolean {
    return this.#inodes.get(ino, I_NLINK) === 1 && this.ring.isRepeated(WRITE, ino);
  }

  #tell(type: number, { parent, name }: Place, ino: number): void {
    const top = this.#highestWatched(parent);
    if (top === 0) return;
    let at = EVENT_PATH_MAX - name.length;
    this.#path.set(name, at);
    this.#targets = [];
    for (let dir = parent; ; ) {
      this.#collect(dir, dir === parent, EVENT_PATH_MAX - at);
      if (dir === top) break;
      const above = this.#inodes.get(dir, I_PARENT);
      const place = this.#placeOf(dir, above);
      if (place === null || at <= place.name.length) break;
      this.#path[--at] = SLASH;
      at -= place.name.length;
      this.#path.set(place.name, at);
      dir = above;
    }
    if (this.#targets.length > 0) this.ring.append(type, ino, this.#path.subarray(at), this.#targets);
  }

  /** The last directory on the way to the root that is watched for what happens in `parent`, 0 if none is. */
  #highestWatched(parent: number): number {
    let highest = 0;
    for (let dir = parent; ; dir = this.#inodes.get(dir, I_PARENT)) {
      if (this.#isWatched(dir, dir === parent)) highest = dir;
      if (dir === ROOT) return highest;
    }
  }

  #isWatched(dir: number, isParent: boolean): boolean {
    const { words } = this.#memory;
    for (let at = this.table; at < this.end; at += WATCH_WORDS) {
      if (words[at] === dir && (isParent || (words[at + 1] & RECURSIVE) !== 0)) return true;
    }
    return false;
  }

  #collect(dir: number, isParent: boolean, length: number): void {
    const { words } = this.#memory;
    for (let at = this.table; at < this.end; at += WATCH_WORDS) {
      if (words[at] !== dir || !(isParent || (words[at + 1] & RECURSIVE) !== 0)) continue;
      this.#targets.push(words[at + 1] >> 1, length);
    }
  }

  /** A name of `ino`: in `hint` if it has one there, else where it was seen last, else wherever it is. */
  #placeOf(ino: number, hint: number): Place | null {
    const known = this.#places.get(ino);
    const isKnown = known !== undefined && this.#isAt(known, ino);
    if (isKnown && known.parent === hint) return known;
    const name = this.#isDirectory(hint) ? this.#directories.nameOf(hint, ino) : null;
    if (name !== null) return this.#remember(ino, hint, name);
    return isKnown ? known : this.#search(ino);
  }

  /** Looks through every directory: for a file that was moved away from where it was opened. */
  #search(ino: number): Place | null {
    for (let dir = ROOT; dir < this.#inodes.end; dir++) {
      const name = this.#isDirectory(dir) ? this.#directories.nameOf(dir, ino) : null;
      if (name !== null) return this.#remember(ino, dir, name);
    }
    return null;
  }

  #remember(ino: number, parent: number, name: Uint8Array): Place {
    const place = { parent, name };
    if (this.#places.size >= PLACES) this.#places.clear();
    this.#places.set(ino, place);
    return place;
  }

  #isAt({ parent, name }: Place, ino: number): boolean {
    return this.#isDirectory(parent) && this.#directories.lookup(parent, name, 0, name.length) === ino;
  }

  /** A directory that has entries: neither free nor removed. */
  #isDirectory(ino: number): boolean {
    if (ino <= 0 || ino >= VIRTUAL || (this.#inodes.get(ino, I_MODE) & S_IFMT) !== S_IFDIR) return false;
    return this.#inodes.get(ino, I_NLINK) !== 0;
  }
}
