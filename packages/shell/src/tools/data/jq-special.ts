// jq's functions that native ones can't be: they follow paths, stop early, or ask the world. Beneath the evaluator, which runs their
// arguments.

import { Bindings } from "./jq-bindings.ts";
import { textOf } from "./jq-builtins.ts";
import { builtinNames } from "./jq-library.ts";
import { checkPath, getPathValue, iterate, none, truthy } from "./jq-results.ts";
import { Halt, type Result, type Scope, type World } from "./jq-scope.ts";
import type { Node } from "./jq-tree.ts";
import { described, JqError, shown, typeOf, type Value } from "./jq-value.ts";

const textJson = (value: Value) =>
  shown(value).endsWith("...")
    ? textOf(Array.isArray(value) || value instanceof Map ? value : [value]).replace(
        /^\[(.*)\]$/s,
        Array.isArray(value) || value instanceof Map ? "$&" : "$1",
      )
    : shown(value);

/**
 * The values of the last iterator on a stack that others are put on meanwhile. A chain, as `recurse(if … then … else empty end)`
 * makes one, must not nest a generator a step.
 */
function* innermost(stack: Iterator<Result>[]): Generator<Result> {
  while (stack.length > 0) {
    const { value, done } = stack[stack.length - 1].next();
    if (done) stack.pop();
    else yield value;
  }
}

export abstract class SpecialFunctions extends Bindings {
  protected world: World;

  constructor(world: World) {
    super();
    this.world = world;
  }

  protected *recurse(at: Result): Generator<Result> {
    const stack: Result[] = [at];
    for (let one = stack.pop(); one; one = stack.pop()) {
      yield one;
      if (one.value instanceof Map || Array.isArray(one.value))
        for (const part of [...iterate(one)].reverse()) stack.push(part);
    }
  }

  /** Functions that the evaluator itself must know: they follow paths, stop early, or ask the world. */
  protected special(key: string, args: Node[], scope: Scope | null, at: Result): Generator<Result> | null {
    const world = this.world;
    const one = (value: Value) => [this.plain(value, at)].values() as unknown as Generator<Result>;
    switch (key) {
      case "empty/0":
        return none();
      case "not/0":
        return one(!truthy(at.value));
      case "error/0":
        throw new JqError(at.value);
      case "error/1":
        return this.#error(args[0], scope, at);
      case "path/1":
        return this.#paths(args[0], scope, at);
      case "getpath/1":
        return this.#getPath(args[0], scope, at);
      case "select/1":
        return this.#select(args[0], scope, at);
      case "recurse/0":
        return this.recurse(at);
      case "recurse/1":
        return this.#recurseBy(args[0], scope, at);
      case "repeat/1":
        return this.#recurseBy(args[0], scope, at);
      case "while/2":
        return this.#while(args[0], args[1], scope, at);
      case "until/2":
        return this.#until(args[0], args[1], scope, at);
      case "range/1":
        return this.#range({ kind: "literal", value: 0 }, args[0], null, scope, at);
      case "range/2":
        return this.#range(args[0], args[1], null, scope, at);
      case "range/3":
        return this.#range(args[0], args[1], args[2], scope, at);
      case "first/1":
        return this.#limit({ kind: "literal", value: 1 }, args[0], scope, at);
      case "limit/2":
        return this.#limit(args[0], args[1], scope, at);
      case "skip/2":
        return this.#skip(args[0], args[1], scope, at);
      case "last/1":
        return this.#last(args[0], scope, at);
      case "isempty/1":
        return one(this.values(args[0], scope, at).next().done === true);
      case "_by/1": {
        // The keys that sort_by and its kind go by.
        if (!Array.isArray(at.value)) throw new JqError(`Cannot index ${typeOf(at.value)} with number`);
        return one(
          at.value.map((value) => [
            [...this.run(args[0], scope, { value, path: null })].map((result) => result.value),
            value,
          ]),
        );
      }
      case "input/0": {
        const { value, done } = world.inputs.next();
        if (done) throw new JqError("No more inputs");
        return one(value);
      }
      case "debug/0":
        world.message(`["DEBUG:",${textJson(at.value)}]\n`);
        return [at].values() as unknown as Generator<Result>;
      case "stderr/0":
        world.message(typeof at.value === "string" ? at.value : textJson(at.value));
        return [at].values() as unknown as Generator<Result>;
      case "env/0":
        return one(world.env);
      case "input_filename/0":
        return one(world.inputName);
      case "input_line_number/0":
        return one(world.line());
      case "builtins/0":
        return one(builtinNames());
      case "halt/0":
        throw new Halt(0);
      case "halt_error/1": {
        const [status] = this.values(args[0], scope, at);
        if (typeof status?.value !== "number") throw new JqError("halt_error/1: number required");
        throw new Halt(status.value, at.value);
      }
    }
    return null;
  }

  #error(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.values(arg, scope, at)) throw new JqError(value);
    return none();
  }

  *#paths(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { path } of this.run(arg, scope, { value: at.value, path: [] })) yield this.plain(checkPath(path), at);
  }

  *#getPath(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value: path } of this.values(arg, scope, at)) {
      if (!Array.isArray(path)) throw new JqError("Path must be specified as an array");
      let value: Value;
      try {
        value = getPathValue(at.value, path);
      } catch (error) {
        if (!(error instanceof JqError) || !at.path) throw error;
        value = null;
      }
      yield { value, path: at.path && [...at.path, ...path] };
    }
  }

  *#select(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.values(arg, scope, at)) if (truthy(value)) yield at;
  }

  *#recurseBy(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    const stack: Iterator<Result>[] = [[at].values()];
    for (const value of innermost(stack)) {
      yield value;
      stack.push(this.run(arg, scope, value));
    }
  }

  *#while(condition: Node, update: Node, scope: Scope | null, at: Result): Generator<Result> {
    const stack: Iterator<Result>[] = [[at].values()];
    for (const value of innermost(stack)) {
      for (const { value: wanted } of this.values(condition, scope, value)) {
        if (!truthy(wanted)) continue;
        yield value;
        stack.push(this.run(update, scope, value));
      }
    }
  }

  *#until(condition: Node, update: Node, scope: Scope | null, at: Result): Generator<Result> {
    const stack: Iterator<Result>[] = [[at].values()];
    for (const value of innermost(stack)) {
      for (const { value: ended } of this.values(condition, scope, value)) {
        if (truthy(ended)) yield value;
        else stack.push(this.run(update, scope, value));
      }
    }
  }

  *#range(from: Node, to: Node, step: Node | null, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value: start } of this.values(from, scope, at))
      for (const { value: end } of this.values(to, scope, at))
        for (const by of this.optional(step, scope, at)) {
          const size = step ? by : 1;
          if (typeof start !== "number" || typeof end !== "number" || typeof size !== "number")
            throw new JqError("Range bounds must be numeric");
          if (size > 0) for (let i = start; i < end; i += size) yield this.plain(i, at);
          else if (size < 0) for (let i = start; i > end; i += size) yield this.plain(i, at);
          else if (start < end) for (;;) yield this.plain(start, at);
        }
  }

  *#limit(count: Node, body: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.values(count, scope, at)) {
      if (typeof value !== "number") throw new JqError(`${described(value)} and number (1) cannot be subtracted`);
      if (value < 0) throw new JqError("limit doesn't support negative count");
      let left = value;
      if (left <= 0) continue;
      for (const result of this.run(body, scope, at)) {
        yield result;
        if (--left <= 0) break;
      }
    }
  }

  *#skip(count: Node, body: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.values(count, scope, at)) {
      if (typeof value !== "number") throw new JqError("skip: number required");
      if (value < 0) throw new JqError("skip doesn't support negative count");
      let left = value;
      for (const result of this.run(body, scope, at)) if (left-- <= 0) yield result;
    }
  }

  *#last(body: Node, scope: Scope | null, at: Result): Generator<Result> {
    let last: Result | null = null;
    for (const result of this.run(body, scope, at)) last = result;
    if (last) yield last;
  }
}
