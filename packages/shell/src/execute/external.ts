// Starting a program for a simple command: find it, fork, redirect, run it as a task, wait.

import { EACCES, ENOENT, Killed, type System, strerror } from "@vibengine/system";
import { quoteAlways } from "../expand/quote.ts";
import { after, type Status } from "./control.ts";
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
  retryMs = 1000,
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
    return after(applyRedirections(shell, shell.sys, redirects, null), (error) => {
      if (error === null) return shell.programs.execute(shell.sys, path, argv, env, line);
      shell.complain(error);
      return 1;
    });
  }
  const sys = shell.sys.fork();
  if (typeof sys === "number") {
    // As bash, which gives others 15 s to end.
    const again = retryMs < 16_000;
    shell.complain(`fork: ${again ? "retry: " : ""}${strerror(sys)}`);
    if (!again) return 254;
    return shell.sys
      .sleep(retryMs)
      .then(() => runProgram(shell, argv, redirects, inPlace, text, searched, retryMs * 2));
  }
  if (shell.options.interactive) sys.ignoreSignals(shell.handedDown);
  joinGroup(shell, sys, 0, true);
  const begin = (error: string | null): Status => {
    if (error === null) return shell.programs.execute(sys, path, argv, env, line);
    complainThrough(shell, sys, error);
    return 1;
  };
  const running = after(applyRedirections(shell, sys, redirects, null), begin);
  if (typeof running === "number") {
    sys.exit(running);
    return waitFor(shell, sys.pid);
  }
  running.then(
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
  return after(applyRedirections(shell, sys, redirects, null), (error) => {
    const why = name.includes("/") || errno === EACCES ? strerror(errno) : "command not found";
    const shown = /[\x01-\x1f\x7f]/.test(name) ? quoteAlways(name) : name;
    complainThrough(shell, sys, error ?? `${shown}: ${why}`);
    sys.exit(0);
    waitFor(shell, sys.pid);
    return error !== null ? 1 : status;
  });
}

/** Complaints go where the redirections before the failing one led. */
function complainThrough(shell: Shell, sys: System, message: string): void {
  const own = shell.sys;
  shell.sys = sys;
  shell.complain(message);
  shell.sys = own;
}

/** `command_not_found_handle`, if it is there, runs in a subshell with the command's words. */
function handleMissing(shell: Shell, argv: string[], redirects: Redirect[]): Status | null {
  const handler = shell.functions.get("command_not_found_handle");
  if (!handler || argv[0].includes("/")) return null;
  const child = forkShell(shell);
  if (child === null) return null;
  startTask(child, () =>
    after(applyRedirections(child, child.sys, redirects, null), (error) => {
      if (error === null) return callFunction(child, handler, [handler.name, ...argv]);
      child.complain(error);
      return 1;
    }),
  );
  return waitFor(shell, child.sys.pid);
}
