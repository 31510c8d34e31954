// cd, pwd, and the directory stack (pushd, popd, dirs).

import { AT_FDCWD, decode, ENOENT, ENOTDIR, encode, newStat, S_IFDIR, S_IFMT, strerror } from "@vibengine/system";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { EXPORT, newVariable } from "../execute/variables.ts";
import { IDENTIFIER, parseLetters } from "./usage.ts";

export function cd(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "LPe@", "cd [-L|[-P [-e]] [-@]] [dir]");
  if (!options) return 2;
  if (options.rest.length > 1) {
    shell.complain("cd: too many arguments");
    return 1;
  }
  let target = options.rest[0];
  let announce = false;
  if (target === undefined || target === "-") {
    const name = target === undefined ? "HOME" : "OLDPWD";
    announce = target === "-";
    const value = shell.vars.get(name);
    if (value === undefined) {
      shell.complain(`cd: ${name} not set`);
      return 1;
    }
    target = value;
  }
  const physical = lastOf(argv, shell.options.physical);
  const said = (path: string) => shell.write(`${path}\n`, "cd");
  if (!/^\.{0,2}(\/|$)/.test(target)) {
    for (const directory of (shell.vars.get("CDPATH") ?? "").split(":")) {
      const here = directory === "" || directory === ".";
      if (here && directory === "") {
        if (change(shell, target, physical) === 0) return announce ? said(currentDirectory(shell)) : 0;
        continue;
      }
      if (change(shell, `${directory.replace(/\/$/, "")}/${target}`, physical) === 0)
        return said(currentDirectory(shell));
    }
  }
  const errno = change(shell, target, physical);
  if (errno === 0) return announce ? said(currentDirectory(shell)) : 0;
  if (shell.shopt.cdable_vars && IDENTIFIER.test(target)) {
    const value = shell.vars.get(target);
    if (value !== undefined && change(shell, value, physical) === 0) return said(value);
  }
  shell.complain(`cd: ${target}: ${strerror(errno)}`);
  return 1;
}

/** Whether the last of -L and -P is -P. */
function lastOf(argv: string[], initial: boolean): boolean {
  let physical = initial;
  for (const word of argv.slice(1)) {
    if (!/^-[LPe@]+$/.test(word)) break;
    for (const letter of word) if (letter === "L" || letter === "P") physical = letter === "P";
  }
  return physical;
}

/** Changes the directory and PWD; 0 or an errno. Without -P `..` goes back along the path as it was written. */
function change(shell: Shell, target: string, physical: boolean): number {
  if (target === "") return 0;
  const before = currentDirectory(shell);
  const logical = normalize(target.startsWith("/") ? target : `${before}/${target}`);
  let result = physical ? shell.sys.chdir(encode(target)) : shell.sys.chdir(encode(logical));
  if (!physical && (result === -ENOENT || result === -ENOTDIR)) {
    // `missing/..` must not be taken for `.`.
    result = shell.sys.chdir(encode(target));
    if (result < 0) return -result;
    physical = true;
  } else if (!physical && result >= 0 && target.includes("..") && !prefixesExist(shell, target, before)) {
    shell.sys.chdir(encode(before));
    return ENOENT;
  }
  if (result < 0) return -result;
  shell.vars.set("OLDPWD", before);
  shell.vars.set("PWD", physical ? decode(shell.sys.getcwd()) : logical);
  return 0;
}

const stat = newStat();

/** Each component before a `..` must be a directory. */
function prefixesExist(shell: Shell, target: string, before: string): boolean {
  const components = target.split("/");
  for (let i = 1; i < components.length; i++) {
    if (components[i] !== "..") continue;
    const prefix = components.slice(0, i).join("/") || "/";
    const path = prefix.startsWith("/") ? prefix : `${before}/${prefix}`;
    if (shell.sys.stat(AT_FDCWD, encode(path), true, stat) < 0 || (stat.mode & S_IFMT) !== S_IFDIR) return false;
  }
  return true;
}

function normalize(path: string): string {
  const result: string[] = [];
  for (const component of path.split("/")) {
    if (component === "..") result.pop();
    else if (component !== "" && component !== ".") result.push(component);
  }
  return `/${result.join("/")}`;
}

/** PWD if it is right, else the disk's own idea. */
export function currentDirectory(shell: Shell): string {
  return shell.vars.get("PWD") ?? decode(shell.sys.getcwd());
}

export function pwd(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "LP", "pwd [-LP]");
  if (!options) return 2;
  const physical = lastOf(argv, shell.options.physical);
  return shell.write(`${physical ? decode(shell.sys.getcwd()) : logicalDirectory(shell)}\n`, "pwd");
}

function logicalDirectory(shell: Shell): string {
  const pwd = shell.vars.get("PWD");
  const actual = decode(shell.sys.getcwd());
  // The directory is gone.
  if (actual === "" && pwd) return pwd;
  if (pwd === undefined || pwd === actual || !pwd.startsWith("/")) return actual;
  const here = newStat();
  if (shell.sys.stat(AT_FDCWD, encode(pwd), true, stat) < 0 || shell.sys.stat(AT_FDCWD, encode("."), true, here) < 0)
    return actual;
  return stat.ino === here.ino ? pwd : actual;
}

/** At the start PWD is taken from the environment if it names the working directory. */
export function initialDirectory(shell: Shell): void {
  const actual = logicalDirectory(shell);
  shell.vars.set("PWD", actual);
  const variable = shell.vars.table.get("PWD");
  if (variable) variable.flags |= EXPORT;
  const before = shell.vars.table.get("OLDPWD");
  if (before) before.flags |= EXPORT;
  else shell.vars.table.set("OLDPWD", newVariable(undefined, EXPORT));
}

/** The whole stack, the working directory first. */
function fullStack(shell: Shell): string[] {
  return [currentDirectory(shell), ...shell.directoryStack];
}

function shorten(shell: Shell, path: string): string {
  const home = shell.vars.get("HOME");
  const inside = home && home !== "/" && (path === home || path.startsWith(`${home}/`));
  return inside ? `~${path.slice(home.length)}` : path;
}

/** The place `+2` or `-2` names in a list of that length, null if the word is none. */
function place(word: string, length: number): number | null {
  if (!/^[-+][0-9]+$/.test(word)) return null;
  const number = Number(word.slice(1));
  return word[0] === "+" ? number : length - 1 - number;
}

export function dirs(shell: Shell, argv: string[]): Status {
  const flags = new Set<string>();
  let chosen: number | null = null;
  const stack = fullStack(shell);
  for (const word of argv.slice(1)) {
    const at = place(word, stack.length);
    if (at !== null) {
      if (stack[at] === undefined) {
        shell.complain(`dirs: ${word.slice(1)}: directory stack index out of range`);
        return 1;
      }
      chosen = at;
    } else if (/^-[clpv]+$/.test(word)) for (const letter of word.slice(1)) flags.add(letter);
    else if (word !== "--") {
      shell.complain(`dirs: ${word}: invalid ${word[0] === "-" ? "option" : "number"}`);
      shell.report("dirs: usage: dirs [-clpv] [+N] [-N]\n");
      return 2;
    }
  }
  if (flags.has("c")) {
    shell.directoryStack = [];
    return 0;
  }
  const shown = stack.map((path) => (flags.has("l") ? path : shorten(shell, path)));
  if (chosen !== null)
    return shell.write(`${flags.has("v") ? `${String(chosen).padStart(2)}  ` : ""}${shown[chosen]}\n`, "dirs");
  if (flags.has("v"))
    return shell.write(shown.map((path, i) => `${String(i).padStart(2)}  ${path}\n`).join(""), "dirs");
  return shell.write(`${shown.join(flags.has("p") ? "\n" : " ")}\n`, "dirs");
}

/** Goes to the head of a new stack. */
function replaceStack(shell: Shell, stack: string[], command: string, move: boolean): Status {
  if (move) {
    const errno = change(shell, stack[0], false);
    if (errno !== 0) {
      shell.complain(`${command}: ${stack[0]}: ${strerror(errno)}`);
      return 1;
    }
  }
  shell.directoryStack = stack.slice(1);
  return dirs(shell, ["dirs"]);
}

export function pushd(shell: Shell, argv: string[]): Status {
  let words = argv.slice(1);
  const stay = words[0] === "-n";
  if (stay) words = words.slice(1);
  const stack = fullStack(shell);
  const word = words[0];
  if (word === "--") words = words.slice(1);
  else if (word !== undefined && place(word, stack.length) === null && /^-./.test(word)) {
    shell.complain(`pushd: ${word}: invalid option`);
    shell.report("pushd: usage: pushd [-n] [+N | -N | dir]\n");
    return 2;
  }
  if (words.length > 1) {
    shell.complain("pushd: too many arguments");
    return 1;
  }
  if (words.length === 0) {
    if (stack.length < 2) {
      shell.complain("pushd: no other directory");
      return 1;
    }
    return replaceStack(shell, [stack[1], stack[0], ...stack.slice(2)], "pushd", !stay);
  }
  const at = place(words[0], stack.length);
  if (at === null) {
    if (stay) return replaceStack(shell, [stack[0], words[0], ...stack.slice(1)], "pushd", false);
    const target = words[0] === "-" ? (shell.vars.get("OLDPWD") ?? "-") : words[0];
    const errno = change(shell, target, false);
    if (errno !== 0) {
      shell.complain(`pushd: ${target}: ${strerror(errno)}`);
      return 1;
    }
    shell.directoryStack = stack;
    return dirs(shell, ["dirs"]);
  }
  if (stack.length < 2 || stack[at] === undefined) {
    shell.complain(
      stack.length < 2 ? "pushd: directory stack empty" : `pushd: ${words[0]}: directory stack index out of range`,
    );
    return 1;
  }
  return replaceStack(shell, [...stack.slice(at), ...stack.slice(0, at)], "pushd", !stay);
}

export function popd(shell: Shell, argv: string[]): Status {
  let words = argv.slice(1);
  const stay = words[0] === "-n";
  if (stay) words = words.slice(1);
  if (words[0] === "--") words = words.slice(1);
  const stack = fullStack(shell);
  const at = words.length === 0 ? 0 : place(words[0], stack.length);
  if (at === null) {
    shell.complain(`popd: ${words[0]}: invalid ${words[0][0] === "-" ? "option" : "argument"}`);
    shell.report("popd: usage: popd [-n] [+N | -N]\n");
    return 2;
  }
  if (stack.length < 2) {
    shell.complain("popd: directory stack empty");
    return 1;
  }
  if (stack[at] === undefined) {
    shell.complain(`popd: ${words[0]}: directory stack index out of range`);
    return 1;
  }
  const gone = stay && at === 0 ? 1 : at;
  return replaceStack(shell, stack.toSpliced(gone, 1), "popd", gone === 0);
}
