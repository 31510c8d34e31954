// A watched directory on the page's side: calls the user's functions, until it is stopped or has ended.

import { InvalidArgumentError } from "./errors.ts";
import type { WatchEvent } from "./protocol.ts";

/** Options of {@link Files.watchDir}. */
export interface WatchOptions {
  /** Also what is below: all directories there, those made later included. Default false: what the directory itself holds. */
  recursive?: boolean;
  /**
   * Called once when the watch ends by itself: with a `FileNotFoundError` when the directory was removed, or moved so that it
   * has another name; with a `SandboxNotFoundError` when the sandbox was killed, paused or timed out. Not called after `stop`.
   */
  onExit?: (error?: Error) => void;
}

/** A directory that is being watched. */
export interface WatchHandle {
  /** Ends the watch: `onEvent` is not called any more. May be called any number of times, also from `onEvent`. */
  stop(): Promise<void>;
}

export class Watch {
  #isOver = false;
  readonly #onEvent: (event: WatchEvent) => void;
  readonly #onExit: ((error?: Error) => void) | undefined;

  constructor(onEvent: (event: WatchEvent) => void, onExit?: (error?: Error) => void) {
    if (typeof onEvent !== "function")
      throw new InvalidArgumentError(`onEvent must be a function, got ${typeof onEvent}`);
    if (onExit !== undefined && typeof onExit !== "function")
      throw new InvalidArgumentError(`onExit must be a function, got ${typeof onExit}`);
    this.#onEvent = onEvent;
    this.#onExit = onExit;
  }

  take(events: WatchEvent[]): void {
    for (const event of events) {
      if (this.#isOver) return;
      guarded(() => this.#onEvent(event));
    }
  }

  /** False when it was over already. */
  stop(): boolean {
    const wasOn = !this.#isOver;
    this.#isOver = true;
    return wasOn;
  }

  exit(error: Error): void {
    if (this.stop()) guarded(() => this.#onExit?.(error));
  }
}

/** What a callback throws goes where a listener's error goes, and stops nothing else. */
function guarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    reportError(error);
  }
}
