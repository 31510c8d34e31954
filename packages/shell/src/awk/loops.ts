// Loops and switch, as instructions, with the jumps of break and continue.

import { WAIT } from "./emitter.ts";
import { OutputStatements } from "./output-statements.ts";
import { sortedKeys } from "./sorting.ts";
import type { Expression, Statement } from "./tree.ts";
import { compare, input, type Value } from "./values.ts";
import type { Cell } from "./variables.ts";

interface Loop {
  breaks: number[];
  continues: number[];
  isSwitch: boolean;
}

export abstract class Loops extends OutputStatements {
  protected abstract statement(node: Statement): void;

  protected loops: Loop[] = [];

  protected settle(at: number, target: number): void {
    const machine = this.machine;
    this.code[at] = target > at ? () => target : () => (machine.pause(target) ? WAIT : target);
  }

  protected loop(body: Statement): Loop {
    const loop: Loop = { breaks: [], continues: [], isSwitch: false };
    this.loops.push(loop);
    this.statement(body);
    this.loops.pop();
    return loop;
  }

  protected forLoop(init: Statement | null, test: Expression | null, step: Statement | null, body: Statement): void {
    if (init) this.statement(init);
    const top = this.here;
    const out = test ? this.branch(test) : null;
    const loop = this.loop(body);
    for (const at of loop.continues) this.settle(at, this.here);
    if (step) this.statement(step);
    this.jump()(top);
    out?.(this.here);
    for (const at of loop.breaks) this.settle(at, this.here);
  }

  protected each(node: Statement & { kind: "each" }): void {
    const machine = this.machine;
    const array = this.make.array(node.array);
    const store = this.make.store(node.variable);
    const { slot } = this.temporary();
    // The keys as they are when the loop begins.
    this.emit((next) => {
      const info = machine.variable("PROCINFO");
      const how = info instanceof Map ? machine.text(info.get("sorted_in") as Value) : "";
      const keys = how ? sortedKeys(array(), how, machine.convfmt) : [...array().keys()];
      machine.stack[machine.base + slot] = { keys, at: 0 } as unknown as Cell;
      return next;
    });
    const top = this.here;
    let out = 0;
    this.code.push(() => {
      const state = machine.stack[machine.base + slot] as unknown as { keys: string[]; at: number };
      if (state.at >= state.keys.length) return out;
      const key = state.keys[state.at++];
      store(() => input(key));
      return top + 1;
    });
    const loop = this.loop(node.body);
    for (const at of loop.continues) this.settle(at, this.here);
    this.jump()(top);
    out = this.here;
    for (const at of loop.breaks) this.settle(at, out);
  }

  protected switchCases(node: Statement & { kind: "switch" }): void {
    const subject = this.temporary();
    this.keep(subject, this.prepare(node.of));
    const machine = this.machine;
    const value = this.make.value(subject);
    const places: number[] = [];
    const tests = node.cases.map(({ test }) => {
      if (!test) return null;
      if (test.kind === "regex") {
        const regex = this.make.regex(test);
        return () => regex().test(machine.text(value()));
      }
      const other = this.make.value(test);
      return () => compare(value(), other(), machine.convfmt) === 0;
    });
    let after = 0;
    this.code.push(() => {
      let chosen = tests.findIndex((test) => test?.());
      if (chosen < 0) chosen = tests.indexOf(null);
      return chosen < 0 ? after : places[chosen];
    });
    const loop: Loop = { breaks: [], continues: [], isSwitch: true };
    this.loops.push(loop);
    for (const { body } of node.cases) {
      places.push(this.here);
      for (const one of body) this.statement(one);
    }
    this.loops.pop();
    after = this.here;
    const outer = this.loops.findLast((one) => !one.isSwitch);
    outer?.continues.push(...loop.continues);
    for (const at of loop.breaks) this.settle(at, after);
  }
}
