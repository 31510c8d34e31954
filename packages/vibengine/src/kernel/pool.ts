// Workers kept warm, so that a process starts in well under a millisecond instead of the 12-200 ms a new worker takes.
// A worker is lent for one process at a time and comes back when it says `idle`. One that had to be terminated while its
// guest was busy burns on for up to 2 s: it is no longer ours and counts for nothing.

import { crossOrigin } from "../assets.ts";
import { PackError } from "../errors.ts";
import type { AttachMessage, FromWorker, ToWorker } from "../protocol.ts";

/** A worker on loan. */
export interface Lent {
  post(message: ToWorker): void;
  /** Called for everything the worker says but `ready` and `idle`. */
  onMessage: (message: FromWorker) => void;
  /** Resolves when everything that ran in it has ended, or after `discard`. */
  done: Promise<void>;
  /** Ends the worker. */
  discard(): void;
}

interface Entry {
  worker: Worker;
  ready: Promise<void>;
  onMessage: (message: FromWorker) => void;
  release: () => void;
}

export class WorkerPool {
  readonly #url: string;
  readonly #attach: Promise<AttachMessage>;
  readonly #spare: number;
  readonly #idle: Entry[] = [];
  readonly #all = new Set<Entry>();
  #isClosed = false;

  /** `spare`: idle workers to keep at most. `attach` may come later than the first `warm`. */
  constructor(url: string, attach: Promise<AttachMessage>, spare: number) {
    this.#url = url;
    this.#attach = attach;
    this.#spare = spare;
  }

  /** Sees to it that `count` workers stand ready or are on their way. */
  warm(count: number): void {
    while (this.#idle.length < count && !this.#isClosed) this.#idle.push(this.#start());
  }

  /** Lends a worker, as soon as it is ready. */
  async take(): Promise<Lent> {
    const entry = this.#idle.shift() ?? this.#start();
    await entry.ready;
    let isOver = false;
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const lent: Lent = {
      post: (message) => entry.worker.postMessage(message),
      onMessage: () => {},
      done,
      discard: () => {
        if (isOver) return;
        isOver = true;
        this.#end(entry);
        finish();
      },
    };
    entry.onMessage = (message) => lent.onMessage(message);
    entry.release = () => {
      if (isOver) return;
      isOver = true;
      finish();
      entry.onMessage = () => {};
      if (this.#idle.length < this.#spare && this.#all.has(entry)) this.#idle.push(entry);
      else this.#end(entry);
    };
    return lent;
  }

  close(): void {
    this.#isClosed = true;
    for (const entry of this.#all) this.#end(entry);
    this.#idle.length = 0;
  }

  #start(): Entry {
    const worker = new Worker(crossOrigin(this.#url), { type: "module" });
    const entry: Entry = { worker, ready: Promise.resolve(), onMessage: () => {}, release: () => {} };
    entry.ready = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === "ready") resolve();
        else if (data.type === "idle") entry.release();
        else entry.onMessage(data);
      };
      worker.onerror = (event) => {
        // The script did not load, or the worker's own wiring threw; a guest's errors never come this way.
        reject(new PackError(`the worker ${this.#url} did not start${event.message ? `: ${event.message}` : ""}`));
        entry.release();
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
