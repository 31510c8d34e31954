// The terminal: reads lines at a prompt, runs each in the sandbox, streams its output, and hands it what is typed meanwhile.
// Editing, drawing and wrapping of lines are pure and live in files of their own; this one connects them to xterm.js and
// to `sandbox.commands`.

import type { Terminal } from "@xterm/xterm";
import type { CommandHandle, Sandbox } from "vibengine";
import { complete, wantedAt } from "./complete.ts";
import { CookedLine } from "./cooked-line.ts";
import { errorText } from "./dom.ts";
import { type Key, splitKeys } from "./keys.ts";
import { LineEditor } from "./line-editor.ts";
import { drawLine } from "./line-view.ts";
import { openScreen } from "./screen.ts";
import { HOME, parseState, type ShellState, STATE_PATH, shortPath, wrapLine } from "./shell-line.ts";
import { isUnfinished } from "./unfinished.ts";
import { HELP, welcome, welcomeBack } from "./welcome.ts";

/** `busy`: between a line and what follows it. What is typed then waits for the next prompt. */
type Mode = "off" | "prompt" | "busy" | "running";

export class ShellTerminal {
  readonly #screen: Terminal;
  readonly #editor = new LineEditor();
  readonly #onChange: (mode: Mode) => void;
  #sandbox: Sandbox | null = null;
  #shownId = "";
  #mode: Mode = "off";
  #state: ShellState = { cwd: HOME, envs: {} };
  #status = 0;
  /** The lines so far of a command that goes on. */
  #begun = "";
  /** The row of the prompt the cursor is in. */
  #cursorRow = 0;
  /** Keys that came in one piece behind an Enter, and whole lines to run: their turn comes at the next prompt. */
  #waiting: (Key[] | string)[] = [];
  #cooked = new CookedLine();
  #command: Promise<CommandHandle> | null = null;
  #interrupts = 0;

  /** @param onChange called when a command starts and when it has ended */
  constructor(host: HTMLElement, onChange: (mode: Mode) => void) {
    this.#screen = openScreen(host);
    this.#onChange = onChange;
    this.#screen.onData((data) => this.press(data));
    this.#screen.onResize(() => this.#mode === "prompt" && this.#draw());
  }

  /** Works on `sandbox` from now on; with null it only shows what is there. */
  async attach(sandbox: Sandbox | null, name: string): Promise<void> {
    this.#sandbox = sandbox;
    this.#waiting = [];
    this.#begun = "";
    this.#setMode("off");
    if (sandbox === null) return;
    this.#state = { cwd: HOME, envs: {} };
    this.#status = 0;
    const isResumed = await this.#readState(sandbox);
    if (this.#sandbox !== sandbox) return;
    if (this.#shownId !== "" && this.#shownId !== sandbox.sandboxId) this.#screen.reset();
    else if (this.#shownId !== "") await this.#print("\n");
    this.#shownId = sandbox.sandboxId;
    await this.#print(`\x1b[?2004h${isResumed ? welcomeBack(name) : welcome(name)}`);
    await this.#prompt();
  }

  get cwd(): string {
    return this.#state.cwd;
  }

  /** Not where that would bring up a keyboard over half of the screen. */
  focus(): void {
    if (matchMedia("(hover: hover)").matches) this.#screen.focus();
  }

  /** Types a line and presses Enter, at the next prompt if a command is running. */
  run(line: string): void {
    this.#waiting.push(line);
    if (this.#mode === "prompt") this.#takeWaiting();
  }

  /** Acts as if the terminal had sent `data`. */
  press(data: string): void {
    const keys = splitKeys(data);
    if (this.#mode === "prompt") this.#edit(keys);
    else if (this.#mode === "running") for (const key of keys) this.#typeToCommand(key);
    else if (this.#mode === "busy") this.#waiting.push(keys);
  }

  #edit(keys: Key[]): void {
    for (const [index, key] of keys.entries()) {
      const event = this.#editor.press(key);
      if (event?.type === "submit") {
        if (index + 1 < keys.length) this.#waiting.unshift(keys.slice(index + 1));
        void this.#submit(event.text);
        return;
      }
      if (event?.type === "interrupt") {
        this.#screen.write("^C\r\n");
        this.#begun = "";
        this.#cursorRow = 0;
      } else if (event?.type === "clear") {
        this.#screen.clear();
        this.#screen.write("\x1b[H\x1b[2J");
        this.#cursorRow = 0;
      } else if (event?.type === "complete") {
        void this.#complete();
      }
    }
    this.#draw();
  }

  async #submit(text: string): Promise<void> {
    this.#setMode("busy");
    this.#draw(text);
    this.#screen.write("\r\n");
    this.#cursorRow = 0;
    const line = this.#begun + text;
    this.#begun = isUnfinished(line) ? `${line}\n` : "";
    if (this.#begun === "") {
      this.#editor.remember(line);
      const word = line.trim();
      if (word === "clear") this.#screen.write("\x1b[H\x1b[2J\x1b[3J");
      else if (word === "help") await this.#print(HELP);
      else if (word !== "") return this.#run(line);
    }
    await this.#prompt();
  }

  async #run(line: string): Promise<void> {
    const sandbox = this.#sandbox as Sandbox;
    this.#cooked = new CookedLine();
    this.#interrupts = 0;
    this.#setMode("running");
    try {
      this.#command = sandbox.commands.run(wrapLine(line, this.#status), {
        background: true,
        cwd: this.#state.cwd,
        envs: this.#state.envs,
        stdin: true,
        onStdout: (output) => this.#print(output),
        onStderr: (output) => this.#print(output),
      });
      const handle = await this.#command;
      this.#status = (await handle.wait()).exitCode;
      if (this.#sandbox === sandbox) this.#setMode("busy");
      await this.#readState(sandbox);
    } catch (error) {
      if (this.#sandbox === sandbox) this.#setMode("busy");
      this.#status = 1;
      await this.#print(`\x1b[31m${errorText(error)}\x1b[0m\n`);
      // The directory may have been removed: without one to start in, no command would ever work again.
      const hasDirectory = await sandbox.files.exists(this.#state.cwd).catch(() => true);
      if (!hasDirectory) this.#state.cwd = HOME;
    }
    this.#command = null;
    // The end of the sandbox may be told here first, by the command, and then to the page.
    if (this.#sandbox === sandbox && (await sandbox.isRunning())) await this.#prompt();
  }

  /** Takes over the directory and the variables that the last line left; false when there are none. */
  async #readState(sandbox: Sandbox): Promise<boolean> {
    const report = await sandbox.files.read(STATE_PATH).catch(() => "");
    const state = parseState(report);
    if (state) this.#state = state;
    return state !== undefined;
  }

  #typeToCommand(key: Key): void {
    const { echo, send, event } = this.#cooked.press(key);
    this.#screen.write(echo);
    // A command that has just ended, or closed its input, takes nothing any more: that is no error.
    const tell = (act: (handle: CommandHandle) => Promise<unknown>) => this.#command?.then(act).catch(() => {});
    if (send !== undefined) void tell((handle) => handle.sendStdin(send));
    if (event === "end-of-input") void tell((handle) => handle.closeStdin());
    if (event === "interrupt") {
      this.#waiting = [];
      // A program may take its time to end on the first ctrl-c; the second one is not a request.
      const signal = this.#interrupts++ === 0 ? "SIGINT" : "SIGKILL";
      void tell((handle) => handle.kill(signal));
    }
  }

  async #complete(): Promise<void> {
    const { text, cursor } = this.#editor;
    const sandbox = this.#sandbox;
    const wanted = wantedAt(text, cursor);
    const { directory } = wanted;
    const base = directory.startsWith("~/") ? HOME + directory.slice(1) : directory;
    const path = wanted.isCommand ? "/usr/bin" : base.startsWith("/") ? base : `${this.#state.cwd}/${base}`;
    const entries = await sandbox?.files.list(path).catch(() => []);
    if (!entries || this.#mode !== "prompt" || this.#editor.text !== text || this.#editor.cursor !== cursor) return;
    const found = complete(
      wanted,
      entries.map(({ name, type }) => ({ name, isDirectory: type === "dir" })),
    );
    if (found.insert === "" && found.choices.length > 0) {
      this.#screen.write(`\r\n${found.choices.slice(0, 200).join("  ")}\r\n`);
      this.#cursorRow = 0;
    }
    this.#editor.insert(found.insert);
    this.#draw();
  }

  /** Starts a new prompt, on a line of its own, and runs what waits for one. */
  async #prompt(): Promise<void> {
    await this.#print("");
    if (this.#screen.buffer.active.cursorX > 0) await this.#print("\x1b[90m⏎\x1b[0m\n");
    this.#cursorRow = 0;
    this.#setMode("prompt");
    this.#draw();
    this.#takeWaiting();
  }

  #takeWaiting(): void {
    while (this.#mode === "prompt" && this.#waiting.length > 0) {
      const next = this.#waiting.shift();
      if (typeof next !== "string") this.#edit(next ?? []);
      else this.#edit([{ name: "end" }, { name: "kill-to-start" }, { name: "text", text: next }, { name: "enter" }]);
    }
  }

  /** @param submitted the whole line, cursor behind it, for the last drawing before it runs */
  #draw(submitted?: string): void {
    const text = submitted ?? this.#editor.text;
    const cursor = submitted?.length ?? this.#editor.cursor;
    const view = drawLine(this.#promptText(), text, cursor, this.#screen.cols, this.#cursorRow);
    this.#cursorRow = view.cursorRow;
    this.#screen.write(view.output);
  }

  #promptText(): string {
    if (this.#begun !== "") return "\x1b[90m>\x1b[0m ";
    const status = this.#status === 0 ? "" : `\x1b[31m[${this.#status}]\x1b[0m `;
    return `${status}\x1b[32muser@vibengine\x1b[0m:\x1b[34m${shortPath(this.#state.cwd)}\x1b[0m$ `;
  }

  /** Resolves once it is on the screen: a command that writes faster than that has to wait. */
  #print(text: string): Promise<void> {
    return new Promise((resolve) => this.#screen.write(text, resolve));
  }

  #setMode(mode: Mode): void {
    this.#mode = mode;
    this.#onChange(mode);
  }
}
