// Reads one line at a terminal with the line editor: puts the terminal into raw mode, draws, and puts it back. Above `editor`,
// `view`; below the loop.

import {
  AT_FDCWD,
  EAGAIN,
  EINTR,
  encode,
  O_RDWR,
  rawTermios,
  SIGWINCH,
  type System,
  type Termios,
} from "@vibengine/system";
import { builtins } from "../builtins/index.ts";
import type { Shell } from "../execute/shell.ts";
import { LineEditor } from "./editor.ts";
import { Keys } from "./keys.ts";
import { type Cell, cells, drawLine, START } from "./view.ts";

const PASTES_ON = "\x1b[?2004h";
const PASTES_OFF = "\x1b[?2004l";
const CLEAR_SCREEN = "\x1b[H\x1b[2J";
const BELL = "\x07";
/** More candidates than this are listed only in part. */
const LISTED_MAX = 300;

/** What came of it: a line, or that it was given up (^C), or the end of input (^D on an empty line, or the terminal is gone). */
export type Answer = { line: string } | "interrupt" | "end";

/** The terminal of an interactive shell. */
export class LineReader {
  readonly #shell: Shell;
  readonly #fd: number;
  readonly #keys = new Keys();
  readonly #decoder = new TextDecoder();
  readonly #bytes = new Uint8Array(4096);
  #killed = "";
  /** Where the last drawing left the cursor. */
  #at: Cell = START;
  #hasRung = false;
  /** Keys behind an Enter that came with it: the next line begins with them. */
  #waiting: ReturnType<Keys["split"]> = [];

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
    const { sys } = this.#shell;
    const before = sys.tcgetattr(this.#fd);
    if (typeof before === "number") return "end";
    sys.tcsetattr(this.#fd, rawTermios(before));
    await this.#show(PASTES_ON);
    try {
      return await this.#edit(prompt, new LineEditor(history, this.#killed));
    } finally {
      await this.#leave(sys, before);
    }
  }

  async #leave(sys: System, termios: Termios): Promise<void> {
    if (!sys.isAlive) return;
    await this.#show(PASTES_OFF);
    sys.tcsetattr(this.#fd, termios);
  }

  async #edit(prompt: string, editor: LineEditor): Promise<Answer> {
    this.#at = START;
    await this.#draw(prompt, editor);
    for (;;) {
      const keys = this.#waiting.length > 0 ? this.#waiting.splice(0) : await this.#nextKeys();
      if (keys === null) return "end";
      if (keys === "resized") {
        this.noteSize();
        await this.#draw(prompt, editor);
        continue;
      }
      while (keys.length > 0) {
        const event = editor.press(keys.shift()!);
        this.#killed = editor.killed;
        if (event?.type !== "complete") this.#hasRung = false;
        if (event === undefined) continue;
        if (event.type === "submit") {
          this.#waiting = keys;
          editor.cursor = editor.text.length;
          await this.#draw(prompt, editor);
          await this.#show("\r\n");
          return { line: event.text };
        }
        if (event.type === "interrupt") {
          await this.#draw(prompt, editor);
          await this.#show("^C\r\n");
          return "interrupt";
        }
        if (event.type === "end-of-input") return "end";
        if (event.type === "bell") await this.#show(BELL);
        if (event.type === "clear") {
          this.#at = START;
          await this.#show(CLEAR_SCREEN);
        }
        if (event.type === "complete") await this.#complete(prompt, editor);
      }
      await this.#draw(prompt, editor);
    }
  }

  async #nextKeys(): Promise<ReturnType<Keys["split"]> | "resized" | null> {
    const { sys } = this.#shell;
    const count = await sys.block(() => sys.read(this.#fd, this.#bytes, 0, this.#bytes.length));
    if (count === -EINTR) {
      const signals = sys.takeSignals();
      this.#shell.pendingSignals |= signals & ~(1 << SIGWINCH);
      return "resized";
    }
    if (count <= 0) return null;
    return this.#keys.split(this.#decoder.decode(this.#bytes.slice(0, count), { stream: true }));
  }

  async #complete(prompt: string, editor: LineEditor): Promise<void> {
    const tools = await Promise.resolve(this.#shell.programs.tools()).catch(() => null);
    if (tools === null) {
      await this.#show(BELL);
      return;
    }
    const { complete, columnsOf } = tools.parts;
    const found = complete(this.#shell, builtins.keys(), editor.text, editor.cursor);
    if (found.insert !== "") {
      editor.insert(found.insert);
      return;
    }
    if (found.choices.length < 2 || !this.#hasRung) {
      this.#hasRung = true;
      await this.#show(BELL);
      return;
    }
    const end = editor.cursor;
    editor.cursor = editor.text.length;
    await this.#draw(prompt, editor);
    editor.cursor = end;
    const listed = found.choices.slice(0, LISTED_MAX);
    const rest = found.choices.length - listed.length;
    await this.#show(
      `\r\n${columnsOf(listed, this.#columns(), cells)}${rest > 0 ? `… and ${rest} more\n` : ""}`.replace(
        /\r?\n/g,
        "\r\n",
      ),
    );
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

  #columns(): number {
    const size = this.#shell.sys.windowSize(this.#fd);
    return typeof size === "number" || size.columns === 0 ? 80 : size.columns;
  }

  async #draw(prompt: string, editor: LineEditor): Promise<void> {
    const view = drawLine(editor.searchPrompt ?? prompt, editor.text, editor.cursor, this.#columns(), this.#at);
    this.#at = view.at;
    await this.#show(view.output);
  }

  /** Straight to the terminal, whatever stdout is. */
  async #show(text: string): Promise<void> {
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
