// sleep, and timeout, which gives a program no longer than it says.

import { strerror } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";
import { parseDuration } from "./numbers.ts";
import { checkProgram } from "./programs.ts";
import { quote, quotePlain } from "./quote.ts";

export const sleep = define(
  {
    name: "sleep",
    usage: "NUMBER[SUFFIX]...",
    help: "Pause for the sum of NUMBERs. SUFFIX may be s for seconds (the default), m, h or d.\n",
  },
  async ({ operands, sys }) => {
    if (operands.length === 0) throw new UsageError("missing operand");
    let seconds = 0;
    for (const operand of operands) {
      const duration = parseDuration(operand);
      if (duration === null) throw new UsageError(`invalid time interval ${quotePlain(operand)}`);
      seconds += duration;
    }
    // A deadline too far for a timer is waited for in pieces.
    for (const end = performance.now() + seconds * 1000; ; ) {
      const left = end - performance.now();
      if (left <= 0) return;
      await sys.sleep(Math.min(left, 1e9));
    }
  },
);

export const SIGNALS: Record<string, number> = {
  EXIT: 0,
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};

export const timeout = define(
  {
    name: "timeout",
    usage: "[OPTION] DURATION COMMAND [ARG]...",
    failure: 125,
    help: `Start COMMAND, and kill it if still running after DURATION (a number with an optional suffix s, m, h or d; 0 for no limit).

      --preserve-status     exit with the same status as COMMAND, even when the command times out
      --foreground          (ignored)
  -k, --kill-after=DURATION  also send a KILL signal if COMMAND is still running this long after the initial signal
  -s, --signal=SIGNAL       specify the signal to be sent on timeout, as a name like 'HUP' or a number
  -v, --verbose             diagnose to stderr any signal sent upon timeout

If the command times out, exit with status 124, or 137 when it was killed with KILL.`,
    inOrder: true,
  },
  async (invocation) => {
    const { options, operands, sys, stdout } = invocation;
    if (operands.length < 2) throw new UsageError("");
    const duration = (text: string) => {
      const seconds = parseDuration(text);
      if (seconds === null) throw new UsageError(`invalid time interval ${quotePlain(text)}`);
      return seconds;
    };
    const limit = duration(operands[0]);
    const killAfter = options.has("k") ? duration(options.value("k")!) : 0;
    const named = (options.value("s") ?? "TERM").toUpperCase().replace(/^SIG/, "");
    const signal = /^\d+$/.test(named) ? Number(named) : SIGNALS[named];
    if (signal === undefined || signal > 31) throw new UsageError(`${quotePlain(options.value("s")!)}: invalid signal`);
    const command = operands.slice(1);
    const missing = checkProgram(invocation, command[0], "failed to run command ");
    if (missing !== 0) return missing;
    await stdout.flush();
    const child = sys.fork();
    if (typeof child === "number") throw new Failure(`fork system call failed: ${strerror(child)}`);
    const { pid } = child;
    let ended = false;
    const done = invocation.run(command, child).then((status) => {
      ended = true;
      return status;
    });
    const late = async (seconds: number, sent: number) => {
      if (seconds === 0 || seconds === Number.POSITIVE_INFINITY) return done.then(() => false);
      // The timer is the worker's own, so that the command's end can race it; it is dropped when the command ends first.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const passed = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(true), Math.min(seconds * 1000, 2 ** 31 - 1));
      });
      const over = await Promise.race([passed, done.then(() => false)]);
      clearTimeout(timer);
      if (!over || ended) return false;
      if (options.has("v"))
        invocation.warn(
          `sending signal ${Object.keys(SIGNALS).find((name) => SIGNALS[name] === sent)} to command ${quote(command[0])}`,
          0,
        );
      sys.kill(pid, sent);
      return true;
    };
    const timedOut = await late(limit, signal);
    if (timedOut && killAfter > 0) await late(killAfter, SIGNALS.KILL);
    const status = await done;
    if (!timedOut || options.has("preserve-status")) return status;
    return status === 137 ? 137 : 124;
  },
);
