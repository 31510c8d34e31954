// jq's evaluator: each node of a program gives any number of results, lazily. A result carries its path where one is asked for.

import { type Builtin, builtins, textOf } from "./jq-builtins.ts";
import { formatValue } from "./jq-formats.ts";
import type { Definition, Node, Pattern } from "./jq-parse.ts";
import { parseDefinitions } from "./jq-parse.ts";
import { deletePaths, getIndex, getSlice, setPath } from "./jq-paths.ts";
import { PRELUDE } from "./jq-prelude.ts";
import { compare, described, JqError, type JsonObject, shown, typeOf, type Value } from "./jq-value.ts";

/** A value; with its path when paths are being followed, null otherwise. */
export interface Result {
  value: Value;
  path: Value[] | null;
}

interface Function {
  definition: Definition;
  scope: Scope;
}

interface Closure {
  node: Node;
  scope: Scope;
}

/** Names in view, the nearest first. */
export interface Scope {
  parent: Scope | null;
  name: string;
  /** One of these. */
  value?: Value;
  fn?: Function;
  closure?: Closure;
  label?: object;
}

/** What a running program may ask of the tool around it. */
export interface World {
  env: JsonObject;
  named: JsonObject;
  positional: Value[];
  inputs: Generator<Value, void, void>;
  message(text: string): void;
  inputName: Value;
  line(): number;
}

class Break extends Error {
  label: object;
  constructor(label: object) {
    super("break");
    this.label = label;
  }
}

export class Halt extends Error {
  status: number;
  value: Value | undefined;
  constructor(status: number, value?: Value) {
    super("halt");
    this.status = status;
    this.value = value;
  }
}

const truthy = (value: Value) => value !== null && value !== false;

let prelude: Map<string, Definition> | null = null;

function preludeFunction(key: string): Definition | undefined {
  prelude ??= new Map(
    parseDefinitions(PRELUDE).map((definition) => [`${definition.name}/${definition.params.length}`, definition]),
  );
  return prelude.get(key);
}

export function builtinNames(): string[] {
  preludeFunction("");
  return [...Object.keys(builtins), ...SPECIAL, ...prelude!.keys()].filter((name) => !name.startsWith("_"));
}

const SPECIAL =
  "empty/0 error/0 error/1 path/1 input/0 debug/0 stderr/0 input_line_number/0 range/1 range/2 range/3 recurse/0 recurse/1 first/1 last/1 limit/2 skip/2 isempty/1 repeat/1 while/2 until/2 getpath/1 paths/0 select/1 env/0 halt/0 halt_error/1 input_filename/0 builtins/0 not/0 sort_by/1 group_by/1 min_by/1 max_by/1 unique_by/1 $__loc__/0 splits/1 splits/2".split(
    " ",
  );

export class Evaluator {
  #world: World;
  constructor(world: World) {
    this.#world = world;
  }

  /** The program's results for one input. */
  *results(node: Node, scope: Scope | null, input: Value): Generator<Value> {
    for (const { value } of this.#run(node, scope, { value: input, path: null })) yield value;
  }

  *#run(node: Node, scope: Scope | null, at: Result): Generator<Result> {
    switch (node.kind) {
      case "identity":
        yield at;
        return;
      case "literal":
        yield this.#plain(node.value, at);
        return;
      case "recurse":
        yield* this.#recurse(at);
        return;
      case "string":
        yield* this.#string(node.parts, node.format, 0, "", scope, at);
        return;
      case "format":
        yield this.#plain(formatValue(node.name, at.value), at);
        return;
      case "index":
        for (const target of this.#run(node.target, scope, at)) {
          if (node.key.kind === "literal") {
            yield index(target, node.key.value);
            continue;
          }
          for (const { value: key } of this.#run(node.key, scope, { value: at.value, path: null }))
            yield index(target, key);
        }
        return;
      case "slice":
        for (const target of this.#run(node.target, scope, at))
          for (const to of this.#optional(node.to, scope, at))
            for (const from of this.#optional(node.from, scope, at)) {
              const key: JsonObject = new Map([
                ["start", from],
                ["end", to],
              ]);
              yield { value: getSlice(target.value, from, to), path: target.path && [...target.path, key] };
            }
        return;
      case "iterate":
        for (const target of this.#run(node.target, scope, at)) yield* iterate(target);
        return;
      case "pipe":
        for (const middle of this.#run(node.left, scope, at)) yield* this.#run(node.right, scope, middle);
        return;
      case "comma":
        yield* this.#run(node.left, scope, at);
        yield* this.#run(node.right, scope, at);
        return;
      case "try":
        yield* this.#try(node, scope, at);
        return;
      case "negate":
        for (const { value } of this.#values(node.value, scope, at)) {
          if (typeof value !== "number") throw new JqError(`${described(value)} cannot be negated`);
          yield this.#plain(-value, at);
        }
        return;
      case "binary":
        for (const { value: right } of this.#values(node.right, scope, at))
          for (const { value: left } of this.#values(node.left, scope, at))
            yield this.#plain(operate(node.operator, left, right), at);
        return;
      case "and":
      case "or":
        for (const { value: left } of this.#values(node.left, scope, at)) {
          if (truthy(left) === (node.kind === "or")) yield this.#plain(node.kind === "or", at);
          else for (const { value: right } of this.#values(node.right, scope, at)) yield this.#plain(truthy(right), at);
        }
        return;
      case "alternative": {
        let any = false;
        try {
          for (const result of this.#run(node.left, scope, at)) {
            if (!truthy(result.value)) continue;
            any = true;
            yield result;
          }
        } catch (error) {
          if (!(error instanceof JqError)) throw error;
        }
        if (!any) yield* this.#run(node.right, scope, at);
        return;
      }
      case "assign":
        yield* this.#assign(node, scope, at);
        return;
      case "array": {
        const values: Value[] = [];
        if (node.body) for (const { value } of this.#values(node.body, scope, at)) values.push(value);
        yield this.#plain(values, at);
        return;
      }
      case "object":
        yield* this.#object(node.fields, 0, new Map(), scope, at);
        return;
      case "if":
        for (const { value } of this.#values(node.condition, scope, at)) {
          if (truthy(value)) yield* this.#run(node.then, scope, at);
          else if (node.otherwise) yield* this.#run(node.otherwise, scope, at);
          else yield at;
        }
        return;
      case "reduce": {
        for (const initial of this.#run(node.init, scope, at)) {
          let state: Result = initial;
          for (const { value } of this.#values(node.source, scope, at)) {
            for (const inner of this.#bind(node.patterns, value, scope, at)) {
              let last: Result = this.#plain(null, at);
              for (const result of this.#run(node.update, inner, state)) last = result;
              state = last;
            }
          }
          yield state;
        }
        return;
      }
      case "foreach":
        for (const initial of this.#run(node.init, scope, at)) {
          let state: Result = initial;
          for (const { value } of this.#values(node.source, scope, at))
            for (const inner of this.#bind(node.patterns, value, scope, at))
              for (const result of this.#run(node.update, inner, state)) {
                state = result;
                if (node.extract) yield* this.#run(node.extract, inner, state);
                else yield state;
              }
        }
        return;
      case "bind":
        for (const { value } of this.#values(node.source, scope, at))
          yield* this.#bindRun(node.patterns, value, node.body, scope, at);
        return;
      case "define": {
        const inner: Scope = { parent: scope, name: `${node.definition.name}/${node.definition.params.length}` };
        inner.fn = { definition: node.definition, scope: inner };
        yield* this.#run(node.body, inner, at);
        return;
      }
      case "variable":
        yield this.#plain(this.#variable(node.name, scope), at);
        return;
      case "location":
        yield this.#plain(
          new Map<string, Value>([
            ["file", "<top-level>"],
            ["line", node.line],
          ]),
          at,
        );
        return;
      case "label": {
        const label = {};
        try {
          yield* this.#run(node.body, { parent: scope, name: `*${node.name}`, label }, at);
        } catch (error) {
          if (!(error instanceof Break) || error.label !== label) throw error;
        }
        return;
      }
      case "break": {
        for (let one = scope; one; one = one.parent) if (one.name === `*${node.name}`) throw new Break(one.label!);
        throw new JqError(`$*label-${node.name} is not defined`);
      }
      case "call":
        yield* this.#call(node, scope, at);
    }
  }

  /** Values that are no part of the input: where paths are followed, only their own paths count. */
  #values(node: Node, scope: Scope | null, at: Result): Generator<Result> {
    return this.#run(node, scope, at.path ? { value: at.value, path: null } : at);
  }

  /** A value that was made, not found: it has no path. `path(1)` is an error as soon as it is looked into. */
  #plain(value: Value, at: Result): Result {
    return { value, path: at.path && NOWHERE };
  }

  *#optional(node: Node | null, scope: Scope | null, at: Result): Generator<Value> {
    if (!node) yield null;
    else for (const { value } of this.#values(node, scope, at)) yield value;
  }

  *#recurse(at: Result): Generator<Result> {
    const stack: Result[] = [at];
    for (let one = stack.pop(); one; one = stack.pop()) {
      yield one;
      if (one.value instanceof Map || Array.isArray(one.value)) stack.push(...[...iterate(one)].reverse());
    }
  }

  *#string(
    parts: (string | Node)[],
    format: string | null,
    from: number,
    before: string,
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    let text = before;
    for (let i = from; i < parts.length; i++) {
      const part = parts[i];
      if (typeof part === "string") text += part;
      else {
        for (const { value } of this.#values(part, scope, at)) {
          const inner = format ? formatValue(format, value) : textOf(value);
          yield* this.#string(parts, format, i + 1, text + inner, scope, at);
        }
        return;
      }
    }
    yield this.#plain(text, at);
  }

  *#object(
    fields: { key: Node; value: Node }[],
    from: number,
    before: JsonObject,
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    if (from === fields.length) {
      yield this.#plain(before, at);
      return;
    }
    const { key, value } = fields[from];
    for (const { value: name } of this.#values(key, scope, at)) {
      if (typeof name !== "string") throw new JqError(`Object keys must be strings`);
      for (const { value: inner } of this.#values(value, scope, at))
        yield* this.#object(fields, from + 1, new Map(before).set(name, inner), scope, at);
    }
  }

  *#try({ body, handler }: Extract<Node, { kind: "try" }>, scope: Scope | null, at: Result): Generator<Result> {
    let caught: JqError | null = null;
    const inner = this.#run(body, scope, at);
    // An error of what comes behind the results is not this try's.
    for (;;) {
      let next: IteratorResult<Result>;
      try {
        next = inner.next();
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        caught = error;
        break;
      }
      if (next.done) return;
      yield next.value;
    }
    if (caught.value instanceof Map && caught.value.has("__jq")) throw new Break(caught);
    if (handler) yield* this.#run(handler, scope, this.#plain(caught.value, at));
  }

  #variable(name: string, scope: Scope | null): Value {
    for (let one = scope; one; one = one.parent) if (one.name === `$${name}`) return one.value!;
    if (name === "ENV") return this.#world.env;
    if (name === "__prog_args") return this.#world.positional;
    throw new JqError(`$${name} is not defined`);
  }

  /** The scopes in which a value's parts are bound. */
  *#bind(patterns: Pattern[], value: Value, scope: Scope | null, at: Result): Generator<Scope | null> {
    if (patterns.length === 1) {
      yield* this.#destructure(patterns[0], value, scope, at);
      return;
    }
    // All variables of all patterns exist; the first pattern that fits binds.
    let all = scope;
    for (const name of new Set(patterns.flatMap(namesIn))) all = { parent: all, name: `$${name}`, value: null };
    for (const [i, pattern] of patterns.entries()) {
      try {
        yield* this.#destructure(pattern, value, all, at);
        return;
      } catch (error) {
        if (!(error instanceof JqError) || i === patterns.length - 1) throw error;
      }
    }
  }

  *#bindRun(patterns: Pattern[], value: Value, body: Node, scope: Scope | null, at: Result): Generator<Result> {
    if (patterns.length === 1) {
      for (const inner of this.#destructure(patterns[0], value, scope, at)) yield* this.#run(body, inner, at);
      return;
    }
    let all = scope;
    for (const name of new Set(patterns.flatMap(namesIn))) all = { parent: all, name: `$${name}`, value: null };
    for (const [i, pattern] of patterns.entries()) {
      try {
        for (const inner of this.#destructure(pattern, value, all, at)) yield* this.#run(body, inner, at);
        return;
      } catch (error) {
        if (!(error instanceof JqError) || i === patterns.length - 1) throw error;
      }
    }
  }

  *#destructure(pattern: Pattern, value: Value, scope: Scope | null, at: Result): Generator<Scope | null> {
    if (pattern.kind === "var") {
      yield { parent: scope, name: `$${pattern.name}`, value };
      return;
    }
    if (pattern.kind === "array") {
      if (value !== null && !Array.isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with number`);
      yield* this.#destructureAll(
        pattern.items.map((item, i) => ({ item, part: () => (value === null ? null : (value[i] ?? null)) })),
        0,
        scope,
        at,
      );
      return;
    }
    yield* this.#destructureObject(pattern.fields, 0, value, scope, at);
  }

  *#destructureAll(
    parts: { item: Pattern; part: () => Value }[],
    from: number,
    scope: Scope | null,
    at: Result,
  ): Generator<Scope | null> {
    if (from === parts.length) yield scope;
    else
      for (const inner of this.#destructure(parts[from].item, parts[from].part(), scope, at))
        yield* this.#destructureAll(parts, from + 1, inner, at);
  }

  *#destructureObject(
    fields: Extract<Pattern, { kind: "object" }>["fields"],
    from: number,
    value: Value,
    scope: Scope | null,
    at: Result,
  ): Generator<Scope | null> {
    if (from === fields.length) {
      yield scope;
      return;
    }
    const { name, key, value: pattern } = fields[from];
    for (const { value: keyValue } of this.#values(key!, scope, at)) {
      if (typeof keyValue !== "string") throw new JqError(`Cannot index ${typeOf(value)} with ${typeOf(keyValue)}`);
      const part = getIndex(value, keyValue);
      const named: Scope | null = name === null ? scope : { parent: scope, name: `$${name}`, value: part };
      if (!pattern) yield* this.#destructureObject(fields, from + 1, value, named, at);
      else
        for (const inner of this.#destructure(pattern, part, named, at))
          yield* this.#destructureObject(fields, from + 1, value, inner, at);
    }
  }

  *#assign(node: Extract<Node, { kind: "assign" }>, scope: Scope | null, at: Result): Generator<Result> {
    const { operator, left, right } = node;
    const root: Result = { value: at.value, path: [] };
    const nowhere: Result = { value: at.value, path: null };
    if (operator === "|=") {
      let whole = at.value;
      const gone: Value[] = [];
      for (const { path } of this.#run(left, scope, root)) {
        const checked = checkPath(path);
        const old = getPathValue(whole, checked);
        const [first] = this.#run(right, scope, { value: old, path: null });
        if (first === undefined) gone.push(checked);
        else whole = setPath(whole, checked, first.value);
      }
      yield this.#plain(gone.length > 0 ? deletePaths(whole, gone) : whole, at);
      return;
    }
    for (const { value } of this.#run(right, scope, nowhere)) {
      let whole = at.value;
      for (const { path } of this.#run(left, scope, root)) {
        const checked = checkPath(path);
        if (operator === "=") {
          whole = setPath(whole, checked, value);
          continue;
        }
        const old = getPathValue(whole, checked);
        const result = operator === "//=" ? (truthy(old) ? old : value) : operate(operator.slice(0, -1), old, value);
        whole = setPath(whole, checked, result);
      }
      yield this.#plain(whole, at);
    }
  }

  *#call({ name, args }: Extract<Node, { kind: "call" }>, scope: Scope | null, at: Result): Generator<Result> {
    const key = `${name}/${args.length}`;
    for (let one = scope; one; one = one.parent) {
      if (one.name !== key) continue;
      if (one.closure) yield* this.#run(one.closure.node, one.closure.scope, at);
      else yield* this.#enter(one.fn!, args, scope, at);
      return;
    }
    const native: Builtin | undefined = Object.hasOwn(builtins, key) ? builtins[key] : undefined;
    if (native) {
      // Arguments multiply, the last one changing slowest.
      yield* this.#native(native, args, args.length - 1, [], scope, at);
      return;
    }
    const special = this.#special(key, args, scope, at);
    if (special) {
      yield* special;
      return;
    }
    const definition = preludeFunction(key);
    if (!definition) throw new JqError(`${key} is not defined`);
    yield* this.#enter({ definition, scope: null as unknown as Scope }, args, scope, at);
  }

  *#enter({ definition, scope: home }: Function, args: Node[], scope: Scope | null, at: Result): Generator<Result> {
    yield* this.#parameters(definition, 0, args, home, scope, at);
  }

  *#parameters(
    definition: Definition,
    from: number,
    args: Node[],
    inner: Scope,
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    if (from === args.length) {
      // A library function can call itself.
      yield* this.#run(definition.body, inner, at);
      return;
    }
    const param = definition.params[from];
    const closure: Closure = { node: args[from], scope: scope as Scope };
    if (!param.startsWith("$")) {
      yield* this.#parameters(definition, from + 1, args, { parent: inner, name: `${param}/0`, closure }, scope, at);
      return;
    }
    for (const { value } of this.#values(args[from], scope, at)) {
      const callable: Scope = {
        parent: inner,
        name: `${param.slice(1)}/0`,
        closure: { node: { kind: "literal", value }, scope: inner },
      };
      yield* this.#parameters(definition, from + 1, args, { parent: callable, name: param, value }, scope, at);
    }
  }

  *#native(
    native: Builtin,
    args: Node[],
    from: number,
    values: Value[],
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    if (from < 0) {
      yield this.#plain(native(at.value, ...values), at);
      return;
    }
    for (const { value } of this.#values(args[from], scope, at))
      yield* this.#native(native, args, from - 1, [value, ...values], scope, at);
  }

  /** Functions that the evaluator itself must know: they follow paths, stop early, or ask the world. */
  #special(key: string, args: Node[], scope: Scope | null, at: Result): Generator<Result> | null {
    const world = this.#world;
    const one = (value: Value) => [this.#plain(value, at)].values() as unknown as Generator<Result>;
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
        return this.#recurse(at);
      case "recurse/1":
        return this.#recurseBy(args[0], scope, at);
      case "repeat/1":
        return this.#repeat(args[0], scope, at);
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
        return one(this.#values(args[0], scope, at).next().done === true);
      case "_by/1": {
        // The keys that sort_by and its kind go by.
        if (!Array.isArray(at.value)) throw new JqError(`Cannot index ${typeOf(at.value)} with number`);
        return one(
          at.value.map((value) => [
            [...this.#run(args[0], scope, { value, path: null })].map((result) => result.value),
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
        const [status] = this.#values(args[0], scope, at);
        if (typeof status?.value !== "number") throw new JqError("halt_error/1: number required");
        throw new Halt(status.value, at.value);
      }
    }
    return null;
  }

  #error(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.#values(arg, scope, at)) throw new JqError(value);
    return none();
  }

  *#paths(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { path } of this.#run(arg, scope, { value: at.value, path: [] })) yield this.#plain(checkPath(path), at);
  }

  *#getPath(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value: path } of this.#values(arg, scope, at)) {
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
    for (const { value } of this.#values(arg, scope, at)) if (truthy(value)) yield at;
  }

  *#recurseBy(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    // A chain, as `recurse(if … then … else empty end)` makes one, must not nest a generator a step.
    const stack: Iterator<Result>[] = [[at].values()];
    while (stack.length > 0) {
      const { value, done } = stack[stack.length - 1].next();
      if (done) stack.pop();
      else {
        yield value;
        stack.push(this.#run(arg, scope, value));
      }
    }
  }

  *#repeat(arg: Node, scope: Scope | null, at: Result): Generator<Result> {
    yield* this.#recurseBy(arg, scope, at);
  }

  *#while(condition: Node, update: Node, scope: Scope | null, at: Result): Generator<Result> {
    const stack: Iterator<Result>[] = [[at].values()];
    while (stack.length > 0) {
      const { value, done } = stack[stack.length - 1].next();
      if (done) {
        stack.pop();
        continue;
      }
      for (const { value: wanted } of this.#values(condition, scope, value)) {
        if (!truthy(wanted)) continue;
        yield value;
        stack.push(this.#run(update, scope, value));
      }
    }
  }

  *#until(condition: Node, update: Node, scope: Scope | null, at: Result): Generator<Result> {
    const stack: Iterator<Result>[] = [[at].values()];
    while (stack.length > 0) {
      const { value, done } = stack[stack.length - 1].next();
      if (done) {
        stack.pop();
        continue;
      }
      for (const { value: ended } of this.#values(condition, scope, value)) {
        if (truthy(ended)) yield value;
        else stack.push(this.#run(update, scope, value));
      }
    }
  }

  *#range(from: Node, to: Node, step: Node | null, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value: start } of this.#values(from, scope, at))
      for (const { value: end } of this.#values(to, scope, at))
        for (const by of this.#optional(step, scope, at)) {
          const size = step ? by : 1;
          if (typeof start !== "number" || typeof end !== "number" || typeof size !== "number")
            throw new JqError("Range bounds must be numeric");
          if (size > 0) for (let i = start; i < end; i += size) yield this.#plain(i, at);
          else if (size < 0) for (let i = start; i > end; i += size) yield this.#plain(i, at);
          else if (start < end) for (;;) yield this.#plain(start, at);
        }
  }

  *#limit(count: Node, body: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.#values(count, scope, at)) {
      if (typeof value !== "number") throw new JqError(`${described(value)} and number (1) cannot be subtracted`);
      if (value < 0) throw new JqError("limit doesn't support negative count");
      let left = value;
      if (left <= 0) continue;
      for (const result of this.#run(body, scope, at)) {
        yield result;
        if (--left <= 0) break;
      }
    }
  }

  *#skip(count: Node, body: Node, scope: Scope | null, at: Result): Generator<Result> {
    for (const { value } of this.#values(count, scope, at)) {
      if (typeof value !== "number") throw new JqError("skip: number required");
      if (value < 0) throw new JqError("skip doesn't support negative count");
      let left = value;
      for (const result of this.#run(body, scope, at)) if (left-- <= 0) yield result;
    }
  }

  *#last(body: Node, scope: Scope | null, at: Result): Generator<Result> {
    let last: Result | null = null;
    for (const result of this.#run(body, scope, at)) last = result;
    if (last) yield last;
  }
}

const textJson = (value: Value) =>
  shown(value).endsWith("...")
    ? textOf(Array.isArray(value) || value instanceof Map ? value : [value]).replace(
        /^\[(.*)\]$/s,
        Array.isArray(value) || value instanceof Map ? "$&" : "$1",
      )
    : shown(value);

function* none(): Generator<Result> {}

/** Marks results that paths can't lead to. */
const NOWHERE: Value[] = [];

function checkPath(path: Value[] | null): Value[] {
  if (path === NOWHERE) throw new JqError("Invalid path expression");
  return path ?? [];
}

const getPathValue = (value: Value, path: Value[]): Value => {
  let at = value;
  for (const key of path) {
    if (at === null) return null;
    at = getIndex(at, key);
  }
  return at;
};

function index(target: Result, key: Value): Result {
  if (target.path === NOWHERE) throw new JqError(`Invalid path expression with result ${shown(target.value)}`);
  return { value: getIndex(target.value, key), path: target.path && [...target.path, key] };
}

function* iterate(target: Result): Generator<Result> {
  const { value, path } = target;
  if (path === NOWHERE) throw new JqError(`Invalid path expression with result ${shown(value)}`);
  if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) yield { value: value[i], path: path && [...path, i] };
  else if (value instanceof Map) for (const [key, inner] of value) yield { value: inner, path: path && [...path, key] };
  else throw new JqError(`Cannot iterate over ${value === null ? "null" : described(value)}`);
}

function namesIn(pattern: Pattern): string[] {
  if (pattern.kind === "var") return [pattern.name];
  if (pattern.kind === "array") return pattern.items.flatMap(namesIn);
  return pattern.fields.flatMap(({ name, value }) => [
    ...(name === null ? [] : [name]),
    ...(value ? namesIn(value) : []),
  ]);
}

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
