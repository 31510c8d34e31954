// What a terminal sends, split into keys. Pure: it knows the bytes of xterm and its kin, and nothing of what keys do.

export type KeyName =
  | "enter"
  | "backspace"
  | "delete"
  | "left"
  | "right"
  | "word-left"
  | "word-right"
  | "home"
  | "end"
  | "up"
  | "down"
  | "oldest"
  | "newest"
  | "kill-to-end"
  | "kill-to-start"
  | "kill-word"
  | "kill-word-left"
  | "kill-word-right"
  | "yank"
  | "transpose"
  | "upcase"
  | "downcase"
  | "capitalize"
  | "last-argument"
  | "undo"
  | "search"
  | "abort"
  | "literal"
  | "clear"
  | "interrupt"
  | "end-of-input"
  | "complete";

export type Key = { name: KeyName } | { name: "text" | "paste"; text: string };

const CONTROL: Record<string, KeyName> = {
  "\r": "enter",
  "\n": "enter",
  "\x7f": "backspace",
  "\b": "backspace",
  "\t": "complete",
  "\x01": "home",
  "\x02": "left",
  "\x03": "interrupt",
  "\x04": "end-of-input",
  "\x05": "end",
  "\x06": "right",
  "\x07": "abort",
  "\x0b": "kill-to-end",
  "\x0c": "clear",
  "\x0e": "down",
  "\x10": "up",
  "\x12": "search",
  "\x14": "transpose",
  "\x15": "kill-to-start",
  "\x16": "literal",
  "\x17": "kill-word",
  "\x19": "yank",
  "\x1f": "undo",
};

const ESCAPE: Record<string, KeyName> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[4~": "end",
  "[3~": "delete",
  "[1;5D": "word-left",
  "[1;5C": "word-right",
  "[1;3D": "word-left",
  "[1;3C": "word-right",
  OA: "up",
  OB: "down",
  OC: "right",
  OD: "left",
  OH: "home",
  OF: "end",
  b: "word-left",
  f: "word-right",
  d: "kill-word-right",
  u: "upcase",
  l: "downcase",
  c: "capitalize",
  ".": "last-argument",
  _: "last-argument",
  "<": "oldest",
  ">": "newest",
  "\x7f": "kill-word-left",
  "\b": "kill-word-left",
};

const ESC = "\x1b";
const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** Splits terminal input into keys; what a sequence that is not all there yet begins with waits for the next piece. */
export class Keys {
  #rest = "";
  #takesLiteral = false;

  split(data: string): Key[] {
    const keys: Key[] = [];
    const text = this.#rest + data;
    let at = 0;
    this.#rest = "";
    while (at < text.length) {
      if (this.#takesLiteral) {
        this.#takesLiteral = false;
        keys.push({ name: "text", text: text[at++] });
      } else if (text.startsWith(PASTE_START, at)) {
        const end = text.indexOf(PASTE_END, at);
        if (end < 0) break;
        keys.push({ name: "paste", text: pasted(text.slice(at + PASTE_START.length, end)) });
        at = end + PASTE_END.length;
      } else if (text[at] === ESC) {
        const sequence = escapeAt(text, at + 1);
        if (sequence === null) break;
        const name = ESCAPE[sequence];
        if (name) keys.push({ name });
        at += 1 + sequence.length;
      } else if (text[at] < " " || text[at] === "\x7f") {
        const name = CONTROL[text[at++]];
        if (name === "literal") this.#takesLiteral = true;
        else if (name) keys.push({ name });
      } else {
        const start = at;
        while (at < text.length && text[at] >= " " && text[at] !== "\x7f") at++;
        keys.push({ name: "text", text: text.slice(start, at) });
      }
    }
    this.#rest = text.slice(at);
    return keys;
  }
}

/** The escape sequence at `at`, without its ESC: CSI up to its final byte, SS3 and one letter, or one character. */
function escapeAt(data: string, at: number): string | null {
  if (at >= data.length) return null;
  if (data[at] === "[") {
    let end = at + 1;
    while (end < data.length && data[end] < "@") end++;
    return end < data.length ? data.slice(at, end + 1) : null;
  }
  if (data[at] !== "O") return data[at];
  return at + 1 < data.length ? data.slice(at, at + 2) : null;
}

/** Pasted text with plain line ends and without control characters: a paste must never press keys. */
function pasted(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}
