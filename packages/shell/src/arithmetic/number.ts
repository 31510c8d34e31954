// 64-bit integers for shell arithmetic: a plain number while it is a safe integer, a bigint only beyond. Every result is
// wrapped to 64 bits as C's long is. Pure functions, no shell state.

export type Integer = number | bigint;

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Wraps to 64 bits and picks the cheaper representation. */
export function wrap(value: bigint): Integer {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped <= SAFE && wrapped >= -SAFE ? Number(wrapped) : wrapped;
}

/** The result of one of C's binary operators; null for a division by zero, undefined for a negative exponent. */
export function binary(operator: string, left: Integer, right: Integer): Integer | null | undefined {
  const ordered = compare(operator, left, right);
  if (ordered !== undefined) return ordered;
  if (typeof left === "number" && typeof right === "number") {
    const result = binarySmall(operator, left, right);
    if (result !== undefined)
      return result === null || Number.isSafeInteger(result)
        ? result
        : binaryBig(operator, BigInt(left), BigInt(right));
  }
  return binaryBig(operator, BigInt(left), BigInt(right));
}

/** 1 or 0 for a comparison, undefined for any other operator. An integer has one representation only, so === will do. */
function compare(operator: string, left: Integer, right: Integer): number | undefined {
  switch (operator) {
    case "<":
      return left < right ? 1 : 0;
    case ">":
      return left > right ? 1 : 0;
    case "<=":
      return left <= right ? 1 : 0;
    case ">=":
      return left >= right ? 1 : 0;
    case "==":
      return left === right ? 1 : 0;
    case "!=":
      return left !== right ? 1 : 0;
    default:
      return undefined;
  }
}

/** undefined: not decided here. -0 is turned into 0. */
function binarySmall(operator: string, left: number, right: number): number | null | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*": {
      const product = left * right;
      return Number.isSafeInteger(product) ? product + 0 : undefined;
    }
    case "/":
      return right === 0 ? null : Math.trunc(left / right) + 0;
    case "%":
      return right === 0 ? null : (left % right) + 0;
    case "&":
      return isInt32(left) && isInt32(right) ? left & right : undefined;
    case "|":
      return isInt32(left) && isInt32(right) ? left | right : undefined;
    case "^":
      return isInt32(left) && isInt32(right) ? left ^ right : undefined;
    case ">>":
      return isInt32(left) && right >= 0 && right < 32 ? left >> right : undefined;
    case "<<":
      return right >= 0 && right < 31 && Math.abs(left) < 0x400000 ? left * 2 ** right : undefined;
    default:
      return undefined;
  }
}

function isInt32(value: number): boolean {
  return value === (value | 0);
}

function binaryBig(operator: string, left: bigint, right: bigint): Integer | null | undefined {
  switch (operator) {
    case "+":
      return wrap(left + right);
    case "-":
      return wrap(left - right);
    case "*":
      return wrap(left * right);
    case "/":
      return right === 0n ? null : wrap(left / right);
    case "%":
      return right === 0n ? null : wrap(left % right);
    case "**":
      return right < 0n ? undefined : wrap(power(left, right));
    case "&":
      return wrap(left & right);
    case "|":
      return wrap(left | right);
    case "^":
      return wrap(left ^ right);
    // The machine takes the shift count modulo 64.
    case "<<":
      return wrap(left << (right & 63n));
    case ">>":
      return wrap(left >> (right & 63n));
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = base; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

export function negate(value: Integer): Integer {
  return typeof value === "number" ? 0 - value : wrap(-value);
}

export function complement(value: Integer): Integer {
  return typeof value === "number" ? -1 - value : wrap(~value);
}

/** A literal: decimal, 0octal, 0xhex or base#digits. A string says what is wrong with it. */
export function parseInteger(text: string): Integer | string {
  const hash = text.indexOf("#");
  if (hash > 0) {
    const base = Number(text.slice(0, hash));
    if (text[0] === "0") return "invalid number";
    if (!/^[0-9]+$/.test(text.slice(0, hash)) || base < 2 || base > 64) return "invalid arithmetic base";
    return parseDigits(text.slice(hash + 1), base);
  }
  if (/^0[xX]/.test(text)) return text.length === 2 ? 0 : parseDigits(text.slice(2), 16);
  if (text.length > 1 && text[0] === "0") return parseDigits(text.slice(1), 8);
  return parseDigits(text, 10);
}

function parseDigits(digits: string, base: number): Integer | string {
  if (digits === "") return "invalid integer constant";
  let small = 0;
  let big: bigint | null = null;
  for (const character of digits) {
    const digit = digitValue(character, base);
    if (digit < 0) return "invalid number";
    if (digit >= base) return "value too great for base";
    if (big === null) {
      const next: number = small * base + digit;
      if (next <= Number.MAX_SAFE_INTEGER) small = next;
      else big = BigInt(small) * BigInt(base) + BigInt(digit);
    } else big = BigInt.asIntN(64, big * BigInt(base) + BigInt(digit));
  }
  return big === null ? small : wrap(big);
}

function digitValue(character: string, base: number): number {
  if (character >= "0" && character <= "9") return character.charCodeAt(0) - 48;
  if (character >= "a" && character <= "z") return character.charCodeAt(0) - 87;
  if (character >= "A" && character <= "Z") return character.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return character === "@" ? 62 : character === "_" ? 63 : -1;
}
