// wait. jobs, fg, bg, disown and kill come with the tools.

import { EAGAIN, EINTR, SIGCHLD, SIGINT, SIGPIPE, SIGTERM, STOPPED } from "@vibengine/system";
import { findJob, forgetCoprocess, isDone, type Job, jobStatus, reapJobs, stopOf } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";
import { signalDescription } from "../execute/signals.ts";
import { runTraps } from "../execute/traps.ts";
import { IDENTIFIER, parseLetters } from "./usage.ts";

export async function wait(shell: Shell, argv: string[]): Promise<number> {
  const options = parseLetters(shell, argv, "fnp:", "wait [-fn] [-p var] [id ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  const variable = values.get("p");
  if (variable !== undefined) {
    if (!IDENTIFIER.test(variable)) {
      shell.complain(`wait: \`${variable}': not a valid identifier`);
      return 1;
    }
    shell.vars.unset(variable);
  }
  if (flags.has("n")) return waitAny(shell, rest, variable);
  let status = 0;
  if (rest.length === 0) {
    for (const job of shell.jobs) {
      if (job.foreign) continue;
      for (let i = 0; i < job.pids.length; i++) {
        status = await waitJob(shell, job, i);
        if (status > 255) return status - 256;
      }
      settle(shell, job);
    }
    shell.jobs = shell.jobs.filter((job) => job.foreign || !isDone(job));
    return 0;
  }
  for (const word of rest) {
    const found = findWaited(shell, word);
    if (typeof found === "number") {
      status = found;
      continue;
    }
    const { job, position } = found;
    status = await waitJob(shell, job, position);
    if (status > 255) return status - 256;
    if (isDone(job)) settle(shell, job);
    if (variable) shell.vars.set(variable, String(job.pids[position]));
  }
  return status;
}

/** The job a word of `wait` means, or the status that goes with its complaint. */
function findWaited(shell: Shell, word: string): { job: Job; position: number } | number {
  if (word.startsWith("%")) {
    const job = findJob(shell, word);
    if (job) return { job, position: job.pids.length - 1 };
    shell.complain(`wait: ${word}: no such job`);
    return 127;
  }
  if (!/^[0-9]+$/.test(word)) {
    shell.complain(`wait: \`${word}': not a pid or valid job spec`);
    return 1;
  }
  const known = [...shell.jobs, ...shell.substituted];
  const job = known.find((each) => !each.foreign && each.pids.includes(Number(word)));
  if (job) return { job, position: job.pids.indexOf(Number(word)) };
  shell.complain(`wait: pid ${word} is not a child of this shell`);
  return 127;
}

/** The status of a job's process; 256 + 128 + signal if a trapped signal came first; 128 + signal if the job was stopped. */
async function waitJob(shell: Shell, job: Job, position: number): Promise<number> {
  for (;;) {
    const known = job.statuses[position];
    if (known !== undefined) return known;
    const status = await shell.sys.block(() => {
      const ended = shell.sys.wait(job.pids[position]);
      const stop = ended === -EAGAIN ? stopOf(shell, job) : 0;
      return stop === 0 ? ended : STOPPED + stop;
    });
    if (status > STOPPED) return 128 + status - STOPPED;
    if (status !== -EINTR) {
      job.statuses[position] = status < 0 ? 127 : status;
      const signal = status < 0 ? 0 : shell.sys.lastSignal;
      if (
        signal !== 0 &&
        ![SIGINT, SIGPIPE, SIGTERM].includes(signal) &&
        !shell.options.interactive &&
        !(shell.options.posix && shell.options.command)
      ) {
        const pid = String(job.pids[position]).padStart(5);
        shell.report(`${shell.place()}: ${pid} ${signalDescription(signal).padEnd(23)} ${job.text}\n`);
      }
    }
    // A trapped signal that came with the end counts first.
    if (status === -EINTR || (shell.sys.hasSignals() && !shell.traps.has(SIGCHLD))) {
      const signals = shell.sys.takeSignals();
      shell.pendingSignals |= signals;
      if (signals !== 0) {
        await runTraps(shell);
        return 256 + 128 + (31 - Math.clz32(signals));
      }
    }
  }
}

/** `wait -n`: the next job that ends. */
async function waitAny(shell: Shell, words: string[], variable: string | undefined): Promise<number> {
  const named: Job[] = [];
  for (const word of words) {
    const job = findOne(shell, word);
    if (job && !job.foreign) named.push(job);
    else shell.complain(`wait: ${word}: no such job`);
  }
  const wanted = () =>
    shell.jobs.filter((job) => !job.foreign && !job.reported && (words.length === 0 || named.includes(job)));
  if (wanted().length === 0) return 127;
  for (;;) {
    reapJobs(shell);
    const job = wanted().find(isDone);
    if (job) {
      settle(shell, job);
      if (variable) shell.vars.set(variable, String(job.pids[job.pids.length - 1]));
      return jobStatus(job);
    }
    const status = await shell.sys.block(() => shell.sys.wait(-1));
    if (status === -EINTR) {
      const signals = shell.sys.takeSignals();
      shell.pendingSignals |= signals;
      await runTraps(shell);
      if (signals) return 128 + (31 - Math.clz32(signals));
    } else if (status < 0) return 127;
    else note(shell, shell.sys.lastWaited, status);
  }
}

/** The job's end has been told: a coprocess's variables go with it. */
export function settle(shell: Shell, job: Job): void {
  job.reported = true;
  forgetCoprocess(shell, job);
}

export function findOne(shell: Shell, word: string): Job | undefined {
  return word.startsWith("%") ? findJob(shell, word) : shell.jobs.find((job) => job.pids.includes(Number(word)));
}

function note(shell: Shell, pid: number, status: number): void {
  for (const job of shell.jobs) {
    const position = job.pids.indexOf(pid);
    if (position >= 0 && !job.foreign) job.statuses[position] = status;
  }
}
