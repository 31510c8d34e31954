// dc's stack of numbers and strings, and what is done with the values on top of it. Pure. The numbers are bc's.

import { type Decimal, rescale } from "../bc/number.ts";

export type Value = Decimal | string;

export class DcError extends Error {}

export const whole = (value: bigint): Decimal => ({ value, scale: 0 });

export class Stack {
  values: Value[] = [];

  push(value: Value): null {
    this.values.push(value);
    return null;
  }

  need(count: number): void {
    if (this.values.length < count) throw new DcError("stack empty");
  }

  top(): Value {
    this.need(1);
    return this.values[this.values.length - 1];
  }

  pop(): Value {
    this.need(1);
    return this.values.pop()!;
  }

  /** Takes a number off; what is none stays out of arithmetic, but is gone as in GNU's. */
  integer(complaint: string): bigint {
    const value = this.pop();
    if (typeof value === "string") throw new DcError(complaint);
    return rescale(value, 0).value;
  }

  binary(work: (a: Decimal, b: Decimal) => Decimal | Decimal[]): null {
    this.need(2);
    const [a, b] = this.values.slice(-2);
    if (typeof a === "string" || typeof b === "string") throw new DcError("non-numeric value");
    const result = work(a, b);
    this.values.splice(-2);
    this.values.push(...(Array.isArray(result) ? result : [result]));
    return null;
  }

  unary(work: (a: Decimal) => Decimal): null {
    const value = this.top();
    if (typeof value === "string") throw new DcError("non-numeric value");
    this.values[this.values.length - 1] = work(value);
    return null;
  }

  /** base exponent modulus | */
  modularPower(): null {
    this.need(3);
    const three = this.values.slice(-3);
    if (three.some((value) => typeof value === "string")) throw new DcError("non-numeric value");
    const [base, exponent, modulus] = three.map((value) => rescale(value as Decimal, 0).value);
    if (modulus === 0n) throw new DcError("remainder by zero");
    if (exponent < 0n) throw new DcError("negative exponent");
    let result = 1n;
    let square = base % modulus;
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = (result * square) % modulus;
      square = (square * square) % modulus;
    }
    this.values.splice(-3, 3, whole(result));
    return null;
  }

  rotate(): null {
    const count = Number(this.integer("rotation must be by a number"));
    const size = Math.min(Math.abs(count), this.values.length);
    if (size < 2) return null;
    if (count > 0) this.values.push(...this.values.splice(-size, 1));
    else this.values.splice(1 - size, 0, this.values.pop()!);
    return null;
  }
}

export function divisor(b: Decimal, complaint = "divide by zero"): Decimal {
  if (b.value === 0n) throw new DcError(complaint);
  return b;
}

/** A string as it is; a number as the bytes it is made of. */
export function characters(value: Value): string {
  if (typeof value === "string") return value;
  let rest = rescale(value, 0).value;
  if (rest < 0n) rest = -rest;
  let text = "";
  do {
    text = String.fromCharCode(Number(rest & 255n)) + text;
    rest >>= 8n;
  } while (rest > 0n);
  return text;
}

/** Of a string the first one, of a number its lowest byte. */
export const firstCharacter = (value: Value): string =>
  typeof value === "string" ? value.slice(0, 1) : characters(value).slice(-1);
