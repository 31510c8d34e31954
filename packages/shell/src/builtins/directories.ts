// cd, pwd, and the directory stack (pushd, popd, dirs).

import { AT_FDCWD, decode, ENOENT, ENOTDIR, encode, newStat, S_IFDIR, S_IFMT, strerror } from "@vibengine/system";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { EXPORT } from "../execute/variables.ts";
import { parseLetters } from "./usage.ts";

export function cd(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "LPe@", "cd [-L|[-P [-e]] [-@]] [dir]");
  if (!options) return 2;
  if (options.rest.length > 1) {
    shell.complain("cd: too many arguments");
    return 1;
  }
  let target = options.rest[0];
  let announce = false;
  if (target === undefined) {
    target = shell.vars.get("HOME") as string;
    if (target === undefined) {
      shell.complain("cd: HOME not set");
      return 1;
    }
  } else if (target === "-") {
    target = shell.vars.get("OLDPWD") as string;
    if (target === undefined) {
      shell.complain("cd: OLDPWD not set");
      return 1;
    }
    announce = true;
  }
  const physical = options.flags.has("P") || (shell.options.physical && !options.flags.has("L"));
  if (!/^\.{0,2}(\/|$)/.test(target)) {
    for (const directory of (shell.vars.get("CDPATH") ?? "").split(":")) {
      if (directory === "" || directory === ".") {
        if (change(shell, target, physical) === 0)
          return announce ? shell.write(`${currentDirectory(shell)}\n`, "cd") : 0;
        continue;
      }
      if (change(shell, `${directory.replace(/\/$/, "")}/${target}`, physical) === 0)
        return shell.write(`${currentDirectory(shell)}\n`, "cd");
    }
  }
  const errno = change(shell, target, physical);
  if (errno !== 0) {
    shell.complain(`cd: ${target}: ${strerror(errno)}`);
    return 1;
  }
  return announce ? shell.write(`${currentDirectory(shell)}\n`, "cd") : 0;
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
  const physical = options.flags.has("P") || (shell.options.physical && !options.flags.has("L"));
  return shell.write(`${physical ? decode(shell.sys.getcwd()) : logicalDirectory(shell)}\n`, "pwd");
}

function logicalDirectory(shell: Shell): string {
  const pwd = shell.vars.get("PWD");
  const actual = decode(shell.sys.getcwd());
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
}

/** The stack below the working directory. */
function stack(shell: Shell): string[] {
  return shell.directoryStack;
}

function show(shell: Shell, command: string, separator = " "): Status {
  const home = shell.vars.get("HOME");
  const shorten = (path: string) =>
    home && home !== "/" && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
  return shell.write(`${[currentDirectory(shell), ...stack(shell)].map(shorten).join(separator)}\n`, command);
}

export function dirs(shell: Shell, argv: string[]): Status {
  if (argv[1] === "-c") {
    shell.directoryStack = [];
    return 0;
  }
  return show(shell, "dirs", argv[1] === "-p" ? "\n" : " ");
}

export function pushd(shell: Shell, argv: string[]): Status {
  const before = currentDirectory(shell);
  const target = argv[1] ?? stack(shell)[0];
  if (target === undefined) {
    shell.complain("pushd: no other directory");
    return 1;
  }
  const errno = change(shell, target, false);
  if (errno !== 0) {
    shell.complain(`pushd: ${target}: ${strerror(errno)}`);
    return 1;
  }
  shell.directoryStack = [before, ...(argv[1] === undefined ? stack(shell).slice(1) : stack(shell))];
  return show(shell, "pushd");
}

export function popd(shell: Shell): Status {
  const [target, ...rest] = stack(shell);
  if (target === undefined) {
    shell.complain("popd: directory stack empty");
    return 1;
  }
  const errno = change(shell, target, false);
  if (errno !== 0) {
    shell.complain(`popd: ${target}: ${strerror(errno)}`);
    return 1;
  }
  shell.directoryStack = rest;
  return show(shell, "popd");
}
