// Those who watch directories: reads the events that the disk keeps and sends them to the page, each watch its own, in order.
// The page takes one batch before the next is read; meanwhile the ring fills, and who changes more waits (see `base.ts`). In tools.js.

import {
  CHMOD,
  CREATE,
  EAGAIN,
  ENDED,
  ENOTSUP,
  encode,
  type FileEvent,
  REMOVE,
  RENAME,
  SIGKILL,
  type System,
  Watching,
  WRITE,
} from "@vibengine/system";
import { InvalidArgumentError, SandboxError } from "../errors.ts";
import type { WatchEvent, WatchSink } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { fileError } from "./raise.ts";

const TYPES: Record<number, WatchEvent["type"]> = {
  [CREATE]: "create",
  [WRITE]: "write",
  [REMOVE]: "remove",
  [RENAME]: "rename",
  [CHMOD]: "chmod",
};
/** Events sent at once: reading them takes about 1 ms, and everyone else waits. */
const BATCH = 1000;
/** The ring is looked at again after this long (ms), lest a lost wake-up last for ever. */
const LONGEST_NAP_MS = 1000;
/** How long (ms) the end of a sandbox waits for a page that does not take the last events. */
const PATIENCE_MS = 1000;

export class Watches {
  readonly #calls: KernelCalls;
  readonly #release: (sink: WatchSink) => void;
  readonly #kernel: Watching;
  readonly #sinks = new Map<number, WatchSink>();
  /** Events that the kernel took out of a full ring, because it could not wait. */
  #early: FileEvent[] = [];
  #lastId = 0;
  #running: Promise<void> | null = null;
  /** When the page has taken what was sent last. */
  #delivered: Promise<void> = Promise.resolve();
  #isClosing = false;

  /** `release` closes the port through which the page is called: by the kernel's own comlink, another one does not know it. */
  constructor(calls: KernelCalls, release: (sink: WatchSink) => void) {
    this.#calls = calls;
    this.#release = release;
    this.#kernel = new Watching(calls.machine, calls.system.slot);
    const { watches } = calls.machine.disk;
    watches.makeRoom = () => {
      while (!watches.ring.hasRoom) this.#early.push(...this.#kernel.takeEvents(BATCH));
    };
  }

  /** Watches a directory, found as `system` finds it; what changes from now on goes to `sink`. A number for `remove`. */
  async add(system: System, path: string, isRecursive: boolean, sink: WatchSink): Promise<number> {
    const id = ++this.#lastId;
    const caller = new Watching(this.#calls.machine, system.slot);
    const result = await this.#calls.exclusive(() => {
      const watched = caller.watch(encode(path), isRecursive, id);
      if (watched >= 0) this.#sinks.set(id, sink);
      return watched;
    });
    if (result >= 0) {
      this.#running ??= this.#run();
      return id;
    }
    this.#release(sink);
    if (result === -ENOTSUP) throw new InvalidArgumentError(`can't watch ${path}: nothing in /proc is ever changed`);
    if (result === -EAGAIN) throw new SandboxError(`can't watch ${path}: 256 directories are watched; stop() some`);
    throw fileError(result, "watch", path);
  }

  async remove(id: number): Promise<void> {
    await this.#calls.exclusive(() => this.#kernel.unwatch(id));
    const sink = this.#sinks.get(id);
    if (!this.#sinks.delete(id)) return;
    // Not before the page has answered: an answer to a port that is closed never comes.
    this.#delivered.then(() => this.#release(sink as WatchSink));
  }

  /** Ends all processes and gives the page what is still to be told, if it takes that soon. */
  async close(): Promise<void> {
    if (this.#running === null) return;
    await this.#calls.exclusive(() => this.#calls.system.kill(-1, SIGKILL));
    this.#isClosing = true;
    this.#calls.machine.disk.watches.ring.signal();
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }

  async #run(): Promise<void> {
    while (this.#sinks.size > 0) {
      const seen = this.#kernel.signals;
      const events = await this.#calls.exclusive(() => this.#take());
      if (events.length > 0) await (this.#delivered = this.#deliver(events));
      else if (this.#isClosing) break;
      else await this.#kernel.signalAfter(seen, LONGEST_NAP_MS);
    }
    this.#running = null;
  }

  #take(): FileEvent[] {
    const early = this.#early;
    this.#early = [];
    return early.length > 0 ? early : this.#kernel.takeEvents(BATCH);
  }

  /** Resolves when the page has taken them. */
  async #deliver(events: FileEvent[]): Promise<void> {
    const batches = new Map<number, WatchEvent[]>();
    const ended: number[] = [];
    for (const { id, type, name } of events) {
      if (!this.#sinks.has(id) || ended.includes(id)) continue;
      const batch = batches.get(id) ?? [];
      batches.set(id, batch);
      if (type === ENDED) ended.push(id);
      else batch.push({ type: TYPES[type], name });
    }
    const taken = [...batches].map(async ([id, batch]) => this.#sinks.get(id)?.(batch, ended.includes(id)));
    await Promise.allSettled(taken);
    for (const id of ended) await this.remove(id);
  }
}
