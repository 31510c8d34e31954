// What inputrc files and `bind` say: key bindings, macros, variables, and the `$` directives of files.

import type { LateKit } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Keymap, MapName, Readline } from "../../interactive/editor.ts";
import { parseKeyName, parseSequence } from "./key-names.ts";
import { COMMAND_NAMES } from "./keymaps.ts";
import { setVariable } from "./variables.ts";

/** The keymaps by the names that people give them, and a sequence that stands in front in some. */
const MAPS: Record<string, [MapName, string]> = {
  emacs: ["emacs", ""],
  "emacs-standard": ["emacs", ""],
  "emacs-meta": ["emacs", "\x1b"],
  "emacs-ctlx": ["emacs", "\x18"],
  vi: ["vi-command", ""],
  "vi-move": ["vi-command", ""],
  "vi-command": ["vi-command", ""],
  "vi-insert": ["vi-insert", ""],
};

export interface Target {
  map: Keymap;
  name: MapName;
  prefix: string;
}

export function findMap(readline: Readline, name: string): Target | null {
  const found = MAPS[name];
  return found ? { map: readline.keymaps[found[0]], name: found[0], prefix: found[1] } : null;
}

/** The map that `bind` means without -m. */
export function currentMap(readline: Readline): Target {
  return findMap(readline, readline.variables.get("keymap")!) ?? findMap(readline, "emacs")!;
}

/** Up to the quote that ends it, with its backslashes. */
export const QUOTED = /^"((?:\\[^]|[^"\\])*)"/;

/** One line of an inputrc file, without directives. What is wrong with it, or null. */
export function applyLine(shell: Shell, readline: Readline, text: string, target: Target): string | null {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return null;
  const set = /^set\s+(\S+)\s*(.*)$/i.exec(line);
  if (set) {
    const isText = /^["']/.test(set[2]);
    const value = isText ? set[2].replace(/^(["'])(.*?)\1.*$/, "$2") : set[2].trimEnd().split(/\s/)[0];
    const wrong = setVariable(readline.variables, set[1], value ?? "");
    if (wrong === null && set[1].toLowerCase() === "editing-mode") {
      shell.options.vi = readline.variables.get("editing-mode") === "vi";
      shell.options.emacs = !shell.options.vi;
    }
    return wrong;
  }
  const quoted = QUOTED.exec(line);
  // A colon or a blank stands between the keys and what they do.
  const start = quoted ? quoted[0].length : 1;
  const end = start + line.slice(start).search(/[:\s]/);
  if (end < start || (line.startsWith('"') && quoted === null)) return `${line}: no key sequence terminator`;
  const keys = quoted ? parseSequence(quoted[1]) : parseKeyName(line.slice(0, end).trim());
  const value = line.slice(end).replace(/^\s*:?\s*/, "");
  if (keys === "") return null;
  const macro = /^(["'])((?:\\[^]|(?!\1)[^\\])*)/.exec(value);
  if (macro) target.map.set(target.prefix + keys, { macro: parseSequence(macro[2]) });
  else {
    const name = value.split(/\s/)[0].toLowerCase();
    if (COMMAND_NAMES.includes(name)) target.map.set(target.prefix + keys, name);
    else if (name === "") target.map.delete(target.prefix + keys);
  }
  return null;
}

type Read = (path: string) => Promise<string | null>;

/** A whole file. Directives: `$if`, `$else`, `$endif`, `$include`. */
export async function applyFile(
  shell: Shell,
  readline: Readline,
  path: string,
  read: Read,
  complain: (message: string) => void,
  depth = 0,
): Promise<boolean> {
  const text = await read(path);
  if (text === null || depth > 20) return false;
  /** For each open `$if`: whether its lines count, and those around it. */
  const open: { counts: boolean; around: boolean }[] = [];
  let at = 0;
  for (const raw of text.split("\n")) {
    at++;
    const line = raw.trim();
    const [directive, ...words] = line.split(/\s+/);
    const counts = open.at(-1)?.counts ?? true;
    const argument = words.join(" ");
    if (directive === "$if") open.push({ counts: counts && holds(shell, readline, argument), around: counts });
    else if (directive === "$else") {
      const last = open.at(-1);
      if (last) last.counts = last.around && !last.counts;
    } else if (directive === "$endif") open.pop();
    else if (!counts) continue;
    else if (directive === "$include")
      await applyFile(
        shell,
        readline,
        argument.replace(/^~(?=\/)/, shell.vars.get("HOME") ?? "~"),
        read,
        complain,
        depth + 1,
      );
    else if (line.startsWith("$")) complain(`${path}: line ${at}: ${directive}: unknown parser directive`);
    else {
      const wrong = applyLine(shell, readline, line, currentMap(readline));
      if (wrong !== null) complain(`${path}: line ${at}: ${wrong}`);
    }
  }
  return true;
}

function holds(shell: Shell, readline: Readline, condition: string): boolean {
  const test = /^(mode|term|version|[\w-]+)\s*(==|=|!=|<=|>=|<|>)\s*(\S*)/.exec(condition);
  if (!test) return condition.toLowerCase() === "bash";
  const [, name, operator, value] = test;
  if (name === "mode") return (readline.variables.get("editing-mode") === value) === (operator !== "!=");
  if (name === "term") {
    const term = shell.vars.get("TERM") ?? "dumb";
    return value === term || value === term.split("-")[0];
  }
  if (name === "version") {
    const difference = Number("8.2") - Number(value);
    if (operator === "<") return difference < 0;
    if (operator === ">") return difference > 0;
    if (operator === "<=") return difference <= 0;
    return operator === ">=" ? difference >= 0 : (difference === 0) === (operator !== "!=");
  }
  return (readline.variables.get(name) === value) === (operator !== "!=");
}

/** $INPUTRC, or ~/.inputrc, or /etc/inputrc. */
export async function readInitFile(shell: Shell, kit: LateKit, readline: Readline): Promise<void> {
  const read = async (path: string) => {
    const text = await kit.readFile(shell, path);
    return typeof text === "string" ? text : null;
  };
  const named = shell.vars.get("INPUTRC");
  const complain = (message: string) => shell.report(`readline: ${message}\n`);
  for (const path of [named || `${shell.vars.get("HOME") ?? ""}/.inputrc`, "/etc/inputrc"])
    if (await applyFile(shell, readline, path, read, complain)) return;
}
