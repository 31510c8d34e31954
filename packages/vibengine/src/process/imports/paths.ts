// The working directory and modes. Paths are looked up from the process's working directory, which `chdir` moves.

import { AT_FDCWD, EFAULT, ENOENT, ERANGE, O_CLOEXEC, O_DIRECTORY, O_RDONLY, type System } from "@vibengine/system";
import type { Host } from "./index.ts";
import { errnoOf, readString } from "./memory.ts";

/** Enters a directory. preview1's calls look relative paths up from the preopen ".", the fd `cwd`: it moves, too. 0 or -errno. */
export function changeDirectory(sys: System, path: Uint8Array, cwd: number): number {
  const fd = sys.open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  const result = sys.fchdir(fd);
  if (result >= 0) {
    sys.dup2(fd, cwd);
    sys.setCloexec(cwd, true);
  }
  sys.close(fd);
  return result;
}

export function pathImports({ sys, guest, cwd }: Host) {
  return {
    chdir(at: number): number {
      const path = readString(guest, at);
      return path === null ? EFAULT : errnoOf(changeDirectory(sys, path, cwd));
    },

    getcwd(at: number, size: number): number {
      at >>>= 0;
      const path = sys.getcwd();
      if (path.length === 0) return ENOENT; // it was removed
      if (size >>> 0 < path.length + 1) return ERANGE;
      if (!guest.has(at, path.length + 1)) return EFAULT;
      guest.bytes.set(path, at);
      guest.bytes[at + path.length] = 0;
      return 0;
    },

    umask: (mask: number) => sys.umask(mask),

    chmod(at: number, mode: number): number {
      const path = readString(guest, at);
      return path === null ? EFAULT : errnoOf(sys.chmod(AT_FDCWD, path, mode));
    },
    fchmod: (fd: number, mode: number) => errnoOf(sys.fchmod(fd, mode)),
  };
}
