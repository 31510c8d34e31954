// From errno to the typed errors of the SDK: the kernel's edge towards the page.

import { EEXIST, EISDIR, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, strerror } from "@vibengine/system";
import { FileNotFoundError, InvalidArgumentError, NotEnoughSpaceError, SandboxError } from "../errors.ts";

const INVALID = [EISDIR, ENOTDIR, EEXIST, ENOTEMPTY];

/** The error for `-errno` of a call on `path`; `doing` says what was tried, as in "read". */
export function fileError(result: number, doing: string, path: string): SandboxError {
  const errno = -result;
  const message = `can't ${doing} ${path}: ${strerror(errno)}`;
  if (errno === ENOENT) return new FileNotFoundError(message);
  if (errno === ENOSPC)
    return new NotEnoughSpaceError(`${message}: remove files, or create the sandbox with a larger diskSizeBytes`);
  return INVALID.includes(errno) ? new InvalidArgumentError(message) : new SandboxError(message);
}

/** `result`, or the typed error it stands for. */
export function succeed(result: number, doing: string, path: string): number {
  if (result < 0) throw fileError(result, doing, path);
  return result;
}
