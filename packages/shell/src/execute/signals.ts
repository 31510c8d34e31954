// Signal names and numbers, as Linux has them.

const NAMES = [
  "EXIT",
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "TRAP",
  "ABRT",
  "BUS",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "PIPE",
  "ALRM",
  "TERM",
  "STKFLT",
  "CHLD",
  "CONT",
  "STOP",
  "TSTP",
  "TTIN",
  "TTOU",
  "URG",
  "XCPU",
  "XFSZ",
  "VTALRM",
  "PROF",
  "WINCH",
  "IO",
  "PWR",
  "SYS",
];

/** The number of a signal by name (with or without SIG, in any case) or number; null if there is none. */
export function signalNumber(text: string): number | null {
  if (/^[0-9]+$/.test(text)) return Number(text) < 65 ? Number(text) : null;
  const name = text.toUpperCase().replace(/^SIG/, "");
  const found = NAMES.indexOf(name);
  if (found >= 0) return found;
  const real = /^RT(MIN|MAX)(?:([-+])([0-9]+))?$/.exec(name);
  if (real) {
    const signal = (real[1] === "MIN" ? 34 : 64) + (real[2] === "-" ? -1 : 1) * Number(real[3] ?? 0);
    return realTime(signal) === null ? null : signal;
  }
  return { ERR: 100, DEBUG: 101, RETURN: 102, CLD: 17, POLL: 29, IOT: 6 }[name] ?? null;
}

/** Without SIG: TERM, EXIT, ERR… */
export function signalName(signal: number): string | null {
  return NAMES[signal] ?? realTime(signal) ?? { 100: "ERR", 101: "DEBUG", 102: "RETURN" }[signal] ?? null;
}

const DESCRIPTIONS: Record<number, string> = {
  1: "Hangup",
  2: "Interrupt",
  3: "Quit",
  4: "Illegal instruction",
  5: "Trace/breakpoint trap",
  6: "Aborted",
  7: "Bus error",
  8: "Floating point exception",
  9: "Killed",
  10: "User defined signal 1",
  11: "Segmentation fault",
  12: "User defined signal 2",
  13: "Broken pipe",
  14: "Alarm clock",
  15: "Terminated",
  24: "CPU time limit exceeded",
  25: "File size limit exceeded",
};

/** What a job that the signal ended is said to be. */
export function signalDescription(signal: number): string {
  return DESCRIPTIONS[signal] ?? `Signal ${signal}`;
}

/** All signals with their numbers, five in a row, as `kill -l` and `trap -l` print them. */
export function signalTable(): string {
  let text = "";
  let column = 0;
  for (let signal = 1; signal <= 64; signal++) {
    const name = signalName(signal);
    if (name !== null) text += `${String(signal).padStart(2)}) SIG${name}${++column % 5 === 0 ? "\n" : "\t"}`;
  }
  return `${text.trimEnd()}\n`;
}

/** RTMIN+3, RTMAX-2…: the numbers 34 to 64. */
function realTime(signal: number): string | null {
  if (signal < 34 || signal > 64) return null;
  if (signal === 34 || signal === 64) return signal === 34 ? "RTMIN" : "RTMAX";
  return signal < 50 ? `RTMIN+${signal - 34}` : `RTMAX-${64 - signal}`;
}
