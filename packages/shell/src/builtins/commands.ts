// Builtins about commands: command, builtin, type, hash, alias, unalias, eval, ., exec.

import { AT_FDCWD, decode, EISDIR, ENOENT, encode, newStat, O_RDONLY, strerror } from "@vibengine/system";
import { quoteAlways } from "../expand/quote.ts";
import { ExitShell, NO_JUMP, RETURN, type Status } from "../execute/control.ts";
import { runProgram } from "../execute/external.ts";
import { DEFAULT_PATH, isExecutable, searchPath } from "../execute/programs.ts";
import { finallyDo } from "../execute/run.ts";
import { runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { statusOfError } from "../execute/task.ts";
import { builtins, SPECIAL_BUILTINS } from "./index.ts";
import { parseLetters } from "./usage.ts";

const RESERVED = new Set(["if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "select", "function", "in", "time", "{", "}", "!", "[[", "]]", "coproc"]);

const stat = newStat();

export function command(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "pvV", "command [-pVv] command [arg ...]");
  if (!options) return 2;
  const { rest, flags } = options;
  if (rest.length === 0) return 0;
  const path = flags.has("p") ? DEFAULT_PATH : shell.vars.get("PATH");
  if (flags.has("v") || flags.has("V")) {
    let text = "";
    let found = 0;
    for (const name of rest) {
      const lines = flags.has("V") ? describe(shell, name, false, path) : brief(shell, name, path);
      if (lines.length === 0 && flags.has("V")) shell.complain(`command: ${name}: not found`);
      if (lines.length > 0) found++;
      text += lines.map((line) => `${line}\n`).join("");
    }
    const status = found > 0 ? 0 : 1;
    const written = shell.write(text, "command");
    return typeof written === "number" ? written || status : written.then((result) => result || status);
  }
  shiftDeclarations(shell, argv.length - rest.length);
  const known = builtins.get(rest[0]);
  if (!known) return runProgram(shell, rest, [], false);
  // What would end the shell for a special builtin only fails here.
  const posix = shell.options.posix;
  shell.options.posix = false;
  return finallyDo(
    () => known(shell, rest),
    () => {
      if (rest[0] !== "set") shell.options.posix = posix;
    },
  );
}

export function builtin(shell: Shell, argv: string[]): Status {
  if (argv.length < 2) return 0;
  const known = builtins.get(argv[1]);
  if (!known) {
    shell.complain(`builtin: ${argv[1]}: not a shell builtin`);
    return 1;
  }
  shiftDeclarations(shell, 1);
  return known(shell, argv.slice(1));
}

/** Assignments among the words move with them. */
function shiftDeclarations(shell: Shell, by: number): void {
  if (shell.declarations) shell.declarations = new Map([...shell.declarations].map(([at, assignment]) => [at - by, assignment]));
}

function brief(shell: Shell, name: string, path: string | undefined): string[] {
  const alias_ = shell.aliases.get(name);
  if (alias_ !== undefined) return [`alias ${name}=${quoteAlways(alias_)}`];
  if (RESERVED.has(name) || shell.functions.has(name) || builtins.has(name)) return [name];
  if (name.includes("/")) return isExecutable(shell.sys, name) === 0 ? [name] : [];
  return searchPath(shell.sys, name, path).slice(0, 1);
}

/** What `type` says of a name: all meanings, or the first. */
function describe(shell: Shell, name: string, all: boolean, path: string | undefined): string[] {
  const lines: string[] = [];
  const alias_ = shell.aliases.get(name);
  if (alias_ !== undefined) lines.push(`${name} is aliased to \`${alias_}'`);
  if (RESERVED.has(name)) lines.push(`${name} is a shell keyword`);
  const definition = shell.functions.get(name);
  if (definition) lines.push(`${name} is a function\n${definition.text}`);
  if (builtins.has(name)) lines.push(`${name} is a ${shell.options.posix && SPECIAL_BUILTINS.has(name) ? "special " : ""}shell builtin`);
  const hashed = shell.programs.hash.get(name);
  if (hashed && !all && lines.length === 0) return [`${name} is hashed (${hashed.path})`];
  if (name.includes("/")) {
    if (isExecutable(shell.sys, name) === 0) lines.push(`${name} is ${name}`);
  } else for (const found of searchPath(shell.sys, name, path)) lines.push(`${name} is ${found}`);
  return all ? lines : lines.slice(0, 1);
}

function kinds(shell: Shell, name: string): string[] {
  const found: string[] = [];
  if (shell.aliases.has(name)) found.push("alias");
  if (RESERVED.has(name)) found.push("keyword");
  if (shell.functions.has(name)) found.push("function");
  if (builtins.has(name)) found.push("builtin");
  if (name.includes("/") ? isExecutable(shell.sys, name) === 0 : searchPath(shell.sys, name, shell.vars.get("PATH")).length > 0) found.push("file");
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
      lines = flags.has("p") && kinds(shell, name)[0] !== "file" ? [] : searchPath(shell.sys, name, shell.vars.get("PATH")).slice(0, flags.has("a") ? undefined : 1);
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
    else text = `hits\tcommand\n${[...table.values()].map(({ hits, path }) => `${String(hits).padStart(4)}\t${path}\n`).join("")}`;
  }
  const written = shell.write(text, "hash");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

export function alias(shell: Shell, argv: string[]): Status {
  const words = argv.slice(argv[1] === "-p" || argv[1] === "--" ? 2 : 1);
  let status = 0;
  let text = "";
  const line = (name: string) => `${shell.options.posix ? "" : "alias "}${name}=${quoteAlways(shell.aliases.get(name) as string)}\n`;
  if (words.length === 0) for (const name of [...shell.aliases.keys()].sort()) text += line(name);
  for (const word of words) {
    const equals = word.indexOf("=", 1);
    if (equals > 0) shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
    else if (shell.aliases.has(word)) text += line(word);
    else {
      shell.complain(`alias: ${word}: not found`);
      status = 1;
    }
  }
  const written = shell.write(text, "alias");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

export function unalias(shell: Shell, argv: string[]): number {
  if (argv[1] === "-a") {
    shell.aliases.clear();
    return 0;
  }
  if (argv.length === 1) {
    shell.report("unalias: usage: unalias [-a] name [name ...]\n");
    return 2;
  }
  let status = 0;
  for (const name of argv.slice(1)) {
    if (name === "--" || shell.aliases.delete(name)) continue;
    shell.complain(`unalias: ${name}: not found`);
    status = 1;
  }
  return status;
}

export function eval_(shell: Shell, argv: string[]): Status {
  const text = argv.slice(argv[1] === "--" ? 2 : 1).join(" ");
  return text.trim() === "" ? 0 : runSource(shell, text, shell.line);
}

export function source(shell: Shell, argv: string[]): Status {
  const words = argv.slice(argv[1] === "--" ? 2 : 1);
  const name = words[0];
  const fail = (message: string, status: number): number => {
    shell.complain(message);
    if (shell.options.posix && argv[0] === ".") throw new ExitShell(status);
    return status;
  };
  if (name === undefined) {
    shell.complain(`${argv[0]}: filename argument required`);
    return 2;
  }
  let path = name;
  if (!name.includes("/")) {
    const found = (shell.vars.get("PATH") ?? "").split(":").map((directory) => `${directory || "."}/${name}`);
    const readable = found.find((candidate) => {
      const errno = isExecutable(shell.sys, candidate);
      return errno !== ENOENT && errno !== EISDIR && shell.sys.stat(AT_FDCWD, encode(candidate), true, stat) >= 0;
    });
    if (readable !== undefined) path = readable;
    else if (shell.options.posix) return fail(`${argv[0]}: ${name}: file not found`, 1);
  }
  const text = readFile(shell, path);
  if (typeof text === "number") {
    return fail(text === EISDIR ? `${argv[0]}: ${name}: is a directory` : shell.options.posix ? `${argv[0]}: ${name}: file not found` : `${name}: ${strerror(text)}`, 1);
  }
  const { args, loopDepth } = shell;
  if (words.length > 1) shell.args = words.slice(1);
  const own = shell.args;
  shell.sourceDepth++;
  return finallyDo(
    () => {
      const done = (status: number): number => {
        if (shell.jump !== RETURN) return status;
        shell.jump = NO_JUMP;
        return shell.jumpCount;
      };
      const result = runSource(shell, text);
      return typeof result === "number" ? done(result) : result.then(done);
    },
    () => {
      shell.sourceDepth--;
      shell.loopDepth = loopDepth;
      if (words.length > 1 && shell.args === own) shell.args = args;
    },
  );
}

/** A file's text, or the errno. Regular files only: they never make one wait. */
export function readFile(shell: Shell, path: string): string | number {
  const fd = shell.sys.open(AT_FDCWD, encode(path), O_RDONLY, 0);
  if (fd < 0) return -fd;
  let bytes = new Uint8Array(16384);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      const larger = new Uint8Array(bytes.length * 4);
      larger.set(bytes);
      bytes = larger;
    }
    const count = shell.sys.read(fd, bytes, length, bytes.length - length);
    if (count < 0) {
      shell.sys.close(fd);
      return -count;
    }
    if (count === 0) break;
    length += count;
  }
  shell.sys.close(fd);
  return decode(bytes.subarray(0, length)).replaceAll("\0", "");
}

export function exec(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "cla:", "exec [-cl] [-a name] [command [argument ...]] [redirection ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  if (rest.length === 0) return 0;
  const name = rest[0];
  const path = shell.programs.find(shell.sys, name, shell.vars.get("PATH"));
  if (typeof path === "number") {
    shell.complain(path === ENOENT && !name.includes("/") ? `exec: ${name}: not found` : `${name}: ${strerror(path)}`);
    if (shell.shopt.execfail || shell.options.interactive) return path === ENOENT ? 127 : 126;
    throw new ExitShell(path === ENOENT ? 127 : 126);
  }
  const env = flags.has("c") ? new Map<string, string>() : shell.vars.environment();
  if (!flags.has("c")) env.set("_", path);
  const words = rest.slice();
  const first = values.get("a") ?? words[0];
  words[0] = flags.has("l") ? `-${first}` : first;
  // Traps do not outlive exec.
  shell.traps.clear();
  return shell.programs.execute(shell.sys, path, words, env, `${shell.name}: line ${shell.line}`).then(
    (status) => {
      throw new ExitShell(status);
    },
    (error) => {
      throw new ExitShell(statusOfError(shell, error));
    },
  );
}
