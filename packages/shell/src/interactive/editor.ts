// The line editor at the prompt: history, kills, and the keymaps that turn keys into commands that change its line. It reads keys
// from a terminal it is handed and never draws by itself. What is bound seldom comes with the tools: `terminal.readline()`.

import { coreCommands, coreKeys } from "./commands.ts";
import { type Change, Line } from "./line.ts";

/** What came of it: a line, or that it was given up (^C), or the end of input (^D on an empty line, or the terminal is gone). */
export type Answer = { line: string } | "interrupt" | "end";

/** A command by name, keys to press, or a shell command; null is bound to nothing at all. */
export type Binding = string | { macro: string } | { command: string } | null;
/** Key sequences and what they are bound to. Printable characters that are not there insert themselves. */
export type Keymap = Map<string, Binding>;
export type MapName = "emacs" | "vi-insert" | "vi-command";
export type Command = (editor: Editor, count: number, key: string) => unknown;

/** All that can be bound: the part that comes with the tools. */
export interface Readline {
  keymaps: Record<MapName, Keymap>;
  commands: Record<string, Command>;
  variables: Map<string, string>;
  /** Runs a shell command that a key is bound to. */
  execute(editor: Editor, command: string): Promise<void>;
  /** What is kept from one key to the next: macros, the last search. */
  state: Record<string, unknown>;
  /** The process of the shell that may change it: a subshell changes a copy. */
  owner: number;
}

/** What the editor needs of the terminal. */
export interface EditorTerminal {
  /** What is typed next; null when nothing comes for `ms`. */
  input(ms?: number): Promise<string | null>;
  draw(): Promise<void>;
  show(text: string): Promise<void>;
  clear(): Promise<void>;
  readonly columns: number;
  /** Takes the line off the screen. */
  erase(): Promise<void>;
  /** Shows something below the line, which is drawn again behind it. */
  below(text: string): Promise<void>;
  /** Sets the terminal as commands have it, and as editing has it. */
  leave(): void;
  enter(): void;
  /** Everything that can be bound, loaded if need be; null when that failed. */
  readline(): Promise<Readline | null>;
}

const KILLS_MAX = 10;
/** So many typed characters are undone at once. */
const TYPED_MAX = 20;

export class Editor extends Line {
  readonly terminal: EditorTerminal;
  mark = 0;
  history: readonly string[] = [];
  /** The line of history that is edited. */
  at = 0;
  /** Where the next line begins in the history, when a command has said so. */
  nextAt: number | null = null;
  /** What was killed, the last at the end. */
  kills: string[] = [];
  map: MapName = "emacs";
  /** All that can be bound, once it is here. */
  full: Readline | null = null;
  /** Stands in place of the prompt: a search, a count. */
  prompt: string | null = null;
  /** The name of the command before this one. */
  last = "";
  command = "";
  count = 1;
  /** The count was typed. */
  isCounted = false;
  overwrites = false;
  /** Keys of a macro that is being defined. */
  recorded: string | null = null;
  /** All keys since a change began, for repeating it. */
  trace: string | null = null;
  /** vi's command mode has been used on this line. */
  isBegun = false;
  #buffer = "";
  /** So much of the buffer was not typed. */
  #pushed = 0;
  #isKill = false;
  #wasKill = false;
  #answer: Answer | null = null;
  /** Lines of history as they were left. */
  #edits = new Map<number, { text: string; undo: Change[] }>();

  constructor(terminal: EditorTerminal) {
    super();
    this.terminal = terminal;
  }

  /** Reads a line. Keys behind an Enter that came with it begin the next. */
  async read(history: readonly string[], map: MapName): Promise<Answer> {
    this.history = history;
    this.at = history.length;
    this.#edits.clear();
    this.set("");
    this.undo = [];
    this.map = map;
    this.last = "";
    this.overwrites = false;
    this.trace = null;
    this.isBegun = false;
    this.#answer = null;
    const at = this.nextAt;
    this.nextAt = null;
    try {
      if (at !== null) await this.recall(at);
      for (;;) await this.#step();
    } catch (error) {
      this.prompt = null;
      if (this.#answer === null) throw error;
      return this.#answer;
    }
  }

  /** Ends the line. */
  stop(answer: Answer): never {
    this.#answer = answer;
    throw answer;
  }

  async #step(): Promise<void> {
    this.count = 1;
    this.isCounted = false;
    this.#wasKill = this.#isKill;
    this.#isKill = false;
    if (this.map !== "vi-insert") this.group++;
    await this.dispatch();
    this.last = this.command;
    if (this.map === "vi-command" && this.cursor > 0 && this.cursor === this.text.length) this.cursor = this.previous();
  }

  /** Reads a key sequence and does what it is bound to: the longest one that is bound. */
  async dispatch(): Promise<void> {
    const map = this.full?.keymaps[this.map] ?? coreKeys;
    let keys = "";
    let found: Binding | undefined;
    let length = 0;
    do {
      const key: string | null = await this.key(found === undefined ? undefined : this.#timeout());
      if (key === null) break;
      keys += key;
      const binding = map.get(keys);
      if (binding === undefined) continue;
      found = binding;
      length = keys.length;
    } while (isPrefix(map, keys));
    if (found === "do-lowercase-version") found = map.get(keys.toLowerCase());
    if (found !== undefined) {
      this.push(keys.slice(length));
      return this.#perform(found, keys.slice(0, length));
    }
    if (keys.length < 3 && !/[\x00-\x1f\x7f]/.test(keys) && this.map !== "vi-command")
      return this.run("self-insert", keys);
    if (this.full === null && (this.full = await this.terminal.readline()) !== null) {
      this.push(keys);
      return this.dispatch();
    }
    // A sequence that nobody knows is dropped whole.
    if (keys.startsWith("\x1b[")) while (!/\x1b\[[\x20-?]*[@-~]/.test(keys)) keys += await this.key();
    else await this.bell();
  }

  #timeout(): number | undefined {
    const ms = Number(this.full?.variables.get("keyseq-timeout"));
    return ms > 0 ? ms : undefined;
  }

  async #perform(binding: Binding, keys: string): Promise<void> {
    if (typeof binding === "string") return this.run(binding, keys.at(-1)!);
    this.command = "";
    if (binding === null) return this.bell();
    if ("macro" in binding) this.push(binding.macro);
    else await this.full!.execute(this, binding.command);
  }

  /** Calls a command by name. */
  async run(name: string, key: string, count = this.count): Promise<void> {
    this.command = name;
    const command = (this.full?.commands ?? coreCommands)[name];
    if (command !== undefined) await command(this, count, key);
    else if (this.full === null && (this.full = await this.terminal.readline()) !== null) await this.run(name, key);
    else await this.bell();
  }

  /** The next character; null when none comes for `ms`. ^C ends the line unless `isLiteral`. */
  async key(ms?: number, isLiteral = false): Promise<string | null> {
    while (this.#buffer === "") {
      await this.terminal.draw();
      const typed = await this.terminal.input(ms);
      if (typed === null) return null;
      this.#buffer = typed;
    }
    const key = String.fromCodePoint(this.#buffer.codePointAt(0)!);
    this.#buffer = this.#buffer.slice(key.length);
    if (this.#pushed > 0) this.#pushed -= key.length;
    else if (this.recorded !== null) this.recorded += key;
    if (this.trace !== null) this.trace += key;
    if (key === "\x03" && !isLiteral) this.stop("interrupt");
    return key;
  }

  /** All that is typed up to `end`. */
  async until(end: string): Promise<string> {
    let text = this.#buffer;
    while (!text.includes(end)) text += await this.terminal.input();
    const at = text.indexOf(end);
    this.#buffer = text.slice(at + end.length);
    this.#pushed = 0;
    return text.slice(0, at);
  }

  /** Puts keys in front of those that wait. */
  push(keys: string): void {
    this.#buffer = keys + this.#buffer;
    this.#pushed += keys.length;
  }

  bell(): Promise<void> {
    return this.terminal.show(this.full?.variables.get("bell-style") === "none" ? "" : "\x07");
  }

  /** Puts in typed text. */
  type(text: string): void {
    const before = this.undo.at(-1);
    if (this.overwrites) {
      let to = this.cursor;
      for (let i = [...text].length; i > 0 && to < this.text.length; i--) to = this.next(to);
      return this.replace(this.cursor, to, text);
    }
    if (
      before?.removed === "" &&
      this.last === "self-insert" &&
      before.at + before.inserted.length === this.cursor &&
      before.inserted.length < TYPED_MAX
    ) {
      this.undo.pop();
      this.group = before.group;
      this.insert(text);
      this.undo.at(-1)!.at = before.at;
      this.undo.at(-1)!.inserted = before.inserted + text;
    } else this.insert(text);
  }

  /** A line in place of this one, as history has it. */
  set(text: string): void {
    this.text = text;
    this.cursor = this.map === "vi-command" ? 0 : text.length;
  }

  /** Kills that follow each other come together. */
  kill(from: number, to: number): void {
    this.keep(from, to);
    const start = Math.min(from, to);
    this.replace(start, Math.max(from, to), "");
    this.cursor = start;
  }

  /** Keeps text as a kill does, and leaves it. */
  keep(from: number, to: number): void {
    this.#isKill = true;
    if (from === to) return;
    const piece = this.text.slice(Math.min(from, to), Math.max(from, to));
    const before = this.#wasKill && this.map !== "vi-command" ? this.kills.pop() : undefined;
    this.kills.push(before === undefined ? piece : to < from ? piece + before : before + piece);
    if (this.kills.length > KILLS_MAX) this.kills.shift();
    this.#wasKill = true;
  }

  recall(to: number): void | Promise<void> {
    if (to < 0 || to > this.history.length) return this.bell();
    this.#edits.set(this.at, { text: this.text, undo: this.undo });
    const text = this.lineAt(to);
    this.at = to;
    this.set(text);
    if (to === this.history.length) this.cursor = text.length;
    this.undo = this.#edits.get(to)?.undo ?? [];
  }

  /** A line of history as it is now. */
  lineAt(at: number): string {
    return at === this.at ? this.text : (this.#edits.get(at)?.text ?? this.history[at] ?? "");
  }
}

/** Whether a longer sequence begins with these keys. */
function isPrefix(map: Keymap, keys: string): boolean {
  for (const sequence of map.keys()) if (sequence.length > keys.length && sequence.startsWith(keys)) return true;
  return false;
}
