// Tests, as closures that give truth: comparisons, matches, and what they are joined by. Beneath `expressions`.

import type { Machine } from "./machine.ts";
import { type Closure, Places } from "./places.ts";
import type { Comparison, Expression } from "./tree.ts";
import { compare, toBoolean } from "./values.ts";

const ORDER: Record<Comparison, (order: number) => boolean> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

export abstract class Conditions extends Places {
  abstract text(node: Expression): Closure<string>;

  truth(node: Expression): Closure<boolean> {
    const { machine } = this;
    switch (node.kind) {
      case "group":
        return this.truth(node.of);
      case "regex": {
        const matches = this.#matcher(node);
        const { record } = machine;
        return () => matches(record.text);
      }
      case "match": {
        const left = this.text(node.left);
        const matches = this.#matcher(node.right);
        return node.negated ? () => !matches(left()) : () => matches(left());
      }
      case "not": {
        const of = this.truth(node.of);
        return () => !of();
      }
      case "and": {
        const [left, right] = [this.truth(node.left), this.truth(node.right)];
        return () => left() && right();
      }
      case "or": {
        const [left, right] = [this.truth(node.left), this.truth(node.right)];
        return () => left() || right();
      }
      case "in": {
        const array = this.array(node.array);
        const key = this.key(node.subscripts);
        return () => {
          const at = key();
          return array().has(at);
        };
      }
      case "compare":
        return this.#compare(node.operator, node.left, node.right);
      case "binary":
      case "increment":
      case "number": {
        const number = this.number(node);
        return () => number() !== 0;
      }
    }
    const value = this.value(node);
    return () => toBoolean(value());
  }

  #compare(operator: Comparison, left: Expression, right: Expression): Closure<boolean> {
    const { machine } = this;
    const holds = ORDER[operator];
    if (isNumeric(left) && isNumeric(right)) {
      const [a, b] = [this.number(left), this.number(right)];
      switch (operator) {
        case "<":
          return () => a() < b();
        case "<=":
          return () => a() <= b();
        case "==":
          return () => a() === b();
        case ">":
          return () => a() > b();
      }
    }
    if (right.kind === "string" && operator === "==") {
      const a = this.text(left);
      const { value } = right;
      return () => a() === value;
    }
    const [a, b] = [this.value(left), this.value(right)];
    return () => {
      const first = a();
      return holds(compare(first, b(), machine.convfmt));
    };
  }

  /** What `~` and patterns match with: a fixed expression, or whatever the text is at the time. */
  #matcher(node: Expression): (text: string) => boolean {
    const regex = this.regex(node);
    return (text) => regex().test(text);
  }

  regex(node: Expression): Closure<ReturnType<Machine["regex"]>> {
    const { machine } = this;
    if (node.kind === "regex" || node.kind === "string") {
      const source = node.kind === "regex" ? node.source : node.value;
      let regex = machine.regex(source);
      let fold = machine.ignoreCase;
      return () => {
        if (machine.ignoreCase !== fold) {
          regex = machine.regex(source);
          fold = machine.ignoreCase;
        }
        return regex;
      };
    }
    const text = this.text(node);
    return () => machine.regex(text());
  }
}

/** Is it a number whatever happens? */
function isNumeric(node: Expression): boolean {
  if (node.kind === "group") return isNumeric(node.of);
  return (
    node.kind === "number" ||
    node.kind === "binary" ||
    node.kind === "increment" ||
    node.kind === "minus" ||
    node.kind === "plus" ||
    (node.kind === "special" && /^(NR|NF|FNR|RSTART|RLENGTH)$/.test(node.name)) ||
    (node.kind === "assign" && node.operator !== "") ||
    (node.kind === "builtin" && /^(length|index|int|match|split|sub|gsub|rand|sqrt|systime)$/.test(node.name))
  );
}
