// Commands of the line editor that need the shell: shell commands bound to keys, expansions of the line, comments, an editor.

import { AT_FDCWD, encode, O_TRUNC } from "@vibengine/system";
import type { LateKit } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Command, Editor } from "../../interactive/editor.ts";
import { expandHistory } from "./expand-history.ts";
import { nameSequence } from "./key-names.ts";
import { COMMAND_NAMES } from "./keymaps.ts";
import { readInitFile } from "./settings.ts";

const VERSION = "GNU bash, version 5.2.15(1)-release (wasm32-unknown-wasi)";

/** Characters, not code units: what READLINE_POINT counts. */
function points(text: string): number {
  return [...text].length;
}

/** `bind -x`: the command sees the line in READLINE_LINE and may change it. */
export async function execute(shell: Shell, kit: LateKit, editor: Editor, command: string): Promise<void> {
  const { vars } = shell;
  const { text, cursor } = editor;
  await editor.terminal.erase();
  vars.set("READLINE_LINE", text);
  vars.set("READLINE_POINT", String(points(text.slice(0, cursor))));
  vars.set("READLINE_MARK", String(points(text.slice(0, editor.mark))));
  if (editor.isCounted) vars.set("READLINE_ARGUMENT", String(editor.count));
  editor.terminal.leave();
  const { status, lastArgument } = shell;
  await kit.runSafely(shell, () => kit.runSource(shell, command));
  shell.status = status;
  shell.lastArgument = lastArgument;
  editor.terminal.enter();
  const line = vars.get("READLINE_LINE") ?? "";
  if (line !== text) editor.replace(0, text.length, line);
  const point = Number(vars.get("READLINE_POINT"));
  editor.cursor = [...line].slice(0, Math.max(0, point || 0)).join("").length;
  editor.mark = Math.min(editor.mark, line.length);
  for (const name of ["READLINE_LINE", "READLINE_POINT", "READLINE_MARK", "READLINE_ARGUMENT"]) vars.table.delete(name);
}

function setLine(editor: Editor, text: string): void {
  if (text === editor.text) return;
  editor.replace(0, editor.text.length, text);
  editor.cursor = text.length;
}

/** The word before the cursor, up to blanks. */
function wordBefore(editor: Editor): [from: number, word: string] {
  const word = /[^\s;&|<>()]*$/.exec(editor.text.slice(0, editor.cursor))![0];
  return [editor.cursor - word.length, word];
}

export function shellCommands(shell: Shell, kit: LateKit): Record<string, Command> {
  const expandHistoryLine = (editor: Editor): boolean => {
    const expanded = expandHistory(shell, editor.text, "");
    if (typeof expanded === "string") return false;
    setLine(editor, expanded.text);
    return true;
  };
  const expandAlias = (editor: Editor) => {
    const line = editor.text.replace(/(^|[;&|]\s*)([^\s;&|]+)/g, (whole, before, word) => {
      const alias = shell.aliasText(word);
      return alias === undefined ? whole : before + alias;
    });
    setLine(editor, line);
  };
  const globbed = async (editor: Editor): Promise<[number, string, string[]]> => {
    const [from, word] = wordBefore(editor);
    return [from, word, kit.glob(shell, word.replace(/^~(?=\/|$)/, shell.vars.get("HOME") ?? "~"))];
  };
  const commands: Record<string, Command> = {
    "insert-comment": (editor) => {
      const mark = editor.full!.variables.get("comment-begin") ?? "#";
      const isThere = editor.isCounted && editor.text.startsWith(mark);
      editor.stop({ line: isThere ? editor.text.slice(mark.length) : mark + editor.text });
    },
    "shell-expand-line": async (editor) => {
      if (!expandHistoryLine(editor)) return editor.bell();
      expandAlias(editor);
      const words = editor.text.match(
        /(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\(\([^)]*\)\)|\$\([^)]*\)|`[^`]*`|[^\s;&|<>()\\'"`])+|[;&|<>()]+/gs,
      );
      const expanded: string[] = [];
      const { noglob } = shell.options;
      shell.options.noglob = true;
      for (const word of words ?? []) {
        const list = /^[;&|<>()]+$/.test(word) ? null : kit.parse(`: ${word}`).items[0]?.command;
        if (word.startsWith("~") || list?.kind !== "simple") expanded.push(word);
        else expanded.push(...(await kit.expandWords(shell, list.words)).slice(1));
      }
      shell.options.noglob = noglob;
      setLine(editor, expanded.join(" "));
    },
    "history-expand-line": (editor) => (expandHistoryLine(editor) ? undefined : editor.bell()),
    "alias-expand-line": expandAlias,
    "history-and-alias-expand-line": (editor) => {
      if (!expandHistoryLine(editor)) return editor.bell();
      expandAlias(editor);
    },
    "magic-space": (editor) => {
      expandHistoryLine(editor);
      editor.type(" ");
    },
    "tilde-expand": (editor) => {
      const [from, word] = wordBefore(editor);
      const rest = /^\S*/.exec(editor.text.slice(editor.cursor))![0];
      const found = /^~([^/]*)/.exec(word + rest);
      if (!found) return editor.bell();
      const home = kit.tildeText(shell, found[1]);
      editor.replace(from, from + found[0].length, home);
    },
    "glob-expand-word": async (editor) => {
      const [from, word, found] = await globbed(editor);
      if (found.length === 0) return editor.bell();
      editor.replace(from, from + word.length, `${found.map(quoteName).join(" ")} `);
    },
    "glob-list-expansions": async (editor) => {
      const [, , found] = await globbed(editor);
      if (found.length === 0) return editor.bell();
      await editor.terminal.below(`${found.join("  ")}\n`);
    },
    "display-shell-version": (editor) => editor.terminal.below(`${VERSION}\n`),
    "re-read-init-file": (editor) => readInitFile(shell, kit, editor.full!),
    "dump-functions": (editor) => {
      const map = editor.full!.keymaps[editor.map];
      const lines = [...map]
        .filter(([, each]) => typeof each === "string")
        .map(([keys, name]) => `"${nameSequence(keys)}": ${name}\n`);
      return editor.terminal.below(lines.join("") + COMMAND_NAMES.length);
    },
    "dump-variables": (editor) =>
      editor.terminal.below(
        [...editor.full!.variables].map(([name, value]) => `${name} is set to \`${value}'\n`).join(""),
      ),
    "dump-macros": (editor) =>
      editor.terminal.below(
        [...editor.full!.keymaps[editor.map]]
          .flatMap(([keys, each]) =>
            each !== null && typeof each === "object" && "macro" in each
              ? [`${nameSequence(keys)} outputs ${nameSequence(each.macro)}\n`]
              : [],
          )
          .join(""),
      ),
    "print-last-kbd-macro": (editor) => {
      const { macro } = editor.full!.state;
      return typeof macro === "string" ? editor.terminal.below(`"${nameSequence(macro)}"\n`) : editor.bell();
    },
    "spell-correct-word": (editor) => editor.bell(),
    "edit-and-execute-command": async (editor) => {
      const wanted = shell.vars.get("VISUAL") || shell.vars.get("EDITOR");
      const name = (wanted ?? "").trim().split(/\s/)[0];
      const isThere =
        name !== "" &&
        (shell.functions.has(name) || kit.searchPath(shell.sys, name, shell.vars.get("PATH")).length > 0);
      if (!isThere) {
        await editor.bell();
        return editor.terminal.below(
          `bash: ${name === "" ? "no editor: set VISUAL or EDITOR" : `${name}: command not found`}\n`,
        );
      }
      const path = `/tmp/bash-fc.${shell.sys.pid}`;
      await kit.writeLines(shell, path, [editor.text], O_TRUNC);
      await editor.terminal.erase();
      editor.terminal.leave();
      const status = await kit.runSafely(shell, () => kit.runSource(shell, `${wanted} ${path}`));
      editor.terminal.enter();
      const text = status === 0 ? await kit.readFile(shell, path) : 0;
      shell.sys.unlink(AT_FDCWD, encode(path));
      if (typeof text !== "string") return;
      setLine(editor, text.replace(/\n+$/, ""));
      editor.stop({ line: editor.text });
    },
  };
  return commands;
}

function quoteName(name: string): string {
  return name.replace(/[^\w@%+=:,./~-]/gu, "\\$&");
}
