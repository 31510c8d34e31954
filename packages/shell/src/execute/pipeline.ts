// Pipelines, subshells and background commands: what runs in forked shells at the same time.

import { AT_FDCWD, encode, O_RDONLY, SIGINT, SIGQUIT, strerror } from "@vibengine/system";
import type { Command, List, ListItem, Pipeline } from "../ast.ts";
import type { Status } from "./control.ts";
import { addJob, joinGroup, newJob, waitForeground } from "./jobs.ts";
import { run, runTolerant } from "./run.ts";
import type { Shell } from "./shell.ts";
import { forkShell, startTask, waitFor, waitForChild } from "./task.ts";
import { timed } from "./timing.ts";

export function runPipeline(shell: Shell, node: Pipeline): Status {
  if (node.timed) return timed(shell, node.timed, () => runNegated(shell, node));
  return runNegated(shell, node);
}

function runNegated(shell: Shell, node: Pipeline): Status {
  if (!node.negated) return runElements(shell, node);
  // `!` excuses a failure inside from `set -e`.
  const result = node.commands.length === 1 ? runTolerant(shell, node.commands[0]) : runElements(shell, node);
  return typeof result === "number" ? Number(result === 0) : result.then((status) => Number(status === 0));
}

function runElements(shell: Shell, node: Pipeline): Status {
  if (node.commands.length === 1) return run(shell, node.commands[0]);
  shell.line = node.line;
  const pids = startPipeline(shell, node, true);
  if (!shell.hasJobControl) return collect(shell, pids, 0, []);
  const job = newJob(shell, pids, shell.item?.text ?? "");
  return waitForeground(shell, job).then((status) => {
    // Of one that was stopped nothing is known yet.
    return job.statuses.includes(undefined) ? status : pipelineStatus(shell, job.statuses as number[]);
  });
}

/** Starts all elements; the pids, fewer if the process table filled up. */
function startPipeline(shell: Shell, node: Pipeline, isForeground: boolean): number[] {
  const pids: number[] = [];
  const { commands } = node;
  let input = -1;
  for (let i = 0; i < commands.length; i++) {
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
  return pids;
}

/** Makes `fd` of a child its stdin or stdout. */
function connect(child: Shell, fd: number, to: number): void {
  if (fd < 0 || fd === to) return;
  child.sys.dup2(fd, to);
  child.sys.close(fd);
}

/** Runs a command as the whole of a forked shell: a program needs no second fork then. */
function startCommand(child: Shell, command: Command): void {
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

function collect(shell: Shell, pids: number[], from: number, statuses: number[]): Status {
  for (let i = from; i < pids.length; i++) {
    const status = waitFor(shell, pids[i]);
    if (typeof status !== "number") {
      return status.then((value) => {
        statuses.push(value);
        return collect(shell, pids, i + 1, statuses);
      });
    }
    statuses.push(status);
  }
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
  startTask(child, () => run(child, body));
  return waitForChild(shell, child.sys.pid);
}

/** `command &` */
export function runBackground(shell: Shell, item: ListItem): Status {
  const { command } = item;
  let pids: number[];
  if (command.kind === "pipeline" && command.commands.length > 1 && !command.negated && !command.timed) {
    const detached = shell.sys.dup(0, 10);
    useNullInput(shell);
    pids = startPipeline(shell, command, false);
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
      useNullInput(child);
      child.ignore(SIGINT);
      child.ignore(SIGQUIT);
    }
    startCommand(child, command);
  }
  if (pids.length === 0) return 254;
  shell.lastBackground = pids[pids.length - 1];
  const { id } = addJob(shell, pids, item.text);
  if (shell.options.interactive && shell.hasJobControl) shell.report(`[${id}] ${shell.lastBackground}\n`);
  return 0;
}

/** Without job control a background command reads nothing. */
function useNullInput(shell: Shell): void {
  const fd = shell.sys.open(AT_FDCWD, encode("/dev/null"), O_RDONLY, 0);
  if (fd <= 0) return;
  shell.sys.dup2(fd, 0);
  shell.sys.close(fd);
}
