// The line editor at the prompt: text, cursor, history and a kill buffer, driven by keys. Pure logic: it never draws.
// line-view.ts turns its state into terminal output; terminal.ts acts on the events it returns.

import type { Key } from "./keys.ts";

export type LineEvent =
  | { type: "submit"; text: string }
  | { type: "interrupt" | "end-of-input" | "clear" | "complete" };

const HISTORY_LIMIT = 500;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export class LineEditor {
  text = "";
  /** Where the next character goes: an index into `text`, always on a grapheme boundary. */
  cursor = 0;
  readonly history: string[] = [];

  #historyAt = 0;
  /** The unfinished line, kept while the user walks through history. */
  #draft = "";
  #killed = "";

  /** Applies one key. Returns what the terminal has to act on, or nothing when only text or cursor changed. */
  press(key: Key): LineEvent | undefined {
    switch (key.name) {
      case "text":
      case "paste":
        this.insert(key.text);
        return;
      case "enter":
        return { type: "submit", text: this.#take() };
      case "interrupt":
        this.#take();
        return { type: "interrupt" };
      case "end-of-input":
        if (this.text === "") return { type: "end-of-input" };
        this.#remove(this.cursor, this.#next());
        return;
      case "clear":
      case "complete":
        return { type: key.name };
      case "backspace":
        this.#remove(this.#previous(), this.cursor);
        return;
      case "delete":
        this.#remove(this.cursor, this.#next());
        return;
      case "left":
        this.cursor = this.#previous();
        return;
      case "right":
        this.cursor = this.#next();
        return;
      case "word-left":
        this.cursor = this.#wordStart(/\w/);
        return;
      case "word-right":
        this.cursor += /^\W*\w*/.exec(this.text.slice(this.cursor))?.[0].length ?? 0;
        return;
      case "home":
        this.cursor = this.#lineStart();
        return;
      case "end":
        this.cursor = this.#lineEnd();
        return;
      case "kill-to-end":
        this.#kill(this.cursor, this.#lineEnd());
        return;
      case "kill-to-start":
        this.#kill(this.#lineStart(), this.cursor);
        return;
      case "kill-word":
        this.#kill(this.#wordStart(/\S/), this.cursor);
        return;
      case "yank":
        this.insert(this.#killed);
        return;
      case "up":
        this.#recall(-1);
        return;
      case "down":
        this.#recall(1);
        return;
    }
  }

  /** Puts text in at the cursor. */
  insert(text: string): void {
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor);
    this.cursor += text.length;
  }

  /** Adds a line to the history, unless it is blank or repeats the last one. */
  remember(line: string): void {
    if (line.trim() !== "" && line !== this.history.at(-1)) this.history.push(line);
    if (this.history.length > HISTORY_LIMIT) this.history.shift();
    this.#historyAt = this.history.length;
  }

  #take(): string {
    const text = this.text;
    this.#set("");
    this.#historyAt = this.history.length;
    return text;
  }

  #set(text: string): void {
    this.text = text;
    this.cursor = text.length;
  }

  #recall(step: -1 | 1): void {
    const to = this.#historyAt + step;
    if (to < 0 || to > this.history.length) return;
    if (this.#historyAt === this.history.length) this.#draft = this.text;
    this.#historyAt = to;
    this.#set(to === this.history.length ? this.#draft : this.history[to]);
  }

  #remove(from: number, to: number): void {
    this.text = this.text.slice(0, from) + this.text.slice(to);
    this.cursor = from;
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    this.#killed = this.text.slice(from, to);
    this.#remove(from, to);
  }

  #previous(): number {
    let last = 0;
    for (const { index } of graphemes.segment(this.text.slice(0, this.cursor))) last = index;
    return last;
  }

  #next(): number {
    for (const { segment } of graphemes.segment(this.text.slice(this.cursor))) return this.cursor + segment.length;
    return this.cursor;
  }

  /** Back over what is not part of a word, then over the word. */
  #wordStart(word: RegExp): number {
    let at = this.cursor;
    while (at > 0 && !word.test(this.text[at - 1])) at--;
    while (at > 0 && word.test(this.text[at - 1])) at--;
    return at;
  }

  /** A pasted text has several lines; Home, End and the kills stay in the one with the cursor. */
  #lineStart(): number {
    return this.text.lastIndexOf("\n", this.cursor - 1) + 1;
  }

  #lineEnd(): number {
    const end = this.text.indexOf("\n", this.cursor);
    return end < 0 ? this.text.length : end;
  }
}
