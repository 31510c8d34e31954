// `coproc NAME command`: a background command whose stdin and stdout are pipes of the shell. A part of the shell that comes with
// the tools; it starts the command with what it is handed.

import { strerror } from "@vibengine/system";
import type { Coprocess } from "../ast.ts";
import type { JobKit } from "../execute/pipeline.ts";
import type { Shell } from "../execute/shell.ts";

export function runCoprocess(shell: Shell, node: Coprocess, kit: JobKit): number {
  const { addJob, connect, forkShell, startCommand } = kit;
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
  const child = forkShell(shell);
  if (child === null) return 254;
  for (const fd of ours) child.sys.close(fd);
  connect(child, theirs[0], 0);
  connect(child, theirs[1], 1);
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
  const job = addJob(shell, [child.sys.pid], node.text);
  job.coprocess = node.name;
  startCommand(child, node.body);
  return 0;
}
