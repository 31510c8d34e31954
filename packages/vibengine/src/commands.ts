// `sandbox.commands`: checks arguments and forwards them.

import { proxy, type Remote } from "comlink";
import { InvalidArgumentError } from "./errors.ts";
import { checkEnvs, checkOneOf, checkPath } from "./options.ts";
import type { CommandOutcome, CommandRequest, KernelApi, OutputSink, ProcessInfo, TraceSink } from "./protocol.ts";

/** Sends a call to the kernel, if the sandbox still runs. */
export type Call = <T>(send: (kernel: Remote<KernelApi>) => Promise<T>) => Promise<T>;

/** How a command ended. A non-zero exit is a result, not an error. */
export type CommandResult = CommandOutcome;

/** Options of {@link Commands.run}. */
export interface CommandOptions {
  /** Working directory; a relative one starts at /home/user. Default /home/user. */
  cwd?: string;
  /** Environment variables of this command, besides the sandbox's. */
  envs?: Record<string, string>;
  /** Who runs it. Default `"user"`. */
  user?: "user" | "root";
  /** Kill it after that many ms; the call then rejects with a `TimeoutError`. Default 0: no limit. */
  timeoutMs?: number;
  /** Called with each piece of output as it comes; the next one comes when the returned promise has resolved. */
  onStdout?: (text: string) => void | Promise<void>;
  onStderr?: (text: string) => void | Promise<void>;
  /**
   * Called with a line for each system call of the command and of everything it starts, in order, as strace shows them:
   * `[pid] call(arguments) = result <seconds>`. The command waits for it. What it traces runs several times slower.
   */
  onTrace?: (line: string) => void;
  /** Absent: at its end. Text or bytes: these, then the end. `true`: open, for `sendStdin` and `closeStdin`. */
  stdin?: string | Uint8Array | true;
  /** Aborting it kills the command; the call then rejects. */
  signal?: AbortSignal;
}

const SIGNALS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

/** Runs commands in the sandbox's shell. */
export class Commands {
  readonly #call: Call;

  /** @internal */
  constructor(call: Call) {
    this.#call = call;
  }

  /**
   * Runs `sh -c cmd` and resolves when it has ended; with `background: true`, as soon as it has started.
   *
   * @example
   * ```ts
   * const { stdout, exitCode } = await sandbox.commands.run("ls -l | wc -l", { cwd: "/etc" });
   * const server = await sandbox.commands.run("sleep 60", { background: true });
   * await server.kill();
   * ```
   */
  run(cmd: string, options?: CommandOptions & { background?: false }): Promise<CommandResult>;
  run(cmd: string, options: CommandOptions & { background: true }): Promise<CommandHandle>;
  async run(
    cmd: string,
    options: CommandOptions & { background?: boolean } = {},
  ): Promise<CommandResult | CommandHandle> {
    const request = commandRequest(cmd, options);
    options.signal?.throwIfAborted();
    const output = new Output(options);
    if (options.background === true) {
      const sink = proxy<OutputSink>((stream, text) => output.take(stream, text));
      const pid = await this.#call((kernel) => kernel.startCommand(request, sink, output.traceSink()));
      const handle = new CommandHandle(this.#call, pid, output);
      options.signal?.addEventListener("abort", () => handle.kill(), { once: true });
      return handle;
    }
    const key = crypto.randomUUID();
    const sink = output.hasListeners ? proxy<OutputSink>((stream, text) => output.take(stream, text)) : null;
    const abort = () =>
      this.#call((kernel) => kernel.abortCommand(key, String(options.signal?.reason))).catch(() => {});
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.#call((kernel) => kernel.runCommand(key, request, sink, output.traceSink()));
    } finally {
      options.signal?.removeEventListener("abort", abort);
    }
  }

  /** The commands that run. */
  list(): Promise<ProcessInfo[]> {
    return this.#call((kernel) => kernel.listCommands());
  }

  /** Kills the command and everything it started (SIGKILL); false when it had ended. */
  kill(pid: number): Promise<boolean> {
    return this.#call((kernel) => kernel.killCommand(pid, SIGNALS.SIGKILL));
  }

  sendStdin(pid: number, data: string | Uint8Array): Promise<void> {
    return this.#call((kernel) => kernel.sendStdin(pid, toBytes(data)));
  }

  closeStdin(pid: number): Promise<void> {
    return this.#call((kernel) => kernel.closeStdin(pid));
  }
}

/** A command that runs in the background. */
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
    this.#outcome.catch(() => {});
  }

  /** What it has written so far. */
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
  kill(signal: "SIGHUP" | "SIGINT" | "SIGQUIT" | "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<boolean> {
    const number = SIGNALS[checkOneOf("signal", signal, ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM"])];
    return this.#call((kernel) => kernel.killCommand(this.pid, number));
  }

  /** Writes to its stdin, which must have been opened by `stdin: true`. */
  sendStdin(data: string | Uint8Array): Promise<void> {
    return this.#call((kernel) => kernel.sendStdin(this.pid, toBytes(data)));
  }

  closeStdin(): Promise<void> {
    return this.#call((kernel) => kernel.closeStdin(this.pid));
  }

  /** Stops calling `onStdout`, `onStderr` and `onTrace`; the command goes on. */
  disconnect(): void {
    this.#output.disconnect();
  }
}

type Listeners = Pick<CommandOptions, "onStdout" | "onStderr" | "onTrace">;

/** Where output goes on this side: the text so far, and the caller's callbacks. */
class Output {
  stdout = "";
  stderr = "";
  #listeners: Listeners;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  get hasListeners(): boolean {
    return this.#listeners.onStdout !== undefined || this.#listeners.onStderr !== undefined;
  }

  async take(stream: "stdout" | "stderr", text: string): Promise<void> {
    this[stream] += text;
    await (stream === "stdout" ? this.#listeners.onStdout : this.#listeners.onStderr)?.(text);
  }

  /** What the kernel calls with lines of the trace, if someone wants them. */
  traceSink(): TraceSink | null {
    if (this.#listeners.onTrace === undefined) return null;
    return proxy<TraceSink>((lines) => {
      for (const line of lines) this.#listeners.onTrace?.(line);
    });
  }

  disconnect(): void {
    this.#listeners = {};
  }
}

function commandRequest(cmd: string, options: CommandOptions): CommandRequest {
  if (typeof cmd !== "string" || cmd.includes("\0")) {
    throw new InvalidArgumentError(`cmd must be a string without NUL, got ${JSON.stringify(cmd)}`);
  }
  const timeoutMs = options.timeoutMs ?? 0;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 0 || timeoutMs > 2 ** 31 - 1) {
    throw new InvalidArgumentError(
      `timeoutMs of a command must be an integer from 0 (no limit) to ${2 ** 31 - 1}, got ${timeoutMs}`,
    );
  }
  const request: CommandRequest = { cmd, timeoutMs };
  if (options.cwd !== undefined) request.cwd = checkPath(options.cwd, "cwd");
  if (options.envs !== undefined) request.envs = checkEnvs(options.envs);
  if (options.user !== undefined) request.user = checkOneOf("user", options.user, ["user", "root"]);
  if (options.stdin !== undefined) request.stdin = options.stdin === true ? "open" : toBytes(options.stdin);
  return request;
}

function toBytes(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  throw new InvalidArgumentError(`stdin takes a string or a Uint8Array, got ${typeof data}`);
}
