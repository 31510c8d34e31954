// Variables that are computed when they are used: RANDOM, SECONDS, LINENO, FUNCNAME, PIPESTATUS…

import { readFile } from "../builtins/commands.ts";
import { LONG_NAMES } from "./options.ts";
import type { Shell } from "./shell.ts";
import { BARE, EXPORT, INTEGER, newVariable, READONLY, type Variable } from "./variables.ts";

type Refresh = (variable: Variable, shell: Shell) => void;

function text(compute: (shell: Shell) => string | number): Refresh {
  return (variable, shell) => {
    variable.value = String(compute(shell));
  };
}

const VARIABLES: Record<string, Refresh> = {
  RANDOM: text((shell) => nextRandom(shell)),
  SRANDOM: text(() => Math.floor(Math.random() * 0x100000000)),
  SECONDS: text((shell) => Math.floor((performance.now() - shell.startTime) / 1000)),
  LINENO: text((shell) => shell.line),
  BASHPID: text((shell) => shell.sys.pid),
  EPOCHSECONDS: text(() => Math.floor(Date.now() / 1000)),
  EPOCHREALTIME: text(() => (Date.now() / 1000).toFixed(6)),
  BASH_SUBSHELL: text((shell) => shell.subshellDepth),
  PIPESTATUS: (variable, shell) => {
    variable.list = [shell.pipeStatus ?? shell.status].flat().map(String);
  },
  FUNCNAME: (variable, shell) => {
    const names = [...(shell.isFile ? ["main"] : []), ...shell.stack.map((call) => call.name)];
    variable.list = shell.calls.length === 0 ? [] : names.reverse();
    variable.flags = shell.calls.length === 0 ? BARE : 0;
  },
  BASH_SOURCE: (variable, shell) => {
    const sources = [...shell.stack.map((call) => call.source), shell.sourceName].slice(shell.isFile ? 0 : 1);
    variable.list = sources
      .map((source) => source ?? (shell.commandString === null ? "main" : "environment"))
      .reverse();
  },
  BASH_LINENO: (variable, shell) => {
    variable.list = [...(shell.isFile ? ["0"] : []), ...shell.stack.map((call) => String(call.line))].reverse();
  },
  BASH_ARGC: (variable, shell) => {
    variable.list = knownArguments(shell).map((args) => String(args.length));
  },
  BASH_ARGV: (variable, shell) => {
    variable.list = knownArguments(shell).flatMap((args) => args.slice().reverse());
  },
  _: text((shell) => shell.lastArgument),
  SHELLOPTS: text((shell) => LONG_NAMES.filter((name) => shell.options[name]).join(":")),
  BASHOPTS: text((shell) =>
    Object.keys(shell.shopt)
      .filter((name) => shell.shopt[name])
      .join(":"),
  ),
  DIRSTACK: (variable, shell) => {
    variable.list = [shell.vars.get("PWD") ?? "", ...shell.directoryStack];
  },
  BASH_ARGV0: text((shell) => shell.name),
  BASH_COMMAND: text((shell) => shell.lastCommand),
};

const ASSIGN: Record<string, (value: string, shell: Shell) => void> = {
  RANDOM: (value, shell) => {
    shell.randomSeed = Number(value) >>> 0;
  },
  SECONDS: (value, shell) => {
    shell.startTime = performance.now() - (Number(value) || 0) * 1000;
  },
  LINENO: () => {},
  BASH_ARGV0: (value, shell) => {
    shell.name = value;
  },
  FUNCNAME: () => {},
  BASH_SOURCE: () => {},
  BASH_LINENO: () => {},
  PIPESTATUS: () => {},
  _: () => {},
};

export function defineDynamic(shell: Shell): void {
  for (const [name, refresh] of Object.entries(VARIABLES)) {
    const variable = newVariable();
    variable.refresh = (own, context) => refresh(own, context as Shell);
    const assign = ASSIGN[name];
    if (assign) variable.assign = (value, context) => assign(value, context as Shell);
    if (name === "SHELLOPTS" || name === "BASHOPTS")
      variable.flags = READONLY | ((shell.vars.table.get(name)?.flags ?? 0) & EXPORT);
    shell.vars.table.set(name, variable);
  }
  if (!shell.vars.table.has("SHELL")) shell.vars.table.set("SHELL", newVariable("/bin/bash"));
  shell.vars.table.set("BASH_VERSION", newVariable("5.2.15(1)-release"));
  const defaults = {
    OSTYPE: "linux-gnu",
    HOSTTYPE: "wasm32",
    MACHTYPE: "wasm32-unknown-wasi",
    HOSTNAME: hostName(shell),
  };
  for (const [name, value] of Object.entries(defaults))
    if (!shell.vars.table.has(name)) shell.vars.table.set(name, newVariable(value));
  const version = newVariable();
  version.list = ["5", "2", "15", "1", "release", "wasm32-unknown-wasi"];
  shell.vars.table.set("BASH_VERSINFO", version);
  version.flags = READONLY;
  for (const name of ["UID", "EUID"])
    shell.vars.table.set(name, newVariable(String(shell.sys.uid), READONLY | INTEGER));
  shell.vars.table.set("BASH", newVariable("/usr/bin/bash"));
}

/** The arguments of the calls that `extdebug` knows of, the innermost first, and the script's. */
function knownArguments({ stack, args }: Shell): string[][] {
  return [stack[0]?.outer ?? args, ...stack.map((call) => call.args ?? null)].filter((list) => list !== null).reverse();
}

function hostName(shell: Shell): string {
  const text = readFile(shell, "/etc/hostname");
  return typeof text === "string" ? text.trim() : "vibengine";
}

/** A linear congruential generator, so that a seed gives the same numbers again. */
function nextRandom(shell: Shell): number {
  shell.randomSeed = (Math.imul(shell.randomSeed, 1103515245) + 12345) >>> 0;
  return (shell.randomSeed >>> 16) & 0x7fff;
}
