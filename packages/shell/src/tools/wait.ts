// wait: a builtin that comes with the tools; it reaches the shell through what late.ts hands it.

import { EAGAIN, EINTR, SIGCHLD, SIGINT, SIGPIPE, SIGTERM, STOPPED } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import { isDone, type Job } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";
import { signalDescription } from "../execute/signals.ts";
import { findJob, findOne, settle } from "./job-names.ts";

export const wait: LateBuiltin = async (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "fnp:", "wait [-fn] [-p var] [id ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  const variable = values.get("p");
  if (variable !== undefined) {
    if (!kit.identifier.test(variable)) {
      shell.complain(`wait: \`${variable}': not a valid identifier`);
      return 1;
    }
    shell.vars.unset(variable);
  }
  if (flags.has("n")) return waitAny(shell, kit, rest, variable);
  let status = 0;
  if (rest.length === 0) {
    for (const job of shell.jobs) {
      if (job.foreign) continue;
      for (let i = 0; i < job.pids.length; i++) {
        status = await waitJob(shell, kit, job, i);
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
    status = await waitJob(shell, kit, job, position);
    if (status > 255) return status - 256;
    if (isDone(job)) settle(shell, job);
    if (variable) shell.vars.set(variable, String(job.pids[position]));
  }
  return status;
};

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
async function waitJob(shell: Shell, kit: LateKit, job: Job, position: number): Promise<number> {
  for (;;) {
    const known = job.statuses[position];
    if (known !== undefined) return known;
    const status = await shell.sys.block(() => {
      const ended = shell.sys.wait(job.pids[position]);
      const stop = ended === -EAGAIN ? kit.stopOf(shell, job) : 0;
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
        await kit.runTraps(shell);
        return 256 + 128 + (31 - Math.clz32(signals));
      }
    }
  }
}

/** `wait -n`: the next job that ends. */
async function waitAny(shell: Shell, kit: LateKit, words: string[], variable: string | undefined): Promise<number> {
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
    kit.reapJobs(shell);
    const job = wanted().find(isDone);
    if (job) {
      settle(shell, job);
      if (variable) shell.vars.set(variable, String(job.pids[job.pids.length - 1]));
      return kit.jobStatus(job);
    }
    const status = await shell.sys.block(() => shell.sys.wait(-1));
    if (status === -EINTR) {
      const signals = shell.sys.takeSignals();
      shell.pendingSignals |= signals;
      await kit.runTraps(shell);
      if (signals) return 128 + (31 - Math.clz32(signals));
    } else if (status < 0) return 127;
    else note(shell, shell.sys.lastWaited, status);
  }
}

function note(shell: Shell, pid: number, status: number): void {
  for (const job of shell.jobs) {
    const position = job.pids.indexOf(pid);
    if (position >= 0 && !job.foreign) job.statuses[position] = status;
  }
}
