// A command that runs, as the page holds it: its output so far, the caller's callbacks, and what can be done to it.

import { proxy } from "comlink";
import { toBytes } from "./bytes.ts";
import type { Call } from "./call.ts";
import { checkOneOf } from "./options.ts";
import type { CommandOutcome, OutputSink, TraceSink } from "./protocol.ts";

/** How a command ended. A non-zero exit is a result, not an error. */
export type CommandResult = CommandOutcome;

/** A piece of what a command wrote, to one of its streams. */
export type CommandOutput = { stdout: string; stderr?: undefined } | { stderr: string; stdout?: undefined };

/** The signals that can be sent by name, with their numbers. */
const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
};
/** The name of a signal. */
export type Signal = keyof typeof SIGNALS;

/**
 * A command that runs in the background, or in a terminal.
 *
 * @example
 * ```ts
 * const handle = await sandbox.commands.run("for i in 1 2 3; do echo $i; sleep 1; done", { background: true });
 * for await (const { stdout } of handle) console.log(stdout);
 * const { exitCode } = await handle.wait();
 * ```
 */
export class CommandHandle {
  readonly pid: number;
  /** Undefined while it runs. */
  exitCode: number | undefined;
  readonly #call: Call;
  readonly #output: Output;
  readonly #outcome: Promise<CommandResult>;

  /** @internal */
  constructor(call: Call, pid: number, output: Output) {
    this.pid = pid;
    this.#call = call;
    this.#output = output;
    this.#outcome = call((kernel) => kernel.waitCommand(pid)).then((outcome) => {
      this.exitCode = outcome.exitCode;
      return outcome;
    });
    const end = () => output.end();
    this.#outcome.then(end, end);
  }

  /** What it has written so far, up to `maxOutputBytes`. Empty for a terminal, which has `onData`. */
  get stdout(): string {
    return this.#output.stdout;
  }
  get stderr(): string {
    return this.#output.stderr;
  }

  /** Resolves when it has ended. */
  wait(): Promise<CommandResult> {
    return this.#outcome;
  }

  /** Sends a signal to the command and everything it started; false when it had ended. Default SIGKILL. */
  kill(signal: Signal = "SIGKILL"): Promise<boolean> {
    const number = SIGNALS[checkOneOf("signal", signal, Object.keys(SIGNALS) as Signal[])];
    return this.#call((kernel) => kernel.killCommand(this.pid, number));
  }

  /** Writes to its stdin, which must have been opened by `stdin: true`; types into its terminal. */
  sendStdin(data: string | Uint8Array): Promise<void> {
    return this.#call((kernel) => kernel.sendStdin(this.pid, toBytes(data)));
  }

  closeStdin(): Promise<void> {
    return this.#call((kernel) => kernel.closeStdin(this.pid));
  }

  /** Stops all callbacks and iterations of this handle; the command goes on, and `commands.connect` finds it again. */
  disconnect(): void {
    this.#output.disconnect();
  }

  /**
   * What it writes, as it comes: first what this handle has of it already. The command waits for a slow loop. Ends with the
   * command, or at `disconnect`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<CommandOutput, void, void> {
    return this.#output.pieces();
  }
}

/** The caller's callbacks. */
export interface OutputListeners {
  /** Called with each piece of output as it comes; the next one comes when the returned promise has resolved. */
  onStdout?: (text: string) => void | Promise<void>;
  onStderr?: (text: string) => void | Promise<void>;
  /**
   * Called with a line for each system call of the command and of everything it starts, in order, as strace shows them:
   * `[pid] call(arguments) = result <seconds>`. The command waits for it. What it traces runs several times slower.
   */
  onTrace?: (line: string) => void;
}

/** Where output goes on this side: the text so far, and whoever wants it. */
export class Output {
  stdout = "";
  stderr = "";
  readonly #limit: number;
  #listeners: OutputListeners;
  readonly #readers = new Set<Feed>();
  isOver = false;

  /** `limit`: how much text of each stream is kept. */
  constructor(listeners: OutputListeners, limit: number) {
    this.#listeners = listeners;
    this.#limit = limit;
  }

  get hasListeners(): boolean {
    return this.#listeners.onStdout !== undefined || this.#listeners.onStderr !== undefined;
  }

  /** What the kernel calls with each piece. */
  sink(): OutputSink {
    return proxy<OutputSink>(async (stream, text) => {
      if (this.isOver) return false;
      const room = this.#limit - this[stream].length;
      if (room > 0) this[stream] += text.slice(0, room);
      const piece: CommandOutput = stream === "stdout" ? { stdout: text } : { stderr: text };
      const listener = stream === "stdout" ? this.#listeners.onStdout : this.#listeners.onStderr;
      await Promise.all([listener?.(text), ...[...this.#readers].map((reader) => reader.push(piece))]);
      return true;
    });
  }

  /** What was written before this one was connected. */
  keepBefore(stdout: string, stderr: string): void {
    this.stdout = stdout + this.stdout;
    this.stderr = stderr + this.stderr;
  }

  /** What the kernel calls with lines of the trace, if someone wants them. */
  traceSink(): TraceSink | null {
    if (this.#listeners.onTrace === undefined) return null;
    return proxy<TraceSink>((lines) => {
      for (const line of lines) this.#listeners.onTrace?.(line);
    });
  }

  async *pieces(): AsyncGenerator<CommandOutput, void, void> {
    const feed = new Feed();
    if (this.stdout !== "") feed.push({ stdout: this.stdout });
    if (this.stderr !== "") feed.push({ stderr: this.stderr });
    if (this.isOver) feed.end();
    this.#readers.add(feed);
    try {
      for (let piece = await feed.next(); piece !== null; piece = await feed.next()) yield piece;
    } finally {
      this.#readers.delete(feed);
      feed.drop();
    }
  }

  end(): void {
    this.isOver = true;
    for (const reader of this.#readers) reader.end();
  }

  disconnect(): void {
    this.#listeners = {};
    this.end();
    for (const reader of this.#readers) reader.drop();
  }
}

/** Pieces on their way to one loop: whoever pushes one waits until it was taken. */
class Feed {
  #pieces: { piece: CommandOutput; taken: () => void }[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  push(piece: CommandOutput): Promise<void> {
    return new Promise((taken) => {
      this.#pieces.push({ piece, taken });
      this.#wake();
    });
  }

  /** The next piece, null at the end. */
  async next(): Promise<CommandOutput | null> {
    while (this.#pieces.length === 0) {
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const { piece, taken } = this.#pieces.shift()!;
    taken();
    return piece;
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Nobody takes any more: who waits is let go. */
  drop(): void {
    for (const { taken } of this.#pieces.splice(0)) taken();
    this.end();
  }
}
