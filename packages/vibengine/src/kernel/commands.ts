// The `commands` API, kernel side: each command is a shell in a worker of its own, in a session of its own. Its output is two
// pipes that the kernel reads.

import { SIGKILL } from "@vibengine/system";
import { InvalidArgumentError, SandboxError } from "../errors.ts";
import type { CommandOutcome, CommandRequest, OutputSink, TraceSink } from "../protocol.ts";
import { processInfo, startError } from "./command-table.ts";
import { checkDirectory, workingDirectory } from "./environment.ts";
import { Listeners, OutputBuffer } from "./output.ts";
import { PtyCommands } from "./pty.ts";
import { openPipe, pump } from "./streams.ts";
import { pumpTrace } from "./trace.ts";

type Ends = [readEnd: number, writeEnd: number];

export class Commands extends PtyCommands {
  /** Commands that `runCommand` started, by the key it was given; null: aborted before it had a pid. */
  readonly #keys = new Map<string, number | null>();

  async start(request: CommandRequest, sink: OutputSink | null, trace: TraceSink | null): Promise<number> {
    const { system } = this.calls;
    const pipes = await this.calls.exclusive(() => {
      checkDirectory(this.calls, workingDirectory(request));
      const stdin = openPipe(this.calls);
      if (request.stdin === undefined) {
        // A pipe without a writer is at its end; unlike /dev/null, nobody can have removed it.
        system.close(stdin[1]);
        stdin[1] = -1;
      }
      const none: Ends = [-1, -1];
      return {
        stdin,
        stdout: openPipe(this.calls),
        stderr: openPipe(this.calls),
        trace: trace ? openPipe(this.calls) : none,
      };
    });
    const argv = ["sh", "-c", request.cmd];
    const [pid, exit] = await this.startShell(request, argv, {}, (child) => {
      child.dup2(pipes.stdin[0], 0);
      child.dup2(pipes.stdout[1], 1);
      child.dup2(pipes.stderr[1], 2);
      return trace === null ? 0 : child.traceTo(pipes.trace[1]);
    });
    const ours = [pipes.stdin[1], pipes.stdout[0], pipes.stderr[0], pipes.trace[0]];
    const theirs = [pipes.stdin[0], pipes.stdout[1], pipes.stderr[1], pipes.trace[1]];
    await this.closeAll(pid < 0 ? [...ours, ...theirs] : theirs);
    if (pid < 0) throw startError(pid);

    const output = new Listeners<Parameters<OutputSink>>();
    output.add(sink);
    const out = new OutputBuffer("stdout", output, request.maxOutputBytes);
    const err = new OutputBuffer("stderr", output, request.maxOutputBytes);
    let stdinFd = pipes.stdin[1];
    this.follow(request, {
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
    const command = this.find(pid);
    if (request.stdin === undefined) command.input = null;
    if (request.stdin instanceof Uint8Array) this.feed(command, request.stdin).then(() => this.closeStdin(pid));
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
    this.commands.get(pid)?.fail(new SandboxError(`the command was aborted: ${reason}`));
    await this.kill(pid, SIGKILL);
  }

  /** `sink` gets what comes from now on; what was captured before is the result. */
  connect(pid: number, sink: OutputSink): { stdout: string; stderr: string } {
    const command = this.find(pid);
    command.output.add(sink);
    return command.captured();
  }

  async sendStdin(pid: number, data: Uint8Array): Promise<void> {
    const command = this.find(pid);
    if (command.input === null) {
      throw new InvalidArgumentError(`the stdin of process ${pid} is not open: start it with stdin: true`);
    }
    await this.feed(command, data);
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
      pump(this.calls, pipes.stdout[0], isLast, (bytes) => out.add(bytes)).then(() => out.end()),
      pump(this.calls, pipes.stderr[0], isLast, (bytes) => err.add(bytes)).then(() => err.end()),
      trace && pumpTrace(this.calls, pipes.trace[0], trace, isLast),
    ]);
    const outcome: CommandOutcome = { exitCode: await exit, stdout: out.text, stderr: err.text };
    if (out.isTruncated || err.isTruncated) outcome.truncated = true;
    return outcome;
  }
}
