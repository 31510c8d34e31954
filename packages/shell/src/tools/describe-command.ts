// What a command's name means: `command -v`, `type`, `hash`. Builtins that come with the tools; they reach the shell through what
// late.ts hands them.

import { EACCES } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import type { Shell } from "../execute/shell.ts";
import { quoteAlways } from "../expand/quote.ts";
import { functionText } from "./print-function.ts";

export const RESERVED = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "do",
  "done",
  "case",
  "esac",
  "while",
  "until",
  "for",
  "select",
  "function",
  "in",
  "time",
  "{",
  "}",
  "!",
  "[[",
  "]]",
  "coproc",
]);

type Kind = "alias" | "keyword" | "function" | "builtin" | "file";
/** `path` is "" but for files. */
type Meaning = { kind: Kind; path: string };

/** What a name means, first what a command line would take it for; files with their paths. */
function meanings(shell: Shell, kit: LateKit, name: string, path: string | undefined, all: boolean): Meaning[] {
  const found: Meaning[] = [];
  if (shell.aliasText(name) !== undefined) found.push({ kind: "alias", path: "" });
  if (RESERVED.has(name)) found.push({ kind: "keyword", path: "" });
  if (shell.functions.has(name)) found.push({ kind: "function", path: "" });
  if (kit.builtins.has(name) && !shell.disabledBuiltins.has(name)) found.push({ kind: "builtin", path: "" });
  if (found.length > 0 && !all) return found;
  return [...found, ...searchFiles(shell, kit, name, path, all)];
}

function searchFiles(shell: Shell, kit: LateKit, name: string, path: string | undefined, all: boolean): Meaning[] {
  const files = name.includes("/")
    ? kit.isExecutable(shell.sys, name) === 0
      ? [name]
      : []
    : filesOf(shell, kit, name, path, all);
  return files.map((file) => ({ kind: "file", path: file }));
}

/** A name's files on PATH: all that can be run, or when only one is wanted and none can be, the first that can't. */
function filesOf(shell: Shell, kit: LateKit, name: string, path: string | undefined, all: boolean): string[] {
  const found = kit.searchPath(shell.sys, name, path);
  if (all || found.length > 0 || name === "") return found;
  const files = (path ?? "").split(":").map((directory) => `${directory || "."}/${name}`);
  return files.filter((file) => kit.isExecutable(shell.sys, file) === EACCES).slice(0, 1);
}

/** As `command -v` says it. */
function brief(shell: Shell, kit: LateKit, name: string, path: string | undefined): string[] {
  const first = meanings(shell, kit, name, path, false)[0];
  if (first === undefined) return [];
  if (first.kind === "alias") return [`alias ${name}=${quoteAlways(shell.aliasText(name)!)}`];
  return [first.kind === "file" ? first.path : name];
}

/** What `type` says of a name: all meanings, or the first. */
function describe(
  shell: Shell,
  kit: LateKit,
  name: string,
  all: boolean,
  path: string | undefined,
  skipFunctions = false,
): string[] {
  const lines: string[] = [];
  for (const meaning of meanings(shell, kit, name, path, all || skipFunctions)) {
    if (skipFunctions && meaning.kind === "function") continue;
    if (!all && lines.length > 0) break;
    lines.push(describeMeaning(shell, kit, name, meaning, all));
  }
  return lines;
}

function describeMeaning(shell: Shell, kit: LateKit, name: string, { kind, path }: Meaning, all: boolean): string {
  switch (kind) {
    case "alias":
      return `${name} is aliased to \`${shell.aliasText(name)}'`;
    case "keyword":
      return `${name} is a shell keyword`;
    case "function":
      return `${name} is a function\n${functionText(shell, name)}`;
    case "builtin":
      return `${name} is a ${shell.options.posix && kit.specialBuiltins.has(name) ? "special " : ""}shell builtin`;
    case "file": {
      const hashed = shell.programs.hash.get(name);
      return hashed && !all ? `${name} is hashed (${hashed.path})` : `${name} is ${path}`;
    }
  }
}

/** `command -v` and `-V`; the command's options have been found right. */
export const describeCommand: LateBuiltin = (shell, argv, kit) => {
  const { rest, flags } = kit.parseLetters(shell, argv, "pvV", "")!;
  const path = flags.has("p") ? kit.defaultPath : shell.vars.get("PATH");
  let text = "";
  let found = 0;
  for (const name of rest) {
    const lines = flags.has("V") ? describe(shell, kit, name, false, path) : brief(shell, kit, name, path);
    if (lines.length === 0 && flags.has("V")) shell.complain(`command: ${name}: not found`);
    if (lines.length > 0) found++;
    text += lines.map((line) => `${line}\n`).join("");
  }
  const status = found > 0 ? 0 : 1;
  const written = shell.write(text, "command");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
};

export const type: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "afptP", "type [-afptP] name [name ...]");
  if (!options) return 2;
  const { flags, rest } = options;
  const all = flags.has("a");
  const path = shell.vars.get("PATH");
  let status = 0;
  let text = "";
  for (const name of rest) {
    let lines: string[];
    if (flags.has("P") || flags.has("p") || flags.has("t")) {
      let found = flags.has("P")
        ? searchFiles(shell, kit, name, path, all)
        : meanings(shell, kit, name, path, all || flags.has("f"));
      if (flags.has("f")) found = found.filter(({ kind }) => kind !== "function");
      if (!all) found = found.slice(0, 1);
      if (found.length === 0) status = 1;
      if (flags.has("t")) lines = found.map(({ kind }) => kind);
      else
        lines = found
          .filter(({ kind }) => kind === "file")
          .map(({ path: file }) => (all ? file : (shell.programs.hash.get(name)?.path ?? file)));
    } else {
      lines = describe(shell, kit, name, all, path, flags.has("f"));
      if (lines.length === 0) {
        shell.complain(`type: ${name}: not found`);
        status = 1;
      }
    }
    text += lines.map((line) => `${line}\n`).join("");
  }
  const written = shell.write(text, "type");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
};

export const hash: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "lrp:dt", "hash [-lr] [-p pathname] [-dt] [name ...]");
  if (!options) return 2;
  const { flags, rest } = options;
  const table = shell.programs.hash;
  if (!shell.options.hashall) {
    shell.complain("hash: hashing disabled");
    return 1;
  }
  if (flags.has("r")) table.clear();
  const path = options.values.get("p");
  let status = 0;
  let text = "";
  const missing = (name: string) => {
    shell.complain(`hash: ${name}: not found`);
    status = 1;
  };
  if ((flags.has("t") || flags.has("d")) && rest.length === 0) {
    shell.complain(`hash: -${flags.has("t") ? "t" : "d"}: option requires an argument`);
    return 1;
  }
  for (const name of rest) {
    const known = table.get(name);
    if (path !== undefined) table.set(name, { path, hits: 0 });
    else if (flags.has("d")) {
      if (!table.delete(name)) missing(name);
    } else if (flags.has("t")) {
      if (!known) missing(name);
      else if (flags.has("l")) text += `builtin hash -p ${known.path} ${name}\n`;
      else text += rest.length > 1 ? `${name}\t${known.path}\n` : `${known.path}\n`;
    } else if (!kit.builtins.has(name) && !shell.functions.has(name) && !name.includes("/")) {
      table.delete(name);
      const found = shell.programs.find(shell.sys, name, shell.vars.get("PATH"));
      if (typeof found !== "string") missing(name);
      else if (table.has(name)) table.get(name)!.hits = 0;
    }
  }
  if (rest.length === 0 && !flags.has("r")) {
    if (flags.has("l")) text = [...table].map(([name, { path: file }]) => `builtin hash -p ${file} ${name}\n`).join("");
    else if (table.size === 0) text = shell.options.posix ? "" : "hash: hash table empty\n";
    else
      text = `hits\tcommand\n${[...table.values()].map(({ hits, path: file }) => `${String(hits).padStart(4)}\t${file}\n`).join("")}`;
  }
  const written = shell.write(text, "hash");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
};
