// `sandbox.commands`: checks arguments and forwards them.

import { toBytes } from "./bytes.ts";
import type { Call } from "./call.ts";
import { CommandHandle, type CommandResult, Output, type OutputListeners } from "./command-handle.ts";
import { InvalidArgumentError } from "./errors.ts";
import { checkEnvs, checkOneOf, checkPath } from "./options.ts";
import type { CommandRequest, CommandOptions as CommonOptions, ProcessInfo } from "./protocol.ts";

const MIB = 1024 * 1024;
const DEFAULT_OUTPUT_BYTES = 64 * MIB;
/** The longest string that V8 makes is a little longer. */
const MAX_OUTPUT_BYTES = 512 * MIB - 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SIGKILL = 9;

/** Options of {@link Commands.run}. */
export interface CommandOptions extends OutputListeners {
  /** Working directory; a relative one starts at /home/user. Default /home/user. */
  cwd?: string;
  /** Environment variables of this command, besides the sandbox's. */
  envs?: Record<string, string>;
  /** Who runs it. Default `"user"`. */
  user?: "user" | "root";
  /** Kill it after that many ms; the call then rejects with a `TimeoutError`. Default 0: no limit. */
  timeoutMs?: number;
  /** Absent: at its end. Text or bytes: these, then the end. `true`: open, for `sendStdin` and `closeStdin`. */
  stdin?: string | Uint8Array | true;
  /** Aborting it kills the command; the call then rejects. */
  signal?: AbortSignal;
  /**
   * How much of each stream the result keeps, in bytes (of text outside ASCII somewhat more). Past it `truncated` is set; the
   * callbacks get everything all the same. Default 64 MiB.
   */
  maxOutputBytes?: number;
}

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
    const output = new Output(options, options.background === true ? request.maxOutputBytes : 0);
    if (options.background === true) {
      const pid = await this.#call((kernel) => kernel.startCommand(request, output.sink(), output.traceSink()));
      const handle = new CommandHandle(this.#call, pid, output);
      options.signal?.addEventListener("abort", () => handle.kill(), { once: true });
      return handle;
    }
    const key = crypto.randomUUID();
    const sink = output.hasListeners ? output.sink() : null;
    const abort = () =>
      this.#call((kernel) => kernel.abortCommand(key, String(options.signal?.reason))).catch(() => {});
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.#call((kernel) => kernel.runCommand(key, request, sink, output.traceSink()));
    } finally {
      options.signal?.removeEventListener("abort", abort);
    }
  }

  /** The commands that run, terminals included. */
  list(): Promise<ProcessInfo[]> {
    return this.#call((kernel) => kernel.listCommands());
  }

  /**
   * A new handle to a command that runs in the background. It has what was written so far; the callbacks get what comes from
   * now on.
   * @throws {InvalidArgumentError} when no command has that pid, or it ended long ago.
   */
  async connect(pid: number, options: Pick<OutputListeners, "onStdout" | "onStderr"> = {}): Promise<CommandHandle> {
    const output = new Output(options, DEFAULT_OUTPUT_BYTES);
    const { stdout, stderr } = await this.#call((kernel) => kernel.connectCommand(pid, output.sink()));
    output.keepBefore(stdout, stderr);
    return new CommandHandle(this.#call, pid, output);
  }

  /** Kills the command and everything it started (SIGKILL); false when it had ended. */
  kill(pid: number): Promise<boolean> {
    return this.#call((kernel) => kernel.killCommand(pid, SIGKILL));
  }

  sendStdin(pid: number, data: string | Uint8Array): Promise<void> {
    return this.#call((kernel) => kernel.sendStdin(pid, toBytes(data)));
  }

  closeStdin(pid: number): Promise<void> {
    return this.#call((kernel) => kernel.closeStdin(pid));
  }
}

function commandRequest(cmd: string, options: CommandOptions): CommandRequest {
  const { maxOutputBytes = DEFAULT_OUTPUT_BYTES } = options;
  if (!Number.isInteger(maxOutputBytes) || maxOutputBytes < 0 || maxOutputBytes > MAX_OUTPUT_BYTES) {
    throw new InvalidArgumentError(
      `maxOutputBytes must be an integer from 0 to ${MAX_OUTPUT_BYTES}, got ${maxOutputBytes}`,
    );
  }
  const request: CommandRequest = { cmd: checkCommand(cmd), ...checkCommon(options), maxOutputBytes };
  if (options.stdin !== undefined) request.stdin = options.stdin === true ? "open" : toBytes(options.stdin);
  return request;
}

export function checkCommand(cmd: string): string {
  if (typeof cmd === "string" && !cmd.includes("\0")) return cmd;
  throw new InvalidArgumentError(`cmd must be a string without NUL, got ${JSON.stringify(cmd)}`);
}

/** The options that commands and terminals share. */
export function checkCommon(options: Partial<CommonOptions>): CommonOptions {
  const { timeoutMs = 0 } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 0 || timeoutMs > LONGEST_TIMER_MS) {
    throw new InvalidArgumentError(
      `timeoutMs of a command must be an integer from 0 (no limit) to ${LONGEST_TIMER_MS}, got ${timeoutMs}`,
    );
  }
  const checked: CommonOptions = { timeoutMs };
  if (options.cwd !== undefined) checked.cwd = checkPath(options.cwd, "cwd");
  if (options.envs !== undefined) checked.envs = checkEnvs(options.envs);
  if (options.user !== undefined) checked.user = checkOneOf("user", options.user, ["user", "root"]);
  return checked;
}
