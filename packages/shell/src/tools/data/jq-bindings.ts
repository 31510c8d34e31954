// jq's variables bound: patterns taken apart, each way giving a scope of its own. Beneath the evaluator, which runs the keys and
// bodies.

import { getIndex } from "./jq-paths.ts";
import { NOWHERE } from "./jq-results.ts";
import type { Result, Scope } from "./jq-scope.ts";
import type { Node, Pattern } from "./jq-tree.ts";
import { JqError, typeOf, type Value } from "./jq-value.ts";

export abstract class Bindings {
  /** Each result of a node. */
  protected abstract run(node: Node, scope: Scope | null, at: Result): Generator<Result>;

  /** Values that are no part of the input: where paths are followed, only their own paths count. */
  protected values(node: Node, scope: Scope | null, at: Result): Generator<Result> {
    return this.run(node, scope, at.path ? { value: at.value, path: null } : at);
  }

  /** A value that was made, not found: it has no path. `path(1)` is an error as soon as it is looked into. */
  protected plain(value: Value, at: Result): Result {
    return { value, path: at.path && NOWHERE };
  }

  protected *optional(node: Node | null, scope: Scope | null, at: Result): Generator<Value> {
    if (!node) yield null;
    else for (const { value } of this.values(node, scope, at)) yield value;
  }

  /** The scopes in which a value's parts are bound. */
  protected *bind(patterns: Pattern[], value: Value, scope: Scope | null, at: Result): Generator<Scope | null> {
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

  protected *bindRun(
    patterns: Pattern[],
    value: Value,
    body: Node,
    scope: Scope | null,
    at: Result,
  ): Generator<Result> {
    if (patterns.length === 1) {
      for (const inner of this.#destructure(patterns[0], value, scope, at)) yield* this.run(body, inner, at);
      return;
    }
    let all = scope;
    for (const name of new Set(patterns.flatMap(namesIn))) all = { parent: all, name: `$${name}`, value: null };
    for (const [i, pattern] of patterns.entries()) {
      try {
        for (const inner of this.#destructure(pattern, value, all, at)) yield* this.run(body, inner, at);
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
    for (const { value: keyValue } of this.values(key!, scope, at)) {
      if (typeof keyValue !== "string") throw new JqError(`Cannot index ${typeOf(value)} with ${typeOf(keyValue)}`);
      const part = getIndex(value, keyValue);
      const named: Scope | null = name === null ? scope : { parent: scope, name: `$${name}`, value: part };
      if (!pattern) yield* this.#destructureObject(fields, from + 1, value, named, at);
      else
        for (const inner of this.#destructure(pattern, part, named, at))
          yield* this.#destructureObject(fields, from + 1, value, inner, at);
    }
  }
}

function namesIn(pattern: Pattern): string[] {
  if (pattern.kind === "var") return [pattern.name];
  if (pattern.kind === "array") return pattern.items.flatMap(namesIn);
  return pattern.fields.flatMap(({ name, value }) => [
    ...(name === null ? [] : [name]),
    ...(value ? namesIn(value) : []),
  ]);
}
