// Variables that are computed when they are used: RANDOM, SECONDS, LINENO, FUNCNAME, PIPESTATUS…

import type { Shell } from "./shell.ts";
import { newVariable, type Variable } from "./variables.ts";

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
    variable.list = shell.pipeStatus.map(String);
  },
  FUNCNAME: (variable, shell) => {
    variable.list =
      shell.calls.length === 0 ? [] : [...shell.calls.toReversed(), ...(shell.commandString === null ? ["main"] : [])];
  },
};

const ASSIGN: Record<string, (value: string, shell: Shell) => void> = {
  RANDOM: (value, shell) => {
    shell.randomSeed = Number(value) >>> 0;
  },
  SECONDS: (value, shell) => {
    shell.startTime = performance.now() - (Number(value) || 0) * 1000;
  },
  LINENO: () => {},
  FUNCNAME: () => {},
  PIPESTATUS: () => {},
};

export function defineDynamic(shell: Shell): void {
  for (const [name, refresh] of Object.entries(VARIABLES)) {
    const variable = newVariable();
    variable.refresh = (own, context) => refresh(own, context as Shell);
    const assign = ASSIGN[name];
    if (assign) variable.assign = (value, context) => assign(value, context as Shell);
    shell.vars.table.set(name, variable);
  }
  shell.vars.table.set("BASH_VERSION", newVariable("5.2.15(1)-release"));
  shell.vars.table.set("OSTYPE", newVariable("linux-gnu"));
  shell.vars.table.set("HOSTTYPE", newVariable("wasm32"));
  shell.vars.table.set("MACHTYPE", newVariable("wasm32-unknown-wasi"));
  const version = newVariable();
  version.list = ["5", "2", "15", "1", "release", "wasm32-unknown-wasi"];
  shell.vars.table.set("BASH_VERSINFO", version);
  if (!shell.vars.table.has("UID")) shell.vars.table.set("UID", newVariable(String(shell.sys.uid)));
  if (!shell.vars.table.has("EUID")) shell.vars.table.set("EUID", newVariable(String(shell.sys.uid)));
  shell.vars.table.set("BASH", newVariable("/usr/bin/bash"));
}

/** A linear congruential generator, so that a seed gives the same numbers again. */
function nextRandom(shell: Shell): number {
  shell.randomSeed = (Math.imul(shell.randomSeed, 1103515245) + 12345) >>> 0;
  return (shell.randomSeed >>> 16) & 0x7fff;
}
