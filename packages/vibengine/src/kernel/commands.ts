// The `commands` and `pty` APIs, kernel side: each command is a shell in a worker of its own, in a session of its own. Its
// output is two pipes, or a terminal, that the kernel reads.

import { encode, SIGKILL, type System, strerror, USER_ID } from "@vibengine/system";
import { InvalidArgumentError, SandboxError, TimeoutError } from "../errors.ts";
import type {
  CommandOptions,
  CommandOutcome,
  CommandRequest,
  DataSink,
  OutputSink,
  ProcessInfo,
  PtyRequest,
  PtySize,
  TraceSink,
} from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { checkDirectory, environmentOf, HOMES, workingDirectory } from "./environment.ts";
import { Listeners, OutputBuffer } from "./output.ts";
import type { Processes } from "./processes.ts";
import { feed, openPipe, pump } from "./streams.ts";
import { pumpTrace } from "./trace.ts";

/** Commands that have ended are remembered, so that a late `wait` still has its answer; the oldest go first. */
const REMEMBERED = 200;
type Ends = [readEnd: number, writeEnd: number];

interface Command {
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

export class Commands {
  readonly #calls: KernelCalls;
  readonly #processes: Processes;
  readonly #envs: () => Record<string, string>;
  readonly #commands = new Map<number, Command>();
  readonly #exits = new Map<number, (status: number) => void>();
  /** Commands that `runCommand` started, by the key it was given; null: aborted before it had a pid. */
  readonly #keys = new Map<string, number | null>();

  constructor(calls: KernelCalls, processes: Processes, envs: () => Record<string, string>) {
    this.#calls = calls;
    this.#processes = processes;
    this.#envs = envs;
  }

  async start(request: CommandRequest, sink: OutputSink | null, trace: TraceSink | null): Promise<number> {
    const { system } = this.#calls;
    const pipes = await this.#calls.exclusive(() => {
      checkDirectory(this.#calls, workingDirectory(request));
      const stdin = openPipe(this.#calls);
      if (request.stdin === undefined) {
        // A pipe without a writer is at its end; unlike /dev/null, nobody can have removed it.
        system.close(stdin[1]);
        stdin[1] = -1;
      }
      const none: Ends = [-1, -1];
      return {
        stdin,
        stdout: openPipe(this.#calls),
        stderr: openPipe(this.#calls),
        trace: trace ? openPipe(this.#calls) : none,
      };
    });
    const argv = ["sh", "-c", request.cmd];
    const [pid, exit] = await this.#startShell(request, argv, {}, (child) => {
      child.dup2(pipes.stdin[0], 0);
      child.dup2(pipes.stdout[1], 1);
      child.dup2(pipes.stderr[1], 2);
      return trace === null ? 0 : child.traceTo(pipes.trace[1]);
    });
    const ours = [pipes.stdin[1], pipes.stdout[0], pipes.stderr[0], pipes.trace[0]];
    const theirs = [pipes.stdin[0], pipes.stdout[1], pipes.stderr[1], pipes.trace[1]];
    await this.#closeAll(pid < 0 ? [...ours, ...theirs] : theirs);
    if (pid < 0) throw startError(pid);

    const output = new Listeners<Parameters<OutputSink>>();
    output.add(sink);
    const out = new OutputBuffer("stdout", output, request.maxOutputBytes);
    const err = new OutputBuffer("stderr", output, request.maxOutputBytes);
    let stdinFd = pipes.stdin[1];
    this.#follow(request, {
      pid,
      info: processInfo(pid, argv, request),
      input: (piece) => system.write(stdinFd, piece, 0, piece.length),
      endInput: () => {
        if (stdinFd >= 0) system.close(stdinFd);
        stdinFd = -1;
      },
      tty: -1,
      output,
      screen: new Listeners(),
      captured: () => ({ stdout: out.text, stderr: err.text }),
      outcome: this.#collect(exit, out, err, pipes, trace),
    });
    const command = this.#find(pid);
    if (request.stdin === undefined) command.input = null;
    if (request.stdin instanceof Uint8Array) this.#feed(command, request.stdin).then(() => this.closeStdin(pid));
    return pid;
  }

  async startPty(request: PtyRequest, sink: DataSink): Promise<number> {
    const { system } = this.#calls;
    const terminal: [number, number] = [-1, -1];
    const result = await this.#calls.exclusive(() => {
      checkDirectory(this.#calls, workingDirectory(request));
      return system.openTerminal(request.size, terminal);
    });
    if (result < 0) throw startError(result);
    const [tty, screenFd] = terminal;
    const argv = request.cmd === undefined ? ["bash", "-i"] : ["bash", "-c", request.cmd];
    const [pid, exit] = await this.#startShell(request, argv, { TERM: "xterm-256color" }, (child) => {
      const fd = child.takeTerminal(tty);
      for (const to of [0, 1, 2]) child.dup2(fd, to);
      if (fd > 2) child.close(fd);
      return Math.min(fd, 0);
    });
    const hangUp = () => this.#calls.exclusive(() => system.hangUp(tty));
    if (pid < 0) {
      await hangUp();
      await this.#closeAll([screenFd]);
      throw startError(pid);
    }
    const screen = new Listeners<Parameters<DataSink>>();
    screen.add(sink);
    exit.then(hangUp);
    const shown = pump(
      this.#calls,
      screenFd,
      () => false,
      (bytes) => screen.tell(bytes.slice()),
    );
    this.#follow(request, {
      pid,
      info: processInfo(pid, argv, request),
      input: (piece) => system.typeInto(tty, piece),
      endInput: () => {},
      tty,
      output: new Listeners(),
      screen,
      captured: () => ({ stdout: "", stderr: "" }),
      outcome: shown.then(async () => ({ exitCode: await exit, stdout: "", stderr: "" })),
    });
    return pid;
  }

  async run(
    key: string,
    request: CommandRequest,
    sink: OutputSink | null,
    trace: TraceSink | null,
  ): Promise<CommandOutcome> {
    this.#keys.set(key, 0);
    try {
      const pid = await this.start(request, sink, trace);
      const isAborted = this.#keys.get(key) === null;
      this.#keys.set(key, pid);
      if (isAborted) await this.kill(pid, SIGKILL);
      return await this.wait(pid);
    } finally {
      this.#keys.delete(key);
    }
  }

  async abort(key: string, reason: string): Promise<void> {
    const pid = this.#keys.get(key);
    if (pid === undefined) return;
    if (!pid) {
      this.#keys.set(key, null);
      return;
    }
    this.#commands.get(pid)?.fail(new SandboxError(`the command was aborted: ${reason}`));
    await this.kill(pid, SIGKILL);
  }

  /** `sink` gets what comes from now on; what was captured before is the result. */
  connect(pid: number, sink: OutputSink): { stdout: string; stderr: string } {
    const command = this.#find(pid);
    command.output.add(sink);
    return command.captured();
  }

  connectPty(pid: number, sink: DataSink): void {
    this.#findPty(pid).screen.add(sink);
  }

  wait(pid: number): Promise<CommandOutcome> {
    return this.#find(pid).outcome;
  }

  /** Signals the command's whole session, jobs in groups of their own included; false when it has ended already. */
  kill(pid: number, signal: number): Promise<boolean> {
    return this.#calls.exclusive(() => this.#commands.has(pid) && this.#calls.system.killSession(pid, signal) === 0);
  }

  list(): ProcessInfo[] {
    return [...this.#commands.values()].filter((command) => !command.isOver).map((command) => command.info);
  }

  async sendStdin(pid: number, data: Uint8Array): Promise<void> {
    const command = this.#find(pid);
    if (command.input === null) {
      throw new InvalidArgumentError(`the stdin of process ${pid} is not open: start it with stdin: true`);
    }
    await this.#feed(command, data);
  }

  async closeStdin(pid: number): Promise<void> {
    const command = this.#find(pid);
    if (!command.isOver) await command.fed;
    command.input = null;
    await this.#calls.exclusive(command.endInput);
  }

  async resize(pid: number, size: PtySize): Promise<void> {
    const { tty } = this.#findPty(pid);
    await this.#calls.exclusive(() => this.#calls.system.resizeTerminal(tty, size));
  }

  /** The status of an ended child of the kernel. */
  exited(pid: number, status: number): void {
    this.#exits.get(pid)?.(status);
    this.#exits.delete(pid);
  }

  /** Rejects every command that still runs: the sandbox ends. */
  failAll(makeError: () => Error): void {
    for (const command of this.#commands.values()) if (!command.isOver) command.fail(makeError());
  }

  /** Starts bash as a session of its own. Its pid or -errno, and its status once it has ended. */
  async #startShell(
    request: CommandOptions,
    argv: string[],
    envs: Record<string, string>,
    prepare: (child: System) => number,
  ): Promise<[pid: number, exit: Promise<number>]> {
    let exit: Promise<number> = Promise.resolve(0);
    let childPid = 0;
    const env = environmentOf(request, { ...envs, ...this.#envs() });
    const pid = await this.#processes.startShell(this.#calls.system, "bash", argv, env, (child) => {
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

  #follow(request: CommandOptions, started: Started): void {
    const { pid } = started;
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const outcome = Promise.race([started.outcome, failed]);
    const command: Command = { ...started, outcome, fail, fed: Promise.resolve(), isOver: false };
    this.#commands.set(pid, command);
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

  async #collect(
    exit: Promise<number>,
    out: OutputBuffer,
    err: OutputBuffer,
    pipes: Record<"stdout" | "stderr" | "trace", Ends>,
    trace: TraceSink | null,
  ): Promise<CommandOutcome> {
    let hasExited = false;
    exit.then(() => {
      hasExited = true;
    });
    // What a background job writes after the shell's end is not waited for.
    const isLast = () => hasExited;
    await Promise.all([
      pump(this.#calls, pipes.stdout[0], isLast, (bytes) => out.add(bytes)).then(() => out.end()),
      pump(this.#calls, pipes.stderr[0], isLast, (bytes) => err.add(bytes)).then(() => err.end()),
      trace && pumpTrace(this.#calls, pipes.trace[0], trace, isLast),
    ]);
    const outcome: CommandOutcome = { exitCode: await exit, stdout: out.text, stderr: err.text };
    if (out.isTruncated || err.isTruncated) outcome.truncated = true;
    return outcome;
  }

  #feed(command: Command, data: Uint8Array): Promise<void> {
    const isOpen = () => command.input !== null;
    command.fed = command.fed.then(() => feed(this.#calls, data, isOpen, (piece) => command.input!(piece)));
    return command.fed;
  }

  async #timeOut(command: Command, timeoutMs: number): Promise<void> {
    const what = command.info.args.at(-1);
    command.fail(
      new TimeoutError(`the command ran for longer than its timeoutMs of ${timeoutMs} and was killed: ${what}`),
    );
    await this.kill(command.pid, SIGKILL);
  }

  #find(pid: number): Command {
    const command = this.#commands.get(pid);
    if (command === undefined) throw new InvalidArgumentError(`no command has pid ${pid}`);
    return command;
  }

  #findPty(pid: number): Command {
    const command = this.#find(pid);
    if (command.tty < 0)
      throw new InvalidArgumentError(`process ${pid} has no terminal: pty.create starts one that has`);
    return command;
  }

  #forgetOldest(): void {
    const ended = [...this.#commands.values()].filter((command) => command.isOver);
    for (const command of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) this.#commands.delete(command.pid);
  }

  #closeAll(fds: number[]): Promise<void> {
    return this.#calls.exclusive(() => {
      for (const fd of fds) if (fd >= 0) this.#calls.system.close(fd);
    });
  }
}

function processInfo(pid: number, [cmd = "", ...args]: string[], request: CommandOptions): ProcessInfo {
  return { pid, cmd, args, envs: request.envs ?? {}, cwd: request.cwd ?? HOMES[request.user ?? "user"] };
}

function startError(errno: number): SandboxError {
  return new SandboxError(`the command can't be started: ${strerror(errno)}`);
}
