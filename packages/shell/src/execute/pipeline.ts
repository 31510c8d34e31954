// Pipelines, subshells and background commands: what runs in forked shells at the same time.

import { AT_FDCWD, encode, O_RDONLY, SIGINT, SIGQUIT, strerror } from "@vibengine/system";
import type { Command, Coprocess, List, ListItem, Pipeline } from "../ast.ts";
import { withTools } from "../builtins/late.ts";
import { after, type Status } from "./control.ts";
import { addJob, joinGroup, newJob, waitForeground } from "./jobs.ts";
import { TRAP_DEBUG } from "./options.ts";
import { restoreFds, type SavedFd, save } from "./redirect.ts";
import { finallyDo, run, runTolerant } from "./run.ts";
import type { Shell } from "./shell.ts";
import { closeSubstitutions } from "./substitution.ts";
import { forkShell, startTask, waitFor, waitForChild } from "./task.ts";
import { timed } from "./timing.ts";
import { runDebug } from "./traps.ts";

export function runPipeline(shell: Shell, node: Pipeline): Status {
  if (node.timed) return timed(shell, node.timed, () => runNegated(shell, node));
  return runNegated(shell, node);
}

function runNegated(shell: Shell, node: Pipeline): Status {
  if (!node.negated) return runElements(shell, node);
  // `!` excuses a failure inside from `set -e`.
  const single = node.commands.length === 1;
  const invert = (status: number): number => {
    if (single) shell.pipeStatus = [status];
    return Number(status === 0);
  };
  const excused = single && shell.options.errexit;
  const result = excused ? runTolerant(shell, node.commands[0]) : runElements(shell, node);
  return after(result, invert);
}

function runElements(shell: Shell, node: Pipeline): Status {
  if (node.commands.length === 1) return run(shell, node.commands[0]);
  shell.line = node.line;
  const before = shell.substitutionFds.length;
  const last = shell.shopt.lastpipe && !shell.options.monitor;
  return finallyDo(
    () => {
      const started = shell.traps.has(TRAP_DEBUG)
        ? debugElements(shell, node).then(() => startPipeline(shell, node, true, last))
        : startPipeline(shell, node, true, last);
      return started instanceof Promise
        ? started.then((pids) => collect(shell, node, pids))
        : collect(shell, node, started);
    },
    () => closeSubstitutions(shell, before),
  );
}

/** Waits for a pipeline that is a job. */
async function waitForJob(shell: Shell, pids: number[]): Promise<number> {
  const job = newJob(shell, pids, shell.item?.text ?? "");
  const status = await waitForeground(shell, job);
  // Of one that was stopped nothing is known yet.
  return job.statuses.includes(undefined) ? status : pipelineStatus(shell, job.statuses as number[]);
}

/** The DEBUG trap runs for the simple elements before they are started. */
async function debugElements(shell: Shell, node: Pipeline): Promise<void> {
  for (const command of node.commands) {
    if (command.kind !== "simple") continue;
    shell.lastCommand = command.text;
    await runDebug(shell, command.line);
  }
}

interface Started {
  pids: number[];
  /** The end of the pipe that the last element reads, when the shell itself runs that; else -1. */
  input: number;
}

/** Starts all elements (but the last, with `lastpipe`); fewer if the process table filled up. */
function startPipeline(shell: Shell, node: Pipeline, isForeground: boolean, last = false): Started {
  const pids: number[] = [];
  const { commands } = node;
  let input = -1;
  for (let i = 0; i < commands.length; i++) {
    if (last && i === commands.length - 1) return { pids, input };
    const ends: [number, number] = [-1, -1];
    if (i < commands.length - 1) {
      const result = shell.sys.pipe(ends);
      if (result < 0) {
        shell.complain(`pipe error: ${strerror(result)}`);
        break;
      }
    }
    const child = forkShell(shell);
    if (child === null) {
      for (const fd of [input, ...ends]) if (fd >= 0) shell.sys.close(fd);
      input = -1;
      break;
    }
    if (node.negated) child.tolerance++;
    if (shell.options.monitor) child.sys.setpgid(0, pids[0] ?? 0);
    connect(child, input, 0);
    if (ends[1] >= 0) {
      if (ends[0] >= 0) child.sys.close(ends[0]);
      connect(child, ends[1], 1);
      if (node.joinStderr[i]) child.sys.dup2(1, 2);
    }
    if (input >= 0) shell.sys.close(input);
    if (ends[1] >= 0) shell.sys.close(ends[1]);
    input = ends[0];
    joinGroup(shell, child.sys, pids[0] ?? 0, isForeground);
    pids.push(child.sys.pid);
    startCommand(child, commands[i]);
  }
  if (input >= 0) shell.sys.close(input);
  return { pids, input: -1 };
}

/** Makes `fd` of a child its stdin or stdout. */
function connect(child: Shell, fd: number, to: number): void {
  if (fd < 0 || fd === to) return;
  child.sys.dup2(fd, to);
  child.sys.close(fd);
}

/** Runs a command as the whole of a forked shell: a program needs no second fork then. */
function startCommand(child: Shell, command: Command): void {
  // DEBUG has run for it already.
  if (command.kind === "simple") child.traps.delete(TRAP_DEBUG);
  child.execInPlace = command.kind === "simple";
  const body = withoutSubshell(command);
  startTask(child, () => run(child, body));
}

/** A subshell, redirected or not, that has its process already. */
function withoutSubshell(command: Command): Command {
  if (command.kind === "subshell") return command.body;
  if (command.kind !== "redirected" || command.body.kind !== "subshell") return command;
  return { ...command, body: { kind: "group", body: command.body.body } };
}

function collect(shell: Shell, node: Pipeline, { pids, input }: Started): Status {
  if (shell.hasJobControl) return waitForJob(shell, pids);
  if (input < 0) return waitForAll(shell, pids, 0, []);
  const saved: SavedFd[] = [];
  save(shell.sys, 0, saved);
  shell.sys.dup2(input, 0);
  shell.sys.close(input);
  const last = finallyDo(
    () => run(shell, node.commands[node.commands.length - 1]),
    () => restoreFds(shell.sys, saved),
  );
  // The shell's own part comes last.
  const others = (own: number) => waitForAll(shell, pids, 0, [], own);
  return after(last, others);
}

function waitForAll(shell: Shell, pids: number[], from: number, statuses: number[], own?: number): Status {
  for (let i = from; i < pids.length; i++) {
    const status = waitFor(shell, pids[i]);
    if (typeof status !== "number") {
      return status.then((value) => {
        statuses.push(value);
        return waitForAll(shell, pids, i + 1, statuses, own);
      });
    }
    statuses.push(status);
  }
  if (own !== undefined) statuses.push(own);
  return pipelineStatus(shell, statuses);
}

function pipelineStatus(shell: Shell, statuses: number[]): number {
  shell.pipeStatus = statuses;
  if (statuses.length === 0) return 254;
  if (shell.options.pipefail) return statuses.findLast((status) => status !== 0) ?? 0;
  return statuses[statuses.length - 1];
}

export function runSubshell(shell: Shell, body: List): Status {
  const child = forkShell(shell);
  if (child === null) return 254;
  joinGroup(shell, child.sys, 0, true);
  child.jobs = [];
  startTask(child, () => run(child, body));
  shell.pipeStatus = null;
  return waitForChild(shell, child.sys.pid, "");
}

/** `command &` */
export function runBackground(shell: Shell, item: ListItem): Status {
  const { command } = item;
  let pids: number[];
  if (command.kind === "pipeline" && command.commands.length > 1 && !command.negated && !command.timed) {
    const detached = shell.hasJobControl ? -1 : shell.sys.dup(0, 10);
    if (!shell.hasJobControl && !shell.hasOwnInput) useNullInput(shell);
    pids = startPipeline(shell, command, false).pids;
    if (detached >= 0) {
      shell.sys.dup2(detached, 0);
      shell.sys.close(detached);
    }
  } else {
    const child = forkShell(shell);
    if (child === null) return 254;
    pids = [child.sys.pid];
    joinGroup(shell, child.sys, 0, false);
    if (!shell.options.monitor) {
      if (!shell.hasOwnInput) useNullInput(child);
      child.ignore(SIGINT);
      child.ignore(SIGQUIT);
    }
    startCommand(child, command);
  }
  if (pids.length === 0) return 254;
  shell.lastBackground = pids[pids.length - 1];
  const job = addJob(shell, pids, item.text);
  if (shell.options.interactive && shell.hasJobControl) shell.report(`[${job.id}] ${shell.lastBackground}\n`);
  shell.pipeStatus = null;
  return 0;
}

/** `coproc NAME command`: seldom used, it comes with the tools. */
export function runCoprocess(shell: Shell, node: Coprocess): Status {
  return withTools(shell, "coproc", ({ parts }) => parts.runCoprocess(shell, node, jobKit));
}

/** What a coprocess is started with. */
const jobKit = { addJob, connect, forkShell, startCommand };

export type JobKit = typeof jobKit;

/** Without job control a background command reads nothing. */
function useNullInput(shell: Shell): void {
  const fd = shell.sys.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0);
  if (fd <= 0) return;
  shell.sys.dup2(fd, 0);
  shell.sys.close(fd);
}
