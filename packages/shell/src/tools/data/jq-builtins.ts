// jq's built-in functions that map values to a value: `name/arity` → function of the input and the arguments. Pure.

import { formatTime } from "../../strftime.ts";
import { formatValue } from "./jq-formats.ts";
import { parseJson } from "./jq-json.ts";
import { deletePaths, getIndex, indexesOf, keysOf, setPath } from "./jq-paths.ts";
import { matches } from "./jq-regex.ts";
import { breakDown, makeTime, parseTime } from "./jq-time.ts";
import { compare, described, JqError, toJson, typeOf, type Value } from "./jq-value.ts";

export type Builtin = (input: Value, ...args: Value[]) => Value;

export const textOf = (value: Value): string => (typeof value === "string" ? value : toJson(value));

function number(value: Value, name: string): number {
  if (typeof value !== "number") throw new JqError(`${described(value)} ${name}`);
  return value;
}

const math =
  (body: (x: number) => number): Builtin =>
  (value) =>
    body(number(value, "number required"));
const math2 =
  (body: (x: number, y: number) => number): Builtin =>
  (_, x, y) =>
    body(number(x, "number required"), number(y, "number required"));

function string(value: Value, message: string): string {
  if (typeof value !== "string") throw new JqError(message);
  return value;
}

const array = (value: Value, what: string): Value[] => {
  if (!Array.isArray(value)) throw new JqError(`${described(value)} cannot be ${what}, as it is not an array`);
  return value;
};

function length(value: Value): Value {
  if (value === null) return 0;
  if (typeof value === "boolean") throw new JqError(`${described(value)} has no length`);
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "string") return [...value].length;
  return Array.isArray(value) ? value.length : value.size;
}

function has(value: Value, key: Value): boolean {
  if (value instanceof Map && typeof key === "string") return value.has(key);
  if (Array.isArray(value) && typeof key === "number") return key >= 0 && key < value.length;
  throw new JqError(
    `Cannot check whether ${typeOf(value)} has a ${typeof key === "string" ? "string" : typeOf(key)} key`,
  );
}

function contains(a: Value, b: Value): boolean {
  if (a instanceof Map && b instanceof Map) {
    for (const [key, value] of b) {
      const own = a.get(key);
      if (own === undefined || typeOf(own) !== typeOf(value) || !contains(own, value)) return false;
    }
    return true;
  }
  if (Array.isArray(a) && Array.isArray(b))
    return b.every((value) => a.some((own) => typeOf(own) === typeOf(value) && contains(own, value)));
  if (typeof a === "string" && typeof b === "string") return a.includes(b);
  if (typeOf(a) === typeOf(b)) return compare(a, b) === 0;
  throw new JqError(`${described(a)} and ${described(b)} cannot have their containment checked`);
}

function toNumber(value: Value): Value {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value)) return Number(value);
  if (value === "nan") return Number.NaN;
  throw new JqError(`${described(value)} cannot be parsed as a number`);
}

function flatten(value: Value, depth: number): Value[] {
  const inner = value instanceof Map ? [...value.values()] : value;
  if (!Array.isArray(inner)) throw new JqError(`Cannot iterate over ${value === null ? "null" : described(value)}`);
  return inner.flatMap((one) => (Array.isArray(one) && depth > 0 ? flatten(one, depth - 1) : [one]));
}

function implode(value: Value): string {
  if (!Array.isArray(value)) throw new JqError(`${described(value)} cannot be imploded`);
  return value
    .map((code) => {
      if (typeof code !== "number" || Number.isNaN(code)) throw new JqError("Unicode codepoint must be numeric");
      const whole = Math.trunc(code);
      return String.fromCodePoint(
        whole > 0x10ffff || whole < 0 || (whole >= 0xd800 && whole < 0xe000) ? 0xfffd : whole,
      );
    })
    .join("");
}

function indices(value: Value, part: Value): Value {
  if (value === null) return null;
  if (typeof value === "string" && typeof part === "string") {
    if (part === "") return null;
    const found: Value[] = [];
    // Offsets count characters, whatever their size.
    const count = (to: number) => [...value.slice(0, to)].length;
    for (let at = value.indexOf(part); at >= 0; at = value.indexOf(part, at + 1)) found.push(count(at));
    return found;
  }
  if (Array.isArray(value) && Array.isArray(part)) return indexesOf(value, part);
  if (Array.isArray(value)) return value.flatMap((one, i) => (compare(one, part) === 0 ? [i] : []));
  return getIndex(value, part);
}

const ends = (found: Value, last: boolean): Value =>
  Array.isArray(found) ? (found[last ? found.length - 1 : 0] ?? null) : found;

/** Pairs of keys and values, sorted by the keys. */
const pairs = (value: Value): [Value, Value][] => {
  const all = value as [Value, Value][];
  return all
    .map((pair, i) => ({ pair, i }))
    .sort((a, b) => compare(a.pair[0], b.pair[0]) || a.i - b.i)
    .map(({ pair }) => pair);
};

const sorted = (value: Value[]): Value[] =>
  value
    .map((one, i) => ({ one, i }))
    .sort((a, b) => compare(a.one, b.one) || a.i - b.i)
    .map(({ one }) => one);

function groups(value: Value): Value[] {
  const out: Value[][] = [];
  let key: Value | undefined;
  for (const [by, one] of pairs(value)) {
    if (key !== undefined && compare(key, by) === 0) out[out.length - 1].push(one);
    else out.push([one]);
    key = by;
  }
  return out;
}

const strip = (value: Value, what: RegExp): Value =>
  string(value, `${described(value)} cannot be trimmed`).replace(what, "");

/** Whole seconds in an integer, the rest a fraction: jq's broken down time and back. */
const timeOf = (value: Value, name: string): number => {
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return makeTime(value, name);
  throw new JqError(`${name} requires parsed datetime inputs`);
};

function frexp(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let fraction = value * 2 ** -exponent;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** Lanczos' approximation. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const g = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const y = x - 1;
  const sum = g.slice(1).reduce((total, part, i) => total + part / (y + i + 1), g[0]);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** To even where it is in the middle. */
const nearest = (x: number): number => {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(x);
};

const names =
  "floor sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt exp expm1 log log10 log1p log2 trunc ceil".split(
    " ",
  );

export const builtins: Record<string, Builtin> = {
  ...Object.fromEntries(names.map((name) => [`${name}/0`, math(Math[name as "floor"])])),
  "round/0": math((x) => Math.sign(x) * Math.round(Math.abs(x))),
  "fabs/0": math(Math.abs),
  "rint/0": math(nearest),
  "nearbyint/0": math(nearest),
  "exp2/0": math((x) => 2 ** x),
  "exp10/0": math((x) => 10 ** x),
  "pow10/0": math((x) => 10 ** x),
  "significand/0": math((x) => (x === 0 || !Number.isFinite(x) ? x : frexp(x)[0] * 2)),
  "logb/0": math((x) => (x === 0 ? Number.NEGATIVE_INFINITY : Number.isFinite(x) ? frexp(x)[1] - 1 : Math.abs(x))),
  "gamma/0": math(logGamma),
  "lgamma/0": math(logGamma),
  "lgamma_r/0": math(logGamma),
  "tgamma/0": math((x) => Math.exp(logGamma(x))),
  "frexp/0": (value) => frexp(number(value, "number required")),
  "modf/0": (value) => {
    const x = number(value, "number required");
    return Number.isFinite(x) ? [x - Math.trunc(x), Math.trunc(x)] : [0, x];
  },
  "pow/2": math2((x, y) => x ** y),
  "atan2/2": math2(Math.atan2),
  "fmod/2": math2((x, y) => x % y),
  "fmin/2": math2(Math.min),
  "fmax/2": math2(Math.max),
  "hypot/2": math2(Math.hypot),
  "ldexp/2": math2((x, y) => x * 2 ** y),
  "scalb/2": math2((x, y) => x * 2 ** y),
  "scalbln/2": math2((x, y) => x * 2 ** y),
  "drem/2": math2((x, y) => x - y * nearest(x / y)),
  "copysign/2": math2((x, y) => (Math.sign(y) < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x))),
  "fma/3": (_, x, y, z) => number(x, "number required") * number(y, "number required") + number(z, "number required"),
  "infinite/0": () => Number.POSITIVE_INFINITY,
  "nan/0": () => Number.NaN,
  "null/0": () => null,
  "isinfinite/0": (value) => Math.abs(number(value, "number required")) === Number.POSITIVE_INFINITY,
  "isnan/0": (value) => Number.isNaN(number(value, "number required")),
  "isnormal/0": (value) => {
    const x = Math.abs(number(value, "number required"));
    return Number.isFinite(x) && x >= 2 ** -1022;
  },
  "type/0": typeOf,
  "length/0": length,
  "utf8bytelength/0": (value) =>
    new TextEncoder().encode(string(value, `${described(value)} only strings have UTF-8 byte length`)).length,
  "keys/0": (value) => keysOf(value, true),
  "keys_unsorted/0": (value) => keysOf(value, false),
  "has/1": has,
  "contains/1": contains,
  "tojson/0": (value) => toJson(value),
  "fromjson/0": (value) => {
    const text = string(value, `${described(value)} only strings can be parsed`);
    try {
      return parseJson(text);
    } catch (error) {
      if (error instanceof JqError) throw new JqError(`${error.message} (while parsing '${text}')`);
      throw error;
    }
  },
  "tostring/0": textOf,
  "tonumber/0": toNumber,
  "toboolean/0": (value) => {
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw new JqError(`${described(value)} cannot be parsed as a boolean`);
  },
  "format/1": (value, name) => formatValue(`@${string(name, `${described(name)} is not a valid format`)}`, value),
  "sort/0": (value) => sorted(array(value, "sorted")),
  "unique/0": (value) => {
    const all = sorted(array(value, "sorted"));
    return all.filter((one, i) => i === 0 || compare(one, all[i - 1]) !== 0);
  },
  "min/0": (value) => sortedEnd(value, false),
  "max/0": (value) => sortedEnd(value, true),
  "_sort_by/0": (value) => pairs(value).map(([, one]) => one),
  "_group_by/0": groups,
  "_min_by/0": (value) => best(value, false),
  "_max_by/0": (value) => best(value, true),
  "reverse/0": (value) => {
    if (value === null) return [];
    if (typeof value === "string") return [...value].reverse().join("");
    if (!Array.isArray(value)) throw new JqError(`Cannot reverse ${typeOf(value)}`);
    return [...value].reverse();
  },
  "flatten/0": (value) => flatten(value, Number.POSITIVE_INFINITY),
  "flatten/1": (value, depth) => {
    if (number(depth, "flatten depth must not be negative") < 0)
      throw new JqError("flatten depth must not be negative");
    return flatten(value, depth as number);
  },
  "explode/0": (value) =>
    [...string(value, `${described(value)} cannot be exploded`)].map((one) => one.codePointAt(0)!),
  "implode/0": implode,
  "ascii_downcase/0": (value) =>
    string(value, "ascii_downcase input must be a string").replace(/[A-Z]/g, (one) => one.toLowerCase()),
  "ascii_upcase/0": (value) =>
    string(value, "ascii_upcase input must be a string").replace(/[a-z]/g, (one) => one.toUpperCase()),
  "trim/0": (value) => strip(value, /^\s+|\s+$/g),
  "ltrim/0": (value) => strip(value, /^\s+/),
  "rtrim/0": (value) => strip(value, /\s+$/),
  "startswith/1": (value, part) => {
    if (typeof value !== "string" || typeof part !== "string") throw new JqError("startswith() requires string inputs");
    return value.startsWith(part);
  },
  "endswith/1": (value, part) => {
    if (typeof value !== "string" || typeof part !== "string") throw new JqError("endswith() requires string inputs");
    return value.endsWith(part);
  },
  "ltrimstr/1": (value, part) =>
    typeof value === "string" && typeof part === "string" && value.startsWith(part) ? value.slice(part.length) : value,
  "rtrimstr/1": (value, part) =>
    typeof value === "string" && typeof part === "string" && part !== "" && value.endsWith(part)
      ? value.slice(0, -part.length)
      : value,
  "trimstr/1": (value, part) => builtins["rtrimstr/1"](builtins["ltrimstr/1"](value, part), part),
  "split/1": (value, by) => {
    if (typeof value !== "string" || typeof by !== "string")
      throw new JqError("split input and separator must be strings");
    return value === "" ? [] : by === "" ? [...value] : value.split(by);
  },
  "join/1": (value, by) => {
    if (!Array.isArray(value)) throw new JqError(`Cannot iterate over ${value === null ? "null" : described(value)}`);
    let text: Value = value.length === 0 ? "" : null;
    for (const one of value) {
      if (Array.isArray(one) || one instanceof Map)
        throw new JqError(
          `${described((text === null ? "" : `${text}${by}`) as Value)} and ${described(one)} cannot be added`,
        );
      if (typeof by !== "string" && by !== null)
        throw new JqError(`${described(by)} and ${described(one)} cannot be added`);
      const shownOne: string = one === null ? "" : textOf(one);
      text = text === null ? shownOne : `${text}${by ?? ""}${shownOne}`;
    }
    return text;
  },
  "indices/1": indices,
  "_indices/1": indices,
  "index/1": (value, part) => ends(indices(value, part), false),
  "rindex/1": (value, part) => ends(indices(value, part), true),
  "setpath/2": (value, path, made) => {
    if (!Array.isArray(path)) throw new JqError("Path must be specified as an array");
    return setPath(value, path, made);
  },
  "delpaths/1": (value, paths) => {
    if (!Array.isArray(paths)) throw new JqError("Paths must be specified as an array");
    return deletePaths(value, paths);
  },
  "_bsearch/1": (value, wanted) => {
    const all = value as Value[];
    let [low, high] = [0, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const result = compare(all[middle], wanted);
      if (result === 0) return middle;
      if (result < 0) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  },
  "_match/3": matches,
  "now/0": () => Date.now() / 1000,
  "mktime/0": (value) => {
    if (!Array.isArray(value)) throw new JqError("mktime requires array of 6 numbers");
    return Math.floor(makeTime(value, "mktime"));
  },
  "gmtime/0": (value) => breakDown(number(value, "gmtime() requires a number")),
  "localtime/0": (value) => breakDown(number(value, "localtime() requires a number")),
  "strftime/1": (value, format) => strftime(value, format, "strftime/1"),
  "strflocaltime/1": (value, format) => strftime(value, format, "strflocaltime/1"),
  "strptime/1": (value, format) => {
    if (typeof value !== "string") throw new JqError(`strptime/1 requires string inputs and arguments`);
    return parseTime(value, string(format, "strptime/1 requires string inputs and arguments"));
  },
};

function strftime(value: Value, format: Value, name: string): Value {
  if (typeof value !== "number" && !Array.isArray(value)) throw new JqError(`${name} requires parsed datetime inputs`);
  if (typeof format !== "string") throw new JqError(`${name} requires a string format`);
  const seconds = timeOf(value, name);
  return formatTime(format, Math.floor(seconds), 0);
}

function best(value: Value, largest: boolean): Value {
  const all = value as [Value, Value][];
  let found: [Value, Value] | null = null;
  for (const pair of all) {
    const result = found ? compare(pair[0], found[0]) : 0;
    if (!found || (largest ? result >= 0 : result < 0)) found = pair;
  }
  return found ? found[1] : null;
}

const sortedEnd = (value: Value, largest: boolean): Value => {
  const all = array(value, "iterated over");
  return best(
    all.map((one): Value => [one, one]),
    largest,
  );
};
