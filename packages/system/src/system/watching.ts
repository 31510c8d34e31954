// The kernel's side of watching directories: beginning, ending, and reading what happened. Beside the system calls, since no
// program makes these and no other worker needs their code.

import { AT_FDCWD } from "../constants.ts";
import { EVENT_HEADER } from "../disk/event-ring.ts";
import {
  EVENT_HEAD,
  EVENT_LAST,
  EVENT_SIGNAL,
  EVENT_TAIL,
  EVENT_WAITERS,
  EVENT_WORDS,
  KERNEL_SLEEPS,
  VIRTUAL,
  WATCH_MAX,
  WATCH_WORDS,
  WATCHES,
} from "../disk/layout.ts";
import { RECURSIVE } from "../disk/watches.ts";
import { EAGAIN, ENOTDIR, ENOTSUP } from "../errno.ts";
import { wakeWaiters } from "../io/waiters.ts";
import { decode } from "../text.ts";
import { System } from "./system.ts";

/** One event for one watch. `name` is relative to the watched directory. */
export interface FileEvent {
  id: number;
  type: number;
  name: string;
}

/** The system calls of a process, and these. */
export class Watching extends System {
  /**
   * Watches a directory under number `id`, with `isRecursive` all that is below it too: from now on, changes there are events.
   * -ENOTDIR when it is none, -ENOTSUP in /proc, where nothing is ever changed, -EAGAIN when too many are watched.
   */
  watch(path: Uint8Array, isRecursive: boolean, id: number): number {
    return this.call(() => {
      const { paths, memory, watches } = this.machine.disk;
      const ino = this.resolveExisting(AT_FDCWD, path, true);
      if (ino < 0) return ino;
      if (ino >= VIRTUAL) return -ENOTSUP;
      if (!paths.isDirectory(ino)) return -ENOTDIR;
      const { words } = memory;
      if (words[WATCHES] >= WATCH_MAX) return -EAGAIN;
      words[watches.end] = ino;
      words[watches.end + 1] = (id << 1) | (isRecursive ? RECURSIVE : 0);
      words[WATCHES]++;
      words[EVENT_LAST] = words[EVENT_HEAD]; // the newest record is not for this watch: nothing may be joined to it
      return 0;
    });
  }

  unwatch(id: number): void {
    this.call(() => {
      const { memory, watches } = this.machine.disk;
      const { words } = memory;
      for (let at = watches.table; at < watches.end; at += WATCH_WORDS) {
        if (words[at + 1] >> 1 !== id) continue;
        const last = watches.end - WATCH_WORDS;
        words[at] = words[last];
        words[at + 1] = words[last + 1];
        words[WATCHES]--;
      }
      this.#wakeWriters();
      return 0;
    });
  }

  /** The next events, in order, until there are `enough`; those who waited for room go on. */
  takeEvents(enough: number): FileEvent[] {
    const events: FileEvent[] = [];
    this.call(() => {
      const { words } = this.machine.disk.memory;
      let tail = words[EVENT_TAIL];
      while (events.length < enough && tail !== words[EVENT_HEAD]) {
        if (words[this.#wordAt(tail)] === 0) tail = (tail + EVENT_WORDS - (tail & (EVENT_WORDS - 1))) | 0;
        const at = this.#wordAt(tail);
        this.#read(at, events);
        tail = (tail + (words[at] & 0xffffff)) | 0;
      }
      words[EVENT_TAIL] = tail;
      words[KERNEL_SLEEPS] = tail === words[EVENT_HEAD] ? 1 : 0;
      if (events.length > 0) this.#wakeWriters();
      return 0;
    });
    return events;
  }

  /** Counts the kernel's wake-ups: read it before `takeEvents`, then wait for it to change. */
  get signals(): number {
    return Atomics.load(this.machine.disk.memory.words, EVENT_SIGNAL);
  }
  /** Resolves when the count is no longer `seen`, or after `ms`. Blocks nothing. */
  async signalAfter(seen: number, ms: number): Promise<void> {
    await Atomics.waitAsync(this.machine.disk.memory.words, EVENT_SIGNAL, seen, ms).value;
  }

  #read(at: number, events: FileEvent[]): void {
    const { words, bytes } = this.machine.disk.memory;
    const length = words[at + 1] & 0xffff;
    const paths = at + EVENT_HEADER + (words[at + 1] >>> 16);
    const end = paths * 4 + length;
    for (let target = at + EVENT_HEADER; target < paths; target += 2) {
      const name = decode(bytes.subarray(end - words[target + 1], end));
      events.push({ id: words[target], type: words[at] >>> 24, name });
    }
  }

  #wordAt(position: number): number {
    return this.machine.disk.layout.eventWord + (position & (EVENT_WORDS - 1));
  }

  #wakeWriters(): void {
    const { memory } = this.machine.disk;
    wakeWaiters(memory, EVENT_WAITERS, this.machine.slots);
  }
}
