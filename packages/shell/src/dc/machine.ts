// dc's machine: its commands, registers that are stacks themselves, and macros. Pure, but for its streams. The stack is in stack.ts.

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
import { Frame } from "./frame.ts";
import { characters, DcError, divisor, firstCharacter, Stack, type Value, whole } from "./stack.ts";

export interface DcStreams {
  /** A binary string. */
  print(text: string): Promise<void> | null;
  warn(text: string): void;
  pause(): Promise<void>;
  readLine(): Promise<string | null>;
  /** Runs a shell command line. */
  run(line: string): Promise<void>;
}

interface Register {
  value: Value | null;
  array: Map<string, Value>;
}

export class DcMachine {
  #streams: DcStreams;
  #stack = new Stack();
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
    this.#frames = [new Frame(text)];
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
      return this.#stack.push(frame.number(BigInt(this.#input)));
    }
    switch (command) {
      case " ":
      case "\n":
      case "\t":
      case "\r":
      case "\v":
      case "\f":
        return null;
      case "#":
        frame.line();
        return null;
      case "[":
        return this.#stack.push(frame.string());
      case "+":
        return this.#stack.binary((a, b) => add(a, b));
      case "-":
        return this.#stack.binary((a, b) => subtract(a, b));
      case "*":
        return this.#stack.binary((a, b) => multiply(a, b, this.#scale));
      case "/":
        return this.#stack.binary((a, b) => divide(a, divisor(b), this.#scale));
      case "%":
        return this.#stack.binary((a, b) => remainder(a, divisor(b, "remainder by zero"), this.#scale));
      case "~":
        return this.#stack.binary((a, b) => {
          const quotient = divide(a, divisor(b), this.#scale);
          return [quotient, remainder(a, b, this.#scale)];
        });
      case "^":
        return this.#stack.binary((a, b) => this.#power(a, b));
      case "|":
        return this.#stack.modularPower();
      case "v":
        return this.#stack.unary((a) => {
          if (a.value < 0n) throw new DcError("square root of negative number");
          return squareRoot(a, this.#scale);
        });
      case "p":
        return this.#print(`${this.#show(this.#stack.top())}\n`);
      case "n":
        return this.#print(this.#show(this.#stack.pop()));
      case "P":
        return this.#print(characters(this.#stack.pop()));
      case "f":
        return this.#print(
          [...this.#stack.values]
            .reverse()
            .map((value) => `${this.#show(value)}\n`)
            .join(""),
        );
      case "c":
        this.#stack.values = [];
        return null;
      case "d":
        this.#stack.push(this.#stack.top());
        return null;
      case "r":
        this.#stack.need(2);
        this.#stack.values.push(...this.#stack.values.splice(-2).reverse());
        return null;
      case "R":
        return this.#stack.rotate();
      case "a":
        return this.#stack.push(firstCharacter(this.#stack.pop()));
      case "i":
        return this.#setBase();
      case "o": {
        const base = this.#stack.integer("output base must be a number greater than 1");
        if (base < 2n) throw new DcError("output base must be a number greater than 1");
        this.#output = base;
        return null;
      }
      case "k": {
        const scale = this.#stack.integer("scale must be a nonnegative number");
        if (scale < 0n) throw new DcError("scale must be a nonnegative number");
        this.#scale = Number(scale);
        return null;
      }
      case "I":
        return this.#stack.push(whole(BigInt(this.#input)));
      case "O":
        return this.#stack.push(whole(this.#output));
      case "K":
        return this.#stack.push(whole(BigInt(this.#scale)));
      case "Z": {
        const value = this.#stack.pop();
        return this.#stack.push(whole(BigInt(typeof value === "string" ? value.length : lengthOf(value))));
      }
      case "X": {
        const value = this.#stack.pop();
        return this.#stack.push(whole(BigInt(typeof value === "string" ? 0 : value.scale)));
      }
      case "z":
        return this.#stack.push(whole(BigInt(this.#stack.values.length)));
      case "x":
        return this.#execute(this.#stack.pop());
      case "?":
        return this.#ask();
      case "q":
        return this.#leave(2, true);
      case "Q": {
        const levels = this.#stack.integer("Q command requires a number >= 1");
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

  #setBase(): null {
    const complaint = "input base must be a number between 2 and 16 (inclusive)";
    const base = this.#stack.integer(complaint);
    if (base < 2n || base > 16n) throw new DcError(complaint);
    this.#input = Number(base);
    return null;
  }

  #power(a: Decimal, b: Decimal): Decimal {
    const exponent = rescale(b, 0);
    if (compare(b, exponent) !== 0) this.#streams.warn("Runtime warning: non-zero scale in exponent");
    if (exponent.value < 0n && a.value === 0n) return ZERO;
    if (exponent.value > 50_000_000n) throw new DcError("Runtime error: exponent too large in raise");
    return power(a, exponent.value, this.#scale);
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
    if (typeof value !== "string") return this.#stack.push(value);
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
    this.#frames.push(new Frame(value, levels));
    return null;
  }

  async #ask(): Promise<void> {
    const line = await this.#streams.readLine();
    if (line !== null) this.#frames.push(new Frame(line));
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
    await this.#streams.run(frame.line());
  }

  #compare(operator: string, not: boolean, frame: Frame): null {
    const name = frame.name();
    this.#stack.need(2);
    const [second, top] = this.#stack.values.slice(-2);
    if (typeof top === "string" || typeof second === "string") throw new DcError("non-numeric value");
    this.#stack.values.splice(-2);
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
    const name = frame.name();
    const cell = this.#cell(name);
    switch (command) {
      case "s":
        cell.value = this.#stack.pop();
        return null;
      case "l":
        return this.#stack.push(cell.value ?? ZERO);
      case "S":
        this.#registers.get(name)!.push({ value: this.#stack.pop(), array: new Map() });
        return null;
      case "L": {
        if (cell.value === null) throw new DcError(`stack register ${named(name)} is empty`);
        this.#registers.get(name)!.pop();
        return this.#stack.push(cell.value);
      }
      case ":": {
        this.#stack.need(2);
        const index = this.#index();
        cell.array.set(index, this.#stack.pop());
        return null;
      }
    }
    return this.#stack.push(cell.array.get(this.#index()) ?? ZERO);
  }

  #index(): string {
    const complaint = "array index must be a nonnegative integer";
    const index = this.#stack.integer(complaint);
    if (index < 0n) throw new DcError(complaint);
    return String(index);
  }
}

const named = (character: string) => `'${character}' (0${character.charCodeAt(0).toString(8)})`;
