// The commands that run or have run, kernel side: by pid, with their shell, timeout, stdin and outcome. What they print into,
// `commands` (pipes) and `pty` (a terminal) know.

import { encode, SIGKILL, type System, strerror, USER_ID } from "@vibengine/system";
import { InvalidArgumentError, SandboxError, TimeoutError } from "../errors.ts";
import type { CommandOptions, CommandOutcome, DataSink, OutputSink, ProcessInfo } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { environmentOf, HOMES, workingDirectory } from "./environment.ts";
import type { Listeners } from "./output.ts";
import type { Processes } from "./processes.ts";
import { feed } from "./streams.ts";

/** Commands that have ended are remembered, so that a late `wait` still has its answer; the oldest go first. */
const REMEMBERED = 200;

export interface Command {
  pid: number;
  info: ProcessInfo;
  /** Takes what is written to its stdin, or typed; null: it has no open one. */
  input: ((piece: Uint8Array) => number) | null;
  /** Ends the stdin. */
  endInput: () => void;
  /** What was given before has been taken when this has resolved: so pieces keep their order. */
  fed: Promise<void>;
  /** The number of its terminal, -1 = none. */
  tty: number;
  output: Listeners<Parameters<OutputSink>>;
  screen: Listeners<Parameters<DataSink>>;
  /** What was captured so far. */
  captured: () => { stdout: string; stderr: string };
  outcome: Promise<CommandOutcome>;
  fail: (error: Error) => void;
  isOver: boolean;
}

/** What is known of a command once it has started, and what is still to be done for it. */
type Started = Pick<Command, "pid" | "info" | "input" | "endInput" | "tty" | "output" | "screen" | "captured"> & {
  outcome: Promise<CommandOutcome>;
};

export class CommandTable {
  protected readonly calls: KernelCalls;
  readonly #processes: Processes;
  readonly #envs: () => Record<string, string>;
  protected readonly commands = new Map<number, Command>();
  readonly #exits = new Map<number, (status: number) => void>();

  constructor(calls: KernelCalls, processes: Processes, envs: () => Record<string, string>) {
    this.calls = calls;
    this.#processes = processes;
    this.#envs = envs;
  }

  wait(pid: number): Promise<CommandOutcome> {
    return this.find(pid).outcome;
  }

  /** Signals the command's whole session, jobs in groups of their own included; false when it has ended already. */
  kill(pid: number, signal: number): Promise<boolean> {
    return this.calls.exclusive(() => this.commands.has(pid) && this.calls.system.killSession(pid, signal) === 0);
  }

  list(): ProcessInfo[] {
    return [...this.commands.values()].filter((command) => !command.isOver).map((command) => command.info);
  }

  async closeStdin(pid: number): Promise<void> {
    const command = this.find(pid);
    if (!command.isOver) await command.fed;
    command.input = null;
    await this.calls.exclusive(command.endInput);
  }

  /** The status of an ended child of the kernel. */
  exited(pid: number, status: number): void {
    this.#exits.get(pid)?.(status);
    this.#exits.delete(pid);
  }

  /** Rejects every command that still runs: the sandbox ends. */
  failAll(makeError: () => Error): void {
    for (const command of this.commands.values()) if (!command.isOver) command.fail(makeError());
  }

  /** Starts bash as a session of its own. Its pid or -errno, and its status once it has ended. */
  protected async startShell(
    request: CommandOptions,
    argv: string[],
    envs: Record<string, string>,
    prepare: (child: System) => number,
  ): Promise<[pid: number, exit: Promise<number>]> {
    let exit: Promise<number> = Promise.resolve(0);
    let childPid = 0;
    const env = environmentOf(request, { ...envs, ...this.#envs() });
    const pid = await this.#processes.startShell(this.calls.system, "bash", argv, env, (child) => {
      childPid = child.pid;
      exit = new Promise((resolve) => this.#exits.set(childPid, resolve));
      child.chdir(encode(workingDirectory(request)));
      child.setsid();
      child.umask(0o022);
      if ((request.user ?? "user") === "user") child.setOwner(USER_ID, USER_ID);
      return prepare(child);
    });
    if (pid < 0) this.#exits.delete(childPid);
    return [pid, exit];
  }

  protected follow(request: CommandOptions, started: Started): void {
    const { pid } = started;
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const outcome = Promise.race([started.outcome, failed]);
    const command: Command = { ...started, outcome, fail, fed: Promise.resolve(), isOver: false };
    this.commands.set(pid, command);
    const timer =
      request.timeoutMs > 0
        ? setTimeout(() => this.#timeOut(command, request.timeoutMs), request.timeoutMs)
        : undefined;
    const finish = () => {
      clearTimeout(timer);
      command.isOver = true;
      this.closeStdin(pid);
      this.#forgetOldest();
    };
    outcome.then(finish, finish);
  }

  protected feed(command: Command, data: Uint8Array): Promise<void> {
    const isOpen = () => command.input !== null;
    command.fed = command.fed.then(() => feed(this.calls, data, isOpen, (piece) => command.input!(piece)));
    return command.fed;
  }

  async #timeOut(command: Command, timeoutMs: number): Promise<void> {
    const what = command.info.args.at(-1);
    command.fail(
      new TimeoutError(`the command ran for longer than its timeoutMs of ${timeoutMs} and was killed: ${what}`),
    );
    await this.kill(command.pid, SIGKILL);
  }

  protected find(pid: number): Command {
    const command = this.commands.get(pid);
    if (command === undefined) throw new InvalidArgumentError(`no command has pid ${pid}`);
    return command;
  }

  #forgetOldest(): void {
    const ended = [...this.commands.values()].filter((command) => command.isOver);
    for (const command of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) this.commands.delete(command.pid);
  }

  protected closeAll(fds: number[]): Promise<void> {
    return this.calls.exclusive(() => {
      for (const fd of fds) if (fd >= 0) this.calls.system.close(fd);
    });
  }
}

export function processInfo(pid: number, [cmd = "", ...args]: string[], request: CommandOptions): ProcessInfo {
  return { pid, cmd, args, envs: request.envs ?? {}, cwd: request.cwd ?? HOMES[request.user ?? "user"] };
}

export function startError(errno: number): SandboxError {
  return new SandboxError(`the command can't be started: ${strerror(errno)}`);
}
