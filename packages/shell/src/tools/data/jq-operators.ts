// jq's operators between two values. Pure.

import { compare, described, JqError, type JsonObject, type Value } from "./jq-value.ts";

export function operate(operator: string, a: Value, b: Value): Value {
  switch (operator) {
    case "==":
      return compare(a, b) === 0;
    case "!=":
      return compare(a, b) !== 0;
    case "<":
      return compare(a, b) < 0;
    case "<=":
      return compare(a, b) <= 0;
    case ">":
      return compare(a, b) > 0;
    case ">=":
      return compare(a, b) >= 0;
    case "+":
      if (a === null) return b;
      if (b === null) return a;
      if (typeof a === "number" && typeof b === "number") return a + b;
      if (typeof a === "string" && typeof b === "string") return a + b;
      if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
      if (a instanceof Map && b instanceof Map) return new Map([...a, ...b]);
      throw new JqError(`${described(a)} and ${described(b)} cannot be added`);
    case "-":
      if (typeof a === "number" && typeof b === "number") return a - b;
      if (Array.isArray(a) && Array.isArray(b)) return a.filter((one) => !b.some((other) => compare(one, other) === 0));
      throw new JqError(`${described(a)} and ${described(b)} cannot be subtracted`);
    case "*":
      if (typeof a === "number" && typeof b === "number") return a * b;
      if (typeof a === "string" && typeof b === "number") return repeated(a, b);
      if (typeof b === "string" && typeof a === "number") return repeated(b, a);
      if (a instanceof Map && b instanceof Map) return merged(a, b);
      throw new JqError(`${described(a)} and ${described(b)} cannot be multiplied`);
    case "/":
      if (typeof a === "number" && typeof b === "number") {
        if (b === 0)
          throw new JqError(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`);
        return a / b;
      }
      if (typeof a === "string" && typeof b === "string") return a === "" ? [] : b === "" ? [...a] : a.split(b);
      throw new JqError(`${described(a)} and ${described(b)} cannot be divided`);
    case "%": {
      if (typeof a !== "number" || typeof b !== "number")
        throw new JqError(`${described(a)} and ${described(b)} cannot be divided`);
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
      const [x, y] = [clamp(a), clamp(b)];
      if (y === 0n)
        throw new JqError(`${described(a)} and ${described(b)} cannot be divided because the divisor is zero`);
      return Number(x % (y < 0n ? -y : y));
    }
  }
  throw new JqError(`unknown operator ${operator}`);
}

const LARGEST = 2n ** 63n - 1n;
const clamp = (value: number): bigint => {
  if (value >= 2 ** 63) return LARGEST;
  if (value <= -(2 ** 63)) return -LARGEST - 1n;
  return BigInt(Math.trunc(value));
};

function repeated(text: string, count: number): Value {
  if (Number.isNaN(count) || count < 0) return null;
  if (text.length * count > 2 ** 29) throw new JqError("Repeat string result too long");
  return text.repeat(count < 1 ? (count > 0 ? 1 : 0) : Math.floor(count));
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const out = new Map(a);
  for (const [key, value] of b) {
    const old = out.get(key);
    out.set(key, old instanceof Map && value instanceof Map ? merged(old, value) : value);
  }
  return out;
}
