// The `commands` API, kernel side: each command is a shell in a worker of its own, in a session of its own, its output
// two pipes that the kernel reads. A reader that is slow keeps the pipe full, and the pipe holds the command back.

import {
  AT_FDCWD,
  EAGAIN,
  ENOTDIR,
  EPIPE,
  ETIMEDOUT,
  encode,
  newStat,
  S_IFDIR,
  S_IFMT,
  SIGKILL,
  strerror,
  USER_ID,
} from "@vibengine/system";
import { InvalidArgumentError, SandboxError, TimeoutError } from "../errors.ts";
import type { CommandOutcome, CommandRequest, OutputSink, ProcessInfo, TraceSink } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { OutputBuffer } from "./output.ts";
import type { Processes } from "./processes.ts";
import { fileError, succeed } from "./raise.ts";
import { pumpTrace } from "./trace.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HOMES = { user: "/home/user", root: "/root" };
const PIECE = 65_536;
/** Commands that have ended are remembered, so that a late `wait` still has its answer; the oldest go first. */
const REMEMBERED = 200;

/** Both ends of each; -1 where there is none. */
type Pipes = Record<"stdin" | "stdout" | "stderr" | "trace", [readEnd: number, writeEnd: number]>;

interface Command {
  pid: number;
  request: CommandRequest;
  stdinFd: number;
  outcome: Promise<CommandOutcome>;
  fail: (error: Error) => void;
  isOver: boolean;
}

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
    const user = request.user ?? "user";
    const cwd = request.cwd ?? HOMES[user];
    const pipes = await this.#calls.exclusive(() => {
      this.#checkDirectory(cwd);
      return this.#openPipes(request.stdin !== undefined, trace !== null);
    });
    let exit: Promise<number> = Promise.resolve(0);
    let childPid = 0;
    const env = {
      PATH,
      HOME: HOMES[user],
      USER: user,
      LOGNAME: user,
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      ...this.#envs(),
      ...request.envs,
    };
    const pid = await this.#processes.startShell(
      system,
      "bash",
      ["sh", "-c", request.cmd],
      Object.entries(env).map(([name, value]) => `${name}=${value}`),
      (child) => {
        childPid = child.pid;
        exit = new Promise((resolve) => this.#exits.set(childPid, resolve));
        child.chdir(encode(cwd.startsWith("/") ? cwd : `${HOMES.user}/${cwd}`));
        child.setsid();
        child.umask(0o022);
        if (user === "user") child.setOwner(USER_ID, USER_ID);
        child.dup2(pipes.stdin[0], 0);
        child.dup2(pipes.stdout[1], 1);
        child.dup2(pipes.stderr[1], 2);
        return trace === null ? 0 : child.traceTo(pipes.trace[1]);
      },
    );
    await this.#calls.exclusive(() => {
      for (const fd of [pipes.stdin[0], pipes.stdout[1], pipes.stderr[1], pipes.trace[1]]) system.close(fd);
      if (pid >= 0) return;
      this.#exits.delete(childPid);
      for (const fd of [pipes.stdin[1], pipes.stdout[0], pipes.stderr[0], pipes.trace[0]]) system.close(fd);
    });
    if (pid < 0) throw new SandboxError(`the command can't be started: ${strerror(pid)}`);
    this.#follow(pid, request, pipes.stdin[1], this.#collect(exit, pipes, sink, trace));
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

  wait(pid: number): Promise<CommandOutcome> {
    return this.#find(pid).outcome;
  }

  /** Signals the command's whole session, jobs in groups of their own included; false when it has ended already. */
  kill(pid: number, signal: number): Promise<boolean> {
    return this.#calls.exclusive(() => this.#commands.has(pid) && this.#calls.system.killSession(pid, signal) === 0);
  }

  list(): ProcessInfo[] {
    return [...this.#commands.values()]
      .filter((command) => !command.isOver)
      .map(({ pid, request }) => ({
        pid,
        cmd: "sh",
        args: ["-c", request.cmd],
        envs: request.envs ?? {},
        cwd: request.cwd,
      }));
  }

  async sendStdin(pid: number, data: Uint8Array): Promise<void> {
    const command = this.#find(pid);
    if (command.stdinFd < 0) {
      throw new InvalidArgumentError(`the stdin of process ${pid} is not open: start it with stdin: true`);
    }
    await this.#feed(command, data);
  }

  async closeStdin(pid: number): Promise<void> {
    const command = this.#find(pid);
    const fd = command.stdinFd;
    command.stdinFd = -1;
    if (fd >= 0) await this.#calls.exclusive(() => this.#calls.system.close(fd));
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

  #follow(pid: number, request: CommandRequest, stdinFd: number, collected: Promise<CommandOutcome>): void {
    let fail: (error: Error) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const outcome = Promise.race([collected, failed]);
    const command: Command = { pid, request, stdinFd, outcome, fail, isOver: false };
    this.#commands.set(pid, command);
    const timer = request.timeoutMs > 0 ? setTimeout(() => this.#timeOut(command), request.timeoutMs) : undefined;
    const finish = () => {
      clearTimeout(timer);
      command.isOver = true;
      this.closeStdin(pid);
      this.#forgetOldest();
    };
    outcome.then(finish, finish);
    if (request.stdin instanceof Uint8Array) {
      this.#feed(command, request.stdin).then(() => this.closeStdin(pid));
    }
  }

  async #collect(
    exit: Promise<number>,
    pipes: Pipes,
    sink: OutputSink | null,
    trace: TraceSink | null,
  ): Promise<CommandOutcome> {
    const out = new OutputBuffer("stdout", sink);
    const err = new OutputBuffer("stderr", sink);
    let hasExited = false;
    exit.then(() => {
      hasExited = true;
    });
    // What a background job writes after the shell's end is not waited for.
    const isLast = () => hasExited;
    await Promise.all([
      this.#pump(pipes.stdout[0], out, isLast),
      this.#pump(pipes.stderr[0], err, isLast),
      trace && pumpTrace(this.#calls, pipes.trace[0], trace, isLast),
    ]);
    const outcome: CommandOutcome = { exitCode: await exit, stdout: out.text, stderr: err.text };
    if (out.isTruncated || err.isTruncated) outcome.truncated = true;
    return outcome;
  }

  async #pump(fd: number, buffer: OutputBuffer, isLast: () => boolean): Promise<void> {
    const { system } = this.#calls;
    const bytes = new Uint8Array(PIECE);
    for (;;) {
      const count = await this.#calls.until(() => {
        const result = system.read(fd, bytes, 0, PIECE);
        return result === -EAGAIN && isLast() ? 0 : result;
      });
      if (count <= 0) break;
      await buffer.add(bytes.subarray(0, count));
    }
    await buffer.end();
    await this.#calls.exclusive(() => system.close(fd));
  }

  async #feed(command: Command, data: Uint8Array): Promise<void> {
    const { system } = this.#calls;
    for (let at = 0; at < data.length && command.stdinFd >= 0; ) {
      const count = await this.#calls.until(
        () => (command.stdinFd < 0 ? -EPIPE : system.write(command.stdinFd, data, at, data.length - at)),
        performance.now() + 1000,
      );
      if (count === -ETIMEDOUT) continue;
      if (count < 0) return;
      at += count;
    }
  }

  async #timeOut(command: Command): Promise<void> {
    const { timeoutMs, cmd } = command.request;
    command.fail(
      new TimeoutError(`the command ran for longer than its timeoutMs of ${timeoutMs} and was killed: ${cmd}`),
    );
    await this.kill(command.pid, SIGKILL);
  }

  #find(pid: number): Command {
    const command = this.#commands.get(pid);
    if (command === undefined) throw new InvalidArgumentError(`no command has pid ${pid}`);
    return command;
  }

  #forgetOldest(): void {
    const ended = [...this.#commands.values()].filter((command) => command.isOver);
    for (const command of ended.slice(0, Math.max(0, ended.length - REMEMBERED))) this.#commands.delete(command.pid);
  }

  #checkDirectory(path: string): void {
    const stat = newStat();
    const absolute = path.startsWith("/") ? path : `${HOMES.user}/${path}`;
    succeed(this.#calls.system.stat(AT_FDCWD, encode(absolute), true, stat), "enter", path);
    if ((stat.mode & S_IFMT) !== S_IFDIR) throw fileError(-ENOTDIR, "enter", path);
  }

  #openPipes(wantsStdin: boolean, wantsTrace: boolean): Pipes {
    const { system } = this.#calls;
    const pipe = () => {
      const ends: [number, number] = [-1, -1];
      succeed(system.pipe(ends), "open", "a pipe");
      for (const fd of ends) system.setCloexec(fd, true);
      return ends;
    };
    const stdin = pipe();
    if (!wantsStdin) {
      // A pipe without a writer is at its end; unlike /dev/null, nobody can have removed it.
      system.close(stdin[1]);
      stdin[1] = -1;
    }
    return { stdin, stdout: pipe(), stderr: pipe(), trace: wantsTrace ? pipe() : [-1, -1] };
  }
}
