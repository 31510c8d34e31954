// Calls of jq's functions: the program's own, native ones, special ones, and those of the library. Beneath the evaluator, which runs
// bodies and arguments.

import { type Builtin, builtins } from "./jq-builtins.ts";
import { preludeFunction } from "./jq-library.ts";
import type { Closure, Function, Result, Scope } from "./jq-scope.ts";
import { SpecialFunctions } from "./jq-special.ts";
import type { Definition, Node } from "./jq-tree.ts";
import { JqError, type Value } from "./jq-value.ts";

export abstract class Calls extends SpecialFunctions {
  protected *call({ name, args }: Extract<Node, { kind: "call" }>, scope: Scope | null, at: Result): Generator<Result> {
    const key = `${name}/${args.length}`;
    for (let one = scope; one; one = one.parent) {
      if (one.name !== key) continue;
      if (one.closure) yield* this.run(one.closure.node, one.closure.scope, at);
      else yield* this.#enter(one.fn!, args, scope, at);
      return;
    }
    const native: Builtin | undefined = Object.hasOwn(builtins, key) ? builtins[key] : undefined;
    if (native) {
      // Arguments multiply, the last one changing slowest.
      yield* this.#native(native, args, args.length - 1, [], scope, at);
      return;
    }
    const special = this.special(key, args, scope, at);
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
      yield* this.run(definition.body, inner, at);
      return;
    }
    const param = definition.params[from];
    const closure: Closure = { node: args[from], scope: scope as Scope };
    if (!param.startsWith("$")) {
      yield* this.#parameters(definition, from + 1, args, { parent: inner, name: `${param}/0`, closure }, scope, at);
      return;
    }
    for (const { value } of this.values(args[from], scope, at)) {
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
      yield this.plain(native(at.value, ...values), at);
      return;
    }
    for (const { value } of this.values(args[from], scope, at))
      yield* this.#native(native, args, from - 1, [value, ...values], scope, at);
  }
}
