// Starting a program for a simple command: find it, fork, redirect, run it as a task, wait.

import { EACCES, ENOENT, Killed, strerror } from "@vibengine/system";
import { quoteAlways } from "../expand/quote.ts";
import type { Status } from "./control.ts";
import { callFunction } from "./functions.ts";
import { joinGroup } from "./jobs.ts";
import { searchPath } from "./programs.ts";
import { applyRedirections, type Redirect } from "./redirect.ts";
import type { Shell } from "./shell.ts";
import { forkShell, startTask, waitFor, waitForChild } from "./task.ts";

/**
 * Runs a program with these redirections. `inPlace`: in the shell's own process, which has nothing else left to do.
 * The environment is taken at the call.
 */
export function runProgram(
  shell: Shell,
  argv: string[],
  redirects: Redirect[],
  inPlace: boolean,
  text: string,
  searched?: string,
): Status {
  const name = argv[0];
  const path =
    searched === undefined || name.includes("/")
      ? shell.programs.find(shell.sys, name, shell.vars.get("PATH"), shell.options.posix || shell.shopt.checkhash)
      : (searchPath(shell.sys, name, searched)[0] ?? ENOENT);
  if (path === ENOENT) {
    const handled = handleMissing(shell, argv, redirects);
    if (handled !== null) return handled;
  }
  if (typeof path === "number") return notFound(shell, name, path, redirects);
  const env = shell.vars.environment();
  env.set("_", path);
  const line = shell.place();
  if (inPlace) {
    const error = applyRedirections(shell, shell.sys, redirects, null);
    if (error === null) return shell.programs.execute(shell.sys, path, argv, env, line);
    shell.complain(error);
    return 1;
  }
  const sys = shell.sys.fork();
  if (typeof sys === "number") {
    shell.complain(`fork: ${strerror(sys)}`);
    return 254;
  }
  if (shell.options.interactive) sys.ignoreSignals(shell.handedDown);
  joinGroup(shell, sys, 0, true);
  const child = shell.sys;
  let error: string | null = null;
  if (redirects.length > 0) {
    // Complaints go where the redirections before the failing one led.
    shell.sys = sys;
    error = applyRedirections(shell, sys, redirects, null);
    if (error !== null) shell.complain(error);
    shell.sys = child;
  }
  if (error !== null) {
    sys.exit(1);
    return waitFor(shell, sys.pid);
  }
  shell.programs.execute(sys, path, argv, env, line).then(
    (status) => sys.exit(status),
    (reason) => {
      if (reason instanceof Killed) return;
      shell.complain(`${name}: internal error: ${reason instanceof Error ? reason.stack : reason}`);
      sys.exit(1);
    },
  );
  return waitForChild(shell, sys.pid, text);
}

function notFound(shell: Shell, name: string, errno: number, redirects: Redirect[]): Status {
  const status = errno === ENOENT ? 127 : 126;
  const sys = shell.sys.fork();
  if (typeof sys === "number") return status;
  // The message goes through the command's redirections: in a process of its own.
  const own = shell.sys;
  shell.sys = sys;
  const error = redirects.length > 0 ? applyRedirections(shell, sys, redirects, null) : null;
  if (error !== null) shell.complain(error);
  else if (name.includes("/") || errno === EACCES) shell.complain(`${name}: ${strerror(errno)}`);
  else shell.complain(`${/[\x01-\x1f\x7f]/.test(name) ? quoteAlways(name) : name}: command not found`);
  shell.sys = own;
  sys.exit(0);
  waitFor(shell, sys.pid);
  return error !== null ? 1 : status;
}

/** `command_not_found_handle`, if it is there, runs in a subshell with the command's words. */
function handleMissing(shell: Shell, argv: string[], redirects: Redirect[]): Status | null {
  const handler = shell.functions.get("command_not_found_handle");
  if (!handler || argv[0].includes("/")) return null;
  const child = forkShell(shell);
  if (child === null) return null;
  startTask(child, () => {
    const error = applyRedirections(child, child.sys, redirects, null);
    if (error === null) return callFunction(child, handler, [handler.name, ...argv]);
    child.complain(error);
    return 1;
  });
  return waitFor(shell, child.sys.pid);
}
