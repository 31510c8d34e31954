// Jobs as builtins name, tell and signal them. For the builtins that come with the tools.

import { isDone, type Job } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";

/** Signals a job as a whole. -errno of what failed. */
export function signalJob(shell: Shell, job: Job, signal: number): number {
  if (job.isGroup) return shell.sys.kill(-job.pids[0], signal);
  return Math.min(0, ...job.pids.map((pid) => shell.sys.kill(pid, signal)));
}

/** The job that `%1`, `%+`, `%-`, `%text` or `%?text` names. */
export function findJob(shell: Shell, specification: string): Job | undefined {
  const jobs = shell.jobs.filter((job) => !(isDone(job) && job.reported));
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

/** The job's end has been told: a coprocess's variables go with it. */
export function settle(shell: Shell, job: Job): void {
  job.reported = true;
  forgetCoprocess(shell, job);
}

export function findOne(shell: Shell, word: string): Job | undefined {
  return word.startsWith("%") ? findJob(shell, word) : shell.jobs.find((job) => job.pids.includes(Number(word)));
}

/** Takes away the variables of a coprocess that has ended, and its pipes. */
function forgetCoprocess(shell: Shell, job: Job): void {
  const name = job.coprocess;
  if (name === undefined) return;
  job.coprocess = undefined;
  for (const fd of shell.vars.elements(name, false)) shell.sys.close(Number(fd));
  shell.vars.unset(name);
  shell.vars.unset(`${name}_PID`);
}
