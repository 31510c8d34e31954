// For tests in Node: runs a script in a shell over a fresh disk and gives what it printed. No layer: tests only.

import { AT_FDCWD, decode, ENOSYS, encode, O_CREAT, O_EXCL, O_RDWR, type System } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import type { ShellHost } from "./host.ts";
import { programNames } from "./program-names.ts";
import { runShell } from "./shell.ts";
import { tools as dataTools } from "./tools/data/index.ts";
import { toolSet } from "./tools/index.ts";

export const testHost: ShellHost = {
  spawn: async () => -ENOSYS,
  loadTools: async () => toolSet(async () => dataTools),
  yield: () => new Promise((resolve) => setTimeout(resolve)),
};

const DISK_BYTES = 64 * 1024 * 1024;

export interface ScriptResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** A process of a fresh machine whose stdout and stderr are files, and a function that reads them back. */
export function shellSystem(stdin = ""): { sys: System; read(fd: 1 | 2): string } {
  const sys = testSystem(DISK_BYTES, programNames);
  const keeper = sys.fork() as System;
  const copies = [0, 1, 2].map((fd) => {
    const path = encode(`/tmp/.fd${fd}`);
    const file = keeper.open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0o600);
    keeper.unlink(AT_FDCWD, path);
    return file;
  });
  const input = encode(stdin);
  keeper.write(copies[0], input, 0, input.length);
  keeper.lseek(copies[0], 0, 0);
  // The shell's process is forked from the keeper, so that it may be killed and its output still read.
  for (const fd of [0, 1, 2]) keeper.dup2(copies[fd], fd);
  const shell = keeper.fork() as System;
  for (const fd of copies) shell.close(fd);
  return { sys: shell, read: (fd) => readAll(keeper, copies[fd]) };
}

function readAll(sys: System, fd: number): string {
  sys.lseek(fd, 0, 0);
  const chunks: number[] = [];
  const buffer = new Uint8Array(65536);
  for (let count = sys.read(fd, buffer, 0, buffer.length); count > 0; count = sys.read(fd, buffer, 0, buffer.length)) {
    for (let i = 0; i < count; i++) chunks.push(buffer[i]);
  }
  return decode(Uint8Array.from(chunks));
}

/** Runs `bash -c script`, or `sh -c script`; with `args` instead, these arguments. */
export async function runScript(
  script: string,
  options: { shell?: string; stdin?: string; args?: string[] } = {},
): Promise<ScriptResult> {
  const { sys, read } = shellSystem(options.stdin);
  const name = options.shell ?? "bash";
  const env = ["HOME=/home/user", "LC_ALL=C.UTF-8"];
  const status = await runShell(sys, [name, ...(options.args ?? ["-c", script])], env, testHost);
  return { status, stdout: read(1), stderr: read(2) };
}
