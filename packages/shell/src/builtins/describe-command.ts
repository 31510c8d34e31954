// What a command's name means: `command -v`, `type`, `hash`.

import type { Status } from "../execute/control.ts";
import { isExecutable, searchPath } from "../execute/programs.ts";
import type { Shell } from "../execute/shell.ts";
import { quoteAlways } from "../expand/quote.ts";
import { functionText } from "./function-text.ts";
import { builtins, SPECIAL_BUILTINS } from "./index.ts";
import { parseLetters } from "./usage.ts";

const RESERVED = new Set([
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

/** As `command -v` says it. */
export function brief(shell: Shell, name: string, path: string | undefined): string[] {
  const alias_ = shell.aliasText(name);
  if (alias_ !== undefined) return [`alias ${name}=${quoteAlways(alias_)}`];
  if (RESERVED.has(name) || shell.functions.has(name) || builtins.has(name)) return [name];
  if (name.includes("/")) return isExecutable(shell.sys, name) === 0 ? [name] : [];
  return searchPath(shell.sys, name, path).slice(0, 1);
}

/** What `type` says of a name: all meanings, or the first. */
export function describe(shell: Shell, name: string, all: boolean, path: string | undefined): string[] {
  const lines: string[] = [];
  const alias_ = shell.aliasText(name);
  if (alias_ !== undefined) lines.push(`${name} is aliased to \`${alias_}'`);
  if (RESERVED.has(name)) lines.push(`${name} is a shell keyword`);
  const definition = shell.functions.get(name);
  if (definition) lines.push(`${name} is a function\n${functionText(shell, name)}`);
  if (builtins.has(name))
    lines.push(`${name} is a ${shell.options.posix && SPECIAL_BUILTINS.has(name) ? "special " : ""}shell builtin`);
  const hashed = shell.programs.hash.get(name);
  if (hashed && !all && lines.length === 0) return [`${name} is hashed (${hashed.path})`];
  if (name.includes("/")) {
    if (isExecutable(shell.sys, name) === 0) lines.push(`${name} is ${name}`);
  } else for (const found of searchPath(shell.sys, name, path)) lines.push(`${name} is ${found}`);
  return all ? lines : lines.slice(0, 1);
}

function kinds(shell: Shell, name: string): string[] {
  const found: string[] = [];
  if (shell.aliasText(name) !== undefined) found.push("alias");
  if (RESERVED.has(name)) found.push("keyword");
  if (shell.functions.has(name)) found.push("function");
  if (builtins.has(name)) found.push("builtin");
  if (
    name.includes("/")
      ? isExecutable(shell.sys, name) === 0
      : searchPath(shell.sys, name, shell.vars.get("PATH")).length > 0
  )
    found.push("file");
  return found;
}

export function type(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "afptP", "type [-afptP] name [name ...]");
  if (!options) return 2;
  const { flags, rest } = options;
  let status = 0;
  let text = "";
  for (const name of rest) {
    let lines: string[];
    if (flags.has("t")) lines = flags.has("a") ? kinds(shell, name) : kinds(shell, name).slice(0, 1);
    else if (flags.has("P") || flags.has("p")) {
      lines =
        flags.has("p") && kinds(shell, name)[0] !== "file"
          ? []
          : searchPath(shell.sys, name, shell.vars.get("PATH")).slice(0, flags.has("a") ? undefined : 1);
      if (lines.length === 0 && flags.has("p") && kinds(shell, name).length > 0) continue;
    } else {
      lines = describe(shell, name, flags.has("a"), shell.vars.get("PATH"));
      if (lines.length === 0) shell.complain(`type: ${name}: not found`);
    }
    if (lines.length === 0) status = 1;
    text += lines.map((line) => `${line}\n`).join("");
  }
  const written = shell.write(text, "type");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

export function hash(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "lrp:dt", "hash [-lr] [-p pathname] [-dt] [name ...]");
  if (!options) return 2;
  const table = shell.programs.hash;
  if (options.flags.has("r")) table.clear();
  const path = options.values.get("p");
  let status = 0;
  let text = "";
  for (const name of options.rest) {
    const known = table.get(name);
    if (path !== undefined) table.set(name, { path, hits: 0 });
    else if (options.flags.has("d")) table.delete(name);
    else if (options.flags.has("t")) {
      if (known) text += `${known.path}\n`;
      else status = 1;
    } else if (!builtins.has(name) && !shell.functions.has(name) && !name.includes("/")) {
      table.delete(name);
      if (typeof shell.programs.find(shell.sys, name, shell.vars.get("PATH")) === "string") {
        const found = table.get(name);
        if (found) found.hits = 0;
        continue;
      }
      shell.complain(`hash: ${name}: not found`);
      status = 1;
    }
  }
  if (options.rest.length === 0 && !options.flags.has("r")) {
    if (table.size === 0) text = "hash: hash table empty\n";
    else
      text = `hits\tcommand\n${[...table.values()].map(({ hits, path }) => `${String(hits).padStart(4)}\t${path}\n`).join("")}`;
  }
  const written = shell.write(text, "hash");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}
