// What was typed: kept, written to a file, and called back with `!`.

import { O_APPEND } from "@vibengine/system";
import { record, writeLines } from "../builtins/history.ts";
import type { Shell } from "../execute/shell.ts";

/** Adds what was typed and appends it to the file at once: a sandbox may end at any moment. */
export async function remember(shell: Shell, text: string): Promise<void> {
  const { history } = shell;
  const before = history.added;
  record(shell, text);
  const path = shell.vars.get("HISTFILE");
  if (history.added === before || !path) return;
  history.added = 0;
  history.read++;
  await writeLines(shell, path, [history.lines[history.lines.length - 1]], O_APPEND);
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
