// Command substitution: a forked shell writes into a pipe that is read to its end. Process substitution: the pipe's end gets a name.

import {
  AT_FDCWD,
  decode,
  EAGAIN,
  EINTR,
  encode,
  newStat,
  O_RDONLY,
  S_IFMT,
  S_IFREG,
  type System,
  strerror,
} from "@vibengine/system";
import type { List } from "../ast.ts";
import { literalWord } from "../parser/words.ts";
import { after, ShellFault } from "./control.ts";
import { isDone, newJob, reapJobs } from "./jobs.ts";
import { expandRedirections } from "./redirect.ts";
import { run } from "./run.ts";
import type { Shell } from "./shell.ts";
import { forkShell, startTask, waitFor } from "./task.ts";

export interface Substitution {
  text: string;
  status: number;
}

/** Output of `$(body)` without NULs and trailing newlines. */
export function substitute(shell: Shell, body: List): Substitution | Promise<Substitution> {
  const input = onlyInput(shell, body);
  if ("text" in input) return input;
  body = input;
  const ends: [number, number] = [-1, -1];
  const result = shell.sys.pipe(ends);
  if (result < 0) throw new ShellFault(`cannot make pipe for command substitution: ${strerror(result)}`);
  const child = forkShell(shell);
  if (child === null) {
    for (const fd of ends) shell.sys.close(fd);
    return { text: "", status: 254 };
  }
  child.indirection++;
  child.sys.close(ends[0]);
  if (ends[1] !== 1) {
    child.sys.dup2(ends[1], 1);
    child.sys.close(ends[1]);
  }
  shell.sys.close(ends[1]);
  if (!shell.options.posix && !shell.shopt.inherit_errexit) child.options.errexit = false;
  child.execInPlace = isOneCommand(body);
  startTask(child, () => run(child, body));
  return finish(shell, child.sys.pid, ends[0], new Output());
}

function finish(shell: Shell, pid: number, fd: number, output: Output): Substitution | Promise<Substitution> {
  if (!output.drain(shell.sys, fd)) return finishLater(shell, pid, fd, output);
  shell.sys.close(fd);
  const status = waitFor(shell, pid);
  const text = output.text();
  return after(status, (value) => ({ text, status: value }));
}

async function finishLater(shell: Shell, pid: number, fd: number, output: Output): Promise<Substitution> {
  for (;;) {
    const count = await shell.sys.block(() => output.read(shell.sys, fd));
    if (count === -EINTR) shell.pendingSignals |= shell.sys.takeSignals();
    else if (count <= 0 || output.drain(shell.sys, fd)) break;
  }
  shell.sys.close(fd);
  return { text: output.text(), status: await waitFor(shell, pid) };
}

/**
 * `$(< file)`: its text when that can be read at once, else a command that reads it. The body itself when it is none.
 */
function onlyInput(shell: Shell, body: List): Substitution | List {
  if (body.items.length !== 1) return body;
  const { command, background } = body.items[0];
  if (
    command.kind !== "simple" ||
    background ||
    command.words.length + command.assignments.length > 0 ||
    command.redirections.length !== 1
  )
    return body;
  const redirection = command.redirections[0];
  if (redirection.operator !== "<" || redirection.fd !== 0 || redirection.fdName !== null) return body;
  const words = [literalWord("/usr/bin/cat")];
  const reading: List = { kind: "list", items: [{ ...body.items[0], command: { ...command, words } }] };
  if (!redirection.target.pure) return reading;
  const [redirect] = expandRedirections(shell, command.redirections) as { text: string }[];
  const path = encode(redirect.text);
  const stat = newStat();
  if (shell.sys.stat(AT_FDCWD, path, true, stat) >= 0 && (stat.mode & S_IFMT) !== S_IFREG) return reading;
  const fd = shell.sys.open(AT_FDCWD, path, O_RDONLY, 0);
  if (fd < 0) {
    shell.complain(`${redirect.text}: ${strerror(fd)}`);
    return { text: "", status: 1 };
  }
  const output = new Output();
  output.drain(shell.sys, fd);
  shell.sys.close(fd);
  return { text: output.text(), status: 0 };
}

/** Bytes read so far. */
class Output {
  buffer = new Uint8Array(1024);
  length = 0;

  read(sys: System, fd: number): number {
    if (this.length === this.buffer.length) {
      const larger = new Uint8Array(this.buffer.length * (this.buffer.length < 65536 ? 8 : 2));
      larger.set(this.buffer);
      this.buffer = larger;
    }
    const count = sys.read(fd, this.buffer, this.length, this.buffer.length - this.length);
    if (count > 0) this.length += count;
    return count;
  }

  /** Reads until the end (true) or until nothing is there yet (false). */
  drain(sys: System, fd: number): boolean {
    for (;;) {
      const count = this.read(sys, fd);
      if (count === -EAGAIN || count === -EINTR) return false;
      if (count <= 0) return true;
    }
  }

  text(): string {
    let end = this.length;
    while (end > 0 && this.buffer[end - 1] === 10) end--;
    const bytes = this.buffer.subarray(0, end);
    const text = decode(bytes);
    return text.includes("\0") ? text.replace(/\0+/g, "").replace(/\n+$/, "") : text;
  }
}

/** Closes the fds behind the names of process substitutions that were made since there were `before`. */
export function closeSubstitutions(shell: Shell, before: number): void {
  if (shell.substitutionFds.length > before) for (const fd of shell.substitutionFds.splice(before)) shell.sys.close(fd);
}

/** `<(body)` and `>(body)`: the name of an fd that stays open in the shell until the command line's end. */
export function substituteProcess(shell: Shell, body: List, input: boolean): string {
  const ends: [number, number] = [-1, -1];
  const result = shell.sys.pipe(ends);
  const child = result < 0 ? null : forkShell(shell);
  if (child === null) throw new ShellFault("cannot make pipe for process substitution");
  child.shownTraps = null;
  const [ours, theirs] = input ? ends : [ends[1], ends[0]];
  child.sys.close(ours);
  child.sys.dup2(theirs, input ? 1 : 0);
  child.sys.close(theirs);
  shell.sys.close(theirs);
  const fd = shell.sys.dup(ours, 60);
  shell.sys.close(ours);
  shell.substitutionFds.push(fd);
  // Those that have ended make room, but for the last, which is `$!`.
  reapJobs(shell, shell.substituted);
  shell.substituted = shell.substituted.filter((job) => !isDone(job));
  shell.substituted.push(newJob(shell, [child.sys.pid], ""));
  shell.lastBackground = child.sys.pid;
  child.execInPlace = isOneCommand(body);
  startTask(child, () => run(child, body));
  return `/dev/fd/${fd}`;
}

/** Is it all that a process has to do, so that the program can take its place? */
export function isOneCommand({ items }: List): boolean {
  return items.length === 1 && items[0].command.kind === "simple" && !items[0].background;
}
