// Completion with Tab: which word stands before the cursor, what it could become, and what to put in. Names come from the disk,
// PATH, and the shell's own tables. Comes with the tools, with the first Tab.

import {
  AT_FDCWD,
  decode,
  encode,
  newDirent,
  newStat,
  O_DIRECTORY,
  O_RDONLY,
  S_IFDIR,
  S_IFMT,
} from "@vibengine/system";
import type { Shell } from "../execute/shell.ts";

export interface Completion {
  /** Text to put in at the cursor; may be empty. */
  insert: string;
  /** What to choose from, when there is more than one. */
  choices: string[];
}

interface Candidate {
  name: string;
  /** What follows when it is the only one. */
  suffix: string;
}

type Quote = "" | "'" | '"';

/** The word before the cursor, as typed and as meant. */
interface Wanted {
  /** The part of a path up to its last slash, with ~ and variables as typed. */
  directory: string;
  prefix: string;
  quote: Quote;
  kind: "command" | "variable" | "file" | "directory" | "user";
  /** `${` stands before the name. */
  hasBrace: boolean;
}

const KEYWORDS = "if then else elif fi case esac for while until do done function select time in".split(" ");
const DIRECTORIES_ONLY = ["cd", "pushd", "rmdir"];
const stat = newStat();

/** @param builtins their names */
export function complete(shell: Shell, builtins: Iterable<string>, text: string, cursor: number): Completion {
  const wanted = wantedAt(text.slice(0, cursor));
  const candidates = candidatesFor(shell, builtins, wanted);
  const fitting = [...new Map(candidates.map((one) => [one.name, one])).values()]
    .filter(({ name }) => name.startsWith(wanted.prefix))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (fitting.length === 0) return { insert: "", choices: [] };
  const typed = wanted.prefix.length;
  if (fitting.length === 1) {
    const [{ name, suffix }] = fitting;
    const closes = suffix === "/" ? "" : wanted.quote;
    return { insert: quoted(name.slice(typed), wanted.quote) + closes + suffix, choices: [] };
  }
  let shared = fitting[0].name;
  for (const { name } of fitting) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return {
    insert: quoted(shared.slice(typed), wanted.quote),
    choices: fitting.map(({ name, suffix }) => name + (suffix === "/" ? "/" : "")),
  };
}

/** What is wanted where `before` ends. */
export function wantedAt(before: string): Wanted {
  let quote: Quote = "";
  let start = 0;
  let word = "";
  let lead = "";
  for (let at = 0; at < before.length; at++) {
    const character = before[at];
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && at + 1 < before.length) word += before[++at];
      else word += character;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === "\\" && at + 1 < before.length) word += before[++at];
    else if (/[\s|&;<>()]/.test(character) || (character === "=" && /^\w+$/.test(word)) || character === "`") {
      lead = before.slice(0, at + 1);
      start = at + 1;
      word = "";
    } else word += character;
  }
  const variable = quote === "'" ? null : /\$(\{?)(\w*)$/.exec(before.slice(start));
  if (variable) return { directory: "", prefix: variable[2], quote, kind: "variable", hasBrace: variable[1] !== "" };
  const slash = word.lastIndexOf("/");
  const directory = word.slice(0, slash + 1);
  const prefix = word.slice(slash + 1);
  if (directory === "" && /^~\w*$/.test(word)) return { directory, prefix: word, quote, kind: "user", hasBrace: false };
  const line = lead.trimEnd();
  const isCommand =
    slash < 0 && (line === "" || /(?:[|&;(`\n{!]|\b(?:then|do|else|elif|if|while|until|time|sudo|exec))$/.test(line));
  const first = /(?:^|[|&;(`\n]|\b(?:then|do|else)\s)\s*(\S+)[^|&;(`\n]*$/.exec(lead)?.[1] ?? "";
  const kind = isCommand ? "command" : DIRECTORIES_ONLY.includes(first) ? "directory" : "file";
  return { directory, prefix, quote, kind, hasBrace: false };
}

function candidatesFor(shell: Shell, builtins: Iterable<string>, wanted: Wanted): Candidate[] {
  if (wanted.kind === "variable") {
    const suffix = wanted.hasBrace ? "}" : "";
    return [...shell.vars.table.keys()].map((name) => ({ name, suffix }));
  }
  if (wanted.kind === "user") return ["~root", "~user", "~"].map((name) => ({ name, suffix: "/" }));
  const files = entries(shell, directoryOf(shell, wanted.directory), wanted);
  if (wanted.kind !== "command") return files;
  const found = (shell.vars.get("PATH") ?? "")
    .split(":")
    .flatMap((directory) => entries(shell, directory || ".", { ...wanted, kind: "file" }))
    .filter(({ suffix }) => suffix === " ");
  const own = [...builtins, ...KEYWORDS, ...shell.functions.keys(), ...shell.aliases.keys()];
  const commands = [...own.map((name) => ({ name, suffix: " " })), ...found];
  // A directory of this place only when there is no command of that name: `bin/` is rarely meant.
  const isThere = commands.some(({ name }) => name.startsWith(wanted.prefix));
  return isThere ? commands : files.filter(({ suffix }) => suffix === "/");
}

function directoryOf(shell: Shell, typed: string): string {
  const home = shell.vars.get("HOME") ?? "/";
  const path = typed.startsWith("~/") ? home + typed.slice(1) : typed;
  return path.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, plain) => shell.vars.get(braced ?? plain) ?? "") || ".";
}

function entries({ sys }: Shell, directory: string, { prefix, kind }: Wanted): Candidate[] {
  const fd = sys.open(AT_FDCWD, encode(directory), O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return [];
  const found: Candidate[] = [];
  const dirent = newDirent();
  for (let cookie = 0; sys.readdir(fd, cookie, dirent) > 0; cookie = dirent.cookie) {
    const name = decode(dirent.name);
    if (!name.startsWith(prefix) || name === "." || name === ".." || (name[0] === "." && prefix === "")) continue;
    const isDirectory = sys.stat(fd, dirent.name, true, stat) === 0 && (stat.mode & S_IFMT) === S_IFDIR;
    if (isDirectory || kind !== "directory") found.push({ name, suffix: isDirectory ? "/" : " " });
  }
  sys.close(fd);
  return found;
}

function quoted(text: string, quote: Quote): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  return quote === '"' ? text.replace(/[\\"$`]/g, "\\$&") : text.replace(/[^\w@%+=:,./~-]/gu, "\\$&");
}

/**
 * Names in columns, down then across, as ls shows them.
 * @param cells how many a character takes
 */
export function columnsOf(names: string[], width: number, cells: (code: number) => number): string {
  const widths = names.map((name) => [...name].reduce((sum, character) => sum + cells(character.codePointAt(0)!), 0));
  const column = Math.max(...widths) + 2;
  const columns = Math.max(1, Math.floor(width / column));
  const rows = Math.ceil(names.length / columns);
  let text = "";
  for (let row = 0; row < rows; row++) {
    for (let at = row; at < names.length; at += rows) {
      const isLast = at + rows >= names.length;
      text += names[at] + (isLast ? "\n" : " ".repeat(column - widths[at]));
    }
  }
  return text;
}
