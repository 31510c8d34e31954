// cd and pwd. The directory stack (pushd, popd, dirs) comes with the tools.

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
export function change(shell: Shell, target: string, physical: boolean): number {
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
