// Expressions that need no waiting, as closures: for each of number, text, truth and value one of its own, so that nothing is
// converted for nothing. What waits (getline, system, calls of functions) was moved out before (see instructions.ts).

import { builtinFunction } from "./functions.ts";
import { AwkSyntaxError } from "./lexer.ts";
import { type Machine, Reference } from "./machine.ts";
import type { ArrayName, Binary, Comparison, Expression, Lvalue } from "./tree.ts";
import {
  type AwkArray,
  AwkError,
  compare,
  numberToText,
  textToNumber,
  toBoolean,
  toNumber,
  type Value,
} from "./values.ts";

export type Closure<T> = () => T;

const ARITHMETIC: Record<Binary, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => {
    if (b === 0) throw new AwkError("division by zero attempted");
    return a / b;
  },
  "%": (a, b) => {
    if (b === 0) throw new AwkError("division by zero attempted in `%'");
    return a % b;
  },
  "^": (a, b) => a ** b,
};

const ORDER: Record<Comparison, (order: number) => boolean> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

export class Expressions {
  readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  number(node: Expression): Closure<number> {
    const { machine } = this;
    switch (node.kind) {
      case "number": {
        const { value } = node;
        return () => value;
      }
      case "group":
        return this.number(node.of);
      case "field": {
        const { record } = machine;
        if (node.of.kind === "number") {
          const i = node.of.value;
          return () => textToNumber(record.field(i));
        }
        const of = this.number(node.of);
        return () => toNumber(record.value(Math.trunc(of())));
      }
      case "binary": {
        const [left, right] = [this.number(node.left), this.number(node.right)];
        switch (node.operator) {
          case "+":
            return () => left() + right();
          case "-":
            return () => left() - right();
          case "*":
            return () => left() * right();
        }
        const operate = ARITHMETIC[node.operator];
        if (
          /[/%]/.test(node.operator) &&
          node.left.kind === "number" &&
          node.right.kind === "number" &&
          right() === 0
        ) {
          throw new AwkSyntaxError(`error: division by zero attempted${node.operator === "%" ? " in `%'" : ""}`, 1);
        }
        return () => operate(left(), right());
      }
      case "minus": {
        const of = this.number(node.of);
        return () => -of();
      }
      case "plus":
        return this.number(node.of);
      case "compare":
      case "match":
      case "and":
      case "or":
      case "not":
      case "regex":
      case "in": {
        const truth = this.truth(node);
        return () => (truth() ? 1 : 0);
      }
      case "increment":
        return this.#increment(node);
      case "assign":
        if (node.operator !== "") return this.#operateAssign(node.to, node.operator, node.value);
        break;
      case "builtin": {
        const made = builtinFunction(this, node.name, node.args);
        if (made.number) return made.number;
        const text = made.text!;
        return () => textToNumber(text());
      }
    }
    const value = this.value(node);
    return () => toNumber(value());
  }

  text(node: Expression): Closure<string> {
    const { machine } = this;
    switch (node.kind) {
      case "string": {
        const { value } = node;
        return () => value;
      }
      case "group":
        return this.text(node.of);
      case "field": {
        const { record } = machine;
        if (node.of.kind === "number") {
          const i = node.of.value;
          return () => record.field(i);
        }
        const of = this.number(node.of);
        return () => {
          const i = Math.trunc(of());
          return i >= 0 ? record.field(i) : machine.text(record.value(i));
        };
      }
      case "concat": {
        const parts = node.list.map((one) => this.text(one));
        if (parts.length === 2) {
          const [first, second] = parts;
          return () => first() + second();
        }
        return () => {
          let text = "";
          for (const part of parts) text += part();
          return text;
        };
      }
      case "builtin": {
        const made = builtinFunction(this, node.name, node.args);
        if (made.text) return made.text;
        break;
      }
    }
    const value = this.value(node);
    return () => machine.text(value());
  }

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

  value(node: Expression): Closure<Value> {
    const { machine } = this;
    switch (node.kind) {
      case "global": {
        const { globals } = machine;
        const { slot } = node;
        return () => scalar(globals[slot] as Value);
      }
      case "local": {
        const { slot } = node;
        return () => {
          const cell = machine.stack[machine.base + slot];
          return cell instanceof Reference ? undefined : scalar(cell as Value);
        };
      }
      case "special":
        return machine.getters[node.name];
      case "field": {
        const { record } = machine;
        const of = this.number(node.of);
        return () => record.value(Math.trunc(of()));
      }
      case "element": {
        const array = this.array(node.array);
        const key = this.key(node.subscripts);
        return () => {
          const at = key();
          const map = array();
          const found = map.get(at) as Value;
          if (found === undefined && !map.has(at)) map.set(at, undefined);
          return found;
        };
      }
      case "group":
        return this.value(node.of);
      case "grouping": {
        const key = this.key(node.list);
        return key;
      }
      case "string":
      case "concat":
        return this.text(node);
      case "conditional": {
        const test = this.truth(node.test);
        const [yes, no] = [this.value(node.yes), this.value(node.no)];
        return () => (test() ? yes() : no());
      }
      case "assign": {
        if (node.operator !== "") return this.number(node);
        const value = this.value(node.value);
        const store = this.store(node.to);
        return () => store(value);
      }
      case "builtin": {
        const made = builtinFunction(this, node.name, node.args);
        return (made.text ?? made.number) as Closure<Value>;
      }
      case "call":
      case "getline":
        throw new AwkError(`internal: ${node.kind} was not moved out`);
    }
    return this.number(node);
  }

  array(name: ArrayName): Closure<AwkArray> {
    const { machine } = this;
    const { slot } = name;
    if (name.kind === "global") {
      const { globals } = machine;
      return () => {
        const cell = globals[slot];
        return cell instanceof Map ? cell : machine.array(globals, slot);
      };
    }
    return () => machine.array(machine.stack, machine.base + slot);
  }

  key(subscripts: Expression[]): Closure<string> {
    const { machine } = this;
    if (subscripts.length === 1) {
      const value = this.value(subscripts[0]);
      return () => {
        const found = value();
        return typeof found === "string" ? found : machine.key(found);
      };
    }
    const values = subscripts.map((one) => this.value(one));
    return () => values.map((value) => machine.key(value())).join(machine.subsep);
  }

  /** Stores what `value` gives, after the place is settled; gives it back. */
  store(to: Lvalue): (value: Closure<Value>) => Value {
    const { machine } = this;
    switch (to.kind) {
      case "global": {
        const { globals } = machine;
        const { slot } = to;
        return (value) => {
          if (globals[slot] instanceof Map) throw new AwkError("attempt to use array in a scalar context");
          const found = value();
          globals[slot] = found;
          return found;
        };
      }
      case "local": {
        const { slot } = to;
        return (value) => {
          const found = value();
          const at = machine.base + slot;
          if (machine.stack[at] instanceof Map) throw new AwkError("attempt to use array in a scalar context");
          machine.stack[at] = found;
          return found;
        };
      }
      case "special": {
        const set = machine.setters[to.name];
        return (value) => {
          const found = value();
          set(found);
          return found;
        };
      }
      case "field": {
        const of = this.number(to.of);
        return (value) => {
          const i = Math.trunc(of());
          const found = value();
          machine.record.assign(i, machine.text(found), found);
          return found;
        };
      }
      case "element": {
        const array = this.array(to.array);
        const key = this.key(to.subscripts);
        return (value) => {
          const at = key();
          const found = value();
          array().set(at, found);
          return found;
        };
      }
    }
  }

  /** Changes a number in place: `change` gives the new one. `before`: the result is the new one, otherwise the old. */
  #modify(to: Lvalue, change: (old: number) => number, before: boolean): Closure<number> {
    const { machine } = this;
    if (to.kind === "global") {
      const { globals } = machine;
      const { slot } = to;
      return () => {
        const old = toNumber(scalar(globals[slot] as Value));
        const made = change(old);
        globals[slot] = made;
        return before ? made : old;
      };
    }
    if (to.kind === "element") {
      const array = this.array(to.array);
      const key = this.key(to.subscripts);
      return () => {
        const at = key();
        const map = array();
        const old = toNumber(map.get(at) as Value);
        const made = change(old);
        map.set(at, made);
        return before ? made : old;
      };
    }
    if (to.kind === "field") {
      const of = this.number(to.of);
      return () => {
        const i = Math.trunc(of());
        const old = toNumber(machine.record.value(i));
        const made = change(old);
        machine.record.assign(i, numberToText(made, machine.convfmt), made);
        return before ? made : old;
      };
    }
    const value = this.number(to);
    const store = this.store(to);
    return () => {
      const old = value();
      const made = change(old);
      store(() => made);
      return before ? made : old;
    };
  }

  #increment(node: Expression & { kind: "increment" }): Closure<number> {
    const { by } = node;
    return this.#modify(node.of, (old) => old + by, node.before);
  }

  #operateAssign(to: Lvalue, operator: Binary, value: Expression): Closure<number> {
    const right = this.number(value);
    const operate = ARITHMETIC[operator];
    // The right side first: it may change what is on the left.
    let operand = 0;
    const modify = this.#modify(to, (old) => operate(old, operand), true);
    return () => {
      const found = right();
      operand = found;
      return modify();
    };
  }
}

function scalar(cell: Value): Value {
  if (cell instanceof Map) throw new AwkError("attempt to use array in a scalar context");
  return cell;
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
