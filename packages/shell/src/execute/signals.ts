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
  return { ERR: 100, DEBUG: 101, RETURN: 102, CLD: 17, POLL: 29, IOT: 6 }[name] ?? null;
}

/** Without SIG: TERM, EXIT, ERR… */
export function signalName(signal: number): string | null {
  return NAMES[signal] ?? { 100: "ERR", 101: "DEBUG", 102: "RETURN" }[signal] ?? null;
}

export const SIGNAL_COUNT = NAMES.length;
