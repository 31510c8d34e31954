// ps: a table of the processes in /proc. The columns and their widths are procps's.

import { readAccounts } from "./accounts.ts";
import { define, UsageError } from "./define.ts";
import { Clock, type Process, processes, text } from "./processes.ts";

export const ps = define(
  {
    name: "ps",
    usage: "[OPTION]...\nps aux",
    help: `Show the processes. Without options: those of the same user.

  -e, --everyone  all processes
  -A              the same as -e
  -a              the same as -e
  -f, --full      user, parent, start and the whole command line
  -l              the same as -f
  -o, --format=LIST  these columns, separated by commas, each with "=TITLE" if wanted
  -p, --pid=LIST  only these process IDs, separated by commas
  -C NAME         only processes of these names
  -u              user, shares of processor and memory (as in aux)
  -x              the same as -e
      --ppid=LIST      only children of these
      --no-headers     no titles
      --sort=KEY       by this column, with "-" from the largest

Columns: pid ppid pgid sid tpgid user uid tty stat s time etime etimes start %cpu %mem rss vsz ni comm args`,
    rewrite: (words) => (/^[aux]+$/.test(words[0] ?? "") ? [`-${words[0]}`, ...words.slice(1)] : words),
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    // A bare number is a process ID, as with -p.
    const wrong = operands.find((word) => !/^[\d,]+$/.test(word));
    if (wrong !== undefined) throw new UsageError(`unsupported argument: ${wrong}`);
    const wanted = [...options.values("p"), ...operands].flatMap((list) => list.split(/[ ,]+/));
    const parents = options.values("ppid").flatMap((list) => list.split(/[ ,]+/));
    const names = options.values("C").flatMap((list) => list.split(/[ ,]+/));
    if (![...wanted, ...parents].every((pid) => /^\d+$/.test(pid)))
      throw new UsageError("process ID list syntax error");
    const everyone = ["e", "A", "a", "x"].some((key) => options.has(key));
    const isSelected = wanted.length + parents.length + names.length > 0;
    const shown = processes(sys).filter((one) =>
      isSelected
        ? wanted.includes(String(one.pid)) || parents.includes(String(one.ppid)) || names.includes(one.name)
        : everyone || one.uid === sys.uid,
    );
    const context: Context = {
      clock: new Clock(Number(text(sys, "/proc/uptime").split(" ")[0])),
      user: readAccounts(sys).user,
      total: Number(/^MemTotal: +(\d+)/m.exec(text(sys, "/proc/meminfo"))?.[1]),
    };
    const format = options.values("o");
    const columns =
      format.length > 0
        ? format.flatMap(parseFormat)
        : parseFormat(options.has("u") ? AUX : options.has("f") || options.has("l") ? FULL : PLAIN);
    const key = options.value("sort");
    if (key !== undefined) sortBy(shown, key, context);
    await stdout.write(table(columns, shown, context, options.has("no-headers")));
    return shown.length > 0 ? 0 : 1;
  },
);

interface Context {
  clock: Clock;
  user: (uid: number) => string;
  /** KiB of memory. */
  total: number;
}

/** A column: its title, its width (negative: to the left), and what it shows. */
interface Column {
  title: string;
  width: number;
  value: (one: Process, context: Context) => string | number;
}

const PLAIN = "pid,tname,time,comm=CMD";
const FULL = "uname=UID,pid,ppid,c,stime,tname,time,args=CMD";
const AUX = "user,pid,pcpu,pmem,vsz,rss,tname,stat,start=START,bsdtime=TIME,args";

const args = (one: Process) => one.command;
const COLUMNS: Record<string, Column> = {
  pid: { title: "PID", width: 7, value: (one) => one.pid },
  ppid: { title: "PPID", width: 7, value: (one) => one.ppid },
  pgid: { title: "PGID", width: 7, value: (one) => one.group },
  sid: { title: "SID", width: 7, value: (one) => one.session },
  tpgid: { title: "TPGID", width: 7, value: (one) => one.foreground },
  user: { title: "USER", width: -8, value: (one, { user }) => user(one.uid) },
  uid: { title: "UID", width: 5, value: (one) => one.uid },
  tname: { title: "TTY", width: -8, value: (one) => one.tty },
  stat: { title: "STAT", width: -4, value: (one) => one.state + (one.group === one.foreground ? "+" : "") },
  s: { title: "S", width: 1, value: (one) => one.state },
  time: { title: "TIME", width: 8, value: (one) => long(one.cpu) },
  bsdtime: { title: "TIME", width: 6, value: (one) => `${Math.floor(one.cpu / 60)}:${two(one.cpu % 60)}` },
  etime: { title: "ELAPSED", width: 11, value: (one, { clock }) => elapsed(clock.age(one)) },
  etimes: { title: "ELAPSED", width: 7, value: (one, { clock }) => Math.floor(clock.age(one)) },
  stime: { title: "STIME", width: 5, value: (one, { clock }) => clock.time(one) },
  c: { title: "C", width: 2, value: (one, { clock }) => Math.floor(clock.share(one)) },
  pcpu: { title: "%CPU", width: 4, value: (one, { clock }) => clock.share(one).toFixed(1) },
  pmem: { title: "%MEM", width: 4, value: (one, { total }) => ((100 * one.kib) / total).toFixed(1) },
  rss: { title: "RSS", width: 5, value: (one) => one.kib },
  vsz: { title: "VSZ", width: 6, value: (one) => one.kib },
  ni: { title: "NI", width: 3, value: () => 0 },
  comm: { title: "COMMAND", width: -15, value: (one) => nameOf(one) },
  cmd: { title: "CMD", width: -27, value: args },
  args: { title: "COMMAND", width: -27, value: args },
};
const SAME: Record<string, string> = {
  pgrp: "pgid",
  sess: "sid",
  session: "sid",
  euser: "user",
  ruser: "user",
  uname: "user",
  euid: "uid",
  ruid: "uid",
  tty: "tname",
  tt: "tname",
  state: "s",
  cputime: "time",
  start: "stime",
  lstart: "stime",
  start_time: "stime",
  "%cpu": "pcpu",
  "%mem": "pmem",
  rssize: "rss",
  vsize: "vsz",
  nice: "ni",
  ucmd: "comm",
  ucomm: "comm",
  command: "args",
};

function parseFormat(list: string): Column[] {
  return list
    .split(/[ ,]+/)
    .filter((word) => word !== "")
    .map((word) => {
      const [name, title] = word.split("=");
      const column = COLUMNS[SAME[name] ?? name];
      if (column === undefined) throw new UsageError(`unknown user-defined format specifier "${name}"`);
      return title === undefined ? column : { ...column, title };
    });
}

function table(columns: Column[], shown: Process[], context: Context, isBare: boolean): string {
  const rows = shown.map((one) => columns.map((column) => String(column.value(one, context))));
  const hasTitles = !isBare && columns.some((column) => column.title !== "");
  const titles = columns.map((column) => column.title);
  const lines = (hasTitles ? [titles, ...rows] : rows).map((cells) =>
    cells
      .map((cell, i) => {
        const width = Math.max(Math.abs(columns[i].width), titles[i].length);
        if (columns[i].width > 0) return cell.padStart(width);
        return i === cells.length - 1 ? cell : cell.padEnd(width);
      })
      .join(" "),
  );
  return lines.length > 0 ? `${lines.join("\n")}\n` : "";
}

function sortBy(shown: Process[], key: string, context: Context): void {
  const name = key.replace(/^[-+]/, "");
  const column = COLUMNS[SAME[name] ?? name];
  if (column === undefined) throw new UsageError("unknown sort specifier");
  const sign = key.startsWith("-") ? -1 : 1;
  const order = (a: string | number, b: string | number) =>
    Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b);
  shown.sort((a, b) => sign * order(column.value(a, context), column.value(b, context)));
}

function nameOf(one: Process): string {
  return one.state === "Z" ? `${one.name} <defunct>` : one.name;
}

/** Hours, minutes and seconds. */
function long(seconds: number): string {
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function elapsed(seconds: number): string {
  return seconds < 3600 ? `${two(seconds / 60)}:${two(seconds % 60)}` : long(seconds);
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
