// Arithmetic: 64-bit wrapping against BigInt, precedence, errors.

import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateText } from "./evaluate.ts";
import { binary, type Integer, wrap } from "./number.ts";

function evaluate(text: string, values: Record<string, string> = {}): string {
  return String(
    evaluateText(text, {
      getNumeric: (name) => values[name],
      setNumeric: (name, _index, value) => {
        values[name] = value;
      },
    }),
  );
}

const big: Record<string, (a: bigint, b: bigint) => bigint> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << (b & 63n),
  ">>": (a, b) => a >> (b & 63n),
};

test("every operator agrees with 64-bit BigInt arithmetic", () => {
  const integer = fc.oneof(
    fc.integer({ min: -100, max: 100 }).map(BigInt),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.integer().map(BigInt),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(big)), integer, integer, (operator, a, b) => {
      fc.pre(!((operator === "/" || operator === "%") && b === 0n));
      const result = binary(operator, wrap(a), wrap(b)) as Integer;
      expect(BigInt(result)).toBe(BigInt.asIntN(64, big[operator](a, b)));
      expect(Object.is(result, -0)).toBe(false);
      expect(typeof result === "number").toBe(BigInt(result) <= 2n ** 53n - 1n && BigInt(result) >= -(2n ** 53n - 1n));
    }),
    { numRuns: 3000 },
  );
});

test("variables are expressions; assignments are seen at once", () => {
  const values: Record<string, string> = { a: "b+1", b: "4" };
  expect(evaluate("a*2, c = a += 3, c", values)).toBe("8");
  expect(values).toEqual({ a: "8", b: "4", c: "8" });
});

test.each([
  ["1/0", 'division by 0 (error token is "0")'],
  ["1+", "operand expected"],
  ["08", "value too great for base"],
  ["2#3", "value too great for base"],
  ["1=2", "attempted assignment to non-variable"],
  ["(1", "missing `)'"],
  ["1 2", "syntax error in expression"],
  ["1?2", "`:' expected"],
  ["2**-1", "exponent less than 0"],
])("%s fails", (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

test("a variable that names itself ends with an error", () => {
  expect(() => evaluate("x", { x: "x" })).toThrow("recursion level exceeded");
});
