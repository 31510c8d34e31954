// bc's numbers: a whole number of any size, and how many of its decimal digits are behind the point. Pure.

export interface Decimal {
  value: bigint;
  scale: number;
}

export const ZERO: Decimal = { value: 0n, scale: 0 };
export const ONE: Decimal = { value: 1n, scale: 0 };

const powers: bigint[] = [1n];

export function tenTo(exponent: number): bigint {
  if (exponent > 4000) return 10n ** BigInt(exponent);
  for (let i = powers.length; i <= exponent; i++) powers.push(powers[i - 1] * 10n);
  return powers[exponent];
}

/** The same number with so many digits behind the point; what is cut off is lost. */
export function rescale(a: Decimal, scale: number): Decimal {
  if (a.scale === scale) return a;
  return { value: a.scale < scale ? a.value * tenTo(scale - a.scale) : a.value / tenTo(a.scale - scale), scale };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { value: rescale(a, scale).value + rescale(b, scale).value, scale };
}

export const negate = (a: Decimal): Decimal => ({ value: -a.value, scale: a.scale });
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));

export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const most = a.scale + b.scale;
  return rescale({ value: a.value * b.value, scale: most }, Math.min(most, Math.max(scale, a.scale, b.scale)));
}

/** The divisor is not zero. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = scale + b.scale - a.scale;
  const value = shift >= 0 ? (a.value * tenTo(shift)) / b.value : a.value / (b.value * tenTo(-shift));
  return { value, scale };
}

export function remainder(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale);
  const result = subtract(a, { value: quotient.value * b.value, scale: quotient.scale + b.scale });
  return rescale(result, Math.max(scale + b.scale, a.scale));
}

/** The exponent is whole. */
export function power(a: Decimal, exponent: bigint, scale: number): Decimal {
  if (exponent === 0n) return ONE;
  const size = exponent < 0n ? -exponent : exponent;
  const whole: Decimal = { value: a.value ** size, scale: a.scale * Number(size) };
  if (exponent < 0n) return divide(ONE, whole, scale);
  return rescale(whole, Math.min(whole.scale, Math.max(scale, a.scale)));
}

/** Not of a negative number. */
export function squareRoot(a: Decimal, scale: number): Decimal {
  const digits = Math.max(scale, a.scale);
  const value = rescale(a, 2 * digits).value;
  if (value === 0n) return { value: 0n, scale: digits };
  let root = BigInt(Math.floor(Math.sqrt(Number(value))) || 1);
  if (value > 2n ** 1000n) root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next === root || next === root + 1n || next === root - 1n) {
      root = next;
      break;
    }
    root = next;
  }
  while (root * root > value) root--;
  while ((root + 1n) * (root + 1n) <= value) root++;
  return { value: root, scale: digits };
}

export function compare(a: Decimal, b: Decimal): number {
  const { value } = subtract(a, b);
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** Significant digits, as length() has them. */
export function lengthOf(a: Decimal): number {
  const digits = (a.value < 0n ? -a.value : a.value).toString();
  return Math.max(digits === "0" ? 1 : digits.length, a.scale);
}

/** A number as written in a program or in the input, in base 2 to 36. */
export function parse(text: string, base: number): Decimal {
  const [whole, fraction = ""] = text.split(".");
  if (base === 10 && !/[A-Z]/.test(text)) return { value: BigInt(whole + fraction || "0"), scale: fraction.length };
  // A single digit has its own worth whatever the base; in longer ones it is capped.
  const single = text.length === 1;
  const digit = (character: string) => {
    const worth = Number.parseInt(character, 36);
    return BigInt(single ? worth : Math.min(worth, base - 1));
  };
  let value = 0n;
  for (const character of whole) value = value * BigInt(base) + digit(character);
  let result: Decimal = { value, scale: 0 };
  if (fraction !== "") {
    let numerator = 0n;
    for (const character of fraction) numerator = numerator * BigInt(base) + digit(character);
    const part = divide(
      { value: numerator, scale: 0 },
      { value: BigInt(base) ** BigInt(fraction.length), scale: 0 },
      fraction.length,
    );
    result = add(result, part);
  }
  return result;
}

const DIGITS = "0123456789ABCDEF";

/** As printed in a base. */
export function format(a: Decimal, base: bigint): string {
  const negative = a.value < 0n;
  const size = negative ? -a.value : a.value;
  if (base === 10n) {
    const digits = size.toString().padStart(a.scale + 1, "0");
    const whole = digits.slice(0, digits.length - a.scale);
    const fraction = a.scale > 0 ? `.${digits.slice(digits.length - a.scale)}` : "";
    if (size === 0n) return "0";
    return (negative ? "-" : "") + (whole === "0" && fraction ? "" : whole) + fraction;
  }
  const one = tenTo(a.scale);
  let whole = size / one;
  let rest = size % one;
  const wide = base > 16n;
  const width = (base - 1n).toString().length;
  const show = (digit: bigint) => (wide ? ` ${digit.toString().padStart(width, "0")}` : DIGITS[Number(digit)]);
  let text = "";
  for (; whole > 0n; whole /= base) text = show(whole % base) + text;
  if (text === "" && (a.scale === 0 || size === 0n)) text = wide ? show(0n) : "0";
  if (a.scale > 0 && size !== 0n) {
    text += ".";
    // As many digits as the decimals were worth.
    for (let reached = 1n; reached < one; reached *= base) {
      rest *= base;
      const digit = show(rest / one);
      text += wide && text.endsWith(".") ? digit.slice(1) : digit;
      rest %= one;
    }
  }
  return (negative ? "-" : "") + text;
}
