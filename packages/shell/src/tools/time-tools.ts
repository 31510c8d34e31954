// cal, uptime, free, watch and time: what has to do with clocks and with the machine's load.

import { formatTime, MONTHS } from "../strftime.ts";
import { readSmallFile } from "./accounts.ts";
import { define, Failure, UsageError } from "./define.ts";
import { runProgram } from "./programs.ts";

const two = (value: number) => String(Math.floor(value)).padStart(2, "0");

export const cal = define(
  {
    name: "cal",
    usage: "[options] [[[day] month] year]",
    help: `Display a calendar.

  -1, --one     show only a single month (default)
  -3, --three   show three months spanning the date
  -s, --sunday  Sunday as first day of week
  -m, --monday  Monday as first day of week
  -y, --year    show the whole year
  -h            (ignored)
  -j, --julian  use day-of-year for all calendars`,
  },
  async ({ options, operands, stdout }) => {
    const now = new Date();
    let [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
    let whole = options.has("y");
    const words = [...operands];
    if (words.length > 3) throw new UsageError("bad usage");
    if (words.length === 3) words.shift();
    if (words.length > 0) {
      const text = words.pop()!;
      if (!/^\d+$/.test(text) && words.length === 0) {
        month = MONTHS.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase()));
        if (month < 0) throw new Failure(`failed to parse timestamp or unknown month name: ${text}`);
      } else {
        year = Number(text);
        if (!/^\d+$/.test(text) || year < 1 || year > 9999999) throw new Failure(`illegal year value: ${text}`);
        if (words.length === 0) whole = true;
        else {
          const name = words.pop()!;
          month = /^\d+$/.test(name)
            ? Number(name) - 1
            : MONTHS.findIndex((known) => known.toLowerCase().startsWith(name.toLowerCase()));
          if (month < 0 || month > 11) throw new Failure("illegal month value: use 1-12");
        }
      }
    }
    const first = options.last("s", "m") === "m" ? 1 : 0;
    const julian = options.has("j");
    if (whole) {
      const width = julian ? 27 : 20;
      const across = julian ? 2 : 3;
      const gap = "   ";
      let text = `${centered(String(year), width * across + gap.length * (across - 1))}\n\n`;
      for (let row = 0; row < 12; row += across) {
        const blocks = Array.from({ length: across }, (_, i) => block(year, row + i, first, julian, false));
        text += sideBySide(blocks, width, gap);
      }
      await stdout.write(text);
    } else if (options.has("3")) {
      const blocks = [-1, 0, 1].map((shift) => {
        const at = new Date(Date.UTC(year, month + shift, 1));
        return block(at.getUTCFullYear(), at.getUTCMonth(), first, julian, true);
      });
      await stdout.write(sideBySide(blocks, julian ? 27 : 20, "  "));
    } else await stdout.write(`${block(year, month, first, julian, true).join("\n")}\n`);
  },
);

const centered = (text: string, width: number) =>
  `${" ".repeat(Math.max(0, Math.floor((width - text.length) / 2)))}${text}`.padEnd(width);

function sideBySide(blocks: string[][], width: number, gap: string): string {
  let text = "";
  for (let i = 0; i < 8; i++) text += `${blocks.map((lines) => (lines[i] ?? "").padEnd(width)).join(gap)}\n`;
  return text;
}

/** Until September 2nd 1752 the Julian calendar counts, as in Britain; the 14th came next day. */
function weekdayOf(year: number, month: number, day: number): number {
  const gregorian = year > 1752 || (year === 1752 && (month > 8 || (month === 8 && day > 2)));
  const a = Math.floor((13 - month) / 12);
  const y = year + 4800 - a;
  const m = month + 1 + 12 * a - 3;
  const base = day + Math.floor((153 * m + 2) / 5) + 365 * y + Math.floor(y / 4);
  const number = gregorian ? base - Math.floor(y / 100) + Math.floor(y / 400) - 32045 : base - 32083;
  return (number + 1) % 7;
}

function daysOf(year: number, month: number): number[] {
  const leap = year <= 1752 ? year % 4 === 0 : (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
  const days = Array.from({ length }, (_, i) => i + 1);
  return year === 1752 && month === 8 ? days.filter((day) => day < 3 || day > 13) : days;
}

function block(year: number, month: number, first: number, julian: boolean, named: boolean): string[] {
  const width = julian ? 3 : 2;
  const names = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"].map((name) => name.padStart(width));
  const title = named ? `${MONTHS[month]} ${year}` : MONTHS[month];
  const lines = [centered(title, width * 7 + 6), [...names.slice(first), ...names.slice(0, first)].join(" ")];
  let before = 0;
  for (let i = 0; i < month; i++) before += daysOf(year, i).length;
  let week: string[] = [];
  for (const [i, day] of daysOf(year, month).entries()) {
    const column = (weekdayOf(year, month, day) - first + 7) % 7;
    while (week.length < column) week.push(" ".repeat(width));
    week.push(String(julian ? before + i + 1 : day).padStart(width));
    if (column === 6) {
      lines.push(week.join(" "));
      week = [];
    }
  }
  if (week.length > 0) lines.push(week.join(" "));
  while (lines.length < 8) lines.push("");
  return lines.map((line) => line.padEnd(width * 7 + 6));
}

export const uptime = define(
  {
    name: "uptime",
    usage: "[options]",
    help: `Tell how long the system has been running.

  -p, --pretty  show uptime in pretty format
  -s, --since   system up since`,
  },
  async ({ options, sys, stdout }) => {
    const seconds = Number((readSmallFile(sys, "/proc/uptime") ?? "0").split(" ")[0]);
    const load = (readSmallFile(sys, "/proc/loadavg") ?? "0.00 0.00 0.00").split(" ").slice(0, 3).join(", ");
    const now = Math.floor(Date.now() / 1000);
    if (options.has("s"))
      return void (await stdout.write(`${formatTime("%Y-%m-%d %H:%M:%S", Math.floor(now - seconds), 0)}\n`));
    const [days, hours, minutes] = [
      Math.floor(seconds / 86400),
      Math.floor(seconds / 3600) % 24,
      Math.floor(seconds / 60) % 60,
    ];
    if (options.has("p")) {
      const part = (count: number, name: string) => (count > 0 ? [`${count} ${name}${count === 1 ? "" : "s"}`] : []);
      const parts = [...part(days, "day"), ...part(hours, "hour"), ...part(minutes, "minute")];
      return void (await stdout.write(`up ${parts.length > 0 ? parts.join(", ") : "0 minutes"}\n`));
    }
    const day = days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : "";
    const time = hours > 0 ? `${String(hours).padStart(2)}:${two(minutes)}` : `${minutes} min`;
    await stdout.write(` ${formatTime("%H:%M:%S", now, 0)} up ${day}${time},  1 user,  load average: ${load}\n`);
  },
);

export const free = define(
  {
    name: "free",
    usage: "[options]",
    help: `Display amount of free and used memory in the system.

  -b, --bytes   show output in bytes
      --kilo    show output in kilobytes
      --mega    show output in megabytes
  -k, --kibi    show output in kibibytes (default)
  -m, --mebi    show output in mebibytes
  -g, --gibi    show output in gibibytes
  -h, --human   show human-readable output
      --si      use powers of 1000 not 1024
  -t, --total   show total for RAM + swap
  -w, --wide    (ignored)`,
  },
  async ({ options, sys, stdout }) => {
    const text = readSmallFile(sys, "/proc/meminfo") ?? "";
    const field = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(text)?.[1] ?? 0) * 1024;
    const [total, unused, available] = [field("MemTotal"), field("MemFree"), field("MemAvailable")];
    const cached = field("Cached") + field("Buffers");
    const units: Record<string, number> = { b: 1, kilo: 1000, mega: 1e6, k: 1024, m: 2 ** 20, g: 2 ** 30 };
    const unit = units[options.last(...Object.keys(units)) ?? "k"];
    const show = (bytes: number) => {
      if (!options.has("h")) return String(Math.floor(bytes / unit));
      const base = options.has("si") ? 1000 : 1024;
      let [power, value] = [0, bytes];
      while (value >= base && power < 5) {
        value /= base;
        power++;
      }
      const suffix = "BKMGTP"[power] + (power > 0 && base === 1024 ? "i" : "");
      return (value < 10 && power > 0 ? value.toFixed(1) : String(Math.floor(value))) + suffix;
    };
    const row = (name: string, values: number[]) =>
      `${name.padEnd(8)}${values.map((value) => show(value).padStart(12)).join("")}\n`;
    const used = total - unused - cached;
    let out = `${" ".repeat(8)}${["total", "used", "free", "shared", "buff/cache", "available"].map((name) => name.padStart(12)).join("")}\n`;
    out += row("Mem:", [total, used, unused, 0, cached, available]) + row("Swap:", [0, 0, 0]);
    if (options.has("t")) out += row("Total:", [total, used, unused]);
    await stdout.write(out);
  },
);

export const watch = define(
  {
    name: "watch",
    usage: "[options] command",
    help: `Execute a program periodically, showing output fullscreen.

  -n, --interval=SECS  seconds to wait between updates (2)
  -t, --no-title       turn off header
  -g, --chgexit        (ignored)
  -d, --differences    (ignored)
  -e, --errexit        exit if command has a non-zero exit
  -c, --color          (ignored)
  -b, --beep           (ignored)
  -x, --exec           pass command to exec instead of "sh -c"`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (operands.length === 0) throw new UsageError("");
    const seconds = Number(options.value("n") ?? 2);
    if (!(seconds >= 0)) throw new Failure(`failed to parse argument: '${options.value("n")}'`);
    for (;;) {
      await stdout.write("\x1b[H\x1b[2J");
      if (!options.has("t"))
        await stdout.write(
          `Every ${seconds.toFixed(1)}s: ${operands.join(" ")}\t${formatTime("%a %b %e %H:%M:%S %Y", Math.floor(Date.now() / 1000), 0)}\n\n`,
        );
      await stdout.flush();
      const status = await invocation.run(options.has("x") ? operands : ["sh", "-c", operands.join(" ")]);
      if (options.has("e") && status !== 0) return status;
      if ((await sys.sleep(Math.max(0.1, seconds) * 1000)) < 0) return 130;
    }
  },
);

export const time = define(
  {
    name: "time",
    usage: "[-apvV] [-f format] [-o file] command [arg...]",
    failure: 125,
    help: `Run a program and summarize the time it took, on standard error.

  -p, --portability    print POSIX format
  -f, --format=FORMAT  %e elapsed seconds, %E elapsed, %U user, %S system, %P share, %C command, %x status
  -a, --append         (ignored)
  -v, --verbose        (ignored)
  -q, --quiet          do not report the exit status
  -o, --output=FILE    (ignored)`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, stderr } = invocation;
    if (operands.length === 0) throw new UsageError("");
    const start = performance.now();
    const status = await runProgram(invocation, operands, "cannot run ");
    const seconds = (performance.now() - start) / 1000;
    const elapsed = `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
    if (status !== 0 && !options.has("q") && !options.has("p"))
      await stderr.write(`Command exited with non-zero status ${status}\n`);
    const values: Record<string, string> = {
      e: seconds.toFixed(2),
      E: elapsed,
      U: "0.00",
      S: "0.00",
      P: "0%",
      C: operands.join(" "),
      x: String(status),
      M: "0",
      "%": "%",
    };
    const format = options.value("f");
    if (format !== undefined)
      await stderr.write(
        `${format.replace(/%([a-zA-Z%])|\\n|\\t/g, (whole, letter) => (letter ? (values[letter] ?? "0") : whole === "\\n" ? "\n" : "\t"))}\n`,
      );
    else if (options.has("p")) await stderr.write(`real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`);
    else await stderr.write(`0.00user 0.00system ${elapsed}elapsed 0%CPU\n`);
    return status;
  },
);
