// vi's movements at the prompt: the commands that only move, the range that an operator takes, and what is kept for the next command
// (the last search, marks, the last change).

import type { Command, Editor } from "../../interactive/editor.ts";
import { findCharacter, matchingBracket, nextWord, previousWord, wordEnd } from "./vi-motions.ts";

interface ViState {
  /** The keys of the last change, for `.`, and the count before them. */
  change?: { keys: string; count: number | null };
  /** The change that goes on until ESC. */
  open?: { count: number | null };
  find?: { key: string; wanted: string };
  search?: string;
  marks?: Map<string, number>;
  /** A change is repeated. */
  isRepeating?: boolean;
}

export const state = (editor: Editor) => editor.full!.state as ViState;

/** A motion's goal, and whether an operator takes in the character there. */
type Motion = (editor: Editor, count: number, key: string) => number | Promise<number>;

function times(step: (text: string, at: number, isBig: boolean) => number): Motion {
  return (editor, count, key) => {
    const isBig = key === key.toUpperCase();
    let at = editor.cursor;
    for (let i = 0; i < count; i++) at = step(editor.text, at, isBig);
    return at;
  };
}

const search: Motion = async (editor, count, key) => {
  const vi = state(editor);
  const wanted = (await editor.key())!;
  vi.find = { key, wanted };
  return findCharacter(editor.text, editor.cursor, key, wanted, count);
};

const searchAgain: Motion = (editor, count, key) => {
  const { find } = state(editor);
  if (!find) return -1;
  const back: Record<string, string> = { f: "F", F: "f", t: "T", T: "t" };
  return findCharacter(editor.text, editor.cursor, key === ";" ? find.key : back[find.key], find.wanted, count);
};

export const MOTIONS: Record<string, Motion> = {
  "vi-next-word": times(nextWord),
  "vi-prev-word": times(previousWord),
  "vi-end-word": times(wordEnd),
  "vi-char-search": (editor, count, key) => (key === ";" || key === "," ? searchAgain : search)(editor, count, key),
  "vi-match": (editor) => matchingBracket(editor.text, editor.cursor),
  "vi-column": (editor, count) => Math.min(count - 1, editor.text.length),
  "vi-first-print": (editor) => /^\s*/.exec(editor.text)![0].length,
  "vi-back-to-indent": (editor) => /^\s*/.exec(editor.text)![0].length,
  "vi-goto-mark": async (editor) => {
    const name = (await editor.key())!;
    return state(editor).marks?.get(name) ?? -1;
  },
  "beginning-of-line": () => 0,
  "end-of-line": (editor) => editor.text.length,
  "forward-char": (editor, count) => {
    let at = editor.cursor;
    for (let i = 0; i < count; i++) at = editor.next(at);
    return at;
  },
  "backward-char": (editor, count) => {
    let at = editor.cursor;
    for (let i = 0; i < count; i++) at = editor.previous(at);
    return at;
  },
};
/** Motions by key whose goal an operator takes in, when it lies ahead. */
const INCLUSIVE = "eEftF%T;,";

export function motionCommand(motion: Motion): Command {
  return async (editor, count, key) => {
    const to = await motion(editor, Math.max(1, count), key);
    const last = editor.map === "vi-command" ? editor.previous(editor.text.length) : editor.text.length;
    if (to < 0 || (to === editor.cursor && key !== "0" && key !== "$" && key !== "^")) return editor.bell();
    editor.cursor = Math.min(to, last);
  };
}

/** Reads a motion and gives the range from the cursor to its goal; null when there is none. */
export async function range(editor: Editor, count: number, operator: string): Promise<[number, number] | null> {
  let key = (await editor.key())!;
  let digits = "";
  while (/[1-9]/.test(key) || (digits !== "" && key === "0")) {
    digits += key;
    key = (await editor.key())!;
  }
  const all = count * (digits === "" ? 1 : Number(digits));
  if (key === operator) return [0, editor.text.length];
  const name = editor.full!.keymaps["vi-command"].get(key);
  const motion = typeof name === "string" ? MOTIONS[name] : undefined;
  if (!motion) return null;
  const from = editor.cursor;
  if (operator === "c" && (key === "w" || key === "W") && /\S/.test(editor.text[from] ?? " ")) {
    // `cw` leaves the blanks behind the word.
    let to = from;
    for (let i = 0; i < all; i++) to = nextWord(editor.text, to, key === "W");
    while (to > from && /\s/.test(editor.text[to - 1])) to--;
    return [from, to];
  }
  const to = await motion(editor, all, key);
  if (to < 0) return null;
  if (to < from) return [to, from];
  return [from, INCLUSIVE.includes(key) ? Math.min(to + 1, editor.text.length) : to];
}
