// What in awk's expressions has to wait, as instructions: calls of functions, getline, system, close and fflush. What is left of an
// expression then can be worked out at once.

import { Emitter, type Frame, STOP, WAIT } from "./emitter.ts";
import { isPure, mapChildren, waits } from "./hoist.ts";
import type { Machine } from "./machine.ts";
import type { RecordReader } from "./streams.ts";
import type { Expression, Program } from "./tree.ts";
import { AwkError, input, type Value } from "./values.ts";
import { type Cell, Reference } from "./variables.ts";

const DEEPEST = 200_000;

export abstract class Waiting extends Emitter {
  protected readonly program: Program;
  protected readonly functions = new Map<string, { entry: number; frame: Frame }>();
  /** Where to go on after a call: place and base of the caller. */
  protected returns: [place: number, base: number, top: number][] = [];
  protected top = 0;
  #result: Value;

  constructor(program: Program, machine: Machine) {
    super(machine);
    this.program = program;
    for (const definition of program.functions.values()) {
      this.functions.set(definition.name, { entry: -1, frame: { size: definition.parameters.length } });
    }
  }

  /** Adds a jump for when the test fails (or holds). */
  protected branch(test: Expression, when = false): (target: number) => void {
    const truth = this.make.truth(this.prepare(test));
    const at = this.code.length;
    this.code.push(() => STOP);
    return (target) => {
      const next = at + 1;
      const machine = this.machine;
      if (target > at) this.code[at] = when ? () => (truth() ? target : next) : () => (truth() ? next : target);
      else this.code[at] = () => (truth() !== when ? next : machine.pause(target) ? WAIT : target);
    };
  }

  /** Emits what has to wait; what is left can be worked out at once. */
  protected prepare(node: Expression): Expression {
    if (isPure(node)) return node;
    if (node.kind === "and" || node.kind === "or") {
      const result = this.temporary();
      const skip = this.branch(node.left, node.kind === "or");
      this.keep(result, { kind: "not", of: { kind: "not", of: this.prepare(node.right) } });
      const done = this.jump();
      skip(this.here);
      this.keep(result, { kind: "number", value: node.kind === "or" ? 1 : 0 });
      done(this.here);
      return result;
    }
    if (node.kind === "conditional") {
      const result = this.temporary();
      const no = this.branch(node.test);
      this.keep(result, this.prepare(node.yes));
      const done = this.jump();
      no(this.here);
      this.keep(result, this.prepare(node.no));
      done(this.here);
      return result;
    }
    const children: Expression[] = [];
    mapChildren(node, (child) => {
      children.push(child);
      return child;
    });
    const lastWaiting = children.findLastIndex((child) => !isPure(child));
    const changed = mapChildren(node, (child, i) => {
      const prepared = this.prepare(child);
      // What is worked out before something that waits keeps the value it had.
      const fixed = prepared.kind === "number" || prepared.kind === "string" || prepared.kind === "regex";
      const bare =
        (node.kind === "call" || node.kind === "builtin") && (child.kind === "global" || child.kind === "local");
      if (i >= lastWaiting || fixed || bare) return prepared;
      const kept = this.temporary();
      this.keep(kept, prepared);
      return kept;
    });
    return waits(changed) ? this.#waiting(changed) : changed;
  }

  /** Emits a node that waits; where its result is. */
  #waiting(node: Expression): Expression {
    const result = this.temporary();
    const machine = this.machine;
    const give = (value: Value) => {
      machine.stack[machine.base + result.slot] = value;
    };
    if (node.kind === "call") this.#call(node, result.slot);
    else if (node.kind === "getline") this.#getline(node, give);
    else if (node.kind === "builtin") {
      const { streams } = machine;
      const text = node.args.length > 0 ? this.make.text(node.args[0]) : null;
      const work =
        node.name === "system"
          ? () => streams.system(text!())
          : node.name === "close"
            ? () => streams.close(text!())
            : () => streams.flush(text?.() || undefined);
      this.emit((next) =>
        this.wait(
          work().then((status) => {
            give(node.name === "system" && status > 128 ? status + 128 : status);
            return next;
          }),
        ),
      );
    }
    return result;
  }

  #getline(node: Expression & { kind: "getline" }, give: (value: Value) => void): void {
    const machine = this.machine;
    const store = node.to ? this.make.store(node.to) : null;
    const source = node.source ? this.make.text(node.source) : null;
    const take = (record: string | null, next: number) => {
      if (record === null) give(0);
      else {
        give(1);
        if (store) store(() => input(record));
        else machine.record.set(record);
      }
      return next;
    };
    if (node.from === "input") {
      this.emit((next) => {
        const ready = machine.readyRecord();
        if (ready) return take(ready.record, next);
        return this.wait(machine.nextRecord().then((record) => take(record, next)));
      });
      return;
    }
    const kind = node.from;
    const count = (reader: RecordReader) => {
      machine.rt = reader.terminator;
    };
    this.emit((next) => {
      const name = source!();
      const opened = machine.streams.opened(name)?.reader;
      const separation = machine.separation;
      if (opened?.ready(separation)) {
        count(opened);
        return take(opened.record, next);
      }
      const read = async (): Promise<number> => {
        const reader = await machine.streams.input(kind, name);
        if (!reader) {
          machine.errno = "No such file or directory";
          give(-1);
          return next;
        }
        try {
          const record = await reader.next(separation);
          if (record !== null) count(reader);
          return take(record, next);
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "ReadError") throw error;
          give(-1);
          return next;
        }
      };
      return this.wait(read());
    });
  }

  #call(node: Expression & { kind: "call" }, result: number): void {
    const machine = this.machine;
    const definition = this.program.functions.get(node.name);
    if (!definition) {
      this.emit(() => {
        throw new AwkError(`function \`${node.name}' not defined`);
      });
      return;
    }
    const target = this.functions.get(node.name)!;
    if (node.args.length > definition.parameters.length) {
      throw new AwkError(`function \`${node.name}' called with more arguments than declared`);
    }
    const args = node.args.map((arg): (() => Cell) => {
      if (arg.kind !== "global" && arg.kind !== "local") return this.make.value(arg);
      const { slot } = arg;
      const { kind } = arg;
      return () => {
        const frame = kind === "global" ? machine.globals : machine.stack;
        const at = kind === "global" ? slot : machine.base + slot;
        const cell = frame[at];
        return cell === undefined ? new Reference(frame, at) : cell;
      };
    });
    this.emit((next) => {
      if (this.returns.length > DEEPEST) throw new AwkError("function call nesting too deep");
      const base = this.top;
      const cells = args.map((arg) => arg());
      const { size } = target.frame;
      for (let i = 0; i < size; i++) machine.stack[base + i] = cells[i];
      this.returns.push([next, machine.base, base]);
      machine.base = base;
      this.top = base + size;
      return machine.pause(target.entry) ? WAIT : target.entry;
    });
    this.emit((next) => {
      machine.stack[machine.base + result] = this.#result;
      return next;
    });
  }

  protected leave(value: Value): number {
    const [place, base, top] = this.returns.pop()!;
    const machine = this.machine;
    for (let i = top; i < this.top; i++) machine.stack[i] = undefined;
    machine.base = base;
    this.top = top;
    this.#result = value;
    return place;
  }
}
