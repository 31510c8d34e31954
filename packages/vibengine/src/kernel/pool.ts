// Workers kept warm, so that a process starts in well under a millisecond instead of the 12-200 ms a new worker takes.
// A worker is lent for one process at a time and comes back when it says `idle`. One that had to be terminated while its
// guest was busy burns on for up to 2 s, and the quota counts it until it is gone, which a lock that it holds tells.

import { crossOrigin } from "../assets.ts";
import { PackError } from "../errors.ts";
import type { AttachMessage, FromWorker, ToWorker } from "../protocol.ts";
import { BURN_MS, type WorkerQuota } from "./quota.ts";

/** A worker on loan. */
export interface Lent {
  post(message: ToWorker): void;
  /** Called for everything the worker says but `ready` and `idle`. */
  onMessage: (message: FromWorker) => void;
  /** Resolves when everything that ran in it has ended, or after `discard`. */
  done: Promise<void>;
  /** Ends the worker while something may still run in it; resolves when its thread is gone, up to 2 s later. */
  discard(): Promise<void>;
  /** Nothing was started in it: takes it back. */
  giveBack(): void;
}

interface Entry {
  worker: Worker;
  ready: Promise<void>;
  /** A lock that it holds while it lives. */
  life?: string;
  /** The pack of which it holds an instance that nobody has used. */
  prepared?: string;
  onMessage: (message: FromWorker) => void;
  /** It is idle again. `isSpent`: it is ended, and with it goes, at once, all memory of what ran in it. */
  release: (isSpent: boolean) => void;
}

export class WorkerPool {
  readonly #url: string;
  readonly #attach: Promise<AttachMessage>;
  readonly #spare: number;
  readonly #quota: WorkerQuota | null;
  readonly #idle: Entry[] = [];
  readonly #all = new Set<Entry>();
  #isClosed = false;
  /** How many are lent. */
  lent = 0;

  /** `spare`: idle workers to keep at most. `attach` may come later than the first `warm`. No `quota`: no limit. */
  constructor(url: string, attach: Promise<AttachMessage>, spare: number, quota: WorkerQuota | null = null) {
    this.#url = url;
    this.#attach = attach;
    this.#spare = spare;
    this.#quota = quota;
  }

  /** Sees to it that `count` workers stand ready or are on their way. */
  warm(count: number): void {
    while (this.#idle.length < count && !this.#isClosed) this.#idle.push(this.#start());
  }

  /** Has an idle worker make an instance of a pack's module, if none has; it is for the next program of that pack. */
  prepare(pack: string, module: WebAssembly.Module): void {
    if (this.#preparedFor(pack) >= 0) return;
    this.warm(1);
    const entry = this.#idle[this.#preparedFor(undefined)];
    if (entry === undefined) return;
    entry.prepared = pack;
    entry.worker.postMessage({ type: "prepare", pack, module });
  }

  /** Where among the idle ones is one that is prepared for this, or (undefined) for nothing. */
  #preparedFor(pack: string | undefined): number {
    return this.#idle.findIndex(({ prepared }) => prepared === pack);
  }

  /** An idle worker, best one that is prepared for what it will run, else one that is prepared for nothing. */
  #pick(pack: string | undefined): Entry | undefined {
    let at = this.#preparedFor(pack);
    if (at < 0) at = this.#preparedFor(undefined);
    return this.#idle.splice(Math.max(at, 0), 1)[0];
  }

  /** Lends a worker, as soon as it is ready; null when the quota is used up. `pack`: for a program of this one. */
  async take(pack?: string): Promise<Lent | null> {
    if (this.#quota?.take() === false) return null;
    const entry = this.#pick(pack) ?? this.#start();
    entry.prepared = undefined;
    try {
      await entry.ready;
    } catch (error) {
      this.#quota?.giveBack();
      throw error;
    }
    this.lent++;
    let isOver = false;
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const lent: Lent = {
      post: (message) => entry.worker.postMessage(message),
      onMessage: () => {},
      done,
      discard: async () => {
        if (isOver) return;
        over();
        this.#end(entry);
        await untilGone(entry.life);
        this.#quota?.giveBack();
      },
      giveBack: () => entry.release(false),
    };
    const over = () => {
      isOver = true;
      this.lent--;
      finish();
      entry.onMessage = () => {};
    };
    entry.onMessage = (message) => lent.onMessage(message);
    entry.release = (isSpent) => {
      if (isOver) return;
      over();
      this.#quota?.giveBack();
      if (!isSpent && this.#idle.length < this.#spare && this.#all.has(entry)) this.#idle.push(entry);
      else this.#end(entry);
      if (isSpent) this.warm(1);
    };
    return lent;
  }

  /** Tells all of its workers; those to come are told by what `attach` says then. */
  tell(message: ToWorker): void {
    for (const { worker } of this.#all) worker.postMessage(message);
  }

  /** Starts no workers in advance any more. */
  retire(): void {
    this.#isClosed = true;
  }

  close(): void {
    this.retire();
    for (const entry of this.#all) this.#end(entry);
    this.#idle.length = 0;
  }

  #start(): Entry {
    const worker = new Worker(crossOrigin(this.#url), { type: "module" });
    const entry: Entry = { worker, ready: Promise.resolve(), onMessage: () => {}, release: () => {} };
    entry.ready = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === "ready") {
          entry.life = data.life;
          resolve();
        } else if (data.type === "idle") entry.release(data.isSpent === true);
        else entry.onMessage(data);
      };
      worker.onerror = (event) => {
        // The script did not load, or the worker's own wiring threw; a guest's errors never come this way.
        reject(new PackError(`the worker ${this.#url} did not start${event.message ? `: ${event.message}` : ""}`));
        entry.release(false);
        this.#end(entry);
      };
    });
    entry.ready.catch(() => {});
    this.#all.add(entry);
    this.#attach.then((message) => worker.postMessage(message));
    return entry;
  }

  #end(entry: Entry): void {
    this.#all.delete(entry);
    const at = this.#idle.indexOf(entry);
    if (at >= 0) this.#idle.splice(at, 1);
    entry.worker.terminate();
  }
}

/** Resolves when a worker that was terminated has really ended. */
async function untilGone(life: string | undefined): Promise<void> {
  if (life === undefined) await new Promise((resolve) => setTimeout(resolve, BURN_MS));
  else await navigator.locks.request(life, () => {});
}
