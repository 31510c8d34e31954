// `coproc NAME command`: a background command whose stdin and stdout are pipes of the shell. Comes with the tools; what it needs of
// the executor is handed to it.

import { strerror } from "@vibengine/system";
import type { Command, Coprocess } from "../ast.ts";
import type { Job } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";

interface Executor {
  forkShell(shell: Shell): Shell | null;
  connect(child: Shell, fd: number, to: number): void;
  addJob(shell: Shell, pids: number[], text: string): Job;
  startCommand(child: Shell, command: Command): void;
}

export function runCoprocess(shell: Shell, node: Coprocess, executor: Executor): number {
  const ours: [number, number] = [-1, -1];
  const theirs: [number, number] = [-1, -1];
  for (const at of [0, 1]) {
    const pipe: [number, number] = [-1, -1];
    const result = shell.sys.pipe(pipe);
    if (result < 0) {
      for (const fd of [...ours, ...theirs]) if (fd >= 0) shell.sys.close(fd);
      shell.complain(`cannot make pipe for coprocess: ${strerror(result)}`);
      return 1;
    }
    // The first pipe is read by the shell, the second written.
    ours[at] = pipe[at];
    theirs[1 - at] = pipe[1 - at];
  }
  const child = executor.forkShell(shell);
  if (child === null) return 254;
  for (const fd of ours) child.sys.close(fd);
  executor.connect(child, theirs[0], 0);
  executor.connect(child, theirs[1], 1);
  for (const fd of theirs) shell.sys.close(fd);
  const fds = ours.map((fd) => {
    const moved = shell.sys.dup(fd, 60);
    shell.sys.close(fd);
    shell.sys.setCloexec(moved, true);
    return String(moved);
  });
  const variable = shell.vars.writable(node.name);
  variable.list = fds;
  variable.map = null;
  shell.vars.set(`${node.name}_PID`, String(child.sys.pid));
  shell.lastBackground = child.sys.pid;
  const job = executor.addJob(shell, [child.sys.pid], node.text);
  job.coprocess = node.name;
  executor.startCommand(child, node.body);
  return 0;
}
