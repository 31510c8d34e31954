// expr and factor: whole numbers of any size.

import { decode } from "@vibengine/system";
import { byteText, isBytewise } from "../locale.ts";
import { binaryToText, textToBinary } from "../stdio.ts";
import { define, defineRaw, Failure, printHelp, printVersion } from "./define.ts";
import { quotePlain } from "./quote.ts";
import { compileRegex, RegexError } from "./regex.ts";

const description = {
  name: "expr",
  usage: "EXPRESSION\nOPTION",
  failure: 2,
  help: `Print the value of EXPRESSION to standard output.

  ARG1 | ARG2       ARG1 if it is neither null nor 0, otherwise ARG2
  ARG1 & ARG2       ARG1 if neither argument is null or 0, otherwise 0
  ARG1 < ARG2       also <= = != >= >
  ARG1 + ARG2       also - * / %
  STRING : REGEXP   anchored pattern match of REGEXP in STRING
  match STRING REGEXP        same as STRING : REGEXP
  substr STRING POS LENGTH   substring of STRING, POS counted from 1
  index STRING CHARS         index in STRING where any CHARS is found, or 0
  length STRING              length of STRING
  + TOKEN                    interpret TOKEN as a string, even if it is a keyword
  ( EXPRESSION )             value of EXPRESSION

Exit status is 0 if EXPRESSION is neither null nor 0, 1 if EXPRESSION is null or 0, 2 if EXPRESSION is syntactically invalid.`,
};

export const expr = defineRaw(description, async (invocation) => {
  const words = invocation.argv.slice(1);
  if (words.length === 1 && words[0] === "--help") return printHelp(invocation, description);
  if (words.length === 1 && words[0] === "--version") return printVersion(invocation);
  if (words[0] === "--") words.shift();
  if (words.length === 0) {
    invocation.warn("missing operand\nTry 'expr --help' for more information.");
    return 2;
  }
  const bytes = isBytewise((name) => invocation.env.get(name));
  const parser = new ExprParser(bytes ? words.map(byteText) : words, bytes);
  const value = parser.run();
  await invocation.stdout.write(`${value}\n`);
  return isNull(value) ? 1 : 0;
});

const isNull = (value: string) => value === "" || /^-?0+$/.test(value);
const isInteger = (value: string) => /^-?\d+$/.test(value);

class ExprParser {
  #words: string[];
  #at = 0;
  #bytes: boolean;

  constructor(words: string[], bytes: boolean) {
    this.#bytes = bytes;
    this.#words = words;
  }

  run(): string {
    const value = this.#or(true);
    if (this.#at < this.#words.length)
      throw new Failure(`syntax error: unexpected argument ${quotePlain(this.#words[this.#at])}`, 2);
    return value;
  }

  #accept(...words: string[]): string | null {
    const word = this.#words[this.#at];
    if (word === undefined || !words.includes(word)) return null;
    this.#at++;
    return word;
  }

  /** `live`: the value matters; the other side of | and & is only parsed. */
  #or(live: boolean): string {
    let left = this.#and(live);
    while (this.#accept("|")) {
      const right = this.#and(live && isNull(left));
      if (isNull(left)) left = isNull(right) ? "0" : right;
    }
    return left;
  }

  #and(live: boolean): string {
    let left = this.#compare(live);
    while (this.#accept("&")) {
      const right = this.#compare(live && !isNull(left));
      if (isNull(left) || isNull(right)) left = "0";
    }
    return left;
  }

  #compare(live: boolean): string {
    let left = this.#sum(live);
    for (
      let operator = this.#accept("<", "<=", "=", "==", "!=", ">=", ">");
      operator;
      operator = this.#accept("<", "<=", "=", "==", "!=", ">=", ">")
    ) {
      const right = this.#sum(live);
      const numbers = isInteger(left) && isInteger(right);
      const [a, b] = numbers ? [BigInt(left), BigInt(right)] : [textToBinary(left), textToBinary(right)];
      const results: Record<string, boolean> = {
        "<": a < b,
        "<=": a <= b,
        "=": a === b,
        "==": a === b,
        "!=": a !== b,
        ">=": a >= b,
        ">": a > b,
      };
      left = results[operator] ? "1" : "0";
    }
    return left;
  }

  #integer(text: string, live: boolean): bigint {
    if (!live) return 1n;
    if (!isInteger(text)) throw new Failure("non-integer argument", 2);
    return BigInt(text);
  }

  #sum(live: boolean): string {
    let left = this.#product(live);
    for (let operator = this.#accept("+", "-"); operator; operator = this.#accept("+", "-")) {
      const right = this.#product(live);
      const [a, b] = [this.#integer(left, live), this.#integer(right, live)];
      left = String(operator === "+" ? a + b : a - b);
    }
    return left;
  }

  #product(live: boolean): string {
    let left = this.#match(live);
    for (let operator = this.#accept("*", "/", "%"); operator; operator = this.#accept("*", "/", "%")) {
      const right = this.#match(live);
      const [a, b] = [this.#integer(left, live), this.#integer(right, live)];
      if (operator !== "*" && b === 0n) throw new Failure("division by zero", 2);
      left = String(operator === "*" ? a * b : operator === "/" ? a / b : a % b);
    }
    return left;
  }

  #match(live: boolean): string {
    let left = this.#primary(live);
    while (this.#accept(":")) left = matched(left, this.#primary(live), live, this.#bytes);
    return left;
  }

  #primary(live: boolean): string {
    const word = this.#words[this.#at];
    if (word === undefined)
      throw new Failure(`syntax error: missing argument after ${quotePlain(this.#words[this.#at - 1])}`, 2);
    this.#at++;
    switch (word) {
      case "(": {
        const value = this.#or(live);
        if (!this.#accept(")")) {
          const next = this.#words[this.#at];
          throw new Failure(
            next === undefined
              ? `syntax error: expecting ')' after ${quotePlain(this.#words[this.#at - 1])}`
              : `syntax error: expecting ')' instead of ${quotePlain(next)}`,
            2,
          );
        }
        return value;
      }
      case ")":
        throw new Failure("syntax error: unexpected ')'", 2);
      case "+":
        if (this.#at < this.#words.length) return this.#words[this.#at++];
        break;
      case "length":
        return String([...this.#primary(live)].length);
      case "match": {
        const text = this.#primary(live);
        return matched(text, this.#primary(live), live, this.#bytes);
      }
      case "index": {
        const text = [...this.#primary(live)];
        const wanted = this.#primary(live);
        return String(text.findIndex((character) => wanted.includes(character)) + 1);
      }
      case "substr": {
        const text = [...this.#primary(live)];
        const [position, length] = [this.#primary(live), this.#primary(live)];
        if (!isInteger(position) || !isInteger(length) || Number(position) <= 0 || Number(length) <= 0) return "";
        return text.slice(Number(position) - 1, Number(position) - 1 + Number(length)).join("");
      }
    }
    return word;
  }
}

function matched(text: string, pattern: string, live: boolean, bytes: boolean): string {
  if (!live) return "";
  const subject = textToBinary(text);
  try {
    const regex = compileRegex(`^\\(${pattern.replace(/^\^/, "")}\\)`, {
      syntax: "basic",
      posix: true,
      bytes,
    });
    const own = regex.groups > 1;
    if (!regex.find(subject, 0)) return own ? "" : "0";
    const spans = regex.capture(subject);
    const part = (from: number, to: number) => binaryToText(subject.slice(from, to));
    if (own) return spans[4] < 0 ? "" : part(spans[4], spans[5]);
    return String(bytes ? spans[1] - spans[0] : [...part(spans[0], spans[1])].length);
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(error.message, 2);
    throw error;
  }
}

export const factor = define(
  {
    name: "factor",
    usage: "[OPTION] [NUMBER]...",
    help: `Print the prime factors of each specified integer NUMBER. If none are specified, read them from standard input.

  -h, --exponents  print repeated factors in form p^e unless e is 1`,
  },
  async (invocation) => {
    const { options, operands, stdin, stdout } = invocation;
    const show = async (given: string): Promise<void> => {
      const text = given.trim();
      if (!/^\+?\d+$/.test(text)) {
        invocation.warn(`${quotePlain(text)} is not a valid positive integer`);
        return;
      }
      const number = BigInt(text.replace("+", ""));
      const factors = await factorize(number, () => invocation.yield());
      factors.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const counts = new Map<bigint, number>();
      for (const one of factors) counts.set(one, (counts.get(one) ?? 0) + 1);
      const shown = options.has("h")
        ? [...counts].map(([prime, count]) => (count > 1 ? `${prime}^${count}` : String(prime)))
        : factors.map(String);
      await stdout.write(`${[`${number}:`, ...shown].join(" ")}\n`);
    };
    if (operands.length > 0) {
      for (const text of operands) await show(text);
      return;
    }
    for (let block = await stdin.lines(); block; block = await stdin.lines()) {
      for (const text of decode(block).split(/\s+/).filter(Boolean)) await show(text);
    }
  },
);

async function factorize(number: bigint, pause: () => Promise<void>): Promise<bigint[]> {
  const found: bigint[] = [];
  let left = number;
  if (left < 2n) return found;
  for (let p = 2; p < 10000; p += p === 2 ? 1 : 2) {
    const prime = BigInt(p);
    if (prime * prime > left) break;
    while (left % prime === 0n) {
      found.push(prime);
      left /= prime;
    }
  }
  const split = async (n: bigint): Promise<void> => {
    if (n === 1n) return;
    if (n < 100_000_000n || isPrime(n)) {
      found.push(n);
      return;
    }
    const part = await rho(n, pause);
    await split(part);
    await split(n / part);
  };
  await split(left);
  return found;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let b = base % modulus;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % modulus;
    b = (b * b) % modulus;
  }
  return result;
}

/** Miller and Rabin's test with the first primes, which is exact far beyond 2^64. */
function isPrime(n: bigint): boolean {
  let d = n - 1n;
  let twos = 0;
  for (; (d & 1n) === 0n; d >>= 1n) twos++;
  return [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n].every((a) => {
    let x = power(a, d, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a, b];
  while (y) [x, y] = [y, x % y];
  return x < 0n ? -x : x;
};

/** A factor of a number that is not prime, by Pollard's rho. */
async function rho(n: bigint, pause: () => Promise<void>): Promise<bigint> {
  for (let c = 1n; ; c++) {
    let [x, y, product] = [2n, 2n, 1n];
    const step = (value: bigint) => (value * value + c) % n;
    for (let i = 1; ; i++) {
      x = step(x);
      y = step(step(y));
      if (x === y) break;
      product = (product * (x > y ? x - y : y - x)) % n;
      if (product === 0n || i % 128 === 0) {
        const divisor = gcd(product === 0n ? (x > y ? x - y : y - x) : product, n);
        if (divisor > 1n && divisor < n) return divisor;
        if (divisor === n) break;
        product = 1n;
      }
      if (i % 20000 === 0) await pause();
    }
  }
}
