// What a terminal sends, split into keys. Pure: it knows the bytes xterm.js produces and nothing of what keys do.
// line-editor.ts (at the prompt) and cooked-line.ts (while a command runs) give them their meaning.

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
  | "kill-to-end"
  | "kill-to-start"
  | "kill-word"
  | "yank"
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
  "\x0b": "kill-to-end",
  "\x0c": "clear",
  "\x0e": "down",
  "\x10": "up",
  "\x15": "kill-to-start",
  "\x17": "kill-word",
  "\x19": "yank",
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
  "\x7f": "kill-word",
};

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** Splits one chunk of terminal input into keys. Sequences nobody has a use for are dropped whole. */
export function splitKeys(data: string): Key[] {
  const keys: Key[] = [];
  let at = 0;
  while (at < data.length) {
    if (data.startsWith(PASTE_START, at)) {
      const end = data.indexOf(PASTE_END, at);
      const stop = end < 0 ? data.length : end;
      keys.push({ name: "paste", text: pasted(data.slice(at + PASTE_START.length, stop)) });
      at = end < 0 ? data.length : end + PASTE_END.length;
    } else if (data[at] === "\x1b") {
      const sequence = escapeAt(data, at + 1);
      const name = ESCAPE[sequence];
      if (name) keys.push({ name });
      at += 1 + sequence.length;
    } else if (data[at] < " " || data[at] === "\x7f") {
      const name = CONTROL[data[at]];
      if (name) keys.push({ name });
      // A line end of two characters is one Enter.
      at += data.startsWith("\r\n", at) ? 2 : 1;
    } else {
      const start = at;
      while (at < data.length && data[at] >= " " && data[at] !== "\x7f") at++;
      keys.push({ name: "text", text: data.slice(start, at) });
    }
  }
  return keys;
}

/** The escape sequence at `at`, without its ESC: CSI up to its final byte, SS3 and one letter, or one character. */
function escapeAt(data: string, at: number): string {
  if (data[at] === "[") {
    let end = at + 1;
    while (end < data.length && data[end] < "@") end++;
    return data.slice(at, end + 1);
  }
  return data.slice(at, data[at] === "O" ? at + 2 : at + 1);
}

/** Pasted text with plain line ends and without control characters: a paste must never press keys. */
function pasted(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}
