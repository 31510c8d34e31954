// vi's commands at the prompt: operators over movements, inserting, putting, repeating. A table of readline's names.

import type { Command, Editor } from "../../interactive/editor.ts";
import { undo } from "./edit-commands.ts";
import { historyWords } from "./expand-history.ts";
import { searchText } from "./search-commands.ts";
import { previousWord } from "./vi-motions.ts";
import { MOTIONS, motionCommand, range, state } from "./vi-movements.ts";

function insertMode(editor: Editor): void {
  editor.map = "vi-insert";
}

/** A command that `.` does again: its keys are kept, with those of what is inserted after it. */
function change(command: Command): Command {
  return async (editor, count, key) => {
    const vi = state(editor);
    editor.trace = key;
    await command(editor, count, key);
    const counted = editor.isCounted ? count : null;
    if (editor.map === "vi-insert") vi.open = { count: counted };
    else {
      vi.change = { keys: editor.trace, count: counted };
      editor.trace = null;
    }
  };
}

function replaceRange(editor: Editor, [from, to]: [number, number]): void {
  editor.kill(from, to);
  editor.cursor = Math.min(from, editor.text.length);
}

const operator =
  (act: (editor: Editor, found: [number, number]) => void): Command =>
  async (editor, count, key) => {
    const isRest = key === "D" || key === "C";
    const found: [number, number] | null = isRest
      ? [editor.cursor, editor.text.length]
      : key === "Y"
        ? [editor.cursor, editor.text.length]
        : await range(editor, Math.max(1, count), key);
    if (found === null) return editor.bell();
    act(editor, found);
  };

/** Replaces the character at the cursor, and the next ones. */
const changeCharacter: Command = async (editor, count) => {
  const key = (await editor.key(undefined, true))!;
  if (key === "\x1b") return;
  let to = editor.cursor;
  for (let i = 0; i < count && to < editor.text.length; i++) to = editor.next(to);
  const from = editor.cursor;
  editor.replace(from, to, key.repeat(Math.min(count, [...editor.text.slice(from, to)].length)));
  editor.cursor = editor.previous();
};

export const viCommands: Record<string, Command> = {
  ...Object.fromEntries(
    Object.entries(MOTIONS)
      .filter(([name]) => name.startsWith("vi-"))
      .map(([name, motion]) => [name, motionCommand(motion)]),
  ),
  "vi-arg-digit": async (editor, _, key) => {
    let digits = key;
    for (;;) {
      editor.prompt = `(arg: ${digits}) `;
      const next = (await editor.key())!;
      if (/\d/.test(next)) digits += next;
      else {
        editor.push(next);
        break;
      }
    }
    editor.prompt = null;
    editor.count = Math.min(Number(digits), 100_000);
    editor.isCounted = true;
    await editor.dispatch();
  },
  "vi-movement-mode": (editor) => {
    const vi = state(editor);
    if (vi.open && editor.trace !== null)
      vi.change = { keys: `${editor.trace.slice(0, editor.trace.lastIndexOf("\x1b"))}\x1b`, count: vi.open.count };
    vi.open = undefined;
    editor.trace = null;
    editor.overwrites = false;
    // A repeated change of text leaves the cursor behind it.
    if (editor.map === "vi-insert" && !(vi.isRepeating && /^[csSC]/.test(vi.change?.keys ?? "")))
      editor.cursor = editor.previous();
    vi.isRepeating = false;
    editor.map = "vi-command";
    if (!editor.isBegun) editor.undo = [];
    editor.isBegun = true;
  },
  "vi-insertion-mode": change((editor) => insertMode(editor)),
  "vi-insert-beg": change((editor) => {
    editor.cursor = 0;
    insertMode(editor);
  }),
  "vi-append-mode": change((editor) => {
    editor.cursor = editor.next();
    insertMode(editor);
  }),
  "vi-append-eol": change((editor) => {
    editor.cursor = editor.text.length;
    insertMode(editor);
  }),
  "vi-replace": change((editor) => {
    insertMode(editor);
    editor.overwrites = true;
  }),
  "vi-delete-to": change(operator(replaceRange)),
  "vi-change-to": change(
    operator((editor, found) => {
      replaceRange(editor, found);
      insertMode(editor);
    }),
  ),
  "vi-subst": change((editor, count, key) => {
    let to = editor.cursor;
    for (let i = 0; i < count; i++) to = editor.next(to);
    replaceRange(editor, key === "S" ? [0, editor.text.length] : [editor.cursor, to]);
    insertMode(editor);
  }),
  "vi-yank-to": operator((editor, [from, to]) => {
    editor.keep(from, to);
  }),
  "vi-delete": change((editor, count) => {
    let to = editor.cursor;
    for (let i = 0; i < count; i++) to = editor.next(to);
    if (to === editor.cursor) return editor.bell();
    replaceRange(editor, [editor.cursor, to]);
  }),
  "vi-rubout": change((editor, count) => {
    let from = editor.cursor;
    for (let i = 0; i < count; i++) from = editor.previous(from);
    if (from === editor.cursor) return editor.bell();
    editor.kill(from, editor.cursor);
  }),
  "vi-put": change((editor, count, key) => {
    const text = (editor.kills.at(-1) ?? "").repeat(Math.max(1, count));
    if (key === "p") editor.cursor = editor.next();
    editor.insert(text);
    editor.cursor = editor.previous();
  }),
  "vi-change-char": change(changeCharacter),
  "vi-change-case": change((editor, count) => {
    // The last character of the line is changed again by what is left of the count.
    for (let i = 0; i < count && editor.text !== ""; i++) {
      if (editor.cursor === editor.text.length) editor.cursor = editor.previous();
      const to = editor.next();
      const each = editor.text.slice(editor.cursor, to);
      editor.replace(editor.cursor, to, each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase());
    }
  }),
  "vi-redo": (editor, count) => {
    const { change: last } = state(editor);
    if (!last) return editor.bell();
    state(editor).isRepeating = true;
    const repeats = editor.isCounted ? count : last.count;
    const inserted = /^([aAiI])([^]*)\x1b$/.exec(last.keys);
    if (inserted && editor.isCounted) editor.push(`${inserted[1]}${inserted[2].repeat(count)}\x1b`);
    else editor.push(`${repeats ?? ""}${last.keys}`);
  },
  "vi-undo": async (editor, count) => {
    for (let i = 0; i < count; i++) await undo(editor);
  },
  "vi-fetch-history": (editor, count) => editor.recall(editor.isCounted ? count - 1 : 0),
  "vi-search": (editor, _, key) => {
    state(editor).search = key;
    return searchText(editor, key === "/", key);
  },
  "vi-search-again": (editor, _, key) => searchText(editor, (state(editor).search !== "?") === (key === "n"), null),
  "vi-set-mark": async (editor) => {
    const name = (await editor.key())!;
    const vi = state(editor);
    vi.marks ??= new Map();
    vi.marks.set(name, editor.cursor);
  },
  "vi-yank-arg": (editor, count) => {
    const words = historyWords(editor.history.at(-1) ?? "");
    const word = editor.isCounted ? words.at(count - 1) : words.at(-1);
    if (word === undefined) return editor.bell();
    editor.cursor = editor.next();
    editor.insert(` ${word}`);
    insertMode(editor);
  },
  "vi-eof-maybe": (editor) => (editor.text === "" ? editor.stop("end") : editor.stop({ line: editor.text })),
  "vi-unix-word-rubout": (editor, count) => {
    if (editor.cursor === 0) return editor.bell();
    let from = editor.cursor;
    for (let i = 0; i < count; i++) from = previousWord(editor.text, from, false);
    editor.kill(editor.cursor, from);
  },
  "vi-overstrike": (editor, count, key) => editor.run("self-insert", key, count),
  "vi-editing-mode": (editor) => insertMode(editor),
  "emacs-editing-mode": (editor) => {
    editor.map = "emacs";
  },
  "vi-complete": async (editor, _, key) => {
    editor.cursor = editor.next();
    insertMode(editor);
    await editor.run(key === "*" ? "insert-completions" : key === "=" ? "possible-completions" : "complete", key);
  },
  "vi-tilde-expand": (editor, _, key) => editor.run("tilde-expand", key),
  "vi-edit-and-execute-command": (editor, _, key) => editor.run("edit-and-execute-command", key),
};
viCommands["bash-vi-complete"] = viCommands["vi-complete"];
for (const [alias, name] of Object.entries({
  "vi-fword": "vi-next-word",
  "vi-fWord": "vi-next-word",
  "vi-forward-word": "vi-next-word",
  "vi-forward-bigword": "vi-next-word",
  "vi-bword": "vi-prev-word",
  "vi-bWord": "vi-prev-word",
  "vi-backward-word": "vi-prev-word",
  "vi-backward-bigword": "vi-prev-word",
  "vi-eword": "vi-end-word",
  "vi-eWord": "vi-end-word",
  "vi-end-bigword": "vi-end-word",
})) {
  const isBig = /W|big/.test(alias);
  viCommands[alias] = (editor, count) => viCommands[name](editor, count, isBig ? "W" : "w");
}
