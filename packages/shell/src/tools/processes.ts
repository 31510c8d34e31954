// The processes as /proc tells of them: for ps, pgrep and their kin.

import type { System } from "@vibengine/system";
import { readSmallFile } from "./accounts.ts";
import { list } from "./files.ts";

export interface Process {
  pid: number;
  ppid: number;
  group: number;
  session: number;
  /** `pts/0`, or `?`; and the group in its foreground, -1 = none. */
  tty: string;
  foreground: number;
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

/** Now, to tell shares and times of day from seconds since the system's start. */
export class Clock {
  readonly #uptime: number;
  readonly #now = Date.now();
  constructor(uptime: number) {
    this.#uptime = uptime;
  }
  /** Seconds since it began. */
  age(one: Process): number {
    return Math.max(0, this.#uptime - one.start);
  }
  /** Percent of one processor over the process's life. */
  share(one: Process): number {
    const age = this.age(one);
    return age > 0 ? Math.min(99.9, (100 * one.cpu) / age) : 0;
  }
  /** Hour and minute at which it began. */
  time(one: Process): string {
    return new Date(this.#now - this.age(one) * 1000).toISOString().slice(11, 16);
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
  const tty = Number(fields[4]);
  return {
    pid: Number(pid),
    ppid: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    tty: tty === 0 ? "?" : `pts/${tty & 0xff}`,
    foreground: Number(fields[5]),
    uid: Number(/^Uid:\t(\d+)/m.exec(text(sys, `/proc/${pid}/status`))?.[1] ?? 0),
    state: fields[0],
    name: match[1],
    command: fields[0] === "Z" ? `[${match[1]}] <defunct>` : words.length > 0 ? words.join(" ") : `[${match[1]}]`,
    cpu: Number(fields[11]) / TICKS,
    start: Number(fields[19]) / TICKS,
    kib: Number(fields[20]) / 1024,
  };
}

/** What a small file holds, "" when it is not there. */
export function text(sys: System, path: string): string {
  return readSmallFile(sys, path) ?? "";
}
