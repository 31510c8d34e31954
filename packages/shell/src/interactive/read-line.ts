// Reads one line at a terminal with the line editor: puts the terminal into raw mode, draws, and puts it back. Above `editor`,
// `view`; below the loop.

import {
  AT_FDCWD,
  EAGAIN,
  EINTR,
  ETIMEDOUT,
  encode,
  O_RDWR,
  rawTermios,
  SIGWINCH,
  type Termios,
} from "@vibengine/system";
import { openReadline } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";
import { type Answer, Editor, type EditorTerminal, type Readline } from "./editor.ts";
import { type Cell, drawLine, START } from "./view.ts";

const PASTES_ON = "\x1b[?2004h";
const PASTES_OFF = "\x1b[?2004l";
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

/** The terminal of an interactive shell. */
export class LineReader implements EditorTerminal {
  readonly #shell: Shell;
  readonly #fd: number;
  readonly #decoder = new TextDecoder();
  readonly #bytes = new Uint8Array(4096);
  readonly editor: Editor = new Editor(this);
  #prompt = "";
  /** Where the last drawing left the cursor. */
  #at: Cell = START;
  /** How the terminal was set before the line. */
  #before: Termios | number = 0;

  constructor(shell: Shell, fd: number) {
    this.#shell = shell;
    this.#fd = fd;
  }

  static open(shell: Shell): LineReader | null {
    const fd = shell.sys.open(AT_FDCWD, encode("/dev/tty"), O_RDWR, 0);
    if (fd < 0) return null;
    const high = shell.sys.dup(fd, 255);
    shell.sys.close(fd);
    shell.sys.setCloexec(high, true);
    return high < 0 ? null : new LineReader(shell, high);
  }

  get fd(): number {
    return this.#fd;
  }

  async read(prompt: string, history: readonly string[]): Promise<Answer> {
    const { options } = this.#shell;
    this.#before = this.#shell.sys.tcgetattr(this.#fd);
    if (typeof this.#before === "number") return "end";
    this.#prompt = prompt;
    this.#at = START;
    const { editor } = this;
    editor.full = this.#shell.readline;
    this.enter();
    try {
      if (options.vi) editor.full = await this.readline();
      if (editor.full?.variables.get("enable-bracketed-paste") !== "off") await this.show(PASTES_ON);
      const answer = await editor.read(history, options.vi && editor.full !== null ? "vi-insert" : "emacs");
      if (answer === "end") return answer;
      await this.drawEnd();
      await this.show(answer === "interrupt" ? "^C\r\n" : "\r\n");
      return answer;
    } finally {
      if (this.#shell.sys.isAlive) await this.show(PASTES_OFF);
      this.leave();
    }
  }

  /** Raw mode, for editing. */
  enter(): void {
    if (typeof this.#before !== "number") this.#shell.sys.tcsetattr(this.#fd, rawTermios(this.#before));
  }

  /** The terminal as commands have it. */
  leave(): void {
    const { sys } = this.#shell;
    if (sys.isAlive && typeof this.#before !== "number") sys.tcsetattr(this.#fd, this.#before);
  }

  async input(ms?: number): Promise<string | null> {
    const { sys } = this.#shell;
    const deadline = ms === undefined ? undefined : performance.now() + ms;
    for (;;) {
      const count = await sys.block(() => sys.read(this.#fd, this.#bytes, 0, this.#bytes.length), deadline);
      if (count === -ETIMEDOUT) return null;
      if (count === -EINTR) {
        const signals = sys.takeSignals();
        this.#shell.pendingSignals |= signals & ~(1 << SIGWINCH);
        this.noteSize();
        await this.draw();
      } else if (count <= 0) this.editor.stop("end");
      else return this.#decoder.decode(this.#bytes.slice(0, count), { stream: true });
    }
  }

  readline(): Promise<Readline | null> {
    return openReadline(this.#shell);
  }

  clear(): Promise<void> {
    this.#at = START;
    return this.show(CLEAR_SCREEN);
  }

  /** Takes the line off the screen; the next drawing begins where it began. */
  erase(): Promise<void> {
    const view = drawLine("", "", 0, this.columns, this.#at);
    this.#at = view.at;
    return this.show(view.output);
  }

  /** Leaves the line as it stands and goes on below: what is shown next comes there, and then the line again. */
  async below(text: string): Promise<void> {
    await this.drawEnd();
    await this.show(`\r\n${text.replace(/\r?\n/g, "\r\n")}`);
    this.#at = START;
  }

  /** Sets LINES and COLUMNS, as `shopt checkwinsize` has it. */
  noteSize(): void {
    const { sys, vars, shopt } = this.#shell;
    const size = sys.windowSize(this.#fd);
    if (!shopt.checkwinsize || typeof size === "number" || size.rows === 0 || size.columns === 0) return;
    vars.set("LINES", String(size.rows));
    vars.set("COLUMNS", String(size.columns));
  }

  get columns(): number {
    const size = this.#shell.sys.windowSize(this.#fd);
    return typeof size === "number" || size.columns === 0 ? 80 : size.columns;
  }

  draw(cursor: number = this.editor.cursor): Promise<void> {
    const { editor } = this;
    const view = drawLine(editor.prompt ?? this.#prompt, editor.text, cursor, this.columns, this.#at);
    this.#at = view.at;
    return this.show(view.output);
  }

  drawEnd(): Promise<void> {
    return this.draw(this.editor.text.length);
  }

  /** Straight to the terminal, whatever stdout is. */
  async show(text: string): Promise<void> {
    const { sys } = this.#shell;
    const bytes = encode(text);
    for (let at = 0; at < bytes.length; ) {
      const count = await sys.block(() => sys.write(this.#fd, bytes, at, bytes.length - at));
      if (count === -EINTR) await this.#shell.host.yield();
      else if (count < 0 && count !== -EAGAIN) return;
      else at += Math.max(count, 0);
    }
  }
}

/** A prompt's last line for the view, and what stands above it. */
export function splitPrompt(prompt: string): [above: string, last: string] {
  const end = prompt.lastIndexOf("\n") + 1;
  return [prompt.slice(0, end), prompt.slice(end)];
}
