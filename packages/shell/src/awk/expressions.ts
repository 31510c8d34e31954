// Expressions that need no waiting, as closures: for each of number, text, truth and value one of its own, so that nothing is
// converted for nothing. What waits (getline, system, calls of functions) was moved out before (see instructions.ts).

import { Conditions } from "./conditions.ts";
import { builtinFunction } from "./functions.ts";
import { AwkSyntaxError } from "./lexer.ts";
import { ARITHMETIC, type Closure, scalar } from "./places.ts";
import type { Expression } from "./tree.ts";
import { AwkError, textToNumber, toNumber, type Value } from "./values.ts";
import { Reference } from "./variables.ts";

export class Expressions extends Conditions {
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
          return () => record.number(i);
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
        return this.increment(node);
      case "assign":
        if (node.operator !== "") return this.operateAssign(node.to, node.operator, node.value);
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
}
