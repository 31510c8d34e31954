// The ring of events: what changed in watched directories, in the order in which it changed. A record is written in the
// transaction of the change it tells of, so both are undone or both are committed. Above `journal`; `watches` says what goes in, and
// the kernel reads it (`system/watching.ts`), with the lock held, so that it never sees what may still be undone.
//
// A record: [words | type << 24, path length | target words << 16, inode], then two words for each target (watch id, how many of the
// path's last bytes are the name for it), then the path. A zero in place of a record: the next one is at the ring's start.

import type { Journal } from "./journal.ts";
import {
  EVENT_HEAD,
  EVENT_LAST,
  EVENT_SIGNAL,
  EVENT_TAIL,
  EVENT_WORDS,
  KERNEL_SLEEPS,
  type Layout,
  WATCH_MAX,
} from "./layout.ts";
import type { Memory } from "./memory.ts";

/** The kinds of events. `ENDED`: the watched directory itself is gone. */
export const CREATE = 1;
export const WRITE = 2;
export const REMOVE = 3;
export const RENAME = 4;
export const CHMOD = 5;
export const ENDED = 6;

/** A name longer than what a call takes for a path (bytes) is of no use to anybody. */
export const EVENT_PATH_MAX = 4096;
/** Words of a record before its targets. */
export const EVENT_HEADER = 3;
const LARGEST = EVENT_HEADER + 2 * WATCH_MAX + EVENT_PATH_MAX / 4;
/** No call makes more records: a directory that is watched moves over another one that is. */
const MOST = 4;
const MASK = EVENT_WORDS - 1;

export class EventRing {
  readonly #memory: Memory;
  readonly #journal: Journal;
  readonly #start: number;

  constructor(memory: Memory, layout: Layout, journal: Journal) {
    this.#memory = memory;
    this.#journal = journal;
    this.#start = layout.eventWord;
  }

  /** True when the next call's events fit, whatever they are. One record more, for what the end of the ring leaves unused. */
  get hasRoom(): boolean {
    return this.#used <= EVENT_WORDS - (MOST + 1) * LARGEST;
  }

  /** True when the newest record says the same and nobody has read it. */
  isRepeated(type: number, ino: number): boolean {
    const { words } = this.#memory;
    const last = words[EVENT_LAST];
    if (((last - words[EVENT_TAIL]) | 0) < 0 || last === words[EVENT_HEAD]) return false;
    const at = this.#start + (last & MASK);
    return words[at] >>> 24 === type && words[at + 2] === ino;
  }

  /** Writes a record and wakes the kernel. `targets`: watch ids and lengths of names, by turns. */
  append(type: number, ino: number, path: Uint8Array, targets: readonly number[]): void {
    const { words, bytes } = this.#memory;
    const size = EVENT_HEADER + targets.length + ((path.length + 3) >>> 2);
    let head = words[EVENT_HEAD];
    const left = EVENT_WORDS - (head & MASK);
    // Room was made before the call began; one that was forgotten must not overwrite what nobody has read.
    if (this.#used + size + (left < size ? left : 0) > EVENT_WORDS) throw new RangeError("no room for an event");
    if (left < size) {
      words[this.#start + (head & MASK)] = 0;
      head = (head + left) | 0;
    }
    const at = this.#start + (head & MASK);
    words[at] = size | (type << 24);
    words[at + 1] = path.length | (targets.length << 16);
    words[at + 2] = ino;
    for (let i = 0; i < targets.length; i++) words[at + EVENT_HEADER + i] = targets[i];
    bytes.set(path, (at + EVENT_HEADER + targets.length) * 4);
    this.#journal.set(EVENT_LAST, head);
    this.#journal.set(EVENT_HEAD, (head + size) | 0);
    if (words[KERNEL_SLEEPS] !== 0) this.signal();
  }

  /** Wakes the kernel. */
  signal(): void {
    const { words } = this.#memory;
    Atomics.add(words, EVENT_SIGNAL, 1);
    Atomics.notify(words, EVENT_SIGNAL);
    words[KERNEL_SLEEPS] = 0; // last: cut before, the kernel is woken twice, not never
  }

  get #used(): number {
    return (this.#memory.words[EVENT_HEAD] - this.#memory.words[EVENT_TAIL]) | 0;
  }
}
