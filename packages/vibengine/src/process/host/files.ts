// Files: the working directory, modes and owners, which preview1 knows nothing of.

import { AT_FDCWD, EACCES, ENOENT, newStat } from "@vibengine/system";
import type { Host } from "../imports/index.ts";
import { changeDirectory } from "../imports/paths.ts";
import type { Reply } from "./frame.ts";
import type { Call } from "./index.ts";

const EXECUTE = 1;
const ANY_EXECUTE = 0o111;

export function fileCalls({ sys, cwd }: Host): Record<string, Call> {
  const stat = newStat();
  const told = (result: number): Reply => (result < 0 ? result : [0, stat.mode, stat.uid, stat.gid]);
  return {
    chdir: (request) => changeDirectory(sys, request.field(), cwd),
    fchdir(request) {
      const fd = request.number();
      const result = sys.fchdir(fd);
      if (result < 0) return result;
      sys.dup2(fd, cwd);
      return sys.setCloexec(cwd, true);
    },
    getcwd() {
      const path = sys.getcwd();
      return path.length === 0 ? -ENOENT : [0, path];
    },
    umask: (request) => sys.umask(request.number()),
    chmod(request) {
      const [path, mode, follow] = [request.field(), request.number(), request.flag()];
      return follow ? sys.chmod(AT_FDCWD, path, mode) : sys.chmod(AT_FDCWD, path, mode, false);
    },
    fchmod: (request) => sys.fchmod(request.number(), request.number()),
    chown: (request) => sys.chown(AT_FDCWD, request.field(), request.number(), request.number(), request.flag()),
    stat: (request) => told(sys.stat(AT_FDCWD, request.field(), request.flag(), stat)),
    fstat: (request) => told(sys.fstat(request.number(), stat)),

    access(request) {
      const result = sys.stat(AT_FDCWD, request.field(), true, stat);
      if (result < 0) return result;
      const wanted = request.number() & 7;
      if (sys.uid === 0) return (wanted & EXECUTE) !== 0 && (stat.mode & ANY_EXECUTE) === 0 ? -EACCES : 0;
      const shift = stat.uid === sys.uid ? 6 : stat.gid === sys.gid ? 3 : 0;
      return ((stat.mode >> shift) & wanted) === wanted ? 0 : -EACCES;
    },
    mkfifo: (request) => sys.mkfifo(AT_FDCWD, request.field(), request.number()),
  };
}
