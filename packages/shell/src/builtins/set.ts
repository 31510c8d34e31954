// set and shopt.

import { after, type Status } from "../execute/control.ts";
import { LETTERS, LONG_NAMES } from "../execute/options.ts";
import type { Shell } from "../execute/shell.ts";
import { withTools } from "./late.ts";
import { parseLetters, usageStatus } from "./usage.ts";

export function set(shell: Shell, argv: string[]): Status {
  if (argv.length === 1) return withTools(shell, "set", ({ parts }) => parts.printAll(shell));
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--") {
      shell.args = argv.slice(at + 1);
      shell.argsSet++;
      return 0;
    }
    if (word === "+") continue;
    if (word === "-") {
      shell.options.xtrace = false;
      shell.options.verbose = false;
      at++;
      if (at < argv.length) shell.args = argv.slice(at);
      return 0;
    }
    if (!/^[-+]./.test(word)) break;
    const on = word[0] === "-";
    for (const letter of word.slice(1)) {
      if (letter === "o") {
        const name = argv[at + 1];
        if (name === undefined) return printOptions(shell, on);
        at++;
        if (!setLongOption(shell, name, on)) {
          shell.complain(`set: ${name}: invalid option name`);
          return usageStatus(shell);
        }
      } else if (!setOption(shell, letter, on)) {
        shell.complain(`set: ${word[0]}${letter}: invalid option`);
        shell.report("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
        return usageStatus(shell);
      }
    }
  }
  if (at < argv.length) {
    shell.args = argv.slice(at);
    shell.argsSet++;
  }
  return 0;
}

/** Sets an option by its letter; false if there is none. */
export function setOption(shell: Shell, letter: string, on: boolean): boolean {
  const name = LETTERS[letter];
  if (name === undefined || name === "interactive") return false;
  change(shell, name, on);
  return true;
}

export function setLongOption(shell: Shell, name: string, on: boolean): boolean {
  const known = LONG_NAMES.find((each) => each === name);
  if (known === undefined) return false;
  change(shell, known, on);
  return true;
}

function change(shell: Shell, name: (typeof LONG_NAMES)[number], on: boolean): void {
  shell.options[name] = on;
  if (name === "allexport") shell.vars.exportAll = on;
  if (on && name === "vi") shell.options.emacs = false;
  if (on && name === "emacs") shell.options.vi = false;
  if (name === "hashall" && !on) shell.programs.forget();
  if (name === "posix") {
    if (on) shell.vars.set("POSIXLY_CORRECT", "y");
    else shell.vars.table.delete("POSIXLY_CORRECT");
  }
}

export function printOptions(shell: Shell, table: boolean): Status {
  const line = (name: (typeof LONG_NAMES)[number]) => {
    const on = shell.options[name];
    return table ? `${name.padEnd(15)}\t${on ? "on" : "off"}\n` : `set ${on ? "-" : "+"}o ${name}\n`;
  };
  return shell.write(LONG_NAMES.map(line).join(""), "set");
}

const SHOPT_USAGE = "shopt [-pqsu] [-o] [optname ...]";

export function shopt(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "supqo", SHOPT_USAGE);
  if (!options) return 2;
  const { flags, rest } = options;
  const long = flags.has("o");
  if (flags.has("s") && flags.has("u")) {
    shell.complain("shopt: cannot set and unset shell options simultaneously");
    return 1;
  }
  const changes = rest.length > 0 && (flags.has("s") || flags.has("u"));
  let status = 0;
  let text = "";
  const names: string[] = rest.length > 0 ? rest : long ? LONG_NAMES : Object.keys(shell.shopt);
  for (const name of names) {
    const option = long ? LONG_NAMES.find((each) => each === name) : undefined;
    if (long ? option === undefined : shell.shopt[name] === undefined) {
      shell.complain(`shopt: ${name}: invalid ${long ? "" : "shell "}option name`);
      status = 1;
      continue;
    }
    const isOn = option ? shell.options[option] : shell.shopt[name];
    if (changes) {
      if (option) change(shell, option, flags.has("s"));
      else if (name !== "login_shell" && name !== "restricted_shell") shell.shopt[name] = flags.has("s");
      continue;
    }
    if (rest.length > 0 && !isOn) status = 1;
    if (rest.length === 0 && ((flags.has("s") && !isOn) || (flags.has("u") && isOn))) continue;
    if (flags.has("q")) continue;
    if (!flags.has("p")) text += `${name.padEnd(15)}\t${isOn ? "on" : "off"}\n`;
    else text += long ? `set ${isOn ? "-" : "+"}o ${name}\n` : `shopt ${isOn ? "-s" : "-u"} ${name}\n`;
  }
  const written = shell.write(text, "shopt");
  return after(written, (result) => result || status);
}
