// wait, jobs, kill, fg, bg, disown.

import { EAGAIN, EINTR, SIGCONT, SIGHUP, SIGSTOP, SIGTERM, STOPPED, strerror } from "@vibengine/system";
import type { Status } from "../execute/control.ts";
import {
  findJob,
  isDone,
  type Job,
  jobStatus,
  knownJobs,
  reapJobs,
  signalJob,
  stopOf,
  waitForeground,
} from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";
import { SIGNAL_COUNT, signalName, signalNumber } from "../execute/signals.ts";
import { runTraps } from "../execute/traps.ts";
import { parseLetters } from "./usage.ts";

export async function wait(shell: Shell, argv: string[]): Promise<number> {
  const options = parseLetters(shell, argv, "fnp:", "wait [-fn] [-p var] [id ...]");
  if (!options) return 2;
  const { rest, flags, values } = options;
  if (flags.has("n")) return waitAny(shell, rest, values.get("p"));
  let status = 0;
  if (rest.length === 0) {
    for (const job of shell.jobs) {
      if (job.foreign) continue;
      status = await waitJob(shell, job, job.pids.length - 1);
      if (status > 255) return status - 256;
      for (let i = 0; i < job.pids.length; i++) await waitJob(shell, job, i);
    }
    shell.jobs = shell.jobs.filter((job) => job.foreign || !isDone(job));
    return 0;
  }
  for (const word of rest) {
    let job: Job | undefined;
    let position = -1;
    if (word.startsWith("%")) {
      job = findJob(shell, word);
      if (!job) {
        shell.complain(`wait: ${word}: no such job`);
        status = 127;
        continue;
      }
      position = job.pids.length - 1;
    } else if (/^[0-9]+$/.test(word)) {
      job = shell.jobs.find((each) => !each.foreign && each.pids.includes(Number(word)));
      if (!job) {
        shell.complain(`wait: pid ${word} is not a child of this shell`);
        status = 127;
        continue;
      }
      position = job.pids.indexOf(Number(word));
    } else {
      shell.complain(`wait: \`${word}': not a pid or valid job spec`);
      status = 2;
      continue;
    }
    status = await waitJob(shell, job, position);
    if (status > 255) return status - 256;
    job.reported = stopOf(shell, job) === 0;
    const variable = values.get("p");
    if (variable) shell.vars.set(variable, String(job.pids[position]));
  }
  return status;
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
    if (status !== -EINTR) job.statuses[position] = status < 0 ? 127 : status;
    else {
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
  const wanted = () =>
    shell.jobs.filter(
      (job) =>
        !job.foreign && !job.reported && (words.length === 0 || words.some((word) => findOne(shell, word) === job)),
    );
  if (wanted().length === 0) return 127;
  for (;;) {
    reapJobs(shell);
    const job = wanted().find(isDone);
    if (job) {
      job.reported = true;
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

function findOne(shell: Shell, word: string): Job | undefined {
  return word.startsWith("%") ? findJob(shell, word) : shell.jobs.find((job) => job.pids.includes(Number(word)));
}

function note(shell: Shell, pid: number, status: number): void {
  for (const job of shell.jobs) {
    const position = job.pids.indexOf(pid);
    if (position >= 0 && !job.foreign) job.statuses[position] = status;
  }
}

export function jobs(shell: Shell, argv: string[]): Status {
  const options = parseLetters(shell, argv, "lnprs", "jobs [-lnprs] [jobspec ...]");
  if (!options) return 2;
  reapJobs(shell);
  const listed = knownJobs(shell).filter((job) => !job.reported);
  let text = "";
  listed.forEach((job, i) => {
    const done = isDone(job);
    const stop = done ? 0 : stopOf(shell, job);
    if (options.flags.has("r") && (done || stop !== 0)) return;
    if (options.flags.has("s") && stop === 0) return;
    if (options.rest.length > 0 && !options.rest.some((word) => findJob(shell, word) === job)) return;
    if (options.flags.has("p")) {
      text += `${job.pids[0]}\n`;
      return;
    }
    const mark = i === listed.length - 1 ? "+" : i === listed.length - 2 ? "-" : " ";
    const isLong = options.flags.has("l");
    const stopped = isLong && stop === SIGSTOP ? "Stopped (signal)" : "Stopped";
    const state = done ? describeEnd(jobStatus(job)) : stop === 0 ? "Running" : stopped;
    const pid = isLong ? `${job.pids[0]} ` : "";
    text += `[${job.id}]${mark}  ${pid}${state.padEnd(24)}${job.text}${state === "Running" ? " &" : ""}\n`;
    if (done) job.reported = true;
  });
  return shell.write(text, "jobs");
}

function describeEnd(status: number): string {
  if (status === 0) return "Done";
  if (status === 128 + SIGTERM) return "Terminated";
  if (status === 137) return "Killed";
  return `Exit ${status}`;
}

export function kill(shell: Shell, argv: string[]): Status {
  let words = argv.slice(1);
  let signal: number | null = SIGTERM;
  const first = words[0] ?? "";
  if (first === "-l" || first === "-L") return list(shell, words.slice(1));
  if (first === "-s" || first === "-n") {
    signal = signalNumber(words[1] ?? "");
    if (signal === null) return badSignal(shell, words[1] ?? "");
    words = words.slice(2);
  } else if (/^-./.test(first) && first !== "--") {
    signal = signalNumber(first.slice(1));
    if (signal === null) return badSignal(shell, first.slice(1));
    words = words.slice(1);
  }
  if (words[0] === "--") words = words.slice(1);
  if (words.length === 0) {
    shell.report("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n");
    return 2;
  }
  let status = 0;
  for (const word of words) {
    let pid: number;
    let result: number;
    if (word.startsWith("%")) {
      const job = findJob(shell, word);
      if (!job) {
        shell.complain(`kill: ${word}: no such job`);
        status = 1;
        continue;
      }
      pid = job.pids[0];
      const isStopped = stopOf(shell, job) !== 0;
      result = signalJob(shell, job, signal);
      // Else it would not see them.
      if (isStopped && (signal === SIGTERM || signal === SIGHUP)) signalJob(shell, job, SIGCONT);
    } else if (/^-?[0-9]+$/.test(word)) {
      pid = Number(word);
      result = shell.sys.kill(pid, signal);
    } else {
      shell.complain(`kill: ${word}: arguments must be process or job IDs`);
      status = 1;
      continue;
    }
    if (result >= 0) continue;
    shell.complain(`kill: (${pid}) - ${strerror(result)}`);
    status = 1;
  }
  return status;
}

function badSignal(shell: Shell, name: string): number {
  shell.complain(`kill: ${name}: invalid signal specification`);
  return 1;
}

function list(shell: Shell, words: string[]): Status {
  let text = "";
  let status = 0;
  for (const word of words) {
    const signal = signalNumber(/^[0-9]+$/.test(word) && Number(word) > 128 ? String(Number(word) - 128) : word);
    if (signal === null || signalName(signal) === null) status = badSignal(shell, word);
    else text += /^[0-9]+$/.test(word) ? `${signalName(signal)}\n` : `${signal}\n`;
  }
  if (words.length === 0) {
    const names: string[] = [];
    for (let signal = 1; signal < SIGNAL_COUNT; signal++) names.push(signalName(signal) as string);
    text = shell.options.posix
      ? `${names.join(" ")}\n`
      : names
          .map(
            (name, i) =>
              `${String(i + 1).padStart(2)}) SIG${name}${i % 5 === 4 || i === names.length - 1 ? "\n" : "\t"}`,
          )
          .join("");
  }
  const written = shell.write(text, "kill");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

export async function fg(shell: Shell, argv: string[]): Promise<number> {
  if (!shell.options.monitor) {
    shell.complain("fg: no job control");
    return 1;
  }
  const job = findJob(shell, argv[1] ?? "%+");
  if (!job) {
    shell.complain(`fg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  await shell.write(`${job.text}\n`, "fg");
  if (shell.terminal !== null && job.isGroup) shell.sys.tcsetpgrp(shell.terminal.fd, job.pids[0]);
  signalJob(shell, job, SIGCONT);
  const status = await waitForeground(shell, job);
  job.reported = isDone(job);
  return status;
}

export function bg(shell: Shell, argv: string[]): Status {
  if (!shell.options.monitor) {
    shell.complain("bg: no job control");
    return 1;
  }
  const job = findJob(shell, argv[1] ?? "%+");
  if (!job) {
    shell.complain(`bg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  if (stopOf(shell, job) === 0) {
    shell.complain(`bg: job ${job.id} already in background`);
    return 0;
  }
  signalJob(shell, job, SIGCONT);
  return shell.write(`[${job.id}]+ ${job.text} &\n`, "bg");
}

export function disown(shell: Shell, argv: string[]): number {
  const words = argv.slice(1).filter((word) => !word.startsWith("-"));
  if (argv.includes("-a") || argv.includes("-r")) shell.jobs = [];
  const gone =
    words.length > 0 ? words.map((word) => findOne(shell, word)) : argv.length === 1 ? [findJob(shell, "%+")] : [];
  shell.jobs = shell.jobs.filter((job) => !gone.includes(job));
  return gone.includes(undefined) ? 1 : 0;
}
