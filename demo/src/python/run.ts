// One run of a script: `python3` as a command of the sandbox, its output as it comes, and the pictures it writes.

import type { CommandHandle, Sandbox } from "vibengine";
import { imageType } from "../images.ts";
import { HOME, quote } from "../shell-setup.ts";
import type { Output } from "./output.ts";

/** A picture is written in several pieces. */
const SETTLED_MS = 150;

export interface Ended {
  exitCode: number;
  seconds: number;
  stderr: string;
}

export class Run {
  /** When it began. */
  readonly startedAt = Date.now();
  readonly #sandbox: Sandbox;
  readonly #output: Output;
  readonly #onOutput: () => void;
  #handle: CommandHandle | null = null;
  #asked: "" | "SIGINT" | "SIGKILL" = "";

  /** @param onOutput called for each piece */
  constructor(sandbox: Sandbox, output: Output, onOutput: () => void) {
    this.#sandbox = sandbox;
    this.#output = output;
    this.#onOutput = onOutput;
  }

  /** Whether somebody wants it to end. */
  get isStopping(): boolean {
    return this.#asked !== "";
  }

  /** Rejects when the sandbox goes before the script has ended. */
  async wait(path: string): Promise<Ended> {
    const { files, commands } = this.#sandbox;
    const look = () => this.#output.look(this.#sandbox, this.startedAt);
    let settled: ReturnType<typeof setTimeout> | undefined;
    const onEvent = ({ name }: { name: string }) => {
      if (imageType(name) === undefined) return;
      clearTimeout(settled);
      // It is looked at again at the end.
      settled = setTimeout(() => look().catch(() => {}), SETTLED_MS);
    };
    const watch = await files.watchDir(HOME, onEvent, { recursive: true });
    try {
      // Unbuffered: each line is shown as it is printed.
      this.#handle = await commands.run(`exec python3 -u ${quote(path)}`, {
        background: true,
        cwd: HOME,
        timeoutMs: 0,
        envs: { MPLBACKEND: "agg" },
        maxOutputBytes: 64 * 1024,
        onStdout: (text) => this.#show("stdout", text),
        onStderr: (text) => this.#show("stderr", text),
      });
      if (this.#asked !== "") await this.#handle.kill(this.#asked);
      const { exitCode, stderr } = await this.#handle.wait();
      this.#output.flush();
      const seconds = (Date.now() - this.startedAt) / 1000;
      await look();
      return { exitCode, seconds, stderr };
    } finally {
      clearTimeout(settled);
      await watch.stop().catch(() => {});
    }
  }

  /** As ctrl-c does; a second time it ends whatever it does. */
  async stop(): Promise<void> {
    this.#asked = this.#asked === "" ? "SIGINT" : "SIGKILL";
    await this.#handle?.kill(this.#asked);
  }

  #show(stream: "stdout" | "stderr", text: string): Promise<void> {
    this.#onOutput();
    return this.#output.add(stream, text);
  }
}
