// What jq's evaluator hands around: results with their paths, the names in view, and what ends a program early.

import type { Definition, Node } from "./jq-tree.ts";
import type { JsonObject, Value } from "./jq-value.ts";

/** A value; with its path when paths are being followed, null otherwise. */
export interface Result {
  value: Value;
  path: Value[] | null;
}

export interface Function {
  definition: Definition;
  scope: Scope;
}

export interface Closure {
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

export class Break extends Error {
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
