// seq and yes: output made from nothing, in large writes.

import { encode } from "@vibengine/system";
import { CHUNK } from "../stdio.ts";
import { define, Failure, UsageError } from "./define.ts";
import { quotePlain } from "./quote.ts";

export const seq = define(
  {
    name: "seq",
    usage: "[OPTION]... LAST\n[OPTION]... FIRST LAST\n[OPTION]... FIRST INCREMENT LAST",
    help: `Print numbers from FIRST to LAST, in steps of INCREMENT.

  -f, --format=FORMAT      use printf style floating-point FORMAT
  -s, --separator=STRING   use STRING to separate numbers (default: \\n)
  -w, --equal-width        equalize width by padding with leading zeroes`,
    inOrder: true,
    operandLike: /^-\.?\d/,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    if (operands.length === 0) throw new UsageError("missing operand");
    if (operands.length > 3) throw new UsageError(`extra operand ${quotePlain(operands[3])}`);
    const numbers = operands.map(parseNumber);
    const first = operands.length > 1 ? numbers[0] : ONE;
    const step = operands.length > 2 ? numbers[1] : ONE;
    const last = numbers[numbers.length - 1];
    if (step.value === 0) throw new UsageError(`invalid Zero increment value: ${quotePlain(operands[1])}`);
    const given = options.value("f");
    const equal = options.has("w");
    if (given !== undefined && equal)
      throw new UsageError("format string may not be specified when printing equal width strings");
    const separator = options.value("s") ?? "\n";

    const precision = Math.max(first.precision, step.precision);
    const scale = 10 ** precision;
    const [begin, stride] = [Math.round(first.value * scale), Math.round(step.value * scale)];
    const exact =
      Number.isSafeInteger(begin) && Number.isSafeInteger(stride) && !(last.value > 2 ** 53 || last.value < -(2 ** 53));
    const at = (i: number) => (exact ? (i === 0 ? begin : begin + i * stride) / scale : first.value + i * step.value);
    let width = 0;
    if (equal) {
      const finalPrecision = Math.max(precision, last.precision > precision ? 0 : last.precision);
      width = Math.max(fixedWidth(first, finalPrecision), fixedWidth(last, finalPrecision));
    }
    const plain = exact && precision === 0 && width === 0 && !Object.is(first.value, -0);
    const format =
      given !== undefined
        ? parseFormat(given)
        : plain
          ? String
          : (value: number) =>
              pad((Object.is(value, -0) && step.value !== 0 ? "-" : "") + value.toFixed(precision), width);
    const down = step.value < 0;
    // Numbers beyond a double's whole ones count one by one all the same.
    const whole = [first, step, last].map(({ text }) => /^\+?(-?\d+)$/.exec(text)?.[1]);
    if (given === undefined && !exact && whole.every((text) => text !== undefined)) {
      const [from, by, to] = whole.map((text) => BigInt(text!));
      for (let n = from; by < 0n ? n >= to : n <= to; n += by) {
        const waiting = stdout.write((n === from ? "" : separator) + pad(String(n), width));
        if (waiting) await waiting;
        if ((n - from) % 4096n === 0n) await invocation.yield();
      }
      if (by < 0n ? from >= to : from <= to) await stdout.write("\n");
      return;
    }
    let out = "";
    let nextPause = 65536;
    for (let i = 0; ; i++) {
      const value = at(i);
      if (down ? value < last.value : value > last.value) {
        if (i > 0) out += "\n";
        break;
      }
      if (i > 0) out += separator;
      out += format(value);
      if (out.length > 16384) {
        const waiting = stdout.write(out);
        if (waiting) await waiting;
        out = "";
        if (i >= nextPause) {
          nextPause = i + 65536;
          await invocation.yield();
        }
      }
    }
    await stdout.write(out);
  },
);

interface Decimal {
  value: number;
  precision: number;
  text: string;
}

const ONE: Decimal = { value: 1, precision: 0, text: "1" };

function parseNumber(text: string): Decimal {
  const trimmed = text.trim();
  const match = /^[-+]?(?:\d+\.?(\d*)|\.(\d+))(?:[eE]([-+]?\d+))?$/.exec(trimmed);
  if (!match && !/^[-+]?(inf|infinity|0x[0-9a-f]+)$/i.test(trimmed)) {
    const what = /^[-+]?nan$/i.test(trimmed) ? "invalid 'not-a-number' argument" : "invalid floating point argument";
    throw new UsageError(`${what}: ${quotePlain(text)}`);
  }
  if (!match)
    return {
      value: /inf/i.test(trimmed) ? Number.POSITIVE_INFINITY * (trimmed[0] === "-" ? -1 : 1) : Number(trimmed),
      precision: 0,
      text,
    };
  const fraction = (match[1] ?? match[2] ?? "").length;
  return { value: Number(trimmed), precision: Math.max(0, fraction - Number(match[3] ?? 0)), text: trimmed };
}

/** Zeros written in front count: `seq -w 003`. */
function fixedWidth(number: Decimal, precision: number): number {
  const whole = /^\+?(-?\d*)(?:\.\d*)?$/.exec(number.text)?.[1];
  if (whole === undefined || whole === "") return number.value.toFixed(precision).length;
  return whole.length + (precision > 0 ? precision + 1 : 0);
}

const pad = (text: string, width: number) =>
  text.length >= width
    ? text
    : text.startsWith("-")
      ? `-${text.slice(1).padStart(width - 1, "0")}`
      : text.padStart(width, "0");

/** One %e, %f or %g directive (and %%), as printf would. */
function parseFormat(format: string): (value: number) => string {
  const match = /^((?:[^%]|%%)*)%([-+ 0'#]*)(\d*)(?:\.(\d*))?([efgEFGaA])((?:[^%]|%%)*)$/s.exec(format);
  if (!match) {
    const shown = quotePlain(format);
    const directives = format.replace(/%%/g, "").match(/%/g)?.length ?? 0;
    if (directives === 0) throw new Failure(`format ${shown} has no % directive`);
    if (directives > 1) throw new Failure(`format ${shown} has too many % directives`);
    const bad = /%[-+ 0'#]*\d*(?:\.\d*)?(.)?/s.exec(format.replace(/%%/g, ""))?.[1];
    throw new Failure(bad ? `format ${shown} has unknown %${bad} directive` : `format ${shown} ends in %`);
  }
  const [, before, flags, width, precisionText, letter, after] = match;
  const literal = (text: string) => text.replace(/%%/g, "%");
  const precision = precisionText === undefined ? 6 : Number(precisionText);
  const exponent = (text: string) => text.replace(/e([-+])(\d)$/, "e$10$2");
  return (value) => {
    let text: string;
    const magnitude = Math.abs(value);
    if (letter === "f" || letter === "F") text = magnitude.toFixed(precision);
    else if (letter === "e" || letter === "E") text = exponent(magnitude.toExponential(precision));
    else {
      const digits = precision || 1;
      const power = magnitude === 0 ? 0 : Number(magnitude.toExponential(digits - 1).split("e")[1]);
      if (power < -4 || power >= digits) text = exponent(magnitude.toExponential(digits - 1).replace(/\.?0*e/, "e"));
      else {
        text = magnitude.toFixed(Math.max(0, digits - 1 - power));
        if (text.includes(".")) text = text.replace(/\.?0+$/, "");
      }
    }
    if (letter < "a") text = text.toUpperCase();
    const sign = value < 0 ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
    const columns = Number(width || 0);
    if (flags.includes("-")) text = (sign + text).padEnd(columns);
    else if (flags.includes("0")) text = sign + text.padStart(columns - sign.length, "0");
    else text = (sign + text).padStart(columns);
    return literal(before) + text + literal(after);
  };
}

export const yes = define(
  {
    name: "yes",
    usage: "[STRING]...\nOPTION",
    help: "Repeatedly output a line with all specified STRING(s), or 'y'.\n",
  },
  async (invocation) => {
    const line = encode(`${invocation.operands.join(" ") || "y"}\n`);
    const copies = Math.max(1, Math.floor(CHUNK / line.length));
    const block = new Uint8Array(copies * line.length);
    for (let i = 0; i < copies; i++) block.set(line, i * line.length);
    // Ends by BrokenPipe, by a write error, or by a signal.
    for (let blocks = 1; ; blocks++) {
      const waiting = invocation.stdout.write(block);
      if (waiting) await waiting;
      if (blocks % 64 === 0) await invocation.yield();
    }
  },
);
