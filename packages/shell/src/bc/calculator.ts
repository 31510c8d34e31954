// Runs bc's statements: variables, arrays, functions with dynamic scope, and the registers scale, ibase, obase and last.

import { BcError, Halt } from "./errors.ts";
import { add, type Decimal, format, lengthOf, negate, ONE, parse, rescale, squareRoot, ZERO } from "./number.ts";
import { operate } from "./operators.ts";
import type { BcExpression, BcLvalue, BcParameter, BcStatement } from "./tree.ts";

export { BcError, Halt };

export interface BcStreams {
  print(text: string): Promise<void> | null;
  warn(text: string): void;
  pause(): Promise<void>;
  /** A line of the input for read(). */
  readLine(): Promise<string | null>;
}

/** How a statement ended. */
type Outcome = "break" | "continue" | "return" | null;

type Table = Map<number, Decimal>;
type Definition = BcStatement & { kind: "define" };

const DEEPEST = 20_000;

export class Calculator {
  #streams: BcStreams;
  #lineLength: number;
  #scale = 0;
  #ibase = 10;
  #obase = 10n;
  #last: Decimal = ZERO;
  #variables = new Map<string, Decimal>();
  #arrays = new Map<string, Table>();
  #functions = new Map<string, Definition>();
  #result: Decimal = ZERO;
  #depth = 0;
  #steps = 0;
  #paused = performance.now();

  constructor(streams: BcStreams, lineLength: number) {
    this.#streams = streams;
    this.#lineLength = lineLength;
  }

  /** After a mistake. */
  reset(): void {
    this.#depth = 0;
  }

  async run(statement: BcStatement): Promise<Outcome> {
    switch (statement.kind) {
      case "expression": {
        const { of } = statement;
        const value = await this.#value(of);
        if (of.kind === "assign") return null;
        this.#last = value;
        await this.#print(`${this.#folded(format(value, this.#obase))}\n`);
        return null;
      }
      case "string":
        await this.#print(statement.text);
        return null;
      case "print":
        for (const item of statement.list) {
          if (typeof item === "string") await this.#print(unescape(item));
          else {
            this.#last = await this.#value(item);
            await this.#print(this.#folded(format(this.#last, this.#obase)));
          }
        }
        return null;
      case "block":
        for (const one of statement.list) {
          const outcome = await this.run(one);
          if (outcome) return outcome;
        }
        return null;
      case "if":
        if (await this.#truth(statement.test)) return this.run(statement.yes);
        return statement.no ? this.run(statement.no) : null;
      case "while":
        return this.#loop(null, statement.test, null, statement.body);
      case "for":
        return this.#loop(statement.init, statement.test, statement.step, statement.body);
      case "break":
      case "continue":
        return statement.kind;
      case "return":
        this.#result = statement.value ? await this.#value(statement.value) : ZERO;
        return "return";
      case "quit":
      case "halt":
        throw new Halt();
      case "define":
        this.#functions.set(statement.name, statement);
        return null;
      case "limits":
        await this.#print("BC_BASE_MAX     = 2147483647\n");
        return null;
    }
  }

  async #print(text: string): Promise<void> {
    const waiting = this.#streams.print(text);
    if (waiting) await waiting;
  }

  /** Long numbers go on in the next line. */
  #folded(text: string): string {
    const width = this.#lineLength - 2;
    if (width < 2 || text.length <= width) return text;
    const lines: string[] = [];
    for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
    return lines.join("\\\n");
  }

  async #loop(
    init: BcExpression | null,
    test: BcExpression | null,
    step: BcExpression | null,
    body: BcStatement,
  ): Promise<Outcome> {
    if (init) await this.#value(init);
    while (!test || (await this.#truth(test))) {
      const outcome = await this.run(body);
      if (outcome === "return") return outcome;
      if (outcome === "break") break;
      if (step) await this.#value(step);
      await this.#breathe();
    }
    return null;
  }

  async #breathe(): Promise<void> {
    if ((++this.#steps & 255) !== 0 || performance.now() - this.#paused < 10) return;
    await this.#streams.pause();
    this.#paused = performance.now();
  }

  async #truth(node: BcExpression): Promise<boolean> {
    return (await this.#value(node)).value !== 0n;
  }

  /** Numbers and variables are at hand; only calls wait. */
  #value(node: BcExpression): Decimal | Promise<Decimal> {
    switch (node.kind) {
      case "number":
        return parse(node.text, this.#ibase);
      case "group":
        return this.#value(node.of);
      case "variable":
        return this.#variables.get(node.name) ?? ZERO;
      case "register":
        return this.#register(node.name);
    }
    return this.#compute(node);
  }

  #register(name: string): Decimal {
    if (name === "last") return this.#last;
    const value = name === "scale" ? BigInt(this.#scale) : name === "ibase" ? BigInt(this.#ibase) : this.#obase;
    return { value, scale: 0 };
  }

  async #compute(node: BcExpression): Promise<Decimal> {
    switch (node.kind) {
      case "element":
        return this.#array(node.name).get(await this.#index(node.index)) ?? ZERO;
      case "negate":
        return negate(await this.#value(node.of));
      case "not":
        return (await this.#truth(node.of)) ? ZERO : ONE;
      case "assign": {
        const index = node.to.kind === "element" ? await this.#index(node.to.index) : 0;
        let value = await this.#value(node.value);
        if (node.operator !== "")
          value = operate(node.operator, this.#read(node.to, index), value, this.#scale, (text) =>
            this.#streams.warn(text),
          );
        this.#store(node.to, index, value);
        return value;
      }
      case "increment": {
        const index = node.of.kind === "element" ? await this.#index(node.of.index) : 0;
        const old = this.#read(node.of, index);
        const made = add(old, { value: BigInt(node.by), scale: 0 });
        this.#store(node.of, index, made);
        return node.before ? made : old;
      }
      case "binary": {
        if (node.operator === "&&")
          return (await this.#truth(node.left)) && (await this.#truth(node.right)) ? ONE : ZERO;
        if (node.operator === "||")
          return (await this.#truth(node.left)) || (await this.#truth(node.right)) ? ONE : ZERO;
        const left = await this.#value(node.left);
        return operate(node.operator, left, await this.#value(node.right), this.#scale, (text) =>
          this.#streams.warn(text),
        );
      }
      case "call":
        return this.#call(node);
      case "builtin":
        return this.#builtin(node);
    }
    return this.#value(node);
  }

  async #index(node: BcExpression): Promise<number> {
    const index = Number(rescale(await this.#value(node), 0).value);
    if (index < 0 || index > 16_777_215)
      throw new BcError("Runtime error (func=(main), adr=3): Array subscript out of bounds.");
    return index;
  }

  #array(name: string): Table {
    let table = this.#arrays.get(name);
    if (!table) this.#arrays.set(name, (table = new Map()));
    return table;
  }

  #read(to: BcLvalue, index: number): Decimal {
    if (to.kind === "variable") return this.#variables.get(to.name) ?? ZERO;
    if (to.kind === "element") return this.#array(to.name).get(index) ?? ZERO;
    return this.#register(to.name);
  }

  #store(to: BcLvalue, index: number, value: Decimal): void {
    if (to.kind === "variable") this.#variables.set(to.name, value);
    else if (to.kind === "element") this.#array(to.name).set(index, value);
    else if (to.name === "last") this.#last = value;
    else {
      const number = rescale(value, 0).value;
      if (to.name === "scale") this.#scale = Number(number < 0n ? 0n : number);
      else if (to.name === "ibase") this.#ibase = Math.min(36, Math.max(2, Number(number)));
      else this.#obase = number < 2n ? 2n : number;
    }
  }

  async #builtin(node: BcExpression & { kind: "builtin" }): Promise<Decimal> {
    if (node.name === "read") {
      const line = (await this.#streams.readLine()) ?? "0";
      const text = line.trim();
      return text[0] === "-" ? negate(parse(text.slice(1), this.#ibase)) : parse(text || "0", this.#ibase);
    }
    const of = node.of!;
    if (of.kind === "array") return { value: BigInt(this.#array(of.name).size), scale: 0 };
    const value = await this.#value(of);
    if (node.name === "length") return { value: BigInt(lengthOf(value)), scale: 0 };
    if (node.name === "scale") return { value: BigInt(value.scale), scale: 0 };
    if (node.name === "abs") return value.value < 0n ? negate(value) : value;
    if (value.value < 0n) throw new BcError("Runtime error (func=(main), adr=3): Square root of a negative number");
    return squareRoot(value, this.#scale);
  }

  async #call(node: BcExpression & { kind: "call" }): Promise<Decimal> {
    const definition = this.#functions.get(node.name);
    if (!definition) throw new BcError(`Runtime error (func=(main), adr=3): Function ${node.name} not defined.`);
    const { parameters, autos, body } = definition;
    if (node.args.length !== parameters.length)
      throw new BcError("Runtime error (func=(main), adr=3): Parameter number mismatch");
    if (++this.#depth > DEEPEST) throw new BcError("Runtime error: function call nesting too deep");
    const given: (Decimal | Table)[] = [];
    for (const [i, arg] of node.args.entries()) {
      if (arg.kind !== "array") given.push(await this.#value(arg));
      else given.push(parameters[i].reference ? this.#array(arg.name) : new Map(this.#array(arg.name)));
    }
    const hidden = [...parameters, ...autos].map((one): [BcParameter, Decimal | Table | undefined] => [
      one,
      one.array ? this.#arrays.get(one.name) : this.#variables.get(one.name),
    ]);
    for (const [i, one] of [...parameters, ...autos].entries()) {
      const value = given[i];
      if (one.array) this.#arrays.set(one.name, value instanceof Map ? value : new Map());
      else this.#variables.set(one.name, value && !(value instanceof Map) ? value : ZERO);
    }
    this.#result = ZERO;
    await this.#breathe();
    await this.run(body);
    const result = this.#result;
    this.#result = ZERO;
    for (const [one, value] of hidden.reverse()) {
      if (one.array) {
        if (value instanceof Map) this.#arrays.set(one.name, value);
        else this.#arrays.delete(one.name);
      } else this.#variables.set(one.name, value && !(value instanceof Map) ? value : ZERO);
    }
    this.#depth--;
    return result;
  }
}

const ESCAPES: Record<string, string> = { a: "\x07", b: "\b", f: "\f", n: "\n", q: '"', r: "\r", t: "\t", "\\": "\\" };

const unescape = (text: string): string => text.replace(/\\([abfnqrt\\])/g, (_, letter) => ESCAPES[letter]);
