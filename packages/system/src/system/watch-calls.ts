// System calls for whoever watches directories: begin, end, and read what happened. The kernel's, on behalf of the page.

import { AT_FDCWD } from "../constants.ts";
import type { FileEvent } from "../disk/event-ring.ts";
import { EVENT_WAITERS, VIRTUAL } from "../disk/layout.ts";
import { ENOTDIR, ENOTSUP } from "../errno.ts";
import { wakeWaiters } from "../io/waiters.ts";
import { TraceCalls } from "./trace-calls.ts";

export class WatchCalls extends TraceCalls {
  /**
   * Watches a directory under number `id`, with `isRecursive` all that is below it too: from now on, changes there are events.
   * -ENOTDIR when it is none, -ENOTSUP in /proc, where nothing is ever changed, -EAGAIN when too many are watched.
   */
  watch(path: Uint8Array, isRecursive: boolean, id: number): number {
    return this.call(() => {
      const { disk } = this.machine;
      const ino = this.resolveExisting(AT_FDCWD, path, true);
      if (ino < 0) return ino;
      if (ino >= VIRTUAL) return -ENOTSUP;
      return disk.paths.isDirectory(ino) ? disk.watches.add(ino, isRecursive, id) : -ENOTDIR;
    });
  }

  unwatch(id: number): void {
    this.call(() => {
      this.machine.disk.watches.remove(id);
      this.#wakeWriters();
      return 0;
    });
  }

  /** The events of the next `records` changes, in order; those who waited for room go on. */
  takeEvents(records: number): FileEvent[] {
    let events: FileEvent[] = [];
    this.call(() => {
      events = this.machine.disk.watches.ring.take(records);
      if (events.length > 0) this.#wakeWriters();
      return 0;
    });
    return events;
  }

  #wakeWriters(): void {
    wakeWaiters(this.machine.disk.memory, EVENT_WAITERS, this.machine.slots);
  }
}
