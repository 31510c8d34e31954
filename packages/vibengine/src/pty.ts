// `sandbox.pty`: terminals, with a shell or another command in them.

import { proxy } from "comlink";
import { toBytes } from "./bytes.ts";
import type { Call } from "./call.ts";
import { CommandHandle, Output } from "./command-handle.ts";
import { checkCommand, checkCommon } from "./commands.ts";
import { InvalidArgumentError } from "./errors.ts";
import type { DataSink, PtyRequest, PtySize as TerminalSize } from "./protocol.ts";

const SIGKILL = 9;
/** What a window's size can be: 16 bits each, as in Linux's `struct winsize`. */
const MAX_SIZE = 65_535;

/** Size of a terminal, in characters. */
export interface PtySize {
  cols: number;
  rows: number;
}

/** Options of {@link Pty.create}. */
export interface PtyOptions extends PtySize {
  /**
   * Called with what the terminal shows, as bytes to be given to a terminal emulator; the next ones come when the returned
   * promise has resolved.
   */
  onData: (data: Uint8Array) => void | Promise<void>;
  /** What runs in it, as `bash -c` takes it. Default: an interactive bash. */
  cmd?: string;
  /** Working directory; a relative one starts at /home/user. Default: the user's home. */
  cwd?: string;
  /** Environment variables, besides the sandbox's and `TERM=xterm-256color`. */
  envs?: Record<string, string>;
  /** Who runs it. Default `"user"`. */
  user?: "user" | "root";
  /** Kill it after that many ms. Default 0: no limit. */
  timeoutMs?: number;
}

/** Terminals: a real line discipline, window sizes, signals from the keyboard, job control. */
export class Pty {
  readonly #call: Call;

  /** @internal */
  constructor(call: Call) {
    this.#call = call;
  }

  /**
   * Opens a terminal and starts a shell in it. The handle's `wait` resolves when the shell has ended.
   *
   * @example
   * ```ts
   * const terminal = new Terminal(); // of @xterm/xterm
   * const { cols, rows } = terminal;
   * const shell = await sandbox.pty.create({ cols, rows, onData: (data) => new Promise((done) => terminal.write(data, done)) });
   * terminal.onData((typed) => sandbox.pty.sendInput(shell.pid, typed));
   * terminal.onResize((size) => sandbox.pty.resize(shell.pid, size));
   * ```
   */
  async create(options: PtyOptions): Promise<CommandHandle> {
    const request: PtyRequest = { ...checkCommon(options), size: checkSize(options) };
    if (options.cmd !== undefined) request.cmd = checkCommand(options.cmd);
    const output = new Output({}, 0);
    const pid = await this.#call((kernel) => kernel.startPty(request, dataSink(options.onData, output)));
    return new CommandHandle(this.#call, pid, output);
  }

  /** A new handle to a terminal that runs; `onData` gets what it shows from now on. */
  async connect(pid: number, options: Pick<PtyOptions, "onData">): Promise<CommandHandle> {
    const output = new Output({}, 0);
    await this.#call((kernel) => kernel.connectPty(pid, dataSink(options.onData, output)));
    return new CommandHandle(this.#call, pid, output);
  }

  /** Types into the terminal. Resolves when it has been taken. */
  sendInput(pid: number, data: string | Uint8Array): Promise<void> {
    return this.#call((kernel) => kernel.sendStdin(pid, toBytes(data)));
  }

  /** Changes the size; programs in it get SIGWINCH. */
  async resize(pid: number, size: PtySize): Promise<void> {
    const checked = checkSize(size);
    await this.#call((kernel) => kernel.resizePty(pid, checked));
  }

  /** Kills the shell and everything it started (SIGKILL); false when it had ended. */
  kill(pid: number): Promise<boolean> {
    return this.#call((kernel) => kernel.killCommand(pid, SIGKILL));
  }
}

function dataSink(onData: PtyOptions["onData"], output: Output): DataSink {
  if (typeof onData !== "function") throw new InvalidArgumentError(`onData must be a function, got ${typeof onData}`);
  return proxy<DataSink>(async (bytes) => {
    if (output.isOver) return false;
    await onData(bytes);
    return true;
  });
}

function checkSize({ cols, rows }: PtySize): TerminalSize {
  for (const [name, value] of Object.entries({ cols, rows })) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_SIZE) continue;
    throw new InvalidArgumentError(`${name} must be an integer from 1 to ${MAX_SIZE}, got ${value}`);
  }
  return { rows, columns: cols };
}
