// ps: a table of the processes in /proc. The columns and their widths are procps's; there are no terminals, so TTY is `?`.

import type { System } from "@vibengine/system";
import { readAccounts, readSmallFile } from "./accounts.ts";
import { define, UsageError } from "./define.ts";
import { list } from "./files.ts";

export interface Process {
  pid: number;
  ppid: number;
  uid: number;
  state: string;
  name: string;
  command: string;
  /** Seconds of running time, and seconds since the system's start at which it began. */
  cpu: number;
  start: number;
  kib: number;
}

const TICKS = 100;

export const ps = define(
  {
    name: "ps",
    usage: "[OPTION]...\nps aux",
    help: `Show the processes. Without options: those of the same user.

  -e, --everyone  all processes
  -A              the same as -e
  -a              the same as -e
  -f, --full      user, parent, start and the whole command line
  -p, --pid=LIST  only these process IDs, separated by commas
  -u              user, shares of processor and memory (as in aux)
  -x              the same as -e`,
    rewrite: (words) => (/^[aux]+$/.test(words[0] ?? "") ? [`-${words[0]}`, ...words.slice(1)] : words),
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (operands.length > 0) throw new UsageError(`unsupported argument: ${operands[0]}`);
    const wanted = options.values("p").flatMap((list) => list.split(","));
    if (!wanted.every((pid) => /^\d+$/.test(pid))) throw new UsageError("process ID list syntax error");
    const everyone = ["e", "A", "a", "x"].some((key) => options.has(key));
    const shown = processes(sys).filter((one) =>
      wanted.length > 0 ? wanted.includes(String(one.pid)) : everyone || one.uid === sys.uid,
    );
    const clock = new Clock(Number(text(sys, "/proc/uptime").split(" ")[0]));
    const { user } = readAccounts(sys);
    const total = Number(/^MemTotal: +(\d+)/m.exec(text(sys, "/proc/meminfo"))?.[1]);
    const rows = options.has("u")
      ? shown.map((one) => auxRow(one, user(one.uid), clock, total))
      : options.has("f")
        ? shown.map((one) => fullRow(one, user(one.uid), clock))
        : shown.map((one) => `${pad(one.pid, 7)} ${"?".padEnd(8)} ${long(one.cpu)} ${nameOf(one)}`);
    const title = options.has("u")
      ? "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"
      : options.has("f")
        ? "UID          PID    PPID  C STIME TTY          TIME CMD"
        : "    PID TTY          TIME CMD";
    await stdout.write(`${[title, ...rows].join("\n")}\n`);
    return shown.length > 0 ? 0 : 1;
  },
);

function fullRow(one: Process, user: string, clock: Clock): string {
  const share = Math.floor(clock.share(one));
  return `${user.padEnd(8)} ${pad(one.pid, 7)} ${pad(one.ppid, 7)} ${pad(share, 2)} ${clock.time(one)} ${"?".padEnd(8)} ${long(one.cpu)} ${one.command}`;
}

function auxRow(one: Process, user: string, clock: Clock, total: number): string {
  const memory = ((100 * one.kib) / total).toFixed(1);
  const minutes = `${Math.floor(one.cpu / 60)}:${two(one.cpu % 60)}`;
  return `${user.padEnd(8)} ${pad(one.pid, 7)} ${pad(clock.share(one).toFixed(1), 4)} ${pad(memory, 4)} ${pad(one.kib, 6)} ${pad(one.kib, 5)} ${"?".padEnd(8)} ${one.state.padEnd(4)} ${clock.time(one)} ${pad(minutes, 6)} ${one.command}`;
}

/** Now, to tell shares and times of day from seconds since the system's start. */
class Clock {
  readonly #uptime: number;
  readonly #now = Date.now();
  constructor(uptime: number) {
    this.#uptime = uptime;
  }
  /** Percent of one processor over the process's life. */
  share(one: Process): number {
    const age = this.#uptime - one.start;
    return age > 0 ? Math.min(99.9, (100 * one.cpu) / age) : 0;
  }
  time(one: Process): string {
    const started = new Date(this.#now - (this.#uptime - one.start) * 1000);
    return `${two(started.getUTCHours())}:${two(started.getUTCMinutes())}`;
  }
}

export function processes(sys: System): Process[] {
  const names = list(sys, "/proc");
  const pids = typeof names === "number" ? [] : names.filter((name) => /^\d+$/.test(name));
  const found = pids.map((pid) => process(sys, pid)).filter((one) => one !== null);
  return found.sort((a, b) => a.pid - b.pid);
}

function process(sys: System, pid: string): Process | null {
  const match = /^\d+ \((.*)\) (.+)\n$/s.exec(text(sys, `/proc/${pid}/stat`));
  if (match === null) return null; // it ended just now
  const fields = match[2].split(" ");
  const words = text(sys, `/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  return {
    pid: Number(pid),
    ppid: Number(fields[1]),
    uid: Number(/^Uid:\t(\d+)/m.exec(text(sys, `/proc/${pid}/status`))?.[1] ?? 0),
    state: fields[0],
    name: match[1],
    command: fields[0] === "Z" ? `[${match[1]}] <defunct>` : words.length > 0 ? words.join(" ") : `[${match[1]}]`,
    cpu: Number(fields[11]) / TICKS,
    start: Number(fields[19]) / TICKS,
    kib: Number(fields[20]) / 1024,
  };
}

function nameOf(one: Process): string {
  return one.state === "Z" ? `${one.name} <defunct>` : one.name;
}

function text(sys: System, path: string): string {
  return readSmallFile(sys, path) ?? "";
}

function long(seconds: number): string {
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width);
}
