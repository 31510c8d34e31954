// pushd, popd, dirs. Builtins that come with the tools; they reach the shell through what late.ts hands them.

import { strerror } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";

/** The whole stack, the working directory first. */
function fullStack(shell: Shell, kit: LateKit): string[] {
  return [kit.currentDirectory(shell), ...shell.directoryStack];
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

export const dirs: LateBuiltin = (shell, argv, kit) => {
  const flags = new Set<string>();
  let chosen: number | null = null;
  const stack = fullStack(shell, kit);
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
};

/** Goes to the head of a new stack. */
function replaceStack(shell: Shell, kit: LateKit, stack: string[], command: string, move: boolean): Status {
  if (move) {
    const errno = kit.change(shell, stack[0], false);
    if (errno !== 0) {
      shell.complain(`${command}: ${stack[0]}: ${strerror(errno)}`);
      return 1;
    }
  }
  shell.directoryStack = stack.slice(1);
  return dirs(shell, ["dirs"], kit);
}

export const pushd: LateBuiltin = (shell, argv, kit) => {
  let words = argv.slice(1);
  const stay = words[0] === "-n";
  if (stay) words = words.slice(1);
  const stack = fullStack(shell, kit);
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
    return replaceStack(shell, kit, [stack[1], stack[0], ...stack.slice(2)], "pushd", !stay);
  }
  const at = place(words[0], stack.length);
  if (at === null) {
    if (stay) return replaceStack(shell, kit, [stack[0], words[0], ...stack.slice(1)], "pushd", false);
    const target = words[0] === "-" ? (shell.vars.get("OLDPWD") ?? "-") : words[0];
    const errno = kit.change(shell, target, false);
    if (errno !== 0) {
      shell.complain(`pushd: ${target}: ${strerror(errno)}`);
      return 1;
    }
    shell.directoryStack = stack;
    return dirs(shell, ["dirs"], kit);
  }
  if (stack.length < 2 || stack[at] === undefined) {
    shell.complain(
      stack.length < 2 ? "pushd: directory stack empty" : `pushd: ${words[0]}: directory stack index out of range`,
    );
    return 1;
  }
  return replaceStack(shell, kit, [...stack.slice(at), ...stack.slice(0, at)], "pushd", !stay);
};

export const popd: LateBuiltin = (shell, argv, kit) => {
  let words = argv.slice(1);
  const stay = words[0] === "-n";
  if (stay) words = words.slice(1);
  if (words[0] === "--") words = words.slice(1);
  const stack = fullStack(shell, kit);
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
  return replaceStack(shell, kit, stack.toSpliced(gone, 1), "popd", gone === 0);
};
