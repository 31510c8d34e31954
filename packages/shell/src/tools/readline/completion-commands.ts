// Completing at the prompt: what Tab and its kin do with what may stand there. A table of readline's names.

import type { LateKit } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Command, Editor } from "../../interactive/editor.ts";
import { type Candidate, columnsOf, defaultMatches, type Kind, type Matches, quoted } from "../complete-line.ts";
import { historyWords } from "./expand-history.ts";
import { programmedMatches } from "./programmable.ts";

/** What is done with the matches: readline's names for it, by their codes. */
const COMPLETE = 9;
const LIST = 63;
const INSERT_ALL = 42;
const MENU = 37;

interface Menu {
  matches: Matches;
  at: number;
  /** Where the match that is shown ends, and what all begin with. */
  end: number;
  common: string;
}

interface CompletionState {
  menu?: Menu;
}

const isOn = (editor: Editor, name: string) => editor.full!.variables.get(name) === "on";

function shared(candidates: Candidate[], ignoresCase: boolean): string {
  let common = candidates[0].name;
  const same = (a: string, b: string) => a === b || (ignoresCase && a.toLowerCase() === b.toLowerCase());
  for (const { name } of candidates) {
    while (!same(name.slice(0, common.length), common)) common = common.slice(0, -1);
  }
  return common;
}

/** What a list shows: of a path its last part. */
function shown(editor: Editor, { isQuoted }: Matches, { name, suffix }: Candidate): string {
  const isDirectory = suffix === "/" && isOn(editor, "mark-directories");
  return (isQuoted ? name.slice(name.lastIndexOf("/", name.length - 2) + 1) : name) + (isDirectory ? "/" : "");
}

/** Puts a name in place of what was typed of it. */
function put(editor: Editor, matches: Matches, name: string): void {
  const { from, typed, quote, isQuoted } = matches;
  const text = (part: string) => (isQuoted ? quoted(part, quote) : part);
  const { wordFrom, directory } = matches;
  // A word of several quotings is quoted anew.
  if (isQuoted && quote === "" && /["']/.test(editor.text.slice(wordFrom, editor.cursor)))
    editor.replace(wordFrom, editor.cursor, quoted(directory + name, ""));
  else if (name.startsWith(typed)) editor.insert(text(name.slice(typed.length)));
  else editor.replace(from, editor.cursor, text(name));
}

function suffixOf(editor: Editor, { quote, directory }: Matches, { name, suffix }: Candidate): string {
  const end = suffix.endsWith("/") && !isOn(editor, "mark-directories") ? suffix.slice(0, -1) : suffix;
  // bash closes the quote behind a directory that needs it.
  const isOpen = suffix === "/" && quoted(directory + name, "") === directory + name;
  return (isOpen ? "" : quote) + end;
}

function close(editor: Editor, matches: Matches, only: Candidate): void {
  const end = suffixOf(editor, matches, only);
  const rest = editor.text.slice(editor.cursor);
  if (rest === "" || (end === "/" && !rest.startsWith("/"))) editor.insert(end);
}

export function completionCommands(shell: Shell, kit: LateKit): Record<string, Command> {
  async function matchesAt(editor: Editor, type: number, key: string, kind?: Kind): Promise<Matches> {
    const ignoresCase = isOn(editor, "completion-ignore-case");
    const before = editor.text.slice(0, editor.cursor);
    const usual = () => defaultMatches(shell, kit.builtins.keys(), before, { kind, ignoresCase });
    if (kind !== undefined) return usual();
    const programmed = await programmedMatches(shell, kit, editor.text, editor.cursor, type, key);
    if (programmed === null) {
      return editor.text.trim() === "" && shell.shopt.no_empty_cmd_completion
        ? { ...usual(), candidates: [] }
        : usual();
    }
    const { matches, options } = programmed;
    if (matches.candidates.length > 0) return matches;
    const plain = usual();
    // What bash has by itself, files apart.
    const isFile = /^[^$~]/.test(editor.text.slice(plain.wordFrom, editor.cursor) || " ");
    if (options.includes("bashdefault") && !isFile) return plain;
    if (options.includes("default"))
      return defaultMatches(shell, kit.builtins.keys(), before, { kind: "file", ignoresCase });
    return matches;
  }

  async function list(editor: Editor, matches: Matches): Promise<void> {
    const { candidates } = matches;
    const most = Number(editor.full!.variables.get("completion-query-items"));
    if (most > 0 && candidates.length >= most) {
      await editor.terminal.below(`Display all ${candidates.length} possibilities? (y or n)`);
      for (;;) {
        const key = (await editor.key())!;
        if (/[yY ]/.test(key)) break;
        if (/[nN\x7f\x07]/.test(key)) return editor.terminal.below("");
      }
      await editor.terminal.erase();
    }
    const names = candidates.map((each) => shown(editor, matches, each));
    await editor.terminal.below(columnsOf(names, editor.terminal.columns, kit.cells));
  }

  async function completeAs(editor: Editor, key: string, kind?: Kind): Promise<void> {
    const isAgain = editor.last === editor.command;
    const matches = await matchesAt(editor, isAgain ? LIST : COMPLETE, key, kind);
    const { candidates, typed } = matches;
    if (candidates.length === 0) return editor.bell();
    const { text } = editor;
    const common = shared(candidates, isOn(editor, "completion-ignore-case"));
    if (candidates.length === 1) {
      put(editor, matches, common);
      return close(editor, matches, candidates[0]);
    }
    if (isAgain) return list(editor, matches);
    if (common !== "" && (common.length >= typed.length || !common.startsWith(typed.slice(0, 1))))
      put(editor, matches, common);
    if (isOn(editor, "show-all-if-ambiguous") || (isOn(editor, "show-all-if-unmodified") && text === editor.text))
      return list(editor, matches);
    return editor.bell();
  }

  async function possible(editor: Editor, key: string, kind?: Kind): Promise<void> {
    const matches = await matchesAt(editor, LIST, key, kind);
    return matches.candidates.length === 0 ? editor.bell() : list(editor, matches);
  }

  async function insertAll(editor: Editor, key: string): Promise<void> {
    const matches = await matchesAt(editor, INSERT_ALL, key);
    if (matches.candidates.length === 0) return editor.bell();
    const { from, isQuoted, quote } = matches;
    const lead = directoryBefore(editor, from);
    const all = matches.candidates.map(({ name }) => lead + (isQuoted ? quoted(name, quote) : name)).join(" ");
    editor.replace(from - lead.length, editor.cursor, `${all} `);
  }

  async function menu(editor: Editor, count: number, key: string): Promise<void> {
    const state = editor.full!.state as CompletionState;
    const isAgain = /^(old-)?menu-complete/.test(editor.last) && state.menu !== undefined;
    if (!isAgain) {
      const matches = await matchesAt(editor, MENU, key);
      if (matches.candidates.length === 0) return editor.bell();
      const common = shared(matches.candidates, isOn(editor, "completion-ignore-case"));
      state.menu = { matches, at: count < 0 ? 0 : -1, end: editor.cursor, common };
      if (matches.candidates.length === 1) {
        put(editor, matches, matches.candidates[0].name);
        return close(editor, matches, matches.candidates[0]);
      }
    }
    const shownMenu = state.menu!;
    const { matches } = shownMenu;
    const { candidates, from, isQuoted, quote } = matches;
    // What all begin with is one of the choices.
    const all = candidates.length + 1;
    shownMenu.at = (((shownMenu.at + count) % all) + all) % all;
    const chosen = candidates[shownMenu.at];
    const text =
      chosen === undefined
        ? shownMenu.common
        : (isQuoted ? quoted(chosen.name, quote) : chosen.name) + suffixOf(editor, matches, chosen);
    if (chosen === undefined) await editor.bell();
    editor.replace(from, shownMenu.end, text);
    shownMenu.end = from + text.length;
    editor.cursor = shownMenu.end;
  }

  const commands: Record<string, Command> = {
    complete: (editor, _, key) => completeAs(editor, key),
    "possible-completions": (editor, _, key) => possible(editor, key),
    "insert-completions": (editor, _, key) => insertAll(editor, key),
    "menu-complete": (editor, count, key) => menu(editor, count, key),
    "menu-complete-backward": (editor, count, key) => menu(editor, -count, key),
    "old-menu-complete": (editor, count, key) => menu(editor, count, key),
    "complete-into-braces": async (editor, _, key) => {
      const matches = await matchesAt(editor, COMPLETE, key, "file");
      const { candidates, from } = matches;
      if (candidates.length === 0) return editor.bell();
      if (candidates.length === 1) {
        put(editor, matches, candidates[0].name);
        return close(editor, matches, candidates[0]);
      }
      const common = shared(candidates, false);
      const rests = candidates.map(
        ({ name, suffix }) => quoted(name.slice(common.length), "") + (suffix === "/" ? "/" : ""),
      );
      editor.replace(from, editor.cursor, `${quoted(common, "")}{${rests.join(",")}} `);
    },
    "dynamic-complete-history": (editor) => {
      const typed = /\S*$/.exec(editor.text.slice(0, editor.cursor))![0];
      const words = new Set(
        editor.history.flatMap((line) => historyWords(line)).filter((word) => word.startsWith(typed)),
      );
      const candidates = [...words].sort().map((name) => ({ name, suffix: " " }));
      if (candidates.length === 0) return editor.bell();
      const matches: Matches = {
        from: editor.cursor - typed.length,
        wordFrom: editor.cursor,
        directory: "",
        typed,
        quote: "",
        isQuoted: false,
        candidates,
      };
      put(editor, matches, shared(candidates, false));
      if (candidates.length === 1) close(editor, matches, candidates[0]);
      else if (editor.last === editor.command) return list(editor, matches);
      else return editor.bell();
    },
    "glob-complete-word": async (editor) => {
      const word = /\S*$/.exec(editor.text.slice(0, editor.cursor))![0];
      const found = kit.glob(shell, `${word}*`);
      if (found.length === 0) return editor.bell();
      const candidates = found.map((name) => ({ name, suffix: " " }));
      const matches: Matches = {
        from: editor.cursor - word.length,
        wordFrom: editor.cursor,
        directory: "",
        typed: word,
        quote: "",
        isQuoted: true,
        candidates,
      };
      if (found.length === 1) {
        put(editor, matches, found[0]);
        return close(editor, matches, candidates[0]);
      }
      return list(editor, matches);
    },
  };
  commands["dabbrev-expand"] = commands["dynamic-complete-history"];
  const kinds: [string, Kind][] = [
    ["filename", "file"],
    ["command", "command"],
    ["username", "user"],
    ["variable", "variable"],
    ["hostname", "user"],
  ];
  for (const [name, kind] of kinds) {
    commands[`complete-${name}`] = (editor, _, key) => completeAs(editor, key, kind);
    commands[`possible-${name}-completions`] = (editor, _, key) => possible(editor, key, kind);
  }
  return commands;
}

/** The directory that stands before a name in its word. */
function directoryBefore(editor: Editor, from: number): string {
  return /[^\s"'=:;|&<>()]*$/.exec(editor.text.slice(0, from))![0];
}
