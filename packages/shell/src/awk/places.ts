// What awk can assign to, as closures: storing, and changing a number in place. Beneath `expressions`, which gives the values.

import type { Machine } from "./machine.ts";
import type { ArrayName, Binary, Expression, Lvalue } from "./tree.ts";
import { type AwkArray, AwkError, numberToText, toNumber, type Value } from "./values.ts";

export type Closure<T> = () => T;
export const ARITHMETIC: Record<Binary, (a: number, b: number) => number> = {
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

export abstract class Places {
  abstract number(node: Expression): Closure<number>;
  abstract value(node: Expression): Closure<Value>;

  readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
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

  protected increment(node: Expression & { kind: "increment" }): Closure<number> {
    const { by } = node;
    return this.#modify(node.of, (old) => old + by, node.before);
  }

  protected operateAssign(to: Lvalue, operator: Binary, value: Expression): Closure<number> {
    const right = this.number(value);
    const operate = ARITHMETIC[operator];
    if (to.kind === "global") {
      const { globals } = this.machine;
      const { slot } = to;
      return () => {
        const operand = right();
        const made = operate(toNumber(scalar(globals[slot] as Value)), operand);
        globals[slot] = made;
        return made;
      };
    }
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

export function scalar(cell: Value): Value {
  if (cell instanceof Map) throw new AwkError("attempt to use array in a scalar context");
  return cell;
}
