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

/** What could stand before the cursor. */
export interface Matches {
  /** Where in the line what it replaces begins, and that text without quotes. */
  from: number;
  /** Where its word begins, and the directory in it without quotes. */
  wordFrom: number;
  directory: string;
  typed: string;
  quote: Quote;
  /** The names are files: what is special in them is quoted. */
  isQuoted: boolean;
  candidates: Candidate[];
}

export interface Candidate {
  name: string;
  /** What follows when it is the only one. */
  suffix: string;
}

export type Quote = "" | "'" | '"';

export type Kind = "command" | "variable" | "file" | "directory" | "user";

/** The word before the cursor, as typed and as meant. */
interface Wanted {
  /** The part of a path up to its last slash, with ~ and variables as typed. */
  directory: string;
  prefix: string;
  quote: Quote;
  kind: Kind;
  /** Where in the line the prefix begins. */
  from: number;
  start: number;
  /** `${` stands before the name. */
  hasBrace: boolean;
  /** `$` does. */
  isDollar?: boolean;
}

const KEYWORDS = "if then else elif fi case esac for while until do done function select time in".split(" ");
const DIRECTORIES_ONLY = ["cd", "pushd", "rmdir"];
const stat = newStat();

export interface Wishes {
  /** Names of one kind, whatever the place seems to want. */
  kind?: Kind;
  ignoresCase: boolean;
}

/** @param builtins their names */
export function defaultMatches(shell: Shell, builtins: Iterable<string>, before: string, wishes: Wishes): Matches {
  const wanted = wantedAt(before);
  if (wishes.kind) {
    wanted.kind = wishes.kind;
    if (wishes.kind === "command" || wishes.kind === "variable") wanted.prefix = wanted.directory + wanted.prefix;
  }
  const fits = fitting(wanted.prefix, wishes.ignoresCase);
  const candidates = [...new Map(candidatesFor(shell, builtins, wanted, fits).map((one) => [one.name, one])).values()]
    .filter(({ name }) => fits(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { from, start, directory } = wanted;
  return { from, wordFrom: start, directory, typed: wanted.prefix, quote: wanted.quote, isQuoted: true, candidates };
}

function fitting(prefix: string, ignoresCase: boolean): (name: string) => boolean {
  const low = prefix.toLowerCase();
  return ignoresCase ? (name) => name.toLowerCase().startsWith(low) : (name) => name.startsWith(prefix);
}

/** What is wanted where `before` ends. */
export function wantedAt(before: string): Wanted {
  let quote: Quote = "";
  let start = 0;
  /** Behind the last slash of the word, or the quote that opens it. */
  let from = 0;
  let word = "";
  let lead = "";
  for (let at = 0; at < before.length; at++) {
    const character = before[at];
    if (character === "/") from = at + 1;
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && at + 1 < before.length) word += before[++at];
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      if (word === "") from = at + 1;
    } else if (character === "\\" && at + 1 < before.length) word += before[++at];
    else if (/[\s|&;<>()]/.test(character) || /[=:]/.test(character) || character === "`") {
      lead = before.slice(0, at + 1);
      start = from = at + 1;
      word = "";
    } else word += character;
  }
  const variable = quote === "'" ? null : /\$(\{?)(\w*)$/.exec(before.slice(start));
  const end = before.length;
  if (variable) {
    const from = end - variable[2].length;
    return {
      directory: "",
      prefix: variable[2],
      quote,
      kind: "variable",
      hasBrace: variable[1] !== "",
      from,
      start: from,
      isDollar: true,
    };
  }
  const slash = word.lastIndexOf("/");
  const directory = word.slice(0, slash + 1);
  const prefix = word.slice(slash + 1);
  if (directory === "" && /^~\w*$/.test(word))
    return { directory, prefix: word, quote, kind: "user", hasBrace: false, from, start };
  const line = lead.trimEnd();
  const isCommand =
    slash < 0 && (line === "" || /(?:[|&;(`\n{!]|\b(?:then|do|else|elif|if|while|until|time|sudo|exec))$/.test(line));
  const first = /(?:^|[|&;(`\n]|\b(?:then|do|else)\s)\s*(\S+)[^|&;(`\n]*$/.exec(lead)?.[1] ?? "";
  const kind = isCommand ? "command" : DIRECTORIES_ONLY.includes(first) ? "directory" : "file";
  return { directory, prefix, quote, kind, hasBrace: false, from, start };
}

function candidatesFor(
  shell: Shell,
  builtins: Iterable<string>,
  wanted: Wanted,
  fits: (name: string) => boolean,
): Candidate[] {
  if (wanted.kind === "variable") {
    const brace = wanted.hasBrace ? "}" : "";
    return [...shell.vars.table.keys()].map((name) => {
      const isDirectory = wanted.isDollar && isDirectoryAt(shell, shell.vars.get(name) ?? "");
      return { name, suffix: brace + (isDirectory ? "/" : " ") };
    });
  }
  if (wanted.kind === "user") return ["~root", "~user", "~"].map((name) => ({ name, suffix: "/" }));
  const files = entries(shell, directoryOf(shell, wanted.directory), wanted, fits);
  if (wanted.kind !== "command") return files;
  const found = (shell.vars.get("PATH") ?? "")
    .split(":")
    .flatMap((directory) => entries(shell, directory || ".", { ...wanted, kind: "file" }, fits))
    .filter(({ suffix }) => suffix === " ");
  const own = [...builtins, ...KEYWORDS, ...shell.functions.keys(), ...shell.aliases.keys()];
  const commands = [...own.map((name) => ({ name, suffix: " " })), ...found];
  // A directory of this place only when there is no command of that name: `bin/` is rarely meant.
  const isThere = commands.some(({ name }) => fits(name));
  return isThere ? commands : files.filter(({ suffix }) => suffix === "/");
}

function isDirectoryAt({ sys }: Shell, path: string): boolean {
  return path !== "" && sys.stat(AT_FDCWD, encode(path), true, stat) === 0 && (stat.mode & S_IFMT) === S_IFDIR;
}

function directoryOf(shell: Shell, typed: string): string {
  const home = shell.vars.get("HOME") ?? "/";
  const path = typed.startsWith("~/") ? home + typed.slice(1) : typed;
  return path.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, plain) => shell.vars.get(braced ?? plain) ?? "") || ".";
}

function entries(
  { sys }: Shell,
  directory: string,
  { prefix, kind }: Wanted,
  fits: (name: string) => boolean,
): Candidate[] {
  const fd = sys.open(AT_FDCWD, encode(directory), O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return [];
  const found: Candidate[] = [];
  const dirent = newDirent();
  for (let cookie = 0; sys.readdir(fd, cookie, dirent) > 0; cookie = dirent.cookie) {
    const name = decode(dirent.name);
    if (!fits(name) || name === "." || name === ".." || (name[0] === "." && prefix === "")) continue;
    const isDirectory = sys.stat(fd, dirent.name, true, stat) === 0 && (stat.mode & S_IFMT) === S_IFDIR;
    if (isDirectory || kind !== "directory") found.push({ name, suffix: isDirectory ? "/" : " " });
  }
  sys.close(fd);
  return found;
}

export function quoted(text: string, quote: Quote): string {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  return quote === '"' ? text.replace(/[\\"$`]/g, "\\$&") : text.replace(/[^\w@%+=:,./~-]/gu, "\\$&");
}

/**
 * Names in columns, down then across, as ls shows them.
 * @param cells how many a character takes
 */
export function columnsOf(names: string[], width: number, cells: (code: number) => number): string {
  const widths = names.map((name) => [...name].reduce((sum, character) => sum + cells(character.codePointAt(0)!), 0));
  const column = widths.reduce((most, one) => Math.max(most, one), 0) + 2;
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
