// Floating point as C's printf reads and writes it: %e %f %g %a. Comes with the tools.

/** Behind so many decimals a double has only zeros: its last bit is worth 2^-1074. */
const DIGITS_MAX = 1074;

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
  const text = prefix + padded;
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
  // Zeros at the end go anyway.
  const significant = Math.max(1, alternate ? digits : Math.min(digits, DIGITS_MAX));
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

/** As toExponential, which rounds exact halves away from zero, where C rounds them to even, and knows 100 digits at most. */
function exact(value: number, digits: number): string {
  if (digits < 100) {
    const more = value.toExponential(digits + 1);
    if (!more.includes("5e") || Number(more) !== value) return value.toExponential(digits);
  }
  let power = value === 0 ? 0 : Number(value.toExponential(20).split("e")[1]);
  const known = Math.min(digits, DIGITS_MAX);
  const figures = scaled(value, known - power)
    .toString()
    .padEnd(known + 1, "0");
  if (figures.length > known + 1) power++;
  const fraction = figures.slice(1, known + 1).padEnd(digits, "0");
  return `${figures[0]}${fraction && `.${fraction}`}e${power}`;
}

/** The exact decimal expansion, rounded half to even, as C does (toFixed gives up above 1e21). */
function fixed(value: number, digits: number): string {
  const known = Math.min(digits, DIGITS_MAX);
  const text = scaled(value, known)
    .toString()
    .padStart(known + 1, "0");
  return digits === 0 ? text : `${text.slice(0, text.length - known)}.${text.slice(-known).padEnd(digits, "0")}`;
}

/** value × 10^power, rounded half to even. */
function scaled(value: number, power: number): bigint {
  const { numerator, shift } = ratio(value);
  const ten = 10n ** BigInt(Math.abs(power));
  const two = 1n << BigInt(Math.abs(shift));
  const above = numerator * (power > 0 ? ten : 1n) * (shift > 0 ? two : 1n);
  const below = (power > 0 ? 1n : ten) * (shift > 0 ? 1n : two);
  const whole = above / below;
  const twice = 2n * (above % below);
  return twice > below || (twice === below && (whole & 1n) === 1n) ? whole + 1n : whole;
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
