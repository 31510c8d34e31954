// Finding a program on PATH, for the tools that start others (env, xargs, timeout, find -exec) and for which.

import { EACCES, ENOENT, S_IFMT, S_IFREG, type System, strerror } from "@vibengine/system";
import type { Invocation } from "./define.ts";
import { join, stat } from "./files.ts";
import { quote, quoteIfNeeded } from "./quote.ts";

/** Executable files of that name: the first on PATH, or all. `errno` says why there is none. */
export function findProgram(
  sys: System,
  name: string,
  path = "/usr/bin:/bin",
  all = false,
): { paths: string[]; errno: number } {
  const candidates = name.includes("/")
    ? [name]
    : name === ""
      ? []
      : path.split(":").map((directory) => join(directory || ".", name));
  const paths: string[] = [];
  let errno = ENOENT;
  for (const candidate of candidates) {
    const found = stat(sys, candidate);
    if (typeof found === "number") {
      if (name.includes("/")) errno = -found;
      continue;
    }
    if ((found.mode & S_IFMT) === S_IFREG && (found.mode & 0o111) !== 0) {
      paths.push(candidate);
      if (!all) break;
    } else errno = EACCES;
  }
  return { paths, errno };
}

/**
 * Runs a command for a tool that words its own "not found". The status is the command's, 127 when there is none,
 * 126 when it is not executable. `prefix` goes before the name in the message.
 */
export async function runProgram(invocation: Invocation, argv: string[], prefix?: string): Promise<number> {
  const status = checkProgram(invocation, argv[0], prefix);
  if (status !== 0) return status;
  // What was written before the command must come out before its output.
  await invocation.stdout.flush();
  return invocation.run(argv);
}

/** 0, or the status for a command that can't be run, which has then been reported. */
export function checkProgram(invocation: Invocation, name: string, prefix?: string): number {
  const { paths, errno } = findProgram(invocation.sys, name, invocation.env.get("PATH"));
  if (paths.length > 0) return 0;
  const status = errno === ENOENT ? 127 : 126;
  const shown = prefix === undefined ? quoteIfNeeded(name) : prefix + quote(name);
  invocation.warn(`${shown}: ${strerror(errno)}`, status);
  return status;
}
