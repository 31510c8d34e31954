// bind: lists and changes what keys do. A builtin that comes with the tools.

import type { LateBuiltin } from "../../builtins/late.ts";
import type { Shell } from "../../execute/shell.ts";
import type { Readline } from "../../interactive/editor.ts";
import { textOfByte } from "../../locale.ts";
import { nameSequence, parseSequence } from "./key-names.ts";
import { COMMAND_NAMES } from "./keymaps.ts";
import { openReadline } from "./open.ts";
import { applyFile, applyLine, currentMap, findMap, QUOTED, type Target } from "./settings.ts";

const USAGE =
  "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]";
/** `-P` and `-q` name so many keys. */
const NAMED_MAX = 5;

/** Every key sequence of a map with the command it calls, printable characters included. */
function bindings({ map, name, prefix }: Target): [keys: string, command: string][] {
  const found: [string, string][] = [];
  for (const [keys, binding] of map)
    if (typeof binding === "string" && keys.startsWith(prefix)) found.push([keys.slice(prefix.length), binding]);
  if (name !== "vi-command" && prefix === "")
    for (let code = 32; code < 256; code++) {
      const key = textOfByte(code);
      if (code !== 127 && !map.has(key)) found.push([key, "self-insert"]);
    }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function keysOf(target: Target): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const all = bindings(target);
  for (const [keys, command] of all) {
    const isPrefix = keys === "\x1b" && all.some(([other]) => other.length > 1 && other.startsWith(keys));
    const shown = `"${nameSequence(keys)}${isPrefix ? "\\000" : ""}"`;
    // One command has two names.
    for (const name of command === "yank-last-arg" ? [command, "insert-last-argument"] : [command]) {
      const list = found.get(name);
      if (list) list.push(shown);
      else found.set(name, [shown]);
    }
  }
  return found;
}

function someKeys(keys: string[]): string {
  return keys.slice(0, NAMED_MAX).join(", ") + (keys.length > NAMED_MAX ? ", ..." : ".");
}

function listCommands(target: Target, isPlain: boolean): string {
  const keys = keysOf(target);
  let text = "\n";
  for (const name of COMMAND_NAMES) {
    const bound = keys.get(name);
    if (isPlain) text += bound ? bound.map((each) => `${each}: ${name}\n`).join("") : `# ${name} (not bound)\n`;
    else text += bound ? `${name} can be found on ${someKeys(bound)}\n` : `${name} is not bound to any keys\n`;
  }
  return text;
}

function listOthers({ map, prefix }: Target, kind: "macro" | "command", isPlain: boolean): string {
  let text = "";
  for (const [keys, binding] of [...map].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof binding !== "object" || binding === null || !keys.startsWith(prefix)) continue;
    const shown = nameSequence(keys.slice(prefix.length));
    if (kind === "command" && "command" in binding)
      text += `"${shown}": "${binding.command.replace(/["\\]/g, "\\$&")}"\n`;
    if (kind !== "macro" || !("macro" in binding)) continue;
    const macro = nameSequence(binding.macro);
    text += isPlain ? `"${shown}": "${macro}"\n` : `${shown} outputs ${macro}\n`;
  }
  return text;
}

function listVariables(shell: Shell, { variables }: Readline, isPlain: boolean): string {
  let text = "";
  const shown = new Map(variables);
  if (shell.options.interactive) shown.set("history-size", shell.vars.get("HISTSIZE") || "500");
  for (const [name, value] of shown) text += isPlain ? `set ${name} ${value}\n` : `${name} is set to \`${value}'\n`;
  return text;
}

/** A subshell changes a copy. */
function own(shell: Shell, readline: Readline): Readline {
  if (readline.owner === shell.sys.pid) return readline;
  const { emacs, "vi-insert": insert, "vi-command": command } = readline.keymaps;
  const keymaps = { emacs: new Map(emacs), "vi-insert": new Map(insert), "vi-command": new Map(command) };
  const copy = { ...readline, keymaps, variables: new Map(readline.variables), owner: shell.sys.pid };
  shell.readline = copy;
  return copy;
}

export const bind: LateBuiltin = async (shell, argv, kit) => {
  if (!shell.options.interactive) shell.complain("bind: warning: line editing not enabled");
  const options = kit.parseLetters(shell, argv, "lpsvPSVXm:f:q:u:r:x:", USAGE);
  if (!options) return 2;
  const { flags, values, rest } = options;
  const readline = own(shell, await openReadline(shell, kit));
  const name = values.get("m");
  const target = name === undefined ? currentMap(readline) : findMap(readline, name);
  if (target === null) {
    shell.complain(`bind: \`${name}': invalid keymap name`);
    return 1;
  }
  const { map, prefix } = target;
  let text = "";
  if (flags.has("l")) text += COMMAND_NAMES.map((each) => `${each}\n`).join("");
  if (flags.has("p")) text += listCommands(target, true);
  if (flags.has("P")) text += listCommands(target, false);
  if (flags.has("s")) text += listOthers(target, "macro", true);
  if (flags.has("S")) text += listOthers(target, "macro", false);
  if (flags.has("v")) text += listVariables(shell, readline, true);
  if (flags.has("V")) text += listVariables(shell, readline, false);
  let status = 0;
  const file = values.get("f");
  if (file !== undefined) {
    const read = async (path: string) => {
      const found = await kit.readFile(shell, path);
      return typeof found === "string" ? found : null;
    };
    if (!(await applyFile(shell, readline, file, read, (message) => shell.report(`readline: ${message}\n`)))) {
      shell.complain(`bind: ${file}: cannot read: No such file or directory`);
      return 1;
    }
  }
  const asked = values.get("q");
  if (asked !== undefined) {
    if (!COMMAND_NAMES.includes(asked)) {
      shell.complain(`bind: \`${asked}': unknown function name`);
      status = 1;
    } else {
      const keys = keysOf(target).get(asked);
      text += keys ? `${asked} can be invoked via ${someKeys(keys)}\n` : `${asked} is not bound to any keys.\n`;
      if (!keys) status = 1;
    }
  }
  const unbound = values.get("u");
  if (unbound !== undefined) {
    if (!COMMAND_NAMES.includes(unbound)) {
      shell.complain(`bind: \`${unbound}': unknown function name`);
      status = 1;
    } else
      for (const [keys, command] of bindings(target))
        if (command === unbound) {
          if (keys.length === 1 && keys >= " ") map.set(prefix + keys, null);
          else map.delete(prefix + keys);
        }
  }
  const removed = values.get("r");
  if (removed !== undefined) {
    const keys = prefix + parseSequence(removed);
    if (keys.length === 1 && keys >= " " && keys !== "\x7f") map.set(keys, null);
    else map.delete(keys);
  }
  const command = values.get("x");
  if (command !== undefined) {
    const line = command.trim();
    const quoted = QUOTED.exec(line);
    const found = quoted && /^\s*:\s*([^]*)$/.exec(line.slice(quoted[0].length));
    if (!quoted || !found) {
      shell.complain(
        line.startsWith('"')
          ? quoted
            ? `bind: ${line}: missing colon separator`
            : `bind: no closing \`"' in ${line}`
          : `bind: ${line}: first non-whitespace character is not \`"'`,
      );
      return 1;
    }
    map.set(prefix + parseSequence(quoted[1]), { command: found[1] });
  }
  if (flags.has("X")) text += listOthers(target, "command", true);
  for (const line of rest) {
    const wrong = applyLine(shell, readline, line, target);
    if (wrong !== null) shell.report(`readline: ${wrong}\n`);
  }
  const written = await shell.write(text, "bind");
  return written || status;
};
