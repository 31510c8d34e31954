// `coproc NAME command`: a background command with a pipe to its stdin and one from its stdout, whose fds the array NAME holds.

import { strerror } from "@vibengine/system";
import type { Coproc } from "../ast.ts";
import type { Status } from "./control.ts";
import { addJob } from "./jobs.ts";
import { run } from "./run.ts";
import type { Shell } from "./shell.ts";
import { forkShell, startTask } from "./task.ts";
import { newVariable } from "./variables.ts";

/** The shell's ends of the pipes come to lie from here on, out of the way of a script's own fds. */
const FIRST_FD = 60;

export function runCoproc(shell: Shell, node: Coproc): Status {
  const { sys, vars } = shell;
  const output: [number, number] = [-1, -1];
  const input: [number, number] = [-1, -1];
  const result = Math.min(sys.pipe(output), 0) || Math.min(sys.pipe(input), 0);
  const child = result < 0 ? null : forkShell(shell);
  if (child === null) {
    if (result < 0) shell.complain(`coproc: cannot make pipe: ${strerror(result)}`);
    for (const fd of [...output, ...input]) if (fd >= 0) sys.close(fd);
    return 1;
  }
  child.sys.dup2(input[0], 0);
  child.sys.dup2(output[1], 1);
  for (const fd of [...output, ...input]) if (fd > 1) child.sys.close(fd);
  sys.close(input[0]);
  sys.close(output[1]);
  const ends = [output[0], input[1]].map((fd) => {
    const high = sys.dup(fd, FIRST_FD);
    sys.close(fd);
    sys.setCloexec(high, true);
    return String(high);
  });
  const variable = newVariable();
  variable.list = ends;
  vars.table.set(node.name, variable);
  vars.set(`${node.name}_PID`, String(child.sys.pid));
  child.execInPlace = node.body.kind === "simple";
  startTask(child, () => run(child, node.body.kind === "subshell" ? node.body.body : node.body));
  shell.lastBackground = child.sys.pid;
  addJob(shell, [child.sys.pid], node.text);
  return 0;
}
