// jq's evaluator: each node of a program gives any number of results, lazily. A result carries its path where one is asked for.

import { textOf } from "./jq-builtins.ts";
import { Calls } from "./jq-calls.ts";
import { formatValue } from "./jq-formats.ts";
import { operate } from "./jq-operators.ts";
import { deletePaths, getSlice, setPath } from "./jq-paths.ts";
import { checkPath, getPathValue, index, iterate, truthy } from "./jq-results.ts";
import { Break, type Result, type Scope } from "./jq-scope.ts";
import type { Node } from "./jq-tree.ts";
import { described, JqError, type JsonObject, type Value } from "./jq-value.ts";

export class Evaluator extends Calls {
  /** The program's results for one input. */
  *results(node: Node, scope: Scope | null, input: Value): Generator<Value> {
    for (const { value } of this.run(node, scope, { value: input, path: null })) yield value;
  }

  protected *run(node: Node, scope: Scope | null, at: Result): Generator<Result> {
    switch (node.kind) {
      case "identity":
        yield at;
        return;
      case "literal":
        yield this.plain(node.value, at);
        return;
      case "recurse":
        yield* this.recurse(at);
        return;
      case "string":
        yield* this.#string(node.parts, node.format, 0, "", scope, at);
        return;
      case "format":
        yield this.plain(formatValue(node.name, at.value), at);
        return;
      case "index":
        for (const target of this.run(node.target, scope, at)) {
          if (node.key.kind === "literal") {
            yield index(target, node.key.value);
            continue;
          }
          for (const { value: key } of this.run(node.key, scope, { value: at.value, path: null }))
            yield index(target, key);
        }
        return;
      case "slice":
        for (const target of this.run(node.target, scope, at))
          for (const to of this.optional(node.to, scope, at))
            for (const from of this.optional(node.from, scope, at)) {
              const key: JsonObject = new Map([
                ["start", from],
                ["end", to],
              ]);
              yield { value: getSlice(target.value, from, to), path: target.path && [...target.path, key] };
            }
        return;
      case "iterate":
        for (const target of this.run(node.target, scope, at)) yield* iterate(target);
        return;
      case "pipe":
        for (const middle of this.run(node.left, scope, at)) yield* this.run(node.right, scope, middle);
        return;
      case "comma":
        yield* this.run(node.left, scope, at);
        yield* this.run(node.right, scope, at);
        return;
      case "try":
        yield* this.#try(node, scope, at);
        return;
      case "negate":
        for (const { value } of this.values(node.value, scope, at)) {
          if (typeof value !== "number") throw new JqError(`${described(value)} cannot be negated`);
          yield this.plain(-value, at);
        }
        return;
      case "binary":
        for (const { value: right } of this.values(node.right, scope, at))
          for (const { value: left } of this.values(node.left, scope, at))
            yield this.plain(operate(node.operator, left, right), at);
        return;
      case "and":
      case "or":
        for (const { value: left } of this.values(node.left, scope, at)) {
          if (truthy(left) === (node.kind === "or")) yield this.plain(node.kind === "or", at);
          else for (const { value: right } of this.values(node.right, scope, at)) yield this.plain(truthy(right), at);
        }
        return;
      case "alternative": {
        let any = false;
        try {
          for (const result of this.run(node.left, scope, at)) {
            if (!truthy(result.value)) continue;
            any = true;
            yield result;
          }
        } catch (error) {
          if (!(error instanceof JqError)) throw error;
        }
        if (!any) yield* this.run(node.right, scope, at);
        return;
      }
      case "assign":
        yield* this.#assign(node, scope, at);
        return;
      case "array": {
        const values: Value[] = [];
        if (node.body) for (const { value } of this.values(node.body, scope, at)) values.push(value);
        yield this.plain(values, at);
        return;
      }
      case "object":
        yield* this.#object(node.fields, 0, new Map(), scope, at);
        return;
      case "if":
        for (const { value } of this.values(node.condition, scope, at)) {
          if (truthy(value)) yield* this.run(node.then, scope, at);
          else if (node.otherwise) yield* this.run(node.otherwise, scope, at);
          else yield at;
        }
        return;
      case "reduce": {
        for (const initial of this.run(node.init, scope, at)) {
          let state: Result = initial;
          for (const { value } of this.values(node.source, scope, at)) {
            for (const inner of this.bind(node.patterns, value, scope, at)) {
              let last: Result = this.plain(null, at);
              for (const result of this.run(node.update, inner, state)) last = result;
              state = last;
            }
          }
          yield state;
        }
        return;
      }
      case "foreach":
        for (const initial of this.run(node.init, scope, at)) {
          let state: Result = initial;
          for (const { value } of this.values(node.source, scope, at))
            for (const inner of this.bind(node.patterns, value, scope, at))
              for (const result of this.run(node.update, inner, state)) {
                state = result;
                if (node.extract) yield* this.run(node.extract, inner, state);
                else yield state;
              }
        }
        return;
      case "bind":
        for (const { value } of this.values(node.source, scope, at))
          yield* this.bindRun(node.patterns, value, node.body, scope, at);
        return;
      case "define": {
        const inner: Scope = { parent: scope, name: `${node.definition.name}/${node.definition.params.length}` };
        inner.fn = { definition: node.definition, scope: inner };
        yield* this.run(node.body, inner, at);
        return;
      }
      case "variable":
        yield this.plain(this.#variable(node.name, scope), at);
        return;
      case "location":
        yield this.plain(
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
          yield* this.run(node.body, { parent: scope, name: `*${node.name}`, label }, at);
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
        yield* this.call(node, scope, at);
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
        for (const { value } of this.values(part, scope, at)) {
          const inner = format ? formatValue(format, value) : textOf(value);
          yield* this.#string(parts, format, i + 1, text + inner, scope, at);
        }
        return;
      }
    }
    yield this.plain(text, at);
  }

  *#object(
    fields: { key: Node; value: Node }[],
    from: number,
    before: JsonObject,
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    if (from === fields.length) {
      yield this.plain(before, at);
      return;
    }
    const { key, value } = fields[from];
    for (const { value: name } of this.values(key, scope, at)) {
      if (typeof name !== "string") throw new JqError(`Object keys must be strings`);
      for (const { value: inner } of this.values(value, scope, at))
        yield* this.#object(fields, from + 1, new Map(before).set(name, inner), scope, at);
    }
  }

  *#try({ body, handler }: Extract<Node, { kind: "try" }>, scope: Scope | null, at: Result): Generator<Result> {
    let caught: JqError | null = null;
    const inner = this.run(body, scope, at);
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
    if (handler) yield* this.run(handler, scope, this.plain(caught.value, at));
  }

  #variable(name: string, scope: Scope | null): Value {
    for (let one = scope; one; one = one.parent) if (one.name === `$${name}`) return one.value!;
    if (name === "ENV") return this.world.env;
    if (name === "__prog_args") return this.world.positional;
    throw new JqError(`$${name} is not defined`);
  }

  *#assign(node: Extract<Node, { kind: "assign" }>, scope: Scope | null, at: Result): Generator<Result> {
    const { operator, left, right } = node;
    const root: Result = { value: at.value, path: [] };
    const nowhere: Result = { value: at.value, path: null };
    if (operator === "|=") {
      let whole = at.value;
      const gone: Value[] = [];
      for (const { path } of this.run(left, scope, root)) {
        const checked = checkPath(path);
        const old = getPathValue(whole, checked);
        const [first] = this.run(right, scope, { value: old, path: null });
        if (first === undefined) gone.push(checked);
        else whole = setPath(whole, checked, first.value);
      }
      yield this.plain(gone.length > 0 ? deletePaths(whole, gone) : whole, at);
      return;
    }
    for (const { value } of this.run(right, scope, nowhere)) {
      let whole = at.value;
      for (const { path } of this.run(left, scope, root)) {
        const checked = checkPath(path);
        if (operator === "=") {
          whole = setPath(whole, checked, value);
          continue;
        }
        const old = getPathValue(whole, checked);
        const result = operator === "//=" ? (truthy(old) ? old : value) : operate(operator.slice(0, -1), old, value);
        whole = setPath(whole, checked, result);
      }
      yield this.plain(whole, at);
    }
  }
}
