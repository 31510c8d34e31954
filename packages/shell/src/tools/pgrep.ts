// pgrep, pkill, pidof and killall: processes by their names.

import { type System, strerror } from "@vibengine/system";
import { textToBinary } from "../stdio.ts";
import { readAccounts } from "./accounts.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { processes as all, type Process } from "./processes.ts";
import { compileRegex } from "./regex.ts";
import { SIGNALS } from "./timeout.ts";

/** What has ended and waits for its parent is no process to find. */
const processes = (sys: System) => all(sys).filter(({ state }) => state !== "Z");

const SELECTION = `  -f, --full                  use full process name to match
  -i, --ignore-case           match case insensitively
  -n, --newest                select most recently started
  -o, --oldest                select least recently started
  -P, --parent=PPID,...       match only child processes of the given parent
  -u, --euid=ID,...           match by effective IDs
  -U, --uid=ID,...            match by real IDs
  -v, --inverse               negates the matching
  -x, --exact                 match exactly with the command name
  -c, --count                 count of matching processes`;

export const pgrep = define(
  {
    name: "pgrep",
    usage: "[options] <pattern>",
    failure: 2,
    help: `List the processes whose names match a pattern.

  -d, --delimiter=STRING      specify output delimiter
  -l, --list-name             list PID and process name
  -a, --list-full             list PID and full command line
${SELECTION}`,
  },
  async (invocation) => {
    const { options, stdout } = invocation;
    const found = select(invocation);
    if (options.has("c")) await stdout.write(`${found.length}\n`);
    else if (found.length > 0) {
      const lines = found.map(
        ({ pid, name, command }) => `${pid}${options.has("a") ? ` ${command}` : options.has("l") ? ` ${name}` : ""}`,
      );
      await stdout.write(`${lines.join(options.value("d") ?? "\n")}\n`);
    }
    return found.length > 0 ? 0 : 1;
  },
);

export const pkill = define(
  {
    name: "pkill",
    usage: "[options] <pattern>",
    failure: 2,
    help: `Send a signal to the processes whose names match a pattern.

      --signal=SIGNAL         signal to send (either number or name)
  -e, --echo                  display what is killed
${SELECTION}`,
    rewrite: (words) =>
      words.map((word) =>
        signalOf(word.slice(1)) !== null && /^-([A-Z]{2,}\d*|\d+)$/.test(word) ? `--signal=${word.slice(1)}` : word,
      ),
  },
  async (invocation) => {
    const { options, sys, stdout } = invocation;
    const signal = signalOf(options.value("signal") ?? "TERM");
    if (signal === null) throw new UsageError(`unknown signal name ${options.value("signal")}`);
    const found = select(invocation);
    for (const { pid, name } of found) {
      const result = sys.kill(pid, signal);
      if (result < 0) invocation.warn(`killing pid ${pid} failed: ${strerror(result)}`, 1);
      else if (options.has("e")) await stdout.write(`${name} killed (pid ${pid})\n`);
    }
    if (options.has("c")) await stdout.write(`${found.length}\n`);
    return found.length > 0 ? 0 : 1;
  },
);

function signalOf(text: string): number | null {
  const name = text.toUpperCase().replace(/^SIG/, "");
  const signal = /^\d+$/.test(name) ? Number(name) : SIGNALS[name];
  return signal === undefined || signal > 31 ? null : signal;
}

function select({ options, operands, sys }: Invocation): Process[] {
  if (operands.length > 1) throw new UsageError("only one pattern can be provided");
  const parents = options.values("P").flatMap((text) => text.split(",").map(Number));
  const accounts = readAccounts(sys);
  const owners = [...options.values("u"), ...options.values("U")].flatMap((text) =>
    text.split(",").map(accounts.uidOf),
  );
  if (operands.length === 0 && parents.length === 0 && owners.length === 0)
    throw new UsageError("no matching criteria specified");
  let regex: ReturnType<typeof compileRegex> | null = null;
  try {
    if (operands.length > 0)
      regex = compileRegex(operands[0], {
        syntax: "extended",
        ignoreCase: options.has("i"),
        whole: options.has("x") ? "line" : null,
      });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  const found = processes(sys).filter((one) => {
    if (one.pid === sys.pid) return false;
    const text = options.has("f") ? one.command : one.name;
    const fits =
      (regex === null || regex.test(textToBinary(text))) &&
      (parents.length === 0 || parents.includes(one.ppid)) &&
      (owners.length === 0 || owners.includes(one.uid));
    return fits !== options.has("v");
  });
  const byStart = [...found].sort((a, b) => a.start - b.start || a.pid - b.pid);
  if (options.has("n")) return byStart.slice(-1);
  if (options.has("o")) return byStart.slice(0, 1);
  return found;
}

export const pidof = define(
  {
    name: "pidof",
    usage: "[options] [program [...]]",
    help: `Find the process IDs of running programs.

  -s, --single-shot         return one PID only
  -x                        (always)
  -q                        quiet mode, only set the exit code
  -o, --omit-pid=PID,...    omit processes with PID
  -S, --separator=SEP       use SEP as separator put between PIDs`,
  },
  async ({ options, operands, sys, stdout }) => {
    const omitted = options.values("o").flatMap((text) => text.split(",").map(Number));
    const found = processes(sys)
      .filter((one) => one.pid !== sys.pid && !omitted.includes(one.pid))
      .filter((one) => operands.some((name) => named(one, name)))
      .map(({ pid }) => pid)
      .reverse();
    if (found.length === 0) return 1;
    const shown = options.has("s") ? found.slice(0, 1) : found;
    if (!options.has("q")) await stdout.write(`${shown.join(options.value("S") ?? " ")}\n`);
    return 0;
  },
);

const named = (one: Process, name: string): boolean => {
  const [first, second = ""] = one.command.split(" ");
  const base = (text: string) => text.slice(text.lastIndexOf("/") + 1);
  return (
    one.name === name ||
    first === name ||
    base(first) === name ||
    (/^(ba)?sh$/.test(base(first)) && base(second) === name)
  );
};

export const killall = define(
  {
    name: "killall",
    usage: "[OPTION]... [--] NAME...",
    help: `Kill processes by name.

  -e, --exact         (ignored)
  -I, --ignore-case   case insensitive process name match
  -l, --list          list all known signal names
  -q, --quiet         don't print complaints
  -s, --signal=SIGNAL  send this signal instead of SIGTERM
  -v, --verbose       report if the signal was successfully sent
  -w, --wait          (ignored)`,
    rewrite: (words) => words.map((word) => (/^-([A-Z]{2,}\d*|\d+)$/.test(word) ? `-s${word.slice(1)}` : word)),
  },
  async (invocation) => {
    const { options, operands, sys, stdout, stderr } = invocation;
    if (options.has("l")) {
      await stdout.write(
        `${Object.keys(SIGNALS)
          .filter((name) => name !== "EXIT")
          .join(" ")}\n`,
      );
      return 0;
    }
    const signal = signalOf(options.value("s") ?? "TERM");
    if (signal === null) {
      await stderr.write(`${options.value("s")}: unknown signal; killall -l lists signals.\n`);
      return 1;
    }
    if (operands.length === 0) throw new UsageError("");
    let status = 0;
    for (const name of operands) {
      const wanted = options.has("I") ? name.toLowerCase() : name;
      const found = processes(sys).filter(
        (one) =>
          one.pid !== sys.pid && named(options.has("I") ? { ...one, name: one.name.toLowerCase() } : one, wanted),
      );
      if (found.length === 0) {
        status = 1;
        if (!options.has("q")) await stderr.write(`${name}: no process found\n`);
      }
      for (const { pid } of found) {
        const result = sys.kill(pid, signal);
        if (result < 0) {
          status = 1;
          await stderr.write(`${name}(${pid}): ${strerror(result)}\n`);
        } else if (options.has("v")) await stderr.write(`Killed ${name}(${pid}) with signal ${signal}\n`);
      }
    }
    return status;
  },
);
