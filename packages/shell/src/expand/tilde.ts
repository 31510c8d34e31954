// Tilde expansion: `~`, `~+`, `~-`, `~user`.

import { AT_FDCWD, decode, encode, O_RDONLY } from "@vibengine/system";
import type { Shell } from "../execute/shell.ts";

export function tildeText(shell: Shell, user: string): string {
  if (user === "") return shell.vars.get("HOME") ?? homeOf(shell, "user") ?? "/";
  if (user === "+") return shell.vars.get("PWD") ?? "~+";
  if (user === "-") return shell.vars.get("OLDPWD") ?? "~-";
  return homeOf(shell, user) ?? `~${user}`;
}

function homeOf(shell: Shell, user: string): string | null {
  const fd = shell.sys.open(AT_FDCWD, encode("/etc/passwd"), O_RDONLY, 0);
  if (fd < 0) return null;
  const bytes = new Uint8Array(65536);
  const length = shell.sys.read(fd, bytes, 0, bytes.length);
  shell.sys.close(fd);
  for (const line of decode(bytes.subarray(0, Math.max(0, length))).split("\n")) {
    const fields = line.split(":");
    if (fields[0] === user) return fields[5] ?? null;
  }
  return null;
}
