// numfmt: numbers from and to human-readable strings.

import { decode, encode } from "@vibengine/system";
import { define, Failure, UsageError } from "./define.ts";
import { chooseWord } from "./options.ts";
import { quotePlain } from "./quote.ts";

const LETTERS = "KMGTPEZY";

export const numfmt = define(
  {
    name: "numfmt",
    usage: "[OPTION]... [NUMBER]...",
    help: `Reformat NUMBER(s), or the numbers from standard input if none are specified.

      --debug              print warnings about invalid input
  -d, --delimiter=X        use X instead of whitespace for field delimiter
      --field=FIELDS       replace the numbers in these input fields (default=1)
      --format=FORMAT      use printf style floating-point FORMAT
      --from=UNIT          auto-scale input numbers to UNITs; default is 'none'
      --from-unit=N        specify the input unit size (instead of the default 1)
      --grouping           (ignored)
      --header[=N]         print (without converting) the first N header lines (default 1)
      --invalid=MODE       failure mode for invalid numbers: 'abort', 'fail', 'warn', 'ignore'
      --padding=N          pad the output to N characters; positive N will right-align, negative left-align
      --round=METHOD       use METHOD for rounding when scaling: 'up', 'down', 'from-zero', 'towards-zero', 'nearest'
      --suffix=SUFFIX      add SUFFIX to output numbers, and accept optional SUFFIX in input numbers
      --to=UNIT            auto-scale output numbers to UNITs
      --to-unit=N          the output unit size (instead of the default 1)
  -z, --zero-terminated    line delimiter is NUL, not newline

UNIT is 'none', 'auto' (K is 1000, Ki is 1024), 'si' (K is 1000), 'iec' (K is 1024) or 'iec-i' (Ki is 1024).`,
    operandLike: /^-\d/,
  },
  async (invocation) => {
    const { options, operands, stdin, stdout } = invocation;
    const unit = (key: string, extra: string[]) =>
      chooseWord(options.value(key) ?? "none", `--${key}`, ["none", "si", "iec", "iec-i", ...extra]);
    const size = (key: string) => {
      const text = options.value(key) ?? "1";
      const match = /^(\d+)(?:([KMGTPEZY])(i?))?$/.exec(text);
      if (!match || Number(match[1]) === 0) throw new Failure(`invalid unit size: ${quotePlain(text)}`);
      return Number(match[1]) * (match[2] ? (match[3] ? 1024 : 1000) ** (LETTERS.indexOf(match[2]) + 1) : 1);
    };
    const rules: Rules = {
      from: unit("from", ["auto"]),
      to: unit("to", []),
      fromUnit: size("from-unit"),
      toUnit: size("to-unit"),
      round: chooseWord(options.value("round") ?? "from-zero", "--round", [
        "up",
        "down",
        "from-zero",
        "towards-zero",
        "nearest",
      ]),
      suffix: options.value("suffix") ?? "",
      padding: Number(options.value("padding") ?? 0),
      format: parseFormat(options.value("format")),
    };
    if (Number.isNaN(rules.padding) || (options.has("padding") && rules.padding === 0)) {
      throw new Failure(`invalid padding value ${quotePlain(options.value("padding")!)}`);
    }
    const mode = chooseWord(options.value("invalid") ?? "abort", "--invalid", ["abort", "fail", "warn", "ignore"]);
    const delimiter = options.value("d");
    if (delimiter !== undefined && encode(delimiter).length > 1)
      throw new Failure("the delimiter must be a single character");
    const fields = parseFields(options.value("field") ?? "1");
    const convertLine = (line: string): string => {
      const parts =
        delimiter === undefined ? (line.match(/[ \t]*[^ \t]+[ \t]*$|[ \t]*[^ \t]+/g) ?? [line]) : line.split(delimiter);
      return parts
        .map((part, i) => {
          if (!fields(i + 1)) return part;
          try {
            return convert(part, rules, delimiter === undefined && i > 0);
          } catch (error) {
            if (!(error instanceof Invalid)) throw error;
            if (mode === "abort") throw new Failure(error.message, 2);
            if (mode !== "ignore") invocation.warn(error.message, mode === "fail" ? 2 : 0);
            return part;
          }
        })
        .join(delimiter ?? "");
    };
    if (operands.length > 0) {
      for (const operand of operands) await stdout.write(`${convertLine(operand)}\n`);
      return;
    }
    const end = options.has("z") ? "\0" : "\n";
    let header = options.has("header") ? Number(options.value("header") ?? 1) : 0;
    for (let block = await stdin.lines(end.charCodeAt(0)); block; block = await stdin.lines(end.charCodeAt(0))) {
      const text = decode(block);
      const ends = text.endsWith(end);
      const lines = (ends ? text.slice(0, -1) : text).split(end);
      for (const [i, line] of lines.entries()) {
        const shown = header > 0 ? line : convertLine(line);
        if (header > 0) header--;
        await stdout.write(shown + (ends || i < lines.length - 1 ? end : ""));
      }
    }
  },
);

class Invalid extends Error {}

interface Rules {
  from: string;
  to: string;
  fromUnit: number;
  toUnit: number;
  round: string;
  suffix: string;
  padding: number;
  format: { prefix: string; suffix: string; width: number; zero: boolean; left: boolean; precision: number } | null;
}

function parseFormat(text: string | undefined): Rules["format"] {
  if (text === undefined) return null;
  const match = /^((?:[^%]|%%)*)%([-'0 ]*)(\d*)(?:\.(\d*))?f((?:[^%]|%%)*)$/.exec(text);
  if (!match) {
    const directives = text.replace(/%%/g, "").match(/%/g)?.length ?? 0;
    if (directives === 0) throw new Failure(`format ${quotePlain(text)} has no % directive`);
    if (directives > 1) throw new Failure(`format ${quotePlain(text)} has too many % directives`);
    throw new Failure(`invalid format ${quotePlain(text)}, directive must be %[0]['][-][N][.][N]f`);
  }
  const [, prefix, flags, width, precision, suffix] = match;
  return {
    prefix: prefix.replaceAll("%%", "%"),
    suffix: suffix.replaceAll("%%", "%"),
    width: Number(width || 0),
    zero: flags.includes("0"),
    left: flags.includes("-"),
    precision: precision === undefined ? -1 : Number(precision || 0),
  };
}

function parseFields(text: string): (field: number) => boolean {
  const ranges = text.split(",").map((part) => {
    const match = /^(?:(\d+)(?:(-)(\d*))?|-(\d+)?)$/.exec(part);
    if (!match || match[1] === "0")
      throw new UsageError(match ? "fields are numbered from 1" : `invalid field value ${quotePlain(part)}`);
    const [, low, dash, high, upTo] = match;
    if (low === undefined) return [1, upTo === undefined ? Number.POSITIVE_INFINITY : Number(upTo)];
    return [Number(low), dash ? (high ? Number(high) : Number.POSITIVE_INFINITY) : Number(low)];
  });
  return (field) => ranges.some(([low, high]) => field >= low && field <= high);
}

const ROUND: Record<string, (value: number) => number> = {
  up: Math.ceil,
  down: Math.floor,
  "from-zero": (value) => (value < 0 ? Math.floor(value) : Math.ceil(value)),
  "towards-zero": Math.trunc,
  nearest: (value) => Math.sign(value) * Math.round(Math.abs(value)),
};

function convert(part: string, rules: Rules, keepWidth: boolean): string {
  const text = part.trim();
  const bare =
    rules.suffix && text.endsWith(rules.suffix) && text !== rules.suffix ? text.slice(0, -rules.suffix.length) : text;
  const match = /^(-?\d*\.?\d*)(.*)$/s.exec(bare)!;
  const [, digits, tail] = match;
  if (!/\d/.test(digits)) throw new Invalid(`invalid number: ${quotePlain(text)}`);
  let value = Number(digits);
  if (tail !== "") {
    const unit = /^([KMGTPEZY])(i?)$/.exec(tail);
    const excess = /^[KMGTPEZY](i(?=.)|(?!i))(.+)$/s.exec(tail);
    if (excess && (excess[1] === "") === (rules.from === "si" || rules.from === "iec"))
      throw new Invalid(`invalid suffix in input ${quotePlain(text)}: ${quotePlain(excess[2])}`);
    if (!unit) throw new Invalid(`invalid suffix in input: ${quotePlain(text)}`);
    if (rules.from === "none")
      throw new Invalid(`rejecting suffix in input: ${quotePlain(text)} (consider using --from)`);
    const wantsI = rules.from === "iec-i";
    if (rules.from === "iec-i" && !unit[2])
      throw new Invalid(`missing 'i' suffix in input: ${quotePlain(text)} (e.g Ki/Mi/Gi)`);
    if ((rules.from === "si" || rules.from === "iec") && unit[2])
      throw new Invalid(`invalid suffix in input ${quotePlain(text)}: 'i'`);
    const base = rules.from === "si" || (rules.from === "auto" && !unit[2]) ? 1000 : wantsI ? 1024 : 1024;
    value *= base ** (LETTERS.indexOf(unit[1].toUpperCase()) + 1);
  }
  value = (value * rules.fromUnit) / rules.toUnit;
  const decimals = tail === "" && digits.includes(".") ? digits.length - digits.indexOf(".") - 1 : 0;
  let shown = show(value, rules, decimals) + rules.suffix;
  const { format, padding } = rules;
  if (format) {
    const { width, zero, left } = format;
    if (zero && !left)
      shown = shown[0] === "-" ? `-${shown.slice(1).padStart(width - 1, "0")}` : shown.padStart(width, "0");
    else shown = left ? shown.padEnd(width) : shown.padStart(width);
    shown = format.prefix + shown + format.suffix;
  }
  if (padding) shown = padding > 0 ? shown.padStart(padding) : shown.padEnd(-padding);
  // A field keeps the width it had.
  else if (keepWidth) shown = shown.padStart(part.length);
  return keepWidth && padding ? ` ${shown}` : shown;
}

function show(value: number, { to, round, format }: Rules, decimals: number): string {
  const rounding = ROUND[round];
  const precision = format && format.precision >= 0 ? format.precision : -1;
  const fixed = (number: number, places: number) => (rounding(number * 10 ** places) / 10 ** places).toFixed(places);
  if (to === "none") return fixed(value, precision >= 0 ? precision : decimals);
  const base = to === "si" ? 1000 : 1024;
  let power = 0;
  let scaled = value;
  while (Math.abs(scaled) >= base && power < LETTERS.length) {
    scaled /= base;
    power++;
  }
  const places = () => (precision >= 0 ? precision : Math.abs(scaled) < 10 ? 1 : 0);
  let rounded = rounding(scaled * 10 ** places()) / 10 ** places();
  if (Math.abs(rounded) >= base) {
    scaled = rounded / base;
    power++;
    rounded = scaled;
  }
  const number = rounded.toFixed(precision < 0 && (power === 0 || Math.abs(rounded) >= 10) ? 0 : places());
  if (power === 0) return number;
  const letter = to === "si" && power === 1 ? "K" : LETTERS[power - 1];
  return number + letter + (to === "iec-i" ? "i" : "");
}
