// Background jobs: the table that `jobs`, `wait`, `kill %1` and `$!` work on. A job is reaped when someone asks, or when the next starts.

import { EAGAIN, SIGINT, type System } from "@vibengine/system";
import type { Shell } from "./shell.ts";
import { signalDescription } from "./signals.ts";

export interface Job {
  id: number;
  /** The first is its process group if it was started under job control. */
  pids: number[];
  isGroup: boolean;
  /** By position in pids; undefined while that process runs. */
  statuses: (number | undefined)[];
  text: string;
  /** The job belongs to the parent shell: it is not waited for. */
  foreign: boolean;
  /** The coprocess's name, whose variables go when it has ended. */
  coprocess?: string;
  /** It was signalled after its end, while it could still have run; then it is gone. */
  lingered?: boolean;
  /** `disown -h` */
  kept?: boolean;
  /** Its end has been seen by `jobs` or `wait`. */
  reported: boolean;
}

/** Ended jobs that nobody waited for are forgotten beyond this many. */
const ENDED_MAX = 1000;

export function addJob(shell: Shell, pids: number[], text: string): Job {
  return listJob(shell, newJob(shell, pids, text));
}

/** A job that is not listed: one in the foreground. */
export function newJob(shell: Shell, pids: number[], text: string): Job {
  const statuses = pids.map(() => undefined);
  return { id: 0, pids, isGroup: shell.hasJobControl, statuses, text, foreign: false, reported: false };
}

export function listJob(shell: Shell, job: Job): Job {
  reapJobs(shell);
  const ended = shell.jobs.filter((job) => isDone(job));
  if (ended.length > ENDED_MAX) shell.jobs = shell.jobs.filter((job) => job !== ended[0]);
  job.id = Math.max(0, ...shell.jobs.filter((other) => !isDone(other)).map((other) => other.id)) + 1;
  shell.jobs.push(job);
  return job;
}

export function isDone(job: Job): boolean {
  return job.statuses.every((status) => status !== undefined);
}

/** Status of the job as `wait` gives it. */
export function jobStatus(job: Job): number {
  return job.statuses[job.statuses.length - 1] ?? 127;
}

/** Notes which processes of these jobs have ended. */
export function reapJobs(shell: Shell, jobs: Job[] = shell.jobs): void {
  for (const job of jobs) {
    if (job.foreign) continue;
    job.pids.forEach((pid, i) => {
      if (job.statuses[i] !== undefined) return;
      const status = shell.sys.wait(pid);
      if (status !== -EAGAIN) job.statuses[i] = status < 0 ? 127 : status;
    });
  }
}

/** The signal that stopped a job, 0 while anything of it runs. Without job control a shell takes no notice. */
export function stopOf(shell: Shell, job: Job): number {
  if (!shell.hasJobControl) return 0;
  const signals = job.pids.filter((_, i) => job.statuses[i] === undefined).map((pid) => shell.sys.stopSignal(pid));
  return signals.includes(0) ? 0 : (signals.at(-1) ?? 0);
}

/** Under job control: a new process joins a group (0: one of its own), which has the terminal if it is in the foreground. */
export function joinGroup(shell: Shell, sys: System, group: number, isForeground: boolean): void {
  if (!shell.hasJobControl) return;
  sys.setpgid(0, group);
  sys.ignoreSignals(shell.handedDown);
  if (isForeground && shell.terminal !== null) shell.sys.tcsetpgrp(shell.terminal.fd, group || sys.pid);
}

/** The shell has its terminal again; `isReset`: set as the shell had it, after a job that did not end by itself. */
export function takeTerminal(shell: Shell, isReset = false): void {
  if (shell.terminal === null) return;
  const { fd, termios } = shell.terminal;
  shell.sys.tcsetpgrp(fd, shell.sys.getpgid());
  if (isReset && typeof termios !== "number") shell.sys.tcsetattr(fd, termios);
}

/** How an ended job is shown. */
export function endText(status: number): string {
  if (status === 0) return "Done";
  if (status <= 128) return `Exit ${status}`;
  return signalDescription(status - 128);
}

/** Before a prompt: which jobs have ended or stopped since the last one. */
export function announceJobs(shell: Shell): void {
  reapJobs(shell);
  for (const job of shell.jobs) {
    if (job.foreign || job.reported || !isDone(job)) continue;
    job.reported = true;
    const status = jobStatus(job);
    const what = endText(status);
    shell.report(`[${job.id}]${job === shell.jobs.at(-1) ? "+" : "-"}  ${what.padEnd(24)}${job.text}\n`);
  }
  shell.jobs = shell.jobs.filter((job) => job.foreign || !isDone(job));
}

/** Waits for a job in the foreground. If it was stopped instead it is listed, and its status is 128 + the signal. */
export async function waitForeground(shell: Shell, job: Job): Promise<number> {
  for (;;) {
    const result = await shell.sys.block(() => {
      reapJobs(shell, [job]);
      return isDone(job) ? 0 : stopOf(shell, job) || -EAGAIN;
    });
    if (result === 0) {
      const status = jobStatus(job);
      takeTerminal(shell, status > 128);
      if (status === 128 + SIGINT && shell.takesInterrupts) shell.report("\n");
      return status;
    }
    if (result > 0) {
      takeTerminal(shell, true);
      if (!shell.jobs.includes(job)) listJob(shell, job);
      shell.report(`\n[${job.id}]+  ${"Stopped".padEnd(24)}${job.text}\n`);
      return 128 + result;
    }
    // A trap's turn comes when the job has ended.
    shell.pendingSignals |= shell.sys.takeSignals();
  }
}
