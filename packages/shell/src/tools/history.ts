// history and fc: what they list, change and run again. Builtins that come with the tools; they reach the shell through what
// late.ts hands them.

import { O_APPEND, O_TRUNC, strerror } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";

const USAGE = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";

export const history: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "cd:anrwps", USAGE);
  if (!options) return 2;
  const { flags, values, rest } = options;
  const log = shell.history;
  if (flags.has("c")) {
    log.lines = [];
    log.added = 0;
    log.read = 0;
  }
  const offset = values.get("d");
  if (offset !== undefined) return deleteLines(shell, offset);
  if (flags.has("s")) {
    if (log.isTyped) log.lines.pop();
    log.isTyped = false;
    if (rest.length > 0) log.lines.push(rest.join(" "));
    return 0;
  }
  if (flags.has("p")) return shell.write(rest.map((word) => `${word}\n`).join(""), "history");
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
  const text = log.lines
    .slice(first)
    .map((line, i) => `${String(log.base + first + i).padStart(5)}  ${line}\n`)
    .join("");
  return shell.write(text, "history");
};

function deleteLines(shell: Shell, offset: string): number {
  const log = shell.history;
  const match = /^(-?[0-9]+)(?:-(-?[0-9]+))?$/.exec(offset);
  const place = (text: string) => (Number(text) < 0 ? log.lines.length + Number(text) : Number(text) - log.base);
  const from = match ? place(match[1]) : -1;
  const to = match?.[2] === undefined ? from : place(match[2]);
  if (!match && !/^[-0-9]/.test(offset)) shell.complain(`history: ${offset}: numeric argument required`);
  else if (from < 0 || from >= log.lines.length || to >= log.lines.length || to < from)
    shell.complain(`history: ${offset}: history position out of range`);
  else {
    log.lines.splice(from, to - from + 1);
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
    shell.complain(`history: ${path}: cannot read: ${strerror(text)}`);
    return 1;
  }
  const lines = text.split("\n").filter((line) => line !== "");
  log.lines.push(...(flags.has("n") ? lines.slice(log.read) : lines));
  log.read = lines.length;
  return 0;
}

/** `fc -l`, and `fc -s` which runs a command again; there is no editor to call. */
export const fc: LateBuiltin = (shell, argv, kit) => {
  const log = shell.history;
  // The fc command itself does not count.
  const lines =
    shell.options.history && log.lines[log.lines.length - 1]?.trimStart().startsWith("fc")
      ? log.lines.slice(0, -1)
      : log.lines;
  const words = argv.slice(1);
  const flags = new Set<string>();
  while (words.length > 0 && /^-[elnrs]+$/.test(words[0])) {
    const word = words.shift()!;
    for (const letter of word.slice(1)) flags.add(letter);
    if (word.endsWith("e")) {
      if (words.shift() === "-") flags.add("s");
    }
  }
  if (words[0] === "--") words.shift();
  else if (words.length > 0 && /^-[^0-9]/.test(words[0])) {
    shell.complain(`fc: ${words[0].slice(0, 2)}: invalid option`);
    shell.report("fc: usage: fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]\n");
    return 2;
  }
  const find = (word: string): number => {
    if (/^-?[0-9]+$/.test(word)) {
      const number = Number(word);
      return number < 0 ? lines.length + number : number === 0 ? lines.length - 1 : number - log.base;
    }
    return lines.findLastIndex((line) => line.startsWith(word));
  };
  if (flags.has("s") || !flags.has("l")) {
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
    for (const [from, to] of swaps) command = command.replaceAll(from, to);
    shell.report(`${command}\n`);
    if (shell.options.history) log.lines[log.lines.length - 1] = command;
    return kit.runSource(shell, command);
  }
  const clamp = (at: number) => Math.max(0, Math.min(at, lines.length - 1));
  let first = words.length > 0 ? find(words[0]) : lines.length - 16;
  let last = words.length > 1 ? find(words[1]) : lines.length - 1;
  if (words.slice(0, 2).some((word) => !/^-?[0-9]+$/.test(word) && find(word) < 0)) {
    shell.complain("fc: history specification out of range");
    return 1;
  }
  if (lines.length === 0) return 0;
  first = clamp(first);
  last = clamp(last);
  const range: number[] = [];
  for (let at = first; first <= last ? at <= last : at >= last; at += first <= last ? 1 : -1) range.push(at);
  if (flags.has("r") && first <= last) range.reverse();
  return shell.write(range.map((at) => `${flags.has("n") ? "" : log.base + at}\t ${lines[at]}\n`).join(""), "fc");
};
