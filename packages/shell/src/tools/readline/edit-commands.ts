// Commands that change the text of the line beyond what the editor's core has: transposing, case, the kill ring, counts, macros,
// undo. Tables of readline's names; they know the editor only.

import type { Command, Editor } from "../../interactive/editor.ts";

const LETTER = /[\p{L}\p{N}]/u;

/** Reads an argument of digits and a sign, shown in place of the prompt, and gives it to the next command. */
async function readCount(editor: Editor, first: string): Promise<void> {
  let digits = first;
  for (;;) {
    editor.prompt = `(arg: ${digits === "-" ? "-1" : digits}) `;
    const key = (await editor.key())!;
    const isMeta = key === "\x1b";
    const next = isMeta ? await editor.key() : key;
    if (next !== null && (/\d/.test(next) || (next === "-" && digits === ""))) digits += next;
    else {
      editor.push(isMeta ? key + (next ?? "") : key);
      break;
    }
  }
  editor.prompt = null;
  editor.count = Math.min(digits === "-" ? -1 : Number(digits), 100_000);
  editor.isCounted = true;
  await editor.dispatch();
}

function transposeWords(word: RegExp): Command {
  return (editor) => {
    const end = editor.wordEnd(word);
    const second = editor.wordStart(word, end);
    const first = editor.wordStart(word, second);
    const firstEnd = editor.wordEnd(word, first);
    if (first === second || second < firstEnd) return editor.bell();
    const { text } = editor;
    editor.replace(first, end, text.slice(second, end) + text.slice(firstEnd, second) + text.slice(first, firstEnd));
    editor.cursor = end;
  };
}

function changeWord(change: (word: string) => string): Command {
  return (editor, count) => {
    const { cursor } = editor;
    let [from, to] = [cursor, cursor];
    if (count < 0) for (let i = 0; i > count; i--) from = editor.wordStart(LETTER, from);
    else for (let i = 0; i < count; i++) to = editor.wordEnd(LETTER, to);
    editor.replace(from, to, editor.text.slice(from, to).replace(/[\p{L}\p{N}]+/gu, change));
    editor.cursor = to;
  };
}

/** To the `count`th such character after the cursor, or before it. */
async function searchCharacter(editor: Editor, count: number): Promise<void> {
  const wanted = (await editor.key())!;
  let at = editor.cursor;
  for (let i = Math.abs(count); i > 0 && at >= 0; i--)
    at = count < 0 ? (at === 0 ? -1 : editor.text.lastIndexOf(wanted, at - 1)) : editor.text.indexOf(wanted, at + 1);
  if (at < 0) return editor.bell();
  editor.cursor = at;
}

/** A shell's word: quotes and backslashes hold it together. */
const SHELL_WORD = /(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s;&|<>()\\'"])+/gs;

function shellWords(text: string): { from: number; to: number }[] {
  return [...text.matchAll(SHELL_WORD)].map((found) => ({ from: found.index, to: found.index + found[0].length }));
}

function shellForward(editor: Editor): number {
  return shellWords(editor.text).find(({ to }) => to > editor.cursor)?.to ?? editor.text.length;
}

function shellBackward(editor: Editor): number {
  return shellWords(editor.text).findLast(({ from }) => from < editor.cursor)?.from ?? 0;
}

function repeated(step: (editor: Editor) => number, act: (editor: Editor, from: number, to: number) => void): Command {
  return (editor, count) => {
    const from = editor.cursor;
    for (let i = 0; i < count; i++) editor.cursor = step(editor);
    const to = editor.cursor;
    editor.cursor = from;
    act(editor, from, to);
  };
}

const go = (editor: Editor, _: number, to: number) => {
  editor.cursor = to;
};
const kill = (editor: Editor, from: number, to: number) => editor.kill(from, to);
const copy = (editor: Editor, from: number, to: number) => editor.keep(from, to);

/** Undoes the changes of one command. */
export function undo(editor: Editor): void | Promise<void> {
  const { group } = editor.undo.at(-1) ?? {};
  if (group === undefined) return editor.bell();
  while (editor.undo.at(-1)?.group === group) {
    const { at, removed, inserted } = editor.undo.pop()!;
    editor.text = editor.text.slice(0, at) + removed + editor.text.slice(at + inserted.length);
    editor.cursor = at + removed.length;
  }
}

export const editCommands: Record<string, Command> = {
  "digit-argument": (editor, _, key) => readCount(editor, key),
  "universal-argument": async (editor) => {
    editor.count = 4;
    const key = (await editor.key())!;
    editor.push(key);
    if (/[-\d]/.test(key)) return readCount(editor, "");
    editor.isCounted = true;
    await editor.dispatch();
  },
  "quoted-insert": async (editor, count) =>
    editor.type((await editor.key(undefined, true))!.repeat(Math.max(1, count))),
  "tab-insert": (editor, count) => editor.type("\t".repeat(count)),
  "overwrite-mode": (editor) => {
    editor.overwrites = !editor.overwrites;
  },
  "transpose-chars": (editor, count) => {
    const { text } = editor;
    if (text.length < 2 || editor.cursor === 0) return editor.bell();
    const middle = editor.cursor === text.length ? editor.previous() : editor.cursor;
    const from = editor.previous(middle);
    let to = middle;
    for (let i = 0; i < Math.max(1, count) && to < text.length; i++) to = editor.next(to);
    editor.replace(from, middle, "");
    editor.cursor = from + to - middle;
    editor.insert(text.slice(from, middle));
  },
  "transpose-words": transposeWords(LETTER),
  "shell-transpose-words": (editor) => {
    const words = shellWords(editor.text);
    const at = Math.max(
      1,
      words.findIndex(({ to }) => to > editor.cursor) < 0
        ? words.length - 1
        : words.findIndex(({ to }) => to > editor.cursor),
    );
    const [first, second] = [words[at - 1], words[at]];
    if (second === undefined) return editor.bell();
    const { text } = editor;
    editor.replace(
      first.from,
      second.to,
      text.slice(second.from, second.to) + text.slice(first.to, second.from) + text.slice(first.from, first.to),
    );
    editor.cursor = second.to;
  },
  "upcase-word": changeWord((word) => word.toUpperCase()),
  "downcase-word": changeWord((word) => word.toLowerCase()),
  "capitalize-word": changeWord((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()),
  "delete-horizontal-space": (editor) => {
    const before = /[ \t]*$/.exec(editor.text.slice(0, editor.cursor))![0].length;
    const after = /^[ \t]*/.exec(editor.text.slice(editor.cursor))![0].length;
    editor.replace(editor.cursor - before, editor.cursor + after, "");
  },
  "kill-whole-line": (editor) => editor.kill(0, editor.text.length),
  "kill-region": (editor) => editor.kill(editor.mark, editor.cursor),
  "copy-region-as-kill": (editor) => editor.keep(editor.mark, editor.cursor),
  "copy-forward-word": repeated((editor) => editor.wordEnd(LETTER), copy),
  "copy-backward-word": repeated((editor) => editor.wordStart(LETTER), copy),
  "unix-filename-rubout": repeated((editor) => editor.wordStart(/[^\s/]/), kill),
  "shell-forward-word": repeated(shellForward, go),
  "shell-backward-word": repeated(shellBackward, go),
  "shell-kill-word": repeated(shellForward, kill),
  "shell-backward-kill-word": repeated(shellBackward, kill),
  "yank-pop": (editor) => {
    if (!editor.last.startsWith("yank") || editor.kills.length === 0) return editor.bell();
    const yanked = editor.kills.pop()!;
    editor.kills.unshift(yanked);
    const from = editor.cursor - yanked.length;
    editor.replace(from, editor.cursor, editor.kills.at(-1)!);
  },
  "set-mark": (editor, count) => {
    editor.mark = editor.isCounted ? count : editor.cursor;
  },
  "exchange-point-and-mark": (editor) => {
    const { cursor } = editor;
    editor.cursor = Math.min(editor.mark, editor.text.length);
    editor.mark = cursor;
  },
  "character-search": searchCharacter,
  "character-search-backward": (editor, count) => searchCharacter(editor, -count),
  undo: async (editor, count) => {
    for (let i = 0; i < count; i++) await undo(editor);
  },
  "revert-line": (editor) => {
    if (editor.undo.length === 0) return editor.bell();
    while (editor.undo.length > 0) undo(editor);
    if (editor.map === "vi-command") editor.cursor = 0;
  },
  "forward-backward-delete-char": (editor, _, key) =>
    editor.run(editor.cursor === editor.text.length ? "backward-delete-char" : "delete-char", key),
  "delete-char-or-list": (editor, _, key) =>
    editor.run(
      editor.cursor === editor.text.length && editor.text !== "" ? "possible-completions" : "delete-char",
      key,
    ),
  "backward-byte": (editor, _, key) => editor.run("backward-char", key),
  "forward-byte": (editor, _, key) => editor.run("forward-char", key),
  "start-kbd-macro": (editor) => {
    editor.recorded = "";
  },
  "end-kbd-macro": (editor) => {
    if (editor.recorded === null) return editor.bell();
    editor.full!.state.macro = editor.recorded.slice(0, -2);
    editor.recorded = null;
  },
  "call-last-kbd-macro": (editor, count) => {
    const { macro } = editor.full!.state;
    if (typeof macro !== "string" || editor.recorded !== null) return editor.bell();
    editor.push(macro.repeat(Math.max(1, count)));
  },
  "skip-csi-sequence": async (editor) => {
    while (!/[@-~]/.test((await editor.key())!));
  },
  "clear-display": (editor) => editor.terminal.clear(),
  "redraw-current-line": () => {},
  "arrow-key-prefix": () => {},
  "tty-status": () => {},
};
