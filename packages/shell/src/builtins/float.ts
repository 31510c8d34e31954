// Floating point as C's printf reads and writes it: %e %f %g %a. Comes with the tools.

import { pad } from "./printf.ts";

function float(text: string | undefined, errors: string[]): number {
  if (text === undefined || text === "") return 0;
  if (text[0] === '"' || text[0] === "'") return text.length > 1 ? (text.codePointAt(1) as number) : 0;
  const match =
    /^\s*([-+]?)(?:(0[xX][0-9A-Fa-f]+)|(inf(?:inity)?)|(nan)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))/i.exec(
      text,
    );
  if (!match || match[0].length !== text.length) errors.push(`${text}: invalid number`);
  if (!match) return 0;
  const magnitude = match[3] ? Number.POSITIVE_INFINITY : match[4] ? Number.NaN : Number(match[2] ?? match[5]);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** @param precision -1: the conversion's default */
export function formatNumber(
  source: string | undefined,
  errors: string[],
  conversion: string,
  flags: string,
  width: number,
  precision: number,
): string {
  const value = float(source, errors);
  const negative = value < 0 || Object.is(value, -0);
  const digits = formatFloat(Math.abs(value), conversion.toLowerCase(), precision, flags.includes("#"));
  const prefix = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const finite = Number.isFinite(value);
  const padded =
    finite && flags.includes("0") && !flags.includes("-") ? digits.padStart(width - prefix.length, "0") : digits;
  const text = pad(prefix + padded, width, flags);
  return conversion === conversion.toUpperCase() ? text.toUpperCase() : text;
}

/** @param precision -1: the conversion's default */
export function formatFloat(value: number, conversion: string, precision: number, alternate: boolean): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (conversion === "a") return hexadecimal(value, precision);
  const digits = precision < 0 ? 6 : precision;
  if (conversion === "f") return fixed(value, digits) + (alternate && digits === 0 ? "." : "");
  if (conversion === "e") return exponential(value, digits, alternate);
  const significant = digits === 0 ? 1 : digits;
  const exponent = value === 0 ? 0 : Number(exact(value, significant - 1).split("e")[1]);
  const text =
    exponent < -4 || exponent >= significant
      ? exponential(value, significant - 1, alternate)
      : fixed(value, significant - 1 - exponent);
  if (alternate) return text;
  const [mantissa, power] = text.split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? trimmed : `${trimmed}e${power}`;
}

function exponential(value: number, digits: number, alternate: boolean): string {
  const [mantissa, power] = exact(value, digits).split("e");
  const sign = power[0] === "-" ? "-" : "+";
  return `${mantissa}${alternate && digits === 0 ? "." : ""}e${sign}${power.replace(/^[-+]/, "").padStart(2, "0")}`;
}

/** toExponential rounds exact halves away from zero; C rounds them to even. */
function exact(value: number, digits: number): string {
  return value.toExponential(Math.min(100, digits));
}

/** The exact decimal expansion, rounded half to even, as C does (toFixed gives up above 1e21). */
function fixed(value: number, digits: number): string {
  const { numerator, shift } = ratio(value);
  const scaled = numerator * 10n ** BigInt(digits);
  let whole = shift >= 0 ? scaled << BigInt(shift) : scaled >> BigInt(-shift);
  if (shift < 0) {
    const rest = scaled - (whole << BigInt(-shift));
    const half = 1n << BigInt(-shift - 1);
    if (rest > half || (rest === half && (whole & 1n) === 1n)) whole += 1n;
  }
  const text = whole.toString().padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** value = numerator × 2^shift. */
function ratio(value: number): { numerator: bigint; shift: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0
    ? { numerator: fraction, shift: -1074 }
    : { numerator: fraction | (1n << 52n), shift: exponent - 1075 };
}

function hexadecimal(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${"0".repeat(precision)}` : ""}p+0`;
  let exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) exponent--;
  const { numerator, shift } = ratio(value);
  const bits = numerator.toString(2).length;
  exponent = shift + bits - 1;
  let fraction = (numerator << BigInt(53 - bits)).toString(16).padStart(14, "0").slice(1);
  if (precision < 0) fraction = fraction.replace(/0+$/, "");
  else fraction = fraction.slice(0, precision).padEnd(precision, "0");
  return `0x1${fraction ? `.${fraction}` : ""}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}
