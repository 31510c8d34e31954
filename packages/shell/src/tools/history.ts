// history and fc: what they list, change and run again. Builtins that come with the tools; they reach the shell through what
// late.ts hands them.

import { AT_FDCWD, encode, O_APPEND, O_TRUNC } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { expandHistory } from "./readline/expand-history.ts";
import { formatLocalTime } from "./zone.ts";

const USAGE = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";

export const history: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "cd:anrwps", USAGE);
  if (!options) return 2;
  const { flags, values, rest } = options;
  const log = shell.history;
  if (flags.has("c")) {
    log.lines = [];
    log.times = [];
    log.added = 0;
    log.read = 0;
  }
  const offset = values.get("d");
  if (offset !== undefined) return deleteLines(shell, offset);
  if (flags.has("s")) {
    forgetTyped(shell);
    if (rest.length > 0) {
      log.lines.push(rest.join(" "));
      log.added++;
    }
    return 0;
  }
  if (flags.has("p")) return printExpanded(shell, rest);
  if (["a", "n", "r", "w"].some((flag) => flags.has(flag))) return historyFile(shell, flags, rest[0], kit);
  if (flags.has("c")) return 0;
  let count = log.lines.length;
  if (rest.length > 0) {
    if (!/^\+?[0-9]+$/.test(rest[0])) {
      shell.complain(`history: ${rest[0]}: numeric argument required`);
      return 1;
    }
    if (rest.length > 1) {
      shell.complain("history: too many arguments");
      return 1;
    }
    count = Math.min(count, Number(rest[0]));
  }
  const first = log.lines.length - count;
  const format = shell.vars.get("HISTTIMEFORMAT");
  const text = log.lines
    .slice(first)
    .map((line, i) => {
      const time =
        format && formatLocalTime(format, log.times[first + i] ?? Date.now() / 1000, shell.vars.exported("TZ"));
      return `${String(log.base + first + i).padStart(5)}  ${time ?? ""}${line}\n`;
    })
    .join("");
  return shell.write(text, "history");
};

/** The line that calls `history -s` or `-p` is not kept. */
function forgetTyped(shell: Shell): void {
  const log = shell.history;
  if (!log.isTyped || shell.isSubshell) return;
  log.lines.pop();
  log.added = Math.max(0, log.added - 1);
  log.isTyped = false;
}

function printExpanded(shell: Shell, words: string[]): Status {
  forgetTyped(shell);
  let text = "";
  let status = 0;
  for (const word of words) {
    const expanded = expandHistory(shell, word, "");
    if (typeof expanded === "string") {
      shell.complain(`history: ${word}: history expansion failed`);
      status = 1;
    } else text += `${expanded.text}\n`;
  }
  const written = shell.write(text, "history");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

function deleteLines(shell: Shell, offset: string): number {
  const log = shell.history;
  const match = /^(-?[0-9]+)(?:-(-?[0-9]+))?$/.exec(offset);
  const place = (text: string) => (Number(text) < 0 ? log.lines.length + Number(text) : Number(text) - log.base);
  const from = match ? place(match[1]) : -1;
  const to = match?.[2] === undefined ? from : place(match[2]);
  if (from < 0 || from >= log.lines.length || to >= log.lines.length || to < from)
    shell.complain(`history: ${offset}: history position out of range`);
  else {
    log.lines.splice(from, to - from + 1);
    log.times.splice(from, to - from + 1);
    return 0;
  }
  return 1;
}

async function historyFile(shell: Shell, flags: Set<string>, name: string | undefined, kit: LateKit): Promise<number> {
  const log = shell.history;
  const path = name ?? shell.vars.get("HISTFILE");
  if (path === undefined || path === "") return 1;
  if (flags.has("a") || flags.has("w")) {
    const lines = flags.has("w") ? log.lines : log.lines.slice(Math.max(0, log.lines.length - log.added));
    const status = await kit.writeLines(shell, path, lines, flags.has("w") ? O_TRUNC : O_APPEND);
    log.added = 0;
    return status;
  }
  const text = await kit.readFile(shell, path);
  if (typeof text === "number") {
    return 1;
  }
  const lines = text.split("\n").filter((line) => line !== "");
  for (const line of flags.has("n") ? lines.slice(log.read) : lines) log.lines.push(line);
  log.read = lines.length;
  return 0;
}

/** Where `fc`'s operand points in the lines; -1 for nothing. */
function placeOf(lines: string[], base: number, word: string, isList: boolean): number {
  if (!/^-?[0-9]+$/.test(word)) return lines.findLastIndex((line) => line.startsWith(word));
  const number = Number(word);
  if (number < 0) return Math.max(0, lines.length + number);
  if (number === 0) return lines.length - 1;
  const at = number - base;
  return at < lines.length ? at : isList ? 0 : lines.length - 1;
}

/** `fc -l`, `fc -s` which runs a command again, and `fc` which hands it to an editor first. */
export const fc: LateBuiltin = async (shell, argv, kit) => {
  const log = shell.history;
  // The fc command itself does not count.
  const lines = shell.options.history && log.isTyped ? log.lines.slice(0, -1) : log.lines;
  const words = argv.slice(1);
  const flags = new Set<string>();
  let editor: string | undefined;
  while (words.length > 0 && /^-[elnrs]+$/.test(words[0])) {
    const word = words.shift()!;
    for (const letter of word.slice(1)) flags.add(letter);
    if (!word.endsWith("e")) continue;
    editor = words.shift();
    if (editor === "-") flags.add("s");
  }
  if (words[0] === "--") words.shift();
  else if (words.length > 0 && /^-[^0-9]/.test(words[0])) {
    shell.complain(`fc: ${words[0].slice(0, 2)}: invalid option`);
    shell.report("fc: usage: fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]\n");
    return 2;
  }
  const isList = flags.has("l");
  const find = (word: string) => placeOf(lines, log.base, word, isList);
  if (flags.has("s")) return runAgain(shell, lines, words, find, kit);
  if (lines.length === 0 && isList) return 0;
  if (words.slice(0, 2).some((word) => find(word) < 0)) {
    const isNumber = words.slice(0, 2).some((word) => /^-?[0-9]+$/.test(word) && find(word) < 0);
    shell.complain(`fc: ${isNumber ? "history specification out of range" : "no command found"}`);
    return 1;
  }
  const first = words.length > 0 ? find(words[0]) : isList ? Math.max(0, lines.length - 16) : lines.length - 1;
  const last = words.length > 1 ? find(words[1]) : isList ? lines.length - 1 : first;
  const range: number[] = [];
  for (let at = first; first <= last ? at <= last : at >= last; at += first <= last ? 1 : -1) range.push(at);
  if (flags.has("r") && first <= last) range.reverse();
  if (!isList)
    return edit(
      shell,
      range.map((at) => lines[at]),
      editor,
      kit,
    );
  return shell.write(range.map((at) => `${flags.has("n") ? "" : log.base + at}\t ${lines[at]}\n`).join(""), "fc");
};

function runAgain(
  shell: Shell,
  lines: string[],
  words: string[],
  find: (word: string) => number,
  kit: LateKit,
): Status {
  const swaps: [string, string][] = [];
  while (words.length > 0 && words[0].includes("=")) {
    const word = words.shift()!;
    swaps.push([word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
  }
  const at = words.length > 0 ? find(words[0]) : lines.length - 1;
  if (lines[at] === undefined) {
    shell.complain("fc: no command found");
    return 1;
  }
  let command = lines[at];
  for (const [from, to] of swaps) command = command.replaceAll(from, () => to);
  shell.report(`${command}\n`);
  keepInstead(shell, command);
  return kit.runSource(shell, command);
}

/** What fc runs stands in the history, and not fc. */
function keepInstead(shell: Shell, command: string): void {
  const log = shell.history;
  if (shell.options.history && log.isTyped) log.lines[log.lines.length - 1] = command;
}

async function edit(shell: Shell, lines: string[], editor: string | undefined, kit: LateKit): Promise<number> {
  const chosen = editor || shell.vars.get("FCEDIT") || shell.vars.get("EDITOR") || "ed";
  const path = `/tmp/bash-fc.${shell.sys.pid}`;
  await kit.writeLines(shell, path, lines, O_TRUNC);
  const status = await kit.runSource(shell, `${chosen} ${path}`);
  const text = status === 0 ? await kit.readFile(shell, path) : "";
  shell.sys.unlink(AT_FDCWD, encode(path));
  if (status !== 0 || typeof text !== "string") return 1;
  shell.report(text);
  keepInstead(shell, text.trimEnd());
  return kit.runSource(shell, text);
}
