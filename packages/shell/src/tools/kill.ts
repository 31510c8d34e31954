// kill: a builtin that comes with the tools; it reaches the shell's jobs through what late.ts hands it.

import { SIGCONT, SIGHUP, SIGTERM, strerror } from "@vibengine/system";
import type { LateBuiltin } from "../builtins/late.ts";
import type { Status } from "../execute/control.ts";
import type { Job } from "../execute/jobs.ts";
import type { Shell } from "../execute/shell.ts";
import { signalName, signalNumber, signalTable } from "../execute/signals.ts";
import { findJob, signalJob } from "./job-names.ts";

const KILL_USAGE = "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";

export const kill: LateBuiltin = (shell, argv, kit) => {
  let words = argv.slice(1);
  let signal: number | null = SIGTERM;
  const first = words[0] ?? "";
  if (first === "-l" || first === "-L") return list(shell, argv);
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
  kit.reapJobs(shell);
  for (const word of words) {
    let pids: number[];
    let continues: Job | null = null;
    if (word.startsWith("%")) {
      const job = findJob(shell, word);
      if (!job) {
        shell.complain(`kill: ${word}: no such job`);
        continue;
      }
      const isStopped = kit.stopOf(shell, job) !== 0;
      pids = job.isGroup ? [-job.pids[0]] : job.pids;
      // Else it would not see them.
      continues = isStopped && (signal === SIGTERM || signal === SIGHUP) ? job : null;
    } else if (/^[-+]?[0-9]+$/.test(word)) pids = [Number(word)];
    else {
      shell.complain(
        word === "" ? "kill: `': not a pid or valid job spec" : `kill: ${word}: arguments must be process or job IDs`,
      );
      continue;
    }
    for (const pid of pids) {
      // A background child that has just ended is still there to be signalled, once.
      const ended = shell.jobs.find(
        (job) => !(job.foreign || job.lingered || job.reported) && job.statuses[job.pids.indexOf(pid)] !== undefined,
      );
      const result = ended ? 0 : shell.sys.kill(pid, signal);
      if (ended) ended.lingered = true;
      if (result >= 0) sent++;
      else shell.complain(`kill: (${pid}) - ${strerror(result)}`);
    }
    if (continues !== null) signalJob(shell, continues, SIGCONT);
  }
  return sent > 0 ? 0 : 1;
};

/** `kill -l` */
function list(shell: Shell, argv: string[]): Status {
  const words = argv.slice(argv[2] === "--" ? 3 : 2);
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

function badSignal(shell: Shell, name: string): number {
  shell.complain(`kill: ${name}: invalid signal specification`);
  return 1;
}
