// The line discipline while a command runs: what is typed is echoed, and goes to the command's stdin a line at a time.
// Pure, like line-editor.ts, but it only knows what a Unix terminal knows in its cooked mode.

import type { Key } from "./keys.ts";

export interface CookedResult {
  /** What the terminal shows for the key. */
  echo: string;
  /** Bytes for the command's stdin. */
  send?: string;
  event?: "interrupt" | "end-of-input";
}

export class CookedLine {
  #text = "";

  press(key: Key): CookedResult {
    switch (key.name) {
      case "text":
        this.#text += key.text;
        return { echo: key.text };
      case "paste": {
        // Whole lines go at once; what follows the last line end waits for Enter.
        const text = this.#text + key.text;
        const end = text.lastIndexOf("\n") + 1;
        this.#text = text.slice(end);
        return { echo: key.text, send: end > 0 ? text.slice(0, end) : undefined };
      }
      case "enter":
        return { echo: "\n", send: `${this.#take()}\n` };
      case "complete":
        this.#text += "\t";
        return { echo: "\t" };
      case "backspace":
        return this.#erase(1);
      case "kill-to-start":
        return this.#erase(this.#text.length);
      case "kill-word":
        return this.#erase(/\S*\s*$/.exec(this.#text)?.[0].length ?? 0);
      case "interrupt":
        this.#take();
        return { echo: "^C\n", event: "interrupt" };
      case "end-of-input":
        // In the middle of a line ctrl-d hands over what is typed so far; only on an empty one it ends the input.
        if (this.#text !== "") return { echo: "", send: this.#take() };
        return { echo: "", event: "end-of-input" };
      default:
        return { echo: "" };
    }
  }

  #take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #erase(count: number): CookedResult {
    const characters = [...this.#text];
    const kept = characters.slice(0, Math.max(0, characters.length - count));
    const removed = characters.length - kept.length;
    this.#text = kept.join("");
    return { echo: "\b \b".repeat(removed) };
  }
}
