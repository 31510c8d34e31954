// What a new process is given before it starts, besides what it inherits: made by the kernel's system calls on its behalf.

import type { System } from "@vibengine/system";
import type { ProgramRequest } from "../protocol.ts";

/** The first fd that `wasi` does not pass on. */
const FIRST_UNSHARED = 3;
/** One more than the highest fd that a process can have. */
const FD_END = 1023;
const OWN_SESSION = -2;

/** Does what the request asks for in the child; 0, or -errno of what failed. */
export function prepareChild(child: System, request: ProgramRequest): number {
  if (request.wasi !== undefined) for (let fd = FIRST_UNSHARED; fd < FD_END; fd++) child.close(fd);
  for (const [fd, to] of request.actions ?? []) {
    // To close what is not open is no error, as in posix_spawn.
    const result = to < 0 ? Math.max(0, child.close(fd)) : child.dup2(fd, to);
    if (result < 0) return result;
    if (fd === to) child.setCloexec(fd, false);
  }
  if (request.group === OWN_SESSION) child.setsid();
  else if (request.group === 0) child.setpgid(0, 0);
  return request.cwd === undefined ? 0 : child.chdir(request.cwd);
}
