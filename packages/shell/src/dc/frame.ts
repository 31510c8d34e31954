// A text that dc is executing, and what its commands read of it: numbers, strings, names of registers, lines. Pure.

import { add, type Decimal, divide, subtract, ZERO } from "../bc/number.ts";
import { DcError, whole } from "./stack.ts";

export class Frame {
  readonly text: string;
  at = 0;
  /** A call at the end of a text takes its place, and counts here for the levels that q leaves. */
  levels: number;

  constructor(text: string, levels = 1) {
    this.text = text;
    this.levels = levels;
  }

  /** A number: digits up to F whatever the base, each worth what it is. */
  number(base: bigint): Decimal {
    const [given, sign, integer, fraction = ""] = /^(_?)\s*([0-9A-F]*)(?:\.([0-9A-F]*))?/.exec(
      this.text.slice(this.at),
    )!;
    this.at += given.length || 1;
    let value = 0n;
    for (const digit of integer) value = value * base + BigInt(Number.parseInt(digit, 16));
    let result = whole(value);
    if (fraction !== "") {
      let numerator = 0n;
      for (const digit of fraction) numerator = numerator * base + BigInt(Number.parseInt(digit, 16));
      result = add(result, divide(whole(numerator), whole(base ** BigInt(fraction.length)), fraction.length));
    }
    return sign ? subtract(ZERO, result) : result;
  }

  /** What stands behind a `[`, up to its `]`. */
  string(): string {
    let depth = 1;
    const start = this.at;
    for (; this.at < this.text.length && depth > 0; this.at++) {
      if (this.text[this.at] === "[") depth++;
      else if (this.text[this.at] === "]") depth--;
    }
    return this.text.slice(start, depth > 0 ? this.at : this.at - 1);
  }

  /** The register that a command names. */
  name(): string {
    if (this.at >= this.text.length) throw new DcError("unexpected EOS");
    return this.text[this.at++];
  }

  /** The rest of the line. */
  line(): string {
    const end = this.text.indexOf("\n", this.at);
    const line = this.text.slice(this.at, end < 0 ? this.text.length : end);
    this.at = end < 0 ? this.text.length : end + 1;
    return line;
  }
}
