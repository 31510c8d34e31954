// Background jobs: the table that `jobs`, `wait`, `kill %1` and `$!` work on. A job is reaped when someone asks, or when the next starts.

import { EAGAIN } from "@vibengine/system";
import type { Shell } from "./shell.ts";

export interface Job {
  id: number;
  pids: number[];
  /** By position in pids; undefined while that process runs. */
  statuses: (number | undefined)[];
  text: string;
  /** The job belongs to the parent shell: it is listed, not waited for. */
  foreign: boolean;
  /** It is a process group of its own: job control was on. */
  grouped?: boolean;
  /** The coprocess's name, whose variables go when it has ended. */
  coprocess?: string;
  /** `disown -h` */
  kept?: boolean;
  /** Its end has been seen by `jobs` or `wait`. */
  reported: boolean;
}

/** Ended jobs that nobody waited for are forgotten beyond this many. */
const ENDED_MAX = 1000;

export function addJob(shell: Shell, pids: number[], text: string): Job {
  reapJobs(shell);
  const ended = shell.jobs.filter((job) => isDone(job));
  if (ended.length > ENDED_MAX) shell.jobs = shell.jobs.filter((job) => job !== ended[0]);
  const id = Math.max(0, ...shell.jobs.filter((job) => !isDone(job)).map((job) => job.id)) + 1;
  const job: Job = { id, pids, statuses: pids.map(() => undefined), text, foreign: false, reported: false };
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

/** Notes which background processes have ended. */
export function reapJobs(shell: Shell): void {
  for (const job of shell.jobs) {
    if (job.foreign) continue;
    job.pids.forEach((pid, i) => {
      if (job.statuses[i] !== undefined) return;
      const status = shell.sys.wait(pid);
      if (status !== -EAGAIN) job.statuses[i] = status < 0 ? 127 : status;
    });
  }
}

/** Takes away the variables of a coprocess that has ended, and its pipes. */
export function forgetCoprocess(shell: Shell, job: Job): void {
  const name = job.coprocess;
  if (name === undefined) return;
  job.coprocess = undefined;
  for (const fd of shell.vars.elements(name, false)) shell.sys.close(Number(fd));
  shell.vars.unset(name);
  shell.vars.unset(`${name}_PID`);
}

/** The job that `%1`, `%+`, `%-`, `%text` or `%?text` names. */
export function findJob(shell: Shell, specification: string): Job | undefined {
  const jobs = shell.jobs.filter((job) => !job.foreign && !(isDone(job) && job.reported));
  const name = specification.slice(1);
  if (name === "" || name === "+" || name === "%") return jobs[jobs.length - 1];
  if (name === "-") return jobs[jobs.length - 2] ?? jobs[jobs.length - 1];
  if (/^[0-9]+$/.test(name)) return jobs.findLast((job) => job.id === Number(name));
  const found = jobs.filter((job) =>
    name.startsWith("?") ? job.text.includes(name.slice(1)) : job.text.startsWith(name),
  );
  // What fits several names none.
  return found.length === 1 ? found[0] : undefined;
}
