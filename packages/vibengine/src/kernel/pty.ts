// The `pty` API, kernel side: a bash at a terminal of its own, what the terminal shows going to the page as it comes.

import { InvalidArgumentError } from "../errors.ts";
import type { DataSink, PtyRequest, PtySize } from "../protocol.ts";
import { type Command, CommandTable, processInfo, startError } from "./command-table.ts";
import { checkDirectory, workingDirectory } from "./environment.ts";
import { Listeners } from "./output.ts";
import { pump } from "./streams.ts";

export class PtyCommands extends CommandTable {
  async startPty(request: PtyRequest, sink: DataSink): Promise<number> {
    const { system } = this.calls;
    const terminal: [number, number] = [-1, -1];
    const result = await this.calls.exclusive(() => {
      checkDirectory(this.calls, workingDirectory(request));
      return system.openTerminal(request.size, terminal);
    });
    if (result < 0) throw startError(result);
    const [tty, screenFd] = terminal;
    const argv = request.cmd === undefined ? ["bash", "-i"] : ["bash", "-c", request.cmd];
    const [pid, exit] = await this.startShell(request, argv, { TERM: "xterm-256color" }, (child) => {
      const fd = child.takeTerminal(tty);
      for (const to of [0, 1, 2]) child.dup2(fd, to);
      if (fd > 2) child.close(fd);
      return Math.min(fd, 0);
    });
    const hangUp = () => this.calls.exclusive(() => system.hangUp(tty));
    if (pid < 0) {
      await hangUp();
      await this.closeAll([screenFd]);
      throw startError(pid);
    }
    const screen = new Listeners<Parameters<DataSink>>();
    screen.add(sink);
    exit.then(hangUp);
    const shown = pump(
      this.calls,
      screenFd,
      () => false,
      (bytes) => screen.tell(bytes.slice()),
    );
    this.follow(request, {
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

  connectPty(pid: number, sink: DataSink): void {
    this.#findPty(pid).screen.add(sink);
  }

  async resize(pid: number, size: PtySize): Promise<void> {
    const { tty } = this.#findPty(pid);
    await this.calls.exclusive(() => this.calls.system.resizeTerminal(tty, size));
  }

  #findPty(pid: number): Command {
    const command = this.find(pid);
    if (command.tty < 0)
      throw new InvalidArgumentError(`process ${pid} has no terminal: pty.create starts one that has`);
    return command;
  }
}
