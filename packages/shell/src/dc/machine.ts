// dc's machine: a stack of numbers and strings, registers that are stacks themselves, and macros. Pure, but for its streams.
// The numbers are bc's.

import {
  add,
  compare,
  type Decimal,
  divide,
  format,
  lengthOf,
  multiply,
  power,
  remainder,
  rescale,
  squareRoot,
  subtract,
  ZERO,
} from "../bc/number.ts";

export interface DcStreams {
  /** A binary string. */
  print(text: string): Promise<void> | null;
  warn(text: string): void;
  pause(): Promise<void>;
  readLine(): Promise<string | null>;
  /** Runs a shell command line. */
  run(line: string): Promise<void>;
}

type Value = Decimal | string;

interface Register {
  value: Value | null;
  array: Map<string, Value>;
}

/** A text being executed. A call at the end of one takes its place, and counts here for the levels that q leaves. */
interface Frame {
  text: string;
  at: number;
  levels: number;
}

class DcError extends Error {}

const whole = (value: bigint): Decimal => ({ value, scale: 0 });

export class DcMachine {
  #streams: DcStreams;
  #stack: Value[] = [];
  #registers = new Map<string, Register[]>();
  #scale = 0;
  #input = 10;
  #output = 10n;
  #frames: Frame[] = [];
  #lineLength: number;

  constructor(streams: DcStreams, lineLength: number) {
    this.#streams = streams;
    this.#lineLength = lineLength;
  }

  /** Executes a text; true when it said quit. */
  async run(text: string): Promise<boolean> {
    this.#frames = [{ text, at: 0, levels: 1 }];
    for (let steps = 1; this.#frames.length > 0; steps++) {
      const frame = this.#frames[this.#frames.length - 1];
      if (frame.at >= frame.text.length) {
        this.#frames.pop();
        continue;
      }
      if (steps % 4096 === 0) await this.#streams.pause();
      try {
        const waiting = this.#step(frame);
        if (waiting && (await waiting)) return true;
      } catch (error) {
        if (error instanceof DcError) this.#streams.warn(error.message);
        else if (error instanceof RangeError) this.#streams.warn("out of memory");
        else throw error;
      }
    }
    return false;
  }

  #step(frame: Frame): Promise<boolean | void> | null {
    const { text } = frame;
    const command = text[frame.at++];
    if (/[0-9A-F_.]/.test(command)) {
      frame.at--;
      this.#number(frame);
      return null;
    }
    switch (command) {
      case " ":
      case "\n":
      case "\t":
      case "\r":
      case "\v":
      case "\f":
        return null;
      case "#": {
        const end = text.indexOf("\n", frame.at);
        frame.at = end < 0 ? text.length : end;
        return null;
      }
      case "[":
        return this.#string(frame);
      case "+":
        return this.#binary((a, b) => add(a, b));
      case "-":
        return this.#binary((a, b) => subtract(a, b));
      case "*":
        return this.#binary((a, b) => multiply(a, b, this.#scale));
      case "/":
        return this.#binary((a, b) => divide(a, this.#divisor(b), this.#scale));
      case "%":
        return this.#binary((a, b) => remainder(a, this.#divisor(b, "remainder by zero"), this.#scale));
      case "~":
        return this.#binary((a, b) => {
          const quotient = divide(a, this.#divisor(b), this.#scale);
          return [quotient, remainder(a, b, this.#scale)];
        });
      case "^":
        return this.#binary((a, b) => this.#power(a, b));
      case "|":
        return this.#modularPower();
      case "v":
        return this.#unary((a) => {
          if (a.value < 0n) throw new DcError("square root of negative number");
          return squareRoot(a, this.#scale);
        });
      case "p":
        return this.#print(`${this.#show(this.#top())}\n`);
      case "n":
        return this.#print(this.#show(this.#pop()));
      case "P":
        return this.#print(characters(this.#pop()));
      case "f":
        return this.#print(
          [...this.#stack]
            .reverse()
            .map((value) => `${this.#show(value)}\n`)
            .join(""),
        );
      case "c":
        this.#stack = [];
        return null;
      case "d":
        this.#push(this.#top());
        return null;
      case "r":
        this.#need(2);
        this.#stack.push(...this.#stack.splice(-2).reverse());
        return null;
      case "R":
        return this.#rotate();
      case "a":
        return this.#push(firstCharacter(this.#pop()));
      case "i":
        return this.#setBase();
      case "o": {
        const base = this.#integer("output base must be a number greater than 1");
        if (base < 2n) throw new DcError("output base must be a number greater than 1");
        this.#output = base;
        return null;
      }
      case "k": {
        const scale = this.#integer("scale must be a nonnegative number");
        if (scale < 0n) throw new DcError("scale must be a nonnegative number");
        this.#scale = Number(scale);
        return null;
      }
      case "I":
        return this.#push(whole(BigInt(this.#input)));
      case "O":
        return this.#push(whole(this.#output));
      case "K":
        return this.#push(whole(BigInt(this.#scale)));
      case "Z": {
        const value = this.#pop();
        return this.#push(whole(BigInt(typeof value === "string" ? value.length : lengthOf(value))));
      }
      case "X": {
        const value = this.#pop();
        return this.#push(whole(BigInt(typeof value === "string" ? 0 : value.scale)));
      }
      case "z":
        return this.#push(whole(BigInt(this.#stack.length)));
      case "x":
        return this.#execute(this.#pop());
      case "?":
        return this.#ask();
      case "q":
        return this.#leave(2, true);
      case "Q": {
        const levels = this.#integer("Q command requires a number >= 1");
        if (levels < 1n) throw new DcError("Q command requires a number >= 1");
        return this.#leave(Number(levels), false);
      }
      case "!":
        if (/^[<>=]/.test(text.slice(frame.at))) return this.#compare(text[frame.at++], true, frame);
        return this.#shell(frame);
      case "<":
      case ">":
      case "=":
        return this.#compare(command, false, frame);
      case "s":
      case "l":
      case "S":
      case "L":
      case ":":
      case ";":
        return this.#register(command, frame);
    }
    throw new DcError(`${named(command)} unimplemented`);
  }

  #push(value: Value): null {
    this.#stack.push(value);
    return null;
  }

  #need(count: number): void {
    if (this.#stack.length < count) throw new DcError("stack empty");
  }

  #top(): Value {
    this.#need(1);
    return this.#stack[this.#stack.length - 1];
  }

  #pop(): Value {
    this.#need(1);
    return this.#stack.pop()!;
  }

  /** Takes a number off; what is none stays out of arithmetic, but is gone as in GNU's. */
  #integer(complaint: string): bigint {
    const value = this.#pop();
    if (typeof value === "string") throw new DcError(complaint);
    return rescale(value, 0).value;
  }

  #binary(work: (a: Decimal, b: Decimal) => Decimal | Decimal[]): null {
    this.#need(2);
    const [a, b] = this.#stack.slice(-2);
    if (typeof a === "string" || typeof b === "string") throw new DcError("non-numeric value");
    const result = work(a, b);
    this.#stack.splice(-2);
    this.#stack.push(...(Array.isArray(result) ? result : [result]));
    return null;
  }

  #unary(work: (a: Decimal) => Decimal): null {
    const value = this.#top();
    if (typeof value === "string") throw new DcError("non-numeric value");
    this.#stack[this.#stack.length - 1] = work(value);
    return null;
  }

  #divisor(b: Decimal, complaint = "divide by zero"): Decimal {
    if (b.value === 0n) throw new DcError(complaint);
    return b;
  }

  #power(a: Decimal, b: Decimal): Decimal {
    const exponent = rescale(b, 0);
    if (compare(b, exponent) !== 0) this.#streams.warn("Runtime warning: non-zero scale in exponent");
    if (exponent.value < 0n && a.value === 0n) return ZERO;
    if (exponent.value > 50_000_000n) throw new DcError("Runtime error: exponent too large in raise");
    return power(a, exponent.value, this.#scale);
  }

  /** base exponent modulus | */
  #modularPower(): null {
    this.#need(3);
    const three = this.#stack.slice(-3);
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
    this.#stack.splice(-3, 3, whole(result));
    return null;
  }

  #rotate(): null {
    const count = Number(this.#integer("rotation must be by a number"));
    const size = Math.min(Math.abs(count), this.#stack.length);
    if (size < 2) return null;
    if (count > 0) this.#stack.push(...this.#stack.splice(-size, 1));
    else this.#stack.splice(1 - size, 0, this.#stack.pop()!);
    return null;
  }

  #setBase(): null {
    const complaint = "input base must be a number between 2 and 16 (inclusive)";
    const base = this.#integer(complaint);
    if (base < 2n || base > 16n) throw new DcError(complaint);
    this.#input = Number(base);
    return null;
  }

  /** A number: digits up to F whatever the base, each worth what it is. */
  #number(frame: Frame): void {
    const [given, sign, integer, fraction = ""] = /^(_?)\s*([0-9A-F]*)(?:\.([0-9A-F]*))?/.exec(
      frame.text.slice(frame.at),
    )!;
    frame.at += given.length || 1;
    const base = BigInt(this.#input);
    let value = 0n;
    for (const digit of integer) value = value * base + BigInt(Number.parseInt(digit, 16));
    let result = whole(value);
    if (fraction !== "") {
      let numerator = 0n;
      for (const digit of fraction) numerator = numerator * base + BigInt(Number.parseInt(digit, 16));
      result = add(result, divide(whole(numerator), whole(base ** BigInt(fraction.length)), fraction.length));
    }
    this.#push(sign ? subtract(ZERO, result) : result);
  }

  #string(frame: Frame): null {
    let depth = 1;
    const start = frame.at;
    for (; frame.at < frame.text.length && depth > 0; frame.at++) {
      if (frame.text[frame.at] === "[") depth++;
      else if (frame.text[frame.at] === "]") depth--;
    }
    return this.#push(frame.text.slice(start, depth > 0 ? frame.at : frame.at - 1));
  }

  #show(value: Value): string {
    if (typeof value === "string") return value;
    const text = format(value, this.#output);
    // Long numbers go over several lines, each with a backslash at its end.
    const room = this.#lineLength - 1;
    if (room <= 0 || text.length <= room) return text;
    return text.match(new RegExp(`.{1,${room}}`, "g"))!.join("\\\n");
  }

  #print(text: string): Promise<void> | null {
    return this.#streams.print(text);
  }

  #execute(value: Value): null {
    if (typeof value !== "string") return this.#push(value);
    const frame = this.#frames[this.#frames.length - 1];
    let levels = 1;
    // The first text stands for the program: q from a macro that it called last has to see it.
    if (
      this.#frames.length > 1 &&
      /^\s*$/.test(frame.text.slice(frame.at, frame.at + 80)) &&
      frame.text.length - frame.at < 80
    ) {
      this.#frames.pop();
      levels += frame.levels;
    }
    this.#frames.push({ text: value, at: 0, levels });
    return null;
  }

  async #ask(): Promise<void> {
    const line = await this.#streams.readLine();
    if (line !== null) this.#frames.push({ text: line, at: 0, levels: 1 });
  }

  /** Leaves so many levels; `program` if that ends the program when there are none left. */
  #leave(count: number, program: boolean): Promise<boolean> | null {
    let left = count;
    while (left > 0 && this.#frames.length > 1) {
      const frame = this.#frames[this.#frames.length - 1];
      const taken = Math.min(left, frame.levels);
      left -= taken;
      this.#frames.pop();
    }
    return left > 0 && program ? Promise.resolve(true) : null;
  }

  async #shell(frame: Frame): Promise<void> {
    const end = frame.text.indexOf("\n", frame.at);
    const line = frame.text.slice(frame.at, end < 0 ? frame.text.length : end);
    frame.at = end < 0 ? frame.text.length : end + 1;
    await this.#streams.run(line);
  }

  #name(frame: Frame): string {
    if (frame.at >= frame.text.length) throw new DcError("unexpected EOS");
    return frame.text[frame.at++];
  }

  #compare(operator: string, not: boolean, frame: Frame): null {
    const name = this.#name(frame);
    this.#need(2);
    const [second, top] = this.#stack.slice(-2);
    if (typeof top === "string" || typeof second === "string") throw new DcError("non-numeric value");
    this.#stack.splice(-2);
    const order = compare(top, second);
    const holds = operator === "<" ? order < 0 : operator === ">" ? order > 0 : order === 0;
    if (holds === not) return null;
    const value = this.#cell(name).value;
    return value === null ? null : this.#execute(value);
  }

  #cell(name: string): Register {
    const cells = this.#registers.get(name);
    if (cells && cells.length > 0) return cells[cells.length - 1];
    const cell: Register = { value: null, array: new Map() };
    this.#registers.set(name, [cell]);
    return cell;
  }

  #register(command: string, frame: Frame): null {
    const name = this.#name(frame);
    const cell = this.#cell(name);
    switch (command) {
      case "s":
        cell.value = this.#pop();
        return null;
      case "l":
        return this.#push(cell.value ?? ZERO);
      case "S":
        this.#registers.get(name)!.push({ value: this.#pop(), array: new Map() });
        return null;
      case "L": {
        if (cell.value === null) throw new DcError(`stack register ${named(name)} is empty`);
        this.#registers.get(name)!.pop();
        return this.#push(cell.value);
      }
      case ":": {
        this.#need(2);
        const index = this.#index();
        cell.array.set(index, this.#pop());
        return null;
      }
    }
    return this.#push(cell.array.get(this.#index()) ?? ZERO);
  }

  #index(): string {
    const complaint = "array index must be a nonnegative integer";
    const index = this.#integer(complaint);
    if (index < 0n) throw new DcError(complaint);
    return String(index);
  }
}

/** A string as it is; a number as the bytes it is made of. */
function characters(value: Value): string {
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

const named = (character: string) => `'${character}' (0${character.charCodeAt(0).toString(8)})`;

/** Of a string the first one, of a number its lowest byte. */
const firstCharacter = (value: Value): string =>
  typeof value === "string" ? value.slice(0, 1) : characters(value).slice(-1);
