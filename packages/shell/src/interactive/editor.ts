// The line editor at the prompt: text, cursor, history, a search in it, and a kill buffer, driven by keys. Pure logic: it never
// draws. `view.ts` turns its state into terminal output, `read-line.ts` acts on the events it returns. The keys are readline's.

import type { Key, KeyName } from "./keys.ts";

export type LineEvent =
  | { type: "submit"; text: string }
  | { type: "interrupt" | "end-of-input" | "clear" | "complete" | "bell" };

interface Search {
  query: string;
  /** Where in the history it has arrived, and what stood in the line before. */
  at: number;
  before: string;
  isFailing: boolean;
}

const UNDO_LIMIT = 200;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export class LineEditor {
  text = "";
  /** Where the next character goes: an index into `text`, always on a grapheme boundary. */
  cursor = 0;
  readonly history: readonly string[];
  #historyAt: number;
  /** The unfinished line, kept while the user walks through history. */
  #draft = "";
  #killed = "";
  #killsOn = false;
  #search: Search | null = null;
  #undo: { text: string; cursor: number }[] = [];
  /** How many lines back the last `last-argument` went, and what it put in. */
  #argument: { back: number; length: number } | null = null;

  /** `killed`: what was killed in the lines before. */
  constructor(history: readonly string[], killed = "") {
    this.history = history;
    this.#historyAt = history.length;
    this.#killed = killed;
  }

  get killed(): string {
    return this.#killed;
  }

  /** What stands in place of the prompt during a search, else null. */
  get searchPrompt(): string | null {
    if (this.#search === null) return null;
    return `(${this.#search.isFailing ? "failed " : ""}reverse-i-search)\`${this.#search.query}': `;
  }

  /** Applies one key. Returns what the terminal has to act on, or nothing when only text or cursor changed. */
  press(key: Key): LineEvent | undefined {
    if (this.#search !== null) {
      const isDone = this.#searchOn(key, this.#search);
      if (isDone) return;
    }
    const isKill = key.name.startsWith("kill");
    if (key.name !== "last-argument") this.#argument = null;
    const { text, cursor } = this;
    const event = this.#act(key);
    this.#killsOn = isKill;
    if (key.name !== "undo" && text !== this.text) {
      this.#undo.push({ text, cursor });
      if (this.#undo.length > UNDO_LIMIT) this.#undo.shift();
    }
    return event;
  }

  /** Puts text in at the cursor. */
  insert(text: string): void {
    this.text = this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor);
    this.cursor += text.length;
  }

  #act(key: Key): LineEvent | undefined {
    switch (key.name) {
      case "text":
      case "paste":
        return this.insert(key.text) as undefined;
      case "enter":
        return { type: "submit", text: this.text };
      case "end-of-input":
        if (this.text === "") return { type: "end-of-input" };
        return this.#remove(this.cursor, this.#next());
      case "interrupt":
      case "clear":
      case "complete":
        return { type: key.name };
      case "backspace":
        return this.#remove(this.#previous(), this.cursor);
      case "delete":
        return this.#remove(this.cursor, this.#next());
      case "up":
        return this.#recall(this.#historyAt - 1);
      case "down":
        return this.#recall(this.#historyAt + 1);
      case "oldest":
        return this.#recall(0);
      case "newest":
        return this.#recall(this.history.length);
      case "search":
        this.#search = { query: "", at: this.history.length, before: this.text, isFailing: false };
        return;
      case "abort":
        return { type: "bell" };
      case "undo": {
        const last = this.#undo.pop();
        if (last === undefined) return { type: "bell" };
        this.text = last.text;
        this.cursor = last.cursor;
        return;
      }
      default:
        return this.#edit(key.name);
    }
  }

  #edit(name: KeyName): undefined {
    switch (name) {
      case "left":
        this.cursor = this.#previous();
        break;
      case "right":
        this.cursor = this.#next();
        break;
      case "word-left":
        this.cursor = this.#wordStart(/[\p{L}\p{N}]/u);
        break;
      case "word-right":
        this.cursor = this.#wordEnd();
        break;
      case "home":
        this.cursor = this.#lineStart();
        break;
      case "end":
        this.cursor = this.#lineEnd();
        break;
      case "kill-to-end":
        this.#kill(this.cursor, this.#lineEnd());
        break;
      case "kill-to-start":
        this.#kill(this.#lineStart(), this.cursor);
        break;
      case "kill-word":
        this.#kill(this.#wordStart(/\S/), this.cursor);
        break;
      case "kill-word-left":
        this.#kill(this.#wordStart(/[\p{L}\p{N}]/u), this.cursor);
        break;
      case "kill-word-right":
        this.#kill(this.cursor, this.#wordEnd());
        break;
      case "yank":
        this.insert(this.#killed);
        break;
      case "transpose":
        this.#transpose();
        break;
      case "upcase":
        this.#changeWord((word) => word.toUpperCase());
        break;
      case "downcase":
        this.#changeWord((word) => word.toLowerCase());
        break;
      case "capitalize":
        this.#changeWord((word) => word.toLowerCase().replace(/[\p{L}\p{N}]/u, (letter) => letter.toUpperCase()));
        break;
      case "last-argument":
        this.#lastArgument();
        break;
    }
  }

  /** True when the key was the search's. */
  #searchOn(key: Key, search: Search): boolean {
    if (key.name === "text") search.query += key.text;
    else if (key.name === "backspace") {
      search.query = search.query.slice(0, -1);
      search.at = this.history.length;
    } else if (key.name !== "search") {
      this.#search = null;
      if (key.name === "abort" || key.name === "interrupt") this.#set(search.before);
      return key.name === "abort";
    }
    const from =
      key.name === "search" && search.query !== "" ? search.at - 1 : Math.min(search.at, this.history.length - 1);
    let at = from;
    while (at >= 0 && !this.history[at].includes(search.query)) at--;
    search.isFailing = at < 0 && search.query !== "";
    if (at >= 0 && search.query !== "") {
      search.at = this.#historyAt = at;
      this.text = this.history[at];
      this.cursor = this.text.indexOf(search.query);
    }
    return true;
  }

  #set(text: string): void {
    this.text = text;
    this.cursor = text.length;
  }

  #recall(to: number): LineEvent | undefined {
    if (to < 0 || to > this.history.length) return { type: "bell" };
    if (this.#historyAt === this.history.length) this.#draft = this.text;
    this.#historyAt = to;
    this.#set(to === this.history.length ? this.#draft : this.history[to]);
  }

  #lastArgument(): void {
    const back = (this.#argument?.back ?? 0) + 1;
    const line = this.history[this.history.length - back];
    if (line === undefined) return;
    if (this.#argument !== null) this.#remove(this.cursor - this.#argument.length, this.cursor);
    const word = /(?:\\.|'[^']*'|"[^"]*"|\S)+\s*$/.exec(line)?.[0].trimEnd() ?? "";
    this.insert(word);
    this.#argument = { back, length: word.length };
  }

  #transpose(): void {
    if (this.cursor === this.text.length) this.cursor = this.#previous();
    const [from, to] = [this.#previous(), this.#next()];
    if (from === this.cursor || to === this.cursor) return;
    const swapped = this.text.slice(this.cursor, to) + this.text.slice(from, this.cursor);
    this.text = this.text.slice(0, from) + swapped + this.text.slice(to);
    this.cursor = to;
  }

  #changeWord(change: (word: string) => string): void {
    const end = this.#wordEnd();
    const word = change(this.text.slice(this.cursor, end));
    this.text = this.text.slice(0, this.cursor) + word + this.text.slice(end);
    this.cursor += word.length;
  }

  #remove(from: number, to: number): undefined {
    this.text = this.text.slice(0, from) + this.text.slice(to);
    this.cursor = from;
  }

  /** Kills that follow each other come together in the buffer. */
  #kill(from: number, to: number): void {
    if (from === to) return;
    const piece = this.text.slice(from, to);
    const isBefore = to === this.cursor;
    this.#killed = !this.#killsOn ? piece : isBefore ? piece + this.#killed : this.#killed + piece;
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

  #wordEnd(): number {
    return this.cursor + (/^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(this.text.slice(this.cursor))?.[0].length ?? 0);
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
