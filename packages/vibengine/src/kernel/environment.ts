// What a command starts with: its environment and its working directory.

import { AT_FDCWD, ENOTDIR, encode, newStat, S_IFDIR, S_IFMT } from "@vibengine/system";
import type { CommandOptions } from "../protocol.ts";
import type { KernelCalls } from "./calls.ts";
import { fileError, succeed } from "./raise.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
export const HOMES = { user: "/home/user", root: "/root" };

/** `K=V` each: what every login has, `envs` of the sandbox over it, those of the command over both. */
export function environmentOf(request: CommandOptions, envs: Record<string, string>): string[] {
  const user = request.user ?? "user";
  const all = { PATH, HOME: HOMES[user], USER: user, LOGNAME: user, SHELL: "/bin/bash", LANG: "C.UTF-8" };
  return Object.entries({ ...all, ...envs, ...request.envs }).map(([name, value]) => `${name}=${value}`);
}

/** The absolute path of where it runs: a relative `cwd` starts at /home/user. */
export function workingDirectory({ cwd, user = "user" }: CommandOptions): string {
  if (cwd === undefined) return HOMES[user];
  return cwd.startsWith("/") ? cwd : `${HOMES.user}/${cwd}`;
}

/** Throws what is wrong with it. To be called within `exclusive`. */
export function checkDirectory({ system }: KernelCalls, path: string): void {
  const stat = newStat();
  succeed(system.stat(AT_FDCWD, encode(path), true, stat), "enter", path);
  if ((stat.mode & S_IFMT) !== S_IFDIR) throw fileError(-ENOTDIR, "enter", path);
}
