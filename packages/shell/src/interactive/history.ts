// What was typed: kept, written to a file, and called back with `!`.

import { AT_FDCWD, encode, O_APPEND, O_CREAT, O_WRONLY } from "@vibengine/system";
import { readFile } from "../builtins/commands.ts";
import type { Shell } from "../execute/shell.ts";

const DEFAULT_SIZE = 1000;

/** Reads the file that HISTFILE names, into the shell's history. */
export function loadHistory(shell: Shell): void {
  const text = readFile(shell, historyFile(shell));
  if (typeof text !== "string") return;
  // A line that went on in the next one stands there as several: they are taken as they are.
  const lines = text.split("\n").filter((line) => line !== "");
  shell.history.push(...lines.slice(-sizeOf(shell)));
}

/** Adds what was typed, as HISTCONTROL says, and appends it to the file: a sandbox may end at any moment. */
export function remember(shell: Shell, text: string): void {
  const line = text.replace(/\n+$/, "");
  const rules = (shell.vars.get("HISTCONTROL") ?? "ignoredups").split(":");
  const ignores = (name: string) => rules.includes(name) || rules.includes("ignoreboth");
  if (line.trim() === "" || (ignores("ignorespace") && line.startsWith(" "))) return;
  if (ignores("ignoredups") && line === shell.history.at(-1)) return;
  if (rules.includes("erasedups")) shell.history = shell.history.filter((old) => old !== line);
  shell.history.push(line);
  if (shell.history.length > sizeOf(shell)) shell.history.shift();
  const bytes = encode(`${line}\n`);
  const fd = shell.sys.open(AT_FDCWD, encode(historyFile(shell)), O_WRONLY | O_CREAT | O_APPEND, 0o600);
  if (fd < 0) return;
  shell.sys.write(fd, bytes, 0, bytes.length);
  shell.sys.close(fd);
}

function historyFile(shell: Shell): string {
  return shell.vars.get("HISTFILE") ?? `${shell.vars.get("HOME") ?? ""}/.bash_history`;
}

function sizeOf(shell: Shell): number {
  const size = Number(shell.vars.get("HISTSIZE") ?? DEFAULT_SIZE);
  return Number.isInteger(size) && size >= 0 ? size : DEFAULT_SIZE;
}

/** The line with its `!` events put in; null when it has none. Throws an `Error` that names an event that is not there. */
export function expandHistory(line: string, history: readonly string[]): string | null {
  const quick = /^\^([^^]*)\^([^^]*)\^?$/.exec(line);
  if (quick) {
    const last = eventOf("!!", history);
    if (!last.includes(quick[1])) throw new Error(`:s${line}: substitution failed`);
    return last.replace(quick[1], () => quick[2]);
  }
  let isChanged = false;
  const text = line.replace(
    /\\.|'[^']*'|!(?:([!$^*])|(-?\d+)|\?([^?]*)\??|([^\s=("';&|]+?(?=[:\s"';&|]|$)))(?::([$^*]|\d+))?/g,
    (whole, sign: string, number: string, inside: string, start: string, word: string) => {
      if (whole[0] !== "!") return whole;
      isChanged = true;
      const designator = sign !== undefined && sign !== "!" ? sign : word;
      const event =
        sign !== undefined
          ? eventOf("!!", history)
          : number !== undefined
            ? numbered(Number(number), whole, history)
            : found(whole, history, (old) => (inside === undefined ? old.startsWith(start) : old.includes(inside)));
      return designator === undefined ? event : wordsOf(event, designator, whole);
    },
  );
  return isChanged ? text : null;
}

function eventOf(name: string, history: readonly string[]): string {
  const last = history.at(-1);
  if (last === undefined) throw new Error(`${name}: event not found`);
  return last;
}

function numbered(number: number, name: string, history: readonly string[]): string {
  const event = number < 0 ? history.at(number) : history[number - 1];
  if (event === undefined) throw new Error(`${name}: event not found`);
  return event;
}

function found(name: string, history: readonly string[], fits: (line: string) => boolean): string {
  const event = history.findLast(fits);
  if (event === undefined) throw new Error(`${name}: event not found`);
  return event;
}

function wordsOf(event: string, designator: string, name: string): string {
  const words = event.match(/(?:\\.|'[^']*'|"(?:\\.|[^"])*"|[^\s])+/g) ?? [];
  if (designator === "*") return words.slice(1).join(" ");
  const word = designator === "$" ? words.at(-1) : words[designator === "^" ? 1 : Number(designator)];
  if (word === undefined) throw new Error(`${name}: bad word specifier`);
  return word;
}
