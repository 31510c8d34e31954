// Commands that search the history, and that bring back words of it. Tables of readline's names.

import type { Command, Editor } from "../../interactive/editor.ts";
import { historyWords } from "./expand-history.ts";

interface Found {
  line: number;
  index: number;
}

/** The next place of `text` from line `line` on: in that line from `index`, in others from their end, or start. */
function find(editor: Editor, text: string, line: number, index: number, isBack: boolean): Found | null {
  const shown = editor.lineAt(line);
  const here =
    index < 0 || index > shown.length ? -1 : isBack ? shown.lastIndexOf(text, index) : shown.indexOf(text, index);
  if (here >= 0) return { line, index: here };
  const step = isBack ? -1 : 1;
  for (let at = line + step; at >= 0 && at <= editor.history.length; at += step) {
    const other = editor.lineAt(at);
    if (other === shown) continue;
    const found = isBack ? other.lastIndexOf(text) : other.indexOf(text);
    if (found >= 0) return { line: at, index: found };
  }
  return null;
}

/** C-r and C-s: finds as one types. Any other command ends it and is done. */
async function incremental(editor: Editor, isReverse: boolean): Promise<void> {
  const state = editor.full!.state as { searched?: string };
  const start = { at: editor.at, cursor: editor.cursor };
  const keymap = editor.full!.keymaps[editor.map];
  let isBack = isReverse;
  let query = "";
  let isFailing = false;
  let place: Found = { line: start.at, index: start.cursor };
  /** What a backspace goes back to. */
  const before: { query: string; place: Found; isFailing: boolean; isBack: boolean }[] = [];
  const show = (found: Found) => {
    place = found;
    if (editor.at !== found.line) void editor.recall(found.line);
    editor.cursor = found.index;
  };
  const look = async (from: number) => {
    const found = find(editor, query, place.line, from, isBack);
    isFailing = found === null;
    if (found) show(found);
    else await editor.bell();
  };
  for (;;) {
    editor.prompt = `(${isFailing ? "failed " : ""}${isBack ? "reverse-" : ""}i-search)\`${query}': `;
    const key = (await editor.key())!;
    const bound = keymap.get(key);
    if (bound === "reverse-search-history" || bound === "forward-search-history") {
      before.push({ query, place, isFailing, isBack });
      const turns = isBack !== (bound === "reverse-search-history");
      isBack = bound === "reverse-search-history";
      if (query === "") {
        query = state.searched ?? "";
        if (query !== "") await look(place.index);
      } else await look(turns ? place.index : isBack ? place.index - 1 : place.index + 1);
    } else if (key === "\x07") {
      await editor.recall(start.at);
      editor.cursor = start.cursor;
      editor.prompt = null;
      return editor.bell();
    } else if (key === "\x7f" || key === "\b") {
      const last = before.pop();
      if (last === undefined) await editor.bell();
      else {
        ({ query, isFailing, isBack } = last);
        show(last.place);
      }
    } else if (key === "\x16") {
      before.push({ query, place, isFailing, isBack });
      query += await editor.key(undefined, true);
      await look(place.index);
    } else if (key === "\x17" || key === "\x19") {
      before.push({ query, place, isFailing, isBack });
      const rest = editor.text.slice(place.index + query.length);
      query += key === "\x19" ? rest : (/^\W*\w*/.exec(rest)?.[0] ?? "");
      await look(place.index);
    } else if (key >= " " && (bound === undefined || editor.map === "vi-command" || bound === "self-insert")) {
      before.push({ query, place, isFailing, isBack });
      query += key;
      await look(place.index);
    } else {
      editor.prompt = null;
      if (query !== "") state.searched = query;
      if (key === "\n") return;
      if (key === "\x1b") {
        // On its own it only ends the search.
        const next = await editor.key(100);
        const isEscape = editor.map === "vi-command" && !/[[O]/.test(next ?? "");
        if (next !== null) editor.push(isEscape ? next : key + next);
      } else editor.push(key);
      return;
    }
  }
}

/** Reads a text below in place of the line; null when it is given up. */
export async function readText(editor: Editor, prompt: string): Promise<string | null> {
  const { text, cursor } = editor;
  let typed = "";
  try {
    for (;;) {
      editor.prompt = prompt;
      editor.text = typed;
      editor.cursor = typed.length;
      const key = (await editor.key())!;
      if (key === "\r" || key === "\n") return typed;
      if (key === "\x1b" || key === "\x07") return null;
      if (key === "\x7f" || key === "\b") {
        if (typed === "") return null;
        typed = typed.slice(0, -1);
      } else if (key === "\x15") typed = "";
      else typed += key;
    }
  } finally {
    editor.prompt = null;
    editor.text = text;
    editor.cursor = cursor;
  }
}

/** Goes to the next line of history that fits. */
export async function goTo(editor: Editor, isBack: boolean, fits: (line: string) => boolean): Promise<boolean> {
  const step = isBack ? -1 : 1;
  for (let at = editor.at + step; at >= 0 && at < editor.history.length; at += step) {
    if (!fits(editor.history[at])) continue;
    await editor.recall(at);
    return true;
  }
  await editor.bell();
  return false;
}

/** A search for a text that is typed whole, or for the last one again. */
export async function searchText(editor: Editor, isBack: boolean, prompt: string | null): Promise<void> {
  const state = editor.full!.state as { wanted?: string };
  const typed = prompt === null ? "" : await readText(editor, prompt);
  if (typed === null) return;
  const wanted = typed || state.wanted;
  if (!wanted) return editor.bell();
  state.wanted = wanted;
  const isAnchored = wanted.startsWith("^");
  const found = await goTo(editor, isBack, (line) =>
    isAnchored ? line.startsWith(wanted.slice(1)) : line.includes(wanted),
  );
  if (editor.map !== "emacs") editor.cursor = 0;
  else if (found) editor.cursor = isAnchored ? 0 : editor.text.indexOf(wanted);
}

/** Lines that begin with (or have) what stands before the cursor. */
function byPrefix(isBack: boolean, isAnywhere = false): Command {
  return async (editor) => {
    const state = editor.full!.state as { prefix?: string; prefixEnd?: number };
    if (!/^history-(sub|search)/.test(editor.last)) state.prefix = editor.text.slice(0, editor.cursor);
    const prefix = state.prefix ?? "";
    const shown = editor.text;
    const found = await goTo(
      editor,
      isBack,
      (line) => line !== shown && (isAnywhere ? line.includes(prefix) : line.startsWith(prefix)),
    );
    if (found && prefix !== "") editor.cursor = isAnywhere ? editor.text.indexOf(prefix) : prefix.length;
  };
}

const lastArgument: Command = async (editor, count) => {
  const state = editor.full!.state as {
    argument?: { line: number; length: number; count: number | null; back: number };
  };
  const isAgain = editor.last === "yank-last-arg" || editor.last === "insert-last-argument";
  const argument = (isAgain && state.argument) || {
    line: editor.history.length,
    length: 0,
    count: editor.isCounted ? count : null,
    back: 1,
  };
  if (isAgain && editor.isCounted && count < 0) argument.back = -argument.back;
  argument.line -= argument.back;
  const line = editor.history[argument.line];
  if (line === undefined) {
    argument.line += argument.back;
    return editor.bell();
  }
  const words = historyWords(line);
  const word = (argument.count === null ? words.at(-1) : words.at(argument.count)) ?? "";
  editor.replace(editor.cursor - argument.length, editor.cursor, word);
  argument.length = word.length;
  state.argument = argument;
};

export const searchCommands: Record<string, Command> = {
  "reverse-search-history": (editor) => incremental(editor, true),
  "forward-search-history": (editor) => incremental(editor, false),
  "non-incremental-reverse-search-history": (editor) => searchText(editor, true, ":"),
  "non-incremental-forward-search-history": (editor) => searchText(editor, false, ":"),
  "non-incremental-reverse-search-history-again": (editor) => searchText(editor, true, null),
  "non-incremental-forward-search-history-again": (editor) => searchText(editor, false, null),
  "history-search-backward": byPrefix(true),
  "history-search-forward": byPrefix(false),
  "history-substring-search-backward": byPrefix(true, true),
  "history-substring-search-forward": byPrefix(false, true),
  "fetch-history": (editor, count) => editor.recall(editor.isCounted ? count - 1 : 0),
  "operate-and-get-next": (editor) => {
    editor.nextAt = editor.at < editor.history.length ? editor.at + 1 : null;
    editor.stop({ line: editor.text });
  },
  "yank-last-arg": lastArgument,
  "insert-last-argument": lastArgument,
  "yank-nth-arg": (editor, count) => {
    const words = historyWords(editor.history.at(-1) ?? "");
    const word = words.at(editor.isCounted ? (count < 0 ? words.length - 1 + count : count) : 1);
    if (word === undefined) return editor.bell();
    editor.insert(word);
  },
};
