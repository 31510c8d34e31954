// The table of builtins. Each is a function of the shell and its words; its status comes at once unless it had to wait.

import type { Status } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { alias, unalias } from "./alias.ts";
import { builtin, command, eval_, exec, source } from "./commands.ts";
import { declare, local } from "./declare.ts";
import { cd, pwd } from "./directories.ts";
import { break_, continue_, exit, false_, return_, true_ } from "./flow.ts";
import { read } from "./input.ts";
import { late } from "./late.ts";
import { let_ } from "./let.ts";
import { echo, printf } from "./output.ts";
import { set, shopt } from "./set.ts";
import { test } from "./test.ts";
import { trap } from "./trap.ts";
import { export_, readonly, shift, unset } from "./variables.ts";

export type Builtin = (shell: Shell, argv: string[]) => Status;

/** The builtins that POSIX calls special: assignments before them stay, and their errors end a script. */
export const SPECIAL_BUILTINS = new Set([
  "break",
  ":",
  ".",
  "source",
  "continue",
  "eval",
  "exec",
  "exit",
  "export",
  "readonly",
  "return",
  "set",
  "shift",
  "times",
  "trap",
  "unset",
]);

export const builtins = new Map<string, Builtin>([
  [":", true_],
  ["true", true_],
  ["false", false_],
  ["break", break_],
  ["continue", continue_],
  ["return", return_],
  ["exit", exit],
  ["logout", exit],
  ["echo", echo],
  ["printf", printf],
  ["test", test],
  ["[", test],
  ["cd", cd],
  ["pwd", pwd],
  ["pushd", late("pushd")],
  ["popd", late("popd")],
  ["dirs", late("dirs")],
  ["export", export_],
  ["readonly", readonly],
  ["unset", unset],
  ["shift", shift],
  ["set", set],
  ["shopt", shopt],
  ["declare", declare],
  ["typeset", declare],
  ["local", local],
  ["read", read],
  ["caller", late("caller")],
  ["mapfile", late("mapfile")],
  ["readarray", late("mapfile")],
  ["eval", eval_],
  [".", source],
  ["source", source],
  ["exec", exec],
  ["command", command],
  ["builtin", builtin],
  ["type", late("type")],
  ["hash", late("hash")],
  ["alias", alias],
  ["unalias", unalias],
  ["trap", trap],
  ["wait", late("wait")],
  ["jobs", late("jobs")],
  ["kill", late("kill")],
  ["fg", late("fg")],
  ["bg", late("bg")],
  ["disown", late("disown")],
  ["umask", late("umask")],
  ["getopts", late("getopts")],
  ["times", late("times")],
  ["let", let_],
  ["ulimit", late("ulimit")],
  ["suspend", late("suspend")],
  ["enable", late("enable")],
  ["help", late("help")],
  ["bind", late("bind")],
  ["history", late("history")],
  ["fc", late("fc")],
  ["complete", late("complete")],
  ["compgen", late("compgen")],
  ["compopt", late("compopt")],
]);
