// The terminal: connects the xterm.js screen to a bash in a terminal of the sandbox (`sandbox.pty`). Editing, history, completion
// and job control are the shell's own. This one starts the shell, and another when it has ended, and follows its marks.

import type { Terminal } from "@xterm/xterm";
import type { CommandHandle, Sandbox } from "vibengine";
import { errorText } from "./dom.ts";
import { openScreen } from "./screen.ts";
import { DIRECTORY_PATH, HOME, parseDirectory, STARTUP_PATH, startupText } from "./shell-setup.ts";
import { ended, HELP, welcome, welcomeBack } from "./welcome.ts";

/** `busy`: between a line and what follows it. `off`: there is no shell. */
export type Mode = "off" | "prompt" | "busy" | "running";

/** A line to run at the next prompt, and who waits for its status. */
interface Line {
  text: string;
  done(status: number | null): void;
}

/** The shell takes lines as soon as it has asked for pastes in brackets. */
const PASTES_ON = 2004;
const TO_END_AND_CUT = "\x05\x15";

export class ShellTerminal {
  readonly #screen: Terminal;
  readonly #onChange: (mode: Mode) => void;
  #sandbox: Sandbox | null = null;
  #shell: Promise<CommandHandle> | null = null;
  #shownId = "";
  #mode: Mode = "off";
  #cwd = HOME;
  /** Lines to run: their turn comes at the next prompt. */
  #waiting: Line[] = [];
  /** The one whose turn it is. */
  #current: Line | null = null;

  /** @param onChange called when a command starts and when it has ended */
  constructor(host: HTMLElement, onChange: (mode: Mode) => void) {
    this.#screen = openScreen(host);
    this.#onChange = onChange;
    this.#screen.onData((data) => this.press(data));
    this.#screen.onResize((size) => this.#tell((sandbox, { pid }) => sandbox.pty.resize(pid, size)));
    this.#followMarks();
  }

  /** Works on `sandbox` from now on; with null it only shows what is there. */
  async attach(sandbox: Sandbox | null, name: string): Promise<void> {
    this.#sandbox = sandbox;
    this.#shell = null;
    this.#forget();
    this.#setMode("off");
    if (sandbox === null) return;
    const directory = await sandbox.files.read(DIRECTORY_PATH).catch(() => "");
    // Behind all that the last shell wrote: nothing of it counts any more.
    await this.#print("");
    if (this.#sandbox !== sandbox) return;
    this.#cwd = directory || HOME;
    if (this.#shownId !== "" && this.#shownId !== sandbox.sandboxId) this.#screen.reset();
    else await this.#leavePrograms();
    this.#shownId = sandbox.sandboxId;
    await this.#print(directory ? welcomeBack(name) : welcome(name));
    await this.#start(sandbox);
  }

  /** The shell's working directory. */
  get cwd(): string {
    return this.#cwd;
  }

  /** Not where that would bring up a keyboard over half of the screen. */
  focus(): void {
    if (matchMedia("(hover: hover)").matches) this.#screen.focus();
  }

  /**
   * Types a line in place of what stands there, and presses Enter; at the next prompt if a command is running. Resolves to the line's
   * status, or to null when it came to none: the shell has ended, or ctrl-c took it back.
   */
  run(text: string): Promise<number | null> {
    const status = new Promise<number | null>((done) => this.#waiting.push({ text, done }));
    if (this.#mode === "prompt") this.#takeWaiting();
    else this.restart();
    return status;
  }

  /** Acts as if `data` had been typed. */
  press(data: string): void {
    if (this.#shell === null) return this.restart();
    if (data === "\x03") this.#dropWaiting();
    // A paste has its own Enters, which submit nothing.
    if (this.#mode === "prompt" && data.includes("\r") && !data.startsWith("\x1b")) this.#setMode("busy");
    this.#tell((sandbox, { pid }) => sandbox.pty.sendInput(pid, data));
  }

  /** Starts a shell where the last one has ended, if none runs. */
  restart(): void {
    if (this.#sandbox !== null && this.#shell === null && this.#mode === "off") void this.#start(this.#sandbox);
  }

  async #start(sandbox: Sandbox): Promise<void> {
    this.#setMode("busy");
    try {
      this.#shell = this.#open(sandbox);
      const shell = await this.#shell;
      const { cols, rows } = this.#screen;
      await sandbox.pty.resize(shell.pid, { cols, rows });
      // The sandbox's end is the page's to tell.
      const status = await shell.wait().then(
        ({ exitCode }) => exitCode,
        () => null,
      );
      await this.#ended(sandbox, status === null ? "" : ended(status));
    } catch (error) {
      const isRunning = await sandbox.isRunning().catch(() => false);
      await this.#ended(sandbox, isRunning ? `\x1b[31m${errorText(error)}\x1b[0m\n` : "");
    }
  }

  async #open(sandbox: Sandbox): Promise<CommandHandle> {
    const hasDirectory = await sandbox.files.getInfo(this.#cwd).then(
      ({ type }) => type === "dir",
      () => false,
    );
    if (!hasDirectory) this.#cwd = HOME;
    await sandbox.files.write(STARTUP_PATH, startupText(HELP));
    const { cols, rows } = this.#screen;
    const onData = (data: Uint8Array) => (this.#sandbox === sandbox ? this.#print(data) : undefined);
    return sandbox.pty.create({ cols, rows, cwd: this.#cwd, onData });
  }

  async #ended(sandbox: Sandbox, text: string): Promise<void> {
    await this.#print("");
    if (this.#sandbox !== sandbox) return;
    this.#shell = null;
    this.#forget();
    await this.#leavePrograms();
    await this.#print(text);
    if (this.#sandbox === sandbox) this.#setMode("off");
  }

  /** Does something with the shell. That it has just ended, and its sandbox with it, is no error. */
  #tell(act: (sandbox: Sandbox, shell: CommandHandle) => Promise<unknown>): void {
    const sandbox = this.#sandbox;
    if (sandbox !== null) this.#shell?.then((shell) => act(sandbox, shell)).catch(() => {});
  }

  #followMarks(): void {
    const { parser } = this.#screen;
    parser.registerOscHandler(7, (report) => {
      if (this.#shell !== null) this.#cwd = parseDirectory(report) ?? this.#cwd;
      return true;
    });
    parser.registerOscHandler(133, (mark) => {
      if (this.#shell === null) return true;
      this.#setMode(mark.startsWith("C") ? "running" : "busy");
      if (mark.startsWith("D")) {
        this.#current?.done(Number(mark.split(";")[1]));
        this.#current = null;
      }
      return true;
    });
    parser.registerCsiHandler({ prefix: "?", final: "h" }, (params) => {
      if (params.includes(PASTES_ON) && this.#shell !== null && this.#mode === "busy") {
        this.#setMode("prompt");
        this.#takeWaiting();
      }
      return false;
    });
  }

  #takeWaiting(): void {
    const line = this.#waiting.shift();
    if (line === undefined) return;
    this.#current = line;
    // As a paste: a name with a tab in it completes nothing.
    this.press(`${TO_END_AND_CUT}\x1b[200~${line.text}\x1b[201~\r`);
  }

  #dropWaiting(): void {
    for (const line of this.#waiting.splice(0)) line.done(null);
  }

  #forget(): void {
    this.#current?.done(null);
    this.#current = null;
    this.#dropWaiting();
  }

  /** Undoes what a program that ended with its shell may have set, and goes to a line of its own. */
  async #leavePrograms(): Promise<void> {
    const { active } = this.#screen.buffer;
    await this.#print(`${active.type === "alternate" ? "\x1b[?1049l" : ""}\x1b[!p\x1b[?2004l\x1b[0m`);
    if (this.#screen.buffer.active.cursorX > 0) await this.#print("\n");
  }

  /** Resolves once it is on the screen: a command that writes faster than that has to wait. */
  #print(output: string | Uint8Array): Promise<void> {
    const data = typeof output === "string" ? output.replaceAll("\n", "\r\n") : output;
    return new Promise((resolve) => this.#screen.write(data, resolve));
  }

  #setMode(mode: Mode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#onChange(mode);
  }
}
