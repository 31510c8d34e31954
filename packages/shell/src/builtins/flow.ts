// Builtins that direct the script's course: true, false, break, continue, return, exit.

import { BREAK, CONTINUE, ExitShell, RETURN } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { usageStatus } from "./usage.ts";

export function true_(): number {
  return 0;
}

export function false_(): number {
  return 1;
}

export function break_(shell: Shell, argv: string[]): number {
  return leaveLoop(shell, argv, BREAK);
}

export function continue_(shell: Shell, argv: string[]): number {
  return leaveLoop(shell, argv, CONTINUE);
}

function leaveLoop(shell: Shell, argv: string[], jump: number): number {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  if (shell.loopDepth === 0) {
    if (!shell.options.posix) shell.complain(`${argv[0]}: only meaningful in a \`for', \`while', or \`until' loop`);
    return 0;
  }
  const count = words.length === 0 ? 1 : parseCount(words[0]);
  if (count === null) {
    shell.complain(`${argv[0]}: ${words[0]}: numeric argument required`);
    throw new ExitShell(128);
  }
  if (words.length > 1) {
    shell.complain(`${argv[0]}: too many arguments`);
    if (shell.commandString !== null) throw new ExitShell(1);
    shell.jump = BREAK;
    shell.jumpCount = shell.loopDepth;
    return 1;
  }
  if (count <= 0) {
    shell.complain(`${argv[0]}: ${words[0]}: loop count out of range`);
    shell.jump = BREAK;
    shell.jumpCount = shell.loopDepth;
    return 1;
  }
  shell.jump = jump;
  shell.jumpCount = Math.min(count, shell.loopDepth);
  return 0;
}

/** A whole number, null if the text is none. */
export function parseCount(text: string): number | null {
  return /^\s*[-+]?[0-9]+\s*$/.test(text) ? Number(text) : null;
}

export function return_(shell: Shell, argv: string[]): number {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  if (shell.stack.length === 0) {
    shell.complain("return: can only `return' from a function or sourced script");
    return usageStatus(shell);
  }
  let status = shell.trapStatus >= 0 ? shell.trapStatus : shell.status;
  if (words.length > 0) {
    const count = parseCount(words[0]);
    if (count === null) shell.complain(`return: ${words[0]}: numeric argument required`);
    status = count === null ? 2 : count & 255;
  }
  shell.jump = RETURN;
  shell.jumpCount = status;
  return status;
}

export function exit(shell: Shell, argv: string[]): number {
  if (argv[0] === "logout" && !shell.shopt.login_shell) {
    shell.complain("logout: not login shell: use `exit'");
    return 1;
  }
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  if (words.length === 0) throw new ExitShell(shell.trapStatus >= 0 ? shell.trapStatus : shell.status, true);
  const status = parseCount(words[0]);
  if (status === null) {
    shell.complain(`exit: ${words[0]}: numeric argument required`);
    throw new ExitShell(2);
  }
  if (words.length > 1) {
    shell.complain("exit: too many arguments");
    if (shell.commandString !== null) throw new ExitShell(1);
    return 1;
  }
  throw new ExitShell(status & 255, true);
}
