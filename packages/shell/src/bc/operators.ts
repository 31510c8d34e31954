// bc's operators between two numbers. Pure, but for what it warns of.

import { BcError } from "./errors.ts";
import {
  add,
  compare,
  type Decimal,
  divide,
  multiply,
  ONE,
  power,
  remainder,
  rescale,
  subtract,
  ZERO,
} from "./number.ts";

/** Works out `a operator b`, with `scale` digits behind the point where that is asked for. `warn` is told what is odd but done. */
export function operate(
  operator: string,
  a: Decimal,
  b: Decimal,
  scale: number,
  warn: (text: string) => void,
): Decimal {
  const truth = (holds: boolean) => (holds ? ONE : ZERO);
  switch (operator) {
    case "+":
      return add(a, b);
    case "-":
      return subtract(a, b);
    case "*":
      return multiply(a, b, scale);
    case "/":
      if (b.value === 0n) throw new BcError("Runtime error (func=(main), adr=3): Divide by zero");
      return divide(a, b, scale);
    case "%":
      if (b.value === 0n) throw new BcError("Runtime error (func=(main), adr=3): Modulo by zero");
      return remainder(a, b, scale);
    case "^": {
      const exponent = rescale(b, 0).value;
      if (b.scale > 0 && compare(b, { value: exponent, scale: 0 }) !== 0) {
        warn("Runtime warning (func=(main), adr=3): non-zero scale in exponent");
      }
      if (exponent > 50_000_000n || (exponent < 0n && a.value === 0n)) {
        throw new BcError(
          exponent < 0n
            ? "Runtime error (func=(main), adr=3): Divide by zero"
            : "Runtime error (func=(main), adr=3): exponent too large in raise",
        );
      }
      return power(a, exponent, scale);
    }
    case "<":
      return truth(compare(a, b) < 0);
    case "<=":
      return truth(compare(a, b) <= 0);
    case ">":
      return truth(compare(a, b) > 0);
    case ">=":
      return truth(compare(a, b) >= 0);
    case "==":
      return truth(compare(a, b) === 0);
  }
  return truth(compare(a, b) !== 0);
}
