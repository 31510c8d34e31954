// wait, jobs, kill, fg, bg, disown.

import {
  EAGAIN,
  EINTR,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGPIPE,
  SIGSTOP,
  SIGTERM,
  STOPPED,
  strerror,
} from "@vibengine/system";
import type { Status } from "../execute/control.ts";
import {
  findJob,
  forgetCoprocess,
  isDone,
  type Job,
  jobStatus,
  reapJobs,
  signalJob,
  stopOf,
  waitForeground,
} from "../execute/jobs.ts";
import { runSource } from "../execute/script.ts";
import type { Shell } from "../execute/shell.ts";
import { signalDescription, signalName, signalNumber, signalTable } from "../execute/signals.ts";
import { runTraps } from "../execute/traps.ts";
import { quoteAlways } from "../expand/quote.ts";
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
  const job = shell.jobs.find((each) => !each.foreign && each.pids.includes(Number(word)));
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
      if (signal !== 0 && ![SIGINT, SIGPIPE, SIGTERM].includes(signal) && !shell.options.interactive) {
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
function settle(shell: Shell, job: Job): void {
  job.reported = true;
  forgetCoprocess(shell, job);
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
  const options = parseLetters(shell, argv, "lnprsx", "jobs [-lnprs] [jobspec ...] or jobs -x command [args]");
  if (!options) return 2;
  const { flags, rest } = options;
  if (flags.has("x")) {
    const words = rest.map((word) => (word.startsWith("%") ? String(findJob(shell, word)?.pids[0] ?? word) : word));
    return runSource(shell, words.map(quoteAlways).join(" "), shell.line);
  }
  reapJobs(shell);
  // With -c what has ended is forgotten at once.
  const forgets = shell.commandString !== null && !shell.options.interactive;
  const listed = shell.jobs.filter((job) => !job.reported && !(forgets && isDone(job)));
  let text = "";
  let status = 0;
  for (const word of rest) {
    if (findJob(shell, word)) continue;
    shell.complain(`jobs: ${word}: no such job`);
    status = 1;
  }
  listed.forEach((job, i) => {
    const done = isDone(job);
    const stop = done ? 0 : stopOf(shell, job);
    if (flags.has("r") && (done || stop !== 0)) return;
    if (flags.has("s") && stop === 0) return;
    if (rest.length > 0 && !rest.some((word) => findJob(shell, word) === job)) return;
    if (flags.has("p")) {
      text += `${job.pids[0]}\n`;
      return;
    }
    const mark = i === listed.length - 1 ? "+" : i === listed.length - 2 ? "-" : " ";
    text += describeJob(job, mark, flags.has("l"), stop);
    if (done && !job.foreign) settle(shell, job);
  });
  const written = shell.write(text, "jobs");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
}

function describeJob(job: Job, mark: string, long: boolean, stop: number): string {
  const done = isDone(job);
  const stopped = long && stop === SIGSTOP ? "Stopped (signal)" : "Stopped";
  const state = (done ? describeEnd(jobStatus(job)) : stop === 0 ? "Running" : stopped).padEnd(23);
  const end = done || stop !== 0 ? "" : " &";
  const head = `[${job.id}]${mark} `;
  if (!long) return `${head} ${state} ${job.text}${end}\n`;
  const parts = job.text.split(/\s*\|&?\s*/);
  if (parts.length !== job.pids.length || parts.length === 1)
    return `${head}${job.pids[0]} ${state} ${job.text}${end}\n`;
  return parts
    .map((part, i) =>
      i === 0
        ? `${head}${job.pids[0]} ${state} ${part}\n`
        : `     ${job.pids[i]} ${" ".repeat(state.length)}| ${part}${i === parts.length - 1 ? end : ""}\n`,
    )
    .join("");
}

function describeEnd(status: number): string {
  if (status === 0) return "Done";
  if (status > 128 && status < 144 && status !== 141) return signalDescription(status - 128);
  return `Exit ${status}`;
}

const KILL_USAGE = "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";

export function kill(shell: Shell, argv: string[]): Status {
  let words = argv.slice(1);
  let signal: number | null = SIGTERM;
  const first = words[0] ?? "";
  if (first === "-l" || first === "-L") return list(shell, words.slice(words[1] === "--" ? 2 : 1));
  const attached = /^-[sn](.+)$/.exec(first);
  if (first === "-s" || first === "-n" || (attached && signalNumber(first.slice(1)) === null)) {
    const name = attached ? attached[1] : words[1];
    if (name === undefined) {
      shell.complain(`kill: ${first}: option requires an argument`);
      return 1;
    }
    signal = signalNumber(name);
    if (signal === null || signal > 64) return badSignal(shell, name);
    words = words.slice(attached ? 1 : 2);
  } else if (/^-./.test(first) && first !== "--") {
    signal = signalNumber(first.slice(1));
    if (signal === null || signal > 64) return badSignal(shell, first.slice(1));
    words = words.slice(1);
  }
  if (words[0] === "--") words = words.slice(1);
  if (words.length === 0) {
    shell.report(`kill: usage: ${KILL_USAGE}\n`);
    return 2;
  }
  let sent = 0;
  for (const word of words) {
    let pids: number[];
    let continues: Job | null = null;
    if (word.startsWith("%")) {
      const job = findJob(shell, word);
      if (!job) {
        shell.complain(`kill: ${word}: no such job`);
        continue;
      }
      const isStopped = stopOf(shell, job) !== 0;
      pids = job.isGroup ? [-job.pids[0]] : job.pids;
      // Else it would not see them.
      continues = isStopped && (signal === SIGTERM || signal === SIGHUP) ? job : null;
    } else if (/^[-+]?[0-9]+$/.test(word)) pids = [Number(word)];
    else {
      shell.complain(`kill: ${word}: arguments must be process or job IDs`);
      continue;
    }
    for (const pid of pids) {
      // A background child that has ended but was not waited for is still there to be signalled.
      const ended = shell.jobs.some(
        (job) =>
          !job.foreign && job.pids.some((one, i) => one === pid && job.statuses[i] !== undefined && !job.reported),
      );
      const result = ended ? 0 : shell.sys.kill(pid, signal);
      if (result >= 0) sent++;
      else shell.complain(`kill: (${pid}) - ${strerror(result)}`);
    }
    if (continues !== null) signalJob(shell, continues, SIGCONT);
  }
  return sent > 0 ? 0 : 1;
}

function badSignal(shell: Shell, name: string): number {
  shell.complain(`kill: ${name}: invalid signal specification`);
  return 1;
}

function list(shell: Shell, words: string[]): Status {
  let text = "";
  let status = 0;
  for (const word of words) {
    const number = /^[0-9]+$/.test(word) ? Number(word) : -1;
    const signal = signalNumber(number > 128 ? String(number - 128) : word);
    if (signal === null || signalName(signal) === null) status = badSignal(shell, word);
    else text += number >= 0 ? `${signalName(signal)}\n` : `${signal}\n`;
  }
  if (words.length === 0) {
    if (shell.options.posix) {
      const names: string[] = [];
      for (let signal = 1; signal <= 64; signal++) {
        const name = signalName(signal);
        if (name !== null) names.push(name);
      }
      text = `${names.join(" ")}\n`;
    } else text = signalTable();
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
  if (isDone(job)) settle(shell, job);
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
  const options = parseLetters(shell, argv, "ahr", "disown [-h] [-ar] [jobspec ... | pid ...]");
  if (!options) return 2;
  const { flags, rest } = options;
  reapJobs(shell);
  let gone: Job[] = [];
  let status = 0;
  if (rest.length === 0 && (flags.has("a") || flags.has("r")))
    gone = shell.jobs.filter((job) => flags.has("a") || !isDone(job));
  for (const word of rest.length > 0 ? rest : gone.length > 0 || flags.has("a") || flags.has("r") ? [] : ["%+"]) {
    const job = findOne(shell, word);
    if (job) gone.push(job);
    else {
      shell.complain(`disown: ${rest.length === 0 ? "current" : word}: no such job`);
      status = 1;
    }
  }
  if (!flags.has("h")) shell.jobs = shell.jobs.filter((job) => !gone.includes(job));
  return status;
}

export function suspend(shell: Shell): number {
  shell.complain("suspend: cannot suspend: no job control");
  return 1;
}
