// Redirections: their targets are expanded first, then they are performed on a process's fds, in order; those on the shell's
// own process are undone after the command.

import {
  AT_FDCWD,
  EBADF,
  EEXIST,
  encode,
  newStat,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  type System,
  strerror,
} from "@vibengine/system";
import type { Redirected, Redirection } from "../ast.ts";
import { splitAssignment } from "../builtins/usage.ts";
import { replay } from "../expand/replay.ts";
import { appendFields, expandText } from "../expand/words.ts";
import { after, type Status } from "./control.ts";
import { failure, finallyDo, run } from "./run.ts";
import type { Shell } from "./shell.ts";
import { runTraps } from "./traps.ts";

/** A redirection with its target expanded. */
export interface Redirect {
  /** As in the tree; or "error", with the message as the text. */
  operator: string;
  fd: number;
  fdName: string | null;
  text: string;
  /** The target as it was written, for messages about fds. */
  source?: string;
}

export interface SavedFd {
  fd: number;
  /** Where a copy waits, -1 if the fd was not open. */
  copy: number;
}

/** fds the shell keeps for itself start here. */
const SHELL_FD = 10;
/** What redirections replace waits here, clear of the fds that scripts number themselves. */
const SAVED_FD = 100;
/** A here-document up to this size waits in a pipe, a longer one in a file without a name. */
const PIPE_SIZE = 4096;

export function expandRedirections(shell: Shell, redirections: Redirection[]): Redirect[] | Promise<Redirect[]> {
  const expand = () => redirections.map((redirection) => expandOne(shell, redirection));
  return redirections.every((redirection) => redirection.target.pure) ? expand() : replay(shell, expand);
}

function expandOne(shell: Shell, redirection: Redirection): Redirect {
  const { operator, fd, fdName, target } = redirection;
  // In POSIX mode a script's targets are neither split nor patterns.
  if (operator.startsWith("<<") || (shell.options.posix && !target.braces)) {
    const text = expandText(shell, target);
    return { operator, fd, fdName, text: operator === "<<<" ? `${text}\n` : text };
  }
  const fields: string[] = [];
  appendFields(shell, target, fields);
  if (fields.length !== 1)
    return { operator: "error", fd, fdName, text: `${target.source ?? expandText(shell, target)}: ambiguous redirect` };
  return { operator, fd, fdName, text: fields[0], source: target.source };
}

type Outcome = string | null | Promise<string | null>;

/**
 * Performs redirections on `sys`. What they replace is noted in `saved`, unless that is null. Null, or an error message; what was
 * done before the error stays done. Later, when one opens a FIFO that nobody has open at the other side.
 */
export function applyRedirections(
  shell: Shell,
  sys: System,
  list: Redirect[],
  saved: SavedFd[] | null,
  from = 0,
): Outcome {
  if (from === list.length) return null;
  return after(
    applyOne(shell, sys, list[from], saved),
    (error) => error ?? applyRedirections(shell, sys, list, saved, from + 1),
  );
}

function applyOne(shell: Shell, sys: System, redirect: Redirect, saved: SavedFd[] | null): Outcome {
  const { operator, text } = redirect;
  if (operator === "error") return text;
  if ((operator === ">&" || operator === "<&") && /^([0-9]+-?|-)$/.test(text))
    return duplicate(shell, sys, redirect, saved);
  if (operator === "<&") return `${text}: ambiguous redirect`;
  const both = operator === "&>" || operator === "&>>" || (operator === ">&" && redirect.fd === 1);
  if (operator === ">&" && !both) return `${text}: ambiguous redirect`;
  const opened = operator.startsWith("<<") ? openText(sys, text) : openTarget(shell, sys, operator, text);
  if (typeof opened === "string") return opened;
  const put = () => {
    const error = place(shell, sys, opened, redirect, saved);
    if (error !== null || !both) return error;
    save(sys, 2, saved);
    sys.dup2(redirect.fd, 2);
    return null;
  };
  return sys.opened(opened) < 0 ? waitToOpen(shell, sys, opened).then(put) : put();
}

/** Waits for the other side of a FIFO; traps run meanwhile. */
async function waitToOpen(shell: Shell, sys: System, fd: number): Promise<void> {
  try {
    while ((await sys.block(() => sys.opened(fd))) < 0) await runTraps(shell);
  } catch (error) {
    if (sys.isAlive) sys.close(fd); // ^C
    throw error;
  }
}

/** Moves a freshly opened fd to where it belongs. */
function place(shell: Shell, sys: System, opened: number, redirect: Redirect, saved: SavedFd[] | null): string | null {
  if (redirect.fdName !== null) {
    const moved = opened >= SHELL_FD ? opened : sys.dup(opened, SHELL_FD);
    if (moved < 0) return `${redirect.fdName}: ${strerror(moved)}`;
    if (moved !== opened) sys.close(opened);
    setFdVariable(shell, redirect.fdName, String(moved));
    return null;
  }
  if (opened === redirect.fd) {
    // It was closed before: it gets closed again.
    if (saved) saved.push({ fd: opened, copy: -1 });
    return null;
  }
  save(sys, redirect.fd, saved);
  const result = sys.dup2(opened, redirect.fd);
  sys.close(opened);
  return result < 0 ? `${redirect.fd}: ${strerror(result)}` : null;
}

/** The variable of `{name}>`, which may be an element: `{name[0]}>`. */
function fdVariable(shell: Shell, name: string): string | undefined {
  const element = splitAssignment(name);
  if (element === null || element.index === null) return shell.vars.get(name);
  return shell.vars.getElement(element.name, shell.arithmetic.key(element.name, element.index));
}

function setFdVariable(shell: Shell, name: string, value: string): void {
  const element = splitAssignment(name);
  if (element === null || element.index === null) shell.vars.set(name, value);
  else shell.vars.setElement(element.name, shell.arithmetic.key(element.name, element.index), value);
}

function duplicate(shell: Shell, sys: System, redirect: Redirect, saved: SavedFd[] | null): string | null {
  const { text } = redirect;
  const move = text.endsWith("-");
  const from = text === "-" ? -1 : Number.parseInt(text, 10);
  let target = redirect.fd;
  if (redirect.fdName !== null) {
    if (from < 0) {
      const fd = Number(fdVariable(shell, redirect.fdName) ?? -1);
      sys.close(fd);
      return null;
    }
    target = sys.dup(from, SHELL_FD);
    if (target < 0) return `${redirect.source ?? from}: ${strerror(EBADF)}`;
    setFdVariable(shell, redirect.fdName, String(target));
  } else if (from < 0) {
    save(sys, target, saved);
    sys.close(target);
    return null;
  } else {
    const open = sys.getFlags(from);
    if (open < 0) return `${redirect.source ?? from}: ${strerror(open)}`;
    if (from !== target) {
      save(sys, target, saved);
      const result = sys.dup2(from, target);
      if (result < 0) return `${target}: ${strerror(result)}`;
    }
  }
  // bash does not bring back what was moved away.
  if (move && from !== target) sys.close(from);
  return null;
}

const stat = newStat();

function openTarget(shell: Shell, sys: System, operator: string, path: string): number | string {
  const descriptor = /^\/dev\/fd\/([0-9]+)$/.exec(path);
  if (descriptor) {
    const fd = sys.dup(Number(descriptor[1]), 0);
    return fd < 0 ? `${path}: ${strerror(fd)}` : fd;
  }
  const bytes = encode(path);
  let flags = O_RDONLY;
  if (operator === "<>") flags = O_RDWR | O_CREAT;
  else if (operator === ">>" || operator === "&>>") flags = O_WRONLY | O_CREAT | O_APPEND;
  else if (operator !== "<") {
    flags = O_WRONLY | O_CREAT | O_TRUNC;
    if (shell.options.noclobber && operator !== ">|") {
      const found = sys.stat(AT_FDCWD, bytes, true, stat);
      if (found >= 0 && (stat.mode & S_IFMT) === S_IFREG) return `${path}: cannot overwrite existing file`;
      if (found < 0) flags = O_WRONLY | O_CREAT | O_EXCL;
    }
  }
  const fd = sys.open(AT_FDCWD, bytes, flags, 0o666);
  return fd < 0 ? `${path}: ${strerror(fd)}` : fd;
}

let textFiles = 0;

/** An fd from which `text` can be read. */
function openText(sys: System, text: string): number | string {
  const bytes = encode(text);
  if (bytes.length <= PIPE_SIZE) {
    const ends: [number, number] = [0, 0];
    const result = sys.pipe(ends);
    if (result < 0) return `cannot make pipe: ${strerror(result)}`;
    sys.write(ends[1], bytes, 0, bytes.length);
    sys.close(ends[1]);
    return ends[0];
  }
  for (;;) {
    const path = encode(`/tmp/sh-here.${sys.pid}.${textFiles++}`);
    const fd = sys.open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0o600);
    if (fd === -EEXIST) continue;
    if (fd < 0) return `cannot create temp file for here-document: ${strerror(fd)}`;
    sys.unlink(AT_FDCWD, path);
    for (let at = 0; at < bytes.length; ) {
      const count = sys.write(fd, bytes, at, bytes.length - at);
      if (count < 0) {
        sys.close(fd);
        return `cannot create temp file for here-document: ${strerror(count)}`;
      }
      at += count;
    }
    sys.lseek(fd, 0, 0);
    return fd;
  }
}

export function save(sys: System, fd: number, saved: SavedFd[] | null): void {
  if (saved === null) return;
  let copy = -1;
  // Lower where `ulimit -n` leaves none so high, as bash does.
  for (const lowest of [SAVED_FD, SHELL_FD, 0]) if (copy < 0) copy = sys.dup(fd, lowest);
  if (copy >= 0) sys.setCloexec(copy, true);
  saved.push({ fd, copy: copy >= 0 ? copy : -1 });
}

export function restoreFds(sys: System, saved: SavedFd[]): void {
  for (let i = saved.length - 1; i >= 0; i--) {
    const { fd, copy } = saved[i];
    if (copy < 0) sys.close(fd);
    else {
      sys.dup2(copy, fd);
      sys.close(copy);
    }
  }
}

/** A compound command with redirections. */
export function runRedirected(shell: Shell, node: Redirected): Status {
  shell.line = node.line;
  // A subshell's are performed in its own process.
  const apply = (list: Redirect[]): Status => {
    const saved: SavedFd[] = [];
    const { hasOwnInput } = shell;
    return finallyDo(
      () =>
        after(applyRedirections(shell, shell.sys, list, saved), (error) => {
          if (list.some(({ fd }) => fd === 0)) shell.hasOwnInput = true;
          if (error === null) return run(shell, node.body);
          shell.complain(error);
          return failure(shell, 1);
        }),
      () => {
        shell.hasOwnInput = hasOwnInput;
        if (shell.sys.isAlive) restoreFds(shell.sys, saved);
      },
      shell,
    );
  };
  return after(expandRedirections(shell, node.redirections), apply);
}
