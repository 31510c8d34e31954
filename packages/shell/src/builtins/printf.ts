// printf's formatting: %b %q %s %c %d %i %u %o %x %X %e %f %g %a %(…)T, widths and precisions, the format used again until the
// arguments are used up. Pure: text in, text and complaints out.

import { decode, encode } from "@vibengine/system";
import { type Integer, wrap } from "../arithmetic/number.ts";
import { quoteBackslash } from "../expand/quote.ts";
import { unescape } from "../parser/ansi.ts";
import type { Parts } from "../tools/parts.ts";

export interface Formatted {
  text: string;
  status: number;
  errors: string[];
  /** What `%n` counted, by the variables' names. */
  counts: [string, number][];
}

/** What the seldom used conversions need. */
export type LateFormats = Pick<Parts, "formatNumber" | "formatLocalTime">;

export interface PrintfSetting {
  late: LateFormats | null;
  /** $TZ, as programs see it. */
  timeZone: string | undefined;
  /** Whether it is /usr/bin/printf, whose format knows `\c`. */
  isTool?: boolean;
}

interface Run extends PrintfSetting {
  /** `late` was needed, and is null. */
  isHeldUp: boolean;
  args: string[];
  at: number;
  text: string;
  errors: string[];
  warnings: string[];
  counts: [string, number][];
  stopped: boolean;
}

/** What C's int holds. */
const INT_MAX = 0x7fffffff;
/** So many characters are printed at once: half of what a string can have, a quarter of a gigabyte. */
export const TEXT_MAX = 2 ** 28;

const DIRECTIVE =
  /%([-+ #0']*)(\*|[0-9]+)?(?:\.(\*|-?[0-9]*))?(?:[hlLjzt]*)(?:\(((?:[^()]|\([^()]*\))*)\)([^])|([^]))?/y;

/** Null when it takes `late`, which is null. */
export function formatPrintf(format: string, args: string[], setting: PrintfSetting): Formatted | null {
  const run: Run = {
    ...setting,
    isHeldUp: false,
    args,
    at: 0,
    text: "",
    errors: [],
    warnings: [],
    counts: [],
    stopped: false,
  };
  do {
    const before = run.at;
    if (!formatOnce(format, run)) break;
    if (run.at === before) break;
  } while (run.at < args.length && !run.stopped);
  if (run.isHeldUp) return null;
  return {
    text: run.text,
    status: run.errors.length > 0 ? 1 : 0,
    errors: [...run.warnings, ...run.errors],
    counts: run.counts,
  };
}

/** False if the format is invalid. */
function formatOnce(format: string, run: Run): boolean {
  for (let at = 0; at < format.length && !run.stopped; ) {
    const percent = format.indexOf("%", at);
    const plain = percent < 0 ? format.slice(at) : format.slice(at, percent);
    if (plain) {
      const { text, stopped } = run.isTool ? unescapeFormat(plain) : unescapeBuiltin(plain, "printf", run);
      run.text += text;
      run.stopped = stopped;
    }
    if (percent < 0 || run.stopped) return true;
    if (format[percent + 1] === "%") {
      run.text += "%";
      at = percent + 2;
      continue;
    }
    DIRECTIVE.lastIndex = percent;
    const match = DIRECTIVE.exec(format)!;
    at = DIRECTIVE.lastIndex;
    const conversion = match[5] ?? match[6];
    if (conversion === undefined) {
      run.errors.push(`\`${format.slice(percent)}': missing format character`);
      return false;
    }
    if (match[5] !== undefined && conversion !== "T") {
      run.warnings.push(`warning: \`${conversion}': invalid time format specification`);
      run.text += "%";
      at = percent + 1;
    } else if (!convert(match, conversion, run)) return false;
  }
  return true;
}

function unescapeBuiltin(text: string, dialect: "printf" | "b", run: Run): { text: string; stopped: boolean } {
  for (const _ of text.matchAll(/(?:^|[^\\])(?:\\\\)*\\x(?![\dA-Fa-f])/g))
    run.warnings.push("missing hex digit for \\x");
  return unescape(text, dialect);
}

/** A format's plain text; `\c` ends all output. */
function unescapeFormat(text: string): { text: string; stopped: boolean } {
  const stop = /(?:^|[^\\])(?:\\\\)*\\c/.exec(text);
  if (!stop) return unescape(text, "printf");
  return { text: unescape(text.slice(0, stop.index + stop[0].length - 2), "printf").text, stopped: true };
}

function next(run: Run): string | undefined {
  return run.args[run.at++];
}

function convert(match: RegExpExecArray, conversion: string, run: Run): boolean {
  let flags = match[1];
  let width = match[2] === "*" ? Number(integer(next(run), run, 31n)) : Number(match[2] ?? 0);
  if (width < 0) {
    flags += "-";
    width = -width;
  }
  let precision =
    match[3] === undefined ? -1 : match[3] === "*" ? Number(integer(next(run), run, 31n)) : Number(match[3]);
  if (precision < 0) precision = -1;
  if (Math.max(width, precision) > INT_MAX) {
    // C's printf refuses that, which bash does not notice; what bash pads itself gets as much as it can count.
    width = Math.min(width, INT_MAX);
    if (!/[bqQT]/.test(conversion)) {
      run.at++;
      if (run.isTool) run.errors.push("write error");
      return true;
    }
  }
  const size = run.text.length + Math.max(width, /[sbqQTc]/.test(conversion) ? 0 : precision);
  if (size > TEXT_MAX) {
    run.errors.push(`cannot allocate ${size} bytes`);
    return false;
  }
  const text = () => next(run) ?? "";
  const put = (shown: string) => {
    run.text += pad(shown, width, flags);
    return true;
  };
  if (/[diuoxX]/.test(conversion)) {
    const value = integer(next(run), run, /[di]/.test(conversion) ? 63n : 64n);
    return put(formatInteger(value, conversion, flags, width, precision));
  }
  if (/[efga]/i.test(conversion)) {
    if (run.late === null) return !(run.isHeldUp = true);
    return put(run.late.formatNumber(next(run), run.errors, conversion, flags, width, precision));
  }
  switch (conversion) {
    case "s":
      return put(cut(text(), precision));
    case "b": {
      const unescaped = run.isTool ? unescape(text(), "tool") : unescapeBuiltin(text(), "b", run);
      run.stopped = unescaped.stopped;
      return put(cut(unescaped.text, precision));
    }
    case "q":
      return put(quoteBackslash(text()));
    case "Q":
      return put(quoteBackslash(cut(text(), precision)));
    case "c":
      return put(cut(text(), 1) || "\0");
    case "T": {
      if (run.late === null) return !(run.isHeldUp = true);
      const seconds = next(run);
      const when =
        seconds === undefined || seconds === "-1" || seconds === "-2"
          ? Date.now() / 1000
          : Number(integer(seconds, run));
      // bash has room for that much.
      const time = run.late.formatLocalTime(match[4] || "%X", when, run.timeZone);
      return put(encode(time).length > 127 ? "" : cut(time, precision));
    }
    case "n": {
      const name = next(run);
      if (name !== undefined && !run.isTool) run.counts.push([name, encode(run.text).length]);
      return true;
    }
    default:
      run.errors.push(`\`${conversion}': invalid format character`);
      return false;
  }
}

/** The first `precision` bytes of text; all for -1. */
function cut(text: string, precision: number): string {
  if (precision < 0) return text;
  const bytes = encode(text);
  return bytes.length <= precision ? text : decode(bytes.subarray(0, precision));
}

/** Widths count bytes. */
function pad(text: string, width: number, flags: string): string {
  const missing = width - (width > 0 ? encode(text).length : 0);
  if (missing <= 0) return text;
  return flags.includes("-") ? text + " ".repeat(missing) : " ".repeat(missing) + text;
}

/** @param bits of its magnitude; 64 for an unsigned number */
function integer(text: string | undefined, run: Run, bits = 63n): Integer {
  if (text === undefined || text === "") return 0;
  if (text[0] === '"' || text[0] === "'") {
    const code = text.codePointAt(1) ?? 0;
    return code >>> 8 === 0xdc ? code & 0xff : code; // a byte that is no character
  }
  const match = /^\s*([-+]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (!match) {
    run.errors.push(`${text}: invalid number`);
    return 0;
  }
  if (match[0].length !== text.length)
    run.errors.push(
      `${text}: invalid ${/^0x/i.test(text.trim()) ? "hex " : /^0[0-7]*[89]/.test(text.trim()) ? "octal " : ""}number`,
    );
  const digits = BigInt(/^0[0-7]/.test(match[2]) ? `0o${match[2].slice(1)}` : match[2]);
  const value = match[1] === "-" ? -digits : digits;
  // As strtol and strtoul have it: out of range there is a warning, and the nearest number.
  const most = (1n << bits) - 1n;
  const least = bits === 64n ? -most : ~most;
  if (value > most || value < least) {
    run.warnings.push(`warning: ${text}: Numerical result out of range`);
    return bits < 64n && value < 0n ? least : most;
  }
  return bits < 64n ? wrap(value) : BigInt.asUintN(64, value);
}

function formatInteger(value: Integer, conversion: string, flags: string, width: number, precision: number): string {
  const signed = conversion === "d" || conversion === "i";
  const big = BigInt(value);
  const negative = big < 0n;
  const magnitude = negative ? -big : big;
  const base = conversion === "o" ? 8 : conversion === "x" || conversion === "X" ? 16 : 10;
  let digits = precision === 0 && magnitude === 0n ? "" : magnitude.toString(base);
  if (precision > digits.length) digits = digits.padStart(precision, "0");
  let prefix = signed ? (negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") : "";
  if (flags.includes("#") && conversion === "o" && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.includes("#") && base === 16 && magnitude !== 0n) prefix = "0x";
  if (flags.includes("0") && !flags.includes("-") && precision < 0)
    digits = digits.padStart(width - prefix.length, "0");
  const text = prefix + digits;
  return conversion === "X" ? text.toUpperCase() : text;
}
