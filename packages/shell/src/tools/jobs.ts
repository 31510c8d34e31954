// jobs, fg, bg, disown, suspend. Builtins that come with the tools; they reach the shell through what late.ts hands
// them.

import { SIGCONT, SIGSTOP } from "@vibengine/system";
import type { LateBuiltin, LateKit } from "../builtins/late.ts";
import { isDone, type Job } from "../execute/jobs.ts";
import { signalDescription } from "../execute/signals.ts";
import { quoteAlways } from "../expand/quote.ts";
import { findJob, findOne, settle, signalJob } from "./job-names.ts";

export const jobs: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "lnprsx", "jobs [-lnprs] [jobspec ...] or jobs -x command [args]");
  if (!options) return 2;
  const { flags, rest } = options;
  if (flags.has("x")) {
    const words = rest.map((word) => (word.startsWith("%") ? String(findJob(shell, word)?.pids[0] ?? word) : word));
    return kit.runSource(shell, words.map(quoteAlways).join(" "), shell.line);
  }
  kit.reapJobs(shell);
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
    const stop = done ? 0 : kit.stopOf(shell, job);
    if (flags.has("r") && (done || stop !== 0)) return;
    if (flags.has("s") && stop === 0) return;
    if (rest.length > 0 && !rest.some((word) => findJob(shell, word) === job)) return;
    if (flags.has("p")) {
      text += `${job.pids[0]}\n`;
      return;
    }
    const mark = i === listed.length - 1 ? "+" : i === listed.length - 2 ? "-" : " ";
    text += describeJob(job, mark, flags.has("l"), stop, kit);
    if (done && !job.foreign) settle(shell, job);
  });
  const written = shell.write(text, "jobs");
  return typeof written === "number" ? written || status : written.then((result) => result || status);
};

function describeJob(job: Job, mark: string, long: boolean, stop: number, kit: LateKit): string {
  const done = isDone(job);
  const stopped = long && stop === SIGSTOP ? "Stopped (signal)" : "Stopped";
  const state = (done ? describeEnd(kit.jobStatus(job)) : stop === 0 ? "Running" : stopped).padEnd(23);
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

export const fg: LateBuiltin = async (shell, argv, kit) => {
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
  const status = await kit.waitForeground(shell, job);
  if (isDone(job)) settle(shell, job);
  return status;
};

export const bg: LateBuiltin = (shell, argv, kit) => {
  if (!shell.options.monitor) {
    shell.complain("bg: no job control");
    return 1;
  }
  const job = findJob(shell, argv[1] ?? "%+");
  if (!job) {
    shell.complain(`bg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  if (kit.stopOf(shell, job) === 0) {
    shell.complain(`bg: job ${job.id} already in background`);
    return 0;
  }
  signalJob(shell, job, SIGCONT);
  return shell.write(`[${job.id}]+ ${job.text} &\n`, "bg");
};

export const disown: LateBuiltin = (shell, argv, kit) => {
  const options = kit.parseLetters(shell, argv, "ahr", "disown [-h] [-ar] [jobspec ... | pid ...]");
  if (!options) return 2;
  const { flags, rest } = options;
  kit.reapJobs(shell);
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
};

export const suspend: LateBuiltin = (shell) => {
  shell.complain("suspend: cannot suspend: no job control");
  return 1;
};
