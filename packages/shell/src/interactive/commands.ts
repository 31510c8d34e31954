// The commands of the line editor that nearly every line needs, under readline's names, and the keys that call them. The rest
// comes with the tools (tools/readline), with the first key that is not here. Called by the editor.

import type { Command, Keymap } from "./editor.ts";

const LETTER = /[\p{L}\p{N}]/u;

/** A command that goes the other way with a negative count. */
function both(forward: Command, backward: Command): Command {
  return (editor, count, key) => (count < 0 ? backward(editor, -count, key) : forward(editor, count, key));
}

function move(to: (editor: Parameters<Command>[0]) => number): Command {
  return (editor, count) => {
    for (let i = 0; i < count; i++) editor.cursor = to(editor);
  };
}

function kill(to: (editor: Parameters<Command>[0]) => number): Command {
  return (editor, count) => {
    const from = editor.cursor;
    for (let i = 0; i < count; i++) editor.cursor = to(editor);
    const end = editor.cursor;
    editor.cursor = from;
    editor.kill(from, end);
  };
}

const forwardChar = move((editor) => editor.next());
const backwardChar = move((editor) => editor.previous());
const forwardWord = move((editor) => editor.wordEnd(LETTER));
const backwardWord = move((editor) => editor.wordStart(LETTER));
const killWord = kill((editor) => editor.wordEnd(LETTER));
const backwardKillWord = kill((editor) => editor.wordStart(LETTER));
const toEnd = kill((editor) => editor.lineEnd());
const toStart = kill((editor) => editor.lineStart());

/** A count given by hand makes deletions kills. */
const deleteChar: Command = (editor, count) => {
  if (editor.cursor === editor.text.length) return editor.bell();
  const from = editor.cursor;
  forwardChar(editor, count, "");
  if (editor.isCounted) return kill(() => from)(editor, 1, "");
  editor.replace(from, editor.cursor, "");
};
const backwardDeleteChar: Command = (editor, count) => {
  if (editor.cursor === 0) return editor.bell();
  const from = editor.cursor;
  backwardChar(editor, count, "");
  const to = editor.cursor;
  editor.cursor = from;
  if (editor.isCounted) return editor.kill(from, to);
  editor.replace(to, from, "");
};

export const coreCommands: Record<string, Command> = {
  "self-insert": (editor, count, key) => editor.type(key.repeat(count)),
  "accept-line": (editor) => editor.stop({ line: editor.text }),
  "forward-char": both(forwardChar, backwardChar),
  "backward-char": both(backwardChar, forwardChar),
  "forward-word": both(forwardWord, backwardWord),
  "backward-word": both(backwardWord, forwardWord),
  "beginning-of-line": (editor) => {
    editor.cursor = editor.lineStart();
  },
  "end-of-line": (editor) => {
    editor.cursor = editor.lineEnd();
  },
  "delete-char": both(
    (editor, count, key) =>
      editor.text === "" && key === "\x04" && editor.last !== "delete-char"
        ? editor.stop("end")
        : deleteChar(editor, count, key),
    backwardDeleteChar,
  ),
  "backward-delete-char": both(backwardDeleteChar, deleteChar),
  "kill-line": both(
    (editor, _, key) => toEnd(editor, 1, key),
    (editor, _, key) => toStart(editor, 1, key),
  ),
  "backward-kill-line": both(
    (editor, _, key) => toStart(editor, 1, key),
    (editor, _, key) => toEnd(editor, 1, key),
  ),
  "unix-line-discard": (editor, _, key) => (editor.cursor === 0 ? editor.bell() : toStart(editor, 1, key)),
  "unix-word-rubout": (editor, count, key) =>
    editor.cursor === 0 ? editor.bell() : kill(() => editor.wordStart(/[^ \t\n]/))(editor, count, key),
  "kill-word": both(killWord, backwardKillWord),
  "backward-kill-word": both(backwardKillWord, killWord),
  yank: (editor) => {
    editor.mark = editor.cursor;
    editor.insert(editor.kills.at(-1) ?? "");
  },
  "previous-history": (editor, count) => editor.recall(editor.at - count),
  "next-history": (editor, count) => editor.recall(editor.at + count),
  "beginning-of-history": (editor) => editor.recall(0),
  "end-of-history": (editor) => editor.recall(editor.history.length),
  "clear-screen": (editor) => editor.terminal.clear(),
  abort: (editor) => editor.bell(),
  "bracketed-paste-begin": async (editor) => editor.insert(pasted(await editor.until("\x1b[201~"))),
};

/** Pasted text with plain line ends and without control characters: a paste must never press keys. */
function pasted(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
}

export const coreKeys: Keymap = new Map(
  Object.entries({
    "\r": "accept-line",
    "\n": "accept-line",
    "\x7f": "backward-delete-char",
    "\b": "backward-delete-char",
    "\x01": "beginning-of-line",
    "\x02": "backward-char",
    "\x04": "delete-char",
    "\x05": "end-of-line",
    "\x06": "forward-char",
    "\x07": "abort",
    "\x0b": "kill-line",
    "\x0c": "clear-screen",
    "\x0e": "next-history",
    "\x10": "previous-history",
    "\x15": "unix-line-discard",
    "\x17": "unix-word-rubout",
    "\x19": "yank",
    "\x1b[A": "previous-history",
    "\x1b[B": "next-history",
    "\x1b[C": "forward-char",
    "\x1b[D": "backward-char",
    "\x1b[H": "beginning-of-line",
    "\x1b[F": "end-of-line",
    "\x1bOA": "previous-history",
    "\x1bOB": "next-history",
    "\x1bOC": "forward-char",
    "\x1bOD": "backward-char",
    "\x1bOH": "beginning-of-line",
    "\x1bOF": "end-of-line",
    "\x1b[1~": "beginning-of-line",
    "\x1b[4~": "end-of-line",
    "\x1b[3~": "delete-char",
    "\x1b[1;5D": "backward-word",
    "\x1b[1;5C": "forward-word",
    "\x1b[1;3D": "backward-word",
    "\x1b[1;3C": "forward-word",
    "\x1b[200~": "bracketed-paste-begin",
    "\x1bb": "backward-word",
    "\x1bf": "forward-word",
    "\x1bd": "kill-word",
    "\x1b<": "beginning-of-history",
    "\x1b>": "end-of-history",
    "\x1b\x7f": "backward-kill-word",
    "\x1b\b": "backward-kill-word",
  }),
);
