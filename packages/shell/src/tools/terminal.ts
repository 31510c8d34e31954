// clear, reset, tput and tty: what a terminal is told, as far as there is one.

import { define, Failure, type Invocation, UsageError } from "./define.ts";

const out = (name: string, usage: string, help: string, body: (invocation: Invocation) => string) =>
  define({ name, usage, help }, async (invocation) => {
    await invocation.stdout.write(body(invocation));
  });

export const clear = out(
  "clear",
  "[options]",
  "Clear the terminal screen.\n\n  -x          do not try to clear scrollback\n  -T TERM     (ignored)\n  -V          (ignored)",
  ({ options }) => `\x1b[H\x1b[2J${options.has("x") ? "" : "\x1b[3J"}`,
);

export const reset = out(
  "reset",
  "[options]",
  "Put the terminal into its first state.\n\n  -q    (ignored)\n  -Q    (ignored)",
  () => "\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>",
);

/** The strings of xterm's description; %1 and %2 stand for arguments. */
const STRINGS: Record<string, string | ((...args: number[]) => string)> = {
  bel: "\x07",
  blink: "\x1b[5m",
  bold: "\x1b[1m",
  civis: "\x1b[?25l",
  clear: "\x1b[H\x1b[2J\x1b[3J",
  cnorm: "\x1b[?12l\x1b[?25h",
  cr: "\r",
  cub: (n) => `\x1b[${n}D`,
  cub1: "\b",
  cud: (n) => `\x1b[${n}B`,
  cud1: "\n",
  cuf: (n) => `\x1b[${n}C`,
  cuf1: "\x1b[C",
  cup: (row, column) => `\x1b[${row + 1};${column + 1}H`,
  cuu: (n) => `\x1b[${n}A`,
  cuu1: "\x1b[A",
  cvvis: "\x1b[?12;25h",
  dch1: "\x1b[P",
  dim: "\x1b[2m",
  dl1: "\x1b[M",
  ed: "\x1b[J",
  el: "\x1b[K",
  el1: "\x1b[1K",
  home: "\x1b[H",
  hpa: (column) => `\x1b[${column + 1}G`,
  ich: (n) => `\x1b[${n}@`,
  il1: "\x1b[L",
  invis: "\x1b[8m",
  kbs: "\x7f",
  kcub1: "\x1bOD",
  kcud1: "\x1bOB",
  kcuf1: "\x1bOC",
  kcuu1: "\x1bOA",
  op: "\x1b[39;49m",
  rc: "\x1b8",
  rev: "\x1b[7m",
  ritm: "\x1b[23m",
  rmcup: "\x1b[?1049l\x1b[23;0;0t",
  rmkx: "\x1b[?1l\x1b>",
  rmso: "\x1b[27m",
  rmul: "\x1b[24m",
  sc: "\x1b7",
  setab: (n) => color(n, 40),
  setaf: (n) => color(n, 30),
  sgr0: "\x1b(B\x1b[m",
  sitm: "\x1b[3m",
  smcup: "\x1b[?1049h\x1b[22;0;0t",
  smkx: "\x1b[?1h\x1b=",
  smso: "\x1b[7m",
  smul: "\x1b[4m",
  vpa: (row) => `\x1b[${row + 1}d`,
};

const color = (n: number, base: number) =>
  n < 8 ? `\x1b[${base + n}m` : n < 16 ? `\x1b[${base + 52 + n}m` : `\x1b[${base + 8};5;${n}m`;

const FLAGS = ["am", "bce", "km", "mir", "msgr", "xenl"];

/** The terminal's size, or what the shell was told of it, or the size terminals have had since the VT100. */
export function terminalSize({ env, sys }: Pick<Invocation, "env" | "sys">): { columns: number; lines: number } {
  for (const fd of [1, 2, 0]) {
    const size = sys.windowSize(fd);
    if (typeof size !== "number" && size.columns > 0 && size.rows > 0)
      return { columns: size.columns, lines: size.rows };
  }
  const size = (name: string, missing: number) => {
    const value = Number(env.get(name));
    return Number.isInteger(value) && value > 0 ? value : missing;
  };
  return { columns: size("COLUMNS", 80), lines: size("LINES", 24) };
}

export const tput = define(
  {
    name: "tput",
    usage: "[options] [command]",
    failure: 2,
    help: `Initialize a terminal or query its description, which is xterm's.

  -S        read commands from standard input
  -T TERM   use this instead of $TERM
  -x        (ignored)

Commands: cols, lines, colors, longname, init, reset, clear, bold, dim, sgr0, smul, rmul, rev, setaf N, setab N, cup ROW COL, el, ed, civis, cnorm, smcup, rmcup, …`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, env, stdout } = invocation;
    const term = options.value("T") ?? env.get("TERM");
    if (!term) throw new Failure("No value for $TERM and no -T specified", 2);
    const colors = /256|direct/.test(term) ? 256 : /^(dumb|unknown|vt\d+)$/.test(term) ? -1 : 8;
    const { columns, lines } = terminalSize(invocation);
    const one = async (words: string[]): Promise<number> => {
      const [name, ...args] = words;
      const numbers: Record<string, number> = {
        cols: columns,
        co: columns,
        lines,
        li: lines,
        colors,
        Co: colors,
        it: 8,
        pairs: colors < 0 ? -1 : colors ** 2,
      };
      if (Object.hasOwn(numbers, name)) {
        await stdout.write(`${numbers[name]}\n`);
        return 0;
      }
      if (name === "longname") {
        await stdout.write("xterm terminal emulator (X Window System)");
        return 0;
      }
      if (name === "init" || name === "reset") {
        await stdout.write(`${name === "reset" ? "\x1bc" : ""}\x1b[!p\x1b[?3;4l\x1b[4l\x1b>`);
        return 0;
      }
      if (FLAGS.includes(name)) return 0;
      const found =
        STRINGS[
          {
            me: "sgr0",
            md: "bold",
            us: "smul",
            ue: "rmul",
            AF: "setaf",
            AB: "setab",
            ce: "el",
            cl: "clear",
            mr: "rev",
          }[name] ?? name
        ];
      if (found === undefined) throw new Failure(`unknown terminfo capability '${name}'`, 4);
      if (colors < 0 && /^(set|bold|sgr0|smul|rmul|rev|dim)/.test(name)) return 0;
      await stdout.write(typeof found === "string" ? found : found(...args.map(Number), ...[0, 0]));
      return 0;
    };
    if (options.has("S")) {
      const text = new TextDecoder().decode(await invocation.stdin.readAll());
      for (const line of text.split("\n")) if (line.trim() !== "") await one(line.trim().split(/\s+/));
      return 0;
    }
    if (operands.length === 0) throw new UsageError("");
    return one(operands);
  },
);

export const tty = define(
  {
    name: "tty",
    usage: "[OPTION]...",
    failure: 2,
    help: `Print the file name of the terminal connected to standard input.

  -s, --silent, --quiet   print nothing, only return an exit status`,
  },
  async ({ options, operands, sys, stdout }) => {
    if (operands.length > 0) throw new UsageError(`extra operand '${operands[0]}'`);
    const found = sys.ttyname(0);
    if (!options.has("s")) await stdout.write(`${found || "not a tty"}\n`);
    return found ? 0 : 1;
  },
);
